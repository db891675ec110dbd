"""What an installation calls its keys and queues on Redis, which others may use too.

Every name has the installation's id, so that two databases on one Redis do not take each other's
messages. The id stands in the database, which may be away when a process starts.
"""

from db.errors import DatabaseUnavailable
from db.installation import installation_id

PREFIX = "sgn"
QUEUES = "dramatiq"
UNKNOWN = "The database has not answered since this process started."


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
