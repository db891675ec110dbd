"""Files on their way in: in parts, in bounded memory, and with nothing left of what broke off."""

import json
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import psutil
import pytest

from graphnet.data.synthetic import cohort_table
from tests.installations import Installation
from tests.places import Place, place_at
from tests.reading import reading
from tests.service.forms import SMALL, form

pytestmark = pytest.mark.slow

URL = "/api/v0/datasets"
MEGABYTE = 1_000_000
GROWS = 60 * MEGABYTE
BOUNDARY = "frontier"
TABLE = cohort_table("small", 1, 6, seed=1, recipe=SMALL).to_csv(index=False).encode()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service without a worker."""
    with place_at(tmp_path_factory.mktemp("uploads"), SGN_MAX_UPLOAD_MB="4") as found:
        yield found


def left(place: Place) -> list[str]:
    """The objects of uploads that are there, but for what says which dataset one became."""
    folder = place.folder / "registry" / "uploads"
    return [str(path) for path in folder.rglob("part-*")]


def posted(place: Place, content: Any = b"", **query: str) -> dict[str, Any]:
    found: dict[str, Any] = place.http.post(URL, params=query, content=content).json()
    return found


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    named = "" if filename is None else f'; filename="{filename}"'
    head = f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"{named}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def form_of(place: Place, *parts: bytes, end: bytes = b"--frontier--\r\n") -> dict[str, Any]:
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    body = b"".join(parts) + end
    query = {"preview": "true"}
    found: dict[str, Any] = place.http.post(URL, params=query, content=body, headers=headers).json()
    return found


@pytest.mark.nightly
def test_without_a_worker_it_is_said_what_to_start_and_the_file_waits(alone: Place) -> None:
    start = time.monotonic()
    answer = posted(alone, TABLE, proj_id="P", data_name="waits")
    assert answer["error_num"] == 19
    assert time.monotonic() - start < 20
    assert "No worker is running. Start one with `sgn worker`; `sgn up` starts one" in answer["msg"]
    assert f"as the upload {answer['upload']} and" in answer["msg"]
    assert alone.http.get(f"{URL}/waits").status_code == 404
    with reading(alone.variables):
        kept = posted(alone, proj_id="P", data_name="waits", upload=answer["upload"])
    assert (kept["error_num"], kept["dataset"]["subjects"]) == (0, 6)
    assert left(alone) == []


def test_what_nobody_has_answered_is_not_done_behind_ones_back(alone: Place) -> None:
    """The question lies on the queue when a worker comes; the file may be sent anew."""
    query = {"proj_id": "P", "data_name": "again"}
    waits = posted(alone, TABLE, **query)
    assert waits["error_num"] == 19
    with reading(alone.variables):
        assert posted(alone, TABLE, **query)["error_num"] == 0
    shutil.rmtree(alone.folder / "registry" / "uploads" / waits["upload"])


def test_a_row_without_a_worker_is_unread_and_a_form_may_name_it(alone: Place) -> None:
    with (
        closing(sqlite3.connect(alone.folder / "sgn.sqlite3")) as connection,
        connection,
    ):
        content = cohort_table("nl", 1, 6, seed=1, recipe=SMALL).to_json()
        connection.execute(
            "INSERT INTO backend_datasets (data_id, proj_id, user_id, data_name, data_cont, "
            "hdfs_path) VALUES ('NL1', 'P', 'u', 'nl', ?, '')",
            (content,),
        )
    listed = {each["data_name"]: each for each in alone.http.get(URL).json()["datasets"]}
    assert (listed["nl"]["state"], listed["small_SZ"]["state"]) == ("unread", "ready")
    assert alone.http.get(f"{URL}/nl").json()["dataset"]["state"] == "unread"
    sent = json.dumps(form(train_data=["nl", "small_NC"]))
    answer = alone.http.post("/api/v0/new_task", content=sent).json()
    assert answer["error_num"] == 0
    assert answer["warnings"] == [
        "No worker has read the dataset nl yet; it is checked before the training."
    ]


def test_a_large_body_is_refused_and_leaves_nothing(alone: Place) -> None:
    assert posted(alone, bytes(4_000_001), preview="true")["error_num"] == 3
    assert form_of(alone, part("datafile", bytes(4_000_001), "a.csv"))["error_num"] == 3
    assert left(alone) == []


def test_an_empty_file_is_refused_at_once(alone: Place) -> None:
    assert posted(alone, preview="true")["msg"] == "The file is empty."
    assert form_of(alone, part("datafile", b"", "a.csv"))["msg"] == "The file is empty."
    assert left(alone) == []


def test_a_body_that_breaks_off_leaves_nothing(alone: Place) -> None:
    address = (alone.http.base_url.host, alone.http.base_url.port)
    head = f"POST {URL}?preview=true HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3900000\r\n\r\n"
    with socket.create_connection(address) as connection:
        connection.sendall(head.encode() + bytes(3_000_000))
        deadline = time.monotonic() + 20
        while not left(alone):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    while left(alone):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("parts", "end"),
    [
        ([part("datafile", TABLE, "a.csv")], b""),
        ([part("datafile", TABLE, "a.csv")[:-300]], b""),
        ([b"nonsense"], b""),
        ([part("datafile", TABLE, "a.csv")], b"--frontier-"),
    ],
)
def test_a_form_that_is_cut_is_refused(alone: Place, parts: list[bytes], end: bytes) -> None:
    assert form_of(alone, *parts, end=end)["error_num"] == 1
    assert left(alone) == []


def test_a_form_without_a_file_or_with_two_is_refused(alone: Place) -> None:
    answer = form_of(alone, part("data_name", b"x"))
    assert answer["errors"] == [
        {"field": "datafile", "msg": "datafile is missing; it must hold the file."}
    ]
    answer = form_of(alone, part("datafile", TABLE, "a"), part("datafile", TABLE, "b"))
    assert "stands twice" in answer["msg"]
    headers = {"content-type": "multipart/form-data"}
    assert alone.http.post(URL, content=b"x", headers=headers).json()["error_num"] == 1
    assert left(alone) == []


def test_a_form_with_more_than_a_file_may_have_is_refused(alone: Place) -> None:
    assert form_of(alone, part("data_name", bytes(1_000_001)))["error_num"] == 3
    many = [part("x", b"y")] * 1001
    assert form_of(alone, *many)["error_num"] == 3
    assert left(alone) == []


def test_whatever_order_and_pieces_a_form_comes_in(alone: Place) -> None:
    whole = (
        part("map", b"class=LABEL_GROUP")
        + part("datafile", TABLE, "C:\\data\\mine é.csv")
        + part("proj_id", b"P")
        + b"--frontier--\r\n"
    )

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(whole), 7):
            yield whole[start : start + 7]

    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    with reading(alone.variables):
        answer = alone.http.post(URL, content=pieces(), headers=headers).json()
    assert answer["error_num"] == 0, answer
    assert answer["dataset"]["data_name"] == "mine é"
    assert answer["dataset"]["proj_id"] == "P"


@pytest.mark.nightly
def test_four_files_of_sixty_megabytes_at_once_take_little_memory(small: Installation) -> None:
    """They are no dataset, so that the workers are done with them soon."""
    size = 60 * MEGABYTE
    service = psutil.Process(small.process.pid)
    before = service.memory_info().rss
    most, ended = before, threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b"\x89PNG\r\n\x1a\n"
        for _ in range(size // MEGABYTE):
            yield bytes(MEGABYTE)

    def send() -> None:
        reply = httpx.post(
            f"{small.url}{URL}", params={"preview": "true"}, content=pieces(), timeout=120
        )
        assert reply.json()["error_num"] == 7, reply.text

    def look() -> None:
        nonlocal most
        while not ended.wait(0.02):
            most = max(most, service.memory_info().rss)

    uploads = small.home / "registry" / "uploads"
    waiting = set(uploads.rglob("part-*"))  # of other tests
    threads = [threading.Thread(target=send) for _ in range(4)]
    looking = threading.Thread(target=look)
    looking.start()
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert small.http.get("/healthz").status_code == 200
        time.sleep(0.05)
    ended.set()
    looking.join()
    assert most - before < GROWS
    assert set(uploads.rglob("part-*")) <= waiting
