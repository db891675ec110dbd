"""A TCP proxy in front of a server, which can cut, delay, fall silent, answer 500, or be full."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

CHUNK = 65_536
ANSWER_500 = (
    b"HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/plain\r\n"
    b"content-length: 5\r\nconnection: close\r\n\r\nfault"
)
# As MinIO says it, and SeaweedFS in other words; reading goes on.
FULL = b"<Error><Code>XMinioStorageFull</Code><Message>fault</Message></Error>"
ANSWER_FULL = (
    b"HTTP/1.1 507 Insufficient Storage\r\ncontent-type: application/xml\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(FULL), FULL)
)
WRITING = (b"PUT ", b"POST ")


@dataclass
class Proxy:
    """``mode`` is pass, cut, delay, silent, 500 or full; what is in flight as it changes is cut.

    ``full`` is for HTTP, where each request begins what is read at once.
    """

    port: int
    upstream: tuple[str, int]
    mode: str = "pass"
    delay: float = 1.0
    passed: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _served: set["asyncio.Task[None]"] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop | None = None

    def fault(self, mode: str) -> None:
        """Change the mode now; open connections end, unless they are only to be delayed."""
        self.mode = mode
        if mode not in ("pass", "delay") and self._loop is not None:
            self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for writer in list(self._writers):
            if writer.transport is not None:
                writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        served = asyncio.current_task()
        assert served is not None
        self._served.add(served)
        try:
            if self.mode == "cut":
                return
            if self.mode == "500":
                await reader.read(CHUNK)
                writer.write(ANSWER_500)
                await writer.drain()
                return
            if self.mode == "silent":
                await reader.read()  # until the client, or the end of the fault, ends it
                return
            await self._forward(reader, writer)
        except OSError:
            return
        finally:
            self._writers.discard(writer)
            self._served.discard(served)
            writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self.upstream)
        self._writers.add(back)
        pipes = [self._requests(reader, back, writer), self._pipe(there, writer)]
        tasks = [asyncio.create_task(pipe) for pipe in pipes]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            self._writers.discard(back)
            back.close()

    async def _requests(
        self,
        reader: asyncio.StreamReader,
        back: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
    ) -> None:
        """From the client to the server, unless it is to be written and there is no room."""
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if self.mode == "full" and data.startswith(WRITING):
                    writer.write(ANSWER_FULL)
                    await writer.drain()
                    return
                if self.mode == "delay":
                    await asyncio.sleep(self.delay)
                back.write(data)
                await back.drain()
                self.passed += len(data)

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if self.mode == "delay":
                    await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()
                self.passed += len(data)

    async def _run(self, started: threading.Event, stop: asyncio.Event) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        started.set()
        await stop.wait()
        server.close()
        self.mode = "cut"
        self._cut()
        if self._served:
            await asyncio.wait(self._served, timeout=5)


@contextlib.contextmanager
def proxy(port: int, upstream: tuple[str, int]) -> Iterator[Proxy]:
    """A proxy that listens on ``port`` until the block ends."""
    made, started, stop = Proxy(port, upstream), threading.Event(), asyncio.Event()
    thread = threading.Thread(target=lambda: asyncio.run(made._run(started, stop)), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield made
    finally:
        assert made._loop is not None
        made._loop.call_soon_threadsafe(stop.set)
        thread.join(10)
