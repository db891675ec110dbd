"""Requests to one address, and what came back told apart: an answer, a refusal, or neither."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any, TypeVar

import httpx

from service.client.answers import Facts
from service.client.errors import ClientError, QuestionsOpen, Unreachable

NO_CONTENT = 204
QUIET_SECONDS = 60.0  # a stream of events gives a sign of life more often than that

Told = TypeVar("Told")


class Channel:
    """HTTP to the service at ``url``; ``timeout`` in seconds is for each step of a request.

    A ``token`` goes along with each.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float,
        token: str = "",
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        # As it is shown: what stands before the host may be a password.
        self._url = str(_parsed(url).copy_with(username=None, password=None)).rstrip("/")
        self._timeout = timeout
        self._http = httpx.Client(
            base_url=url.rstrip("/"),
            timeout=timeout,
            transport=transport,
            headers={"authorization": f"Bearer {token}"} if token else {},
            trust_env=not _is_loopback(_parsed(url)),  # a proxy's loopback is another than ours
        )

    def close(self) -> None:
        """End the connection."""
        self._http.close()

    def told(
        self,
        method: str,
        path: str,
        read: Callable[[Facts], Told],
        *,
        slow_seconds: float = 0.0,
        **asked: Any,
    ) -> Told:
        """What ``read`` makes of the service's JSON, up to ``slow_seconds`` later.

        ``asked`` is what httpx takes with a request. Raises ClientError.
        """
        patience = httpx.Timeout(self._timeout, read=max(self._timeout, slow_seconds))
        response = self._ask(method, path, timeout=patience, **asked)
        reply = self._reply(response)
        try:
            return read(reply)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._foreign(response) from error

    def bytes_of(self, path: str) -> bytes:
        """A file that the service gives as it is. Raises ClientError."""
        response = self._ask("GET", path)
        kind = response.headers.get("content-type", "")
        if response.is_success and not kind.startswith(("application/json", "text/")):
            return response.content
        self._reply(response)
        raise self._foreign(response)

    def text_of(self, path: str, kind: str, **asked: Any) -> str:
        """A text of that media type, which the service gives as it is. Raises ClientError."""
        response = self._ask("GET", path, **asked)
        given = response.headers.get("content-type", "")
        # Every answer of the service has an id; a page of somebody else's is no report.
        if response.is_success and given.startswith(kind) and "x-request-id" in response.headers:
            return response.text
        self._reply(response)
        raise self._foreign(response)

    @contextmanager
    def lines(self, path: str, headers: Mapping[str, str]) -> Iterator[Iterator[str] | None]:
        """The lines of a stream of events as they come; None where there are none (204).

        Raises ClientError, also where the stream breaks off.
        """
        patience = httpx.Timeout(self._timeout, read=max(self._timeout, QUIET_SECONDS))
        with (
            self._translated(),
            self._http.stream(
                "GET", f"/api/v0/{path}", headers=dict(headers), timeout=patience
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

    def _ask(self, method: str, path: str, **asked: Any) -> httpx.Response:
        with self._translated():
            return self._http.request(method, f"/api/v0/{path}", **asked)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Unreachable(
                f"{self._url} does not answer ({_reason(error)}): start a service with 'sgn up', "
                "or name where one runs with --url or SGN_URL."
            ) from error
        except httpx.TimeoutException as error:
            raise Unreachable(
                f"{self._url} did not answer in time; what was asked may still be done."
            ) from error
        except httpx.RequestError as error:
            raise Unreachable(
                f"The connection to {self._url} broke off ({_reason(error)}); what was asked may "
                "still be done."
            ) from error

    def _reply(self, response: httpx.Response) -> dict[str, Any]:
        """The service's JSON. Raises ClientError if it is not that, or is a refusal."""
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
        return ClientError(
            f"What answered at {response.url} (status {response.status_code}) is not this "
            f"service: check that {self._url} is its address.",
            status=response.status_code,
        )


def _split(pieces: Iterable[str]) -> Iterator[str]:
    """Whole lines; only a line feed ends one, as a text may hold what Unicode takes for an end."""
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
        raise ClientError(
            f"{url!r} is not the address of a service; one begins with http:// or https://."
        )
    return parsed


def _is_loopback(url: httpx.URL) -> bool:
    if url.host == "localhost":
        return True
    try:
        return ip_address(url.host).is_loopback
    except ValueError:
        return False


def _refusal(reply: Facts, status: int) -> ClientError:
    sentence = str(reply.get("msg") or f"The service refused with error {reply['error_num']}.")
    listed = [item for item in reply.get("errors") or () if isinstance(item, dict)]
    known: dict[str, Any] = {
        "error_num": reply["error_num"],
        "status": status,
        "errors": tuple((str(item.get("field")), str(item.get("msg"))) for item in listed),
        "upload": str(reply.get("upload") or ""),
    }
    if reply.get("questions"):
        return QuestionsOpen(sentence, reply, **known)
    return ClientError(sentence, **known)


def _reason(error: httpx.RequestError) -> str:
    text = re.sub(r"^\[Errno -?\d+\] ", "", str(error))
    return text or type(error).__name__
