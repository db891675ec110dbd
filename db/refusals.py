"""How a database says that it answers and does not write: each server has words of its own."""

import errno
import re
import sqlite3
from enum import Enum


class Refusal(Enum):
    """Why a database does not write; ``str`` is a sentence for whoever waits."""

    READ_ONLY = "The database is read-only."
    FULL = "The database is full: it has no room for what is to be written."
    FILES = "The database cannot use its own files: check their disk and permissions."
    RIGHTS = "The database user lacks a right: `sgn doctor` names it."

    def __str__(self) -> str:
        return self.value


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
