"""Every page in one table, beside the API's."""

from typing import Any

from service.endpoints import Endpoint, Handler
from service.pages import (
    assets,
    compare,
    home,
    new_task,
    predicting,
    predictions,
    progress,
    signing,
    task,
)
from service.replies import ErrorNum


def _page(path: str, handler: Handler, summary: str, **more: Any) -> Endpoint:
    return Endpoint("GET", path, handler, summary, media_type="text/html", tag="pages", **more)


def _post(path: str, handler: Handler, summary: str, **more: Any) -> Endpoint:
    return Endpoint("POST", path, handler, summary, media_type="text/html", tag="pages", **more)


OF_TASK = (ErrorNum.NOT_FOUND,)

PAGES = (
    _page("/", home.home, "The tasks."),
    _page(
        "/tasks/new",
        new_task.show,
        "The form of a new task.",
        query={
            "parent": "a finished task to fine-tune",
            "train_data": "a dataset to train on",
            "proj_id": "whose datasets are shown",
        },
    ),
    _post("/tasks/new", new_task.submit, "Submits the form, or shows what is wrong with it."),
    _post("/tasks/new/preview", new_task.preview, "The form as JSON and as a line for a shell."),
    _page(
        "/tasks/{task_id}", task.show, "One task: progress, result, downloads.", refusals=OF_TASK
    ),
    _page(
        "/tasks/{task_id}/live", progress.live, "What changes while it trains.", refusals=OF_TASK
    ),
    _page(
        "/tasks/{task_id}/predictions",
        predictions.table,
        "A page of the predictions by subject.",
        query={"split": "whose", "q": "a text in id or site", "page": "from 1 on"},
        refusals=(*OF_TASK, ErrorNum.REGISTRY_UNAVAILABLE, ErrorNum.STORED_DAMAGED),
    ),
    _post(
        "/tasks/{task_id}/predict",
        predicting.predict,
        "What the stored model says of new subjects, as a page or as CSV.",
        refusals=OF_TASK,
    ),
    _page("/compare", compare.show, "Tasks side by side.", query={"task": "an id; 2 to 6 times"}),
    _page("/sign-in", signing.show_sign_in, "Asks for a token."),
    _post("/sign-in", signing.sign_in, "Keeps a token in a cookie."),
    _post("/sign-out", signing.sign_out, "Forgets the token."),
    _page("/preferences", signing.prefer, "Remembers a language or a theme."),
    _page(
        "/static/{version}/{name}",
        assets.static,
        "A file of the pages.",
        refusals=(ErrorNum.NOT_FOUND,),
    ),
)
