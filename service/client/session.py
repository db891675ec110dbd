"""A session with the service: the channel, pages of a list, and addresses."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx

from graphnet.messages import language_in
from service.client.answers import Facts
from service.client.channel import Channel
from service.client.errors import ClientError
from service.client.uploads import OnProgress, Table, opened, send_in_pieces
from service.environment import TokenUnreadable, token_in, url_in

ENVELOPE = ("error_num", "msg")
PAGE = 100  # tasks or datasets
UNREADABLE = 7  # the error_num of a file that is no dataset

T = TypeVar("T")


class Session:
    """A channel that is closed at the end of a ``with`` block."""

    def __init__(
        self,
        url: str | None = None,
        *,
        timeout: float = 30.0,
        token: str | None = None,
        language: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if token is None:
            # The token is not sent to an address that the environment does not name.
            token = environment_token() if url is None else ""
        address = url_in(os.environ) if url is None else url
        self.language = language or language_in(os.environ)
        self._channel = Channel(
            address, timeout=timeout, token=token, language=self.language, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def _sent(
        self,
        table: Table | None,
        path: str,
        read: Callable[[Facts], T],
        query: Mapping[str, str],
        on_progress: OnProgress | None = None,
        *,
        slow_seconds: float,
    ) -> T:
        """Post a file to ``path``: in one request, or in pieces first where it is large.

        Raises:
            ClientError: its ``upload`` names the file where that need not be sent again.
            OSError: the file cannot be read.

        """
        post = partial(self._channel.request, "POST", path, read, slow_seconds=slow_seconds)
        if table is None:
            return post(params=query)
        with opened(table, on_progress) as sending:
            if not sending.is_large:
                return post(params=query, content=sending.pieces(), headers=sending.headers)
            upload = send_in_pieces(self._channel, sending, query.get("proj_id", ""))
        try:
            return post(params={**query, "upload": upload})
        except ClientError as error:
            if error.error_num == UNREADABLE:
                self._channel.remove_upload(upload)
            else:
                error.upload = upload
            raise

    def _paged(
        self,
        name: str,
        read: Callable[[Facts], T],
        query: Mapping[str, str],
        limit: int | None,
    ) -> Iterator[T]:
        """The newest ``limit`` items of the list ``name``, or all; pages are fetched as needed."""
        cursor, left = "", float("inf") if limit is None else limit
        while left > 0:
            page, cursor = self._channel.request(
                "GET",
                name,
                lambda facts: (read_all(read, facts[name]), str(facts.get("next_cursor") or "")),
                params={
                    **without_empty({**query, "cursor": cursor}),
                    "limit": int(min(PAGE, left)),
                },
            )
            yield from page
            left -= len(page)
            if not cursor or not page:
                return


def task_path(task_id: str) -> str:
    """The path of a task, with its id quoted."""
    return f"tasks/{quote(task_id, safe='')}"


def without_empty(query: Mapping[str, str]) -> dict[str, str]:
    """The query without empty values."""
    return {name: value for name, value in query.items() if value}


def read_all(read: Callable[[Facts], T], items: list[Facts]) -> tuple[T, ...]:
    """``read`` applied to every item."""
    return tuple(read(item) for item in items)


def content(reply: Facts) -> dict[str, Any]:
    """A reply without ``error_num`` and ``msg``."""
    return {key: value for key, value in reply.items() if key not in ENVELOPE}


def environment_token() -> str:
    """The token that the environment names. Raises ClientError where its file cannot be read."""
    try:
        return token_in(os.environ)
    except TokenUnreadable as error:
        raise ClientError(error.message) from error
