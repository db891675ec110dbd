"""Which URLs open a store, and what the others are told."""

import pickle
from pathlib import Path

import pytest

from graphnet.messages import Message
from registry import ObjectMissing, RegistryError, open_store
from registry.directory import DirectoryStore
from registry.s3 import S3Store
from tests.registry.sentences import is_plain


def test_a_file_url_opens_a_directory(tmp_path: Path) -> None:
    folder = tmp_path / "a folder, 50 % full"
    folder.mkdir()
    store = open_store(folder.as_uri(), endpoint_url="http://not-used:9000")
    assert isinstance(store, DirectoryStore)
    store.put("TASK1", "model", b"parameters")
    assert (folder / "models/TASK1/model").read_bytes() == b"parameters"


@pytest.mark.parametrize("url", ["s3://sgn-models", "s3://sgn-models/", "s3://sgn.models/a/b_c/"])
def test_an_s3_url_opens_a_bucket(url: str) -> None:
    assert isinstance(open_store(url, endpoint_url="http://localhost:9000"), S3Store)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/models",
        "models",
        "https://example.org/models",
        "minio:9000/models",
        "S3//a",
        "s3:",
    ],
)
def test_another_url_is_named_with_what_would_be_right(url: str) -> None:
    with pytest.raises(RegistryError) as caught:
        open_store(url)
    assert caught.value.problem.code in ("registry.url-unknown", "registry.bucket-invalid")
    assert url in str(caught.value)
    assert is_plain(caught.value)


@pytest.mark.parametrize("url", ["file://models", "file:models", "file://./models", "file:///a%00"])
def test_a_folder_must_be_absolute(url: str) -> None:
    with pytest.raises(RegistryError) as caught:
        open_store(url)
    assert caught.value.problem == Message("registry.url-relative", url=url)


@pytest.mark.parametrize(
    "url", ["s3:///prefix", "s3://ab", "s3://Models", "s3://my_bucket", "s3://host:9000/bucket"]
)
def test_a_bucket_must_have_a_bucket_s_name(url: str) -> None:
    with pytest.raises(RegistryError) as caught:
        open_store(url)
    assert caught.value.problem.code == "registry.bucket-invalid"
    assert url in str(caught.value)


@pytest.mark.parametrize("prefix", ["..", "a/../b", "a//b", "a b", ".hidden", "a/.", "50%25"])
def test_a_prefix_must_not_wander(prefix: str) -> None:
    with pytest.raises(RegistryError) as caught:
        open_store(f"s3://sgn-models/{prefix}")
    assert caught.value.problem.code == "registry.prefix-invalid"
    assert prefix in str(caught.value)


@pytest.mark.parametrize("url", ["s3://sgn-models/a?b=c", "file:///srv/models#1", "s3://[sgn"])
def test_a_url_is_no_riddle(url: str) -> None:
    with pytest.raises(RegistryError) as caught:
        open_store(url)
    assert url in str(caught.value)
    assert is_plain(caught.value)


@pytest.mark.parametrize(
    "endpoint_url", ["minio:9000", "localhost", "ftp://minio", "http://", "http://my_host:9000"]
)
def test_an_endpoint_must_be_an_address(endpoint_url: str) -> None:
    with pytest.raises(RegistryError) as caught:
        open_store("s3://sgn-models", endpoint_url=endpoint_url)
    assert caught.value.remedy == Message("registry.use-web-address")
    assert endpoint_url in str(caught.value)
    assert is_plain(caught.value)


def test_credentials_in_a_url_are_refused_and_not_repeated() -> None:
    for url, endpoint_url in (
        ("s3://key:hunter2@sgn-models", None),
        ("s3://sgn-models", "http://key:hunter2@minio:9000"),
    ):
        with pytest.raises(RegistryError) as caught:
            open_store(url, endpoint_url=endpoint_url)
        assert caught.value.remedy == Message("registry.use-credential-variables")
        assert "hunter2" not in str(caught.value)


def test_a_missing_object_survives_a_trip_between_processes() -> None:
    error = pickle.loads(pickle.dumps(ObjectMissing("TASK1", "model")))
    assert (error.task_id, error.name) == ("TASK1", "model")
