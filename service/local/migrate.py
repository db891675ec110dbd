"""``sgn migrate``: bring the service's own tables up to date."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable

from actors.settings import ProcessSettingsError, read
from db.connection import migrate
from db.errors import DatabaseError, DatabaseRefuses, Refusal
from graphnet.messages import Message


def _print_id(found: str) -> None:
    print(f"The installation's id is {found}.", file=sys.stderr)  # noqa: T201


def run(
    to: str = "", installation_id: str | None = None, tell: Callable[[str], None] = _print_id
) -> int:
    """Migrate the database that ``SGN_DATABASE_URL`` names; the exit status.

    ``installation_id`` is another id for the installation, a random one where it is empty. ``tell``
    hears the id that it has then.
    """
    # The driver warns of each table that is there already.
    logging.getLogger("asyncmy").setLevel(logging.ERROR)
    try:
        url = read(os.environ, "SGN_DATABASE_URL", str)
        found = asyncio.run(migrate(url, to, installation_id))
    except (ProcessSettingsError, DatabaseError) as error:
        print(_sentence(error), file=sys.stderr)  # noqa: T201
        return 1
    if found:
        tell(found)
    return 0


def _sentence(error: Exception) -> str:
    """What went wrong; which right is missing, as `sgn doctor` looks at another user's."""
    if isinstance(error, DatabaseRefuses) and error.refusal is Refusal.RIGHTS:
        return str(Message("local.lacks-right", said=error.said))
    return str(error)
