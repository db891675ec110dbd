"""What only storage behind a network can do wrong: silence, refusal, a line cut in mid-upload."""

import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from registry import ObjectMissing, RegistryUnavailable, open_store
from tests.faults.proxy import proxy
from tests.registry.conftest import Place
from tests.registry.sentences import is_plain
from tests.registry.test_contract import CALLS
from tests.servers import S3Server, free_ports

REPOSITORY = Path(__file__).parents[2]
BIG = 32 * 1024**2


@pytest.fixture
def some_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "something")


@pytest.mark.usefixtures("some_credentials")
@pytest.mark.parametrize("call", ["check", "get"])
def test_storage_that_is_down_is_told_fast(call: str) -> None:
    endpoint_url = f"http://127.0.0.1:{free_ports(1)[0]}"
    store = open_store("s3://sgn-test/site-a", endpoint_url=endpoint_url)
    start = time.monotonic()
    with pytest.raises(RegistryUnavailable) as caught:
        CALLS[call](store)
    assert caught.value.problem.code == "registry.silent"
    assert time.monotonic() - start < 10
    assert "s3://sgn-test/site-a" in str(caught.value)
    assert endpoint_url in str(caught.value)
    assert is_plain(caught.value)


@pytest.mark.usefixtures("some_credentials")
def test_the_check_does_not_wait_long_for_storage_that_hangs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        start = time.monotonic()
        with pytest.raises(RegistryUnavailable) as caught:
            open_store("s3://sgn-test", endpoint_url=endpoint_url).check()
        assert caught.value.problem.code == "registry.silent"
        assert time.monotonic() - start < 60  # an upload would be waited for three times as long


@pytest.mark.parametrize("variable", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_wrong_credentials_are_told(
    s3_place: Place, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "wrong")
    store = s3_place.open()
    for call in CALLS.values():
        with pytest.raises(RegistryUnavailable) as caught:
            call(store)
        assert "AWS_ACCESS_KEY_ID" in str(caught.value.remedy)
        assert s3_place.url in str(caught.value)
        assert is_plain(caught.value)


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("no_credentials")
def test_no_credentials_are_told() -> None:
    store = open_store("s3://sgn-test", endpoint_url="http://127.0.0.1:1")
    with pytest.raises(RegistryUnavailable) as caught:
        store.check()
    assert caught.value.problem.code == "registry.no-credentials"
    assert is_plain(caught.value)


@pytest.mark.usefixtures("no_credentials")
def test_an_unknown_profile_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(RegistryUnavailable, match="AWS_PROFILE") as caught:
        open_store("s3://sgn-test")
    assert is_plain(caught.value)


@pytest.mark.usefixtures("s3_place")
def test_https_to_storage_that_speaks_http_is_told(s3: S3Server) -> None:
    if not s3.endpoint_url.startswith("http://"):
        pytest.skip("The storage under test speaks https.")
    endpoint_url = s3.endpoint_url.replace("http://", "https://")
    with pytest.raises(RegistryUnavailable) as caught:
        open_store(f"s3://{s3.bucket}", endpoint_url=endpoint_url).check()
    assert caught.value.problem.code == "registry.not-trusted"
    assert is_plain(caught.value)


def test_prefixes_share_a_bucket_in_peace(s3_place: Place) -> None:
    near, far = (
        open_store(f"{s3_place.url}/{site}", endpoint_url=s3_place.endpoint_url)
        for site in ("site-a", "site-a/inner/")
    )
    near.put("TASK1", "model", b"near")
    far.put("TASK1", "model", b"far")
    far.delete("TASK1")
    assert not far.exists("TASK1", "model")
    assert near.get("TASK1", "model") == b"near"


def cut_in_mid_upload(place: Place) -> None:
    """Let a process upload through a proxy, and kill -9 it when half of its bytes are through."""
    storage = urlsplit(place.endpoint_url or "")
    (port,) = free_ports(1)
    with proxy(port, (str(storage.hostname), storage.port or 80)) as relay:
        endpoint_url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "tests.registry.writer", place.url, endpoint_url, str(BIG)]
        child = subprocess.Popen(command, cwd=REPOSITORY)
        try:
            while relay.passed < BIG // 2:
                assert child.poll() is None, "the writer ended before it wrote"
                time.sleep(0.001)
        finally:
            child.kill()
            child.wait()


def test_nothing_appears_of_an_upload_that_was_cut(s3_place: Place) -> None:
    cut_in_mid_upload(s3_place)
    store = s3_place.open()
    assert not store.exists("TASK1", "model.safetensors")
    with pytest.raises(ObjectMissing):
        store.get("TASK1", "model.safetensors")


def test_the_old_object_outlives_an_upload_that_was_cut(s3_place: Place) -> None:
    store = s3_place.open()
    store.put("TASK1", "model.safetensors", b"old parameters")
    cut_in_mid_upload(s3_place)
    assert store.get("TASK1", "model.safetensors") == b"old parameters"
