"""An older version of the service writes nothing into the database of a newer one."""

import time

from db.versions import check_known

FRESH_SECONDS = 1.0


class SchemaWatch:
    """Asks the database for its version before a request writes, once a second at most."""

    def __init__(self) -> None:
        self._asked = float("-inf")

    async def check(self) -> None:
        """Return if this version may write. Raises SchemaAhead, DatabaseUnavailable."""
        now = time.monotonic()
        if now - self._asked < FRESH_SECONDS:
            return
        await check_known()
        self._asked = now
