"""Requests to one address; a response is an answer, a refusal or not this service's at all."""

import re
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, TypeVar

import httpx

from graphnet.errors import SYSTEM_REASONS
from graphnet.messages import ENGLISH, Message, as_message, finished
from service.client.answers import Facts
from service.client.errors import (
    UNCONFIRMED,
    ClientError,
    QuestionsOpen,
    StorageAway,
    Unconfirmed,
    Unreachable,
)

NO_CONTENT = 204
TUS, PIECE = {"Tus-Resumable": "1.0.0"}, "application/offset+octet-stream"
FORBIDDEN = (401, 403, 404)  # what storage says where a signature is wrong, or too old
COMPLETE_SECONDS = 120.0  # storage may put parts together by copying them
PART_SECONDS = 60.0  # for each step of sending a part
QUIET_SECONDS = 60.0  # a stream of events sends a heartbeat more often than that

SYSTEM_ERROR = re.compile(r"\[Errno (-?\d+)\] (.*)", re.DOTALL)

T = TypeVar("T")


@dataclass(frozen=True)
class Begun:
    """An upload that has begun; it goes straight to the bucket if ``part_bytes`` are above 0."""

    upload: str
    part_bytes: int = 0


@dataclass(frozen=True)
class PartAddress:
    """Where a part of a file goes, and the headers that go with it."""

    url: str
    headers: Mapping[str, str]


def _certificates(url: str) -> ssl.SSLContext | bool:
    """Whose certificates are trusted: the usual ones, or nobody's where the service has none.

    Reading the usual ones takes longer than most commands, and HTTP without TLS asks for none.
    """
    return True if _parsed(url).scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Channel:
    """HTTP to the service at ``url``.

    ``timeout`` in seconds applies to each step of a request; ``token`` is sent with each, and so is
    the ``language`` of the answers.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float,
        token: str = "",
        language: str = ENGLISH,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        # For messages: what precedes the host may be a password.
        self.url = str(_parsed(url).copy_with(username=None, password=None)).rstrip("/")
        self._timeout = timeout
        signed = {"authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            base_url=url.rstrip("/"),
            timeout=timeout,
            transport=transport,
            headers={"accept-language": language, **signed},
            trust_env=not is_loopback(_parsed(url)),  # a proxy's loopback is another machine
            verify=_certificates(url),
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def request(
        self,
        method: str,
        path: str,
        read: Callable[[Facts], T],
        *,
        slow_seconds: float = 0.0,
        **options: Any,
    ) -> T:
        """Return what ``read`` makes of the JSON that the service answers.

        ``slow_seconds`` is how long the answer may take if that is more than the timeout;
        ``options`` are those of a request of httpx. Raises ClientError.
        """
        timeout = httpx.Timeout(self._timeout, read=max(self._timeout, slow_seconds))
        response = self._send(method, path, timeout=timeout, **options)
        reply = self._reply(response)
        try:
            return read(reply)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._foreign(response) from error

    def begin_upload(self, name: str, size: int, proj_id: str, *, direct: bool = False) -> Begun:
        """Begin a file that comes in pieces, if ``direct`` maybe to the bucket.

        Raises ClientError.
        """
        named = {"filename": name, "proj_id": proj_id}
        metadata = [
            f"{key} {b64encode(text.encode()).decode()}" for key, text in named.items() if text
        ]
        headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": ",".join(metadata)}
        query = {"direct": "true"} if direct else {}
        return self.request("POST", "uploads", _begun, headers=headers, params=query)

    def part_address(self, upload: str, number: int, md5: str) -> PartAddress:
        """Where a part of an upload goes, straight into the bucket. Raises ClientError."""
        path, part = f"uploads/{upload}/parts", {"part": number, "md5": md5}
        return self.request("POST", path, _part_address, json=part)

    def complete_upload(self, upload: str, md5: Sequence[str]) -> None:
        """Say that all parts are in the bucket. Raises ClientError."""
        path, body = f"uploads/{upload}/complete", {"md5": list(md5)}
        self.request("POST", path, _begun, json=body, slow_seconds=COMPLETE_SECONDS)

    def stored_parts(self, upload: str) -> dict[int, str]:
        """The MD5 of each part that is in the bucket. Raises ClientError."""
        return self.request("GET", f"uploads/{upload}", _stored_parts)

    def upload_piece(self, upload: str, offset: int, piece: Iterator[bytes], size: int) -> int:
        """Add ``size`` bytes to an upload; how many have come. Raises ClientError."""
        headers = {
            **TUS,
            "Upload-Offset": str(offset),
            "Content-Type": PIECE,
            "Content-Length": str(size),
        }
        return self._offset("PATCH", upload, content=piece, headers=headers)

    def upload_offset(self, upload: str) -> int:
        """How many bytes of an upload have come. Raises ClientError."""
        return self._offset("GET", upload, headers=TUS)

    def remove_upload(self, upload: str) -> None:
        """Remove an upload, if the service answers; it removes old ones by itself."""
        with suppress(ClientError):
            self._send("DELETE", f"uploads/{upload}")

    def _offset(self, method: str, upload: str, **options: Any) -> int:
        response = self._send(method, f"uploads/{upload}", **options)
        offset = response.headers.get("upload-offset", "")
        if response.is_success and offset.isdecimal():
            return int(offset)
        self._reply(response)
        raise self._foreign(response)

    def bytes_of(self, path: str) -> bytes:
        """The bytes of a file. Raises ClientError."""
        response = self._send("GET", path)
        kind = response.headers.get("content-type", "")
        if response.is_success and not kind.startswith(("application/json", "text/")):
            return response.content
        self._reply(response)
        raise self._foreign(response)

    def text_of(self, path: str, media_type: str, **options: Any) -> str:
        """A text of that media type. Raises ClientError."""
        response = self._send("GET", path, **options)
        kind = response.headers.get("content-type", "")
        # Every answer of the service has a request id: a page of another server is no report.
        if (
            response.is_success
            and kind.startswith(media_type)
            and "x-request-id" in response.headers
        ):
            return response.text
        self._reply(response)
        raise self._foreign(response)

    @contextmanager
    def lines(self, path: str, headers: Mapping[str, str]) -> Iterator[Iterator[str] | None]:
        """The lines of a stream of events as they arrive; None if there are no more (204).

        Raises ClientError, also if the stream breaks off.
        """
        timeout = httpx.Timeout(self._timeout, read=max(self._timeout, QUIET_SECONDS))
        with (
            self._translated(),
            self._http.stream(
                "GET", f"/api/v0/{path}", headers=dict(headers), timeout=timeout
            ) as response,
        ):
            if response.status_code == NO_CONTENT:
                yield None
                return
            kind = response.headers.get("content-type", "")
            if not response.is_success or not kind.startswith("text/event-stream"):
                response.read()
                self._reply(response)
                raise self._foreign(response)
            yield _split(response.iter_text())

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        with self._translated():
            return self._http.request(method, f"/api/v0/{path}", **options)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            silent = Message("client.silent", url=self.url, reason=reason_of_request(error))
            raise Unreachable(silent) from error
        except httpx.TimeoutException as error:
            raise Unreachable(Message("client.too-late", url=self.url)) from error
        except httpx.RequestError as error:
            cut_off = Message("client.cut-off", url=self.url, reason=reason_of_request(error))
            raise Unreachable(cut_off) from error

    def _reply(self, response: httpx.Response) -> dict[str, Any]:
        """The service's JSON. Raises ClientError if it is a refusal or not the service's."""
        try:
            reply = response.json()
        except ValueError as error:
            raise self._foreign(response) from error
        if not isinstance(reply, dict) or not isinstance(reply.get("error_num"), int):
            raise self._foreign(response)
        if reply["error_num"] != 0 or not response.is_success:
            raise self._refusal(reply, response)
        return reply

    def _refusal(self, reply: Facts, response: httpx.Response) -> ClientError:
        try:
            return _refusal(reply, response.status_code)
        except (KeyError, TypeError, ValueError, AttributeError):
            return self._foreign(response)

    def _foreign(self, response: httpx.Response) -> ClientError:
        status = response.status_code
        values = {"address": str(response.url), "status": str(status), "url": self.url}
        return ClientError(Message("client.other-server", **values), status=status)


def put_part(address: PartAddress, part: bytes) -> None:
    """Send a part to the bucket, which knows nothing of tokens.

    Raises:
        StorageAway: the bucket cannot be reached, or does not let us.
        Unreachable: what was sent broke off, or came as something else; the same again may do.

    """
    host = httpx.URL(address.url).netloc.decode()
    try:
        response = httpx.put(
            address.url,
            content=part,
            headers=dict(address.headers),
            timeout=PART_SECONDS,
            trust_env=not is_loopback(_parsed(address.url)),
        )
    except httpx.RequestError as error:
        away = Message("client.storage-away", host=host, reason=reason_of_request(error))
        is_away = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
        raise (StorageAway if is_away else Unreachable)(away) from error
    if not response.is_success:
        status = response.status_code
        refused = Message("client.storage-refuses", host=host, status=str(status))
        is_away = status in FORBIDDEN
        raise (StorageAway if is_away else Unreachable)(refused, status=status)


def _begun(reply: Facts) -> Begun:
    upload = reply["upload"]
    return Begun(str(upload["upload"]), int(upload.get("part_bytes") or 0))


def _part_address(reply: Facts) -> PartAddress:
    part = reply["part"]
    return PartAddress(str(part["url"]), {str(k): str(v) for k, v in part["headers"].items()})


def _stored_parts(reply: Facts) -> dict[int, str]:
    return {int(part["part"]): str(part["md5"]) for part in reply["upload"].get("parts") or ()}


def _split(pieces: Iterable[str]) -> Iterator[str]:
    """Whole lines; only a line feed ends one, because a text may hold other Unicode line ends."""
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + piece).split("\n")
        yield from (line.removesuffix("\r") for line in lines)


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ClientError(Message("client.not-an-address", url=repr(url)))
    return parsed


def is_loopback(url: httpx.URL) -> bool:
    if url.host == "localhost":
        return True
    try:
        return ip_address(url.host).is_loopback
    except ValueError:
        return False


def _refusal(reply: Facts, status: int) -> ClientError:
    number = str(reply["error_num"])
    message = as_message(str(reply.get("msg") or "") or Message("client.refused", number=number))
    listed = [item for item in reply.get("errors") or () if isinstance(item, dict)]
    details: dict[str, Any] = {
        "error_num": reply["error_num"],
        "status": status,
        "errors": tuple((str(item.get("field")), str(item.get("msg"))) for item in listed),
        "upload": str(reply.get("upload") or ""),
    }
    if reply["error_num"] == UNCONFIRMED:
        return Unconfirmed(message, reply, **details)
    if reply.get("questions"):
        return QuestionsOpen(message, reply, **details)
    return ClientError(message, **details)


def reason_of_request(error: httpx.RequestError) -> Message:
    """What the operating system said, or a library."""
    numbered = SYSTEM_ERROR.match(str(error))
    if numbered is None:
        return finished(str(error) or type(error).__name__)
    return SYSTEM_REASONS.get(int(numbered[1]), finished(numbered[2]))
