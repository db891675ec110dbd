"""``sgn migrate``: bring the service's own tables up to date."""

import asyncio
import os
import sys

from actors.settings import SettingsError, read
from db.connection import migrate
from db.errors import DatabaseError


def run(to: str = "") -> int:
    """Migrate the database that ``SGN_DATABASE_URL`` names; the exit status."""
    try:
        asyncio.run(migrate(read(os.environ, "SGN_DATABASE_URL", str), to))
    except (SettingsError, DatabaseError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0
