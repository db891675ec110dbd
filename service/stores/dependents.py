"""What depends on a dataset or a task, as far as a caller may know, and what names a subject."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from db.dependents import Dependent, descendants, tasks_naming
from db.labels import Label
from graphnet.messages import Message
from registry import EVIDENCE, MANIFEST, ObjectDamaged, ObjectMissing
from service.api.views import DependentView, Json
from service.http.auth import Caller
from service.http.responses import ApiError, ErrorNum
from service.stores.artifacts import ArtifactReader

AT_ONCE = 4  # tasks whose manifest and evidence are read


@dataclass(frozen=True)
class Dependents:
    """Tasks that the caller sees, the newest first; of other projects how many there are."""

    seen: tuple[DependentView, ...]
    hidden_waiting: int = 0
    hidden: int = 0

    @property
    def count(self) -> int:
        """All of them."""
        return len(self.seen) + self.hidden_waiting + self.hidden

    def content(self) -> dict[str, Any]:
        """As an answer holds it."""
        others = self.hidden + self.hidden_waiting
        return {"dependents": [dependent.as_dict() for dependent in self.seen], "others": others}

    def refuse_waiting(self) -> None:
        """Raise ApiError if one has not ended."""
        waiting = tuple(dependent.task_id for dependent in self.seen if dependent.waiting)
        if waiting:
            message = Message("tidy.in-use", count=len(waiting), tasks=waiting)
            raise ApiError(ErrorNum.IN_USE, message, content=self.content())
        if self.hidden_waiting:
            message = Message("tidy.in-use-elsewhere", count=self.hidden_waiting)
            raise ApiError(ErrorNum.IN_USE, message, content=self.content())

    def refuse_unconfirmed(self, message: Message) -> ApiError:
        """Why nothing is done yet."""
        return ApiError(ErrorNum.UNCONFIRMED, message, content=self.content())


async def of_dataset(data_name: str, label: Label, caller: Caller) -> Dependents:
    """The tasks whose forms name a dataset. Raises DatabaseError."""
    return _seen(await tasks_naming(data_name, label), caller)


async def of_task(task_id: str, caller: Caller) -> Dependents:
    """The tasks that were fine-tuned from a task, and from those. Raises DatabaseError."""
    return _seen(await descendants([task_id]), caller)


async def of_subjects(
    data_name: str, label: Label, caller: Caller, ids: Sequence[str], artifacts: ArtifactReader
) -> Dependents:
    """The tasks that have used a dataset, and their descendants, as far as they know these ids.

    Of those that wait or run nothing is looked at. Raises DatabaseError, RegistryUnavailable.
    """
    named = await tasks_naming(data_name, label)
    later = await descendants([task.task_id for task in named])
    using = {task.task_id for task in named}
    children = [replace(task, waiting=False) for task in later if task.task_id not in using]
    dependents = _seen([*named, *children], caller)
    places = asyncio.Semaphore(AT_ONCE)

    async def traced(view: DependentView) -> DependentView:
        async with places:
            return view if view.waiting else await _traced(view, ids, artifacts)

    looked_at = await asyncio.gather(*map(traced, dependents.seen))
    concerned = [task for task in looked_at if task.waiting or _is_concerned(task)]
    return replace(dependents, seen=tuple(concerned))


def _is_concerned(view: DependentView) -> bool:
    return view.trained is not False or view.predicted is not False


def _seen(tasks: Iterable[Dependent], caller: Caller) -> Dependents:
    listed = list(tasks)
    seen = tuple(_view(task) for task in listed if caller.sees(task.proj_id))
    others = [task for task in listed if not caller.sees(task.proj_id)]
    waiting = sum(task.waiting for task in others)
    return Dependents(seen, waiting, len(others) - waiting)


def _view(task: Dependent) -> DependentView:
    return DependentView(task.task_id, task.task_name, task.task_status, task.waiting)


async def _traced(
    view: DependentView, ids: Sequence[str], artifacts: ArtifactReader
) -> DependentView:
    """Whether the model was trained on one of these, and whether the predictions name one."""
    manifest = await _json_of(artifacts, view.task_id, MANIFEST)
    evidence = await _json_of(artifacts, view.task_id, EVIDENCE)
    return replace(view, trained=_trained(manifest, ids), predicted=_predicted(evidence, ids))


async def _json_of(artifacts: ArtifactReader, task_id: str, name: str) -> Json | None:
    """An object's JSON, {} where there is no such object; None where it cannot be read."""
    try:
        content = await artifacts.get(task_id, name)
        stored = await asyncio.to_thread(json.loads, content)
    except ObjectMissing:
        return {}
    except (ObjectDamaged, ValueError, RecursionError):
        return None
    return stored if isinstance(stored, dict) else None


def _trained(manifest: Json | None, ids: Sequence[str]) -> bool | None:
    from graphnet.artifacts.manifest import is_complete, subjects_seen  # noqa: PLC0415 - NumPy
    from graphnet.data.provenance import subjects  # noqa: PLC0415 - is not for the start

    if not manifest:
        return None if manifest is None else False
    if set(subjects_seen(manifest)) & set(subjects(ids)):
        return True
    return False if is_complete(manifest) else None


def _predicted(evidence: Json | None, ids: Sequence[str]) -> bool | None:
    if evidence is None:
        return None
    try:
        tables = evidence.get("predictions", {}).values()
        return any(subject in ids for table in tables for subject in table["id"])
    except (AttributeError, KeyError, TypeError):
        return None
