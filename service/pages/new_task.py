"""A new task: the contract's form, with what there is to choose from."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from db import datasets, tasks
from db.states import Status
from graphnet.catalogue import GRAPHS, MODELS
from graphnet.config import CHOICES, FLAGS, OPTIONS, Settings
from service.body import read_fields
from service.guard import caller_of
from service.house import house_of
from service.pages.site import SEE_OTHER, page
from service.profiles import profiles
from service.queries import asked_project
from service.replies import Refusal
from service.routes.submission import accepted

USUAL = ("epochs", "learning_rate", "batch_size", "lr_step_size", "lr_decay", "cv_folds", "seed")
MOST_DATASETS, MOST_PARENTS = 300, 200
SPLITS = ("train_data", "val_data", "test_data")


async def show(request: Request) -> Response:
    """The empty form; ``train_data``, ``parent`` and ``proj_id`` may be chosen beforehand."""
    query = request.query_params
    parent = query.get("parent", "")
    fields: dict[str, Any] = {
        "proj_id": query.get("proj_id") or caller_of(request).proj_id or "",
        "train_data": query.getlist("train_data"),
        "task_type": "dl_ft" if parent else "dl_ts",
        "param_set": {"trained_task_id": parent},
    }
    return await _form(request, fields, {})


async def submit(request: Request) -> Response:
    """Send the form; where it is wrong, what was typed stays and each error stands by its field."""
    fields = _given(await read_fields(request, house_of(request).settings.max_form_bytes))
    try:
        answer = json.loads(await accepted(request, house_of(request), fields))
    except Refusal as refusal:
        if not refusal.errors:
            raise
        return await _form(request, fields, _by_field(refusal), status=422)
    return RedirectResponse(f"/tasks/{answer['task_form']['task_id']}", SEE_OTHER)


async def _form(
    request: Request, fields: dict[str, Any], errors: dict[str, str], status: int = 200
) -> Response:
    caller = caller_of(request)
    project = asked_project(request, caller)
    there = await datasets.list_datasets(proj_id=project, limit=MOST_DATASETS)
    seen = [record for record in there if caller.sees(record.proj_id)]
    known = await profiles(seen)
    finished, _ = await tasks.list_tasks(
        proj_id=project, status=Status.FINISHED, limit=MOST_PARENTS
    )
    return page(
        request,
        "new_task.html",
        status,
        fields=fields,
        param_set=fields.get("param_set") or {},
        errors=errors,
        datasets=[known[each.data_name].shown(each, detailed=False) for each in seen],
        parents=[task for task in finished if caller.sees(task.proj_id)],
        models=[(card, Settings.for_model(card.name).as_dict()) for card in MODELS.values()],
        graphs=GRAPHS,
        usual=USUAL,
        others=[name for name in OPTIONS if name not in USUAL],
        options=OPTIONS,
        choices={name: list(choice.names) for name, choice in CHOICES.items()},
        flags=set(FLAGS),
    )


def _given(posted: dict[str, Any]) -> dict[str, Any]:
    """What was filled in; a field left empty takes the model's recommended setting."""
    inner = posted.get("param_set")
    settings = inner if isinstance(inner, dict) else {}
    given = {name: value for name, value in settings.items() if value != ""}
    fields = {**posted, "param_set": given}
    if fields.get("task_type") != "dl_ft":
        given.pop("trained_task_id", None)
    for split in SPLITS:
        fields.setdefault(split, [])
    return fields


def _by_field(refusal: Refusal) -> dict[str, str]:
    """Sentences by the form's own names of fields; all of one field together."""
    found: dict[str, str] = {}
    for field, sentence in refusal.errors:
        name = field.rpartition(".")[2]
        found[name] = f"{found[name]} {sentence}" if name in found else sentence
    return found
