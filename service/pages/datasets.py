"""Datasets: what there is, a new one, and what was found in it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from db import datasets
from graphnet.quality import RULES
from service.guard import caller_of
from service.house import house_of
from service.pages.site import SEE_OTHER, page
from service.profiles import profiles
from service.queries import asked_project
from service.replies import ErrorNum, Refusal
from service.routes.datasets import taken

MOST = 300


async def show(request: Request) -> Response:
    """The list, and a form for a new one."""
    return await _list(request, [])


async def upload(request: Request) -> Response:
    """Store a file and show what was found in it; its errors where it is none."""
    with house_of(request).admission.upload():
        try:
            name = (await taken(request))["data_name"]
        except Refusal as refusal:
            if refusal.number not in (
                ErrorNum.FORM_INVALID, ErrorNum.DATASET_UNREADABLE, ErrorNum.TOO_LARGE
            ):  # fmt: skip
                raise
            sentences = [sentence for _, sentence in refusal.errors] or [refusal.msg]
            return await _list(request, sentences, status=422)
    return RedirectResponse(f"/datasets/{name}", SEE_OTHER)


async def detail(request: Request) -> Response:
    """One dataset and its quality."""
    name = request.path_params["data_name"]
    found = await datasets.find_datasets([name])
    if not found or not caller_of(request).sees(found[0].proj_id):
        raise Refusal(ErrorNum.NOT_FOUND, f"There is no dataset {name[:64]!r}.")
    profile = (await profiles(found))[found[0].data_name]
    return page(
        request, "dataset.html", dataset=profile.shown(found[0], detailed=True), rules=RULES
    )


async def _list(request: Request, errors: list[str], status: int = 200) -> Response:
    caller = caller_of(request)
    listed = await datasets.list_datasets(proj_id=asked_project(request, caller), limit=MOST)
    seen = [record for record in listed if caller.sees(record.proj_id)]
    known = await profiles(seen)
    return page(
        request,
        "datasets.html",
        status,
        datasets=[known[each.data_name].shown(each, detailed=False) for each in seen],
        errors=errors,
        proj_id=request.query_params.get("proj_id") or caller.proj_id or "",
    )
