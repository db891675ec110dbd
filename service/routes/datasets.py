"""Datasets: look at a file before it is kept, upload one, list them, show one."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from db import datasets
from db.charset import unstorable_of_dataset
from db.dataset_names import LONGEST
from db.datasets import DatasetRecord, ListedDataset, name_taken
from db.errors import NameTaken
from graphnet.data.profile import Profile
from graphnet.messages import Message, rendered
from service.http.auth import Caller, caller_of
from service.http.body import read_body
from service.http.language import answer_language
from service.http.queries import asked_flag, asked_limit, asked_project
from service.http.responses import (
    ApiError,
    ErrorNum,
    FieldError,
    field_error,
    field_errors,
    form_error,
    quoted,
    success,
)
from service.state import AppState, state_of
from service.stores.mapping import WHOLE, mapping_from, mapping_of
from service.stores.reading import no_worker_error, questions_error
from service.stores.uploads import Received
from service.stores.worker_calls import NoAnswer

MOST = 1000
LENGTHS = {"proj_id": (1, 32), "user_id": (0, 32), "data_name": (1, LONGEST)}
NO_OWNER = Message("forms.no-owner")


async def list_datasets(request: Request) -> Response:
    """One page of datasets, newest first, with subjects, classes, regions and measures."""
    caller = caller_of(request)
    listed, cursor = await datasets.list_datasets(
        proj_id=asked_project(request, caller),
        limit=asked_limit(request, MOST),
        cursor=request.query_params.get("cursor") or None,
    )
    seen = [each for each in listed if caller.sees(each.proj_id)]
    known = await state_of(request).profiles.glanced(seen)
    shown = [
        known[each.data_name].shown(each, detailed=False)
        for each in listed
        if each.data_name in known
    ]
    needed = state_of(request).settings.shares_database
    return success(datasets=shown, next_cursor=cursor, owner_needed=needed)


async def show(request: Request) -> Response:
    """One dataset: every finding, the rules, and how its values lie at each site."""
    record = await dataset_of(request)
    profile = await state_of(request).profiles.detailed(record)
    return success(dataset=profile.shown(record, detailed=True))


async def dataset_of(request: Request) -> DatasetRecord:
    """The dataset that the address names. Raises ApiError, also where it is another project's."""
    name = request.path_params["data_name"]
    found = await datasets.find_datasets([name]) if _may_be(name) else []
    # A database may take names for equal that are not (small and SMALL).
    record = next((each for each in found if each.data_name == name), None)
    if record is None or not caller_of(request).sees(record.proj_id):
        raise ApiError(ErrorNum.NOT_FOUND, Message("api.no-dataset", name=quoted(name)))
    return record


async def upload(request: Request) -> Response:
    """Take a file, have a worker read it, keep it, answer with a quality report.

    Of a preview nothing is kept but the file, for an hour; the answer says what was understood.
    """
    return success(**await taken(request, preview=asked_flag(request, "preview")))


async def answer(request: Request) -> Response:
    """Say how a dataset that NEURO-LEARN wrote is to be read; it is read anew."""
    record = await dataset_of(request)
    body = await read_body(request, state_of(request).settings.max_form_bytes)
    profile = await reread(state_of(request), record, _posted_mapping(request, body))
    return success(dataset=profile.shown(record, detailed=True))


async def taken(request: Request, *, preview: bool) -> dict[str, Any]:
    """What the answer to an upload holds. Raises ApiError, NameTaken."""
    state = state_of(request)
    with state.admission.upload():
        received = await state.uploads.receive(request)
        request.state.received = received  # a page says again what was posted
        kept = None if preview or received.fresh else await _kept(request, received)
        if kept is not None:
            return kept
        try:
            fields = await _checked(request, _named(received), preview=preview)
            mapping = mapping_of(received.fields)
            return await _read(request, received, fields, mapping, preview=preview)
        except Exception as error:
            if received.fresh and not _is_of_use(error):
                await state.uploads.delete(received.upload.upload_id)
            raise


async def reread(state: AppState, record: DatasetRecord, mapping: Mapping[str, str]) -> Profile:
    """What a dataset's row holds if it is read by this mapping, which is kept. Raises ApiError."""
    if not mapping:
        raise field_error(WHOLE, Message("forms.mapping-missing"))
    try:
        profile = await state.reading_client.row(record, mapping)
    except NoAnswer as error:
        raise no_worker_error(error) from error
    if profile.questions:
        found = {"questions": list(profile.questions), "signature": profile.signature}
        raise await questions_error(found, record.proj_id, "")
    return profile


async def _read(
    request: Request,
    received: Received,
    fields: dict[str, str],
    mapping: Mapping[str, str],
    *,
    preview: bool,
) -> dict[str, Any]:
    state, upload = state_of(request), received.upload
    row = ListedDataset(data_id=upload.data_id, **fields)
    most = state.uploads.unpacked
    try:
        found = await state.reading_client.upload(row, upload, mapping, most=most, keep=not preview)
    except NameTaken as error:  # since it was checked, or by what the caller does not see
        there = await _taken_by(row.data_name, caller_of(request))
        if there:
            raise name_taken(row.data_name, there) from error
        raise _not_to_be_had(row.data_name, row.proj_id) from error
    profile = Profile.from_dict(found["profile"])
    shown = profile.shown(row, detailed=True)
    warnings = _warnings(request, row.user_id)
    if not preview:
        return {"dataset": shown, "warnings": warnings}
    del shown["data_id"]
    content = {"preview": found["preview"], "upload": upload.upload_id}
    return {"dataset": shown, "warnings": warnings, **content}


def _warnings(request: Request, user_id: str) -> list[str]:
    """What NEURO-LEARN will not be able to do, where it shares the database."""
    if not state_of(request).settings.shares_database or user_id:
        return []
    return rendered([NO_OWNER], answer_language(request))


async def _kept(request: Request, received: Received) -> dict[str, Any] | None:
    """The dataset that an upload has become already, by an answer that was not heard."""
    record = await datasets.find_dataset(received.upload.data_id)
    name = received.field("data_name") or received.upload.name
    if record is None or not caller_of(request).sees(record.proj_id) or record.data_name != name:
        return None
    if await datasets.get_answers(record.data_id) != mapping_of(received.fields):
        return None  # it was read otherwise, and its name is taken
    profile = await state_of(request).profiles.detailed(record)
    warnings = _warnings(request, record.user_id)
    return {"dataset": profile.shown(record, detailed=True), "warnings": warnings}


def _named(received: Received) -> dict[str, str]:
    """What the dataset is to be called, by default after the file, and whose it is."""
    fields = {field: received.field(field) for field in LENGTHS}
    if not fields["data_name"]:
        fields["data_name"] = received.upload.name
    return fields


def _is_of_use(error: Exception) -> bool:
    """Whether the file may still be wanted: it asks, or waits for a worker."""
    wanted = (ErrorNum.QUESTIONS_OPEN, ErrorNum.NO_WORKER)
    return isinstance(error, ApiError) and error.number in wanted


def _posted_mapping(request: Request, body: bytes) -> dict[str, str]:
    """Of the query, or of a JSON body: the mapping, or an object that holds it."""
    if not body.strip():
        return mapping_of(request.query_params.multi_items())
    try:
        told = json.loads(body, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise ApiError(ErrorNum.BODY_UNREADABLE, Message("forms.mapping-body")) from error
    inner = told.get(WHOLE) if isinstance(told, dict) else None
    return mapping_from(inner if isinstance(inner, dict) else told)


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
    there = fields["data_name"] and await _taken_by(fields["data_name"], caller_of(request))
    if there:
        raise name_taken(fields["data_name"], there)
    return fields


async def _taken_by(name: str, caller: Caller) -> str:
    """The name of the visible dataset of this name; "" if there is none."""
    found = await datasets.named_alike(name)
    return next((each for each, proj_id in found.items() if caller.sees(proj_id)), "")


def _not_to_be_had(name: str, proj_id: str) -> ApiError:
    """Why a name is refused that a dataset has of which the caller is not to know.

    NEURO-LEARN's table has each name once, whatever the project. Only who sends a whole dataset
    hears this: a look at many names would otherwise tell what other projects have.
    """
    other = f"{proj_id} {name}"
    if len(other) <= LONGEST:
        values = {"name": quoted(name), "other": quoted(other)}
        return field_error("data_name", Message("forms.name-unusable-other", **values))
    return field_error("data_name", Message("forms.name-unusable", name=quoted(name)))


def _length(field: str, text: str) -> list[FieldError]:
    least, most = LENGTHS[field]
    if least <= len(text) <= most and (text.isprintable() or not text):
        return []
    should = Message("forms.should-characters", least=least, most=most)
    if not text:
        return [FieldError(field, Message("forms.missing", field=field, should=should))]
    values = {"field": field, "value": quoted(text), "should": should}
    return [FieldError(field, Message("forms.invalid", **values))]


def _may_be(name: str) -> bool:
    return 0 < len(name) <= LENGTHS["data_name"][1] and name.isprintable()
