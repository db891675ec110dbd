"""An example of a request for every address of the API, as the OpenAPI document shows them.

``PATIENTS`` is the project's dataset of patients; the tests send each of these to a real service.
"""

import json
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any

FINISHED, OTHER, CANCELLED = "TASK20012912454501", "TASK20012912454502", "TASK20012912454503"
DELETED = "TASK20012912454504"
OLD, OLDER = "controls_2024", "controls_2023"
PROJECT, PATIENTS, CONTROLS, LATER = "PROJ1", "patients", "controls", "patients_2026"

UPLOADED, REMOVED = "UP200129124545aaaaaaaaaaaaaaaaaa", "UP200129124545bbbbbbbbbbbbbbbbbb"

JSON, FORM, CSV = "application/json", "application/x-www-form-urlencoded", "text/csv"
PIECE = "application/offset+octet-stream"
COMMON = {"task_id": FINISHED, "data_name": PATIENTS, "upload_id": UPLOADED}

TRAIN = {
    "proj_id": PROJECT,
    "task_type": "dl_ts",
    "train_data": [PATIENTS, CONTROLS],
    "param_set": {"epochs": 20, "cv_folds": 5},
}
FINE_TUNE = {
    "proj_id": PROJECT,
    "task_type": "dl_ft",
    "train_data": [PATIENTS, CONTROLS],
    "param_set": {"epochs": 5, "cv_folds": 0, "trained_task_id": FINISHED},
}
SHORT = {
    "proj_id": PROJECT,
    "task_type": "dl_ts",
    "train_data": [PATIENTS, CONTROLS],
    "param_set": {"epochs": 5, "cv_folds": 0, "baselines": False, "explain": False},
}
FORM_TEXT = (
    f"proj_id={PROJECT}&task_type=dl_ts&train_data={PATIENTS}&train_data={CONTROLS}"
    "&param_set[epochs]=20&param_set[cv_folds]=0"
)
TABLE = "ID,LABEL,SITE,GMV_1,GMV_2,GMV_3\nsub-01,0,A,0.41,0.39,0.44\nsub-02,1,A,0.37,,0.43\n"
TABLE_MD5 = md5(TABLE.encode(), usedforsecurity=False).hexdigest()
NEW_SUBJECTS = "ID,SITE,GMV_1,GMV_2,GMV_3\nnew-01,A,0.40,0.38,0.45\nnew-02,A,0.36,0.41,0.42\n"


@dataclass(frozen=True)
class Example:
    """What stands in the parameters, and bodies by name: their kind and what they hold."""

    parameters: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, tuple[str, Any]] = field(default_factory=dict)


EXAMPLES = {
    ("POST", "/api/v0/new_task"): Example(
        bodies={"train": (JSON, TRAIN), "fine-tune": (JSON, FINE_TUNE)}
    ),
    ("POST", "/api/v0/new_sgn_task"): Example(
        {"Idempotency-Key": "study-of-may-1"}, {"under a key": (JSON, TRAIN)}
    ),
    ("POST", "/rest/sgnservice/v0/task/insert"): Example(
        bodies={"an HTML form": (FORM, FORM_TEXT)}
    ),
    ("POST", "/api/v0/newtask"): Example(bodies={"a short training": (JSON, SHORT)}),
    ("POST", "/rest/sgnservice/v0/new_sgn_task"): Example(
        bodies={"a short training": (JSON, SHORT)}
    ),
    ("GET", "/api/v0/refused_forms"): Example({"proj_id": PROJECT, "limit": "2"}),
    ("GET", "/api/v0/tasks"): Example({"proj_id": PROJECT, "status": "Finished", "limit": "2"}),
    ("GET", "/api/v0/tasks/{task_id}/report"): Example({"fresh": "true"}),
    ("POST", "/api/v0/tasks/{task_id}/retry"): Example({"task_id": CANCELLED}),
    ("POST", "/api/v0/tasks/{task_id}/predict"): Example(
        {"explain": "false"}, {"two subjects": (CSV, NEW_SUBJECTS)}
    ),
    ("GET", "/api/v0/compare"): Example({"task_ids": f"{FINISHED},{OTHER}"}),
    ("GET", "/api/v0/events"): Example({"proj_id": PROJECT}),
    ("GET", "/api/v0/datasets"): Example({"proj_id": PROJECT}),
    ("POST", "/api/v0/datasets"): Example(
        {"proj_id": PROJECT, "user_id": "ann", "data_name": LATER, "map": "class=LABEL"},
        {"a table": (CSV, TABLE)},
    ),
    ("POST", "/api/v0/uploads"): Example(
        {"Upload-Length": str(len(TABLE)), "Upload-Metadata": "filename Y29ob3J0LmNzdg=="}
    ),
    ("PATCH", "/api/v0/uploads/{upload_id}"): Example(
        {"Upload-Offset": "0"}, {"a table": (PIECE, TABLE)}
    ),
    ("POST", "/api/v0/uploads/{upload_id}/parts"): Example(
        bodies={"the first part": (JSON, {"part": 1, "md5": TABLE_MD5})}
    ),
    ("POST", "/api/v0/uploads/{upload_id}/complete"): Example(
        bodies={"one part": (JSON, {"md5": [TABLE_MD5]})}
    ),
    ("DELETE", "/api/v0/uploads/{upload_id}"): Example({"upload_id": REMOVED}),
    ("PATCH", "/api/v0/datasets/{data_name}"): Example(
        bodies={"a note": (JSON, {"description": "scanned in 2026", "tags": ["sMRI", "site A"]})}
    ),
    ("DELETE", "/api/v0/datasets/{data_name}"): Example({"data_name": OLDER, "confirm": "true"}),
    ("POST", "/api/v0/datasets/{data_name}/erase"): Example(
        {"data_name": OLD},
        {"one subject": (JSON, {"subjects": ["controls_2024-3"], "confirm": True})},
    ),
    ("PATCH", "/api/v0/tasks/{task_id}"): Example(
        bodies={"a note": (JSON, {"task_name": "first try", "archived": False})}
    ),
    ("DELETE", "/api/v0/tasks/{task_id}"): Example({"task_id": DELETED, "confirm": "true"}),
    ("GET", "/api/v0/audit"): Example({"proj_id": PROJECT, "limit": "2"}),
    ("POST", "/api/v0/datasets/{data_name}/mapping"): Example(
        bodies={"the column of the class": (JSON, {"class": "LABEL"})}
    ),
}


def example_of(method: str, template: str) -> Example:
    """The example of an address; every parameter of a path has one."""
    given = EXAMPLES.get((method, template), Example())
    return Example(COMMON | given.parameters, given.bodies)


def as_text(value: Any) -> str:
    """A body as it is sent."""
    return value if isinstance(value, str) else json.dumps(value)
