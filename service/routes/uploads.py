"""A file in several requests, taken up again after a cut: the core of the tus protocol 1.0.0.

https://tus.io/protocols/resumable-upload: POST begins an upload, PATCH adds a piece, HEAD says how
many bytes have come. A client of that protocol needs to know nothing of this service.

A client that asks for it puts the file straight into the bucket instead, where that is set up: it
asks for the address of each part, and says in the end that all have come.
"""

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from actors.reading.uploads import Upload
from graphnet.messages import Message
from registry import Part
from registry.multipart import MD5
from service.http.auth import caller_of
from service.http.body import read_body, read_fields
from service.http.limits import check_quota
from service.http.queries import query_flag
from service.http.responses import (
    ApiError,
    ErrorNum,
    field_error,
    quoted,
    success,
)
from service.state import state_of

PROTOCOL = "1.0.0"
LENGTH, OFFSET, METADATA = "upload-length", "upload-offset", "upload-metadata"
PIECE = "application/offset+octet-stream"
CREATED, NO_CONTENT = 201, 204
MOST_DIGITS = 15
LONGEST_METADATA = 4000
MOST_BODY = 1000  # of a request that is to have none, or names a part
MOST_SUMS = 500_000  # of one that names all parts
DIRECT = "direct"
RESUMABLE, VERSION = "tus-resumable", "tus-version"


async def describe(request: Request) -> Response:
    """What of the protocol is spoken, and the size of the largest file."""
    response = Response(status_code=NO_CONTENT)
    response.headers[VERSION] = PROTOCOL
    response.headers["tus-extension"] = "creation,termination"
    response.headers["tus-max-size"] = str(state_of(request).uploads.max_file_bytes)
    return _of_protocol(response)


async def begin(request: Request) -> Response:
    """Begin an upload of ``Upload-Length`` bytes; ``Location`` is where its pieces go."""
    _check_version(request)
    if await read_body(request, MOST_BODY):
        raise field_error("body", Message("forms.upload-no-body"))
    caller, state = caller_of(request), state_of(request)
    size = _number(request, LENGTH)
    if not size:
        raise field_error("Upload-Length", Message("forms.file-empty"))
    metadata = _metadata(request.headers.get(METADATA, ""))
    if project := caller.proj_id or metadata.get("proj_id"):
        await check_quota(project, size, state.settings.project_quota_bytes)
    begin_upload = (
        state.direct_uploads.begin if query_flag(request, DIRECT) else state.uploads.begin
    )
    upload = await begin_upload(caller, metadata.get("filename", ""), size)
    response = success(upload=_shown(upload))
    response.status_code = CREATED
    response.headers["location"] = f"{request.url.path}/{upload.upload_id}"
    return _told(response, upload)


async def add(request: Request) -> Response:
    """Add the piece that begins at ``Upload-Offset``."""
    _check_version(request)
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != PIECE:
        message = Message("forms.upload-content-type", right=PIECE)
        raise ApiError(ErrorNum.UNSUPPORTED_BODY, message)
    state, offset = state_of(request), _number(request, OFFSET)
    with state.admission.upload():
        upload = await state.uploads.go_on(request, request.path_params["upload_id"], offset)
    return _told(Response(status_code=NO_CONTENT), upload)


async def show(request: Request) -> Response:
    """How many bytes of an upload have come, and which parts."""
    upload = await _find(request)
    parts = await state_of(request).direct_uploads.stored(upload)
    if parts:
        upload = replace(upload, missing=upload.size - sum(part.size for part in parts))
    return _told(success(upload=_shown(upload, parts)), upload)


async def part(request: Request) -> Response:
    """Where a part goes, straight into the bucket."""
    fields = await read_fields(request, MOST_BODY)
    number, md5 = fields.get("part"), fields.get("md5")
    if not isinstance(number, int) or isinstance(number, bool):
        raise field_error("part", Message("forms.upload-part"))
    upload_id = request.path_params["upload_id"]
    direct = state_of(request).direct_uploads
    address, signed = await direct.address(upload_id, caller_of(request), number, _md5(md5))
    shown = {"part": signed.number, "size": signed.size, "url": address, "headers": signed.headers}
    return success(part=shown)


async def complete(request: Request) -> Response:
    """All parts have come: put them together."""
    given = (await read_fields(request, MOST_SUMS)).get("md5")
    if not isinstance(given, list):
        raise field_error("md5", Message("forms.upload-md5"))
    sums = tuple(_md5(text) for text in given)
    upload_id = request.path_params["upload_id"]
    direct = state_of(request).direct_uploads
    upload = await direct.complete(upload_id, caller_of(request), sums)
    return success(upload=_shown(upload))


async def stop(request: Request) -> Response:
    """Remove an upload."""
    upload = await _find(request)
    await state_of(request).direct_uploads.give_up(upload)
    await state_of(request).uploads.delete(upload.upload_id)
    return _of_protocol(Response(status_code=NO_CONTENT))


async def _find(request: Request) -> Upload:
    _check_version(request)
    upload_id = request.path_params["upload_id"]
    return await state_of(request).uploads.find(upload_id, caller_of(request))


def _shown(upload: Upload, parts: Sequence[Part] = ()) -> dict[str, Any]:
    shown = {
        "upload": upload.upload_id,
        "name": upload.name,
        "size": upload.size,
        "received": upload.received,
    }
    if upload.part_bytes:
        shown["part_bytes"] = upload.part_bytes
        shown["parts"] = [
            {"part": part.number, "size": part.size, "md5": part.md5} for part in parts
        ]
    return shown


def _md5(value: object) -> str:
    """The MD5 of a part in small letters. Raises ApiError."""
    if isinstance(value, str) and MD5.fullmatch(value.lower()):
        return value.lower()
    raise field_error("md5", Message("forms.upload-md5"))


def _told(response: Response, upload: Upload) -> Response:
    response.headers[OFFSET] = str(upload.received)
    response.headers[LENGTH] = str(upload.size)
    return _of_protocol(response)


def _of_protocol(response: Response) -> Response:
    response.headers[RESUMABLE] = PROTOCOL
    return response


def _check_version(request: Request) -> None:
    """Raise ApiError if a client speaks another version; one that names none is taken."""
    version = request.headers.get(RESUMABLE, PROTOCOL)
    if version != PROTOCOL:
        message = Message("api.tus-version", version=quoted(version, 20), right=PROTOCOL)
        raise ApiError(ErrorNum.TUS_VERSION, message, headers={VERSION: PROTOCOL})


def _number(request: Request, header: str) -> int:
    """A header's number of bytes. Raises ApiError."""
    text = request.headers.get(header, "")
    if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS:
        return int(text)
    name = header.title()
    raise field_error(name, Message("forms.upload-number", name=name, value=quoted(text, 20)))


def _metadata(header: str) -> dict[str, str]:
    """``name base64,name base64`` as texts. Raises ApiError."""
    if len(header) > LONGEST_METADATA:
        raise ApiError(ErrorNum.TOO_LARGE, Message("forms.upload-metadata"))
    try:
        pairs = [pair.strip().partition(" ") for pair in header.split(",") if pair.strip()]
        return {name: b64decode(text.strip(), validate=True).decode() for name, _, text in pairs}
    except ValueError as error:
        raise field_error("Upload-Metadata", Message("forms.upload-metadata")) from error
