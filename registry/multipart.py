"""Objects that clients write into the bucket themselves, in parts, by addresses that we sign."""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3.session
from botocore.config import Config
from botocore.exceptions import ClientError

from registry.s3 import S3Store
from registry.store import ObjectMissing, code

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SECONDS = 3600  # that a signed address is good for
MOST_PARTS = 10_000  # S3's own limit; each but the last has 5 MiB or more
MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Part:
    """A part of an object: its number from 1 on, its bytes, and their MD5 in hexadecimal."""

    number: int
    size: int
    md5: str

    @property
    def headers(self) -> dict[str, str]:
        """What has to be sent with it: storage compares it with what comes."""
        return {"Content-MD5": b64encode(bytes.fromhex(self.md5)).decode()}


@dataclass(frozen=True)
class Unfinished:
    """An object whose parts were begun and not put together, and the storage's id of that."""

    task_id: str
    name: str
    multipart: str


class MultipartStore(S3Store):
    """A folder of a bucket that clients write into at ``public_url``, the storage as they see it.

    Which bytes they may send is signed: the number of the part, its size and its MD5.
    """

    _signer: "S3Client"

    def sign_for(self, public_url: str) -> None:
        """Sign addresses at ``public_url``. Raises RegistryError where it cannot be used."""
        with self._translated():
            self._signer = boto3.session.Session().client(
                "s3",
                endpoint_url=public_url,
                config=Config(
                    signature_version="s3v4",
                    request_checksum_calculation="when_required",
                    s3={"addressing_style": "path"},
                ),
            )

    def begin(self, task_id: str, name: str) -> str:
        """Begin an object; the storage's id of that. Raises RegistryError."""
        with self._translated(writing=True):
            answer = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=self._key(task_id, name)
            )
        return answer["UploadId"]

    def address(self, begun: Unfinished, part: Part) -> str:
        """Where a client puts this part, and nothing else, within an hour. Asks nobody."""
        with self._translated():
            return self._signer.generate_presigned_url(
                "upload_part",
                Params={
                    "Bucket": self._bucket,
                    "Key": self._key(begun.task_id, begun.name),
                    "UploadId": begun.multipart,
                    "PartNumber": part.number,
                    "ContentLength": part.size,
                    "ContentMD5": part.headers["Content-MD5"],
                },
                ExpiresIn=SECONDS,
            )

    def parts(self, begun: Unfinished) -> tuple[Part, ...]:
        """The parts that are there, by number; an MD5 is "" where the storage names none.

        Raises:
            ObjectMissing: it was put together or given up.
            RegistryError: the storage does not answer.

        """
        with self._translated():
            try:
                return tuple(self._listed(begun))
            except ClientError as error:
                if code(error) not in {"NoSuchUpload", "NoSuchKey", "404"}:
                    raise
        raise ObjectMissing(begun.task_id, begun.name)

    def _listed(self, begun: Unfinished) -> list[Part]:
        names_md5 = self._kept().md5  # encrypted storage has other ETags
        parts = []
        for number, size, tag in self._tagged(begun):
            md5 = tag.strip('"').lower()
            parts.append(Part(number, size, md5 if names_md5 and MD5.fullmatch(md5) else ""))
        return parts

    def _tagged(self, begun: Unfinished) -> list[tuple[int, int, str]]:
        """The number, the bytes and the ETag of each part."""
        pages = self._client.get_paginator("list_parts").paginate(
            Bucket=self._bucket,
            Key=self._key(begun.task_id, begun.name),
            UploadId=begun.multipart,
        )
        return [
            (item["PartNumber"], item["Size"], item["ETag"])
            for page in pages
            for item in page.get("Parts", [])
        ]

    def complete(self, begun: Unfinished) -> None:
        """Put the parts together that are there. Raises RegistryError."""
        with self._translated(writing=True):
            self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=self._key(begun.task_id, begun.name),
                UploadId=begun.multipart,
                MultipartUpload={
                    "Parts": [
                        {"PartNumber": number, "ETag": tag}
                        for number, _, tag in self._tagged(begun)
                    ]
                },
            )

    def size(self, task_id: str, name: str) -> int:
        """The bytes of an object; -1 where there is none. Raises RegistryError."""
        with self._translated():
            try:
                answer = self._client.head_object(Bucket=self._bucket, Key=self._key(task_id, name))
            except ClientError as error:
                if code(error) not in {"404", "NoSuchKey"}:
                    raise
                return -1
        return answer["ContentLength"]

    def give_up(self, begun: Unfinished) -> None:
        """Remove the parts of an object that will not be put together. Raises RegistryError."""
        with self._translated(writing=True):
            try:
                self._client.abort_multipart_upload(
                    Bucket=self._bucket,
                    Key=self._key(begun.task_id, begun.name),
                    UploadId=begun.multipart,
                )
            except ClientError as error:
                if code(error) not in {"NoSuchUpload", "404"}:
                    raise

    def unfinished(self) -> tuple[Unfinished, ...]:
        """What was begun in this folder and neither put together nor given up."""
        folder = f"{self._prefix}{self._folder}/"
        unfinished = []
        with self._translated():
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self._bucket, Prefix=folder
            )
            for page in pages:
                for item in page.get("Uploads", []):
                    task_id, _, name = item["Key"].removeprefix(folder).partition("/")
                    unfinished.append(Unfinished(task_id, name, item["UploadId"]))
        return tuple(unfinished)
