"""What a form can choose from: datasets, models, and tasks to begin with."""

import json
from typing import Any

from starlette.requests import Request

from db import datasets
from db.queue.states import Status
from db.submissions import tasks
from db.submissions.ownership import Owner
from db.submissions.tasks import TaskRecord
from graphnet.artifacts.result import TaskResult
from graphnet.catalogue import MODELS, ModelCard
from graphnet.config import TrainingSettings
from graphnet.evaluation.headline import Headline
from service.http.auth import caller_of
from service.http.queries import may_be_id
from service.predecessor import SUCCESS
from service.routes.datasets import MOST
from service.routes.tasks import find_task
from service.state import state_of
from service.stores.dataset_views import dataset_views
from service.stores.task_summaries import TaskSummary
from service.stores.task_views import instant

MOST_TASKS = 100


async def datasets_of(request: Request, proj_id: str) -> list[dict[str, Any]]:
    """The datasets of a project with what they hold."""
    if not (caller_of(request).sees(proj_id) and may_be_id(proj_id)):
        return []
    listed, _ = await datasets.list_datasets(proj_id=proj_id, limit=MOST)
    records = [each for each in listed if each.proj_id == proj_id]
    known = await state_of(request).profiles.glanced(records)
    return await dataset_views(records, known)


async def projects(request: Request) -> list[str]:
    """The projects that have datasets, that of the newest first."""
    caller = caller_of(request)
    listed, _ = await datasets.list_datasets(proj_id=caller.proj_id, limit=MOST)
    seen = (each.proj_id for each in listed if caller.sees(each.proj_id))
    return list(dict.fromkeys(seen))


def models() -> list[dict[str, Any]]:
    """Every model with its recommended settings, also as text for a script."""
    return [{"card": card, "settings": json.dumps(_recommended(card))} for card in MODELS.values()]


def _recommended(card: ModelCard) -> dict[str, Any]:
    """The recommended settings as a field shows them: of connectomes another one in brackets."""
    settings = TrainingSettings.for_model(card.name).as_dict()
    others = {
        name: f"{settings[name]} (FC: {value})" for name, value in card.of_connectomes.items()
    }
    return settings | others


async def parents(request: Request, named: str) -> list[dict[str, Any]]:
    """The newest tasks with a stored model; the one that is ``named`` whatever its age."""
    found = await _finished(request, [named] if named else [])
    return [each for each in await _choices(request, found) if each["has_model"]]


async def comparable(request: Request, named: list[str]) -> list[dict[str, Any]]:
    """The newest finished tasks whose methods are known; those that are ``named`` too."""
    found = await _finished(request, named)
    return await _choices(request, [task for task in found if not task.by_predecessor])


async def _finished(request: Request, named: list[str]) -> list[TaskRecord]:
    """The newest finished tasks, those that are ``named`` before them where they are older.

    What the predecessor trained is among them where its model was brought in.
    """
    caller = caller_of(request)
    listed, _ = await tasks.list_tasks(
        proj_id=caller.proj_id, status=(Status.FINISHED.value, SUCCESS), limit=MOST_TASKS
    )
    seen = [task for task in listed if caller.sees(task.proj_id)]
    there = {task.task_id for task in seen}
    older = [await find_task(request, each) for each in named if each not in there]
    found = [*filter(None, older), *seen]
    return [task for task in found if task.owner is Owner.OURS]


async def _choices(request: Request, found: list[TaskRecord]) -> list[dict[str, Any]]:
    outlines = await state_of(request).task_summaries.of(found)
    return _with_models([_described(task, outlines.get(task.task_id)) for task in found])


def _with_models(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A fine-tuning that names no model has its parent's, as far as that is listed too."""
    known: dict[str, str] = {}
    for each in reversed(listed):  # the oldest first
        known[each["task_id"]] = each["model"] or known.get(each["parent"], "")
    return [{**each, "model": known[each["task_id"]]} for each in listed]


def _described(task: TaskRecord, outline: TaskSummary | None) -> dict[str, Any]:
    """A task as a list to choose from shows it."""
    known = outline or TaskSummary()
    shown = _auc(known.headline)
    return {
        "task_id": task.task_id,
        "name": task.task_name or task.task_id,
        "proj_id": task.proj_id,
        "date": instant(task.finished_at or task.submitted_at),
        "model": model_of(task),
        "parent": task.parent_task_id,
        "data": names(task.task_config.get("train_data")),
        "split": shown.split if shown else "",
        "auc": shown.value if shown else None,
        "has_model": known.stored and not task.removed_at,
    }


def headline(task: TaskRecord) -> Headline | None:
    """The AUC that says most of new subjects; None where there is none."""
    return _auc(Headline.of(TaskResult.from_json(task.task_result)))


def _auc(found: Headline | None) -> Headline | None:
    return found if found and found.metric == "auc" else None


def model_of(task: TaskRecord) -> str:
    """The model that the form named; "" where it named none."""
    return ", ".join(names(task.task_config.get("model")))


def names(value: Any) -> list[str]:
    """One name or a list of them, as older services wrote both."""
    listed = value if isinstance(value, list) else [value]
    return [str(each) for each in listed if each]
