"""A client that posts on many connections at once, by bare streams: little of the machine."""

import asyncio
import itertools
import multiprocessing
import time


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
    return asyncio.run(_all(urls, body, connections, seconds))


async def _all(
    urls: list[str], body: bytes, connections: int, seconds: float
) -> tuple[list[float], float]:
    began = time.perf_counter()
    places = [url.removeprefix("http://").split(":") for url in urls]
    chosen = itertools.islice(itertools.cycle(places), connections)
    found = await asyncio.gather(
        *(_one(host, int(port), body, began + seconds) for host, port in chosen)
    )
    return [each for times in found for each in times], time.perf_counter() - began


async def _one(host: str, port: int, body: bytes, until: float) -> list[float]:
    """One post after another's answer, on one connection as long as it is kept."""
    reader, writer = await asyncio.open_connection(host, port)
    head = f"POST /api/v0/new_task HTTP/1.1\r\nhost: {host}\r\ncontent-length: {len(body)}\r\n\r\n"
    times = []
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length:")[2].split(b"\r\n")[0])
        content = await reader.readexactly(length)
        if b'"error_num":0' not in content.replace(b" ", b""):
            raise RuntimeError(content.decode())
        times.append(time.perf_counter() - began)
        if b"connection: close" in answer:
            writer.close()
            reader, writer = await asyncio.open_connection(host, port)
    writer.close()
    return times
