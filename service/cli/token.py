"""``sgn token``: who may use the service; works directly on the database."""

from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from graphnet.messages import Message
from service.cli.commands import group, option
from service.cli.options import example, json_option
from service.cli.processes import FOLDER
from service.cli.terminal import (
    Column,
    Failure,
    failure_of,
    note,
    show_json,
    show_table,
    wrong_value,
)
from service.environment import database_url

if TYPE_CHECKING:
    from db.tokens import TokenRecord

T = TypeVar("T")
ROLES = ("read", "submit", "admin")

home_option = option(
    "--home",
    type=FOLDER,
    metavar="DIR",
    default=None,
    help="help.option-home",
)


@group(epilog=example("sgn token new --project PROJ1 --role submit"), help="help.command-token")
def token() -> None:
    """Create, list and revoke access tokens."""


@token.command(
    epilog=example("sgn token new --project PROJ1 --role submit --days 30"),
    help="help.command-token-new",
)
@option("--project", required=True, metavar="ID", help="help.option-project")
@option("--role", type=click.Choice(ROLES), required=True, help="help.option-role")
@option(
    "--days",
    type=click.IntRange(1, 3650),
    default=365,
    show_default=True,
    metavar="N",
    help="help.option-days",
)
@home_option
@json_option
def new(*, project: str, role: str, days: int, home: Path | None, as_json: bool) -> None:
    """Create a token and print it; it is never shown again."""
    from db.tokens import Role, new_token  # noqa: PLC0415 - slow to import

    if not (0 < len(project) <= 32 and project.isprintable()):
        raise wrong_value("--project", Message("cli.project-id-invalid"))
    text, record = _run(home, new_token(project, Role(role), days=days))
    if as_json:
        show_json({"token": text, **_facts(record)})
        return
    click.echo(text)
    note(Message("cli.keep-token", token=record.token_id, day=_day(record.expires_at)))


@token.command(
    "list", epilog=example("sgn token list --home ./sgn-home"), help="help.command-token-list"
)
@home_option
@json_option
def list_(*, home: Path | None, as_json: bool) -> None:
    """List tokens without their secrets."""
    from db.tokens import list_tokens  # noqa: PLC0415 - slow to import

    tokens = _run(home, list_tokens())
    if as_json:
        show_json([_facts(record) for record in tokens])
        return
    if not tokens:
        note(Message("cli.no-tokens"))
        return
    columns = [
        *(Column(Message("cli.token"), whole=True), Column(Message("cli.project"))),
        *(Column(Message("cli.role")), Column(Message("cli.created"), whole=True)),
        Column(Message("cli.expires"), whole=True),
        Column(Message("cli.revoked"), whole=True),
    ]
    show_table(
        columns,
        [
            (
                *(record.token_id, record.proj_id, record.role),
                *(_day(record.created_at), _day(record.expires_at), _day(record.revoked_at)),
            )
            for record in tokens
        ],
    )


@token.command(
    epilog=example("sgn token revoke 0123456789abcdef"), help="help.command-token-revoke"
)
@click.argument("token_id", metavar="TOKEN")
@home_option
@json_option
def revoke(*, token_id: str, home: Path | None, as_json: bool) -> None:
    """Revoke a token now; TOKEN is its id, as 'sgn token list' shows it."""
    from db.tokens import revoke as end  # noqa: PLC0415 - slow to import

    if not _run(home, end(token_id)):
        raise Failure(Message("cli.no-such-token", token=token_id))
    if as_json:
        show_json({"token_id": token_id, "revoked": True})


def _facts(record: "TokenRecord") -> dict[str, Any]:
    """A token without its secret; times as ISO 8601 in UTC."""
    return {
        "token_id": record.token_id,
        "proj_id": record.proj_id,
        "role": record.role.value,
        "created_at": _instant(record.created_at),
        "expires_at": _instant(record.expires_at),
        "revoked_at": _instant(record.revoked_at),
    }


def _run(home: Path | None, query: Coroutine[Any, Any, T]) -> T:
    """Run a query on the database of a folder, created if absent, or of the environment."""
    import asyncio  # noqa: PLC0415 - slow to import
    import os  # noqa: PLC0415

    from actors.settings import ProcessSettingsError, read  # noqa: PLC0415
    from db.server.connection import close_database, migrate, open_database  # noqa: PLC0415
    from db.server.errors import DatabaseError  # noqa: PLC0415
    from db.server.versions import check_not_ahead  # noqa: PLC0415

    async def opened(url: str) -> T:
        if home is not None:
            await migrate(url)
        await open_database(url)
        try:
            await check_not_ahead()
            return await query
        finally:
            await close_database()

    try:
        if home is not None:
            home.mkdir(0o700, parents=True, exist_ok=True)
            return asyncio.run(opened(database_url(home)))
        return asyncio.run(opened(read(os.environ, "SGN_DATABASE_URL", str)))
    except (ProcessSettingsError, DatabaseError, OSError) as error:
        query.close()
        raise failure_of(error) from error


def _instant(milliseconds: int) -> str | None:
    if not milliseconds:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")


def _day(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d}" if milliseconds else ""
