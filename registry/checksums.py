"""The sums by which storage and we know that bytes are what they were."""

import hashlib
import logging
import secrets
import threading
import time
from base64 import b64encode
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from graphnet.messages import Message

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

PIECE = 1 << 20
AGAIN_SECONDS = 60.0  # until storage that could not be asked is asked again
SERVER_FAULT = 500
BY_SHA256 = Message("registry.kept-by-sha256")
BY_MD5 = Message("registry.kept-by-md5")
UNKNOWN = Message("registry.kept-unknown")


@dataclass(frozen=True)
class Sums:
    """MD5, which every S3-compatible storage checks, and SHA-256, which some also keep."""

    md5: bytes
    sha256: bytes

    @classmethod
    def of(cls, file: BinaryIO) -> "Sums":
        """Checksums of the rest of a file, which is read to its end."""
        md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
        while piece := file.read(PIECE):
            md5.update(piece)
            sha256.update(piece)
        return cls(md5.digest(), sha256.digest())

    def sent(self, kept: "Kept") -> dict[str, Any]:
        """The arguments of a put to storage that keeps these."""
        arguments = {"ContentMD5": _text(self.md5)}
        if kept.sha256:
            arguments["ChecksumSHA256"] = _text(self.sha256)
        return arguments

    def are_in(self, answer: Any, kept: "Kept") -> bool:
        """Whether the answer to a put names them, as far as such storage names any."""
        if kept.sha256 and answer.get("ChecksumSHA256", _text(self.sha256)) != _text(self.sha256):
            return False
        etag = str(answer.get("ETag", "")).strip('"').lower()
        return not kept.md5 or not etag or etag == self.md5.hex()


@dataclass(frozen=True)
class Kept:
    """Which sums storage keeps: SHA-256 beside an object, MD5 as its ETag."""

    sha256: bool = False
    md5: bool = False


class Checksums:
    """Finds out once, at the first use and by a small object, which sums a bucket keeps.

    Some storages refuse sums that they do not know, others leave them aside.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self._kept: Kept | None = None
        self._again = 0.0
        self._asking = threading.Lock()

    def kept(self, client: "S3Client", bucket: str, prefix: str) -> Kept:
        """The checksums that the storage keeps; none while that is not known."""
        with self._asking:
            if self._kept is None and time.monotonic() >= self._again:
                self._kept = _asked(client, bucket, f"{prefix}probe/{secrets.token_hex(8)}")
                self._again = time.monotonic() + AGAIN_SECONDS
                if self._kept is not None:
                    log.info("The registry %s is checked by %s.", self._place, self.said)
            return self._kept or Kept()

    @property
    def said(self) -> Message:
        """The same as a message."""
        if self._kept is None:
            return UNKNOWN
        return BY_SHA256 if self._kept.sha256 else BY_MD5


_KNOWN: dict[tuple[str, str], Checksums] = {}
_LOOKING = threading.Lock()


def checksums_of(place: str, endpoint_url: str | None, bucket: str) -> Checksums:
    """What this process knows of a bucket, whatever of its folders a store is of."""
    with _LOOKING:
        return _KNOWN.setdefault((endpoint_url or "", bucket), Checksums(place))


def _asked(client: "S3Client", bucket: str, key: str) -> Kept | None:
    """What becomes of an object's sums; None where storage does not say."""
    body = key.encode()
    sums = Sums(hashlib.md5(body, usedforsecurity=False).digest(), hashlib.sha256(body).digest())
    try:
        try:
            return _tried(client, bucket, key, sums, Kept(sha256=True))
        except ClientError as error:
            if _is_fault(error):
                return None
        return _tried(client, bucket, key, sums, Kept())
    except (BotoCoreError, ClientError, OSError):
        return None
    finally:
        with suppress(BotoCoreError, ClientError, OSError):
            client.delete_object(Bucket=bucket, Key=key)


def _tried(client: "S3Client", bucket: str, key: str, sums: Sums, asked: Kept) -> Kept:
    put = client.put_object(Bucket=bucket, Key=key, Body=key.encode(), **sums.sent(asked))
    md5 = str(put.get("ETag", "")).strip('"').lower() == sums.md5.hex()
    if not asked.sha256:
        return Kept(md5=md5)
    got = client.get_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    with closing(got["Body"]) as content:
        content.read()
    return Kept(sha256=got.get("ChecksumSHA256") == _text(sums.sha256), md5=md5)


def _is_fault(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    # 501 is how some storage says that it does not know a header.
    return int(status) >= SERVER_FAULT and int(status) != SERVER_FAULT + 1


def _text(digest: bytes) -> str:
    return b64encode(digest).decode()
