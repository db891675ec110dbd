"""Answers: JSON with ``error_num`` and ``msg``, and the refusals that become one."""

import json
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from starlette.responses import Response


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


MEANINGS = {
    ErrorNum.SUCCESS: (200, "success"),
    ErrorNum.BODY_UNREADABLE: (400, "The body is neither JSON nor an HTML form."),
    ErrorNum.FORM_INVALID: (422, "Fields of the form are wrong; `errors` names each."),
    ErrorNum.TOO_LARGE: (413, "The body is larger than the service takes."),
    ErrorNum.NOT_FOUND: (404, "There is no such address, task, model or dataset."),
    ErrorNum.METHOD_NOT_ALLOWED: (405, "The address does not take this method."),
    ErrorNum.NAME_TAKEN: (409, "A dataset of that name is there already."),
    ErrorNum.DATASET_UNREADABLE: (422, "The uploaded file is not a dataset."),
    ErrorNum.DATABASE_UNAVAILABLE: (503, "The database does not answer."),
    ErrorNum.REGISTRY_UNAVAILABLE: (503, "The model registry does not answer."),
    ErrorNum.NOT_READY: (503, "Something the service needs does not answer; named in the reply."),
    ErrorNum.INTERNAL: (500, "A fault of the service itself; its log has the details."),
}

FieldError = tuple[str, str]


class Refusal(Exception):
    """Why a request is not done: a number, a sentence, and for a form one sentence a field."""

    def __init__(self, number: ErrorNum, msg: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(msg)
        self.number = number
        self.msg = msg
        self.errors = tuple(errors)

    def reply(self, **content: Any) -> Response:
        """The refusal as an answer, with what else it is to hold."""
        if self.errors:
            content["errors"] = [{"field": field, "msg": msg} for field, msg in self.errors]
        return refused(self.number, self.msg, **content)


def invalid(errors: Sequence[FieldError]) -> Refusal:
    """Refuse a form for these errors; the sentence shown is the first."""
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return Refusal(ErrorNum.FORM_INVALID, f"{errors[0][1]}{more}", errors)


def success(**content: Any) -> Response:
    """Answer that all went well."""
    return _json({"error_num": 0, "msg": "success", **content}, 200)


def refused(number: ErrorNum, msg: str, **content: Any) -> Response:
    """Answer why it did not."""
    return _json({"error_num": int(number), "msg": msg, **content}, MEANINGS[number][0])


def _json(content: dict[str, Any], status: int) -> Response:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A lone surrogate can come in through JSON's \\u escapes; UTF-8 has no form for it.
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")
