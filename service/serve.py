"""Run the HTTP process on Hypercorn until it is asked to stop."""

import asyncio
import logging
import os
import signal
import socket
import sys

from hypercorn.asyncio import serve
from hypercorn.config import Config

from actors.settings import SettingsError
from registry import RegistryError
from service.app import create_app
from service.settings import Settings, is_loopback

log = logging.getLogger(__name__)

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
BACKLOG = 1024


def run() -> int:
    """``sgn serve``: settings from the environment; the exit status."""
    start_log()
    try:
        settings = Settings.from_environment(os.environ)
        listening = listen(settings.host, settings.port)
    except (SettingsError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return asyncio.run(_until_signalled(settings, listening))


def start_log() -> None:
    """Log to stderr."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError in one sentence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise OSError(
            f"The service cannot listen on {host}:{port}: {error.strerror or error}; choose "
            "another port or end what uses it."
        ) from error


def address(listening: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve_until(settings: Settings, listening: socket.socket, stop: asyncio.Event) -> None:
    """Serve on an open socket until ``stop`` is set."""
    if not is_loopback(settings.host):
        log.warning(
            "ANYONE who reaches %s can use this service: no token is asked for", settings.host
        )
    config = Config()
    config.bind = [f"fd://{os.dup(listening.fileno())}"]  # Hypercorn closes what it is given
    config.include_server_header = False
    config.errorlog = logging.getLogger("hypercorn.error")
    await serve(create_app(settings), config, shutdown_trigger=stop.wait)  # type: ignore[arg-type]


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set ``stop`` on SIGTERM and Ctrl-C."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


async def _until_signalled(settings: Settings, listening: socket.socket) -> int:
    stop = asyncio.Event()
    stop_on_signals(stop)
    log.info("listening on %s", address(listening))
    try:
        await serve_until(settings, listening, stop)
    except RegistryError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0
