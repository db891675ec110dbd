"""``sgn migrate``: bring the service's own tables up to date."""

import asyncio
import os
import sys

from actors.settings import SettingsError, read
from db.connection import migrate
from db.errors import DatabaseError


def run(to: str = "", installation_id: str | None = None) -> int:
    """Migrate the database that ``SGN_DATABASE_URL`` names; the exit status.

    ``installation_id`` is another id for the installation, a random one where it is empty.
    """
    try:
        url = read(os.environ, "SGN_DATABASE_URL", str)
        found = asyncio.run(migrate(url, to, installation_id))
    except (SettingsError, DatabaseError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    if found:
        print(f"The installation's id is {found}.", file=sys.stderr)  # noqa: T201
    return 0
