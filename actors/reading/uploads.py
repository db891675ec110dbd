"""How an uploaded file lies in the registry's folder ``uploads``: in parts, then ``upload.json``.

One that its sender put into the bucket itself is a single object, ``file``.

An upload is there once its ``upload.json`` is, which says how many bytes are still missing. Its id
cannot be guessed and begins with the second it was made in, so that old ones are found by their
names alone.
"""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from graphnet.errors import GraphnetError
from graphnet.messages import Message
from registry import MultipartStore, ObjectMissing, Store, Unfinished

FOLDER = "uploads"
UPLOAD_JSON = "upload.json"
WHOLE = "file"  # an upload that went straight to the bucket
PART_BYTES = 2_000_000
KEPT = timedelta(hours=1)  # after the last byte
AWAITED = timedelta(days=1)  # after the last byte, where more are to come
OF_DIRECT = ("part_bytes", "multipart", "md5")
PREFIX, STAMP = "UP", "%y%m%d%H%M%S"
RANDOM_BYTES = 13


class UploadGone(GraphnetError):
    """An upload that does not exist, or no longer."""

    def __init__(self, upload_id: str) -> None:
        super().__init__(Message("stored.upload-gone", upload=repr(upload_id[:40])))


class UploadIncomplete(UploadGone):
    """An upload of which bytes are still to come."""

    def __init__(self, upload: "Upload") -> None:
        sizes = {"received": upload.received, "size": upload.size}
        GraphnetError.__init__(
            self, Message("stored.upload-incomplete", upload=upload.upload_id, **sizes)
        )


class UploadDamaged(UploadGone):
    """An upload whose bytes are not those that were announced."""

    def __init__(self, upload: "Upload") -> None:
        GraphnetError.__init__(self, Message("stored.upload-damaged", upload=upload.upload_id))


@dataclass(frozen=True)
class Upload:
    """A file of ``size`` bytes, called ``name`` by its sender, of which ``missing`` are to come.

    It may become the dataset ``data_id``. ``owner`` is the project of whoever sent it, "" for a
    caller of all projects. ``parts`` are stored so far, the last bytes of them ``changed_at``, in
    seconds of the epoch.

    One that goes straight to the bucket comes in parts of ``part_bytes``, as the storage's
    ``multipart``; ``md5`` are those of its parts once they have all come.
    """

    upload_id: str
    data_id: str
    owner: str
    name: str
    parts: int
    size: int
    missing: int = 0
    changed_at: float = 0.0
    part_bytes: int = 0
    multipart: str = ""
    md5: tuple[str, ...] = ()

    @property
    def received(self) -> int:
        """The bytes that have come."""
        return self.size - self.missing

    def to_bytes(self) -> bytes:
        """For the registry; an earlier version knows no upload that went straight there."""
        fields = asdict(self)
        if not self.part_bytes:
            fields = {key: value for key, value in fields.items() if key not in OF_DIRECT}
        return json.dumps(fields).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """Read back what :meth:`to_bytes` gave."""
        fields = json.loads(stored)
        return cls(**{**fields, "md5": tuple(fields.get("md5", ()))})


def new_id() -> str:
    """An id for an upload; the registry takes 32 characters."""
    now = datetime.now(UTC).strftime(STAMP)
    return f"{PREFIX}{now}{secrets.token_urlsafe(RANDOM_BYTES)}"[:32]


def part_name(number: int) -> str:
    """The object that holds a part, of parts from 0 on."""
    return f"part-{number:05d}"


def tail_name(upload: Upload) -> str:
    """The object with the bytes of an upload after its last whole part, named by where they end."""
    return f"tail-{upload.received:012d}"


def find_upload(store: Store, upload_id: str) -> Upload:
    """An upload that is there. Raises UploadGone, RegistryError."""
    try:
        return Upload.from_bytes(store.get(upload_id, UPLOAD_JSON))
    except ObjectMissing as error:
        raise UploadGone(upload_id) from error


def download(store: Store, upload_id: str, path: Path) -> Upload:
    """Write the bytes of an upload into a file. Raises UploadGone, RegistryError."""
    upload = find_upload(store, upload_id)
    if upload.missing:
        raise UploadIncomplete(upload)
    if upload.part_bytes:
        try:
            store.get_file(upload_id, WHOLE, path)
        except ObjectMissing as error:
            raise UploadGone(upload_id) from error
        _check(upload, path)
        return upload
    with path.open("wb") as file:
        for number in range(upload.parts):
            try:
                file.write(store.get(upload_id, part_name(number)))
            except ObjectMissing as error:
                raise UploadGone(upload_id) from error
    return upload


def _check(upload: Upload, path: Path) -> None:
    """Raise UploadDamaged unless a file has the bytes that its sender announced."""
    checksums = []
    with path.open("rb") as file:
        while part := file.read(upload.part_bytes):
            checksums.append(hashlib.md5(part, usedforsecurity=False).hexdigest())
    if tuple(checksums) != upload.md5 or path.stat().st_size != upload.size:
        raise UploadDamaged(upload)


def remove_bytes(store: Store, upload: Upload) -> None:
    """Remove the bytes of an upload that has become a dataset; what it became stays known."""
    store.delete(upload.upload_id)
    store.put(upload.upload_id, UPLOAD_JSON, upload.to_bytes())


def expired(store: Store, now: datetime) -> list[str]:
    """Abandoned uploads, and objects that are not uploads.

    Raises:
        RegistryError: the storage does not answer.

    """
    return [upload_id for upload_id in store.task_ids() if not _is_kept(store, upload_id, now)]


def abandoned(store: Store, multiparts: MultipartStore, now: datetime) -> list[Unfinished]:
    """What was begun in the bucket for uploads that are abandoned.

    Raises:
        RegistryError: the storage does not answer.

    """
    return [
        multipart
        for multipart in multiparts.unfinished()
        if not _is_kept(store, multipart.task_id, now)
    ]


def _is_kept(store: Store, upload_id: str, now: datetime) -> bool:
    stamp = upload_id[len(PREFIX) : len(PREFIX) + 12]
    try:
        made = datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return False
    if now - made <= KEPT:
        return True
    try:
        upload = find_upload(store, upload_id)
    except (UploadGone, TypeError, ValueError):
        return False  # it broke off, or is not an upload
    changed = datetime.fromtimestamp(upload.changed_at, UTC)
    return now - changed <= (AWAITED if upload.missing else KEPT)
