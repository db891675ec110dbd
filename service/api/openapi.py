"""The OpenAPI 3.1 document, from the table of endpoints, with an example of every request."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import md5
from importlib import metadata
from typing import Any

from pydantic import TypeAdapter

from service.api.comparison_view import TogetherView
from service.api.endpoint import PAGES, Endpoint
from service.api.views import (
    AuditView,
    DatasetView,
    DependentView,
    RefusedFormView,
    TaskView,
)
from service.forms.schema import PostedForm
from service.http.downloads import HEADERS, NOT_MODIFIED, PARTIAL
from service.http.responses import MEANINGS, ErrorNum

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
REFERENCE = "#/components/schemas/{model}"
NO_CONTENT = 204
Schema = dict[str, Any]  # a part of the document, as JSON
VIEW = "View"  # ends the names of the types; Task is the object that TaskView describes


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


def objects() -> Schema:
    """Every object by its name, with a description of each field."""
    schemas: Schema = {}
    views = (TaskView, RefusedFormView, DatasetView, DependentView, AuditView, TogetherView)
    for view in views:
        schema = TypeAdapter(view).json_schema(mode="serialization", ref_template=REFERENCE)
        inner = schema.pop("$defs", {})
        schemas |= {**inner, view.__name__: schema}
    return {name.removesuffix(VIEW): _object(schema) for name, schema in sorted(schemas.items())}


def typed(kind: str) -> Schema:
    """The schema of a kind: a JSON type, one of the objects, ``[…]`` of them; ``?``: or null."""
    if kind.startswith("["):
        return {"type": "array", "items": typed(kind[1:-1])}
    name = kind.removesuffix("?")
    schema = {"$ref": REFERENCE.format(model=name)} if name[0].isupper() else {"type": name}
    return _or_null(schema) if kind.endswith("?") else schema


def _object(schema: Schema) -> Schema:
    fields = schema["properties"]
    return {
        "type": "object",
        "required": schema["required"],
        "properties": {
            name: {**_plain(field), "description": " ".join(field["description"].split())}
            for name, field in fields.items()
        },
    }


def _plain(field: Schema) -> Schema:
    """A field's type alone, without titles, defaults and what says nothing."""
    if "$ref" in field:
        return {"$ref": field["$ref"].removesuffix(VIEW)}
    if "anyOf" in field:
        return _or_null(_plain(field["anyOf"][0]))
    kept = {"type": field["type"]}
    if field.get("items"):
        kept["items"] = _plain(field["items"])
    return kept


def _or_null(schema: Schema) -> Schema:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


ALWAYS = (
    *(ErrorNum.NO_TOKEN, ErrorNum.FORBIDDEN, ErrorNum.METHOD_NOT_ALLOWED),
    *(ErrorNum.DATABASE_UNAVAILABLE, ErrorNum.INTERNAL),
)
OF_A_POST = (ErrorNum.UNSUPPORTED_BODY,)
OF_A_BODY = (ErrorNum.BODY_UNREADABLE, ErrorNum.TOO_LARGE, ErrorNum.TOO_SLOW)
OF_A_DOWNLOAD = {
    PARTIAL: "the bytes that Range asks for",
    NOT_MODIFIED: "what If-None-Match names is still the same",
}

TAGS = {
    r"/(new_?task|new_sgn_task|refused_forms|tasks|compare|events|insert)\b": "tasks",
    r"/(datasets|uploads)\b": "datasets",
    r"/models\b": "models",
}


def openapi(endpoints: Iterable[Endpoint]) -> Schema:
    """Describe every endpoint: parameters, bodies, replies and error numbers."""
    paths: dict[str, Schema] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.template, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "NEURO-LEARN deep-learning service",
            "version": metadata.version("nld-sgn"),
            "description": "Every JSON reply carries error_num (0 is success) and msg.",
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}, {}],
    }


def _operation(endpoint: Endpoint) -> Schema:
    words = re.findall(r"[A-Za-z0-9]+", endpoint.template)
    example = example_of(endpoint.method, endpoint.template)
    operation: Schema = {
        "tags": [_tag(endpoint)],
        "operationId": "_".join([endpoint.method.lower(), *words]),
        "summary": endpoint.summary,
        "parameters": [
            *_path_parameters(endpoint, example),
            *_optional("query", endpoint.query, example),
            *_optional("header", {**endpoint.headers, **_headers(endpoint)}, example),
        ],
        "responses": {
            str(endpoint.status): _success(endpoint),
            **_besides(endpoint),
            **_refusals(endpoint),
        },
    }
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": _bodies(endpoint.body, example)}
    return operation


def _tag(endpoint: Endpoint) -> str:
    if endpoint.media_type == "text/html" and endpoint.tag == PAGES:
        return endpoint.tag
    tags = (tag for pattern, tag in TAGS.items() if re.search(pattern, endpoint.template))
    return next(tags, "service")


def _path_parameters(endpoint: Endpoint, example: Example) -> list[Schema]:
    names = re.findall(r"{(\w+)}", endpoint.template)
    return [_parameter(name, "path", example, required=True) for name in names]


def _optional(place: str, named: Mapping[str, str], example: Example) -> list[Schema]:
    return [_parameter(name, place, example, description=text) for name, text in named.items()]


def _parameter(name: str, place: str, example: Example, **more: Any) -> Schema:
    shown = {"example": example.parameters[name]} if name in example.parameters else {}
    return {"name": name, "in": place, "schema": {"type": "string"}, **more, **shown}


def _bodies(kinds: Mapping[str, Any], example: Example) -> Schema:
    """Each kind of body with its examples."""
    bodies: Schema = {kind: dict(body) for kind, body in kinds.items()}
    for name, (kind, value) in example.bodies.items():
        bodies[kind].setdefault("examples", {})[name] = {"value": value}
    return bodies


def _success(endpoint: Endpoint) -> Schema:
    if endpoint.status == NO_CONTENT:
        return {"description": "success"}
    if endpoint.media_type != "application/json":
        return {"description": "success", "content": {endpoint.media_type: {}}}
    schema = {
        "allOf": [{"$ref": "#/components/schemas/Reply"}],
        "required": [name for name, kind in endpoint.reply.items() if not kind.endswith("?")],
        "properties": {name: typed(kind) for name, kind in endpoint.reply.items()},
    }
    return {"description": "success", "content": {"application/json": {"schema": schema}}}


def _headers(endpoint: Endpoint) -> Mapping[str, str]:
    return HEADERS if endpoint.download else {}


def _besides(endpoint: Endpoint) -> Schema:
    """What is neither a refusal nor the endpoint's own status."""
    responses = {**endpoint.also, **(OF_A_DOWNLOAD if endpoint.download else {})}
    return {
        str(status): {
            "description": text,
            **({"content": {endpoint.media_type: {}}} if status == PARTIAL else {}),
        }
        for status, text in responses.items()
    }


def numbers(endpoint: Endpoint) -> list[ErrorNum]:
    """Every number that the address may answer: its own, and what its kind brings with it."""
    is_page, posts = endpoint.tag == PAGES, endpoint.method != "GET"
    names_something = "{" in endpoint.path or "proj_id" in endpoint.query
    every = [
        *endpoint.refusals,
        *((ErrorNum.NOT_FOUND,) if names_something else ()),
        *((ErrorNum.RANGE_BEYOND,) if endpoint.download else ()),
        *(OF_A_POST if posts else ()),
        *(OF_A_BODY if endpoint.body is not None or (is_page and posts) else ()),
        *ALWAYS,
    ]
    return list(dict.fromkeys(every))


def _refusals(endpoint: Endpoint) -> Schema:
    by_status: dict[str, list[str]] = {}
    for number in numbers(endpoint):
        status, meaning = MEANINGS[number]
        by_status.setdefault(str(status), []).append(f"error_num {int(number)}: {meaning}")
    content: Schema = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    if endpoint.tag == PAGES:
        content[endpoint.media_type] = {}
    return {
        status: {"description": " ".join(meanings), "content": content}
        for status, meanings in by_status.items()
    }


def _schemas() -> Schema:
    form = PostedForm.model_json_schema(ref_template=REFERENCE)
    inner = form.pop("$defs", {})
    reply = {
        "type": "object",
        "required": ["error_num", "msg"],
        "properties": {
            "error_num": {
                "type": "integer",
                "enum": [int(number) for number in ErrorNum],
                "description": "; ".join(f"{int(n)}: {MEANINGS[n][1]}" for n in ErrorNum),
            },
            "msg": {"type": "string"},
        },
    }
    error = {
        "type": "object",
        "properties": {"field": {"type": "string"}, "msg": {"type": "string"}},
    }
    refusal = {
        "allOf": [{"$ref": "#/components/schemas/Reply"}],
        "properties": {
            "code": {"type": "integer", "description": "of a task form: always 500"},
            "errors": {"type": "array", "items": error},
            "questions": {
                "type": "array",
                "items": {"$ref": REFERENCE.format(model="Question")},
                "description": "of a file that can be understood in more than one way",
            },
            "preview": {
                "type": ["object", "null"],
                "description": "with questions: the first rows as the first choices give them",
            },
            "upload": {
                "type": "string",
                "description": "with questions: send the answers with this in place of the file",
            },
            "dependents": {
                "type": "array",
                "items": {"$ref": REFERENCE.format(model="Dependent")},
                "description": "what depends on what is to be deleted or changed",
            },
            "others": {
                "type": "integer",
                "description": "with dependents: how many tasks of other projects do",
            },
            "suggested": {
                "type": ["object", "null"],
                "description": "with questions: a mapping given for a file that looked the same",
            },
        },
    }
    return {"Reply": reply, "Refusal": refusal, "TaskForm": form, **inner, **objects()}
