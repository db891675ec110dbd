"""Datasets: preview a file, upload one, list them, show one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from db import datasets
from db.datasets import DatasetRecord, ListedDataset, name_taken
from db.labels import formerly_called
from db.server.errors import NameTaken
from db.server.limits import unstorable_of_dataset
from db.texts import LONGEST_NAME, RESERVED
from graphnet.data.profile import Profile
from graphnet.messages import Message, rendered
from service.http.auth import Caller, caller_of
from service.http.body import read_body
from service.http.limits import check_quota
from service.http.queries import (
    WHOLE,
    mapping_from,
    mapping_of,
    query_flag,
    query_limit,
    query_project,
    query_tag,
)
from service.http.responses import (
    ApiError,
    ErrorNum,
    FieldError,
    answer_language,
    field_error,
    field_errors,
    form_error,
    quoted,
    success,
)
from service.state import AppState, state_of
from service.stores.uploads import Received
from service.stores.views import dataset_view, dataset_views
from service.stores.worker_calls import NoAnswer, OpenQuestions, no_worker_error, questions_error

MOST = 1000
LENGTHS = {"proj_id": (1, 32), "user_id": (0, 32), "data_name": (1, LONGEST_NAME)}
NO_OWNER = Message("forms.no-owner")


async def list_datasets(request: Request) -> Response:
    """One page of datasets, newest first, with subjects, classes, regions and measures."""
    caller = caller_of(request)
    listed, cursor = await datasets.list_datasets(
        proj_id=query_project(request, caller),
        tag=query_tag(request),
        archived=query_flag(request, "archived"),
        limit=query_limit(request, MOST),
        cursor=request.query_params.get("cursor") or None,
    )
    visible = [dataset for dataset in listed if caller.sees(dataset.proj_id)]
    profiles = await state_of(request).profiles.glanced(visible)
    shown = await dataset_views(listed, profiles)
    needed = state_of(request).settings.shares_database
    return success(datasets=shown, next_cursor=cursor, owner_needed=needed)


async def show(request: Request) -> Response:
    """One dataset: every finding, the rules, and the distribution of its values at each site."""
    record = await dataset_of(request, formerly=True)
    profile = await state_of(request).profiles.detailed(record)
    return success(dataset=await dataset_view(record, profile))


async def dataset_of(request: Request, *, formerly: bool = False) -> DatasetRecord:
    """The dataset that the address names. Raises ApiError, also where it is another project's.

    Where there is none of that name and ``formerly``, the one that had it last.
    """
    name = request.path_params["data_name"]
    records = await datasets.find_datasets([name]) if _may_be_name(name) else []
    # A database may take names for equal that are not (small and SMALL).
    record = next((record for record in records if record.data_name == name), None)
    if record is None and formerly and _may_be_name(name):
        former = await formerly_called(name)
        record = await datasets.find_dataset(former[0]) if former else None
    if record is None or not caller_of(request).sees(record.proj_id):
        raise ApiError(ErrorNum.NOT_FOUND, Message("api.no-dataset", name=quoted(name)))
    return record


async def upload(request: Request) -> Response:
    """Take a file, have a worker read it, keep it, answer with a quality report.

    Of a preview nothing is kept but the file, for an hour; the answer says what was understood.
    """
    uploaded = await receive_upload(request, preview=query_flag(request, "preview"))
    return success(**uploaded.as_dict())


async def answer(request: Request) -> Response:
    """Say how a dataset that NEURO-LEARN wrote is to be read; it is read again."""
    record = await dataset_of(request)
    body = await read_body(request, state_of(request).settings.max_form_bytes)
    profile = await read_again(state_of(request), record, _posted_mapping(request, body))
    return success(dataset=await dataset_view(record, profile))


@dataclass(frozen=True)
class Uploaded:
    """The dataset that an upload has become; ``upload`` is the file's id while only previewed."""

    dataset: Mapping[str, Any]
    warnings: Sequence[str]
    preview: Mapping[str, Any] | None = None
    upload: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As the API answers it."""
        answer = {"dataset": self.dataset, "warnings": self.warnings}
        more = {"preview": self.preview, "upload": self.upload} if self.upload else {}
        return answer | more


async def receive_upload(request: Request, *, preview: bool) -> Uploaded:
    """Take a file, or one that was sent before, and have it read. Raises ApiError, NameTaken."""
    state = state_of(request)
    with state.admission.upload():
        received = await state.uploads.receive(request)
        request.state.received = received  # a page shows again what was posted
        uploaded = None if preview or received.fresh else await _uploaded_before(request, received)
        if uploaded is not None:
            return uploaded
        try:
            return await _checked_and_read(request, received, preview=preview)
        except Exception as error:
            if received.fresh and not _may_be_sent_again(error):
                await state.uploads.delete(received.upload.upload_id)
            raise


async def store_table(request: Request, content: bytes, fields: Mapping[str, str]) -> Uploaded:
    """Store a CSV file that this service made, as if it had come. Raises ApiError, NameTaken."""
    state = state_of(request)
    with state.admission.upload():
        upload = await state.uploads.keep(caller_of(request), fields["data_name"], content)
        received = Received(upload, tuple(fields.items()), fresh=True)
        try:
            return await _checked_and_read(request, received, preview=False)
        except Exception:
            await state.uploads.delete(upload.upload_id)
            raise


async def _checked_and_read(request: Request, received: Received, *, preview: bool) -> Uploaded:
    fields = await _checked(request, _named(received), preview=preview)
    if not preview:
        quota = state_of(request).settings.project_quota_bytes
        await check_quota(fields["proj_id"], received.upload.size, quota)
    return await _read(request, received, fields, mapping_of(received.fields), preview=preview)


async def read_again(state: AppState, record: DatasetRecord, mapping: Mapping[str, str]) -> Profile:
    """What a dataset's row holds if it is read by this mapping, which is kept. Raises ApiError."""
    if not mapping:
        raise field_error(WHOLE, Message("forms.mapping-missing"))
    try:
        profile = await state.reading_client.row(record, mapping)
    except NoAnswer as error:
        raise no_worker_error(error) from error
    if profile.questions:
        asked = OpenQuestions(profile.questions, profile.signature)
        raise await questions_error(asked, record.proj_id, "")
    return profile


async def _read(
    request: Request,
    received: Received,
    fields: dict[str, str],
    mapping: Mapping[str, str],
    *,
    preview: bool,
) -> Uploaded:
    state, upload = state_of(request), received.upload
    row = ListedDataset(data_id=upload.data_id, **fields)
    most = state.uploads.unpacked
    try:
        read = await state.reading_client.upload(row, upload, mapping, most=most, keep=not preview)
    except NameTaken as error:  # since it was checked, or by a dataset that the caller cannot see
        other = await _taken_by(row.data_name, caller_of(request))
        if other:
            raise name_taken(row.data_name, other) from error
        raise _name_unusable(row.data_name, row.proj_id) from error
    dataset = await dataset_view(row, replace(read.profile, uploaded=True))
    warnings = _warnings(request, row.user_id)
    if not preview:
        return Uploaded(dataset, warnings)
    del dataset["data_id"]
    return Uploaded(dataset, warnings, read.preview, upload.upload_id)


def _warnings(request: Request, user_id: str) -> list[str]:
    """What NEURO-LEARN will not be able to do, where it shares the database."""
    if not state_of(request).settings.shares_database or user_id:
        return []
    return rendered([NO_OWNER], answer_language(request))


async def _uploaded_before(request: Request, received: Received) -> Uploaded | None:
    """The dataset that this upload is already, whose answer did not reach the caller."""
    record = await datasets.find_dataset(received.upload.data_id)
    name = received.field("data_name") or received.upload.name
    if record is None or not caller_of(request).sees(record.proj_id) or record.data_name != name:
        return None
    if await datasets.get_answers(record.data_id) != mapping_of(received.fields):
        return None  # it was read otherwise, and its name is taken
    profile = await state_of(request).profiles.detailed(record)
    warnings = _warnings(request, record.user_id)
    return Uploaded(await dataset_view(record, profile), warnings)


def _named(received: Received) -> dict[str, str]:
    """The new dataset's name, by default the file's, and its project and user."""
    fields = {field: received.field(field) for field in LENGTHS}
    if not fields["data_name"]:
        fields["data_name"] = received.upload.name
    return fields


def _may_be_sent_again(error: Exception) -> bool:
    """Whether the file is still needed: it has open questions, or waits for a worker."""
    waiting = (ErrorNum.QUESTIONS_OPEN, ErrorNum.NO_WORKER)
    return isinstance(error, ApiError) and error.number in waiting


def _posted_mapping(request: Request, body: bytes) -> dict[str, str]:
    """Of the query, or of a JSON body: the mapping, or an object that holds it."""
    if not body.strip():
        return mapping_of(request.query_params.multi_items())
    try:
        posted = json.loads(body, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise ApiError(ErrorNum.BODY_UNREADABLE, Message("forms.mapping-body")) from error
    inner = posted.get(WHOLE) if isinstance(posted, dict) else None
    return mapping_from(inner if isinstance(inner, dict) else posted)


async def _checked(request: Request, fields: dict[str, str], *, preview: bool) -> dict[str, str]:
    """The fields, if they may be; a preview needs none, but what is given is checked.

    Raises:
        ApiError: one is missing or too long, or the project is not the caller's.
        NameTaken: the caller sees a dataset of that name.

    """
    errors = [
        error
        for field, text in fields.items()
        if text or not preview
        for error in _length(field, text)
    ]
    errors += field_errors(await unstorable_of_dataset(fields))
    if errors:
        raise form_error(errors)
    if fields["proj_id"] and not caller_of(request).sees(fields["proj_id"]):
        message = Message("api.other-project", value=quoted(fields["proj_id"]))
        raise ApiError(ErrorNum.FORBIDDEN, message)
    other = fields["data_name"] and await _taken_by(fields["data_name"], caller_of(request))
    if other:
        raise name_taken(fields["data_name"], other)
    return fields


async def _taken_by(name: str, caller: Caller) -> str:
    """The name of the visible dataset of this name; "" if there is none."""
    projects = await datasets.named_alike(name)
    return next((other for other, proj_id in projects.items() if caller.sees(proj_id)), "")


def _name_unusable(name: str, proj_id: str) -> ApiError:
    """Refuse a name that belongs to a dataset which the caller may not know of.

    NEURO-LEARN's table has each name once, whatever the project. Only a caller who sends a whole
    dataset gets this error: otherwise trying many names would show what other projects have.
    """
    other = f"{proj_id} {name}"
    if len(other) <= LONGEST_NAME:
        values = {"name": quoted(name), "other": quoted(other)}
        return field_error("data_name", Message("forms.name-unusable-other", **values))
    return field_error("data_name", Message("forms.name-unusable", name=quoted(name)))


def _length(field: str, text: str) -> list[FieldError]:
    least, most = LENGTHS[field]
    if text in RESERVED and field == "data_name":
        return [FieldError(field, Message("forms.name-unusable", name=quoted(text)))]
    if least <= len(text) <= most and (text.isprintable() or not text):
        return []
    should = Message("forms.should-characters", least=least, most=most)
    if not text:
        return [FieldError(field, Message("forms.missing", field=field, should=should))]
    values = {"field": field, "value": quoted(text), "should": should}
    return [FieldError(field, Message("forms.invalid", **values))]


def _may_be_name(name: str) -> bool:
    return 0 < len(name) <= LENGTHS["data_name"][1] and name.isprintable()
