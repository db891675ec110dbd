"""A web hook: a task that has ended is told to the operator's address, once or more.

What is told holds nothing of subjects or results: the task, its status, when it ended, its page.
Which tasks were told stands on Redis. If that loses everything, tasks that ended before are not
told any more. A service that dies while it tells may tell the same again: the task and its status
are then the same, too.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import ssl
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Self

import httpx
from redis.asyncio import Redis
from redis.exceptions import RedisError

from actors.redis_connection import Names
from db.queue.queue_state import EndedTask, ended_since
from db.server.errors import DatabaseError
from db.server.statements import now_ms
from service.settings import WebhookSettings

log = logging.getLogger(__name__)

SIGNATURE = "x-sgn-signature"
EVENT = "task.ended"
ROUND_SECONDS = 3.0
ANSWER_SECONDS = 10.0
CLAIM_MS = 30_000  # longer than an answer may take
# A transaction that ends a task may be seen later than another that began after it.
OVERLAP_MS = 60_000
PAUSES = (10, 60, 300, 1800, 7200)  # seconds after the first failure, the second, …
AT_A_TIME = 4
# Addresses of the outside by which a gateway reaches those of the inside.
TRANSLATED = tuple(IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16"))


class WebhookError(Exception):
    """Why something could not be told."""


def body_of(task: EndedTask, public_url: str) -> bytes:
    """What is told of a task, as JSON; nothing of its subjects or its result."""
    content = {
        "event": EVENT,
        "task_id": task.task_id,
        "task_status": task.status,
        "finished_at": task.finished_at,
        "page": f"{public_url}/tasks/{task.task_id}",
    }
    return json.dumps(content).encode()


def signature(secret: str, at: int, body: bytes) -> str:
    """The header that proves who told it and when (``at``: seconds since 1970)."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={signed.hexdigest()}"


def is_public(address: str) -> bool:
    """Whether an address is of the open Internet, and not of this machine or network."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif any(ip in net for net in TRANSLATED):
            return False
    return ip.is_global and not ip.is_multicast


class Webhook:
    """Tells of tasks that end from its first round on; ``public_url`` is where the pages are."""

    def __init__(
        self, settings: WebhookSettings, redis: Redis, names: Names, public_url: str
    ) -> None:
        self._settings = settings
        self._redis = redis
        self._names = names
        self._public_url = public_url
        self._http = httpx.AsyncClient(
            # Without proxies of the environment, which would look the host up once more.
            trust_env=False,
            verify=_context(settings),
            follow_redirects=False,
            timeout=ANSWER_SECONDS,
        )

    async def run(self) -> None:
        """Tell until cancelled; while database or Redis are away, what ends meanwhile waits."""
        async with self._http:
            while True:
                try:
                    await self.tell()
                except (DatabaseError, RedisError) as error:
                    log.warning("the web hook waits: %s", error)
                except Exception:
                    log.exception("the web hook failed and goes on")
                await asyncio.sleep(ROUND_SECONDS)

    async def tell(self) -> None:
        """One round: tell what has ended and was not told, and what is due again."""
        since = await self._since()
        stored: Any = await self._redis.zrange(self._key("told"), 0, -1)
        told = {task_id.decode() for task_id in stored}
        tries = await self._tries()
        ended = [task for task in await ended_since(since) if task.task_id not in told]
        new = [_Tries(task) for task in ended if task.task_id not in tries]
        due = new + [waiting for waiting in tries.values() if waiting.due_at <= time.time()]
        for start in range(0, len(due), AT_A_TIME):
            await asyncio.gather(*map(self._tell_one, due[start : start + AT_A_TIME]))
        await self._advance(since, [tried.task for tried in new])

    def _key(self, *parts: str) -> str:
        return self._names.key("webhook", *parts)

    async def _since(self) -> int:
        """When the oldest task ended that may still have to be told: ms since 1970."""
        key = self._key("since")
        stored: Any = await self._redis.get(key)
        if stored is None:
            await self._redis.set(key, await now_ms(), nx=True)
            stored = await self._redis.get(key)
        return int(stored)

    async def _advance(self, since: int, new: Sequence[EndedTask]) -> None:
        """Forget what need not be looked at again, unless another process is just telling it."""
        tries = await self._tries()
        left = [
            task.finished_at
            for task in new
            if task.task_id not in tries and not await self._is_told(task.task_id)
        ]
        later = min([*left, await now_ms() - OVERLAP_MS])
        if later > since:
            await self._redis.set(self._key("since"), later)
            await self._redis.zremrangebyscore(self._key("told"), "-inf", f"({later}")

    async def _is_told(self, task_id: str) -> bool:
        return await self._redis.zscore(self._key("told"), task_id) is not None

    async def _tries(self) -> dict[str, "_Tries"]:
        """What was told in vain, by task."""
        stored: Any = await self._redis.hgetall(self._key("tries"))
        read = [_Tries.from_json(text) for text in stored.values()]
        return {tries.task.task_id: tries for tries in read}

    async def _tell_one(self, tries: "_Tries") -> None:
        task, claim = tries.task, self._key("claim", tries.task.task_id)
        if not await self._redis.set(claim, "1", nx=True, px=CLAIM_MS):
            return  # another process is at it
        if not await self._is_told(task.task_id):
            await self._try(tries)
        await self._redis.delete(claim)

    async def _try(self, tries: "_Tries") -> None:
        task, about = tries.task, {"task_id": tries.task.task_id}
        try:
            await self._post(body_of(task, self._public_url))
        except WebhookError as error:
            if tries.number < len(PAUSES):
                pause = PAUSES[tries.number]
                again = _Tries(task, tries.number + 1, time.time() + pause)
                await self._redis.hset(self._key("tries"), task.task_id, again.as_json())
                log.warning(
                    "task %s: the web hook is tried again in %d s: %s",
                    task.task_id, pause, error, extra=about,
                )  # fmt: skip
                return
            log.error(  # noqa: TRY400 - the reason is the sentence
                "task %s: the web hook is given up after %d tries: %s",
                task.task_id, tries.number + 1, error, extra=about,
            )  # fmt: skip
        else:
            log.info("task %s: told by web hook: %s", task.task_id, task.status, extra=about)
        await self._redis.zadd(self._key("told"), {task.task_id: task.finished_at})
        await self._redis.hdel(self._key("tries"), task.task_id)

    async def _post(self, body: bytes) -> None:
        """Send it to the address that was looked at. Raises WebhookError."""
        url = httpx.URL(self._settings.url)
        address = await self._address(url)
        headers = {
            "content-type": "application/json",
            "host": url.netloc.decode(),
            "user-agent": "nld-sgn",
            SIGNATURE: signature(self._settings.secret, int(time.time()), body),
        }
        try:
            # Not by name again, which could lead elsewhere by now. The certificate is the name's.
            async with (
                asyncio.timeout(ANSWER_SECONDS),
                self._http.stream(
                    "POST",
                    url.copy_with(host=address),
                    content=body,
                    headers=headers,
                    extensions={"sni_hostname": url.host},
                ) as reply,
            ):
                status = reply.status_code
        except (httpx.HTTPError, TimeoutError) as error:
            raise WebhookError(_reason(error)) from error
        if not httpx.codes.is_success(status):
            raise WebhookError(f"{self._settings.host} answers {status}")

    async def _address(self, url: httpx.URL) -> str:
        """An address of the host; none of the own network where the host is not listed."""
        port = url.port or (443 if url.scheme == "https" else 80)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                records = await loop.getaddrinfo(url.host, port, proto=6)
        except (OSError, TimeoutError) as error:
            raise WebhookError(f"{url.host} is not found: {error}") from error
        addresses = [str(record[4][0]) for record in records]
        private = [address for address in addresses if not is_public(address)]
        if private and not self._settings.is_trusted:
            raise WebhookError(
                f"{url.host} is {private[0]}, which is not public, and"
                " SGN_WEBHOOK_HOSTS does not list it"
            )
        return addresses[0]


def _reason(error: httpx.HTTPError | TimeoutError) -> str:
    """What went wrong, and which setting helps where a certificate is not believed."""
    said = str(error) or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return f"{said}; SGN_WEBHOOK_AUTHORITIES names the certificates of another authority"
    return said


def _context(settings: WebhookSettings) -> ssl.SSLContext:
    """Checks certificates by the public authorities and by the operator's own."""
    context = httpx.create_ssl_context()
    if settings.authorities:
        context.load_verify_locations(cafile=settings.authorities)
    return context


@dataclass(frozen=True)
class _Tries:
    """A task, how often it was told in vain, and when it is due again (seconds since 1970)."""

    task: EndedTask
    number: int = 0
    due_at: float = 0.0

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, stored: bytes) -> Self:
        content = json.loads(stored)
        return cls(EndedTask(**content["task"]), content["number"], content["due_at"])
