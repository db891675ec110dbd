"""The OpenAPI 3.1 document, from the table of endpoints."""

import re
from collections.abc import Iterable, Mapping
from importlib import metadata
from typing import Any

from service.endpoint import Endpoint
from service.replies import MEANINGS, ErrorNum
from service.task_form import PostedForm

ALWAYS = (
    *(ErrorNum.NO_TOKEN, ErrorNum.FORBIDDEN),
    *(ErrorNum.DATABASE_UNAVAILABLE, ErrorNum.INTERNAL),
)
REFERENCE = "#/components/schemas/{model}"


def openapi(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Describe every endpoint: parameters, bodies, replies and error numbers."""
    paths: dict[str, dict[str, Any]] = {}
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


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    words = re.findall(r"[A-Za-z0-9]+", endpoint.template)
    operation: dict[str, Any] = {
        "tags": [endpoint.tag],
        "operationId": "_".join([endpoint.method.lower(), *words]),
        "summary": endpoint.summary,
        "parameters": [
            *_path_parameters(endpoint),
            *_optional("query", endpoint.query),
            *_optional("header", endpoint.headers),
        ],
        "responses": {"200": _success(endpoint), **_refusals(endpoint)},
    }
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": dict(endpoint.body)}
    return operation


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", endpoint.template)
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]


def _optional(place: str, named: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": place, "description": text, "schema": {"type": "string"}}
        for name, text in named.items()
    ]


def _success(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.media_type != "application/json":
        return {"description": "success", "content": {endpoint.media_type: {}}}
    reply = {name: {"type": [kind, "null"]} for name, kind in endpoint.reply.items()}
    schema = {"allOf": [{"$ref": "#/components/schemas/Reply"}], "properties": reply}
    return {"description": "success", "content": {"application/json": {"schema": schema}}}


def _refusals(endpoint: Endpoint) -> dict[str, Any]:
    by_status: dict[str, list[str]] = {}
    for number in (*endpoint.refusals, *ALWAYS):
        status, meaning = MEANINGS[number]
        by_status.setdefault(str(status), []).append(f"error_num {int(number)}: {meaning}")
    schema = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    return {
        status: {"description": " ".join(meanings), "content": schema}
        for status, meanings in by_status.items()
    }


def _schemas() -> dict[str, Any]:
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
        "properties": {"errors": {"type": "array", "items": error}},
    }
    return {"Reply": reply, "Refusal": refusal, "TaskForm": form, **inner}
