"""The objects of answers as JSON Schema, made from :mod:`service.api.views`."""

from typing import Any

from pydantic import TypeAdapter

from service.api.views import DatasetView, RefusedFormView, TaskView

REFERENCE = "#/components/schemas/{model}"
VIEW = "View"  # ends the names of the types; Task is the object that TaskView describes


def objects() -> dict[str, Any]:
    """Every object by its name, with a description of each field."""
    found: dict[str, Any] = {}
    for view in (TaskView, RefusedFormView, DatasetView):
        schema = TypeAdapter(view).json_schema(mode="serialization", ref_template=REFERENCE)
        inner = schema.pop("$defs", {})
        found |= {**inner, view.__name__: schema}
    return {name.removesuffix(VIEW): _object(schema) for name, schema in sorted(found.items())}


def typed(kind: str) -> dict[str, Any]:
    """The schema of a kind: a JSON type, one of the objects, ``[…]`` of them; ``?``: or null."""
    if kind.startswith("["):
        return {"type": "array", "items": typed(kind[1:-1])}
    name = kind.removesuffix("?")
    schema = {"$ref": REFERENCE.format(model=name)} if name[0].isupper() else {"type": name}
    return _or_null(schema) if kind.endswith("?") else schema


def _object(schema: dict[str, Any]) -> dict[str, Any]:
    fields = schema["properties"]
    return {
        "type": "object",
        "required": schema["required"],
        "properties": {
            name: {**_plain(field), "description": " ".join(field["description"].split())}
            for name, field in fields.items()
        },
    }


def _plain(field: dict[str, Any]) -> dict[str, Any]:
    """A field's type alone, without titles, defaults and what says nothing."""
    if "$ref" in field:
        return {"$ref": field["$ref"].removesuffix(VIEW)}
    if "anyOf" in field:
        return _or_null(_plain(field["anyOf"][0]))
    kept = {"type": field["type"]}
    if field.get("items"):
        kept["items"] = _plain(field["items"])
    return kept


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}
