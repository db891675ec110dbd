"""How a database says that it answers and does not write: each server has words of its own."""

import contextlib
import errno
import logging
import re
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from prometheus_client import Counter
from tortoise.exceptions import BaseORMException, DBConnectionError, IntegrityError

from graphnet.messages import Message


class Refusal(Enum):
    """Why a database does not write; the value is the code of a message, ``str`` its sentence."""

    READ_ONLY = "database.read-only"
    FULL = "database.full"
    FILES = "database.files"
    RIGHTS = "database.rights"

    def __str__(self) -> str:
        return str(Message(self.value))


# 1036: a table's files are read-only. 1290: an option (it is named in the text). 1792: the
# transaction. 1836: the server. 1874: InnoDB. 1881: InnoDB is being recovered.
MYSQL_READ_ONLY = {1036, 1792, 1836, 1874, 1881}
MYSQL_OPTION = 1290
READ_ONLY_OPTION = re.compile(r"read[-_]only")
MYSQL_FULL = {20, 1021, 1114}
# 1, 3: a file cannot be made, be written. 1023 to 1026: closed, read, renamed, written. 1030: the
# storage engine's own number. 1180: as a transaction was to be committed.
MYSQL_FILES = {1, 3, 1023, 1024, 1025, 1026, 1030, 1180}
MYSQL_RIGHTS = {1142, 1143, 1227}
# As in "(Errcode: 28 "No space left on device")" and "Got error 28 from storage engine".
SYSTEM_ERROR = re.compile(r"(?:Errcode:|[Ee]rror) (\d+)")
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
POSTGRES = {
    "25006": Refusal.READ_ONLY,
    "42501": Refusal.RIGHTS,
    "53100": Refusal.FULL,
    "58030": Refusal.FILES,
    "58P01": Refusal.FILES,
}
SQLITE = {
    sqlite3.SQLITE_READONLY: Refusal.READ_ONLY,
    sqlite3.SQLITE_FULL: Refusal.FULL,
    sqlite3.SQLITE_IOERR: Refusal.FILES,
    sqlite3.SQLITE_CANTOPEN: Refusal.FILES,
    sqlite3.SQLITE_PERM: Refusal.FILES,
}
PRIMARY = 0xFF  # what is above it says more of an SQLite error


def refusal_of(cause: Exception) -> Refusal | None:
    """Why a driver's own error says that nothing is written; None where it says something else."""
    if isinstance(cause, sqlite3.Error):
        return SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & PRIMARY)
    if type(cause).__module__.partition(".")[0] == "asyncmy":
        return _on_mysql(cause.args[0] if cause.args else None, str(cause))
    return POSTGRES.get(str(getattr(cause, "sqlstate", "")))


def _on_mysql(number: object, text: str) -> Refusal | None:
    if number in MYSQL_READ_ONLY or (number == MYSQL_OPTION and READ_ONLY_OPTION.search(text)):
        return Refusal.READ_ONLY
    if number in MYSQL_FULL:
        return Refusal.FULL
    if number in MYSQL_RIGHTS:
        return Refusal.RIGHTS
    if number in MYSQL_FILES:
        return _of_files(text)
    return None


def _of_files(text: str) -> Refusal | None:
    """By the operating system's number; an engine's own, such as 126, say other things."""
    said = SYSTEM_ERROR.search(text)
    number = int(said[1]) if said else 0
    if number in NO_ROOM:
        return Refusal.FULL
    if number == errno.EROFS:
        return Refusal.READ_ONLY
    return Refusal.FILES if number in {errno.EIO, errno.EACCES, errno.EPERM} else None


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
    """The root of this room's errors: one message without SQL and without a password."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message)

    def __str__(self) -> str:
        """The message in English."""
        return str(self.message)


class DatabaseUnavailable(DatabaseError):
    """The database does not answer now; the same call may go through later."""


class DatabaseRefuses(DatabaseUnavailable):
    """The database answers and does not write; ``refusal`` says why, the sentence too.

    Somebody can lift it (a server made writable, room on its disk, a right granted), so it is
    waited out as one that is away.
    """

    def __init__(self, refusal: Refusal, said: str = "") -> None:
        super().__init__(Message(refusal.value))
        self.refusal = refusal
        self.said = said  # the server's own words, with names of users and tables: for operators


class Deadlock(DatabaseUnavailable):
    """The server undid a transaction that stood in another's way; see ``transactions``."""


class SchemaBehind(DatabaseError):
    """A table that this version needs is missing or older."""


class SchemaAhead(DatabaseError):
    """The database is of a newer version of this service, so this one leaves it alone."""


class ModelRemoved(DatabaseError):
    """A task's model was cleaned away, in milliseconds since 1970."""

    def __init__(self, task_id: str, removed_at: int) -> None:
        day = datetime.fromtimestamp(removed_at / 1000, UTC)
        super().__init__(Message("database.model-removed", task=task_id, day=f"{day:%Y-%m-%d}"))


class NameTaken(DatabaseError):
    """A dataset of that name is there already."""


class KeyUsed(DatabaseError):
    """A post has used this Idempotency-Key before."""


class CursorUnknown(DatabaseError):
    """A page was asked for by a cursor that no page has given."""


class ContentTooLarge(DatabaseError):
    """The database server is set to take less than this in one statement."""


@contextlib.asynccontextmanager
async def translate_errors() -> AsyncIterator[None]:
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
        return ContentTooLarge(Message("database.statement-too-large"))
    if _is_not_let_in(error):
        return DatabaseUnavailable(Message("database.not-let-in"))
    cause = _cause(error)
    refusal = refusal_of(cause)
    if refusal is not None:
        return DatabaseRefuses(refusal, str(cause.args[-1]) if cause.args else "")
    if _is_deadlock(error):
        return Deadlock(Message("database.deadlock"))
    return _away_or_behind(error) or _unknown(error)


def _away_or_behind(error: Exception) -> DatabaseError | None:
    if isinstance(error, DBConnectionError | OSError | TimeoutError) or _may_pass(error):
        return DatabaseUnavailable(Message("database.silent"))
    if _is_missing_table(error):
        return SchemaBehind(Message("database.behind"))
    return None


def _unknown(error: Exception) -> DatabaseError:
    log.error("the database refused a statement", exc_info=error)
    return DatabaseError(Message("database.refused"))


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
