"""Files on their way in: from a request to the registry in parts, never whole in memory."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TypeVar

from starlette.requests import Request

from actors.reading.uploads import (
    PART_BYTES,
    UPLOAD_JSON,
    Upload,
    UploadGone,
    UploadIncomplete,
    find_upload,
    new_id,
    part_name,
    tail_name,
)
from db.datasets import new_data_id
from db.texts import named_after
from graphnet.messages import Message
from registry import ObjectMissing, RegistryError, Store
from service.http.auth import Caller, caller_of
from service.http.body import FILE, MultipartBody, content_type, stream_body, too_large
from service.http.limits import KeyedLock
from service.http.responses import ApiError, ErrorNum, FieldError, field_error
from service.stores.artifacts import from_registry

T = TypeVar("T")

WRITERS = 8
PARTS_PER_NOTE = 16  # after so many of one piece its upload.json is written
UPLOAD = "upload"
FORM = "multipart/form-data"
BOTH = Message("forms.file-and-upload")
UNPACKED = 2  # times what a file may have may come out of it


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
    """The registry's folder ``uploads``, written and read by threads of its own.

    A request has up to ``max_bytes``, a file in several of them up to ``max_file_bytes``.
    """

    def __init__(self, store: Store, max_bytes: int, max_file_bytes: int) -> None:
        self._store = store
        self._max_bytes = max_bytes
        self.max_file_bytes = max(max_bytes, max_file_bytes)
        self._latest: dict[str, object] = {}  # whose piece of an upload is being written
        self.changing = KeyedLock()
        self._pool = ThreadPoolExecutor(WRITERS, thread_name_prefix="uploads")

    @property
    def unpacked(self) -> int:
        """The bytes that may come out of an upload."""
        return UNPACKED * self.max_file_bytes

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
            return Received(await self._complete(named, caller), fields, fresh=False)
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
        return Received(await self._complete(later, caller), received.fields, fresh=False)

    async def keep(self, caller: Caller, name: str, content: bytes) -> Upload:
        """An upload of bytes that this service made itself. Raises RegistryError."""
        upload_id = new_id()
        parts = _Parts(lambda part, data: self._put(upload_id, part, data))
        try:
            await parts.add(content)
            await parts.end()
            upload = Upload(
                *(upload_id, new_data_id(), caller.proj_id or "", name, parts.count, parts.size),
                changed_at=time.time(),
            )
            await self.note(upload)
        except BaseException:
            await asyncio.shield(self.delete(upload_id))
            raise
        return upload

    async def _complete(self, upload_id: str, caller: Caller) -> Upload:
        """An upload of this caller's whose bytes have all come. Raises ApiError."""
        upload = await self.find(upload_id, caller)
        if upload.missing:
            raise field_error(UPLOAD, UploadIncomplete(upload).message)
        return upload

    async def begin(self, caller: Caller, name: str, size: int) -> Upload:
        """An upload whose ``size`` bytes will come in pieces. Raises ApiError, RegistryError."""
        if size > self.max_file_bytes:
            raise too_large(self.max_file_bytes)
        upload = Upload(
            *(new_id(), new_data_id(), caller.proj_id or "", named_after(PurePath(name).name)),
            parts=0,
            size=size,
            missing=size,
            changed_at=time.time(),
        )
        await self.note(upload)
        return upload

    async def go_on(self, request: Request, upload_id: str, offset: int) -> Upload:
        """Store the piece of a file in a request, from the byte ``offset`` on; what is there now.

        What has come of a piece that breaks off is kept. Of two requests that write at once the
        later one counts: the earlier one's connection is one that its client has given up.

        Raises:
            ApiError: there is no such upload, it stands elsewhere, or the piece goes beyond its
                end, is too slow or cut.
            RegistryError: it cannot be stored.

        """
        async with self.changing.hold(upload_id):
            upload = await self.find(upload_id, caller_of(request))
            if upload.part_bytes:
                raise field_error(UPLOAD, Message("forms.upload-is-direct"))
            turn = self._latest[upload_id] = object()
            piece = await self._piece(upload)
        try:
            if offset != piece.upload.received:
                raise _elsewhere(piece.upload)
            if piece.upload.missing:
                await self._written(request, piece, turn)
            return piece.upload
        finally:
            if self._latest.get(upload_id) is turn:
                del self._latest[upload_id]

    async def _written(self, request: Request, piece: "_Piece", turn: object) -> None:
        upload = piece.upload

        async def take(chunk: bytes) -> None:
            if self._latest.get(upload.upload_id) is not turn:
                raise _elsewhere(piece.upload)
            await piece.add(chunk)

        try:
            await stream_body(request, min(upload.missing, self._max_bytes), take)
        except ApiError as error:
            if error.number == ErrorNum.TOO_LARGE and upload.missing <= self._max_bytes:
                values = {"missing": upload.missing, "size": upload.size}
                message = Message("forms.upload-too-long", **values)
                raise ApiError(ErrorNum.TOO_LARGE, message) from error
            raise
        finally:
            await asyncio.shield(self._end(piece, turn))

    async def _end(self, piece: "_Piece", turn: object) -> None:
        """Store the rest of a piece, unless another request has begun meanwhile.

        One that another process of the service answers may also have gone further.
        """
        upload_id = piece.upload.upload_id
        async with self.changing.hold(upload_id):
            if self._latest.get(upload_id) is not turn:
                return
            stored = await self._find(upload_id)
            if stored.received <= piece.received:
                await piece.end()
            else:
                piece.upload = stored

    async def _piece(self, upload: Upload) -> "_Piece":
        """Goes on where an upload stands; at its last whole part where the rest is lost."""
        rest = max(0, upload.received - upload.parts * PART_BYTES)
        tail = b""
        if rest:
            with contextlib.suppress(ObjectMissing):
                tail = await self.threaded(lambda: self._tail(upload))
        if len(tail) != rest:
            upload, tail = replace(upload, missing=upload.size - upload.parts * PART_BYTES), b""
            await self.note(upload)
        return _Piece(
            upload,
            tail,
            lambda name, data: self._put(upload.upload_id, name, data),
            lambda: self._find(upload.upload_id),
        )

    def _tail(self, upload: Upload) -> bytes:
        return self._store.get(upload.upload_id, tail_name(upload))

    async def note(self, upload: Upload) -> None:
        """Write an upload's ``upload.json``. Raises RegistryError."""
        await self._put(upload.upload_id, UPLOAD_JSON, upload.to_bytes())

    async def find(self, upload_id: str, caller: Caller) -> Upload:
        """An upload of this caller's project. Raises ApiError where there is none."""
        upload = await self._find(upload_id)
        if caller.proj_id is not None and upload.owner != caller.proj_id:
            raise gone(*UploadGone(upload_id).messages)
        return upload

    async def _find(self, upload_id: str) -> Upload:
        try:
            return await self.threaded(lambda: find_upload(self._store, upload_id))
        except UploadGone as error:
            raise gone(*error.messages) from error

    async def delete(self, upload_id: str) -> None:
        """Remove an upload; where storage does not answer, a sweep does."""
        with contextlib.suppress(RegistryError):
            await self.threaded(lambda: self._store.delete(upload_id))

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
        upload = Upload(
            *(upload_id, new_data_id(), owner, filename, parts.count, parts.size),
            changed_at=time.time(),
        )
        await self.note(upload)
        return Received(upload, fields, fresh=True)

    async def _put(self, upload_id: str, name: str, data: bytes) -> None:
        await self.threaded(lambda: self._store.put(upload_id, name, data))

    async def threaded(self, call: Callable[[], T]) -> T:
        """What a call to the registry gives, in a thread. Raises RegistryError."""
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


class _Piece:
    """Adds a piece to an upload: whole parts first, and what is left of it in the end.

    Part number n holds the bytes from ``n * PART_BYTES`` on, whoever writes it, so that two
    requests of one file can write nothing but the same.
    """

    def __init__(
        self,
        upload: Upload,
        tail: bytes,
        put: Callable[[str, bytes], Awaitable[None]],
        find: Callable[[], Awaitable[Upload]],
    ) -> None:
        self.upload = upload
        self._waiting = bytearray(tail)
        self._put = put
        self._find = find

    @property
    def received(self) -> int:
        """The bytes of the file that have come so far."""
        return self.upload.parts * PART_BYTES + len(self._waiting)

    async def add(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) >= PART_BYTES:
            await self._put(part_name(self.upload.parts), bytes(self._waiting[:PART_BYTES]))
            del self._waiting[:PART_BYTES]
            self.upload = self._at(self.upload.parts + 1, 0)
            if not self.upload.parts % PARTS_PER_NOTE:
                # Its client may have given this connection up and gone on at another process.
                stored = await self._find()
                if stored.received > self.received:
                    raise _elsewhere(stored)
                await self._note()

    async def end(self) -> None:
        """Store the rest: the last part of a file that is complete, else to be gone on with."""
        rest, parts = bytes(self._waiting), self.upload.parts
        upload = self._at(parts, len(rest))
        if rest and upload.missing:
            await self._put(tail_name(upload), rest)
        elif rest:
            await self._put(part_name(parts), rest)
            upload = replace(upload, parts=parts + 1)
        self.upload = upload
        await self._note()

    def _at(self, parts: int, rest: int) -> Upload:
        """The upload with so many parts and ``rest`` bytes more stored."""
        missing = self.upload.size - parts * PART_BYTES - rest
        return replace(self.upload, parts=parts, missing=missing, changed_at=time.time())

    async def _note(self) -> None:
        await self._put(UPLOAD_JSON, self.upload.to_bytes())


def _elsewhere(upload: Upload) -> ApiError:
    """The piece does not begin where the upload stands."""
    message = Message("forms.upload-offset", received=upload.received)
    offset = {"upload-offset": str(upload.received)}
    return ApiError(ErrorNum.UPLOAD_OFFSET, message, headers=offset)


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
