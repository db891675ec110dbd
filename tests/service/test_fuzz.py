"""The HTTP surface under what nobody thought of: by its own description, and as raw bytes."""

import contextlib
import json
import os
import random
import socket
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from service.api.endpoints import ENDPOINTS
from service.api.openapi import openapi
from service.pages.table import PAGES
from tests.installations import Installation

pytestmark = pytest.mark.slow

SECONDS = 30.0
ENDLESS = "/api/v0/events"  # who asks for it reads as long as the installation runs
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
schema = schemathesis.openapi.from_dict(openapi(ENDPOINTS)).exclude(path=ENDLESS)
pages = schemathesis.openapi.from_dict(openapi(PAGES))
PATHS = openapi((*ENDPOINTS, *PAGES))["paths"]
# Thousands of cases more, for those who have half an hour.
for each in (schema, pages):
    each.config.phases.coverage.enabled = "SGN_FUZZ_LONG" in os.environ
CASES = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}


def sound(status: int, content: bytes, kind: str) -> None:
    """No fault of the service's own, no traceback, and JSON with a number where it is JSON."""
    assert status < 500, (status, content[:500])
    assert b"Traceback" not in content
    if kind.startswith("application/json"):
        answer = json.loads(content)
        assert isinstance(answer["error_num"], int)
        assert isinstance(answer["msg"], str)
        assert (answer["error_num"] == 0) == (status < 300)


def described(case: Any, status: int, content: bytes, kind: str) -> None:
    """The document tells this status of the address, and the number of what was refused."""
    operation = PATHS[case.path].get(case.method.lower())
    if operation is None:  # a method that was tried; another address may take the path for a name
        assert status in (404, 405), (case.method, case.path, status)
        return
    told = operation["responses"]
    assert str(status) in told, (case.method, case.path, status, content[:300])
    if kind.startswith("application/json") and status >= 400:
        number = json.loads(content)["error_num"]
        assert f"error_num {number}: " in told[str(status)]["description"], (case.path, number)


def tried(case: Any, installation: Installation) -> None:
    """A case is sent, and its answer is sound and as described."""
    try:
        reply = case.call(base_url=installation.url, timeout=SECONDS)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        return  # what cannot be sent at all
    kind = (reply.headers.get("content-type") or [""])[0]
    sound(reply.status_code, reply.content, kind)
    described(case, reply.status_code, reply.content, kind)


@pytest.mark.nightly
@schema.parametrize()
@hypothesis_settings(max_examples=12, **CASES)  # type: ignore[arg-type]
def test_by_its_own_description(case: Any, small: Installation) -> None:
    tried(case, small)


@pages.parametrize()
@hypothesis_settings(max_examples=3, **CASES)  # type: ignore[arg-type]
def test_pages_by_their_own_description(case: Any, small: Installation) -> None:
    tried(case, small)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"]),
    path=st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=60),
    body=st.binary(max_size=300),
    kind=st.sampled_from(
        ["", "application/json", "application/x-www-form-urlencoded", "multipart/form-data",
         "multipart/form-data; boundary=x", "text/csv", "\xff"]
    ),
)  # fmt: skip
@hypothesis_settings(max_examples=150, **CASES)  # type: ignore[arg-type]
def test_any_method_path_and_body(
    small: Installation, method: str, path: str, body: bytes, kind: str
) -> None:
    with contextlib.suppress(httpx.InvalidURL):
        reply = small.http.request(
            method,
            "/" + path.lstrip("/"),
            content=body,
            headers=[(b"content-type", kind.encode("latin-1"))] if kind else [],
        )
        if method != "HEAD":
            sound(reply.status_code, reply.content, reply.headers.get("content-type", ""))


@pytest.mark.parametrize("seed", range(20))
def test_raw_bytes_are_refused_or_answered_and_end(small: Installation, seed: int) -> None:
    drawn = random.Random(seed)
    good = b"POST /api/v0/new_task HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}"
    sent = bytearray(good)
    for _ in range(drawn.randint(1, 12)):
        place = drawn.randrange(len(sent))
        if drawn.random() < 0.5:
            sent[place] = drawn.randrange(256)
        else:
            sent[place:place] = drawn.randbytes(drawn.randint(1, 40))
    host, port = small.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=SECONDS) as connection:
        connection.sendall(bytes(sent))
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while data := connection.recv(65_536):
            answer += data
    assert not answer.startswith(b"HTTP/1.1 5"), answer
    assert b"Traceback" not in answer


def test_it_still_works_and_its_log_knows_of_no_fault(small: Installation) -> None:
    assert small.get("/readyz")["error_num"] == 0
    log = (small.home / "up.log").read_text()
    assert " failed\n" not in log
    assert "Traceback" not in log
