"""Rows of one table written by one statement.

The ORM makes an object of every row and looks at each of its fields; for the rows of a new task
that was a tenth of what a post costs.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model


async def insert(
    connection: BaseDBAsyncClient, model: type[Model], rows: Sequence[dict[str, Any]]
) -> None:
    """Write rows by column; one that a row does not name takes its field's default.

    Raises:
        IntegrityError: one of them is there already; within a transaction, none is then written.
        ValidationError: a value that its column cannot hold.

    """
    if not rows:
        return
    if connection.capabilities.dialect == "sqlite":
        _check(model, rows)
    defaults = _defaults(model)
    values = [list((defaults | row).values()) for row in rows]
    await connection.execute_many(_statement(model, connection.capabilities.dialect), values)


def _check(model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """What other databases do themselves: SQLite holds no text to the length of its column."""
    fields = model._meta.fields_map  # noqa: SLF001 - the ORM's documented place for them
    for row in rows:
        for name, value in row.items():
            fields[name].validate(value)


@cache
def _defaults(model: type[Model]) -> dict[str, Any]:
    """Every column that the database does not fill itself, in order."""
    fields = model._meta.fields_map.items()  # noqa: SLF001
    return {name: field.default for name, field in fields if not field.generated}


@cache
def _statement(model: type[Model], dialect: str) -> str:
    columns = list(_defaults(model))
    places = {
        "mysql": ["%s"] * len(columns),
        "postgres": [f"${number}" for number, _ in enumerate(columns, 1)],
        "sqlite": ["?"] * len(columns),
    }[dialect]
    table = model._meta.db_table  # noqa: SLF001
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(places)})"  # noqa: S608
