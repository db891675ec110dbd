"""Every address of the service in one table; the routes and the OpenAPI document come from it."""

from typing import Any

from service.api.endpoint import DATASET, TASK_FORM, Endpoint
from service.forms.reply import FORM_ADDRESSES
from service.http.responses import ErrorNum

V0 = "/api/v0"

READING = (
    ErrorNum.STORAGE_FULL,
    ErrorNum.DATASET_UNREADABLE,
    ErrorNum.QUESTIONS_OPEN,
    ErrorNum.NO_WORKER,
    ErrorNum.TOO_MANY,
)
MEANT = {
    "map": "how to read the file: id=choice, once per question",
    "mapping": "the same as one JSON object",
    "upload": "the id of a file that was sent within the last hour, instead of a body",
}
PAGE_OF_PROJECT = {
    "proj_id": "only this project's",
    "limit": "at most this many, 1 to 500; 50 if not given",
    "cursor": "next_cursor of the previous page",
}
BAD_FORM = (
    *(ErrorNum.BODY_UNREADABLE, ErrorNum.FORM_INVALID),
    *(ErrorNum.TOO_LARGE, ErrorNum.TOO_SLOW),
)


def _submit(path: str) -> Endpoint:
    return Endpoint(
        "POST",
        path,
        "routes.submission:submit",
        "Train from scratch (dl_ts) or fine-tune (dl_ft).",
        reply={"code": "integer", "task_form": "object", "warnings": "array"},
        body=TASK_FORM,
        refusals=(
            *BAD_FORM,
            *(ErrorNum.TOO_MANY, ErrorNum.KEY_REUSED, ErrorNum.REGISTRY_UNAVAILABLE),
        ),
        headers={
            "Idempotency-Key": "the same form with the same key is one task, however often sent"
        },
    )


def _test_db(path: str) -> Endpoint:
    return Endpoint(
        *("GET", path, "routes.health:test_db", "The text success when the database answers."),
        media_type="text/plain",
    )


EDITING = (*BAD_FORM, ErrorNum.NOT_FOUND, ErrorNum.NOT_OURS)
DEPENDENTS = {"dependents": "[Dependent]", "others": "integer"}
CONFIRM = {"confirm": "true: what cannot be undone is done"}
FIELDS = {"application/json": {"schema": {"type": "object"}}}


def _dataset_management() -> tuple[Endpoint, ...]:
    """A dataset is changed or deleted; before its own address, which takes any name."""
    one = f"{V0}/datasets/{{data_name:path}}"
    deleting = (ErrorNum.NOT_FOUND, ErrorNum.NOT_OURS, ErrorNum.IN_USE, ErrorNum.UNCONFIRMED)
    counted = dict.fromkeys(("removed", "left"), "integer")
    listed = dict.fromkeys(("not_found", "evidence_erased"), "array")
    return (
        Endpoint(
            *("PATCH", one, "routes.manage:edit_dataset"),
            "Change data_name, description, tags (a list) or archived (true or false).",
            reply={"dataset": "Dataset"},
            body=FIELDS,
            refusals=(*EDITING, ErrorNum.NAME_TAKEN, ErrorNum.IN_USE),
        ),
        Endpoint(
            *("DELETE", one, "routes.manage:delete_dataset"),
            "Delete a dataset, its arrays and its profile; models trained on it stay.",
            reply={"deleted": "string", **DEPENDENTS},
            query=CONFIRM,
            refusals=deleting,
        ),
        Endpoint(
            *("GET", f"{one}/dependents", "routes.manage:dataset_dependents"),
            "The tasks whose forms name a dataset.",
            reply=DEPENDENTS,
            refusals=(ErrorNum.NOT_FOUND,),
        ),
        Endpoint(
            *("POST", f"{one}/erase", "routes.manage:erase"),
            "Erase subjects from a dataset; with evidence also from predictions of tasks.",
            reply={**counted, **listed, **DEPENDENTS},
            body=FIELDS,
            refusals=(*deleting, *BAD_FORM, *READING, ErrorNum.REGISTRY_UNAVAILABLE),
        ),
    )


def _task_management() -> tuple[Endpoint, ...]:
    """A task is changed or deleted."""
    missing = (ErrorNum.NOT_FOUND, ErrorNum.NOT_OURS)
    return (
        _task(
            "",
            "routes.manage:edit_task",
            "Change task_name, description, tags (a list) or archived (true or false).",
            method="PATCH",
            reply={"task": "Task"},
            body=FIELDS,
            refusals=EDITING,
        ),
        _task(
            "",
            "routes.manage:delete_task",
            "Delete a task that has ended, with its model, its results and its log.",
            method="DELETE",
            reply={"deleted": "string", **DEPENDENTS},
            query=CONFIRM,
            refusals=(
                *(*missing, ErrorNum.IN_USE, ErrorNum.UNCONFIRMED),
                ErrorNum.REGISTRY_UNAVAILABLE,
            ),
        ),
        _task(
            "/dependents",
            "routes.manage:task_dependents",
            "The tasks that were fine-tuned from a task, and from those.",
            reply=DEPENDENTS,
        ),
    )


def _task(suffix: str, handler: str, summary: str, *, method: str = "GET", **more: Any) -> Endpoint:
    more.setdefault("refusals", (ErrorNum.NOT_FOUND,))
    return Endpoint(method, f"{V0}/tasks/{{task_id}}{suffix}", handler, summary, **more)


def _uploads() -> tuple[Endpoint, ...]:
    """A file in pieces, by the tus protocol."""
    one, resumable = f"{V0}/uploads/{{upload_id}}", {"Tus-Resumable": "1.0.0"}
    missing = (ErrorNum.NOT_FOUND, ErrorNum.REGISTRY_UNAVAILABLE, ErrorNum.TUS_VERSION)
    direct = (
        *(ErrorNum.NOT_FOUND, ErrorNum.REGISTRY_UNAVAILABLE),
        *(ErrorNum.FORM_INVALID, ErrorNum.BODY_UNREADABLE),
    )
    return (
        Endpoint(
            *("OPTIONS", f"{V0}/uploads", "routes.uploads:describe"),
            "What of the tus protocol is spoken: Tus-Version, Tus-Extension, Tus-Max-Size.",
            status=204,
        ),
        Endpoint(
            "POST",
            f"{V0}/uploads",
            "routes.uploads:begin",
            "Begin to upload a file in pieces (tus 1.0.0); Location is where they go.",
            headers={
                "Upload-Length": "bytes of the whole file",
                "Upload-Metadata": "filename and proj_id, each followed by its text in base64",
                **resumable,
            },
            query={"direct": "true: straight into the bucket, where that is set up"},
            reply={"upload": "object"},
            refusals=(
                *(ErrorNum.FORM_INVALID, ErrorNum.TOO_LARGE, ErrorNum.QUOTA_EXCEEDED),
                *(ErrorNum.REGISTRY_UNAVAILABLE, ErrorNum.TUS_VERSION),
            ),
            status=201,
        ),
        Endpoint(
            "GET",
            one,
            "routes.uploads:show",
            "How many bytes have come: Upload-Offset, by HEAD too.",
            reply={"upload": "object"},
            refusals=missing,
        ),
        Endpoint(
            "PATCH",
            one,
            "routes.uploads:add",
            "Add the piece that begins at Upload-Offset; what has come of a cut one is kept.",
            headers={"Upload-Offset": "the first byte's place in the file", **resumable},
            body={
                "application/offset+octet-stream": {
                    "schema": {"type": "string", "format": "binary"}
                }
            },
            refusals=(
                *missing,
                *(ErrorNum.UPLOAD_OFFSET, ErrorNum.FORM_INVALID, ErrorNum.BODY_UNREADABLE),
                ErrorNum.UNSUPPORTED_BODY,
                *(ErrorNum.TOO_LARGE, ErrorNum.TOO_SLOW, ErrorNum.TOO_MANY, ErrorNum.STORAGE_FULL),
            ),
            status=204,
        ),
        Endpoint(
            "POST",
            f"{one}/parts",
            "routes.uploads:part",
            "Where a part of a direct upload goes: PUT it to url with headers, within an hour.",
            body={"application/json": {"schema": {"type": "object"}}},
            reply={"part": "object"},
            refusals=(*direct, ErrorNum.TOO_LARGE),
        ),
        Endpoint(
            "POST",
            f"{one}/complete",
            "routes.uploads:complete",
            "All parts of a direct upload are in the bucket: put them together.",
            body={"application/json": {"schema": {"type": "object"}}},
            reply={"upload": "object"},
            refusals=(*direct, ErrorNum.UPLOAD_OFFSET, ErrorNum.TOO_LARGE),
        ),
        Endpoint(
            *("DELETE", one, "routes.uploads:stop", "Remove an upload."),
            refusals=missing,
            status=204,
        ),
    )


STORED = (
    *(ErrorNum.NOT_FOUND, ErrorNum.REGISTRY_UNAVAILABLE),
    *(ErrorNum.STORED_DAMAGED, ErrorNum.STORED_LOST),
)

ENDPOINTS = (
    *(_submit(path) for path in FORM_ADDRESSES),
    Endpoint(
        "GET",
        f"{V0}/refused_forms",
        "routes.submission:list_refused",
        "Task forms that were refused in the last 30 days, and why; newest first.",
        reply={"refused_forms": "[RefusedForm]", "next_cursor": "string?"},
        query=PAGE_OF_PROJECT,
        refusals=(ErrorNum.FORM_INVALID, ErrorNum.NOT_FOUND),
    ),
    Endpoint(
        "GET",
        f"{V0}/tasks",
        "routes.tasks:list_tasks",
        "Tasks, newest first.",
        reply={"tasks": "[Task]", "next_cursor": "string?"},
        query={
            "proj_id": "only this project's",
            "status": "only with this status; Success is the predecessor's word for Finished",
            "q": "only with this text, of at most 100 characters, in the id or the name",
            "tag": "only with this tag",
            "archived": "true: those that were archived too",
            "limit": "at most this many, 1 to 500; 50 if not given",
            "cursor": "next_cursor of the previous page",
        },
        refusals=(ErrorNum.FORM_INVALID,),
    ),
    _task(
        "",
        "routes.tasks:show",
        "One task with status, progress and result.",
        reply={"task": "Task"},
    ),
    _task(
        "/events",
        "routes.events:events",
        "Server-sent events: status, epoch, progress; Last-Event-ID resumes them.",
        media_type="text/event-stream",
        headers={"Last-Event-ID": "the id of the last event received"},
        also={204: "the task has ended, and Last-Event-ID names its last event"},
        refusals=(ErrorNum.NOT_FOUND, ErrorNum.TOO_MANY),
    ),
    _task(
        "/cancel",
        "routes.tasks:cancel",
        "Cancel; the best parameters so far are kept.",
        method="POST",
        reply={"task": "Task"},
        refusals=(ErrorNum.NOT_FOUND, ErrorNum.NOT_OURS),
    ),
    _task(
        "/retry",
        "routes.submission:retry",
        "A new task like this failed or cancelled one; it resumes from the checkpoint.",
        method="POST",
        reply={"task": "Task"},
        refusals=(
            *(ErrorNum.NOT_FOUND, ErrorNum.NOT_OURS, ErrorNum.NOT_RETRIABLE),
            ErrorNum.FORM_INVALID,
            *(ErrorNum.TOO_MANY, ErrorNum.REGISTRY_UNAVAILABLE),
        ),
    ),
    _task("/lineage", "routes.tasks:lineage", "The chain of parents.", reply={"lineage": "[Task]"}),
    _task(
        "/model",
        "routes.stored:model",
        "The stored parameters as safetensors.",
        media_type="application/octet-stream",
        refusals=STORED,
        download=True,
    ),
    _task(
        *("/manifest", "routes.stored:manifest", "The manifest beside the parameters."),
        refusals=STORED,
        download=True,
    ),
    _task(
        "/report",
        "routes.stored:report",
        "The report: one HTML file that needs nothing else.",
        media_type="text/html",
        query={"fresh": "true: rendered again from what is stored"},
        refusals=(*STORED, ErrorNum.FORM_INVALID),
        download=True,
    ),
    _task(
        "/predictions.csv",
        "routes.stored:predictions",
        "The prediction per subject and split; cross-validation is a split too.",
        media_type="text/csv",
        refusals=STORED,
        download=True,
    ),
    _task(
        "/log",
        "routes.stored:log",
        "The workers' log of the task, one entry per line, oldest first; while it runs, so far.",
        media_type="text/plain",
        refusals=(ErrorNum.NOT_FOUND, ErrorNum.REGISTRY_UNAVAILABLE),
    ),
    _task(
        "/evidence",
        "routes.stored:evidence",
        "What the metrics summarise: predictions, cohorts, metrics by site, all regions.",
        reply={"predictions": "object", "cohorts": "object", "importance": "object?"},
        refusals=STORED,
        download=True,
    ),
    _task(
        "/glass-brain.svg",
        "routes.stored:glass_brain",
        "The important regions as a picture, if their atlas is known.",
        media_type="image/svg+xml",
        refusals=STORED,
        download=True,
    ),
    _task(
        "/predict",
        "routes.stored:predict",
        "Predict new subjects with the stored model: a table as for a dataset, without labels.",
        method="POST",
        reply={
            "classes": "array",
            "class_names": "object",
            "predictions": "array",
            "warnings": "array",
        },
        query={"explain": "false: without the regions that contribute most", **MEANT},
        body=DATASET,
        refusals=(*STORED, *BAD_FORM, *READING),
    ),
    Endpoint(
        "GET",
        f"{V0}/compare",
        "routes.compare:compare",
        "Tasks side by side, with paired differences over subjects new to both models.",
        reply={"tasks": "[Task]", "differences": "object", "lost": "array"},
        query={"task_ids": "2 to 6 ids, separated by commas"},
        refusals=(
            *(ErrorNum.FORM_INVALID, ErrorNum.TOO_MANY),
            *(ErrorNum.REGISTRY_UNAVAILABLE, ErrorNum.STORED_DAMAGED),
        ),
    ),
    Endpoint(
        "GET",
        f"{V0}/events",
        "routes.events:all_events",
        "Server-sent events of all tasks that wait or run: task.",
        media_type="text/event-stream",
        query={"proj_id": "only this project's"},
        refusals=(ErrorNum.TOO_MANY, ErrorNum.NOT_FOUND),
    ),
    Endpoint(
        "GET",
        f"{V0}/models",
        "routes.tasks:list_models",
        "The architectures and graphs by name.",
        reply={"models": "array", "graphs": "object", "options": "object"},
    ),
    Endpoint(
        "GET",
        f"{V0}/datasets",
        "routes.datasets:list_datasets",
        "Datasets with what they hold, newest first.",
        reply={"datasets": "[Dataset]", "next_cursor": "string?", "owner_needed": "boolean"},
        query={
            "proj_id": "only this project's",
            "tag": "only with this tag",
            "archived": "true: those that were archived too",
            "limit": "at most this many, 1 to 500; 1000 if not given",
            "cursor": "next_cursor of the previous page",
        },
        refusals=(ErrorNum.FORM_INVALID,),
    ),
    *_dataset_management(),
    *_task_management(),
    Endpoint(
        "GET",
        f"{V0}/audit",
        "routes.manage:list_audit",
        "Who has changed, deleted or erased what, newest first.",
        reply={"audit": "[Audit]", "next_cursor": "string?"},
        query=PAGE_OF_PROJECT,
        refusals=(ErrorNum.FORM_INVALID,),
    ),
    Endpoint(
        "GET",
        f"{V0}/datasets/{{data_name:path}}",
        "routes.datasets:show",
        "One dataset: findings, rules, and the distribution of its values at each site.",
        reply={"dataset": "Dataset"},
        refusals=(ErrorNum.NOT_FOUND,),
    ),
    Endpoint(
        "POST",
        f"{V0}/datasets",
        "routes.datasets:upload",
        "Upload a file of any kind that docs/data.md lists; the answer is a quality report.",
        reply={
            "dataset": "Dataset",
            "warnings": "array",
            "preview": "object?",
            "upload": "string?",
        },
        query={
            "preview": "true: nothing is kept, and the names are not required",
            "proj_id": "the project, required",
            "user_id": "NEURO-LEARN user who may download and delete it; at most 32 characters",
            "data_name": "the dataset's name; the file's name in a multipart upload",
            **MEANT,
        },
        body=DATASET,
        refusals=(
            *BAD_FORM,
            *READING,
            *(ErrorNum.NOT_FOUND, ErrorNum.NAME_TAKEN, ErrorNum.REGISTRY_UNAVAILABLE),
        ),
    ),
    Endpoint(
        "POST",
        f"{V0}/datasets/{{data_name:path}}/mapping",
        "routes.datasets:answer",
        "Say how a dataset that NEURO-LEARN wrote is to be read; it is read again.",
        reply={"dataset": "Dataset"},
        query={name: MEANT[name] for name in ("map", "mapping")},
        body={"application/json": {"schema": {"type": "object"}}},
        refusals=(*BAD_FORM, *READING, ErrorNum.NOT_FOUND),
    ),
    *_uploads(),
    _test_db(f"{V0}/test_db"),
    _test_db("/rest/sgnservice/v0/test_db"),
    Endpoint("GET", "/healthz", "routes.health:healthz", "The process is alive."),
    Endpoint(
        "GET",
        "/readyz",
        "routes.health:readyz",
        "Every dependency answers, by name.",
        reply={"dependencies": "object"},
        refusals=(ErrorNum.NOT_READY,),
    ),
    Endpoint(
        "GET",
        "/metrics",
        "routes.health:metrics",
        "Metrics in the Prometheus text format.",
        media_type="text/plain",
    ),
)
