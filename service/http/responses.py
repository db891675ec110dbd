"""Answers: JSON with ``error_num`` and ``msg``, and errors that become one; in which language."""

import json
from collections.abc import Mapping, Sequence
from enum import IntEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from graphnet.messages import CHINESE, ENGLISH, LANGUAGES, Message, as_message, render

SEE_OTHER = 303  # of HTTP


class ErrorNum(IntEnum):
    """Every number an answer may carry; 0 is success."""

    SUCCESS = 0
    BODY_UNREADABLE = 1
    FORM_INVALID = 2
    TOO_LARGE = 3
    NOT_FOUND = 4
    METHOD_NOT_ALLOWED = 5
    NAME_TAKEN = 6
    DATASET_UNREADABLE = 7
    DATABASE_UNAVAILABLE = 8
    REGISTRY_UNAVAILABLE = 9
    NOT_READY = 10
    INTERNAL = 11
    NO_TOKEN = 12
    FORBIDDEN = 13
    TOO_MANY = 14
    KEY_REUSED = 15
    TOO_SLOW = 16
    STORED_DAMAGED = 17
    NOT_RETRIABLE = 18
    NO_WORKER = 19
    QUESTIONS_OPEN = 20
    UNSUPPORTED_BODY = 21
    NOT_OURS = 22
    STORAGE_FULL = 23
    STORED_LOST = 24
    RANGE_BEYOND = 25
    UPLOAD_OFFSET = 26
    QUOTA_EXCEEDED = 27
    IN_USE = 28
    UNCONFIRMED = 29
    TUS_VERSION = 30


MEANINGS = {
    ErrorNum.SUCCESS: (200, "success"),
    ErrorNum.BODY_UNREADABLE: (400, "The body is neither JSON nor an HTML form."),
    ErrorNum.FORM_INVALID: (422, "Fields of the form are wrong; `errors` names each."),
    ErrorNum.TOO_LARGE: (
        413,
        "The body is larger than the limit: 1 MB for a form, SGN_MAX_UPLOAD_MB for a file.",
    ),
    ErrorNum.NOT_FOUND: (404, "There is no such address, task, model or dataset."),
    ErrorNum.METHOD_NOT_ALLOWED: (405, "The address does not accept this method."),
    ErrorNum.NAME_TAKEN: (409, "A dataset of that name exists already."),
    ErrorNum.DATASET_UNREADABLE: (422, "The uploaded file is not a dataset."),
    ErrorNum.DATABASE_UNAVAILABLE: (
        503,
        "The database does not answer, is read-only or is full; Retry-After says when to try "
        "again.",
    ),
    ErrorNum.REGISTRY_UNAVAILABLE: (503, "The model registry does not answer."),
    ErrorNum.NOT_READY: (
        503,
        "Something that the service needs does not answer or does not work; the reply names it.",
    ),
    ErrorNum.NO_TOKEN: (401, "The request carries no token that is valid here."),
    ErrorNum.FORBIDDEN: (
        403,
        "The token's role or project does not allow this, or the database user may not.",
    ),
    ErrorNum.TOO_MANY: (
        429,
        "Too many tasks are waiting, clients watching or files being uploaded; Retry-After says "
        "when to try again.",
    ),
    ErrorNum.KEY_REUSED: (422, "The Idempotency-Key was used with a different body."),
    ErrorNum.TOO_SLOW: (408, "The body came too slowly."),
    ErrorNum.STORED_DAMAGED: (502, "A stored object is damaged: it is not what was stored."),
    ErrorNum.NOT_RETRIABLE: (409, "Only failed or cancelled tasks can be retried."),
    ErrorNum.NO_WORKER: (503, "No worker has answered; Retry-After says when to try again."),
    ErrorNum.QUESTIONS_OPEN: (
        422,
        "The file has two plausible readings; answer the `questions` with `mapping`.",
    ),
    ErrorNum.UNSUPPORTED_BODY: (
        415,
        "The body is compressed (Content-Encoding), or a piece has another Content-Type than "
        "application/offset+octet-stream.",
    ),
    ErrorNum.NOT_OURS: (
        409,
        "The task belongs to this service's predecessor, or the dataset to NEURO-LEARN, and cannot "
        "be changed here.",
    ),
    ErrorNum.STORAGE_FULL: (
        507,
        "A disk is full, the registry's or the worker's; `msg` says which.",
    ),
    ErrorNum.STORED_LOST: (
        410,
        "A stored object is lost: it must be restored from a backup, or the task trained again.",
    ),
    ErrorNum.RANGE_BEYOND: (
        416,
        "The Range begins after the last byte; Content-Range gives the size.",
    ),
    ErrorNum.UPLOAD_OFFSET: (
        409,
        "The piece does not begin where the upload stands; Upload-Offset says where that is.",
    ),
    ErrorNum.QUOTA_EXCEEDED: (507, "The project's datasets would exceed SGN_PROJECT_QUOTA_GB."),
    ErrorNum.IN_USE: (409, "Tasks that have not ended need it, or it has not ended itself."),
    ErrorNum.UNCONFIRMED: (
        409,
        "It cannot be undone: `dependents` lists what depends on it; send `confirm=true`.",
    ),
    ErrorNum.TUS_VERSION: (412, "Tus-Resumable names another version than Tus-Version."),
    ErrorNum.INTERNAL: (500, "The service failed with an internal error; its log has the details."),
}


class FieldError(NamedTuple):
    """What is wrong with one field of a form."""

    field: str
    message: Message


NOTHING: Mapping[str, Any] = MappingProxyType({})


class ApiError(Exception):
    """Why a request is refused: a number, a message, and the errors of a form by field.

    ``content`` is what else the answer holds.
    """

    def __init__(
        self,
        number: ErrorNum,
        message: Message | str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] = NOTHING,
        content: Mapping[str, Any] = NOTHING,
    ) -> None:
        self.number = number
        self.message = as_message(message)
        self.errors = tuple(errors)
        self.headers = dict(headers)
        self.content = dict(content)
        super().__init__(self.message)

    def __str__(self) -> str:
        """The message in English."""
        return str(self.message)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the messages: of each field, or of the request where no field is wrong."""
        messages = [error.message for error in self.errors] or [self.message]
        return tuple(message.code for message in messages)

    def reply(self, language: str = ENGLISH, **more: Any) -> Response:
        """The error as an answer in a language; ``more`` is what else the answer is to hold."""
        content = {**self.content, **more}
        if self.errors:
            content["errors"] = [
                {"field": field, "msg": render(message, language)} for field, message in self.errors
            ]
        response = error_response(self.number, self.message, language, **content)
        response.headers.update(self.headers)
        return response


def form_error(errors: Sequence[FieldError]) -> ApiError:
    """Refuse a form for these errors; the message is the first."""
    first, more = errors[0].message, len(errors) - 1
    message = Message("api.first-of-errors", first=first, count=more) if more else first
    return ApiError(ErrorNum.FORM_INVALID, message, errors)


def field_error(field: str, message: Message) -> ApiError:
    """Refuse a form for what is wrong with one field."""
    return form_error([FieldError(field, message)])


def field_errors(pairs: Sequence[tuple[str, Message]]) -> list[FieldError]:
    """What another room found wrong, as pairs of a field and a message."""
    return [FieldError(*pair) for pair in pairs]


def quoted(text: str, most: int = 70) -> str:
    """A text that somebody sent, as it may stand in a sentence: short, printable, in quotes."""
    return repr(text[:most])


def success(**content: Any) -> Response:
    """Answer that all went well."""
    return _json(success_text(**content), 200)


def success_text(**content: Any) -> str:
    """The same as text, which a database can hold."""
    text = _text({"error_num": 0, "msg": "success", **content})
    # A lone surrogate can come in through JSON's \\u escapes; UTF-8 has no form for it.
    return text.encode("utf-8", "replace").decode()


def stored_response(text: str) -> Response:
    """Answer with the text of an earlier answer."""
    return _json(text, 200)


def error_response(
    number: ErrorNum, message: Message, language: str = ENGLISH, **content: Any
) -> Response:
    """Answer why a request was refused."""
    named = {"error_num": int(number), "msg": render(message, language)}
    return _json(_text({**named, **content}), MEANINGS[number][0])


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _json(text: str, status: int) -> Response:
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")


COOKIE = "sgn_language"  # chosen on a page
LONGEST_HEADER = 200


def answer_language(request: Request) -> str:
    """The language chosen on a page, else the first of Accept-Language that exists; or English."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    for part in request.headers.get("accept-language", "")[:LONGEST_HEADER].split(","):
        language = part.partition(";")[0].strip().lower().partition("-")[0]
        if language == "zh":
            return CHINESE
        if language == "en":
            return ENGLISH
    return ENGLISH
