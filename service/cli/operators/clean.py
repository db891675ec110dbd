"""``sgn clean``: remove old models, directly in the database and the registry."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graphnet.messages import Message
from service.cli.base.commands import command, option
from service.cli.base.language import Failure, chosen_language, failure_of
from service.cli.base.options import example, json_option
from service.cli.display.terminal import Column, note, show_json, show_table
from service.cli.operators.token import home_option
from service.local.home import database_file, variables

if TYPE_CHECKING:
    from service.stores.cleaning import Item

WHAT = {
    "model": Message("stored.model"),
    "checkpoints": Message("cleaning.checkpoints"),
    "spool": Message("cleaning.spool"),
}


@command(
    epilog=example("sgn clean --home ./sgn-home --models-older-than 365 --yes"),
    help="help.command-clean",
)
@option(
    "--models-older-than",
    "days",
    type=click.IntRange(0, 36_500),
    default=None,
    metavar="DAYS",
    help="help.option-models-older-than",
)
@option(
    "--unknown",
    is_flag=True,
    help="help.option-unknown",
)
@option("--yes", is_flag=True, help="help.option-clean-yes")
@json_option
@home_option
def clean(*, days: int | None, unknown: bool, yes: bool, as_json: bool, home: Path | None) -> int:
    """Remove old models, and stored objects that belong to no task."""
    import asyncio  # noqa: PLC0415 - slow to import
    import os  # noqa: PLC0415

    from actors.settings import ProcessSettingsError  # noqa: PLC0415
    from db.server.errors import DatabaseError  # noqa: PLC0415
    from registry import RegistryError  # noqa: PLC0415
    from service.stores.cleaning import CleaningError  # noqa: PLC0415

    try:
        items = asyncio.run(
            _cleaned(variables_of(home, os.environ), days, unknown=unknown, yes=yes)
        )
    except (ProcessSettingsError, DatabaseError, RegistryError, CleaningError, OSError) as error:
        raise failure_of(error) from error
    if as_json:
        language = chosen_language()
        show_json({"done": yes, "items": [item.as_dict(language) for item in items]})
    else:
        _show(items, done=yes)
    return 1 if any(item.failed for item in items) else 0


def variables_of(home: Path | None, environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment's variables, or those that ``sgn up`` gives its processes in ``home``."""
    if home is None:
        return environment
    if not database_file(home).is_file():
        raise Failure(Message("cli.not-a-home", folder=str(home)))
    return variables(home, environment)


async def _cleaned(
    variables: Mapping[str, str], days: int | None, *, unknown: bool, yes: bool
) -> list["Item"]:
    """Everything stored, and whether it is or was removed."""
    from actors import settings  # noqa: PLC0415 - slow to import
    from actors.settings import read  # noqa: PLC0415
    from db.server.connection import check_schema, close_database, open_database  # noqa: PLC0415
    from registry import CHECKPOINTS, MODELS, open_store  # noqa: PLC0415
    from service.stores.cleaning import Cleaning  # noqa: PLC0415

    registry = read(variables, "SGN_REGISTRY_URL", str)
    endpoint = read(variables, "SGN_S3_ENDPOINT_URL", str, "") or None
    models, checkpoints = (
        open_store(registry, endpoint_url=endpoint, folder=folder)
        for folder in (MODELS, CHECKPOINTS)
    )
    spool = read(variables, "SGN_SPOOL", Path, settings.spool_of(registry))
    await open_database(read(variables, "SGN_DATABASE_URL", str))
    try:
        await check_schema()
        cleaning = Cleaning(models, checkpoints, spool, days, unknown=unknown)
        items = await cleaning.plan()
        return [await cleaning.carry_out(item) if yes and item.goes else item for item in items]
    finally:
        await close_database()


def _show(items: list["Item"], *, done: bool) -> None:
    titles = {True: Message("cleaning.remove"), False: Message("cleaning.keep")}
    columns = [
        *(Column(""), Column(Message("cleaning.what"))),
        *(Column(Message("cli.task"), whole=True), Column(Message("cli.why"))),
    ]
    listed = sorted(items, key=lambda item: (not item.goes, item.what, item.task_id))
    show_table(
        columns,
        [(titles[item.goes], WHAT[item.what], item.task_id, item.why) for item in listed],
    )
    going = sum(item.goes for item in items)
    counts = {"going": going, "kept": len(items) - going}
    note(Message("cleaning.removed", **counts) if done else Message("cleaning.planned", **counts))
