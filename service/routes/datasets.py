"""Datasets: upload one, list them with what they hold."""

import asyncio
from pathlib import PurePath
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from db import datasets
from graphnet.errors import CohortError
from graphnet.readers import from_table, read_table
from service.body import content_type, read_body, read_form
from service.guard import caller_of
from service.house import house_of
from service.profiles import Profile, profiles
from service.queries import asked_project
from service.replies import ErrorNum, FieldError, Refusal, invalid, success

MOST = 1000
LENGTHS = {"proj_id": (1, 32), "user_id": (0, 32), "data_name": (1, 64)}


async def list_datasets(request: Request) -> Response:
    """The datasets of a project, or all, with subjects, classes, regions and measures."""
    caller = caller_of(request)
    listed = await datasets.list_datasets(proj_id=asked_project(request, caller), limit=MOST)
    found = [record for record in listed if caller.sees(record.proj_id)]
    known = await profiles(found)
    return success(
        datasets=[known[record.data_name].shown(record, detailed=False) for record in found]
    )


async def upload(request: Request) -> Response:
    """Take a CSV file, keep it as NEURO-LEARN does, answer with a quality report."""
    with house_of(request).admission.upload():
        return success(dataset=await taken(request))


async def taken(request: Request) -> dict[str, Any]:
    """Store what was sent, and what was found in it. Raises Refusal."""
    body = await read_body(request, house_of(request).settings.max_upload_bytes)
    fields = dict(request.query_params)
    if content_type(request) == "multipart/form-data":
        body, posted = await _from_multipart(request, body)
        fields = {**posted, **fields}
    named = {field: fields.get(field, "").strip() for field in LENGTHS}
    errors = [error for field, text in named.items() for error in _length(field, text)]
    if errors:
        raise invalid(errors)
    if not caller_of(request).sees(named["proj_id"]):
        sentence = f"proj_id is {named['proj_id']!r}, but the token is for another project."
        raise Refusal(ErrorNum.FORBIDDEN, sentence)
    try:
        content, profile = await asyncio.to_thread(_read, body, named["data_name"])
    except CohortError as error:
        listed = [("datafile", sentence) for sentence in error.sentences]
        raise Refusal(ErrorNum.DATASET_UNREADABLE, str(error), listed) from error
    record = await datasets.insert_dataset(**named, data_cont=content)
    await datasets.put_profile(record.data_id, record.length, profile.as_dict())
    return profile.shown(record, detailed=True)


async def _from_multipart(request: Request, body: bytes) -> tuple[bytes, dict[str, str]]:
    """The field ``datafile`` and the text fields; the file's name is a name if none is given."""
    form = await read_form(request, body)
    file = form.get("datafile")
    if not isinstance(file, UploadFile):
        raise invalid([("datafile", "datafile is missing; it must hold the CSV file.")])
    posted = {key: value for key, value in form.items() if isinstance(value, str)}
    return await file.read(), {"data_name": PurePath(file.filename or "").stem, **posted}


def _length(field: str, text: str) -> list[FieldError]:
    least, most = LENGTHS[field]
    if least <= len(text) <= most and (text.isprintable() or not text):
        return []
    shown = f"is {text[:70]!r}" if text else "is missing"
    return [(field, f"{field} {shown}; it must be {least} to {most} printable characters.")]


def _read(body: bytes, name: str) -> tuple[str, Profile]:
    """The content as ``data_cont`` holds it, and its profile. Raises CohortError."""
    table = read_table(body)
    profile = Profile.of(from_table(table, name))
    return table.to_json(), profile
