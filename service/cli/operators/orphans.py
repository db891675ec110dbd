"""``sgn tasks end-orphans``: unfinished tasks of this service's predecessor become Failed."""

from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from graphnet.messages import Message
from graphnet.names import status_name
from service.cli.base.commands import command, option
from service.cli.base.language import Failure, failure_of, words
from service.cli.base.options import example, json_option
from service.cli.display.terminal import STATUS_STYLES, Column, note, show_json, show_table
from service.cli.operators.token import home_option
from service.local.home import database_file, database_url

if TYPE_CHECKING:
    from db.submissions.orphans import Orphan

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
    url = _database(home)
    orphans = [orphan for orphan in _all(url) if _is_selected(orphan, proj, days)]
    if not as_json:
        _show(orphans)
    if orphans and not dry_run and not as_json and not yes:
        click.confirm(words(Message("cli.mark-failed", count=len(orphans))), abort=True, err=True)
        yes = True
    ended = _ended(url, orphans) if orphans and yes and not dry_run else set()
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


def _show(orphans: Sequence["Orphan"]) -> None:
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


def _all(url: str) -> list["Orphan"]:
    from db.submissions.orphans import find_orphans  # noqa: PLC0415 - slow to import

    return _run(url, find_orphans())


def _ended(url: str, orphans: Sequence["Orphan"]) -> set[str]:
    """End them; the ids of those that were still unfinished."""
    from db.submissions.orphans import end_orphan  # noqa: PLC0415 - slow to import

    async def end_all() -> set[str]:
        return {orphan.task_id for orphan in orphans if await end_orphan(orphan)}

    return _run(url, end_all())


def _database(home: Path | None) -> str:
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


def _run(url: str, query: Coroutine[Any, Any, T]) -> T:
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
