"""``sgn tasks end-orphans``: end what the predecessor left unfinished; it works on the database."""

from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from service.cli.options import example, json_option
from service.cli.terminal import STATUS_STYLES, Column, note, show_json, show_table
from service.cli.token import home_option
from service.local.home import database_file, database_url

if TYPE_CHECKING:
    from db.orphans import Orphan

T = TypeVar("T")


@click.command(
    "end-orphans", epilog=example("sgn tasks end-orphans --home ./sgn-home --older-than 30")
)
@click.option("--proj", metavar="ID", default="", help="Only this project's.")
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(0, 36_500),
    default=None,
    metavar="DAYS",
    help="Only tasks submitted at least so many days ago, by the time in their id.",
)
@click.option("--dry-run", is_flag=True, help="Only list them.")
@click.option("--yes", is_flag=True, help="End them without asking, for a script.")
@json_option
@home_option
def end_orphans(
    *, proj: str, days: int | None, dry_run: bool, yes: bool, as_json: bool, home: Path | None
) -> None:
    """End tasks of this service's predecessor that are Submitted or Running for ever.

    Nobody trains them: they have no run of this service. They are listed first; then, once
    confirmed, each is written as Failed with a sentence that says so. With --json nobody is
    asked, so nothing is ended without --yes. Rows of other services are never touched.
    """
    url = _database(home)
    found = [each for each in _all(url) if _wanted(each, proj, days)]
    if not as_json:
        _show(found)
    if found and not dry_run and not as_json and not yes:
        click.confirm(f"Mark {_counted(found)} as Failed?", abort=True, err=True)
        yes = True
    ended = _ended(url, found) if found and yes and not dry_run else set()
    if as_json:
        show_json({"tasks": [{**vars(each), "ended": each.task_id in ended} for each in found]})
    elif ended or (found and yes and not dry_run):
        note(f"{len(ended)} ended, {len(found) - len(ended)} unchanged.")


def _wanted(each: "Orphan", proj: str, days: int | None) -> bool:
    if proj and each.proj_id != proj:
        return False
    return days is None or (each.age_days is not None and each.age_days >= days)


def _show(found: Sequence["Orphan"]) -> None:
    if not found:
        note("The predecessor left no unfinished tasks.")
        return
    columns = [
        *(Column("Task", whole=True), Column("Status", whole=True, styles=STATUS_STYLES)),
        *(Column("Days", right=True, whole=True), Column("Project", whole=True)),
        Column("Name"),
    ]
    rows = [
        (each.task_id, each.task_status, _age(each), each.proj_id, each.task_name) for each in found
    ]
    show_table(columns, rows)


def _age(each: "Orphan") -> str:
    return "" if each.age_days is None else f"{each.age_days:.0f}"


def _counted(found: Sequence["Orphan"]) -> str:
    return "this task" if len(found) == 1 else f"these {len(found)} tasks"


def _all(url: str) -> list["Orphan"]:
    from db.orphans import find_orphans  # noqa: PLC0415 - slow to import

    return _asked(url, find_orphans())


def _ended(url: str, found: Sequence["Orphan"]) -> set[str]:
    """The ids of those that are ended now."""
    from db.orphans import end_orphan  # noqa: PLC0415 - slow to import

    async def each_ended() -> set[str]:
        return {each.task_id for each in found if await end_orphan(each)}

    return _asked(url, each_ended())


def _database(home: Path | None) -> str:
    """The database of a folder, or the one in the environment."""
    import os  # noqa: PLC0415 - slow to import

    from actors.settings import ProcessSettingsError, read  # noqa: PLC0415

    if home is not None:
        if not database_file(home).is_file():
            raise click.ClickException(f"{home} is not the folder of an 'sgn up'.")
        return database_url(home)
    try:
        return read(os.environ, "SGN_DATABASE_URL", str)
    except ProcessSettingsError as error:
        raise click.ClickException(str(error)) from error


def _asked(url: str, query: Coroutine[Any, Any, T]) -> T:
    import asyncio  # noqa: PLC0415 - slow to import

    from db.connection import check_schema, close_database, open_database  # noqa: PLC0415
    from db.errors import DatabaseError  # noqa: PLC0415

    async def asked() -> T:
        await open_database(url)
        try:
            await check_schema()
            return await query
        finally:
            await close_database()

    try:
        return asyncio.run(asked())
    except (DatabaseError, OSError) as error:
        query.close()
        raise click.ClickException(str(error)) from error
