"""``sgn clean`` and ``sgn tasks end-orphans``: what nobody needs any more, removed or ended."""

from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from graphnet.messages import Message
from graphnet.names import status_name
from service.cli.commands import command, option
from service.cli.options import example, json_option
from service.cli.terminal import (
    STATUS_STYLES,
    Column,
    Failure,
    chosen_language,
    failure_of,
    note,
    show_json,
    show_table,
    words,
)
from service.cli.token import home_option
from service.environment import database_file, database_url, home_variables

if TYPE_CHECKING:
    from db.submissions.predecessor import Orphan
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
    return home_variables(home, environment)


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


T = TypeVar("T")


@command(
    "end-orphans",
    epilog=example("sgn tasks end-orphans --home ./sgn-home --older-than 30"),
    help="help.command-tasks-end-orphans",
)
@option("--proj", metavar="ID", default="", help="help.option-proj")
@option(
    "--older-than",
    "days",
    type=click.IntRange(0, 36_500),
    default=None,
    metavar="DAYS",
    help="help.option-older-than",
)
@option("--dry-run", is_flag=True, help="help.option-dry-run")
@option("--yes", is_flag=True, help="help.option-end-orphans-yes")
@json_option
@home_option
def end_orphans(
    *, proj: str, days: int | None, dry_run: bool, yes: bool, as_json: bool, home: Path | None
) -> None:
    """End tasks of this service's predecessor that are Submitted or Running for ever."""
    url = _database_of(home)
    orphans = [orphan for orphan in _orphans(url) if _is_selected(orphan, proj, days)]
    if not as_json:
        _show_orphans(orphans)
    if orphans and not dry_run and not as_json and not yes:
        click.confirm(words(Message("cli.mark-failed", count=len(orphans))), abort=True, err=True)
        yes = True
    ended = _ended_orphans(url, orphans) if orphans and yes and not dry_run else set()
    if as_json:
        show_json(
            {"tasks": [{**vars(orphan), "ended": orphan.task_id in ended} for orphan in orphans]}
        )
    elif ended or (orphans and yes and not dry_run):
        unchanged = len(orphans) - len(ended)
        note(Message("cli.orphans-ended", ended=str(len(ended)), unchanged=str(unchanged)))


def _is_selected(orphan: "Orphan", proj: str, days: int | None) -> bool:
    if proj and orphan.proj_id != proj:
        return False
    return days is None or (orphan.age_days is not None and orphan.age_days >= days)


def _show_orphans(orphans: Sequence["Orphan"]) -> None:
    if not orphans:
        note(Message("cli.no-orphans"))
        return
    columns = [
        Column(Message("cli.task"), whole=True),
        Column(Message("cli.status"), whole=True, styles=STATUS_STYLES),
        Column(Message("cli.days"), right=True, whole=True),
        Column(Message("cli.project"), whole=True),
        Column(Message("cli.name")),
    ]
    rows = [
        (task.task_id, status_name(task.task_status), _age(task), task.proj_id, task.task_name)
        for task in orphans
    ]
    show_table(columns, rows)


def _age(orphan: "Orphan") -> str:
    return "" if orphan.age_days is None else f"{orphan.age_days:.0f}"


def _orphans(url: str) -> list["Orphan"]:
    from db.submissions.predecessor import find_orphans  # noqa: PLC0415 - slow to import

    return _in_database(url, find_orphans())


def _ended_orphans(url: str, orphans: Sequence["Orphan"]) -> set[str]:
    """End them; the ids of those that were still unfinished."""
    from db.submissions.predecessor import end_orphan  # noqa: PLC0415 - slow to import

    async def end_all() -> set[str]:
        return {orphan.task_id for orphan in orphans if await end_orphan(orphan)}

    return _in_database(url, end_all())


def _database_of(home: Path | None) -> str:
    """The database of a folder, or the one in the environment."""
    import os  # noqa: PLC0415 - slow to import

    from actors.settings import ProcessSettingsError, read  # noqa: PLC0415

    if home is not None:
        if not database_file(home).is_file():
            raise Failure(Message("cli.not-a-home", folder=str(home)))
        return database_url(home)
    try:
        return read(os.environ, "SGN_DATABASE_URL", str)
    except ProcessSettingsError as error:
        raise failure_of(error) from error


def _in_database(url: str, query: Coroutine[Any, Any, T]) -> T:
    import asyncio  # noqa: PLC0415 - slow to import

    from db.server.connection import check_schema, close_database, open_database  # noqa: PLC0415
    from db.server.errors import DatabaseError  # noqa: PLC0415

    async def opened() -> T:
        await open_database(url)
        try:
            await check_schema()
            return await query
        finally:
            await close_database()

    try:
        return asyncio.run(opened())
    except (DatabaseError, OSError) as error:
        query.close()
        raise failure_of(error) from error
