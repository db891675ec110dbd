"""A small S3-compatible storage of real HTTP that is full, forgetful or damaged as it is told."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ERROR = "<?xml version='1.0'?><Error><Code>{}</Code><Message>{}</Message></Error>"
SHA256 = "x-amz-checksum-sha256"


class StandIn(ThreadingHTTPServer):
    """``refuses`` is status and code of every PUT; ``sums`` what becomes of a SHA-256 that comes.

    That is "kept", "ignored" or "refused". With ``damages``, other bytes are given back; with
    ``garbles``, other bytes are kept.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.refuses: tuple[int, str] | None = None
        self.sums = "kept"
        self.damages = False
        self.garbles = False
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: StandIn
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["content-length"]))
        sum_ = self.headers.get(SHA256, "")
        self.server.asked.append(self.path)
        if self.server.refuses is not None:
            return self._error(*self.server.refuses)
        if sum_ and self.server.sums == "refused":
            return self._error(501, "NotImplemented")
        kept = content[:-1] + b"?" if self.server.garbles and b"probe" not in content else content
        sum_ = sum_ if self.server.sums == "kept" else ""
        self.server.objects[self.path] = kept, sum_
        self._answer(200, b"", ETag=f'"{hashlib.md5(kept).hexdigest()}"', **_sum(sum_))
        return None

    def do_GET(self) -> None:
        found = self.server.objects.get(self.path)
        if found is None:
            return self._error(404, "NoSuchKey")
        content, sum_ = found
        if self.server.damages:
            content = content[:-1] + bytes([content[-1] ^ 1])
        asked = self.headers.get("x-amz-checksum-mode") == "ENABLED"
        self._answer(200, content, **_sum(sum_ if asked else ""))
        return None

    def do_HEAD(self) -> None:
        bucket = self.path.strip("/").count("/") == 0
        self._answer(200 if bucket or self.path in self.server.objects else 404, b"")

    def do_DELETE(self) -> None:
        self.server.objects.pop(self.path, None)
        self._answer(204, b"")

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def _error(self, status: int, code: str) -> None:
        self._answer(status, ERROR.format(code, "No.").encode(), **{"content-type": "text/xml"})

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _sum(text: str) -> dict[str, str]:
    return {SHA256: text} if text else {}


def sha256_text(content: bytes) -> str:
    """As S3 writes it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """One that answers until the block ends."""
    with StandIn() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
