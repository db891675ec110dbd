"""A registry in a bucket of S3-compatible storage."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from graphnet.messages import Message
from registry.checksums import PIECE, Kept, Sums, checksums_of
from registry.errors import ObjectMissing, RegistryError, RegistryUnavailable
from registry.s3_faults import FAULTS, code, does_not_write, is_server_fault, translated
from registry.store import MAX_BYTES, MODELS, is_key, is_task_id, object_key, require_size

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

_PROBE = b"is there room?"


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
        self._sums = checksums_of(self._place, endpoint_url, bucket)
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
                file.write(piece)  # whose disk may be full, and is none of ours

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
        key, sums = f"{self._prefix}probe/writable", Sums.of(BytesIO(_PROBE))
        with self._translated(writing=True):
            # Of storage that knows no other sum this one is known too.
            self._probe.put_object(Bucket=self._bucket, Key=key, Body=_PROBE, **sums.sent(Kept()))
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

    def _kept(self) -> Kept:
        return self._sums.kept(self._probe, self._bucket, self._prefix)

    def _put(self, task_id: str, name: str, source: BinaryIO, size: int) -> str:
        key = self._key(task_id, name)
        require_size(self._address(key), size, self._max_bytes)
        kept, sums = self._kept(), Sums.of(source)
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
        # Which sums are sent and compared is found out by registry.checksums: some storages refuse
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
