"""A file that can be read in two ways, on a page: its questions, and what was answered so far."""

from typing import Any

from service.http.queries import Fields, mapping_of
from service.http.responses import ApiError, ErrorNum

ASKED = "asked"  # the ids of the questions that stood in a form
USEFUL = {  # after these the answers that were given are as good as before
    *(ErrorNum.QUESTIONS_OPEN, ErrorNum.NO_WORKER),
    *(ErrorNum.FORM_INVALID, ErrorNum.NAME_TAKEN, ErrorNum.TOO_MANY),
}


def questions_of(error: Exception | None, fields: Fields = ()) -> dict[str, Any]:
    """For a template: the open ``questions`` of a refusal, ``suggested`` answers, and more.

    ``unanswered`` are those that the form had already; ``answers`` what else it says of the file.
    """
    content = error.content if isinstance(error, ApiError) else {}
    questions = content.get("questions") or []
    given = tuple(fields)
    return {
        "questions": questions,
        "suggested": content.get("suggested") or {},
        "unanswered": {text for name, text in given if name == ASKED},
        "answers": answers_of(given, useful=error is None or _number(error) in USEFUL),
    }


def answers_of(fields: Fields, *, useful: bool = True) -> list[str]:
    """The answers of a form as ``id=choice``; none where they may be what is wrong."""
    try:
        mapping = mapping_of(fields) if useful else {}
    except ApiError:
        return []
    return [f"{key}={value}" for key, value in mapping.items()]


def _number(error: Exception) -> ErrorNum:
    return error.number if isinstance(error, ApiError) else ErrorNum.NAME_TAKEN
