"""An endpoint of the service: address, handler, what may be sent there, and what several share."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from service.http.responses import ErrorNum

Handler = Callable[[Request], Awaitable[Response]]
PAGES = "pages"  # the tag of what a browser asks for


@dataclass(frozen=True)
class Endpoint:
    """One address and method, and what a caller should know about it.

    ``handler`` names the function that answers, ``routes.module:function`` within the service: what
    it needs is imported once the service listens (:meth:`load`), for that takes half of the start.
    ``status`` is of an answer without an error; ``also`` are further ones, and what they mean. A
    ``download`` has an ETag, and ranges of it can be requested.
    """

    method: str
    path: str
    handler: str
    summary: str
    reply: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    refusals: tuple[ErrorNum, ...] = ()
    media_type: str = "application/json"
    tag: str = "api"
    also: Mapping[int, str] = field(default_factory=dict)
    status: int = 200
    download: bool = False

    def load(self) -> Handler:
        """The function that answers, from now on imported."""
        handler: Handler = resolve_name(f"service.{self.handler}")
        return handler

    @property
    def template(self) -> str:
        """The path without the router's ``:path``, by which a name may hold slashes."""
        return self.path.replace(":path}", "}")


TASK_FORM = {
    "application/json": {"schema": {"$ref": "#/components/schemas/TaskForm"}},
    "application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/TaskForm"}},
    "multipart/form-data": {"schema": {"$ref": "#/components/schemas/TaskForm"}},
}
DATASET = {
    "text/csv": {"schema": {"type": "string"}},
    "application/json": {"schema": {"type": "object"}},
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "properties": {"datafile": {"type": "string", "format": "binary"}},
        }
    },
}
JSON_OBJECT = {"application/json": {"schema": {"type": "object"}}}
BYTES = {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}}

# Refusals that several addresses share.
BAD_FORM = (ErrorNum.BODY_UNREADABLE, ErrorNum.FORM_INVALID, ErrorNum.TOO_LARGE, ErrorNum.TOO_SLOW)
READING = (
    *(ErrorNum.STORAGE_FULL, ErrorNum.DATASET_UNREADABLE, ErrorNum.QUESTIONS_OPEN),
    *(ErrorNum.NO_WORKER, ErrorNum.TOO_MANY),
)
STORED = (
    ErrorNum.NOT_FOUND,
    ErrorNum.REGISTRY_UNAVAILABLE,
    ErrorNum.STORED_DAMAGED,
    ErrorNum.STORED_LOST,
)
EDITING = (*BAD_FORM, ErrorNum.NOT_FOUND, ErrorNum.NOT_OURS)
DELETING = (ErrorNum.NOT_FOUND, ErrorNum.NOT_OURS, ErrorNum.IN_USE, ErrorNum.UNCONFIRMED)

# Parameters and parts of an answer that several addresses share.
PAGE = {
    "limit": "at most this many, 1 to 500; 50 if not given",
    "cursor": "next_cursor of the previous page",
}
PAGE_OF_PROJECT = {"proj_id": "only this project's", **PAGE}
FILTER = {"tag": "only with this tag", "archived": "true: those that were archived too"}
MAPPING = {
    "map": "how to read the file: id=choice, once per question",
    "mapping": "the same as one JSON object",
}
READ_AS = {
    **MAPPING,
    "upload": "the id of a file that was sent within the last hour, instead of a body",
}
CONFIRM = {"confirm": "true: what cannot be undone is done"}
DEPENDENTS = {"dependents": "[Dependent]", "others": "integer"}
