"""Requests to one address, and what came back told apart: an answer, a refusal, or neither."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, TypeVar

import httpx

from service.client.answers import Facts
from service.client.errors import ClientError, Unreachable

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

    def _ask(self, method: str, path: str, **asked: Any) -> httpx.Response:
        try:
            return self._http.request(method, f"/api/v0/{path}", **asked)
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
            raise _refusal(reply, response.status_code)
        return reply

    def _foreign(self, response: httpx.Response) -> ClientError:
        return ClientError(
            f"What answered at {response.url} (status {response.status_code}) is not this "
            f"service: check that {self._url} is its address.",
            status=response.status_code,
        )


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
    listed = [item for item in reply.get("errors") or () if isinstance(item, dict)]
    return ClientError(
        str(reply.get("msg") or f"The service refused with error {reply['error_num']}."),
        error_num=reply["error_num"],
        status=status,
        errors=tuple((str(item.get("field")), str(item.get("msg"))) for item in listed),
    )


def _reason(error: httpx.RequestError) -> str:
    text = re.sub(r"^\[Errno -?\d+\] ", "", str(error))
    return text or type(error).__name__
