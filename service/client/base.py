"""What every part of a session stands on: the channel, and how an address is made."""

import os
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx

from service.client.answers import Facts
from service.client.channel import Channel
from service.client.errors import ClientError
from service.environment import TokenUnreadable, token_in, url_in

ENVELOPE = ("error_num", "msg")
PAGE = 100  # tasks or datasets

Told = TypeVar("Told")


class Session:
    """A channel that is closed at the end of a ``with`` block."""

    def __init__(
        self,
        url: str | None = None,
        *,
        timeout: float = 30.0,
        token: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if token is None:
            # A token is not told to whoever answers at another address.
            token = _token() if url is None else ""
        where = url_in(os.environ) if url is None else url
        self._channel = Channel(where, timeout=timeout, token=token, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session."""
        self._channel.close()

    def _paged(
        self,
        name: str,
        read: Callable[[Facts], Told],
        asked: Mapping[str, str],
        limit: int | None,
    ) -> Iterator[Told]:
        """The newest ``limit`` of what stands at ``name``, or all; a page is asked when needed."""
        cursor, left = "", float("inf") if limit is None else limit
        while left > 0:
            reply = self._channel.told(
                "GET",
                name,
                lambda facts: (each(read, facts[name]), str(facts.get("next_cursor") or "")),
                params={**given({**asked, "cursor": cursor}), "limit": int(min(PAGE, left))},
            )
            page, cursor = reply
            yield from page
            left -= len(page)
            if not cursor or not page:
                return


def of_task(task_id: str) -> str:
    """The address of a task, whatever letters its id has."""
    return f"tasks/{quote(task_id, safe='')}"


def given(asked: Mapping[str, str]) -> dict[str, str]:
    """What was asked for, without what is left open."""
    return {name: value for name, value in asked.items() if value}


def each(read: Callable[[Facts], Told], items: list[Facts]) -> tuple[Told, ...]:
    """Every item, read."""
    return tuple(read(item) for item in items)


def content(reply: Facts) -> dict[str, Any]:
    """A reply without what every reply has."""
    return {key: value for key, value in reply.items() if key not in ENVELOPE}


def _token() -> str:
    try:
        return token_in(os.environ)
    except TokenUnreadable as error:
        raise ClientError(str(error)) from error
