"""What ``sgn up`` itself does once Valkey and the worker have been started beside it."""

import asyncio
import contextlib
import os
import socket
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import redis.exceptions

from actors.queue import WORKERS
from actors.redis_connection import Names, asyncio_redis_client
from actors.shutdown import cancelled, end_within
from db.server.connection import migrate
from db.server.errors import DatabaseError
from graphnet.messages import Message
from service.environment import address_file
from service.listening import address
from service.local.child import ChildProcess, UpError
from service.local.typed import render_typed
from service.serve import check_entrance, run_loop, serve_until, stop_on_signals
from service.settings import HttpSettings

END_SECONDS = 80.0  # for the service, the worker and the queue, one after another
START_SECONDS = 120.0


@dataclass(frozen=True)
class Announcement:
    """What is said and opened once the service is ready, and whether a program hears it."""

    home: Path
    open_browser: bool
    exit_on_stdin_eof: bool
    language: str

    def say(self, url: str) -> None:
        """Print the ready line, for a person with what to do next; store the address."""
        address_file(self.home).write_text(f"{url}\n", encoding="utf-8")
        if not self.exit_on_stdin_eof:  # else a program has started it
            for line in _first_steps(self.home, url):
                sentence = render_typed(line, self.language)
                print(sentence, file=sys.stderr, flush=True)  # noqa: T201
        print(f"ready {url}", flush=True)  # noqa: T201


def run_service(
    settings: HttpSettings,
    listening: socket.socket,
    children: Sequence[ChildProcess],
    announcement: Announcement,
) -> None:
    """Serve on the open socket until SIGTERM or Ctrl-C, and keep the children running.

    Raises:
        UpError: the queue, the database or the worker cannot be used.
        ProcessSettingsError: nobody has said who may come in.

    """
    try:
        run_loop(_until_stopped(settings, listening, children, announcement))
    except DatabaseError as error:
        raise UpError(error.message) from error


async def _until_stopped(
    settings: HttpSettings,
    listening: socket.socket,
    children: Sequence[ChildProcess],
    announcement: Announcement,
) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop, END_SECONDS)
    if announcement.exit_on_stdin_eof:
        _stop_with_input(stop)
    keeping = [asyncio.create_task(child.keep_running()) for child in children]
    try:
        await _wait_for_queue(settings.process.redis_url)
        await _forget_workers(settings.process.redis_url)
        names = Names(await migrate(settings.process.database_url))
        await check_entrance(settings, stop)
        serving = asyncio.create_task(serve_until(settings, listening, stop))
        announcing = asyncio.create_task(
            _announce(settings.process.redis_url, names, address(listening), stop, announcement)
        )
        try:
            await asyncio.wait({serving, announcing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.set()
            await serving
            await announcing
    finally:
        await cancelled(keeping)


async def _wait_for_queue(url: str) -> None:
    async with asyncio_redis_client(url) as client:
        for _ in range(200):
            with contextlib.suppress(redis.exceptions.RedisError, OSError):
                await client.ping()
                return
            await asyncio.sleep(0.05)
    raise UpError(Message("local.queue-not-started", seconds=10))


async def _forget_workers(url: str) -> None:
    """Remove the heartbeats of workers from before this start: the queue is this folder's own.

    Should the new worker's be among them, its next one follows within seconds.
    """
    async with asyncio_redis_client(url) as client:
        for key in await client.keys(Names("*").key(WORKERS, "*")):
            await client.delete(key)


def _stop_with_input(stop: asyncio.Event) -> None:
    """Set ``stop`` once standard input has ended: nobody holds its other end any more."""
    loop = asyncio.get_running_loop()

    def look() -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            loop.remove_reader(sys.stdin.fileno())
            end_within(END_SECONDS)
            stop.set()

    loop.add_reader(sys.stdin.fileno(), look)


def _first_steps(home: Path, url: str) -> Iterator[Message]:
    """Where page, data and logs are, and what to do next; a program reads the ready line alone."""
    yield Message("local.up-page", url=url)
    yield Message("local.up-data", folder=str(home))
    yield Message("local.up-logs", folder=str(home / "log"))
    yield Message("local.up-next", url=url)


async def _announce(
    redis_url: str, names: Names, url: str, stop: asyncio.Event, announcement: Announcement
) -> None:
    """Say that the service is ready once a worker has sent a heartbeat."""
    async with asyncio_redis_client(redis_url) as client:
        for _ in range(int(START_SECONDS / 0.1)):
            if stop.is_set():
                return
            if await client.keys(names.key(WORKERS, "*")):
                break
            await asyncio.sleep(0.1)
        else:
            raise UpError(Message("local.worker-not-started"))
    announcement.say(url)
    if announcement.open_browser:
        await asyncio.to_thread(webbrowser.open, url)
    await stop.wait()
