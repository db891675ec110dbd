"""Every address of the API, a table per noun; the routes and the OpenAPI document come from them.

An address that takes any name of a dataset stands after those that are more specific.
"""

from typing import Any

from service.api.endpoint import (
    BAD_FORM,
    BYTES,
    CONFIRM,
    DATASET,
    DELETING,
    DEPENDENTS,
    EDITING,
    FILTER,
    JSON_OBJECT,
    MAPPING,
    PAGE,
    PAGE_OF_PROJECT,
    READ_AS,
    READING,
    STORED,
    TASK_FORM,
    Endpoint,
)
from service.http.exception_handlers import FORM_ADDRESSES
from service.http.responses import ErrorNum as Num

V0 = "/api/v0"


def _submit(path: str) -> Endpoint:
    return Endpoint(
        *("POST", path, "routes.submission:submit"),
        "Train from scratch (dl_ts) or fine-tune (dl_ft).",
        reply={"code": "integer", "task_form": "object", "warnings": "array"},
        body=TASK_FORM,
        refusals=(*BAD_FORM, Num.TOO_MANY, Num.KEY_REUSED, Num.REGISTRY_UNAVAILABLE),
        headers={
            "Idempotency-Key": "the same form with the same key is one task, however often sent"
        },
    )


def _task(suffix: str, handler: str, summary: str, *, method: str = "GET", **more: Any) -> Endpoint:
    """An address of one task; it answers Num.NOT_FOUND, unless ``refusals`` are given."""
    more.setdefault("refusals", (Num.NOT_FOUND,))
    return Endpoint(method, f"{V0}/tasks/{{task_id}}{suffix}", handler, summary, **more)


TASKS = (
    *(_submit(path) for path in FORM_ADDRESSES),
    Endpoint(
        *("GET", f"{V0}/refused_forms", "routes.submission:list_refused"),
        "Task forms that were refused in the last 30 days, and why; newest first.",
        reply={"refused_forms": "[RefusedForm]", "next_cursor": "string?"},
        query=PAGE_OF_PROJECT,
        refusals=(Num.FORM_INVALID, Num.NOT_FOUND),
    ),
    Endpoint(
        *("GET", f"{V0}/tasks", "routes.tasks:list_tasks"),
        "Tasks, newest first.",
        reply={"tasks": "[Task]", "next_cursor": "string?"},
        query={
            "proj_id": "only this project's",
            "status": "only with this status; Success is the predecessor's word for Finished",
            "q": "only with this text, of at most 100 characters, in the id or the name",
            **FILTER,
            **PAGE,
        },
        refusals=(Num.FORM_INVALID,),
    ),
    _task(
        *("", "routes.tasks:show"),
        "One task with status, progress and result.",
        reply={"task": "Task"},
    ),
    _task(
        *("/events", "routes.events:events"),
        "Server-sent events: status, epoch, progress; Last-Event-ID resumes them.",
        media_type="text/event-stream",
        headers={"Last-Event-ID": "the id of the last event received"},
        also={204: "the task has ended, and Last-Event-ID names its last event"},
        refusals=(Num.NOT_FOUND, Num.TOO_MANY),
    ),
    _task(
        *("/cancel", "routes.tasks:cancel"),
        "Cancel; the best parameters so far are kept.",
        method="POST",
        reply={"task": "Task"},
        refusals=(Num.NOT_FOUND, Num.NOT_OURS),
    ),
    _task(
        *("/retry", "routes.submission:retry"),
        "A new task like this failed or cancelled one; it resumes from the checkpoint.",
        method="POST",
        reply={"task": "Task"},
        refusals=(
            *(Num.NOT_FOUND, Num.NOT_OURS, Num.NOT_RETRIABLE),
            *(Num.FORM_INVALID, Num.TOO_MANY, Num.REGISTRY_UNAVAILABLE),
        ),
    ),
    _task("/lineage", "routes.tasks:lineage", "The chain of parents.", reply={"lineage": "[Task]"}),
    _task(
        *("/model", "routes.stored:model"),
        "The stored parameters as safetensors.",
        media_type="application/octet-stream",
        refusals=STORED,
        download=True,
    ),
    _task(
        *("/manifest", "routes.stored:manifest"),
        "The manifest beside the parameters.",
        refusals=STORED,
        download=True,
    ),
    _task(
        *("/report", "routes.stored:report"),
        "The report: one HTML file that needs nothing else.",
        media_type="text/html",
        query={"fresh": "true: rendered again from what is stored"},
        refusals=(*STORED, Num.FORM_INVALID),
        download=True,
    ),
    _task(
        *("/predictions.csv", "routes.stored:predictions"),
        "The prediction per subject and split; cross-validation is a split too.",
        media_type="text/csv",
        refusals=STORED,
        download=True,
    ),
    _task(
        *("/log", "routes.stored:log"),
        "The workers' log of the task, one entry per line, oldest first; while it runs, so far.",
        media_type="text/plain",
        refusals=(Num.NOT_FOUND, Num.REGISTRY_UNAVAILABLE),
    ),
    _task(
        *("/evidence", "routes.stored:evidence"),
        "What the metrics summarise: predictions, cohorts, metrics by site, all regions.",
        reply={"predictions": "object", "cohorts": "object", "importance": "object?"},
        refusals=STORED,
        download=True,
    ),
    _task(
        *("/glass-brain.svg", "routes.stored:glass_brain"),
        "The important regions as a picture, if their atlas is known.",
        media_type="image/svg+xml",
        refusals=STORED,
        download=True,
    ),
    _task(
        *("/predict", "routes.stored:predict"),
        "Predict new subjects with the stored model: a table as for a dataset, without labels.",
        method="POST",
        reply={
            "classes": "array",
            "class_names": "object",
            "predictions": "array",
            "warnings": "array",
        },
        query={"explain": "false: without the regions that contribute most", **READ_AS},
        body=DATASET,
        refusals=(*STORED, *BAD_FORM, *READING),
    ),
    Endpoint(
        *("GET", f"{V0}/compare", "routes.compare:compare"),
        "Tasks side by side: how each two differ on subjects new to both, and what both say.",
        reply={
            "tasks": "[Task]",
            "differences": "object",
            "together": "[Together]",
            "lost": "array",
        },
        query={"task_ids": "2 to 6 ids, separated by commas"},
        refusals=(
            *(Num.FORM_INVALID, Num.TOO_MANY),
            *(Num.REGISTRY_UNAVAILABLE, Num.STORED_DAMAGED),
        ),
    ),
    Endpoint(
        *("GET", f"{V0}/events", "routes.events:all_events"),
        "Server-sent events of all tasks that wait or run: task.",
        media_type="text/event-stream",
        query={"proj_id": "only this project's"},
        refusals=(Num.TOO_MANY, Num.NOT_FOUND),
    ),
    _task(
        *("", "routes.manage:edit_task"),
        "Change task_name, description, tags (a list) or archived (true or false).",
        method="PATCH",
        reply={"task": "Task"},
        body=JSON_OBJECT,
        refusals=EDITING,
    ),
    _task(
        *("", "routes.manage:delete_task"),
        "Delete a task that has ended, with its model, its results and its log.",
        method="DELETE",
        reply={"deleted": "string", **DEPENDENTS},
        query=CONFIRM,
        refusals=(*DELETING, Num.REGISTRY_UNAVAILABLE),
    ),
    _task(
        *("/dependents", "routes.manage:task_dependents"),
        "The tasks that were fine-tuned from a task, and from those.",
        reply=DEPENDENTS,
    ),
)

ONE_DATASET = f"{V0}/datasets/{{data_name:path}}"
DATASETS = (
    Endpoint(
        *("GET", f"{V0}/datasets", "routes.datasets:list_datasets"),
        "Datasets with what they hold, newest first.",
        reply={"datasets": "[Dataset]", "next_cursor": "string?", "owner_needed": "boolean"},
        query={
            "proj_id": "only this project's",
            **FILTER,
            "limit": "at most this many, 1 to 500; 1000 if not given",
            "cursor": PAGE["cursor"],
        },
        refusals=(Num.FORM_INVALID,),
    ),
    Endpoint(
        *("PATCH", ONE_DATASET, "routes.manage:edit_dataset"),
        "Change data_name, description, tags (a list) or archived (true or false).",
        reply={"dataset": "Dataset"},
        body=JSON_OBJECT,
        refusals=(*EDITING, Num.NAME_TAKEN, Num.IN_USE),
    ),
    Endpoint(
        *("DELETE", ONE_DATASET, "routes.manage:delete_dataset"),
        "Delete a dataset, its arrays and its profile; models trained on it stay.",
        reply={"deleted": "string", **DEPENDENTS},
        query=CONFIRM,
        refusals=DELETING,
    ),
    Endpoint(
        *("GET", f"{ONE_DATASET}/dependents", "routes.manage:dataset_dependents"),
        "The tasks whose forms name a dataset.",
        reply=DEPENDENTS,
        refusals=(Num.NOT_FOUND,),
    ),
    Endpoint(
        *("POST", f"{ONE_DATASET}/erase", "routes.manage:erase"),
        "Erase subjects from a dataset; with evidence also from predictions of tasks.",
        reply={
            "removed": "integer",
            "left": "integer",
            "not_found": "array",
            "evidence_erased": "array",
            **DEPENDENTS,
        },
        body=JSON_OBJECT,
        refusals=(*DELETING, *BAD_FORM, *READING, Num.REGISTRY_UNAVAILABLE),
    ),
    Endpoint(
        *("GET", ONE_DATASET, "routes.datasets:show"),
        "One dataset: findings, rules, and the distribution of its values at each site.",
        reply={"dataset": "Dataset"},
        refusals=(Num.NOT_FOUND,),
    ),
    Endpoint(
        *("POST", f"{V0}/datasets", "routes.datasets:upload"),
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
            **READ_AS,
        },
        body=DATASET,
        refusals=(
            *(*BAD_FORM, *READING),
            *(Num.NOT_FOUND, Num.NAME_TAKEN, Num.REGISTRY_UNAVAILABLE),
        ),
    ),
    Endpoint(
        *("POST", f"{ONE_DATASET}/mapping", "routes.datasets:answer"),
        "Say how a dataset that NEURO-LEARN wrote is to be read; it is read again.",
        reply={"dataset": "Dataset"},
        query=MAPPING,
        body=JSON_OBJECT,
        refusals=(*BAD_FORM, *READING, Num.NOT_FOUND),
    ),
)

ONE_UPLOAD = f"{V0}/uploads/{{upload_id}}"
TUS = {"Tus-Resumable": "1.0.0"}
OF_UPLOAD = (Num.NOT_FOUND, Num.REGISTRY_UNAVAILABLE, Num.TUS_VERSION)
OF_PARTS = (Num.NOT_FOUND, Num.REGISTRY_UNAVAILABLE, Num.FORM_INVALID, Num.BODY_UNREADABLE)
# A file in pieces, by the tus protocol or straight into the bucket.
UPLOADS = (
    Endpoint(
        *("OPTIONS", f"{V0}/uploads", "routes.uploads:describe"),
        "What of the tus protocol is spoken: Tus-Version, Tus-Extension, Tus-Max-Size.",
        status=204,
    ),
    Endpoint(
        *("POST", f"{V0}/uploads", "routes.uploads:begin"),
        "Begin to upload a file in pieces (tus 1.0.0); Location is where they go.",
        headers={
            "Upload-Length": "bytes of the whole file",
            "Upload-Metadata": "filename and proj_id, each followed by its text in base64",
            **TUS,
        },
        query={"direct": "true: straight into the bucket, where that is set up"},
        reply={"upload": "object"},
        refusals=(
            *(Num.FORM_INVALID, Num.TOO_LARGE, Num.QUOTA_EXCEEDED),
            *(Num.REGISTRY_UNAVAILABLE, Num.TUS_VERSION),
        ),
        status=201,
    ),
    Endpoint(
        *("GET", ONE_UPLOAD, "routes.uploads:show"),
        "How many bytes have come: Upload-Offset, by HEAD too.",
        reply={"upload": "object"},
        refusals=OF_UPLOAD,
    ),
    Endpoint(
        *("PATCH", ONE_UPLOAD, "routes.uploads:add"),
        "Add the piece that begins at Upload-Offset; what has come of a cut one is kept.",
        headers={"Upload-Offset": "the first byte's place in the file", **TUS},
        body=BYTES,
        refusals=(
            *OF_UPLOAD,
            *(Num.UPLOAD_OFFSET, Num.FORM_INVALID, Num.BODY_UNREADABLE, Num.UNSUPPORTED_BODY),
            *(Num.TOO_LARGE, Num.TOO_SLOW, Num.TOO_MANY, Num.STORAGE_FULL),
        ),
        status=204,
    ),
    Endpoint(
        *("POST", f"{ONE_UPLOAD}/parts", "routes.uploads:part"),
        "Where a part of a direct upload goes: PUT it to url with headers, within an hour.",
        body=JSON_OBJECT,
        reply={"part": "object"},
        refusals=(*OF_PARTS, Num.TOO_LARGE),
    ),
    Endpoint(
        *("POST", f"{ONE_UPLOAD}/complete", "routes.uploads:complete"),
        "All parts of a direct upload are in the bucket: put them together.",
        body=JSON_OBJECT,
        reply={"upload": "object"},
        refusals=(*OF_PARTS, Num.UPLOAD_OFFSET, Num.TOO_LARGE),
    ),
    Endpoint(
        *("DELETE", ONE_UPLOAD, "routes.uploads:stop", "Remove an upload."),
        refusals=OF_UPLOAD,
        status=204,
    ),
)


def _test_db(path: str) -> Endpoint:
    return Endpoint(
        *("GET", path, "routes.health:test_db", "The text success when the database answers."),
        media_type="text/plain",
    )


SERVICE = (
    Endpoint(
        *("GET", f"{V0}/models", "routes.tasks:list_models"),
        "The architectures and graphs by name.",
        reply={"models": "array", "graphs": "object", "options": "object"},
    ),
    Endpoint(
        *("GET", f"{V0}/audit", "routes.manage:list_audit"),
        "Who has changed, deleted or erased what, newest first.",
        reply={"audit": "[Audit]", "next_cursor": "string?"},
        query=PAGE_OF_PROJECT,
        refusals=(Num.FORM_INVALID,),
    ),
    _test_db(f"{V0}/test_db"),
    _test_db("/rest/sgnservice/v0/test_db"),
    Endpoint("GET", "/healthz", "routes.health:healthz", "The process is alive."),
    Endpoint(
        *("GET", "/readyz", "routes.health:readyz", "Every dependency answers, by name."),
        reply={"dependencies": "object"},
        refusals=(Num.NOT_READY,),
    ),
    Endpoint(
        *("GET", "/metrics", "routes.health:metrics", "Metrics in the Prometheus text format."),
        media_type="text/plain",
    ),
)

ENDPOINTS = (*TASKS, *DATASETS, *UPLOADS, *SERVICE)
