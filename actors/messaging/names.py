"""What an installation calls its keys and queues on Redis, which others may use too.

Every name has the installation's id, so that two databases on one Redis do not take each other's
messages. The id stands in the database, which may be away when a process starts.
"""

import time
from typing import Any

import redis
from dramatiq.brokers.redis import RedisBroker

from db.server.connection import installation_id
from db.server.errors import DatabaseUnavailable
from graphnet.messages import Message

PREFIX = "sgn"
QUEUES = "dramatiq"
UNKNOWN = Message("worker.database-not-seen")


class Names:
    """The names of one installation, known as soon as its database has answered once."""

    def __init__(self, installation: str = "") -> None:
        self._installation = installation

    @property
    def known(self) -> bool:
        """Whether the database has answered."""
        return bool(self._installation)

    @property
    def installation(self) -> str:
        """The installation's id. Raises DatabaseUnavailable as long as it is not known."""
        if not self._installation:
            raise DatabaseUnavailable(UNKNOWN)
        return self._installation

    @property
    def namespace(self) -> str:
        """What the keys of all queues begin with. Raises DatabaseUnavailable."""
        return f"{QUEUES}:{self.installation}"

    def key(self, *parts: str) -> str:
        """The key of something else that is kept. Raises DatabaseUnavailable."""
        return ":".join((PREFIX, self.installation, *parts))

    def probe(self, name: str) -> str:
        """The key by which it is tried whether Redis writes, also before the database answers."""
        return self.key(name) if self.known else f"{PREFIX}:{name}"

    async def learn(self) -> None:
        """Ask the database, if that has not been done. Raises DatabaseError."""
        if not self._installation:
            self._installation = await installation_id()


class NamedBroker(RedisBroker):
    """Made before the installation's id is known; what is sent until then is refused."""

    def __init__(self, *, names: Names, **settings: Any) -> None:
        self.names = names
        super().__init__(**settings)  # type: ignore[no-untyped-call]

    @property
    def namespace(self) -> str:
        """What the keys of its queues begin with. Raises DatabaseUnavailable."""
        return self.names.namespace

    @namespace.setter
    def namespace(self, given: str) -> None:
        """Dramatiq's own, which all installations would share, is not used."""


WHO = "who"
KEEP_SECONDS = 7 * 86_400
RECENT_SECONDS = 600.0


def sign_presence(client: redis.Redis, names: Names, address: str) -> None:
    """Say that a process of this installation has its database there. Raises redis.RedisError."""
    key = names.key(WHO)
    pipe = client.pipeline(transaction=False)
    pipe.hset(key, address, str(int(time.time())))
    pipe.expire(key, KEEP_SECONDS)
    pipe.execute()


def databases_by_installation(client: redis.Redis) -> dict[str, list[str]]:
    """The databases of which processes have signed lately, by the id of their installation.

    An installation none of which runs has none. Raises redis.RedisError.
    """
    since = time.time() - RECENT_SECONDS
    databases: dict[str, list[str]] = {}
    for key in client.scan_iter(f"{PREFIX}:*:{WHO}", count=1000):
        signs: Any = client.hgetall(key)
        recent = [address.decode() for address, at in signs.items() if int(at) >= since]
        databases[key.decode().split(":")[1]] = sorted(recent)
    return databases
