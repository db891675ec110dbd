"""Datasets: what there is, a look at a file before it is kept, and what was found in one."""

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from db import datasets
from db.errors import NameTaken
from graphnet import figures
from service.guard import caller_of
from service.house import house_of
from service.pages.formats import path_of
from service.pages.site import SEE_OTHER, page, words
from service.queries import asked_flag, asked_project
from service.replies import MEANINGS, ErrorNum, FieldError, Refusal
from service.routes.datasets import LENGTHS, dataset_of, taken

PAGE = 100
FILE = "datafile"


async def show(request: Request) -> Response:
    """The list, and a form for a new one."""
    return await _list(request)


async def upload(request: Request) -> Response:
    """Show what a file is understood as, or keep it; errors stand beside the fields."""
    preview = asked_flag(request, "preview")
    try:
        found = await taken(request, preview=preview)
    except (Refusal, NameTaken) as error:
        number, errors = _said(error)
        return await _list(request, MEANINGS[number][0], errors=errors)
    if preview:
        return await _list(request, **_shown(request, found["dataset"]), preview=found["preview"])
    return RedirectResponse(f"/datasets/{path_of(found['dataset']['data_name'])}", SEE_OTHER)


async def detail(request: Request) -> Response:
    """One dataset: its quality, and how its values lie at each site."""
    record = await dataset_of(request)
    found = (await house_of(request).profiles.detailed(record)).shown(record, detailed=True)
    return page(request, "dataset.html", **_shown(request, found))


def _said(error: Refusal | NameTaken) -> tuple[ErrorNum, dict[str, list[str]]]:
    """The sentences by field; what concerns none stands beside the file."""
    if isinstance(error, NameTaken):
        return ErrorNum.NAME_TAKEN, {"data_name": [str(error)]}
    listed: tuple[FieldError, ...] = error.errors or ((FILE, error.msg),)
    errors: dict[str, list[str]] = {}
    for field, sentence in listed:
        errors.setdefault(field if field in LENGTHS else FILE, []).append(sentence)
    return error.number, errors


def _shown(request: Request, dataset: dict[str, Any]) -> dict[str, Any]:
    say = words(request)
    drawn = figures.distributions(dataset["distributions"], say)
    rules = {rule: say(sentence) for rule, sentence in dataset["rules"].items()}
    return {"dataset": {**dataset, "rules": rules}, "drawn": Markup(drawn)}  # noqa: S704 - our own, escaped there


async def _list(request: Request, status: int = 200, **content: Any) -> Response:
    caller, query = caller_of(request), request.query_params
    listed, cursor = await datasets.list_datasets(
        proj_id=asked_project(request, caller), limit=PAGE, cursor=query.get("cursor") or None
    )
    known = await house_of(request).profiles.glanced(
        [each for each in listed if caller.sees(each.proj_id)]
    )
    return page(
        request,
        "datasets.html",
        status,
        datasets=[
            known[each.data_name].shown(each, detailed=False)
            for each in listed
            if each.data_name in known
        ],
        cursor=cursor,
        proj_id=query.get("proj_id") or caller.proj_id or "",
        **{"errors": {}, "preview": None, "dataset": None, **content},
    )
