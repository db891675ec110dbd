"""What a form can choose from: datasets, models, and tasks to begin with."""

import json
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request

from db import datasets
from db.queue.states import Status
from db.submissions import tasks
from db.submissions.ownership import Owner
from db.submissions.tasks import TaskRecord
from graphnet.catalogue import MODELS, ModelCard
from graphnet.config import TrainingSettings
from graphnet.evaluation.headline import LEADING, Headline
from service.http.auth import caller_of
from service.http.queries import may_be_id
from service.predecessor import SUCCESS
from service.routes.datasets import MOST
from service.routes.tasks import find_task
from service.state import state_of
from service.stores.views import TaskSummary, dataset_views, instant

MOST_TASKS = 100


@dataclass(frozen=True)
class ModelChoice:
    """A model, and as JSON for a script its recommended ``settings``."""

    card: ModelCard
    settings: str


@dataclass(frozen=True)
class TaskChoice:
    """A finished task in a list; ``auc`` on the subjects of ``split``, None where there is none."""

    task_id: str
    name: str
    proj_id: str
    date: str | None
    model: str
    parent: str
    data: list[str]
    split: str
    auc: float | None
    has_model: bool


async def datasets_of(request: Request, proj_id: str) -> list[dict[str, Any]]:
    """The datasets of a project with what they hold."""
    if not (caller_of(request).sees(proj_id) and may_be_id(proj_id)):
        return []
    listed, _ = await datasets.list_datasets(proj_id=proj_id, limit=MOST)
    records = [record for record in listed if record.proj_id == proj_id]
    profiles = await state_of(request).profiles.glanced(records)
    return await dataset_views(records, profiles)


async def projects(request: Request) -> list[str]:
    """The projects that have datasets, that of the newest first."""
    caller = caller_of(request)
    listed, _ = await datasets.list_datasets(proj_id=caller.proj_id, limit=MOST)
    seen = (record.proj_id for record in listed if caller.sees(record.proj_id))
    return list(dict.fromkeys(seen))


def models() -> list[ModelChoice]:
    """Every model with its recommended settings."""
    return [ModelChoice(card, json.dumps(_recommended(card))) for card in MODELS.values()]


def _recommended(card: ModelCard) -> dict[str, Any]:
    """The recommended settings as a field shows them: of connectomes another one in brackets."""
    settings = TrainingSettings.for_model(card.name).as_dict()
    others = {
        name: f"{settings[name]} (FC: {value})" for name, value in card.of_connectomes.items()
    }
    return settings | others


async def parents(request: Request, named: str) -> list[TaskChoice]:
    """The newest tasks with a stored model; the one that is ``named`` whatever its age."""
    finished = await _finished(request, [named] if named else [])
    return [choice for choice in await _choices(request, finished) if choice.has_model]


async def comparable(request: Request, named: list[str]) -> list[TaskChoice]:
    """The newest finished tasks whose methods are known; those that are ``named`` too."""
    finished = await _finished(request, named)
    return await _choices(request, [task for task in finished if not task.by_predecessor])


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
    older = [await find_task(request, task_id) for task_id in named if task_id not in there]
    return [task for task in (*filter(None, older), *seen) if task.owner is Owner.OURS]


async def _choices(request: Request, finished: list[TaskRecord]) -> list[TaskChoice]:
    summaries = await state_of(request).task_summaries.of(finished)
    return _with_models([_choice(task, summaries.get(task.task_id)) for task in finished])


def _with_models(choices: list[TaskChoice]) -> list[TaskChoice]:
    """A fine-tuning that names no model has its parent's, as far as that is listed too."""
    models_by_task: dict[str, str] = {}
    for choice in reversed(choices):  # the oldest first
        models_by_task[choice.task_id] = choice.model or models_by_task.get(choice.parent, "")
    return [replace(choice, model=models_by_task[choice.task_id]) for choice in choices]


def _choice(task: TaskRecord, summary: TaskSummary | None) -> TaskChoice:
    known = summary or TaskSummary()
    auc = _auc(known.headline)
    return TaskChoice(
        task_id=task.task_id,
        name=task.task_name or task.task_id,
        proj_id=task.proj_id,
        date=instant(task.finished_at or task.submitted_at),
        model=model_of(task),
        parent=task.parent_task_id,
        data=names(task.form.fields.get("train_data")),
        split=auc.split if auc else "",
        auc=auc.value if auc else None,
        has_model=known.stored and not task.removed_at,
    )


def headline(task: TaskRecord) -> Headline | None:
    """The AUC that says most of new subjects; None where there is none."""
    return _auc(Headline.of(task.result))


def _auc(headline: Headline | None) -> Headline | None:
    return headline if headline and headline.metric in LEADING[:2] else None


def model_of(task: TaskRecord) -> str:
    """The model that the form named; "" where it named none."""
    return ", ".join(names(task.form.fields.get("model")))


def names(value: Any) -> list[str]:
    """One name or a list of them, as older services wrote both."""
    listed = value if isinstance(value, list) else [value]
    return [str(name) for name in listed if name]
