"""A file in several requests, by the tus protocol: cut anywhere, taken up again, never mixed up."""

import io
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest

from actors.reading.uploads import PART_BYTES
from graphnet.data.synthetic import cohort_table
from service.client import Client
from service.stores.uploads import PARTS_PER_NOTE
from tests.faults.proxy import proxy
from tests.installations import serving
from tests.places import Place, place_at
from tests.reading import reading
from tests.servers import free_ports
from tests.service.forms import SMALL

pytestmark = pytest.mark.slow

URL = "/api/v0/uploads"
PIECE = {"content-type": "application/offset+octet-stream"}
TABLE = cohort_table("small", 1, 6, seed=1, recipe=SMALL).to_csv(index=False).encode()
LARGE = bytes(range(256)) * (2 * PART_BYTES // 256) + b"end of the file"


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service without a worker, which takes 6 MB in one request and 12 MB in several."""
    limits = {"SGN_MAX_UPLOAD_MB": "6", "SGN_MAX_FILE_MB": "12"}
    with place_at(tmp_path_factory.mktemp("pieces"), **limits) as found:
        yield found


def begun(place: Place, size: int, name: str = "cohort.csv") -> str:
    """Where the pieces of a new upload go."""
    metadata = f"filename {b64encode(name.encode()).decode()}"
    headers = {"upload-length": str(size), "upload-metadata": metadata}
    response = place.http.post(URL, headers=headers)
    assert response.status_code == 201, response.text
    return response.headers["location"]


def sent(place: Place, where: str, offset: int, piece: bytes) -> httpx.Response:
    return place.http.patch(where, content=piece, headers={**PIECE, "upload-offset": str(offset)})


def standing(place: Place, where: str) -> int:
    return int(place.http.head(where).headers["upload-offset"])


def stored(place: Place, where: str) -> bytes:
    """The file as its parts lie in the registry."""
    folder = place.folder / "registry" / "uploads" / where.rpartition("/")[2]
    return b"".join(path.read_bytes() for path in sorted(folder.glob("part-*")))


@contextmanager
def asked(place: Place, where: str, offset: int, length: int) -> Iterator[socket.socket]:
    """A connection on which a piece of ``length`` bytes is announced, and none sent yet."""
    address = urlsplit(str(place.http.base_url))
    head = (
        f"PATCH {where} HTTP/1.1\r\nHost: {address.netloc}\r\nUpload-Offset: {offset}\r\n"
        f"Content-Type: {PIECE['content-type']}\r\nContent-Length: {length}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(head.encode())
        yield connection


def cut(place: Place, where: str, offset: int, piece: bytes) -> None:
    """Send a request whose body breaks off after ``piece``."""
    with asked(place, where, offset, len(piece) + 1000) as connection:
        connection.sendall(piece)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


@pytest.mark.parametrize("size", [1, 1000, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 1_500_000])
def test_pieces_of_any_size_make_the_file(alone: Place, size: int) -> None:
    file = LARGE if size > 100_000 else LARGE[-20 * size :]
    where = begun(alone, len(file))
    for offset in range(0, len(file), size):
        response = sent(alone, where, offset, file[offset : offset + size])
        assert response.status_code == 204, response.text
        assert int(response.headers["upload-offset"]) == min(offset + size, len(file))
    assert stored(alone, where) == file
    assert alone.http.delete(where).status_code == 204
    assert alone.http.head(where).status_code == 404


@pytest.mark.parametrize("at", [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 7, len(LARGE) - 1])
def test_a_piece_that_breaks_off_is_taken_up_where_it_stands(alone: Place, at: int) -> None:
    where = begun(alone, len(LARGE))
    cut(alone, where, 0, LARGE[:at])
    until = time.monotonic() + 10
    while (offset := standing(alone, where)) < at and time.monotonic() < until:
        time.sleep(0.05)  # the service hears of the end of a connection a little later
    assert offset == at
    assert sent(alone, where, offset, LARGE[offset:]).status_code == 204
    assert stored(alone, where) == LARGE


def test_what_a_killed_service_did_not_note_is_sent_again(alone: Place) -> None:
    """Parts may be newer than upload.json; a rest that is too short is asked for again."""
    where = begun(alone, len(LARGE))
    folder = alone.folder / "registry" / "uploads" / where.rsplit("/", 1)[1]
    sent(alone, where, 0, LARGE[:1000])
    noted = (folder / "upload.json").read_bytes()
    sent(alone, where, 1000, LARGE[1000 : PART_BYTES + 1000])
    (folder / "upload.json").write_bytes(noted)
    for tail in folder.glob("tail-*"):
        tail.write_bytes(LARGE[:999])
    response = sent(alone, where, 1000, LARGE[1000:])
    assert response.status_code == 409
    assert (response.json()["error_num"], response.headers["upload-offset"]) == (26, "0")
    assert standing(alone, where) == 0, "a client goes by this"
    assert sent(alone, where, 0, LARGE).status_code == 204
    assert stored(alone, where) == LARGE


def test_a_connection_that_was_given_up_writes_nothing_more(alone: Place) -> None:
    where = begun(alone, len(LARGE))
    with asked(alone, where, 0, len(LARGE)) as silent:
        silent.sendall(b"x" * 500)
        assert sent(alone, where, standing(alone, where), LARGE).status_code == 204
        silent.sendall(b"x" * (len(LARGE) - 500))
        silent.settimeout(10)
        assert b" 409 " in silent.recv(65536)
    assert standing(alone, where) == len(LARGE)
    assert stored(alone, where) == LARGE


def test_what_another_process_of_the_service_has_stored_is_never_taken_back(
    alone: Place, tmp_path: Path
) -> None:
    """A load balancer sends the rest to another process than the request that broke off."""
    with serving(tmp_path, **alone.variables) as other:
        where = begun(alone, len(LARGE))
        with asked(alone, where, 0, len(LARGE)) as silent:
            silent.sendall(LARGE[:500])
            time.sleep(0.5)  # it has begun
            headers = {**PIECE, "upload-offset": "0"}
            assert other.patch(where, content=LARGE, headers=headers).status_code == 204
            silent.sendall(LARGE[500 : PART_BYTES + 500])
            silent.shutdown(socket.SHUT_WR)
            while silent.recv(65536):
                pass
        time.sleep(0.5)
        for http in (alone.http, other):
            assert int(http.head(where).headers["upload-offset"]) == len(LARGE)
    assert stored(alone, where) == LARGE


@pytest.mark.nightly
def test_a_connection_that_was_given_up_notes_nothing_of_a_large_file(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    """Each process notes now and then how far it is, also while a piece goes on."""
    limits = {"SGN_MAX_UPLOAD_MB": "64", "SGN_MAX_FILE_MB": "64"}
    size = (PARTS_PER_NOTE + 1) * PART_BYTES + 100
    file = bytes(range(250)) * (size // 250)
    with (
        place_at(tmp_path_factory.mktemp("large"), **limits) as place,
        serving(tmp_path, **place.variables) as other,
    ):
        where = begun(place, len(file))
        with asked(place, where, 0, len(file)) as silent:
            silent.sendall(file[:500])
            time.sleep(0.5)  # it has begun
            headers = {**PIECE, "upload-offset": "0"}
            assert other.patch(where, content=file[:-10], headers=headers).status_code == 204
            silent.sendall(file[500:-PART_BYTES])
            silent.settimeout(30)
            assert b" 409 " in silent.recv(65536)
        assert int(other.head(where).headers["upload-offset"]) == len(file) - 10
        headers = {**PIECE, "upload-offset": str(len(file) - 10)}
        assert other.patch(where, content=file[-10:], headers=headers).status_code == 204
        assert stored(place, where) == file


def test_a_piece_does_not_bring_a_removed_upload_back(alone: Place) -> None:
    where = begun(alone, len(LARGE))
    with asked(alone, where, 0, 1000) as silent:
        silent.sendall(LARGE[:500])
        time.sleep(0.5)  # it has begun
        assert alone.http.delete(where).status_code == 204
        silent.sendall(LARGE[500:1000])
        silent.settimeout(10)
        assert b" 404 " in silent.recv(65536)
    assert alone.http.head(where).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status", "field"),
    [
        ({}, 422, "Upload-Length"),
        ({"upload-length": "0"}, 422, "Upload-Length"),
        ({"upload-length": "-1"}, 422, "Upload-Length"),
        ({"upload-length": "9" * 16}, 422, "Upload-Length"),
        ({"upload-length": "12000001"}, 413, None),
        ({"upload-length": "9", "upload-metadata": "filename Zm9v!"}, 422, "Upload-Metadata"),
        ({"upload-length": "9", "upload-metadata": "filename " + "A" * 5000}, 413, None),
    ],
)
def test_a_wrong_beginning_is_refused(
    alone: Place, headers: dict[str, str], status: int, field: str | None
) -> None:
    response = alone.http.post(URL, headers=headers)
    assert response.status_code == status, response.text
    assert [each["field"] for each in response.json().get("errors", [])] == (
        [field] if field else []
    )


def test_a_wrong_piece_is_refused_and_changes_nothing(alone: Place) -> None:
    where = begun(alone, 10)
    assert sent(alone, where, 3, b"abc").status_code == 409
    assert sent(alone, where, 0, b"a" * 11).status_code == 413
    assert alone.http.patch(where, content=b"a", headers={"upload-offset": "0"}).status_code == 415
    assert alone.http.patch(where, content=b"a", headers=PIECE).status_code == 422
    assert sent(alone, f"{URL}/UP-unknown", 0, b"a").status_code == 404
    assert standing(alone, where) == 0


def test_a_client_is_told_what_of_the_protocol_is_spoken(alone: Place) -> None:
    response = alone.http.options(URL)
    assert response.status_code == 204
    assert response.headers["tus-version"] == response.headers["tus-resumable"] == "1.0.0"
    assert response.headers["tus-extension"] == "creation,termination"
    assert response.headers["tus-max-size"] == "12000000"


@pytest.mark.parametrize("method", ["POST", "HEAD", "GET", "PATCH", "DELETE"])
def test_another_version_of_the_protocol_is_refused_and_changes_nothing(
    alone: Place, method: str
) -> None:
    where = begun(alone, 10)
    headers = {**PIECE, "upload-offset": "0", "upload-length": "10", "tus-resumable": "0.2.2"}
    url, content = (URL, b"") if method == "POST" else (where, b"a" if method == "PATCH" else b"")
    response = alone.http.request(method, url, headers=headers, content=content)
    assert (response.status_code, response.headers["tus-version"]) == (412, "1.0.0")
    if method != "HEAD":
        assert response.json()["error_num"] == 30
        assert "0.2.2" in response.json()["msg"]
    assert standing(alone, where) == 0


def test_a_complete_upload_takes_nothing_more_and_stays_complete(alone: Place) -> None:
    where = begun(alone, len(LARGE))
    sent(alone, where, 0, LARGE)
    for piece in (b"", b"x"):
        response = sent(alone, where, len(LARGE), piece)
        assert (response.status_code, standing(alone, where)) == (204, len(LARGE))
    assert stored(alone, where) == LARGE


def test_requests_that_begin_at_one_offset_leave_an_upload_that_can_be_gone_on_with(
    alone: Place,
) -> None:
    for attempt in range(8):
        where = begun(alone, len(LARGE))
        sizes = (840_993 - attempt, 216_419)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda size, to=where: sent(alone, to, 0, LARGE[:size]), sizes))
        offset = standing(alone, where)
        assert offset in {0, *sizes}
        assert sent(alone, where, offset, LARGE[offset:]).status_code == 204
        assert stored(alone, where) == LARGE


def test_an_upload_that_lacks_bytes_is_not_read(alone: Place) -> None:
    where = begun(alone, len(TABLE))
    sent(alone, where, 0, TABLE[:-1])
    query = {"proj_id": "P", "data_name": "pieces", "upload": where.rsplit("/", 1)[1]}
    with reading(alone.variables):
        answer = alone.http.post("/api/v0/datasets", params=query).json()
        assert (answer["error_num"], answer["errors"][0]["field"]) == (2, "upload")
        assert f"{len(TABLE) - 1} of {len(TABLE)} bytes" in answer["msg"].replace(",", "")
        sent(alone, where, len(TABLE) - 1, TABLE[-1:])
        kept = alone.http.post("/api/v0/datasets", params=query).json()
    assert (kept["error_num"], kept["dataset"]["subjects"]) == (0, 6)


def test_another_program_of_the_protocol_needs_to_know_nothing_of_us(alone: Place) -> None:
    client = pytest.importorskip("tusclient.client")
    tus: Any = client.TusClient(str(alone.http.base_url.join(URL)))
    uploader = tus.uploader(
        file_stream=io.BytesIO(LARGE), chunk_size=700_001, metadata={"filename": "a.csv"}
    )
    uploader.upload(stop_at=1_400_002)
    again = tus.uploader(file_stream=io.BytesIO(LARGE), chunk_size=700_001, url=uploader.url)
    assert again.offset == 1_400_002
    again.upload()
    assert stored(alone, urlsplit(uploader.url).path) == LARGE


def test_the_client_goes_on_through_cuts_and_sends_the_file_once(
    alone: Place, tmp_path: Path
) -> None:
    """Every 3 MB the connection is cut, in the middle of a piece."""
    rng = np.random.default_rng(0)
    file, heard = tmp_path / "cohort.npz", [0]
    np.savez(file, features=rng.normal(size=(40, 90, 330)), labels=np.arange(40) % 2)
    address, (port,) = urlsplit(str(alone.http.base_url)), free_ports(1)
    stop, cuts = threading.Event(), [0]
    with proxy(port, (str(address.hostname), int(address.port or 0))) as line:

        def saboteur() -> None:
            while not stop.wait(0.001):
                if line.passed > cuts[-1] + 1_500_000:
                    cuts.append(line.passed)
                    line.fault("cut")
                    line.fault("pass")

        thread = threading.Thread(target=saboteur)
        thread.start()
        try:
            with reading(alone.variables), Client(f"http://127.0.0.1:{port}") as client:
                mapping = {"features": "measures"}
                seen = client.preview(file, mapping=mapping, on_progress=heard.append)
        finally:
            stop.set()
            thread.join()
    assert seen.dataset.subjects == 40
    assert heard[-1] == file.stat().st_size
    assert len(cuts) > 3
    assert stored(alone, str(seen.facts["upload"])) == file.read_bytes()


@pytest.mark.nightly
def test_a_quota_leaves_no_room_for_more(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = {"SGN_PROJECT_QUOTA_GB": "1", "SGN_MAX_FILE_MB": "1200"}
    with (
        place_at(tmp_path_factory.mktemp("quota"), **settings) as place,
        reading(place.variables),
    ):
        kept = place.http.post(
            "/api/v0/datasets", params={"proj_id": "P", "data_name": "first"}, content=TABLE
        ).json()
        assert kept["error_num"] == 0
        metadata = f"proj_id {b64encode(b'P').decode()}"
        headers = {"upload-length": "999999999", "upload-metadata": metadata}
        refused = place.http.post(URL, headers=headers)
        assert (refused.status_code, refused.json()["error_num"]) == (507, 27)
        assert "may store 1 GB, which leaves no room for a file of 1 GB" in refused.json()["msg"]
        other = {**headers, "upload-metadata": f"proj_id {b64encode(b'Q').decode()}"}
        assert place.http.post(URL, headers=other).status_code == 201
