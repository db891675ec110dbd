"""Run the HTTP process on Hypercorn until it is asked to stop."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop
from hypercorn.asyncio import serve
from hypercorn.config import Config

from actors.log_context import start_log
from actors.settings import ProcessSettingsError
from actors.shutdown import cancelled, end_within, leave, step
from db import tokens
from db.server.connection import close_database, open_database
from db.server.errors import DatabaseError
from graphnet.messages import ENGLISH, Message, render
from registry import RegistryError
from service.app import create_app, load_handlers
from service.listening import ListeningError, address, listen
from service.settings import HttpSettings, is_loopback

T = TypeVar("T")
log = logging.getLogger(__name__)

COLLECT_AFTER = (20_000, 20, 50)  # objects, and rounds of the younger generations
LOOK_AGAIN_SECONDS = 2.0
GRACE_SECONDS = 3.0  # for answers that have begun
CLOSE_SECONDS = 10.0  # for what the service has open
END_SECONDS = 15.0  # for all of it


def run(language: str = ENGLISH) -> int:
    """``sgn serve``: settings from the environment; the exit status.

    What keeps it from starting is printed in ``language``.
    """
    try:
        settings = HttpSettings.from_environment(os.environ)
        start_log(settings.process.log_format)
        listening = listen(settings.host, settings.port)
    except (ProcessSettingsError, ListeningError) as error:
        print(render(error.message, language), file=sys.stderr)  # noqa: T201
        return 1
    return leave(run_loop(_until_signalled(settings, listening)))


def run_loop(main: Coroutine[Any, Any, T]) -> T:
    """Run on uvloop, which spends a third less on each request than asyncio's own loop.

    What was made until now stays for good, so the collector of garbage need not look at it again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    try:
        return runner.run(main)
    finally:
        # To close it waits for its threads without an end; those left are ``leave``'s matter.
        if runner.run(_quiet()):
            runner.close()


async def _quiet() -> bool:
    """Whether nothing goes on in this loop any more, nor in its threads."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    closing = asyncio.get_running_loop().shutdown_default_executor()
    return all(
        [
            await step("what still goes on", cancelled(others), GRACE_SECONDS),
            await step("what is still asked or written", closing, GRACE_SECONDS),
        ]
    )


async def serve_until(
    settings: HttpSettings, listening: socket.socket, stop: asyncio.Event
) -> None:
    """Serve on an open socket until ``stop`` is set."""
    config = Config()
    config.bind = [f"fd://{os.dup(listening.fileno())}"]  # Hypercorn closes what it is given
    config.include_server_header = False
    config.graceful_timeout = GRACE_SECONDS
    config.shutdown_timeout = CLOSE_SECONDS
    config.errorlog = logging.getLogger("hypercorn.error")
    app = create_app(settings, stop)
    loading = asyncio.create_task(asyncio.to_thread(_load))
    await serve(app, config, shutdown_trigger=stop.wait)  # type: ignore[arg-type]
    await cancelled([loading])


def _load() -> None:
    """Import what answers while the service already listens; it stays for good, too."""
    load_handlers()
    gc.freeze()


async def check_entrance(settings: HttpSettings, stop: asyncio.Event) -> None:
    """Say loudly who may come in without a token.

    Raises:
        ProcessSettingsError: nobody has said who may.

    """
    if is_loopback(settings.host) or settings.trusted or await _tokens_exist(settings, stop):
        return
    if not settings.anonymous:
        raise ProcessSettingsError(
            Message("settings.open-to-anyone", host=settings.host),
            remedy=Message("settings.restrict-access"),
        )
    log.warning(
        "ANYONE who reaches %s can use this service: SGN_ALLOW_ANONYMOUS=1 says so and no token "
        "was ever made",
        settings.host,
    )


async def _tokens_exist(settings: HttpSettings, stop: asyncio.Event) -> bool:
    """Ask the database, for as long as it does not answer; nothing is served meanwhile."""
    await open_database(settings.process.database_url)
    try:
        while not stop.is_set():
            try:
                return await tokens.exist()
            except DatabaseError as error:
                log.warning("nothing is served yet: %s", error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_AGAIN_SECONDS)
        return True
    finally:
        await close_database()


def stop_on_signals(stop: asyncio.Event, seconds: float) -> None:
    """Set ``stop`` on SIGTERM and Ctrl-C; this process then ends within so many seconds."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        if not stop.is_set():
            end_within(seconds)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)


async def _until_signalled(settings: HttpSettings, listening: socket.socket) -> int:
    stop = asyncio.Event()
    stop_on_signals(stop, END_SECONDS)
    log.info("listening on %s", address(listening))
    try:
        await check_entrance(settings, stop)
        await serve_until(settings, listening, stop)
    except (DatabaseError, RegistryError, ProcessSettingsError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0
