"""A file that can be read in two ways, on a page: its questions, and what was answered so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.http.queries import Fields, mapping_of
from service.http.responses import ApiError, ErrorNum

ASKED = "asked"  # the ids of the questions that stood in a form
USEFUL = {  # after these the answers that were given are as good as before
    *(ErrorNum.QUESTIONS_OPEN, ErrorNum.NO_WORKER),
    *(ErrorNum.FORM_INVALID, ErrorNum.NAME_TAKEN, ErrorNum.TOO_MANY),
}


@dataclass(frozen=True)
class QuestionForm:
    """What a page shows of a file with open questions.

    The open ``questions`` as JSON, the ``suggested`` answers by id; ``unanswered`` are those that
    the form had already, ``answers`` what else it says of the file.
    """

    questions: Sequence[Mapping[str, Any]]
    suggested: Mapping[str, str]
    unanswered: frozenset[str]
    answers: Sequence[str]


def questions_of(error: Exception | None, fields: Fields = ()) -> QuestionForm:
    """The questions of a refusal, or none, beside what a form says."""
    content = error.content if isinstance(error, ApiError) else {}
    questions, suggested = content.get("questions"), content.get("suggested")
    given = tuple(fields)
    return QuestionForm(
        () if questions is None else questions,
        {} if suggested is None else suggested,
        frozenset(text for name, text in given if name == ASKED),
        answers_of(given, useful=error is None or _number(error) in USEFUL),
    )


def answers_of(fields: Fields, *, useful: bool = True) -> list[str]:
    """The answers of a form as ``id=choice``; none where they may be what is wrong."""
    try:
        mapping = mapping_of(fields) if useful else {}
    except ApiError:
        return []
    return [f"{key}={value}" for key, value in mapping.items()]


def _number(error: Exception) -> ErrorNum:
    return error.number if isinstance(error, ApiError) else ErrorNum.NAME_TAKEN


ROLES = {  # the keys of a mapping that name a column, and what of an interpretation they are
    "id": "id",
    "class": "label",
    "site": "site",
    "score": "score",
}
COVARIATES = "covariates"
OF_PEOPLE = "readers_subjects."  # begins the codes of why a column of subjects was left alone
NO_COLUMNS = {f"{OF_PEOPLE}{name}" for name in ("another-table-used", "names-say-nothing",
                                                "no-id-in-names")}  # fmt: skip
MOST_COLUMNS = 60


@dataclass(frozen=True)
class Role:
    """What a column may be to the subjects: ``given`` is the column that somebody has named."""

    key: str
    column: str
    given: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Roles:
    """What can be chosen of a file that was read: which column is what, and the covariates."""

    of_one: tuple[Role, ...]
    covariates: tuple[str, ...]
    others: tuple[str, ...]
    given: str

    @property
    def keys(self) -> frozenset[str]:
        """Those of a mapping that are chosen here."""
        return frozenset({*(role.key for role in self.of_one), COVARIATES})


def roles_of(reading: Mapping[str, Any] | None, answers: Sequence[str]) -> Roles | None:
    """The columns of the subjects of an interpretation; None where it has none to choose from."""
    if not reading:
        return None
    given = dict(pair.split("=", 1) for pair in answers)
    columns = {key: _column(reading.get(name)) for key, name in ROLES.items()}
    covariates = tuple(each["name"] for each in reading["covariates"])
    others = _left_columns(reading)
    every = tuple(dict.fromkeys([*filter(None, columns.values()), *covariates, *others]))
    if len(every) < 2:
        return None
    of_one = tuple(
        Role(key, column, given.get(key, ""), every[:MOST_COLUMNS])
        for key, column in columns.items()
    )
    return Roles(of_one, covariates, others[:MOST_COLUMNS], given.get(COVARIATES, ""))


def _column(reading: Any) -> str:
    return str((reading["column"] if isinstance(reading, dict) else reading) or "")


def _left_columns(reading: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of subjects that were left alone."""
    reasons = reading.get("left_alone_messages") or ()
    return tuple(
        str(left["what"])
        for left, reason in zip(reading["left_alone"], reasons, strict=False)
        if str(reason["code"]).startswith(OF_PEOPLE) and reason["code"] not in NO_COLUMNS
    )
