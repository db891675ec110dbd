"""Every page in one table, beside the API's."""

from service.api.endpoint import PAGES as PAGES_TAG
from service.api.endpoint import Endpoint
from service.http.responses import SEE_OTHER, ErrorNum

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
CHANGES = (
    *(ErrorNum.FORM_INVALID, ErrorNum.NOT_OURS),
    *(ErrorNum.IN_USE, ErrorNum.UNCONFIRMED),
)
TASK = "/tasks/{task_id}"


def _page(method: str, path: str, handler: str, summary: str, *refusals: ErrorNum) -> Endpoint:
    return Endpoint(
        *(method, path, handler, summary),
        refusals=refusals,
        media_type="text/html",
        tag=PAGES_TAG,
        also={SEE_OTHER: "on to another page: of what was done, or to sign in first"},
    )


PAGES = (
    _page("GET", "/", "pages.home:home", "The tasks.", *LIST),
    _page(
        *("POST", "/example", "pages.home:example", "Stores an example cohort."),
        *(*READING, ErrorNum.NAME_TAKEN),
    ),
    _page("GET", "/tasks/new", "pages.new_task:show", "The form of a new task."),
    _page("POST", "/tasks/new", "pages.new_task:submit", "Sends it.", *NO_TASK),
    _page(
        "POST", "/tasks/new/preview", "pages.new_task:preview", "The form as JSON and for a shell."
    ),
    _page("GET", TASK, "pages.task:show", "A task.", *NOT_THERE),
    _page(
        "GET",
        f"{TASK}/live",
        "pages.task:live",
        "What of it changes while it learns.",
        *NOT_THERE,
    ),
    _page(
        *(
            "GET",
            f"{TASK}/predictions",
            "pages.predictions:table",
            "Who was predicted how, by pages.",
        ),
        *(*NOT_THERE, *STORED),
    ),
    _page(
        *(
            "POST",
            f"{TASK}/predict",
            "pages.predictions:predict",
            "New subjects, on a page or as CSV.",
        ),
        *(*NOT_THERE, *READING, *STORED),
    ),
    _page(
        *("GET", f"{TASK}/brain", "pages.brain:brain", "Its regions in a brain that is turned."),
        *(*NOT_THERE, *STORED),
    ),
    _page("GET", "/compare", "pages.compare:show", "Tasks side by side."),
    _page(
        "POST", f"{TASK}/cancel", "pages.task:cancel", "Ends a task.", *NOT_THERE, ErrorNum.NOT_OURS
    ),
    _page(
        *("POST", f"{TASK}/retry", "pages.task:retry", "Tries a task again."),
        *(ErrorNum.NOT_OURS, ErrorNum.NOT_RETRIABLE, *NO_TASK),
    ),
    _page("GET", "/refused", "pages.home:refused_forms", "The forms that were refused.", *LIST),
    _page("GET", "/datasets", "pages.datasets:show", "The datasets.", *LIST),
    _page(
        "POST",
        "/datasets",
        "pages.datasets:upload",
        "Stores a file.",
        *LIST,
        ErrorNum.NAME_TAKEN,
        *READING,
    ),
    _page(
        *(
            "POST",
            "/datasets/{data_name:path}/mapping",
            "pages.datasets:answer",
            "Says how it is meant.",
        ),
        *(*NOT_THERE, *READING),
    ),
    *(
        _page(
            "POST",
            f"/datasets/{{data_name:path}}/{what}",
            f"pages.manage:{handler}",
            summary,
            *(*NOT_THERE, *CHANGES, *more),
        )
        for what, handler, summary, more in (
            ("edit", "edit_dataset", "Changes name or notes.", (ErrorNum.NAME_TAKEN,)),
            ("delete", "delete_dataset", "Asks, then deletes a dataset.", ()),
            ("erase", "erase", "Asks, then erases subjects.", READING),
        )
    ),
    _page("POST", f"{TASK}/edit", "pages.manage:edit_task", "Changes name or notes.", *CHANGES),
    _page(
        *("POST", f"{TASK}/delete", "pages.manage:delete_task", "Asks, then deletes a task."),
        *(*CHANGES, ErrorNum.REGISTRY_UNAVAILABLE),
    ),
    _page("POST", f"{TASK}/share", "pages.access:share", "Makes a link to the report.", *NOT_THERE),
    _page("POST", f"{TASK}/unshare", "pages.access:unshare", "Makes its links void.", *NOT_THERE),
    _page(
        *("GET", "/shared/{token}", "pages.access:shared", "A report by a link that expires."),
        *(*NOT_THERE, *STORED),
    ),
    _page(
        *("GET", "/projects/{proj_id:path}", "pages.home:project_page"),
        *("A project: its datasets, tasks and models.", *NOT_THERE),
    ),
    _page("GET", "/operators", "pages.operators:show", "The installation, for operators."),
    _page("GET", "/audit", "pages.manage:audit", "Who has changed or deleted what.", *LIST),
    _page("GET", "/datasets/{data_name:path}", "pages.datasets:detail", "A dataset.", *NOT_THERE),
    _page("GET", "/sign-in", "pages.access:show_sign_in", "Asks for a token."),
    _page("POST", "/sign-in", "pages.access:sign_in", "Keeps a token in a cookie."),
    _page("POST", "/sign-out", "pages.access:sign_out", "Forgets the token."),
    _page("GET", "/preferences", "pages.access:prefer", "Remembers a language or a theme."),
    _page(
        "GET", "/static/{version}/{name}", "pages.site:static", "A file of the pages.", *NOT_THERE
    ),
)
