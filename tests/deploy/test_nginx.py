"""What nginx answers itself, and what it takes."""

import json
import os
import re
import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from actors.settings import ProcessSettings
from service.api.endpoints import ENDPOINTS
from service.http.exception_handlers import REFUSED
from service.http.responses import MEANINGS
from service.pages.table import PAGES
from service.settings import HttpSettings
from tests.deploy.front import SHIPPED, Front, nginx
from tests.servers import ServerMissing, free_ports

NOBODY = 1  # a port on which nothing listens


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """nginx before a service of which no process runs."""
    try:
        with nginx(tmp_path_factory.mktemp("front") / "nginx", free_ports(2)) as front:
            yield front
    except ServerMissing as missing:
        pytest.skip(str(missing))


def test_its_limits_are_those_of_the_service() -> None:
    text = (SHIPPED / "service.conf").read_text()
    limits = {int(number) for number in re.findall(r"client_max_body_size (\d+);", text)}
    settings = HttpSettings(process=ProcessSettings("", "", ""))
    assert limits == {settings.max_form_bytes, settings.max_upload_bytes}
    files = text.partition("location ~ ^/(api/v0/datasets|")[2].partition("}")[0]
    assert f"client_max_body_size {settings.max_upload_bytes};" in files


def test_every_address_that_takes_a_file_may_be_sent_a_large_one() -> None:
    (pattern,) = re.findall(
        r"location ~ (\S+datasets\S+) {", (SHIPPED / "service.conf").read_text()
    )
    files = [each.path for each in (*ENDPOINTS, *PAGES) if each.method == "POST"]
    files = [path for path in files if path.endswith(("/datasets", "/predict"))]
    assert len(files) == 4
    for path in files:
        assert re.match(pattern, path.format(task_id="TASK1")), path


def test_every_address_of_a_form_is_sent_on_when_a_process_has_died() -> None:
    (pattern,) = re.findall(
        r"location ~ (\S+new_task\S+) {", (SHIPPED / "service.conf").read_text()
    )
    forms = [each.path for each in ENDPOINTS if each.path.endswith(("task", "/task/insert"))]
    assert len(forms) == 5
    for path in forms:
        assert re.match(pattern, path), path


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/api/v0/new_task", 1_000_001),
        ("/tasks/new", 1_000_001),
        ("/api/v0/datasets", 64_000_001),
        ("/datasets", 64_000_001),
        ("/api/v0/tasks/TASK1/predict", 64_000_001),
        ("/tasks/TASK1/predict", 64_000_001),
    ],
)
def test_a_body_above_the_limit_is_refused_as_the_service_would(
    lonely: Front, path: str, size: int
) -> None:
    reply = httpx.post(lonely.url + path, content=b" " * size, timeout=30)
    _is_refusal(reply, 3)


def test_a_service_that_is_away_is_said(lonely: Front) -> None:
    reply = httpx.post(
        f"{lonely.url}/api/v0/new_task", content="{}", headers={"X-Request-Id": "from-a-test"}
    )
    _is_refusal(reply, 10)
    assert "service" in reply.json()["dependencies"]
    assert int(reply.headers["retry-after"]) > 0
    assert reply.headers.get_list("x-request-id") == ["from-a-test"]


def test_an_unusable_request_id_is_replaced(lonely: Front) -> None:
    reply = httpx.get(f"{lonely.url}/healthz", headers={"X-Request-Id": "with a space"})
    assert re.fullmatch("[0-9a-f]{32}", reply.headers["x-request-id"])


@pytest.mark.parametrize(
    ("head", "number"),
    [
        (b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 5),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 1),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + 40_000 * b"x" + b"\r\n\r\n", 1),
        (b"GET /" + 40_000 * b"x" + b" HTTP/1.1\r\nHost: a\r\n\r\n", 1),
        (b"this is no request\r\n\r\n", 1),
        (b"GET / HTTP/3.5\r\nHost: a\r\n\r\n", 1),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: sealed\r\n\r\n", 1),
    ],
)
def test_what_is_no_request_for_the_service_is_answered_in_json(
    lonely: Front, head: bytes, number: int
) -> None:
    parts = urlsplit(lonely.url)
    with socket.create_connection((parts.hostname, parts.port), 10) as client:
        client.sendall(head)
        with client.makefile("rb") as answer:
            top, _, body = answer.read().partition(b"\r\n\r\n")
    assert int(top.split()[1]) < 500
    assert json.loads(body)["error_num"] == number


def test_strangers_are_kept_out(tmp_path: Path) -> None:
    try:
        with nginx(tmp_path / "nginx", [NOBODY], more="allow 127.0.0.2;\ndeny all;\n") as front:
            _is_refusal(httpx.get(f"{front.url}/healthz"), 13)
            other = httpx.HTTPTransport(local_address="127.0.0.2")
            with httpx.Client(transport=other) as allowed:
                _is_refusal(allowed.get(f"{front.url}/healthz"), 10)
    except ServerMissing as missing:
        pytest.skip(str(missing))


def test_the_example_of_tls(lonely: Front) -> None:
    trust = ssl.create_default_context(cafile=str(lonely.certificate))
    reply = httpx.get(f"{lonely.tls_url}/healthz", verify=trust)
    _is_refusal(reply, 10)
    assert "max-age" in reply.headers["strict-transport-security"]


def test_what_comes_without_tls_where_tls_is_meant(lonely: Front) -> None:
    _is_refusal(httpx.get(lonely.tls_url.replace("https", "http")), 1)


def test_a_machine_without_openssl_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(ServerMissing, match="openssl" if found else "nginx"),
        nginx(tmp_path / "nginx", [NOBODY]),
    ):
        pass


def _is_refusal(reply: httpx.Response, number: int) -> None:
    body = reply.json()
    assert body["error_num"] == number
    assert body["code"] == REFUSED
    assert body["msg"].endswith(".")
    assert reply.status_code == next(
        status for known, (status, _) in MEANINGS.items() if known == number
    )
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-request-id"]
