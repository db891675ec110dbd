"""``sgn token``: who may use the service. It works on the database itself."""

from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from service.cli.processes import FOLDER
from service.cli.terminal import Column, note, show_table
from service.home import database_url

T = TypeVar("T")
ROLES = ("read", "submit", "admin")

home_option = click.option(
    "--home",
    type=FOLDER,
    default=None,
    help="The folder of an 'sgn up'; without it, SGN_DATABASE_URL names the database.",
)


@click.group()
def token() -> None:
    """Make, list and revoke the tokens that let clients in."""


@token.command()
@click.option("--project", required=True, metavar="ID", help="The project; '*' for all of them.")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True)
@home_option
def new(*, project: str, role: str, days: int, home: Path | None) -> None:
    """Make a token and print it, this once.

    From the first token on, nobody comes in without one.
    """
    from db.tokens import Role, new_token  # noqa: PLC0415 - slow to import

    if not (0 < len(project) <= 32 and project.isprintable()):
        raise click.BadParameter(
            "a project's id has 1 to 32 printable characters", param_hint="--project"
        )
    text, record = _asked(home, new_token(project, Role(role), days=days))
    click.echo(text)
    note(f"Keep it: it is not shown again. {record.token_id} ends on {_day(record.expires_at)}.")


@token.command("list")
@home_option
def list_(*, home: Path | None) -> None:
    """List tokens without their secrets."""
    from db.tokens import list_tokens  # noqa: PLC0415 - slow to import

    found = _asked(home, list_tokens())
    if not found:
        note("There is no token: make one with 'sgn token new'.")
        return
    columns = [Column("Token", whole=True), Column("Project"), Column("Role")]
    columns += [
        Column("Made", whole=True),
        Column("Ends", whole=True),
        Column("Revoked", whole=True),
    ]
    show_table(
        columns,
        [
            (
                *(each.token_id, each.proj_id, each.role),
                *(_day(each.created_at), _day(each.expires_at), _day(each.revoked_at)),
            )
            for each in found
        ],
    )


@token.command()
@click.argument("token_id", metavar="TOKEN")
@home_option
def revoke(*, token_id: str, home: Path | None) -> None:
    """End a token now; TOKEN is its id, as 'sgn token list' shows it."""
    from db.tokens import revoke as end  # noqa: PLC0415 - slow to import

    if not _asked(home, end(token_id)):
        raise click.ClickException(f"There is no token {token_id} that could be revoked.")


def _asked(home: Path | None, query: Coroutine[Any, Any, T]) -> T:
    """Ask the database of a folder, made where it is absent, or the one in the environment."""
    import asyncio  # noqa: PLC0415 - slow to import
    import os  # noqa: PLC0415

    from actors.settings import SettingsError, read  # noqa: PLC0415
    from db.connection import close_database, migrate, open_database  # noqa: PLC0415
    from db.errors import DatabaseError  # noqa: PLC0415
    from db.versions import check_known  # noqa: PLC0415

    async def asked(url: str) -> T:
        if home is not None:
            await migrate(url)
        await open_database(url)
        try:
            await check_known()
            return await query
        finally:
            await close_database()

    try:
        if home is not None:
            home.mkdir(0o700, parents=True, exist_ok=True)
            return asyncio.run(asked(database_url(home)))
        return asyncio.run(asked(read(os.environ, "SGN_DATABASE_URL", str)))
    except (SettingsError, DatabaseError, OSError) as error:
        query.close()
        raise click.ClickException(str(error)) from error


def _day(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d}" if milliseconds else ""
