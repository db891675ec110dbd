"""Every page in one table, beside the API's."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from db import cancellation
from service.api.endpoint import PAGES as PAGES_TAG
from service.api.endpoint import Endpoint, Handler
from service.http.responses import ErrorNum
from service.pages import (
    assets,
    compare,
    datasets,
    home,
    new_task,
    predicting,
    predictions,
    progress,
    refused,
    signing,
    task,
)
from service.pages.site import SEE_OTHER, own
from service.predecessor import require_ours
from service.routes.submission import submit_again
from service.routes.tasks import task_of
from service.state import state_of

NOT_THERE = (ErrorNum.NOT_FOUND,)
LIST = (ErrorNum.NOT_FOUND, ErrorNum.FORM_INVALID)
STORED = (ErrorNum.REGISTRY_UNAVAILABLE, ErrorNum.STORED_DAMAGED, ErrorNum.STORED_LOST)
READING = (
    *(ErrorNum.DATASET_UNREADABLE, ErrorNum.QUESTIONS_OPEN, ErrorNum.NO_WORKER),
    *(ErrorNum.FORM_INVALID, ErrorNum.TOO_MANY),
    *(ErrorNum.REGISTRY_UNAVAILABLE, ErrorNum.STORAGE_FULL),
)
NO_TASK = (
    *(ErrorNum.FORM_INVALID, ErrorNum.TOO_MANY),
    *(ErrorNum.KEY_REUSED, ErrorNum.REGISTRY_UNAVAILABLE),
)
TASK = "/tasks/{task_id}"


async def cancel(request: Request) -> Response:
    """End a task and go back to it, or to the page that is named as ``next``."""
    task = await task_of(request)
    require_ours(task)
    await cancellation.cancel(task.task_id, state_of(request).settings.process.public_url)
    return _further(request, task.task_id)


async def retry(request: Request) -> Response:
    """Try a task again and go to the new one."""
    task_id = await submit_again(request, await task_of(request))
    return _further(request, task_id)


def _further(request: Request, task_id: str) -> Response:
    return RedirectResponse(own(request.query_params.get("next") or f"/tasks/{task_id}"), SEE_OTHER)


def _page(method: str, path: str, handler: Handler, summary: str, *refusals: ErrorNum) -> Endpoint:
    return Endpoint(
        *(method, path, handler, summary),
        refusals=refusals,
        media_type="text/html",
        tag=PAGES_TAG,
        also={SEE_OTHER: "on to another page: of what was done, or to sign in first"},
    )


PAGES = (
    _page("GET", "/", home.home, "The tasks.", *LIST),
    _page("GET", "/tasks/new", new_task.show, "The form of a new task."),
    _page("POST", "/tasks/new", new_task.submit, "Sends it.", *NO_TASK),
    _page("POST", "/tasks/new/preview", new_task.preview, "The form as JSON and for a shell."),
    _page("GET", TASK, task.show, "A task.", *NOT_THERE),
    _page("GET", f"{TASK}/live", progress.live, "What of it changes while it learns.", *NOT_THERE),
    _page(
        *("GET", f"{TASK}/predictions", predictions.table, "Who was predicted how, by pages."),
        *(*NOT_THERE, *STORED),
    ),
    _page(
        *("POST", f"{TASK}/predict", predicting.predict, "New subjects, on a page or as CSV."),
        *(*NOT_THERE, *READING, *STORED),
    ),
    _page("GET", "/compare", compare.show, "Tasks side by side."),
    _page("POST", f"{TASK}/cancel", cancel, "Ends a task.", *NOT_THERE, ErrorNum.NOT_OURS),
    _page(
        *("POST", f"{TASK}/retry", retry, "Tries a task again."),
        *(ErrorNum.NOT_OURS, ErrorNum.NOT_RETRIABLE, *NO_TASK),
    ),
    _page("GET", "/refused", refused.show, "The forms that were refused.", *LIST),
    _page("GET", "/datasets", datasets.show, "The datasets.", *LIST),
    _page(
        "POST", "/datasets", datasets.upload, "Stores a file.", *LIST, ErrorNum.NAME_TAKEN, *READING
    ),
    _page(
        *("POST", "/datasets/{data_name:path}/mapping", datasets.answer, "Says how it is meant."),
        *(*NOT_THERE, *READING),
    ),
    _page("GET", "/datasets/{data_name:path}", datasets.detail, "A dataset.", *NOT_THERE),
    _page("GET", "/sign-in", signing.show_sign_in, "Asks for a token."),
    _page("POST", "/sign-in", signing.sign_in, "Keeps a token in a cookie."),
    _page("POST", "/sign-out", signing.sign_out, "Forgets the token."),
    _page("GET", "/preferences", signing.prefer, "Remembers a language or a theme."),
    _page("GET", "/static/{version}/{name}", assets.static, "A file of the pages.", *NOT_THERE),
)
