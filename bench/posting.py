"""A client that posts on many connections at once and takes little of the machine."""

import asyncio
import itertools
import multiprocessing
import time

import uvloop


def posted(urls: list[str], body: bytes, connections: int, seconds: float) -> dict[str, float]:
    """What a client process of its own measures, over the addresses in turn."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        times, spent = pool.apply(_client, (urls, body, connections, seconds))
    ordered = sorted(times)
    return {
        "posts_per_second": round(len(times) / spent, 1),
        "p50_ms": round(1000 * ordered[len(ordered) // 2], 2),
        "p99_ms": round(1000 * ordered[int(len(ordered) * 0.99)], 2),
    }


def _client(
    urls: list[str], body: bytes, connections: int, seconds: float
) -> tuple[list[float], float]:
    return uvloop.run(_all(urls, body, connections, seconds))


async def _all(
    urls: list[str], body: bytes, connections: int, seconds: float
) -> tuple[list[float], float]:
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    places = [url.removeprefix("http://").split(":") for url in urls]
    chosen = list(itertools.islice(itertools.cycle(places), connections))
    posters = [_Poster(host, int(port), body, began + seconds) for host, port in chosen]
    for each in posters:
        await each.connect(loop)
    await asyncio.gather(*(each.done for each in posters))
    return [each for poster in posters for each in poster.times], time.perf_counter() - began


class _Poster(asyncio.Protocol):
    """One post after another's answer, on one connection as long as it is kept."""

    def __init__(self, host: str, port: int, body: bytes, until: float) -> None:
        self._place = (host, port)
        head = f"POST /api/v0/new_task HTTP/1.1\r\nhost: {host}\r\ncontent-length: {len(body)}"
        self._request = head.encode() + b"\r\n\r\n" + body
        self._until = until
        self._answer = b""
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None
        self.times: list[float] = []
        self.done = asyncio.get_running_loop().create_future()

    async def connect(self, loop: asyncio.AbstractEventLoop) -> None:
        await loop.create_connection(lambda: self, *self._place)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # what a TCP connection has
        self._post()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, content = self._answer.partition(b"\r\n\r\n")
        if not found:
            return
        head = head.lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(content) < length:
            return
        if b'"error_num":0' not in content.replace(b" ", b""):
            self.done.set_exception(RuntimeError(content.decode()))
            return
        self.times.append(time.perf_counter() - self._sent)
        self._answer = b""
        if time.perf_counter() >= self._until:
            self.done.set_result(None)
        elif b"connection: close" not in head:
            self._post()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            loop = asyncio.get_running_loop()
            self._again = loop.create_task(self.connect(loop))

    def _post(self) -> None:
        assert self._transport is not None
        self._sent = time.perf_counter()
        self._transport.write(self._request)
