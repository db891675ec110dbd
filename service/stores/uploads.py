"""Files on their way in: from a request to the registry in parts, never whole in memory."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePath
from typing import TypeVar

from starlette.requests import Request

from actors.reading.uploads import (
    PART_BYTES,
    UPLOAD_JSON,
    Upload,
    UploadGone,
    find_upload,
    new_id,
    part_name,
)
from db.dataset_names import named_after
from db.datasets import new_data_id
from graphnet.messages import Message
from registry import RegistryError, Store
from service.http.auth import Caller, caller_of
from service.http.body import FILE, MultipartBody, content_type, stream_body
from service.http.responses import ApiError, ErrorNum, FieldError, field_error
from service.stores.artifacts import from_registry

T = TypeVar("T")

WRITERS = 8
UPLOAD = "upload"
FORM = "multipart/form-data"
BOTH = Message("forms.file-and-upload")
UNPACKED = 4  # times what an upload may have may come out of it


@dataclass(frozen=True)
class Received:
    """A file that is in the registry, and the fields that came with it; ``fresh`` if just now."""

    upload: Upload
    fields: tuple[tuple[str, str], ...]
    fresh: bool

    def field(self, name: str) -> str:
        """The first value of a field, of the query before the form; "" where there is none."""
        return next((text.strip() for key, text in self.fields if key == name), "")


class Uploads:
    """The registry's folder ``uploads``, written and read by threads of its own."""

    def __init__(self, store: Store, max_bytes: int) -> None:
        self._store = store
        self._max_bytes = max_bytes
        self._pool = ThreadPoolExecutor(WRITERS, thread_name_prefix="uploads")

    @property
    def unpacked(self) -> int:
        """The bytes that may come out of an upload."""
        return UNPACKED * self._max_bytes

    async def receive(self, request: Request) -> Received:
        """The file of a request, or the one that its field ``upload`` names.

        Raises:
            ApiError: the body is too large, too slow, cut or empty, or there is no such upload.
            RegistryError: it cannot be stored. Nothing of it stays.

        """
        caller, fields = caller_of(request), tuple(request.query_params.multi_items())
        named = request.query_params.get(UPLOAD, "")
        if named and content_type(request) != FORM:
            await stream_body(request, self._max_bytes, _nothing)
            return Received(await self.find(named, caller), fields, fresh=False)
        upload_id = new_id()
        try:
            received = await self._stored(request, upload_id, caller)
        except BaseException:
            await asyncio.shield(self.delete(upload_id))
            raise
        later = received.field(UPLOAD)
        if received.upload.size and not later:
            return received
        await self.delete(upload_id)
        if not later:
            empty = Message("forms.file-empty")
            raise ApiError(ErrorNum.DATASET_UNREADABLE, empty, [FieldError(FILE, empty)])
        if received.upload.size:  # the answers that came along may be those to the other file
            raise field_error(UPLOAD, BOTH)
        return Received(await self.find(later, caller), received.fields, fresh=False)

    async def find(self, upload_id: str, caller: Caller) -> Upload:
        """An upload of this caller's project. Raises ApiError where there is none."""
        try:
            upload = await self._threaded(lambda: find_upload(self._store, upload_id))
        except UploadGone as error:
            raise gone(*error.messages) from error
        if caller.proj_id is not None and upload.owner != caller.proj_id:
            raise gone(*UploadGone(upload_id).messages)
        return upload

    async def delete(self, upload_id: str) -> None:
        """Remove an upload; where storage does not answer, a sweep does."""
        with contextlib.suppress(RegistryError):
            await self._threaded(lambda: self._store.delete(upload_id))

    def close(self) -> None:
        """Begin nothing more; what is under way ends by its own time-out."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _stored(self, request: Request, upload_id: str, caller: Caller) -> Received:
        parts = _Parts(lambda name, data: self._put(upload_id, name, data))
        form = _form_of(request)

        async def take(chunk: bytes) -> None:
            await parts.add(chunk if form is None else form.feed(chunk))

        await stream_body(request, self._max_bytes, take)
        await parts.end()
        fields = tuple(request.query_params.multi_items())
        filename = ""
        if form is not None:
            form.close()
            fields += tuple(form.fields)
            if form.filename is None and not dict(fields).get(UPLOAD):
                raise field_error(FILE, Message("forms.file-missing"))
            filename = named_after(PurePath(form.filename or "").name)
        owner = caller.proj_id or ""
        upload = Upload(upload_id, new_data_id(), owner, filename, parts.count, parts.size)
        await self._put(upload_id, UPLOAD_JSON, upload.to_bytes())
        return Received(upload, fields, fresh=True)

    async def _put(self, upload_id: str, name: str, data: bytes) -> None:
        await self._threaded(lambda: self._store.put(upload_id, name, data))

    async def _threaded(self, call: Callable[[], T]) -> T:
        return await from_registry(self._pool, call)


class _Parts:
    """Collects bytes, and puts them away whenever they are a part."""

    def __init__(self, put: Callable[[str, bytes], Awaitable[None]]) -> None:
        self._put = put
        self._waiting = bytearray()
        self.count = 0
        self.size = 0

    async def add(self, data: bytes) -> None:
        self._waiting += data
        self.size += len(data)
        if len(self._waiting) >= PART_BYTES:
            await self.end()

    async def end(self) -> None:
        if self._waiting:
            part, self._waiting = bytes(self._waiting), bytearray()
            await self._put(part_name(self.count), part)
            self.count += 1


def gone(message: Message) -> ApiError:
    """There is no such upload."""
    return ApiError(ErrorNum.NOT_FOUND, message, [FieldError(UPLOAD, message)])


def _form_of(request: Request) -> MultipartBody | None:
    if content_type(request) != FORM:
        return None
    return MultipartBody(request.headers["content-type"])


async def _nothing(chunk: bytes) -> None:
    """A body beside an upload, which must be empty."""
    if chunk:
        raise field_error(UPLOAD, BOTH)
