"""Endings of tasks that the database did not take: kept until it does, over restarts too.

A worker whose task has ended while the database was away or refused to write has done its work, so
nothing is trained again and no attempt is counted. What is pending lies in the spool, where another
process of this machine finds it; the lease's token fences it like every other write.
"""

import json
import logging
import threading
from collections.abc import Coroutine
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from dramatiq import Broker, Middleware, Worker

from actors import metrics
from actors.log_context import about
from actors.runtime import Runtime, retry
from db.queue import runs
from db.queue.claims import Claim
from db.queue.states import Status
from db.server.errors import ContentTooLarge, DatabaseError, DatabaseUnavailable, SchemaAhead
from graphnet.artifacts.result import TaskResult
from graphnet.errors import GraphnetError
from graphnet.messages import Message
from registry import RegistryError

log = logging.getLogger(__name__)

FOLDER = ".endings"  # of the spool
LOOK_SECONDS = 0.5
PRIVATE = 0o700
FINISHED, FAILED, CANCELLED, HANDED_BACK = "finished", "failed", "cancelled", "handed_back"
WITH_PAGE = (FINISHED, CANCELLED)  # NEURO-LEARN's row then holds the address of the task's page
KINDS = (FINISHED, FAILED, CANCELLED, HANDED_BACK)


class EndingPendingError(Exception):
    """The database did not take how a task ended; that is kept, and written once it does.

    It carries the message of the database's error.
    """


@dataclass(frozen=True)
class PendingEnding:
    """How a claim ended, by its ``kind``.

    Finished, it has a ``result``; cancelled, one or None. Failed or handed back, it has
    ``reasons``; a failed one the ``manifest_sha256`` of what was stored all the same. One that is
    handed back is ``counted`` as a crash, or not at all. ``public_url`` is where people reach the
    pages.
    """

    claim: Claim
    kind: str
    reasons: tuple[Message, ...] = ()
    result: TaskResult | None = None
    manifest_sha256: str = ""
    counted: bool = False
    public_url: str = ""

    def write(self) -> Coroutine[Any, Any, Status | bool | None]:
        """Write it; falsy if the task is no longer ours."""
        result = None if self.result is None else self.result.as_dict()
        if self.kind == FINISHED:
            assert result is not None  # noqa: S101 - what has finished has one, as has its file
            return runs.finish_task(self.claim, result, self.public_url)
        if self.kind == CANCELLED:
            return runs.end_cancelled(self.claim, result, self.public_url)
        if self.kind == FAILED:
            return runs.fail_task(self.claim, *self.reasons, manifest_sha256=self.manifest_sha256)
        return runs.hand_back(self.claim, *self.reasons, counted=self.counted)

    @property
    def name(self) -> str:
        """The name of its file, which no other claim has."""
        return f"{self.claim.task_id}.{self.claim.lease_token}.json"

    def to_json(self) -> str:
        """As the text of a file, which an older version reads too: with what its kind needs."""
        content: dict[str, Any] = {}
        if self.kind in WITH_PAGE:
            result = None if self.result is None else self.result.as_dict()
            content = {"result": result, "public_url": self.public_url}
        if self.reasons:
            content["reasons"] = [reason.as_dict() for reason in self.reasons]
        if self.manifest_sha256:
            content["manifest_sha256"] = self.manifest_sha256
        if self.counted:
            content["counted"] = True
        return json.dumps({"claim": asdict(self.claim), "kind": self.kind, "content": content})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """From such a text. Raises ValueError, TypeError or KeyError for any other.

        The reasons of an older version are finished sentences, or one ``sentence``.
        """
        stored = json.loads(text)
        claim = Claim(**{**stored["claim"], "earlier": tuple(stored["claim"]["earlier"])})
        kind, content = stored["kind"], dict(stored["content"])
        if kind not in KINDS:
            raise ValueError(kind)
        sentence, result = content.get("sentence"), content.get("result")
        if kind == FINISHED and result is None:
            raise ValueError(kind)
        reasons = content.get("reasons") or ([sentence] if sentence else [])
        return cls(
            claim,
            kind,
            tuple(Message.from_json(reason) for reason in reasons),
            None if result is None else TaskResult.from_json(result),
            content.get("manifest_sha256", ""),
            content.get("counted", False),
            content.get("public_url", ""),
        )


def reasons_of(error: GraphnetError | DatabaseError | RegistryError) -> tuple[Message, ...]:
    """Why a task ends by this error."""
    return tuple(error.messages) if isinstance(error, GraphnetError) else (error.message,)


class PendingEndings(Middleware):
    """The endings of one worker that the database did not take, written by a thread of its own.

    An ending that is only stored is still being written by whoever ended the task; one that was
    handed over is the thread's.
    """

    def __init__(self, runtime: Runtime, spool: Path) -> None:
        self._runtime = runtime
        self._folder = spool / FOLDER
        self._mine: dict[str, PendingEnding] = {}
        self._any = threading.Event()
        self._ended = threading.Event()

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Take on what an earlier process could not write, and begin."""
        for path in self._found():
            try:
                self.hand_over(PendingEnding.from_json(path.read_text()))
            except (OSError, ValueError, TypeError, KeyError) as error:
                log.warning("%s is no ending of a task and stays where it is: %r", path, error)
        threading.Thread(target=self._write_all, name="pending endings", daemon=True).start()

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Begin nothing more."""
        self._ended.set()
        self._any.set()

    def idle_seconds(self) -> float:
        """0 while something is pending: a worker that ended now might lose it."""
        return 0.0 if self._mine else float("inf")

    def end(self, ending: PendingEnding) -> Status | bool | None:
        """Write how a claim ended; falsy if the task is no longer ours.

        Raises:
            EndingPendingError: the database does not take it now, and gets it once it does.

        """
        settings = self._runtime.settings
        if ending.kind in WITH_PAGE:
            ending = replace(ending, public_url=settings.public_url)
        try:
            written = retry(
                lambda: self._runtime.call(ending.write()),
                DatabaseUnavailable,
                seconds=settings.patience_seconds,
                check=lambda: self.store(ending),
                hurry=self._runtime.stopping,
            )
        except DatabaseUnavailable as error:
            self.hand_over(ending)
            raise EndingPendingError(error.message) from error
        except Exception:
            self.remove(ending)
            raise
        self.remove(ending)
        return written

    def hand_back_later(self, claim: Claim) -> None:
        """Have a claim put back, and not counted, once the database takes that."""
        ending = PendingEnding(claim, HANDED_BACK)
        self.store(ending)
        self.hand_over(ending)

    def store(self, ending: PendingEnding) -> None:
        """Have it outlive this process, if the spool takes it."""
        path, task_id = self._folder / ending.name, ending.claim.task_id
        try:
            if path.exists():
                return
            self._folder.mkdir(PRIVATE, parents=True, exist_ok=True)
            half = path.with_suffix(".part")
            half.touch(0o600)
            half.write_text(ending.to_json())
            half.replace(path)
        except OSError as error:
            log.warning("task %s: how it ended is in memory alone: %s", task_id, error)

    def hand_over(self, ending: PendingEnding) -> None:
        """Have the thread write it; of one claim the first ending counts."""
        self._mine.setdefault(ending.name, ending)
        metrics.PENDING_ENDINGS.set(len(self._mine))
        self._any.set()

    def remove(self, ending: PendingEnding) -> None:
        """It is written, or not ours to write."""
        self._mine.pop(ending.name, None)
        metrics.PENDING_ENDINGS.set(len(self._mine))
        try:
            (self._folder / ending.name).unlink(missing_ok=True)
        except OSError as error:
            log.warning("task %s: %s stays: %s", ending.claim.task_id, ending.name, error)

    def _found(self) -> list[Path]:
        try:
            return sorted(self._folder.glob("*.json"))
        except OSError:
            return []

    def _write_all(self) -> None:
        while not self._ended.is_set():
            self._any.wait()
            self._any.clear()
            while self._mine and not self._ended.wait(LOOK_SECONDS):
                for ending in list(self._mine.values()):
                    claim = ending.claim
                    with about(claim.task_id, claim.attempt, claim.request_id):
                        answered = self._write(ending)
                    if not answered:
                        break  # what the database does not take now it takes of none

    def _write(self, ending: PendingEnding) -> bool:
        """Write it; whether the database answered."""
        task_id = ending.claim.task_id
        try:
            ours = self._runtime.call(ending.write())
        except (DatabaseUnavailable, SchemaAhead, RuntimeError):  # the loop may have ended
            return False
        except ContentTooLarge as error:
            self.remove(ending)
            self.hand_over(PendingEnding(ending.claim, FAILED, reasons_of(error)))
            return True
        except DatabaseError:
            log.exception("task %s: how it ended cannot be written", task_id)
            ours = False
        self.remove(ending)
        if metrics.count_ending(ending.kind, ours=bool(ours)):
            log.info("task %s: how it ended is written: %s", task_id, ending.kind)
        else:
            metrics.count_lost()
            log.warning("task %s belongs to another worker; nothing was written", task_id)
        return True
