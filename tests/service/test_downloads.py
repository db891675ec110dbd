"""Tags and ranges of what can be taken home."""

import asyncio
import hashlib
import json
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.api.endpoints import ENDPOINTS
from service.http.downloads import download
from service.http.exception_handlers import HANDLED, handle_error
from service.http.responses import success
from tests.installations import Installation

CONTENT = bytes(range(256)) * 4
TAG = f'"{hashlib.sha256(CONTENT).hexdigest()}"'


async def parameters(_: Request) -> Response:
    headers = {"content-disposition": 'attachment; filename="x.safetensors"'}
    return Response(CONTENT, media_type="application/octet-stream", headers=headers)


async def empty(_: Request) -> Response:
    return Response(b"")


async def refused(_: Request) -> Response:
    return Response(b"gone", 404)


def asked(path: str = "/parameters", method: str = "GET", **headers: str) -> httpx.Response:
    """The answer of a service with these, in this process."""
    handlers = {"/parameters": parameters, "/empty": empty, "/refused": refused}
    app = Starlette(
        routes=[Route(at, download(handler)) for at, handler in handlers.items()],
        exception_handlers=dict.fromkeys(HANDLED, handle_error),
    )
    named = {name.replace("_", "-"): text for name, text in headers.items()}

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            return await http.request(method, path, headers=named)

    return asyncio.run(ask())


def test_the_whole_has_a_strong_tag_and_says_that_parts_can_be_had() -> None:
    reply = asked()
    assert (reply.status_code, reply.content) == (200, CONTENT)
    assert (reply.headers["etag"], reply.headers["accept-ranges"]) == (TAG, "bytes")
    assert "etag" not in asked("/refused").headers


@pytest.mark.parametrize("known", [TAG, f"W/{TAG}", f'"other", {TAG}', f'"a,b" , W/{TAG},"c"', "*"])
def test_what_is_known_is_not_sent_again(known: str) -> None:
    reply = asked(if_none_match=known, range="bytes=0-1")
    assert (reply.status_code, reply.content) == (304, b"")
    assert reply.headers["etag"] == TAG
    assert not {"content-type", "content-length", "content-disposition"} & set(reply.headers)


@pytest.mark.parametrize("known", ['"other"', TAG.strip('"'), "", TAG[:-2] + '"', "W/*"])
def test_what_is_not_known_is_sent(known: str) -> None:
    assert asked(if_none_match=known).content == CONTENT


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=1000-", 1000, 1023),
        ("bytes=1000-99999999999999999999999", 1000, 1023),
        ("bytes=-24", 1000, 1023),
        ("bytes=-5000", 0, 1023),
        ("Bytes = 10 - 19", 10, 19),
    ],
)
def test_a_range_is_cut_out(given: str, first: int, last: int) -> None:
    reply = asked(range=given)
    assert (reply.status_code, reply.content) == (206, CONTENT[first : last + 1])
    assert reply.headers["content-range"] == f"bytes {first}-{last}/1024"
    assert reply.headers["content-length"] == str(last - first + 1)
    assert reply.headers["etag"] == TAG
    assert reply.headers["content-disposition"] == 'attachment; filename="x.safetensors"'


@pytest.mark.parametrize("given", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(given: str) -> None:
    for path, size in (("/parameters", 1024), ("/empty", 0)):
        reply = asked(path, range=given)
        assert (reply.status_code, reply.json()["error_num"]) == (416, 25)
        assert reply.headers["content-range"] == f"bytes */{size}"


@pytest.mark.parametrize(
    "given",
    ["bytes=0-1,5-6", "bytes=9-3", "bytes=-", "bytes=a-b", "lines=0-1", "", f"bytes={'9' * 200}-"],
)
def test_what_is_no_single_range_gets_all(given: str) -> None:
    reply = asked(range=given)
    assert (reply.status_code, reply.content) == (200, CONTENT)


def test_a_range_of_what_has_changed_since_gets_all() -> None:
    assert asked(range="bytes=10-", if_range=TAG).content == CONTENT[10:]
    for other in ('"other"', f"W/{TAG}", "Sat, 28 Nov 2026 23:00:00 GMT"):
        assert asked(range="bytes=10-", if_range=other).content == CONTENT


def test_a_head_tells_of_the_whole() -> None:
    reply = asked(method="HEAD", range="bytes=0-1")
    assert (reply.status_code, reply.headers["etag"]) == (200, TAG)
    assert reply.headers["content-length"] == "1024"


def test_a_json_answer_has_a_tag_as_well() -> None:
    async def manifest(_: Request) -> Response:
        return success(format="nld-sgn/2")

    async def ask() -> Response:
        scope: dict[str, Any] = {"type": "http", "method": "GET", "headers": []}
        return await download(manifest)(Request(scope))

    reply = asyncio.run(ask())
    assert json.loads(bytes(reply.body))["format"] == "nld-sgn/2"
    assert reply.headers["etag"] == f'"{hashlib.sha256(bytes(reply.body)).hexdigest()}"'


def test_a_model_is_taken_home_in_two_parts_and_once(
    small: Installation, trained: dict[str, Any]
) -> None:
    task = f"/api/v0/tasks/{trained['task_id']}"
    for endpoint in (each for each in ENDPOINTS if each.download):
        path = endpoint.path.format(task_id=trained["task_id"])
        whole = small.http.get(path)
        if whole.status_code == 404:  # without an atlas there is no picture
            assert path.endswith("glass-brain.svg")
            continue
        tag, middle = whole.headers["etag"], len(whole.content) // 2
        assert small.http.get(path, headers={"if-none-match": tag}).status_code == 304
        begun = small.http.get(path, headers={"range": f"bytes=0-{middle - 1}"})
        rest = {"range": f"bytes={middle}-", "if-range": begun.headers["etag"]}
        assert begun.content + small.http.get(path, headers=rest).content == whole.content, path
        assert whole.headers["cache-control"] == "no-store"
        assert small.http.head(path).headers["etag"] == tag
    digest = small.get(f"{task}/manifest")["parameters_sha256"]
    assert small.http.head(f"{task}/model").headers["etag"] == f'"{digest}"'
