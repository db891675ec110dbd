"""A registry in a bucket of S3-compatible storage, and the sums by which bytes are compared."""

import hashlib
import logging
import secrets
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from graphnet.messages import Message
from registry.store import (
    FAULTS,
    MAX_BYTES,
    MODELS,
    ObjectMissing,
    RegistryError,
    RegistryUnavailable,
    code,
    does_not_write,
    is_key,
    is_server_fault,
    is_task_id,
    object_key,
    require_size,
    translated,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

log = logging.getLogger(__name__)

PIECE = 1 << 20
AGAIN_SECONDS = 60.0  # until storage that could not be asked is asked again
SERVER_FAULT = 500
BY_SHA256 = Message("registry.kept-by-sha256")
BY_MD5 = Message("registry.kept-by-md5")
UNKNOWN = Message("registry.kept-unknown")
_PROBE = b"is there room?"


@dataclass(frozen=True)
class _Sums:
    """MD5, which every S3-compatible storage checks, and SHA-256, which some also keep."""

    md5: bytes
    sha256: bytes

    @classmethod
    def of(cls, file: BinaryIO) -> "_Sums":
        """Checksums of the rest of a file, which is read to its end."""
        md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
        while piece := file.read(PIECE):
            md5.update(piece)
            sha256.update(piece)
        return cls(md5.digest(), sha256.digest())

    def sent(self, kept: "_Kept") -> dict[str, Any]:
        """The arguments of a put to storage that keeps these."""
        arguments = {"ContentMD5": _text(self.md5)}
        if kept.sha256:
            arguments["ChecksumSHA256"] = _text(self.sha256)
        return arguments

    def are_in(self, answer: Any, kept: "_Kept") -> bool:
        """Whether the answer to a put names them, as far as such storage names any."""
        if kept.sha256 and answer.get("ChecksumSHA256", _text(self.sha256)) != _text(self.sha256):
            return False
        etag = str(answer.get("ETag", "")).strip('"').lower()
        return not kept.md5 or not etag or etag == self.md5.hex()


@dataclass(frozen=True)
class _Kept:
    """Which sums storage keeps: SHA-256 beside an object, MD5 as its ETag."""

    sha256: bool = False
    md5: bool = False


class _Checksums:
    """Finds out once, at the first use and by a small object, which sums a bucket keeps.

    Some storages refuse sums that they do not know, others leave them aside.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self._kept: _Kept | None = None
        self._again = 0.0
        self._asking = threading.Lock()

    def kept(self, client: "S3Client", bucket: str, prefix: str) -> _Kept:
        """The checksums that the storage keeps; none while that is not known."""
        with self._asking:
            if self._kept is None and time.monotonic() >= self._again:
                self._kept = _asked(client, bucket, f"{prefix}probe/{secrets.token_hex(8)}")
                self._again = time.monotonic() + AGAIN_SECONDS
                if self._kept is not None:
                    log.info("The registry %s is checked by %s.", self._place, self.said)
            return self._kept or _Kept()

    @property
    def said(self) -> Message:
        """The same as a message."""
        if self._kept is None:
            return UNKNOWN
        return BY_SHA256 if self._kept.sha256 else BY_MD5


_KNOWN: dict[tuple[str, str], _Checksums] = {}
_LOOKING = threading.Lock()


def _checksums_of(place: str, endpoint_url: str | None, bucket: str) -> _Checksums:
    """What this process knows of a bucket, whatever of its folders a store is of."""
    with _LOOKING:
        return _KNOWN.setdefault((endpoint_url or "", bucket), _Checksums(place))


def _asked(client: "S3Client", bucket: str, key: str) -> _Kept | None:
    """What becomes of an object's sums; None where storage does not say."""
    body = key.encode()
    sums = _Sums(hashlib.md5(body, usedforsecurity=False).digest(), hashlib.sha256(body).digest())
    try:
        try:
            return _tried(client, bucket, key, sums, _Kept(sha256=True))
        except ClientError as error:
            if _is_fault(error):
                return None
        return _tried(client, bucket, key, sums, _Kept())
    except (BotoCoreError, ClientError, OSError):
        return None
    finally:
        with suppress(BotoCoreError, ClientError, OSError):
            client.delete_object(Bucket=bucket, Key=key)


def _tried(client: "S3Client", bucket: str, key: str, sums: _Sums, asked: _Kept) -> _Kept:
    put = client.put_object(Bucket=bucket, Key=key, Body=key.encode(), **sums.sent(asked))
    md5 = str(put.get("ETag", "")).strip('"').lower() == sums.md5.hex()
    if not asked.sha256:
        return _Kept(md5=md5)
    got = client.get_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    with closing(got["Body"]) as content:
        content.read()
    return _Kept(sha256=got.get("ChecksumSHA256") == _text(sums.sha256), md5=md5)


def _is_fault(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    # 501 is how some storage says that it does not know a header.
    return int(status) >= SERVER_FAULT and int(status) != SERVER_FAULT + 1


def _text(digest: bytes) -> str:
    return b64encode(digest).decode()


class S3Store:
    """Objects in a bucket, below a prefix without slashes at its ends.

    ``endpoint_url`` names storage other than Amazon's. Credentials come by boto3's usual chain:
    environment variables, files, the machine's role. A call gives up after three tries, each with
    5 seconds to connect and 60 seconds of silence; where it is ``hasty``, after one and 10 seconds;
    :meth:`check` in less than 10 seconds.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        endpoint_url: str | None = None,
        folder: str = MODELS,
        max_bytes: int = MAX_BYTES,
        hasty: bool = False,
    ) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._folder = folder
        self._place = f"s3://{bucket}/{prefix}" + (f" at {endpoint_url}" if endpoint_url else "")
        self._max_bytes = max_bytes
        self._sums = _checksums_of(self._place, endpoint_url, bucket)
        with self._translated():
            session = boto3.session.Session()
            read, attempts = (10, 1) if hasty else (60, 3)
            self._client = _client(session, endpoint_url, connect=5, read=read, attempts=attempts)
            # A readiness probe must not wait as long as an upload may.
            self._probe = _client(session, endpoint_url, connect=2, read=3, attempts=2)

    def put(self, task_id: str, name: str, data: bytes) -> str:
        """Write or replace an object; see :class:`~registry.store.Store`."""
        return self._put(task_id, name, BytesIO(data), len(data))

    def put_file(self, task_id: str, name: str, path: Path) -> str:
        """Write or replace an object; see :class:`~registry.store.Store`.

        In one request, however large: of an upload in parts each storage has another checksum.
        """
        with path.open("rb") as file:
            return self._put(task_id, name, file, path.stat().st_size)

    def get(self, task_id: str, name: str) -> bytes:
        """Read an object; see :class:`~registry.store.Store`."""
        if not is_key(task_id, name):
            raise ObjectMissing(task_id, name)
        with self._translated():
            try:
                return self._read(self._key(task_id, name))
            except ClientError as error:
                if code(error) != "NoSuchKey":
                    raise
        raise ObjectMissing(task_id, name)

    def get_file(self, task_id: str, name: str, path: Path) -> None:
        """Write an object into a file; see :class:`~registry.store.Store`."""
        if not is_key(task_id, name):
            raise ObjectMissing(task_id, name)
        with path.open("wb") as file:
            for piece in self._pieces(task_id, name):
                file.write(piece)  # not ours: its disk may be full

    def local_path(self, task_id: str, name: str) -> None:
        """No object is a file of this machine; see :class:`~registry.store.Store`."""

    def exists(self, task_id: str, name: str) -> bool:
        """Say whether an object is there; see :class:`~registry.store.Store`."""
        if not is_key(task_id, name):
            return False
        with self._translated():
            try:
                self._client.head_object(Bucket=self._bucket, Key=self._key(task_id, name))
            except ClientError as error:
                if code(error) != "404":
                    raise
                # An answer without a body tells no missing bucket from a missing object.
                self._require_bucket()
                return False
        return True

    def delete(self, task_id: str) -> None:
        """Remove all objects of a task; see :class:`~registry.store.Store`."""
        if not is_task_id(task_id):
            return
        with self._translated(writing=True):
            # One by one: the batch call demands a checksum on which storages do not agree.
            for key in self._list(f"{self._prefix}{self._folder}/{task_id}/"):
                self._client.delete_object(Bucket=self._bucket, Key=key)

    def task_ids(self) -> list[str]:
        """List the tasks that have objects; see :class:`~registry.store.Store`."""
        folder = f"{self._prefix}{self._folder}/"
        with self._translated():
            # By the objects themselves: some storages go on naming a folder that was emptied.
            keys = self._list(folder)
        return sorted({key.removeprefix(folder).partition("/")[0] for key in keys})

    def check(self) -> None:
        """Return once the bucket answers; see :class:`~registry.store.Store`."""
        with self._translated():
            self._require_bucket()

    def check_writable(self) -> None:
        """Return once something was written; see :class:`~registry.store.Store`."""
        key, sums = f"{self._prefix}probe/writable", _Sums.of(BytesIO(_PROBE))
        with self._translated(writing=True):
            # Of storage that knows no other sum this one is known too.
            self._probe.put_object(Bucket=self._bucket, Key=key, Body=_PROBE, **sums.sent(_Kept()))
            self._probe.delete_object(Bucket=self._bucket, Key=key)

    def integrity(self) -> Message:
        """How it is known that bytes stay as they are; see :class:`~registry.store.Store`."""
        self._kept()
        return self._sums.said

    def _require_bucket(self) -> None:
        self._probe.head_bucket(Bucket=self._bucket)

    def _key(self, task_id: str, name: str) -> str:
        return self._prefix + object_key(self._folder, task_id, name)

    def _address(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"

    def _kept(self) -> _Kept:
        return self._sums.kept(self._probe, self._bucket, self._prefix)

    def _put(self, task_id: str, name: str, source: BinaryIO, size: int) -> str:
        key = self._key(task_id, name)
        require_size(self._address(key), size, self._max_bytes)
        kept, sums = self._kept(), _Sums.of(source)
        source.seek(0)
        with self._translated(writing=True):
            answer = self._client.put_object(
                Bucket=self._bucket, Key=key, Body=source, **sums.sent(kept)
            )
        if not sums.are_in(answer, kept):
            raise RegistryUnavailable(
                Message("registry.object-stored-changed", place=self._place, object=key),
                Message("registry.check-log"),
            )
        return self._address(key)

    def _asked(self, key: str) -> "GetObjectOutputTypeDef":
        if self._kept().sha256:  # boto3 then compares what comes with the sum that was kept
            return self._client.get_object(Bucket=self._bucket, Key=key, ChecksumMode="ENABLED")
        return self._client.get_object(Bucket=self._bucket, Key=key)

    def _read(self, key: str) -> bytes:
        answer = self._asked(key)
        with closing(answer["Body"]) as body:
            require_size(self._address(key), answer["ContentLength"], self._max_bytes)
            return body.read()

    def _pieces(self, task_id: str, name: str) -> Iterator[bytes]:
        key = self._key(task_id, name)
        with self._translated():
            try:
                answer = self._asked(key)
            except ClientError as error:
                if code(error) == "NoSuchKey":
                    raise ObjectMissing(task_id, name) from error
                raise
        with closing(answer["Body"]) as body:
            require_size(self._address(key), answer["ContentLength"], self._max_bytes)
            pieces = body.iter_chunks(PIECE)
            while True:
                with self._translated():
                    piece = next(pieces, b"")
                if not piece:
                    return
                yield piece

    def _list(self, prefix: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    @contextmanager
    def _translated(self, *, writing: bool = False) -> Iterator[None]:
        try:
            yield
        except FAULTS as error:
            if writing and isinstance(error, ClientError) and is_server_fault(error):
                self._answers_all_the_same(error)
            raise translated(self._place, error, writing=writing) from error

    def _answers_all_the_same(self, error: ClientError) -> None:
        """Raise where the bucket can be asked: some storage that is full calls that its fault."""
        try:
            self._require_bucket()
        except FAULTS:
            return
        raise does_not_write(self._place, error) from error


def _client(
    session: boto3.session.Session,
    endpoint_url: str | None,
    *,
    connect: float,
    read: float,
    attempts: int,
) -> "S3Client":
    config = Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"mode": "standard", "total_max_attempts": attempts},
        # Which sums are sent and compared is found out by registry.s3: some storages refuse
        # those that boto3 adds of its own accord.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path" if endpoint_url else "auto"},
    )
    try:
        return session.client("s3", endpoint_url=endpoint_url, config=config)
    except BotoCoreError:
        raise
    except ValueError as error:
        problem = (
            Message("registry.endpoint-without-host", url=endpoint_url)
            if endpoint_url
            else Message("registry.aws-endpoint-without-host")
        )
        raise RegistryError(problem, Message("registry.use-web-address")) from error
