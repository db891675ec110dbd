"""A place for a store, twice: in a directory, and in a bucket of real S3-compatible storage."""

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry import MAX_BYTES, Store, open_store
from tests.servers import S3Server, ServerMissing, s3_server


@dataclass(frozen=True)
class Place:
    url: str
    missing_url: str  # a directory or a bucket that is not there
    endpoint_url: str | None = None

    def open(self, *, max_bytes: int = MAX_BYTES) -> Store:
        return open_store(self.url, endpoint_url=self.endpoint_url, max_bytes=max_bytes)

    def open_missing(self) -> Store:
        return open_store(self.missing_url, endpoint_url=self.endpoint_url)


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(s3_server(tmp_path_factory.mktemp("s3")))
        except ServerMissing as missing:
            if os.environ.get("CI"):
                pytest.fail(str(missing))
            pytest.skip(str(missing))
        yield server


@pytest.fixture
def directory_place(tmp_path: Path) -> Place:
    root = tmp_path / "the registry"
    root.mkdir()
    return Place(root.as_uri(), (tmp_path / "missing").as_uri())


@pytest.fixture
def s3_place(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    if "SGN_TEST_S3_ENDPOINT" not in os.environ:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)
    for name, value in s3.environment().items():
        monkeypatch.setenv(name, value)
    prefix = f"test-{uuid.uuid4().hex}"
    missing = f"s3://sgn-missing-{uuid.uuid4().hex}/{prefix}"
    yield Place(f"s3://{s3.bucket}/{prefix}", missing, s3.endpoint_url)
    _empty(s3, f"{prefix}/")


@pytest.fixture(params=["directory", "s3"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found


@pytest.fixture
def store(place: Place) -> Store:
    return place.open()


def _empty(server: S3Server, prefix: str) -> None:
    client = server.client()
    try:
        for item in client.list_objects_v2(Bucket=server.bucket, Prefix=prefix).get("Contents", []):
            client.delete_object(Bucket=server.bucket, Key=item["Key"])
    finally:
        client.close()
