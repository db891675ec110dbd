"""What can be taken home: again only if it has changed, and on from where it broke off.

Conditional requests and ranges as RFC 9110 has them, sections 13 and 14. What is given out is whole
in memory and verified before, so a range is cut from it. The tag is the SHA-256 of all bytes: of a
model it is the ``parameters_sha256`` of its manifest.
"""

import asyncio
import hashlib
import re

from starlette.requests import Request
from starlette.responses import Response

from service.api.endpoint import Handler
from service.http.responses import ApiError, ErrorNum

NOT_MODIFIED, PARTIAL = 304, 206
HEADERS = {
    "Range": "bytes=FIRST-LAST, bytes=FIRST- or bytes=-COUNT: only these bytes",
    "If-Range": "with Range, the ETag of the bytes that are there already; of others all are sent",
    "If-None-Match": "the ETag of what is there already, which is not sent again",
}
_RANGE = re.compile(r"bytes\s*=\s*(\d{0,100})\s*-\s*(\d{0,100})", re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?("[^"]*")')
# What a 304 leaves out: it has no content.
_OF_CONTENT = ("content-length", "content-type", "content-disposition")


def download(handler: Handler) -> Handler:
    """The handler, whose successful answers have a tag and can be had in part."""

    async def answered(request: Request) -> Response:
        return await conditional(request, await handler(request))

    return answered


async def conditional(request: Request, answer: Response) -> Response:
    """All of the answer, a part of it, or that it is known already.

    Raises:
        ApiError: the part begins behind the end.

    """
    if answer.status_code != 200:
        return answer
    content = bytes(answer.body)
    tag = f'"{await asyncio.to_thread(_digest, content)}"'
    answer.headers["etag"], answer.headers["accept-ranges"] = tag, "bytes"
    if _is_known(request, tag):
        return _not_modified(answer)
    found = _asked(request, tag, len(content))
    return answer if found is None else _part(answer, content, found)


def _is_known(request: Request, tag: str) -> bool:
    """Whether the caller has it. Compared weakly: a proxy that compresses weakens a tag."""
    given = request.headers.get("if-none-match", "")
    return given.strip() == "*" or tag in _TAG.findall(given)


def _asked(request: Request, tag: str, size: int) -> tuple[int, int] | None:
    """From which byte to which, both included; None of all. Raises ApiError.

    More ranges than one, and what is no range, are answered by all of it, as RFC 9110 allows.
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
        f"Range begins after the last byte; there are {size} bytes.",
        headers={"content-range": f"bytes */{size}", "accept-ranges": "bytes"},
    )


def _part(answer: Response, content: bytes, found: tuple[int, int]) -> Response:
    first, last = found
    answer.body = content[first : last + 1]
    answer.status_code = PARTIAL
    answer.headers["content-length"] = str(len(answer.body))
    answer.headers["content-range"] = f"bytes {first}-{last}/{len(content)}"
    return answer


def _not_modified(answer: Response) -> Response:
    kept = {name: text for name, text in answer.headers.items() if name not in _OF_CONTENT}
    return Response(status_code=NOT_MODIFIED, headers=kept)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
