"""Downloads: sent again only if they have changed, and resumed where they broke off.

Conditional requests and ranges as in RFC 9110, sections 13 and 14. A download is whole in memory
and verified before, so a range is cut from it. The ETag is the SHA-256 of all bytes; a model's is
the ``parameters_sha256`` of its manifest.
"""

import asyncio
import hashlib
import re

from starlette.requests import Request
from starlette.responses import Response

from graphnet.messages import Message
from service.api.endpoint import Handler
from service.http.responses import ApiError, ErrorNum

NOT_MODIFIED, PARTIAL = 304, 206
HEADERS = {
    "Range": "bytes=FIRST-LAST, bytes=FIRST- or bytes=-COUNT: only these bytes",
    "If-Range": "with Range, the ETag of the bytes you have; if it has changed, all are sent",
    "If-None-Match": "the ETag of what you have, which is not sent again",
}
_RANGE = re.compile(r"bytes\s*=\s*(\d{0,100})\s*-\s*(\d{0,100})", re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?("[^"]*")')
# What a 304 leaves out: it has no content.
_OF_CONTENT = ("content-length", "content-type", "content-disposition")


def download(handler: Handler) -> Handler:
    """The handler, with an ETag on its successful answers, of which ranges can be asked for."""

    async def answered(request: Request) -> Response:
        return await conditional(request, await handler(request))

    return answered


async def conditional(request: Request, answer: Response) -> Response:
    """All of the answer, a range of it, or 304 if the client has it already.

    Raises:
        ApiError: the range begins after the last byte.

    """
    if answer.status_code != 200:
        return answer
    content = bytes(answer.body)
    tag = f'"{await asyncio.to_thread(_digest, content)}"'
    answer.headers["etag"], answer.headers["accept-ranges"] = tag, "bytes"
    if _client_has(request, tag):
        return _not_modified(answer)
    wanted = _requested_range(request, tag, len(content))
    return answer if wanted is None else _partial(answer, content, wanted)


def _client_has(request: Request, tag: str) -> bool:
    """By If-None-Match. Compared weakly: a proxy that compresses weakens a tag."""
    tags = request.headers.get("if-none-match", "")
    return tags.strip() == "*" or tag in _TAG.findall(tags)


def _requested_range(request: Request, tag: str, size: int) -> tuple[int, int] | None:
    """First and last byte, both included; None for all bytes. Raises ApiError.

    Several ranges, and a malformed one, are answered with all bytes, as RFC 9110 allows.
    """
    match = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if request.method != "GET" or match is None or request.headers.get("if-range", tag) != tag:
        return None
    first, last = match.groups()
    if not first:
        return _last(int(last), size) if last else None
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise _beyond(size)
    return int(first), min(int(last or size), size - 1)


def _last(count: int, size: int) -> tuple[int, int]:
    if not count or not size:
        raise _beyond(size)
    return max(0, size - count), size - 1


def _beyond(size: int) -> ApiError:
    return ApiError(
        ErrorNum.RANGE_BEYOND,
        Message("api.range-beyond", size=size),
        headers={"content-range": f"bytes */{size}", "accept-ranges": "bytes"},
    )


def _partial(answer: Response, content: bytes, wanted: tuple[int, int]) -> Response:
    first, last = wanted
    answer.body = content[first : last + 1]
    answer.status_code = PARTIAL
    answer.headers["content-length"] = str(len(answer.body))
    answer.headers["content-range"] = f"bytes {first}-{last}/{len(content)}"
    return answer


def _not_modified(answer: Response) -> Response:
    headers = {name: text for name, text in answer.headers.items() if name not in _OF_CONTENT}
    return Response(status_code=NOT_MODIFIED, headers=headers)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
