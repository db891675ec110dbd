"""Which sums storage keeps is found out once, and what they say is heard."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphnet.messages import Message
from registry import ObjectDamaged, RegistryUnavailable, Store, open_store
from tests.registry.conftest import Place
from tests.registry.stand_in import StandIn, sha256_text, stand_in
from tests.servers import S3Server

KEY = "/sgn-test/models/TASK1/model"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "something")
    with stand_in() as found:
        yield found


def opened(server: StandIn) -> Store:
    return open_store("s3://sgn-test", endpoint_url=server.url)


def test_real_storage_keeps_a_sum_beside_each_object(s3: S3Server, s3_place: Place) -> None:
    store = s3_place.open()
    store.put("TASK1", "model", b"parameters")
    client = s3.client()
    try:
        key = f"{s3_place.url.removeprefix(f's3://{s3.bucket}/')}/models/TASK1/model"
        found = client.head_object(Bucket=s3.bucket, Key=key, ChecksumMode="ENABLED")
    finally:
        client.close()
    assert found["ChecksumSHA256"] == sha256_text(b"parameters")
    assert store.integrity().code == "registry.kept-by-sha256"


@pytest.mark.parametrize("sums", ["kept", "ignored", "refused"])
def test_storage_is_asked_once_and_used_as_it_can(
    server: StandIn, sums: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="registry.s3")
    server.sums = sums
    (tmp_path / "file").write_bytes(b"values")
    for folder in ("models", "datasets"):
        store = open_store("s3://sgn-test", endpoint_url=server.url, folder=folder)
        store.put("TASK1", "model", b"parameters")
        store.put_file("TASK1", "values", tmp_path / "file")
        assert store.get("TASK1", "model") == b"parameters"
        store.get_file("TASK1", "values", tmp_path / "got")
        assert (tmp_path / "got").read_bytes() == b"values"
    kept = {path: sum_ for path, (_, sum_) in server.objects.items()}
    assert kept[KEY] == (sha256_text(b"parameters") if sums == "kept" else "")
    assert not any("probe" in path for path in kept)
    probes = [path for path in server.asked if "probe" in path]
    assert len(set(probes)) == 1
    said = Message("registry.kept-by-sha256" if sums == "kept" else "registry.kept-by-md5")
    assert store.integrity() == said
    assert caplog.text.count(str(said)) == 1


def test_what_storage_gives_back_damaged_is_not_taken(server: StandIn, tmp_path: Path) -> None:
    store = opened(server)
    store.put("TASK1", "model", b"parameters")
    server.damages = True
    for call in (
        lambda: store.get("TASK1", "model"),
        lambda: store.get_file("TASK1", "model", tmp_path / "got"),
    ):
        with pytest.raises(ObjectDamaged) as caught:
            call()
        assert caught.value.problem.code == "registry.object-changed"
    server.damages = False
    assert store.get("TASK1", "model") == b"parameters"


@pytest.mark.parametrize("sums", ["kept", "ignored"])
def test_what_storage_kept_otherwise_is_not_taken_for_stored(server: StandIn, sums: str) -> None:
    server.sums = sums
    store = opened(server)
    store.put("TASK1", "model", b"parameters")
    server.garbles = True
    with pytest.raises(RegistryUnavailable) as caught:
        store.put("TASK1", "model", b"new parameters")
    assert caught.value.problem.code == "registry.object-stored-changed"
    assert "models/TASK1/model" in str(caught.value)


def test_storage_that_is_away_is_asked_again_later(
    server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.s3.AGAIN_SECONDS", 0.0)
    server.refuses = 500, "InternalError"
    store = opened(server)
    assert store.integrity().code == "registry.kept-unknown"
    server.refuses = None
    assert store.integrity().code == "registry.kept-by-sha256"
