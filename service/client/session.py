"""A session with the service: one method a thing that can be asked."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx

from service.client.answers import Architecture, Catalogue, Dataset, Facts, Submission, Task
from service.client.channel import Channel
from service.client.errors import ClientError, NotEnded, Unreachable

LONGEST_PAUSE = 2.0
PAGE = 100  # tasks
PASSING = (502, 503, 504)
PATIENCE = 30.0  # seconds without an answer that a wait outlives: services restart
UPLOAD_SECONDS = 600.0  # an upload is answered only once its quality has been checked

Told = TypeVar("Told")


class Client:
    """A session with the service at ``url``, to be closed, or used in a ``with`` block.

    ``timeout`` is in seconds, for each step of a request; ``token`` says who asks; a ``transport``
    of httpx stands in for the network. Every method raises :class:`ClientError`:
    :class:`Unreachable` where nobody answered, otherwise with the service's own sentence and
    numbers.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 30.0,
        token: str = "",
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._channel = Channel(url, timeout=timeout, token=token, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session."""
        self._channel.close()

    def submit(self, form: Mapping[str, Any], *, key: str = "") -> Submission:
        """Send a task form; where fields are wrong, the error's ``errors`` name all of them.

        The same form under the same ``key`` is one task, however often it is sent.
        """
        keyed = {"Idempotency-Key": key} if key else {}
        return self._channel.told(
            "POST",
            "new_task",
            Submission.read,
            content=json.dumps(form),
            headers={"Content-Type": "application/json", **keyed},
        )

    def cancel(self, task_id: str) -> Task:
        """Ask for a task to be ended; one that has ended stays as it is."""
        return self._channel.told(
            "POST", f"{_of(task_id)}/cancel", lambda reply: Task.read(reply["task"])
        )

    def retry(self, task_id: str) -> Task:
        """A new task like one that failed or was cancelled."""
        return self._channel.told(
            "POST", f"{_of(task_id)}/retry", lambda reply: Task.read(reply["task"])
        )

    def task(self, task_id: str) -> Task:
        """One task as it is now."""
        return self._channel.told("GET", _of(task_id), lambda reply: Task.read(reply["task"]))

    def tasks(
        self, *, proj_id: str = "", status: str = "", limit: int | None = None
    ) -> Iterator[Task]:
        """The newest ``limit`` tasks, or all, newest first; a page is asked for when needed."""
        cursor, left = "", float("inf") if limit is None else limit
        while left > 0:
            asked = {"proj_id": proj_id, "status": status, "cursor": cursor}
            page, cursor = self._channel.told(
                "GET", "tasks", _page, params={**_given(asked), "limit": int(min(PAGE, left))}
            )
            yield from page
            left -= len(page)
            if not cursor or not page:
                return

    def wait(
        self,
        task_id: str,
        *,
        on_progress: Callable[[Task], object] | None = None,
        timeout: float | None = None,
        poll: float = 0.2,
    ) -> Task:
        """Return the task once it has ended, well or not.

        It is looked at again after ``poll`` seconds, then less and less often, at last every 2
        seconds; ``on_progress`` is called at each look, the last one too. A service that
        restarts meanwhile is waited for.

        Raises:
            NotEnded: it goes on after ``timeout`` seconds.

        """
        deadline = float("inf") if timeout is None else time.monotonic() + timeout
        heard, pause = time.monotonic(), poll
        while True:
            try:
                task = self.task(task_id)
            except ClientError as error:
                if not _may_pass(error) or time.monotonic() > heard + PATIENCE:
                    raise
            else:
                heard = time.monotonic()
                if on_progress is not None:
                    on_progress(task)
                if task.ended:
                    return task
            left = deadline - time.monotonic()
            if left <= 0:
                raise NotEnded(f"{task_id} has not ended within {timeout:g} seconds; it goes on.")
            time.sleep(min(pause, left))
            pause = min(1.5 * pause, LONGEST_PAUSE)

    def model(self, task_id: str) -> bytes:
        """The trained parameters, as safetensors."""
        return self._channel.bytes_of(f"{_of(task_id)}/model")

    def manifest(self, task_id: str) -> dict[str, Any]:
        """What belongs to the parameters: architecture, regions, scaler, settings, metrics."""
        return self._channel.told("GET", f"{_of(task_id)}/manifest", _manifest)

    def lineage(self, task_id: str) -> tuple[Task, ...]:
        """The task, the one it was fine-tuned from, and so on to the first."""
        return self._channel.told(
            "GET", f"{_of(task_id)}/lineage", lambda reply: _each(Task.read, reply["lineage"])
        )

    def models(self) -> Catalogue:
        """What can be trained."""
        return self._channel.told("GET", "models", _catalogue)

    def datasets(self, proj_id: str = "") -> tuple[Dataset, ...]:
        """The datasets of a project, or all, without their findings."""
        return self._channel.told(
            "GET",
            "datasets",
            lambda reply: _each(Dataset.read, reply["datasets"]),
            params=_given({"proj_id": proj_id}),
        )

    def add_dataset(
        self, csv: Path | bytes, *, proj_id: str, data_name: str, user_id: str = ""
    ) -> Dataset:
        """Upload a CSV file, read piece by piece, or its bytes; the answer holds its findings.

        Raises:
            OSError: the file cannot be read.

        """
        if isinstance(csv, Path):
            with csv.open("rb") as file:
                return self._upload(file, proj_id, data_name, user_id)
        return self._upload(csv, proj_id, data_name, user_id)

    def _upload(self, content: Any, proj_id: str, data_name: str, user_id: str) -> Dataset:
        return self._channel.told(
            "POST",
            "datasets",
            lambda reply: Dataset.read(reply["dataset"]),
            params={"proj_id": proj_id, "user_id": user_id, "data_name": data_name},
            content=content,
            headers={"Content-Type": "text/csv"},
            slow_seconds=UPLOAD_SECONDS,
        )


def _of(task_id: str) -> str:
    return f"tasks/{quote(task_id, safe='')}"


def _given(asked: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value}


def _each(read: Callable[[Facts], Told], items: list[Facts]) -> tuple[Told, ...]:
    return tuple(read(item) for item in items)


def _page(reply: Facts) -> tuple[tuple[Task, ...], str]:
    return _each(Task.read, reply["tasks"]), str(reply.get("next_cursor") or "")


def _catalogue(reply: Facts) -> Catalogue:
    return Catalogue(_each(Architecture.read, reply["models"]), reply.get("graphs") or {})


def _manifest(reply: Facts) -> dict[str, Any]:
    return {key: value for key, value in reply.items() if key not in ("error_num", "msg")}


def _may_pass(error: ClientError) -> bool:
    return isinstance(error, Unreachable) or error.status in PASSING
