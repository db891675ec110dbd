"""Files that go straight into the bucket: checked, taken up again, and nothing left lying."""

import asyncio
import hashlib
import json
import os
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3.session
import httpx
import numpy as np
import pytest
from botocore.config import Config

from actors.garbage_collection import GarbageCollector, collect_multiparts, collect_uploads
from actors.reading.uploads import AWAITED, abandoned
from db.tokens import Role
from registry import UPLOADS, MultipartStore, Store, Unfinished, open_multipart, open_store
from service.client import Client
from service.doctor.checks import State
from service.doctor.storage import check_uploads
from service.http.auth import Caller
from service.settings import HttpSettings
from service.stores.direct_uploads import DirectUploads
from service.stores.uploads import Uploads
from tests.databases import blocking
from tests.faults.proxy import proxy
from tests.installations import serving
from tests.places import Place, place_at
from tests.reading import reading
from tests.servers import ServerMissing, free_ports

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.slow

URL = "/api/v0/uploads"
LIMITS = {"SGN_MAX_FILE_MB": "3000", "SGN_PROJECT_QUOTA_GB": "1"}
CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service without a worker, whose clients write into its bucket."""
    with pytest.MonkeyPatch.context() as patch:
        try:
            with place_at(tmp_path_factory.mktemp("bucket"), "bucket", **LIMITS) as found:
                for name in CREDENTIALS:
                    patch.setenv(name, found.variables[name])
                yield found
        except ServerMissing as missing:
            pytest.skip(str(missing))


def s3(place: Place) -> "S3Client":
    return boto3.session.Session().client(
        "s3",
        endpoint_url=place.variables["SGN_S3_ENDPOINT_URL"],
        aws_access_key_id=place.variables[CREDENTIALS[0]],
        aws_secret_access_key=place.variables[CREDENTIALS[1]],
        config=Config(s3={"addressing_style": "path"}),
    )


def key_of(place: Place, upload: str) -> tuple[str, str]:
    """The bucket and the key of an upload."""
    address = urlsplit(place.variables["SGN_REGISTRY_URL"])
    return address.netloc, f"{address.path.strip('/')}/uploads/{upload}/file"


def stores(place: Place) -> tuple[Store, MultipartStore]:
    url, endpoint = (place.variables[name] for name in ("SGN_REGISTRY_URL", "SGN_S3_ENDPOINT_URL"))
    multiparts = open_multipart(url, endpoint_url=endpoint, folder=UPLOADS)
    assert multiparts is not None
    return open_store(url, endpoint_url=endpoint, folder=UPLOADS), multiparts


def unfinished(place: Place) -> set[str]:
    """What is begun in the bucket and not put together, also by other tests."""
    return {each.multipart for each in stores(place)[1].unfinished()}


def begun(place: Place, size: int, project: str = "P", query: str = "?direct=true") -> Any:
    texts = {"filename": b"a.npz", "proj_id": project.encode()}
    metadata = ",".join(
        f"{name} {b64encode(text).decode()}" for name, text in texts.items() if text
    )
    response = place.http.post(
        URL + query, headers={"upload-length": str(size), "upload-metadata": metadata}
    )
    assert response.status_code == 201, response.text
    return response.json()["upload"]


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def address(place: Place, upload: str, number: int, data: bytes) -> Any:
    response = place.http.post(f"{URL}/{upload}/parts", json={"part": number, "md5": md5(data)})
    assert response.status_code == 200, response.text
    return response.json()["part"]


def put(part: Any, data: bytes) -> httpx.Response:
    return httpx.put(part["url"], content=data, headers=part["headers"])


def completed(place: Place, upload: str, parts: list[bytes]) -> httpx.Response:
    return place.http.post(f"{URL}/{upload}/complete", json={"md5": [md5(part) for part in parts]})


def cohort(folder: Path, subjects: int = 40) -> Path:
    rng = np.random.default_rng(0)
    file = folder / "cohort.npz"
    np.savez(file, features=rng.normal(size=(subjects, 90, 330)), labels=np.arange(subjects) % 2)
    return file


MAPPING = {"features": "measures"}


def test_a_large_file_goes_straight_to_the_bucket_and_becomes_a_dataset(
    bucket: Place, tmp_path: Path
) -> None:
    file, heard, service = cohort(tmp_path, 90), [0], urlsplit(str(bucket.http.base_url))
    before = unfinished(bucket)
    (port,) = free_ports(1)
    with (
        proxy(port, (str(service.hostname), int(service.port or 0))) as line,
        reading(bucket.variables),
        Client(f"http://127.0.0.1:{port}") as client,
    ):
        dataset = client.add_dataset(
            file, proj_id="P", data_name="direct", mapping=MAPPING, on_progress=heard.append
        )
    assert dataset.subjects == 90
    assert heard[-1] == file.stat().st_size
    assert heard == sorted(heard)
    assert len(heard) == 1 + -(-file.stat().st_size // 8_000_000), "one per part"
    assert line.passed < 100_000, "nothing of the file went through the service"
    assert unfinished(bucket) <= before


@pytest.mark.nightly
def test_the_client_goes_on_through_cuts_on_the_way_to_the_bucket(
    bucket: Place, tmp_path: Path
) -> None:
    """Every 3 MB the connection is cut, in the middle of a part."""
    file, heard, (port,) = cohort(tmp_path), [0], free_ports(1)
    storage = urlsplit(bucket.variables["SGN_S3_ENDPOINT_URL"])
    variables = {**bucket.variables, "SGN_S3_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    stop, cuts = threading.Event(), [0]
    with (
        proxy(port, (str(storage.hostname), int(storage.port or 0))) as line,
        serving(tmp_path, **variables) as http,
    ):

        def saboteur() -> None:
            while not stop.wait(0.001) and len(cuts) < 4:
                if line.passed > cuts[-1] + 3_000_000:
                    cuts.append(line.passed)
                    line.fault("cut")
                    line.fault("pass")

        thread = threading.Thread(target=saboteur)
        thread.start()
        try:
            with reading(bucket.variables), Client(str(http.base_url)) as client:
                seen = client.preview(file, mapping=MAPPING, on_progress=heard.append)
        finally:
            stop.set()
            thread.join()
    assert seen.dataset.subjects == 40
    assert heard[-1] == file.stat().st_size
    assert len(cuts) > 2
    name, key = key_of(bucket, str(seen.facts["upload"]))
    assert s3(bucket).get_object(Bucket=name, Key=key)["Body"].read() == file.read_bytes()


@pytest.mark.nightly
def test_a_bucket_out_of_reach_is_done_without(bucket: Place, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    variables = {**bucket.variables, "SGN_S3_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    file, before = cohort(tmp_path), unfinished(bucket)
    with (
        serving(tmp_path, **variables) as http,
        reading(bucket.variables),
        Client(str(http.base_url)) as client,
    ):
        seen = client.preview(file, mapping=MAPPING)
    assert seen.dataset.subjects == 40
    assert unfinished(bucket) <= before, "what was begun there was given up"


def test_the_bucket_takes_nothing_but_what_was_signed(bucket: Place) -> None:
    """Another content, another length, a part of another number."""
    parts = [os.urandom(8_000_000), b"the end"]
    upload = begun(bucket, 8_000_007)
    assert upload["part_bytes"] == 8_000_000
    name = upload["upload"]
    first, last = (address(bucket, name, number, data) for number, data in enumerate(parts, 1))
    assert (first["size"], last["size"]) == (8_000_000, 7)
    assert put(first, b"x" + parts[0][1:]).status_code == 400
    assert put(last, parts[1] + b"!").status_code == 403
    assert put({**last, "headers": {}}, parts[1]).status_code == 403
    assert put({**last, "url": last["url"].replace("partNumber=2", "partNumber=3")}, parts[1]
               ).status_code == 403  # fmt: skip
    refused = completed(bucket, name, parts)
    assert (refused.status_code, refused.json()["error_num"]) == (409, 26)
    assert "1 and 2" in refused.json()["msg"]
    assert put(first, parts[0]).status_code == 200
    shown = bucket.http.get(f"{URL}/{name}").json()["upload"]
    assert (shown["received"], [part["part"] for part in shown["parts"]]) == (8_000_000, [1])
    assert "2" in completed(bucket, name, parts).json()["msg"]
    assert put(last, parts[1]).status_code == 200
    odd = completed(bucket, name, [parts[0], b"other"])
    assert odd.status_code == 409, "a part whose MD5 is another"
    for _ in range(2):  # an answer that was lost is asked for again
        done = completed(bucket, name, parts)
        assert done.status_code == 200, done.text
        assert done.json()["upload"]["received"] == 8_000_007
    place, key = key_of(bucket, name)
    assert s3(bucket).get_object(Bucket=place, Key=key)["Body"].read() == b"".join(parts)


def test_what_was_put_together_before_an_answer_was_lost_is_complete(bucket: Place) -> None:
    name = begun(bucket, 100)["upload"]
    data = os.urandom(100)
    assert put(address(bucket, name, 1, data), data).status_code == 200
    _, multiparts = stores(bucket)
    (mine,) = [each for each in multiparts.unfinished() if each.task_id == name]
    multiparts.complete(mine)
    assert completed(bucket, name, [data]).status_code == 200
    assert completed(bucket, name, [data]).json()["upload"]["received"] == 100


@pytest.mark.nightly
def test_a_file_that_changed_in_the_bucket_is_not_read(bucket: Place, tmp_path: Path) -> None:
    """Storage compares a part as it comes; a worker compares all of it as it reads."""
    data = cohort(tmp_path, 4).read_bytes()
    parts = [data[start : start + 8_000_000] for start in range(0, len(data), 8_000_000)]
    name = begun(bucket, len(data))["upload"]
    for number, part in enumerate(parts, 1):
        assert put(address(bucket, name, number, part), part).status_code == 200
    assert completed(bucket, name, parts).status_code == 200
    place, key = key_of(bucket, name)
    changed = bytearray(data)
    changed[len(data) // 2] ^= 1
    s3(bucket).put_object(Bucket=place, Key=key, Body=bytes(changed))
    query = {"preview": "true", "upload": name, "mapping": json.dumps(MAPPING)}
    with reading(bucket.variables):
        refused = bucket.http.post("/api/v0/datasets", params=query).json()
        assert refused["error_num"] != 0
        assert "are not those that were announced" in refused["msg"]
        s3(bucket).put_object(Bucket=place, Key=key, Body=data)
        assert bucket.http.post("/api/v0/datasets", params=query).json()["error_num"] == 0


def test_what_may_be_begun(bucket: Place) -> None:
    """The quota holds; what a worker could not read as one object goes through the service."""
    headers = {"upload-length": "3000000001"}
    assert bucket.http.post(f"{URL}?direct=true", headers=headers).status_code == 413
    assert "part_bytes" not in begun(bucket, 2_500_000_000, project="")
    assert "part_bytes" not in begun(bucket, 100, query="")
    metadata = f"proj_id {b64encode(b'P').decode()}"
    headers = {"upload-length": "1000000001", "upload-metadata": metadata}
    full = bucket.http.post(f"{URL}?direct=true", headers=headers)
    assert (full.status_code, full.json()["error_num"]) == (507, 27)
    assert begun(bucket, 900_000_000)["part_bytes"] == 8_000_000


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("parts", {"part": 0, "md5": "0" * 32}, "part"),
        ("parts", {"part": 3, "md5": "0" * 32}, "part"),
        ("parts", {"part": "1", "md5": "0" * 32}, "part"),
        ("parts", {"part": True, "md5": "0" * 32}, "part"),
        ("parts", {"part": 1, "md5": "0" * 31}, "md5"),
        ("parts", {"part": 1}, "md5"),
        ("complete", {"md5": ["0" * 32]}, "md5"),
        ("complete", {"md5": "0" * 32}, "md5"),
        ("complete", {"md5": [1, 2]}, "md5"),
        ("complete", {}, "md5"),
    ],
)
def test_a_wrong_request_is_refused(
    bucket: Place, path: str, body: dict[str, Any], field: str
) -> None:
    name = begun(bucket, 8_000_001)["upload"]
    response = bucket.http.post(f"{URL}/{name}/{path}", json=body)
    assert response.status_code == 422, response.text
    assert [each["field"] for each in response.json()["errors"]] == [field]


def test_the_two_ways_do_not_mix(bucket: Place) -> None:
    direct, pieces = begun(bucket, 10)["upload"], begun(bucket, 10, query="")["upload"]
    headers = {"content-type": "application/offset+octet-stream", "upload-offset": "0"}
    refused = bucket.http.patch(f"{URL}/{direct}", content=b"a" * 10, headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "upload")
    body = {"part": 1, "md5": "0" * 32}
    refused = bucket.http.post(f"{URL}/{pieces}/parts", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "upload")
    assert bucket.http.post(f"{URL}/UP-unknown/parts", json=body).status_code == 404


@pytest.mark.nightly
def test_parts_of_uploads_that_are_gone_are_given_up(bucket: Place) -> None:
    """By whoever removes the upload, and by a worker for what nobody waits for any more."""
    store, multiparts = stores(bucket)
    names = [begun(bucket, 10)["upload"] for _ in range(3)]
    data = b"0123456789"
    for name in names:
        assert put(address(bucket, name, 1, data), data).status_code == 200
    removed, lost, awaited = names
    assert bucket.http.delete(f"{URL}/{removed}").status_code == 204
    store.delete(lost)  # as one that was collected

    def there() -> set[str]:
        return {each.task_id for each in multiparts.unfinished()} & set(names)

    assert there() == {lost, awaited}
    now = datetime.now(UTC)
    assert {each.task_id for each in abandoned(store, multiparts, now)} & set(names) == set(), (
        "one that has just begun may be without its upload.json for a moment"
    )
    later = now + AWAITED - timedelta(hours=1)
    assert {each.task_id for each in abandoned(store, multiparts, later)} & set(names) == {lost}
    later = now + AWAITED + timedelta(hours=1)
    assert {each.task_id for each in abandoned(store, multiparts, later)} >= {lost, awaited}


@pytest.mark.nightly
def test_a_worker_collects_them(bucket: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    store, multiparts = stores(bucket)
    name = begun(bucket, 10)["upload"]
    monkeypatch.setattr("actors.reading.uploads.AWAITED", timedelta(0))
    monkeypatch.setattr("actors.reading.uploads.KEPT", timedelta(0))
    time.sleep(1.1)  # an id tells the second
    blocking(collect_uploads(store))
    assert name in blocking(collect_multiparts(store, multiparts))
    assert not list(multiparts.unfinished())
    assert GarbageCollector(store, store, store).multiparts is None


@pytest.mark.nightly
def test_parts_may_come_at_once_and_in_any_order(bucket: Place) -> None:
    parts = [os.urandom(8_000_000) for _ in range(3)] + [b"end"]
    name = begun(bucket, 24_000_003)["upload"]

    def sent(number: int) -> httpx.Response:
        data = parts[number - 1]
        return put(address(bucket, name, number, data), data)

    with ThreadPoolExecutor(4) as pool:
        assert {response.status_code for response in pool.map(sent, (4, 2, 3, 1))} == {200}
    assert completed(bucket, name, parts).status_code == 200
    place, key = key_of(bucket, name)
    assert s3(bucket).get_object(Bucket=place, Key=key)["Body"].read() == b"".join(parts)


@pytest.mark.nightly
@pytest.mark.parametrize("step", ["parts", "complete"])
def test_another_process_completes_it_meanwhile(
    bucket: Place, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Of two that are asked the same, one finds that there is nothing left to put together."""
    name, data = begun(bucket, 100)["upload"], os.urandom(100)
    assert put(address(bucket, name, 1, data), data).status_code == 200
    store, multiparts = stores(bucket)
    other = stores(bucket)[1]
    original = getattr(multiparts, step)

    def late(unfinished: Unfinished) -> Any:
        other.complete(unfinished)
        return original(unfinished)

    monkeypatch.setattr(multiparts, step, late)
    uploads = Uploads(store, 10**6, 10**6)
    direct = DirectUploads(uploads, multiparts)
    upload = asyncio.run(direct.complete(name, Caller(Role.ADMIN), (md5(data),)))
    assert upload.missing == 0
    uploads.close()
    place, key = key_of(bucket, name)
    assert s3(bucket).get_object(Bucket=place, Key=key)["Body"].read() == data


# What sgn doctor says of it ------------------------------------------------------------------

PAGES = "https://sgn.example.org"
ALONE = ("SGN_S3_ENDPOINT_URL", "SGN_REGISTRY_URL", "SGN_S3_PUBLIC_URL")


def examined(place: Place, **changes: str) -> tuple[State, str]:
    names = ("SGN_DATABASE_URL", "SGN_REDIS_URL", *ALONE)
    variables = {name: place.variables[name] for name in names} | changes
    (result,) = check_uploads(HttpSettings.from_environment(variables))
    return result.state, result.found.code.removeprefix("doctor.direct-")


def with_cors(place: Place, origin: str, headers: str = "content-md5") -> None:
    s3(place).put_bucket_cors(
        Bucket=urlsplit(place.variables["SGN_REGISTRY_URL"]).netloc,
        CORSConfiguration={
            "CORSRules": [
                {"AllowedOrigins": [origin], "AllowedMethods": ["PUT"], "AllowedHeaders": [headers]}
            ]
        },
    )


@pytest.mark.nightly
def test_the_doctor_asks_as_a_browser_does(bucket: Place) -> None:
    secure = {"SGN_S3_PUBLIC_URL": bucket.variables["SGN_S3_PUBLIC_URL"]}
    pages = PAGES.replace("https", "http")
    try:
        with_cors(bucket, pages)
        assert examined(bucket, SGN_PUBLIC_URL=pages) == (State.OK, "works")
        assert examined(bucket, SGN_PUBLIC_URL=f"{pages}/sgn") == (State.OK, "works")
        with_cors(bucket, "http://other.example.org")
        assert examined(bucket, SGN_PUBLIC_URL=pages) == (State.WARNING, "no-cors")
        with_cors(bucket, pages, "content-type")
        assert examined(bucket, SGN_PUBLIC_URL=pages) == (State.WARNING, "no-cors")
    finally:
        bucket_name = urlsplit(bucket.variables["SGN_REGISTRY_URL"]).netloc
        s3(bucket).delete_bucket_cors(Bucket=bucket_name)
    assert examined(bucket, SGN_PUBLIC_URL=PAGES, **secure) == (State.WARNING, "not-https")
    assert examined(bucket) == (State.WARNING, "origin-unknown")
    (port,) = free_ports(1)
    nowhere = {"SGN_S3_PUBLIC_URL": f"http://127.0.0.1:{port}", "SGN_PUBLIC_URL": pages}
    assert examined(bucket, **nowhere) == (State.WARNING, "silent")
    assert not [each for each in stores(bucket)[1].unfinished() if "doctor" in each.task_id]


def test_the_doctor_sends_a_part_as_a_client_does(bucket: Place) -> None:
    """A proxy that tells the storage another Host than the one that was signed."""
    with other_host(bucket.variables["SGN_S3_ENDPOINT_URL"]) as url:
        assert examined(bucket, SGN_S3_PUBLIC_URL=url) == (State.WARNING, "refused")


def test_the_doctor_has_nothing_to_say_where_files_go_through_the_service(bucket: Place) -> None:
    variables = {**bucket.variables, "SGN_S3_PUBLIC_URL": ""}
    assert check_uploads(HttpSettings.from_environment(variables)) == []


@contextmanager
def other_host(endpoint: str) -> Iterator[str]:
    class Proxy(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {"content-md5": self.headers["content-md5"]}
            answer = httpx.put(endpoint + self.path, content=body, headers=headers)
            self.send_response(answer.status_code)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with HTTPServer(("127.0.0.1", 0), Proxy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
