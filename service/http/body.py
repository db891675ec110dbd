"""From the bytes of a request to the fields of a form, whatever its content type."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import FormData
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from graphnet.messages import Message
from service.http.fields import from_html_form, from_json, no_json
from service.http.responses import ApiError, ErrorNum, field_error, quoted

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

DRAIN_BYTES = 256_000_000
PATIENCE_SECONDS = 10.0
SLOWEST = 200_000  # bytes a second
TEXT_FIELDS = 1000


@dataclass(frozen=True)
class Posted:
    """The fields of a form, and warnings about how its body had to be read."""

    fields: dict[str, Any]
    warnings: tuple[Message, ...] = ()


def check_encoding(request: Request) -> None:
    """Raise ApiError if the body is compressed (Content-Encoding).

    An uploaded file may itself be compressed: no header of the request says so.
    """
    codings = request.headers.get("content-encoding", "").lower()
    named = [coding.strip() for coding in codings.split(",")]
    if set(named) <= {"", "identity"}:
        return
    raise ApiError(
        ErrorNum.UNSUPPORTED_BODY,
        Message("api.body-compressed", encoding=quoted(codings, 40)),
        headers={"accept-encoding": "identity"},
    )


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body.

    Raises:
        ApiError: it has more than ``limit`` bytes, comes too slowly, or breaks off.

    """
    chunks: list[bytes] = []

    async def take(chunk: bytes) -> None:
        chunks.append(chunk)

    await stream_body(request, limit, take)
    return b"".join(chunks)


async def stream_body(
    request: Request, limit: int, take: Callable[[bytes], Awaitable[None]]
) -> int:
    """Hand the body on in the pieces that it comes in; its size.

    Raises:
        ApiError: it has more than ``limit`` bytes, comes too slowly, or breaks off.

    """
    try:
        async with asyncio.timeout(PATIENCE_SECONDS + limit / SLOWEST):
            return await _stream(request, limit, take)
    except TimeoutError as error:
        raise ApiError(
            ErrorNum.TOO_SLOW,
            Message("api.body-too-slow", kilobytes=SLOWEST / 1e3),
            headers={"connection": "close"},
        ) from error
    except ClientDisconnect as error:
        raise ApiError(ErrorNum.BODY_UNREADABLE, Message("api.body-cut-off")) from error


async def _stream(request: Request, limit: int, take: Callable[[bytes], Awaitable[None]]) -> int:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            await take(chunk)
        elif size > DRAIN_BYTES:
            break
    if size > limit:
        # What came was read to its end: a client that still sends would not see the answer.
        raise too_large(limit)
    return size


def too_large(limit: int) -> ApiError:
    """The body, or the file of several bodies, has more than ``limit`` bytes."""
    return ApiError(ErrorNum.TOO_LARGE, Message("api.body-too-large", megabytes=limit / 1e6))


def content_type(request: Request) -> str:
    """The media type without its parameters, in lower case."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


async def read_fields(request: Request, limit: int) -> dict[str, Any]:
    """The fields of a posted task form alone; as ``read_posted``."""
    return (await read_posted(request, limit)).fields


async def read_posted(request: Request, limit: int) -> Posted:
    """A posted task form: JSON whatever its content type, or an HTML form.

    Raises:
        ApiError: too large, empty, or neither.

    """
    body = await read_body(request, limit)
    if not body.strip():
        raise ApiError(ErrorNum.BODY_UNREADABLE, Message("api.body-empty"))
    looks_like_json = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in b"{["
    kind = content_type(request)
    if kind == "multipart/form-data" or (kind.endswith("urlencoded") and not looks_like_json):
        return Posted(from_html_form(await read_form(request, body)))
    text, warnings = _as_text(body)
    return Posted(from_json(text), warnings)


async def read_form(request: Request, body: bytes) -> FormData:
    """An HTML form of either encoding. Raises ApiError."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body
        yield b""

    try:
        if content_type(request) == "multipart/form-data":
            _check_end(body)
            return await MultiPartParser(
                request.headers, stream(), max_files=8, max_fields=TEXT_FIELDS
            ).parse()
        return await FormParser(request.headers, stream(), max_fields=TEXT_FIELDS).parse()
    except (MultiPartException, ValueError, KeyError) as error:
        raise ApiError(ErrorNum.BODY_UNREADABLE, Message("api.body-not-html-form")) from error


def _check_end(body: bytes) -> None:
    """A complete multipart body ends with its boundary and two dashes. Raises ValueError."""
    if not body.rstrip().endswith(b"--"):
        raise ValueError("truncated")


def _as_text(body: bytes) -> tuple[str, tuple[Message, ...]]:
    """The body decoded as its JSON shows; as Latin-1 if that would be UTF-8 and is not.

    NEURO-LEARN's client sends text as Latin-1, by which umlauts are single bytes.
    """
    encoding = json.detect_encoding(body)
    try:
        return body.decode(encoding, "surrogatepass"), ()
    except UnicodeDecodeError as error:
        if not encoding.startswith("utf-8"):
            raise no_json() from error
    return body.decode("latin-1"), (Message("api.read-as-latin-1"),)


FILE = "datafile"
MOST_FIELDS = 1000
MOST_BYTES = 1_000_000  # of all fields but the file


class MultipartBody:
    """``fields`` are name and text, ``filename`` the file's; both as far as they have come."""

    def __init__(self, content_type: str) -> None:
        boundary = _parameters(content_type).get("boundary", "")
        if not boundary:
            raise _incomplete()
        self.fields: list[tuple[str, str]] = []
        self.filename: str | None = None
        self._headers: dict[str, str] = {}
        self._header = (bytearray(), bytearray())
        self._name = ""
        self._text = bytearray()
        self._bytes = 0
        self._is_file = False
        self._file: list[bytes] = []
        self._ended = False
        self._parser = MultipartParser(boundary.encode("latin-1", "replace"), self._callbacks())

    def feed(self, chunk: bytes) -> bytes:
        """Parse the next bytes of the body; returns those that are the file's. Raises ApiError."""
        try:
            self._parser.write(chunk)
        except (FormParserError, ValueError) as error:
            raise _incomplete() from error
        content = b"".join(self._file)
        self._file.clear()
        return content

    def close(self) -> None:
        """Raise ApiError if the body has ended before its last boundary."""
        if not self._ended:
            raise _incomplete()

    def _callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": self._data,
            "on_part_end": self._end_part,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._headers, self._text, self._is_file = {}, bytearray(), False

    def _end_header(self) -> None:
        name, value = (bytes(part).decode("utf-8", "replace") for part in self._header)
        self._headers[name.lower()] = value
        self._header = (bytearray(), bytearray())

    def _end_headers(self) -> None:
        parameters = _parameters(self._headers.get("content-disposition", ""))
        self._name = parameters.get("name", "")
        self._is_file = self._name == FILE
        if not self._is_file:
            return
        if self.filename is not None:
            raise field_error(FILE, Message("forms.file-twice"))
        self.filename = parameters.get("filename", "")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._file.append(bytes(data[start:end]))
            return
        self._bytes += end - start
        if self._bytes > MOST_BYTES or len(self.fields) >= MOST_FIELDS:
            values = {"megabytes": MOST_BYTES / 1e6, "fields": MOST_FIELDS}
            raise ApiError(ErrorNum.TOO_LARGE, Message("api.form-too-large", **values))
        self._text += data[start:end]

    def _end_part(self) -> None:
        if not self._is_file and self._name:
            self.fields.append((self._name, self._text.decode("utf-8", "replace")))

    def _end(self) -> None:
        self._ended = True


def _parameters(header: str) -> dict[str, str]:
    """The parameters of a header such as ``form-data; name="datafile"``."""
    _, parameters = parse_options_header(header.encode())
    return {
        name.decode("utf-8", "replace"): value.decode("utf-8", "replace")
        for name, value in parameters.items()
    }


def _incomplete() -> ApiError:
    return ApiError(ErrorNum.BODY_UNREADABLE, Message("api.body-not-html-form"))
