"""An old model on its way in: into the registry in parts, then a question to the workers.

An operator's matter, which goes by the settings of the environment and not by HTTP.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from actors.questions.rpc import OLD_MODEL, READ_ACTOR, READ_QUEUE, ReadRequest
from actors.reading.uploads import PART_BYTES, UPLOAD_JSON, Upload, new_id, part_name
from actors.redis_connection import Names
from graphnet.messages import Message, rendered
from registry import RegistryError, Store
from service.stores.worker_calls import NoAnswer, WorkerClient

MOST_BYTES = 100_000_000  # of a file, packed and unpacked
PATIENCE_SECONDS = 330.0
ALONE_SECONDS = 10.0


class ImportRefused(Exception):
    """Why a model was not imported; ``str`` is the English sentences, one per line."""

    def __init__(self, *messages: Message) -> None:
        super().__init__(*messages)
        self.messages = messages

    def __str__(self) -> str:
        return "\n".join(rendered(self.messages))


@dataclass(frozen=True)
class OldModel:
    """A file, the task that it belongs to, and what an operator says of it.

    Lists are in the order in which the net takes them; empty is not said.
    """

    file: Path
    task_id: str
    architecture: str
    scaler: str
    graph: str
    regions: Sequence[str] = ()
    measures: Sequence[str] = ()
    classes: Sequence[str] = ()
    train_data: Sequence[str] = ()
    replace: bool = False

    def mapping(self) -> Mapping[str, str]:
        """As it travels to a worker."""
        lists = ("regions", "measures", "classes", "train_data")
        return {
            **{name: getattr(self, name) for name in ("architecture", "scaler", "graph")},
            **{name: json.dumps(list(getattr(self, name))) for name in lists},
            "replace": "yes" if self.replace else "no",
        }


@dataclass(frozen=True)
class ImportedModel:
    """What became of an old model; ``unknown`` is what nobody said and the file does not say.

    ``classes`` are their names, or numbers. ``facts`` is the worker's whole answer, as JSON.
    """

    task_id: str
    architecture: str
    regions: int
    measures: Sequence[str]
    classes: Sequence[str]
    unknown: Sequence[str]
    model_state_path: str
    warnings: Sequence[Message]
    facts: Mapping[str, Any]

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        """From a worker's answer; an older worker gives sentences alone."""
        sizes, names = facts["sizes"], facts["class_names"]
        return cls(
            facts["task_id"],
            facts["model"],
            sizes["regions"],
            facts["measures"],
            [names.get(str(label), str(label)) for label in range(sizes["classes"])],
            facts["unknown"],
            facts["model_state_path"],
            [
                Message.from_json(warning)
                for warning in facts.get("warning_messages", facts["warnings"])
            ],
            facts,
        )


async def import_model(old: OldModel, uploads: Store, redis_url: str) -> ImportedModel:
    """Have a worker import it; what became of it. The database must be open.

    Raises:
        ImportRefused: it cannot be imported so, or nobody has answered.
        OSError: the file cannot be read.
        RegistryError, DatabaseError: these refuse, or do not answer.

    """
    upload = await asyncio.to_thread(_sent, old.file, uploads)
    asker = WorkerClient(
        redis_url,
        Names(),
        READ_QUEUE,
        READ_ACTOR,
        patience=PATIENCE_SECONDS,
        alone=ALONE_SECONDS,
    )
    try:
        answer = await asker.ask(_request(old, upload))
    except NoAnswer as error:
        raise ImportRefused(error.message) from error
    finally:
        asker.close()
        await asyncio.to_thread(_removed, upload, uploads)
    return _imported_by_worker(answer)


def _request(old: OldModel, upload: Upload) -> ReadRequest:
    return ReadRequest(
        purpose=OLD_MODEL,
        name=old.file.name,
        data_id=old.task_id,
        upload=upload.upload_id,
        mapping=old.mapping(),
        most=MOST_BYTES,
    )


def _imported_by_worker(answer: Mapping[str, Any]) -> ImportedModel:
    """What a worker's answer says. Raises ImportRefused."""
    if "imported" in answer:
        return ImportedModel.read(answer["imported"])
    if "refused" in answer:
        refused = answer.get("refused_messages", answer["refused"])
        raise ImportRefused(*map(Message.from_json, refused))
    for kind in ("full", "gone"):
        if kind in answer:
            raise ImportRefused(Message.from_json(answer[kind]))
    raise ImportRefused(Message("predecessor.workers-too-old"))


def _sent(file: Path, store: Store) -> Upload:
    upload_id, count, size = new_id(), 0, file.stat().st_size
    if size > MOST_BYTES:
        sizes = {"megabytes": round(size / 1e6), "most": round(MOST_BYTES / 1e6)}
        raise ImportRefused(Message("predecessor.file-too-large", file=file.name, **sizes))
    for count, part in enumerate(_parts(file), 1):
        store.put(upload_id, part_name(count - 1), part)
    upload = Upload(upload_id, "", "", file.name, count, size)
    store.put(upload_id, UPLOAD_JSON, upload.to_bytes())
    return upload


def _parts(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while part := opened.read(PART_BYTES):
            yield part


def _removed(upload: Upload, store: Store) -> None:
    """Remove the upload; where storage does not answer, a sweep does."""
    try:
        store.delete(upload.upload_id)
    except RegistryError:
        return
