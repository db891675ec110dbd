"""What a process of either kind shows Prometheus, and the text in which it does."""

import logging
import socket
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from socketserver import TCPServer

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.registry import Collector

from db.server.errors import ERRORS as DATABASE_ERRORS
from graphnet.messages import Message
from registry.store import ERRORS as STORAGE_ERRORS

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def make_registry(*collectors: Collector) -> CollectorRegistry:
    """What both kinds of process show, and what one of them adds."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    build = Info("sgn_build", "The version that runs.", registry=None)
    build.info({"version": metadata.version("nld-sgn")})
    for collector in (build, DATABASE_ERRORS, STORAGE_ERRORS, *collectors):
        registry.register(collector)
    ProcessCollector(registry=registry)
    return registry


def render_metrics(registry: CollectorRegistry) -> bytes:
    """All of it, as a scrape gets it."""
    return generate_latest(registry)


log = logging.getLogger(__name__)

SILENT_SECONDS = 10.0  # then a client that says nothing is cut off
PLAIN = "text/plain; charset=utf-8"
Answer = tuple[HTTPStatus, str, bytes]


class Listener:
    """Answers ``/metrics`` with what ``scrape`` gives, and ``/healthz`` by ``fault``.

    ``fault`` says what is wrong with the process, None where nothing is. Programs ask here, so the
    answer is in English.
    """

    def __init__(
        self, host: str, port: int, scrape: Callable[[], bytes], fault: Callable[[], Message | None]
    ) -> None:
        def metrics() -> Answer:
            return HTTPStatus.OK, CONTENT_TYPE, scrape()

        def healthz() -> Answer:
            wrong = fault()
            if wrong is None:
                return HTTPStatus.OK, PLAIN, b"ok\n"
            return HTTPStatus.SERVICE_UNAVAILABLE, PLAIN, f"{wrong}\n".encode()

        self._server = _Server((host, port), {"/metrics": metrics, "/healthz": healthz})
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="metrics", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def start_listener(
    host: str, port: int, scrape: Callable[[], bytes], fault: Callable[[], Message | None]
) -> Listener | None:
    """A listener; None for port 0, or where it cannot listen, as the log then says.

    A process that trains or serves does not end because it cannot be monitored.
    """
    if not port:
        return None
    try:
        listener = Listener(host, port, scrape, fault)
    except OSError as error:
        log.warning(
            "there are no metrics at SGN_METRICS_HOST %s, SGN_METRICS_PORT %d: %s",
            host, port, error.strerror or error,
        )  # fmt: skip
        return None
    log.info("metrics at http://%s:%d/metrics", f"[{host}]" if ":" in host else host, port)
    return listener


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], answers: Mapping[str, Callable[[], Answer]]
    ) -> None:
        self.answers = answers
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without asking the name service for our own name, which may take seconds."""
        TCPServer.server_bind(self)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        """Note that a client has left in the middle, as probes do."""
        log.debug("%s has left", client_address)


def _nothing() -> Answer:
    return HTTPStatus.NOT_FOUND, PLAIN, f"{Message('worker.listener-paths')}\n".encode()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = SILENT_SECONDS

    def do_GET(self) -> None:
        answer = self.server.answers.get(self.path.partition("?")[0], _nothing)
        try:
            self._send(*answer())
        except ConnectionError:
            return  # whoever asked has left
        except Exception:
            log.exception("%s could not be answered", self.path)
            failed = f"{Message('worker.see-log')}\n".encode()
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, PLAIN, failed)

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "sgn"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        log.debug(format, *args)
