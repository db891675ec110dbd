"""``sgn migrate``: bring the service's own tables up to date."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable

from actors.settings import ProcessSettingsError, read
from db.server.connection import migrate
from db.server.errors import DatabaseError, DatabaseRefuses, Refusal
from graphnet.messages import ENGLISH, Message, render


def _print_id(installation_id: str) -> None:
    print(Message("local.installation-id", id=installation_id), file=sys.stderr)  # noqa: T201


def run(
    to: str = "",
    installation_id: str | None = None,
    tell: Callable[[str], None] = _print_id,
    language: str = ENGLISH,
) -> int:
    """Migrate the database that ``SGN_DATABASE_URL`` names; the exit status.

    ``installation_id`` is another id for the installation, a random one where it is empty. ``tell``
    hears the id that it has then. What goes wrong is printed in ``language``.
    """
    # The driver warns of each table that is there already.
    logging.getLogger("asyncmy").setLevel(logging.ERROR)
    try:
        url = read(os.environ, "SGN_DATABASE_URL", str)
        known_id = asyncio.run(migrate(url, to, installation_id))
    except (ProcessSettingsError, DatabaseError) as error:
        print(render(_reason(error), language), file=sys.stderr)  # noqa: T201
        return 1
    if known_id:
        tell(known_id)
    return 0


def _reason(error: ProcessSettingsError | DatabaseError) -> Message:
    """What went wrong; which right is missing, as `sgn doctor` looks at another user's."""
    if isinstance(error, DatabaseRefuses) and error.refusal is Refusal.RIGHTS:
        return Message("local.lacks-right", said=error.said)
    return error.message
