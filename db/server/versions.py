"""Which migrations a database has been through, and which of them this version knows.

A newer version may have changed what a column means, so an older one leaves its database alone.
"""

import pkgutil
from collections.abc import Sequence
from functools import cache

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.config import AppConfig
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget, PlanStep

from db import migrations
from db.models import Outbox, Result, Run
from db.neurolearn import Submission
from db.queue.states import Status
from db.server.errors import DatabaseError, SchemaAhead, SchemaBehind, translate_errors
from db.server.statements import now_ms
from graphnet.messages import Message, every

APP = "sgn"
PARTS = "0003_deployable"  # since when a task may have parts
RESULTS = "0005_shared_table"  # since when NEURO-LEARN's rows hold extracts
CONFIG = AppConfig(models=["db.models"], default_connection="default", migrations="db.migrations")


@cache
def known_migrations() -> tuple[str, ...]:
    """The names of all migrations of this version, in order."""
    names = (module.name for module in pkgutil.iter_modules(migrations.__path__))
    return tuple(sorted(name for name in names if name[0].isdecimal()))


@translate_errors()
async def check_not_ahead() -> None:
    """Raise SchemaAhead if the database is of a newer version than this one."""
    newer = sorted(set(await _applied()) - set(known_migrations()))
    if newer:
        last = known_migrations()[-1]
        raise SchemaAhead(Message("database.newer", has=newer[-1], knows=last, to=last[:4]))


async def behind() -> bool:
    """Whether a migration of this version is still to be applied."""
    return bool(await _executor(get_connection("default")).plan())


async def apply(to: str = "") -> None:
    """Bring the database to the newest migration, or to the one that ``to`` begins the name of.

    Raises:
        SchemaAhead: it has migrations that this version does not know; nothing is done.
        DatabaseError: there is no such migration, or what is to be undone is in use.

    """
    await check_not_ahead()
    connection = get_connection("default")
    executor = _executor(connection)
    targets = [MigrationTarget(APP, _migration_named(to))] if to else None
    plan = await executor.plan(targets)
    if any(step.backward for step in plan):
        await _check_idle(connection)
        await _forget_parts(connection, plan)
        if _undoes(plan, RESULTS):
            await return_results(connection)
    if plan:
        await executor.migrate(targets)


async def _applied() -> list[str]:
    query = f"SELECT name FROM tortoise_migrations WHERE app = '{APP}'"  # noqa: S608 - a constant
    try:
        async with translate_errors():
            _, rows = await get_connection("default").execute_query(query)
    except SchemaBehind:  # nothing was ever migrated
        return []
    return [str(row["name"]) for row in rows]


def _migration_named(to: str) -> str:
    matching = [name for name in known_migrations() if name.startswith(to)]
    if len(matching) != 1:
        names = every(name[:4] for name in known_migrations())
        raise DatabaseError(Message("database.no-migration", asked=to[:40], names=names))
    return matching[0]


async def _check_idle(connection: BaseDBAsyncClient) -> None:
    """Whether a migration can be undone now. Raises DatabaseError."""
    if connection.capabilities.dialect == "sqlite":
        raise DatabaseError(Message("database.no-way-back-on-sqlite"))
    held = Run.filter(state=Status.RUNNING.value, lease_until__gt=await now_ms())
    # By its id alone: a column may be missing.
    running = await held.values_list("task_id", flat=True)
    if running:
        in_use = Message("database.in-use", count=len(running), task=str(running[0]))
        raise DatabaseError(in_use)


async def _forget_parts(connection: BaseDBAsyncClient, plan: Sequence[PlanStep]) -> None:
    """An older version would take parts for tasks; their tasks share them out again."""
    if _undoes(plan, PARTS):
        parts = Run.filter(part__gt=0).using_db(connection)
        ids = list(await parts.values_list("task_id", flat=True))
        if ids:
            await Outbox.filter(task_id__in=ids).using_db(connection).delete()
            await Run.filter(task_id__in=ids).using_db(connection).delete()


def _undoes(plan: Sequence[PlanStep], name: str) -> bool:
    return any(step.backward and step.migration.name == name for step in plan)


def _executor(connection: BaseDBAsyncClient) -> MigrationExecutor:
    return MigrationExecutor(connection, {APP: CONFIG.to_dict()})


AT_ONCE = 20  # results, of 100 kB each
WITH_RESULT = (Status.FINISHED.value, Status.CANCELLED.value)


async def return_results(connection: BaseDBAsyncClient) -> None:
    """Write whole results into NEURO-LEARN's rows, in the place of extracts.

    Not into a predecessor's, whose model was brought in.
    """
    ids = list(await Result.all().using_db(connection).values_list("task_id", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        ours = Run.filter(task_id__in=some, imported_at=0, state__in=WITH_RESULT)
        known = set(await ours.using_db(connection).values_list("task_id", flat=True))
        kept = Result.filter(task_id__in=some).using_db(connection)
        for row in await kept.values("task_id", "result"):
            if row["task_id"] in known:
                mine = Submission.filter(task_id=row["task_id"], task_status__in=WITH_RESULT)
                await mine.using_db(connection).update(task_result=row["result"])
