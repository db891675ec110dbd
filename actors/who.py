"""Which installations use a Redis: each keeps a sign there, for whoever looks for a mix-up."""

import time
from typing import Any

import redis

from actors.names import PREFIX, Names

WHO = "who"
KEEP_SECONDS = 7 * 86_400
RECENT_SECONDS = 600.0


def sign(client: redis.Redis, names: Names, address: str) -> None:
    """Say that a process of this installation has its database there. Raises redis.RedisError."""
    key = names.key(WHO)
    pipe = client.pipeline(transaction=False)
    pipe.hset(key, address, str(int(time.time())))
    pipe.expire(key, KEEP_SECONDS)
    pipe.execute()


def signed(client: redis.Redis) -> dict[str, list[str]]:
    """The databases of which processes have signed lately, by the id of their installation.

    An installation none of which runs has none. Raises redis.RedisError.
    """
    since = time.time() - RECENT_SECONDS
    found: dict[str, list[str]] = {}
    for key in client.scan_iter(f"{PREFIX}:*:{WHO}", count=1000):
        signs: Any = client.hgetall(key)
        recent = [address.decode() for address, at in signs.items() if int(at) >= since]
        found[key.decode().split(":")[1]] = sorted(recent)
    return found
