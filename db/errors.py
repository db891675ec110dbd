"""What a caller of the database must know of; a driver's own error never gets past this room."""

import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from prometheus_client import Counter
from tortoise.exceptions import BaseORMException, DBConnectionError, IntegrityError

from db.refusals import Refusal, refusal_of

log = logging.getLogger(__name__)

ERRORS = Counter("sgn_database_errors", "Statements that failed, each try.", registry=None)

# Too many connections (of all, of a user, within an hour), lock wait timeout, server shutting
# down, cannot connect, gone away, lost while asking.
MYSQL_PASSING = {1040, 1053, 1203, 1205, 1226, 2002, 2003, 2006, 2013, 2014, 2055}
POSTGRES_LOCK_TIMEOUT = "55P03"
MYSQL_PACKET_TOO_LARGE = 1153
MYSQL_DEADLOCK = 1213
POSTGRES_DEADLOCK = {"40001", "40P01"}
MYSQL_NOT_LET_IN = {1044, 1045, 1049, 1698}
# What the drivers raise on a connection that the server has ended.
CUT = ("Transport does not expose socket instance", "the handler is closed")
CONNECTION_LOST = {"InterfaceError", "InternalClientError"}


class DatabaseError(Exception):
    """The root of this room's errors: one sentence without SQL and without a password."""


class DatabaseUnavailable(DatabaseError):
    """The database does not answer now; the same call may go through later."""


class DatabaseRefuses(DatabaseUnavailable):
    """The database answers and does not write; ``refusal`` says why, the sentence too.

    Somebody can lift it (a server made writable, room on its disk, a right granted), so it is
    waited out as one that is away.
    """

    def __init__(self, refusal: Refusal, said: str = "") -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
        self.said = said  # the server's own words, with names of users and tables: for operators


class Deadlock(DatabaseUnavailable):
    """The server undid a transaction that stood in another's way; see ``db.transactions``."""


class SchemaBehind(DatabaseError):
    """A table that this version needs is missing or older."""


class SchemaAhead(DatabaseError):
    """The database is of a newer version of this service, so this one leaves it alone."""


class ModelRemoved(DatabaseError):
    """A task's model was cleaned away, in milliseconds since 1970."""

    def __init__(self, task_id: str, removed_at: int) -> None:
        day = datetime.fromtimestamp(removed_at / 1000, UTC)
        super().__init__(f"The model of the task {task_id} was cleaned away on {day:%Y-%m-%d}.")


class NameTaken(DatabaseError):
    """A dataset of that name is there already."""


class KeyUsed(DatabaseError):
    """A post has used this Idempotency-Key before."""


class CursorUnknown(DatabaseError):
    """A page was asked for by a cursor that no page has given."""


class ContentTooLarge(DatabaseError):
    """The database server is set to take less than this in one statement."""


@contextlib.asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Turn what the ORM and the drivers raise into this room's errors.

    Integrity errors pass: the query that can violate a constraint knows what it means.
    """
    try:
        yield
    except IntegrityError:
        raise
    except (BaseORMException, OSError, TimeoutError, sqlite3.Error) as error:
        raise _translate(error) from error
    except Exception as error:
        drivers = type(error).__module__.partition(".")[0] in {"asyncpg", "asyncmy"}
        if not drivers and not _is_cut(error):
            raise
        raise _translate(error) from error


def _translate(error: Exception) -> DatabaseError:
    ERRORS.inc()
    if _code(error) == MYSQL_PACKET_TOO_LARGE:
        return ContentTooLarge(
            "The database server takes less in one statement than this; its max_allowed_packet "
            "must be raised."
        )
    if _is_not_let_in(error):
        return DatabaseUnavailable(
            "The database server refuses the user, the password or the database name in "
            "SGN_DATABASE_URL."
        )
    cause = _cause(error)
    refusal = refusal_of(cause)
    if refusal is not None:
        return DatabaseRefuses(refusal, str(cause.args[-1]) if cause.args else "")
    if _is_deadlock(error):
        return Deadlock("The database is busy with the same rows; try again in a second.")
    return _away_or_behind(error) or _unknown(error)


def _away_or_behind(error: Exception) -> DatabaseError | None:
    if isinstance(error, DBConnectionError | OSError | TimeoutError) or _may_pass(error):
        return DatabaseUnavailable("The database does not answer.")
    if _is_missing_table(error):
        return SchemaBehind("A table is missing or older than this version; run `sgn migrate`.")
    return None


def _unknown(error: Exception) -> DatabaseError:
    log.error("the database refused a statement", exc_info=error)
    return DatabaseError("The database refused a statement.")


def _is_deadlock(error: Exception) -> bool:
    return _code(error) == MYSQL_DEADLOCK or _state(error) in POSTGRES_DEADLOCK


def _is_cut(error: Exception) -> bool:
    """Whether a connection was cut while it was being made, which no driver expects."""
    return isinstance(error, RuntimeError) and any(words in str(error) for words in CUT)


def _may_pass(error: Exception) -> bool:
    cause = _cause(error)
    if _is_cut(error) or isinstance(cause, OSError) or type(cause).__name__ in CONNECTION_LOST:
        return True
    if isinstance(cause, sqlite3.OperationalError):
        return any(word in str(cause) for word in ("locked", "busy"))
    if _state(error) == POSTGRES_LOCK_TIMEOUT or _code(error) in MYSQL_PASSING:
        return True
    return _state(error).startswith(("08", "40", "53", "57"))


def _is_not_let_in(error: Exception) -> bool:
    return _code(error) in MYSQL_NOT_LET_IN or _state(error).startswith(("28", "3D"))


def _is_missing_table(error: Exception) -> bool:
    cause = _cause(error)
    missing = ("no such table", "no such column", "has no column named")
    return (
        _code(error) in {1054, 1146}
        or _state(error) in {"42P01", "42703"}
        or any(words in str(cause) for words in missing)
    )


def _code(error: Exception) -> Any:
    """The number that MariaDB and MySQL give an error."""
    cause = _cause(error)
    return cause.args[0] if cause.args else None


def _state(error: Exception) -> str:
    """The five characters that PostgreSQL gives an error."""
    return str(getattr(_cause(error), "sqlstate", "") or "")


def _cause(error: Exception) -> Exception:
    """The driver's own error, which the ORM wraps, or replaces where it cannot connect."""
    replaced = isinstance(error, DBConnectionError)
    inner = error.__context__ if replaced else next(iter(error.args), None)
    return inner if isinstance(inner, Exception) else error
