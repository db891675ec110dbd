"""Datasets: what there is, a look at a file before it is kept, questions, and what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from db import datasets
from db.datasets import DatasetRecord
from db.server.errors import NameTaken
from db.texts import ENDINGS
from graphnet import figures
from graphnet.messages import render, rendered
from graphnet.names import rule_help
from service.http.auth import caller_of
from service.http.body import read_body, read_form
from service.http.queries import Fields, mapping_of, query_flag, query_project, query_tag
from service.http.responses import (
    MEANINGS,
    SEE_OTHER,
    ApiError,
    ErrorNum,
    FieldError,
    answer_language,
)
from service.pages.formats import path_of
from service.pages.site import page
from service.routes.datasets import LENGTHS, dataset_of, read_again, receive_upload
from service.state import state_of
from service.stores.uploads import Received
from service.stores.views import dataset_view, dataset_views

ASKED = "asked"  # the ids of the questions that stood in a form
USEFUL = {  # after these the answers that were given are as good as before
    *(ErrorNum.QUESTIONS_OPEN, ErrorNum.NO_WORKER),
    *(ErrorNum.FORM_INVALID, ErrorNum.NAME_TAKEN, ErrorNum.TOO_MANY),
}
PAGE = 100
FILE = "datafile"


async def show(request: Request) -> Response:
    """The list, and a form for a new one."""
    return await _list(request)


async def upload(request: Request) -> Response:
    """Show what a file is understood as or asks, or keep it; errors stand beside the fields."""
    preview = query_flag(request, "preview")
    try:
        uploaded = await receive_upload(request, preview=preview)
    except (ApiError, NameTaken) as error:
        return await _refused(request, error)
    if not preview:
        return RedirectResponse(f"/datasets/{path_of(uploaded.dataset['data_name'])}", SEE_OTHER)
    received = _received(request)
    answers = answers_of(received.fields if received else ())
    return await _list(
        request,
        **vars(_shown(request, uploaded.dataset)),
        preview=uploaded.preview,
        upload=uploaded.upload,
        answers=answers,
        roles=roles_of(uploaded.dataset["interpretation"], answers),
    )


async def detail(request: Request) -> Response:
    """One dataset: how it was read, its quality, and how its values lie at each site."""
    record = await dataset_of(request, formerly=True)
    if record.data_name != request.path_params["data_name"]:
        return RedirectResponse(f"/datasets/{path_of(record.data_name)}", SEE_OTHER)
    return await _detail(request, record)


async def answer(request: Request) -> Response:
    """Read a dataset as the form says, and show it; or ask further."""
    record = await dataset_of(request)
    body = await read_body(request, state_of(request).settings.max_form_bytes)
    form = await read_form(request, body)
    fields = tuple((name, str(text)) for name, text in form.multi_items())
    try:
        await read_again(state_of(request), record, mapping_of(fields))
    except ApiError as error:
        return await _detail(request, record, error, fields)
    return RedirectResponse(f"/datasets/{path_of(record.data_name)}", SEE_OTHER)


async def _detail(
    request: Request, record: DatasetRecord, error: ApiError | None = None, fields: Fields = ()
) -> Response:
    """A dataset, with what is wrong with the answers that were given."""
    profile = await state_of(request).profiles.detailed(record)
    asked = questions_of(error, fields)
    if not asked.questions and profile.questions:
        known = await datasets.suggested_answers(record.proj_id, profile.signature)
        suggested = {} if known is None else known
        asked = replace(asked, questions=profile.questions, suggested=suggested)
    errors: list[str] = []
    if error is not None and error.number != ErrorNum.QUESTIONS_OPEN:
        errors = _sentences(error, answer_language(request))
    status = 200 if error is None else MEANINGS[error.number][0]
    shown = _shown(request, await dataset_view(record, profile))
    return page(request, "dataset.html", status, errors=errors, **vars(shown), **vars(asked))


async def _refused(request: Request, error: ApiError | NameTaken) -> Response:
    """The list, with what is wrong or asked; the file need not come again where it is kept."""
    received = _received(request)
    number, errors = _said(error, answer_language(request))
    content = error.content if isinstance(error, ApiError) else {}
    kept = received.upload.upload_id if received and not received.fresh else ""
    is_asked_in_place = "questions" in content and request.headers.get("hx-request") == "true"
    return await _list(
        request,
        200 if is_asked_in_place else MEANINGS[number][0],
        errors=errors,
        upload=content.get("upload") or kept,
        preview=content.get("preview"),
        **vars(questions_of(error, received.fields if received else ())),
    )


def _received(request: Request) -> Received | None:
    """The file that came, if it came so far."""
    return getattr(request.state, "received", None)


def _said(error: ApiError | NameTaken, language: str) -> tuple[ErrorNum, dict[str, list[str]]]:
    """The sentences by field; what concerns none stands beside the file, and no question there."""
    if isinstance(error, NameTaken):
        return ErrorNum.NAME_TAKEN, {"data_name": [render(error.message, language)]}
    if error.number == ErrorNum.QUESTIONS_OPEN:
        return error.number, {}
    listed = error.errors or (FieldError(FILE, error.message),)
    errors: dict[str, list[str]] = {}
    for field, message in listed:
        errors.setdefault(field if field in LENGTHS else FILE, []).append(render(message, language))
    return error.number, errors


def _sentences(error: ApiError, language: str) -> list[str]:
    return rendered([wrong.message for wrong in error.errors] or [error.message], language)


@dataclass(frozen=True)
class _Shown:
    """A ``dataset`` as the API answers it, with its rules in the page's language, and a figure."""

    dataset: Mapping[str, Any]
    drawn: Markup


def _shown(request: Request, dataset: Mapping[str, Any]) -> _Shown:
    language = answer_language(request)
    drawn = figures.on_screens(figures.distributions, dataset["distributions"], language)
    rules = {
        rule: render(rule_help(rule, stored), language) for rule, stored in dataset["rules"].items()
    }
    return _Shown({**dataset, "rules": rules}, Markup(drawn))  # noqa: S704 - our own, escaped there


async def _list(request: Request, status: int = 200, **content: Any) -> Response:
    caller, query = caller_of(request), request.query_params
    listed, cursor = await datasets.list_datasets(
        proj_id=query_project(request, caller),
        tag=query_tag(request),
        archived=query_flag(request, "archived"),
        limit=PAGE,
        cursor=query.get("cursor") or None,
    )
    seen = [record for record in listed if caller.sees(record.proj_id)]
    known = await state_of(request).profiles.glanced(seen)
    return page(
        request,
        "datasets.html",
        status,
        datasets=await dataset_views(listed, known),
        cursor=cursor,
        archived=query.get("archived") == "true",
        tag=query.get("tag", "").strip(),
        proj_id=query.get("proj_id") or caller.proj_id or "",
        posted=_posted(request),
        owners=sorted({record.user_id for record in seen} - {""}),
        owner_needed=state_of(request).settings.shares_database,
        endings="|".join(ENDINGS),
        **{"errors": {}, "preview": None, "dataset": None, **content},
    )


def _posted(request: Request) -> dict[str, str]:
    """What was typed, to stand in the form again."""
    received = _received(request)
    if received is None:
        return {}
    typed = {field: received.field(field) for field in LENGTHS}
    return {**typed, "data_name": typed["data_name"] or received.upload.name}


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
    covariates = tuple(covariate["name"] for covariate in reading["covariates"])
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
        if str(reason["code"]).startswith(OF_PEOPLE)
        and reason["code"] not in NO_COLUMNS
        and "what_message" not in left
    )
