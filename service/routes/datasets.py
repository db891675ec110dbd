"""Datasets: look at a file before it is kept, upload one, list them, show one."""

import asyncio
from pathlib import PurePath
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from db import datasets
from db.datasets import DatasetRecord, ListedDataset
from graphnet.errors import CohortError
from service.body import content_type, read_body, read_form
from service.guard import caller_of
from service.house import house_of
from service.profiles import detailed, glanced
from service.queries import asked_flag, asked_limit, asked_project
from service.replies import ErrorNum, FieldError, Refusal, invalid, success
from service.tables import UNPACKED, Understood, understood

MOST = 1000
LENGTHS = {"proj_id": (1, 32), "user_id": (0, 32), "data_name": (1, 64)}


async def list_datasets(request: Request) -> Response:
    """One page of datasets, newest first, with subjects, classes, regions and measures."""
    caller = caller_of(request)
    listed, cursor = await datasets.list_datasets(
        proj_id=asked_project(request, caller),
        limit=asked_limit(request, MOST),
        cursor=request.query_params.get("cursor") or None,
    )
    known = await glanced([each for each in listed if caller.sees(each.proj_id)])
    shown = [
        known[each.data_name].shown(each, detailed=False)
        for each in listed
        if each.data_name in known
    ]
    return success(datasets=shown, next_cursor=cursor)


async def show(request: Request) -> Response:
    """One dataset: every finding, the rules, and how its values lie at each site."""
    record = await dataset_of(request)
    profile = await detailed(record)
    return success(dataset=profile.shown(record, detailed=True))


async def dataset_of(request: Request) -> DatasetRecord:
    """The dataset that the address names. Raises Refusal, also where it is another project's."""
    name = request.path_params["data_name"]
    found = await datasets.find_datasets([name]) if _may_be(name) else []
    # A database may take names for equal that are not (small and SMALL).
    record = next((each for each in found if each.data_name == name), None)
    if record is None or not caller_of(request).sees(record.proj_id):
        raise Refusal(ErrorNum.NOT_FOUND, f"There is no dataset {name[:70]!r}.")
    return record


async def upload(request: Request) -> Response:
    """Take a file, keep it as NEURO-LEARN does, answer with a quality report.

    Of a preview nothing is kept, and the answer says what was understood.
    """
    return success(**await taken(request, preview=asked_flag(request, "preview")))


async def taken(request: Request, *, preview: bool) -> dict[str, Any]:
    """What the answer to an upload holds. Raises Refusal, NameTaken."""
    with house_of(request).admission.upload():
        fields, body = await _posted(request)
        fields = await _checked(request, fields, preview=preview)
        read = await _read(request, body, fields["data_name"])
        return _previewed(fields, read) if preview else await _kept(fields, read)


async def _kept(fields: dict[str, str], read: Understood) -> dict[str, Any]:
    record = await datasets.insert_dataset(**fields, data_cont=read.content)
    await datasets.put_profile(record.data_id, record.length, read.profile.as_dict())
    return {"dataset": read.profile.shown(record, detailed=True)}


def _previewed(fields: dict[str, str], read: Understood) -> dict[str, Any]:
    found = read.profile.shown(ListedDataset(data_id="", **fields), detailed=True)
    del found["data_id"]
    return {"dataset": found, "preview": read.preview}


async def _posted(request: Request) -> tuple[dict[str, str], bytes]:
    """The fields of the query, then of the form, and the file."""
    body = await read_body(request, house_of(request).settings.max_upload_bytes)
    fields = dict(request.query_params)
    if content_type(request) == "multipart/form-data":
        body, posted = await _from_multipart(request, body)
        fields = {**posted, **fields}
    return {field: fields.get(field, "").strip() for field in LENGTHS}, body


async def _from_multipart(request: Request, body: bytes) -> tuple[bytes, dict[str, str]]:
    """The field ``datafile`` and the text fields; the file's name is a name if none is given."""
    form = await read_form(request, body)
    file = form.get("datafile")
    if not isinstance(file, UploadFile):
        raise invalid([("datafile", "datafile is missing; it must hold the file.")])
    posted = {key: value for key, value in form.items() if isinstance(value, str)}
    return await file.read(), {"data_name": PurePath(file.filename or "").stem, **posted}


async def _checked(request: Request, fields: dict[str, str], *, preview: bool) -> dict[str, str]:
    """The fields, if they may be; a preview needs none, but what is given is checked.

    Raises:
        Refusal: one is missing or too long, or the project is not the caller's.
        NameTaken: there is a dataset of that name.

    """
    errors = [
        error
        for field, text in fields.items()
        if text or not preview
        for error in _length(field, text)
    ]
    if errors:
        raise invalid(errors)
    if fields["proj_id"] and not caller_of(request).sees(fields["proj_id"]):
        sentence = f"proj_id is {fields['proj_id']!r}, but the token is for another project."
        raise Refusal(ErrorNum.FORBIDDEN, sentence)
    if fields["data_name"]:
        await datasets.check_name(fields["data_name"])
    return fields


def _length(field: str, text: str) -> list[FieldError]:
    least, most = LENGTHS[field]
    if least <= len(text) <= most and (text.isprintable() or not text):
        return []
    shown = f"is {text[:70]!r}" if text else "is missing"
    return [(field, f"{field} {shown}; it must be {least} to {most} printable characters.")]


def _may_be(name: str) -> bool:
    return 0 < len(name) <= LENGTHS["data_name"][1] and name.isprintable()


async def _read(request: Request, body: bytes, name: str) -> Understood:
    """What the file holds; it is read beside everything else. Raises Refusal."""
    most = UNPACKED * house_of(request).settings.max_upload_bytes
    try:
        return await asyncio.to_thread(understood, body, name, most)
    except CohortError as error:
        listed = [("datafile", sentence) for sentence in error.sentences]
        raise Refusal(ErrorNum.DATASET_UNREADABLE, str(error), listed) from error
