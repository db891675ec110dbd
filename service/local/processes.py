"""``sgn worker`` and ``sgn migrate``, with the settings that this installation needs."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable

from dramatiq import cli

from actors.log_context import check_installed, start_log
from actors.settings import JSON, ProcessSettings, ProcessSettingsError, read
from db.server.connection import migrate
from db.server.errors import DatabaseError, DatabaseRefuses, Refusal
from graphnet.messages import ENGLISH, Message, language_in
from service.local.typed import render_typed

ARGUMENTS = (
    "actors.worker:make_broker",
    "--processes=1",
    "--threads=1",
    # A running training hands its task back after the epoch it is in.
    "--worker-shutdown-timeout=30000",
)


def run_worker(language: str = "") -> int:
    """Be the worker's master until it is asked to end; the exit status.

    What is wrong with its settings is printed in ``language``, by default the environment's.
    """
    try:
        settings = ProcessSettings.from_environment(os.environ)
        if settings.traces:
            check_installed()
    except ProcessSettingsError as error:
        sentence = render_typed(error.message, language or language_in(os.environ))
        print(sentence, file=sys.stderr)  # noqa: T201
        return 1
    if settings.log_format == JSON:
        start_log(JSON)  # else Dramatiq sets up its own lines of text
    arguments = cli.make_argument_parser().parse_args(ARGUMENTS)  # type: ignore[no-untyped-call]
    return int(cli.main(arguments))  # type: ignore[no-untyped-call]


def _print_id(installation_id: str) -> None:
    print(Message("local.installation-id", id=installation_id), file=sys.stderr)  # noqa: T201


def run_migration(
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
        print(render_typed(_reason(error), language), file=sys.stderr)  # noqa: T201
        return 1
    if known_id:
        tell(known_id)
    return 0


def _reason(error: ProcessSettingsError | DatabaseError) -> Message:
    """What went wrong; which right is missing, as `sgn doctor` looks at another user's."""
    if isinstance(error, DatabaseRefuses) and error.refusal is Refusal.RIGHTS:
        return Message("local.lacks-right", said=error.said)
    return error.message


if __name__ == "__main__":
    sys.exit(run_worker())
