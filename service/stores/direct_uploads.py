"""Files that their senders put straight into the bucket, by addresses that are signed here.

What may be put there is settled beforehand: the number of bytes, which the quota is asked about, of
each part, and their MD5, which the storage compares. A worker compares them again as it reads.
"""

import time
from dataclasses import replace

from actors.reading.uploads import WHOLE, Upload
from graphnet.messages import Message, first_of
from registry import MAX_BYTES, MultipartStore, ObjectMissing, Part, RegistryError, Unfinished
from registry.multipart import MOST_PARTS
from service.http.auth import Caller
from service.http.responses import ApiError, ErrorNum, field_error
from service.stores.uploads import Uploads

LEAST_PART = 8_000_000  # bytes; the least that S3 takes is 5 MiB
MOST_SHOWN = 5
NOTE_SECONDS = 60.0  # after which a new part is noted as a heartbeat


class DirectUploads:
    """Uploads in parts to the bucket; none where ``multiparts`` is None."""

    def __init__(self, uploads: Uploads, multiparts: MultipartStore | None) -> None:
        self._uploads = uploads
        self._multiparts = multiparts

    async def begin(self, caller: Caller, name: str, size: int) -> Upload:
        """An upload that may go straight to the bucket if its ``part_bytes`` are above 0.

        Raises:
            ApiError: the file is too large.
            RegistryError: the storage does not answer.

        """
        upload = await self._uploads.begin(caller, name, size)
        store = self._multiparts
        if store is None or size > MAX_BYTES:  # what a worker reads as one object
            return upload
        multipart = await self._uploads.threaded(lambda: store.begin(upload.upload_id, WHOLE))
        part_bytes = max(LEAST_PART, -(-size // MOST_PARTS))
        upload = replace(upload, multipart=multipart, part_bytes=part_bytes)
        await self._uploads.note(upload)
        return upload

    async def address(
        self, upload_id: str, caller: Caller, number: int, md5: str
    ) -> tuple[str, Part]:
        """Where a part goes within the next hour. Raises ApiError, RegistryError."""
        async with self._uploads.changing.hold(upload_id):
            upload, store = await self._find(upload_id, caller)
            part = _part(upload, number, md5)
            if time.time() - upload.changed_at > NOTE_SECONDS:
                await self._uploads.note(replace(upload, changed_at=time.time()))
        return store.address(_begun(upload), part), part

    async def stored(self, upload: Upload) -> tuple[Part, ...]:
        """The parts of an upload that are in the bucket; none once it is complete.

        Raises:
            RegistryError: the storage does not answer.

        """
        store = self._multiparts
        if store is None or not upload.part_bytes or not upload.missing:
            return ()
        try:
            return await self._uploads.threaded(lambda: store.parts(_begun(upload)))
        except ObjectMissing:
            return ()

    async def complete(self, upload_id: str, caller: Caller, md5: tuple[str, ...]) -> Upload:
        """Put the parts together, whose MD5 are given in their order.

        The same again changes nothing, so that a lost answer can be asked for once more.

        Raises:
            ApiError: parts are missing, or are not those that are named.
            RegistryError: the storage does not answer.

        """
        async with self._uploads.changing.hold(upload_id):
            upload, store = await self._find(upload_id, caller)
            if not upload.missing and upload.md5 == md5:
                return upload
            count = -(-upload.size // upload.part_bytes)
            if len(md5) != count:
                message = Message("forms.upload-md5-count", count=count, given=len(md5))
                raise field_error("md5", message)
            wanted = [_part(upload, number, checksum) for number, checksum in enumerate(md5, 1)]
            # An answer that was lost has done it: then there are no parts, but the whole file.
            if not await self._is_whole(upload, store):
                try:
                    _require(wanted, await self.stored(upload))
                    await self._uploads.threaded(lambda: store.complete(_begun(upload)))
                except (ApiError, RegistryError):
                    # So has another process of the service, which was asked the same meanwhile.
                    if not await self._is_whole(upload, store):
                        raise
            upload = replace(upload, missing=0, md5=md5, changed_at=time.time())
            await self._uploads.note(upload)
        return upload

    async def _is_whole(self, upload: Upload, store: MultipartStore) -> bool:
        """Whether the parts were put together. Raises RegistryError."""
        size = await self._uploads.threaded(lambda: store.size(upload.upload_id, WHOLE))
        return size == upload.size

    async def give_up(self, upload: Upload) -> None:
        """Remove what has come of an upload that is removed. Raises RegistryError."""
        store = self._multiparts
        if store is not None and upload.multipart and upload.missing:
            await self._uploads.threaded(lambda: store.give_up(_begun(upload)))

    async def _find(self, upload_id: str, caller: Caller) -> tuple[Upload, MultipartStore]:
        upload = await self._uploads.find(upload_id, caller)
        if self._multiparts is None or not upload.part_bytes:
            raise field_error("upload", Message("forms.upload-not-direct"))
        return upload, self._multiparts


def _begun(upload: Upload) -> Unfinished:
    return Unfinished(upload.upload_id, WHOLE, upload.multipart)


def _part(upload: Upload, number: int, md5: str) -> Part:
    """A part of an upload by its number, from 1 on. Raises ApiError."""
    count = -(-upload.size // upload.part_bytes)
    if not 1 <= number <= count:
        raise field_error("part", Message("forms.upload-part-number", part=number, count=count))
    before = (number - 1) * upload.part_bytes
    return Part(number, min(upload.part_bytes, upload.size - before), md5)


def _require(wanted: list[Part], stored: tuple[Part, ...]) -> None:
    """Raise ApiError unless every part is there; an MD5 that storage does not name is not compared.

    Then it has compared what came with the MD5 that was signed, and a worker will.
    """
    there = {part.number: part for part in stored}
    odd = [
        str(part.number)
        for part in wanted
        if part.number not in there
        or there[part.number].size != part.size
        or there[part.number].md5 not in {"", part.md5}
    ]
    if odd:
        message = Message(
            "forms.upload-parts-missing", parts=first_of(odd, MOST_SHOWN), count=len(wanted)
        )
        raise ApiError(ErrorNum.UPLOAD_OFFSET, message)
