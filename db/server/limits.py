"""What this database takes: which characters in a column, how many bytes in a statement.

NEURO-LEARN's tables have the character set that their database had. MySQL's ``latin1`` is
Windows-1252; its ``utf8`` and ``utf8mb3`` end at U+FFFF. Without strict mode it writes ``?`` for
what it does not have, so it is looked at before, once per connection pool.

MariaDB and MySQL take ``max_allowed_packet`` bytes in one statement. A longer one breaks the
connection, which looks as if the server were away; so what may be long is measured before it is
sent. Reading has no such bound.
"""

import asyncio
import codecs
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection

from db.server.errors import ContentTooLarge, DatabaseError, translate_errors
from graphnet.messages import Message

ALL = {"", "utf8mb4", "utf16", "utf16le", "utf32", "binary", "sql_ascii"}
UP_TO_FFFF = {"utf8", "utf8mb3", "ucs2"}
LAST_OF_THREE_BYTES = 0xFFFF
# Where Python's name is another: of MySQL and MariaDB, then of PostgreSQL, whose Latin-1 is one.
CODECS = {
    "latin1": "cp1252", "latin2": "iso8859-2", "latin5": "iso8859-9", "latin7": "iso8859-13",
    "greek": "iso8859-7", "hebrew": "iso8859-8", "ujis": "euc_jp", "eucjpms": "euc_jp",
    "sjis": "shift_jis", "koi8r": "koi8_r", "koi8u": "koi8_u", "tis620": "tis_620",
    "LATIN1": "latin-1", "win1250": "cp1250", "win1251": "cp1251", "win1252": "cp1252",
    "euc_cn": "gb2312", "euc_tw": "big5",
}  # fmt: skip
SUBMISSIONS, DATASETS = "backend_submissions", "backend_datasets"
RUNS, MAPPINGS = "sgn_runs", "sgn_mappings"

ON_MYSQL = (
    "SELECT TABLE_NAME AS of_table, COLUMN_NAME AS of_column, CHARACTER_SET_NAME AS charset "
    "FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() "
    "AND CHARACTER_SET_NAME IS NOT NULL"
)
ON_POSTGRES = "SELECT current_setting('server_encoding') AS charset"
STATEMENT_BYTES = 4096
ESCAPED = "\"'\\\0\n\r\x1a"
MEGABYTE = 1_000_000
STEP = 1 << 20  # the server's setting is mostly given in these


@dataclass(frozen=True)
class Charset:
    """A character set by its server's name; one without a name takes everything."""

    name: str = ""

    def refused(self, text: str) -> str:
        """The first character that it does not have; "" if it has all."""
        return (
            "" if text.isascii() else next((letter for letter in text if not self._has(letter)), "")
        )

    def fitted(self, text: str) -> str:
        r"""The text with ``\\u8111`` in the place of what it does not have."""
        if not self.refused(text):
            return text
        return "".join(
            letter if self._has(letter) else letter.encode("ascii", "backslashreplace").decode()
            for letter in text
        )

    @cached_property
    def _key(self) -> str:
        return self.name.lower()

    @cached_property
    def _codec(self) -> codecs.CodecInfo | None:
        try:
            return codecs.lookup(CODECS.get(self.name) or CODECS.get(self._key, self._key))
        except LookupError:
            return None  # the server says so itself when it is written

    def _has(self, letter: str) -> bool:
        if letter.isascii():
            return True
        if "\ud800" <= letter <= "\udfff":  # half of a pair, which comes in by JSON's escapes
            return False
        if self._key in ALL:
            return True
        if self._key in UP_TO_FFFF:
            return ord(letter) <= LAST_OF_THREE_BYTES
        try:
            return self._codec is None or bool(self._codec.encode(letter))
        except UnicodeEncodeError:
            return False


@dataclass(frozen=True)
class Charsets:
    """Of each column by table and name; ``connection`` is that of the URL, where it says one."""

    columns: Mapping[tuple[str, str], Charset] = field(default_factory=dict)
    connection: Charset = field(default_factory=Charset)

    def of(self, table: str, column: str) -> tuple[Charset, ...]:
        """Those through which a text goes that is written there."""
        return self.columns.get((table, column), Charset()), self.connection

    def fitted(self, table: str, column: str, text: str) -> str:
        r"""The text as this column can hold it, with escapes such as ``\\u8111``."""
        for charset in self.of(table, column):
            text = charset.fitted(text)
        return text


_KNOWN: WeakKeyDictionary[BaseDBAsyncClient, Charsets] = WeakKeyDictionary()


@translate_errors()
async def charsets() -> Charsets:
    """Those of the database that is open. Raises DatabaseError."""
    connection = get_connection("default")
    if connection not in _KNOWN:
        _KNOWN[connection] = await _read(connection)
    return _KNOWN[connection]


async def unstorable_of_task(texts: Mapping[str, str]) -> list[tuple[str, Message]]:
    """Fields of a task (``task_name``, ``proj_id``) that the database cannot hold, and why."""
    return await _unstorable((SUBMISSIONS, RUNS), texts)


async def unstorable_of_dataset(texts: Mapping[str, str]) -> list[tuple[str, Message]]:
    """The same of a dataset (``data_name``, ``proj_id``, ``user_id``, ``hdfs_path``)."""
    return await _unstorable((DATASETS, MAPPINGS), texts)


async def storable(table: str, column: str, texts: Iterable[str]) -> list[str]:
    """Those of these texts that a column can hold: MariaDB refuses to look for another there."""
    wanted = list(texts)
    if all(text.isascii() for text in wanted):
        return wanted
    through = (await charsets()).of(table, column)
    return [text for text in wanted if not any(column.refused(text) for column in through)]


async def fitted_error(sentence: str) -> str:
    """Why a task failed, as ``sgn_runs.error`` holds it."""
    if sentence.isascii():
        return sentence
    return (await charsets()).fitted(RUNS, "error", sentence)


async def check_charset() -> Message | None:
    """A notice where NEURO-LEARN's tables do not take every character; None where they do."""
    known = await charsets()
    names = {
        charset.name
        for (table, _), charset in known.columns.items()
        if table in (SUBMISSIONS, DATASETS) and charset.name.lower() not in ALL
    }
    return Message("database.charsets", names=sorted(names)) if names else None


async def _unstorable(
    tables: tuple[str, ...], texts: Mapping[str, str]
) -> list[tuple[str, Message]]:
    if all(text.isascii() for text in texts.values()):
        return []
    known = await charsets()
    problems = []
    for name, text in texts.items():
        through = (charset for table in tables for charset in known.of(table, name))
        refused = ((charset.refused(text), charset) for charset in through)
        letter, charset = next((pair for pair in refused if pair[0]), ("", None))
        if charset is not None:
            problems.append((name, _not_storable(name, letter, charset)))
    return problems


def _not_storable(field: str, letter: str, charset: Charset) -> Message:
    return Message(
        "database.character",
        field=field,
        letter=letter if letter.isprintable() else ascii(letter)[1:-1],
        point=f"U+{ord(letter):04X}",
        charset=charset.name,
    )


async def _read(connection: BaseDBAsyncClient) -> Charsets:
    dialect = connection.capabilities.dialect
    if dialect == "mysql":
        _, rows = await connection.execute_query(ON_MYSQL)
        columns = {
            (str(row["of_table"]), str(row["of_column"])): Charset(str(row["charset"]))
            for row in rows
        }
        return Charsets(columns, Charset(str(getattr(connection, "charset", ""))))
    if dialect == "postgres":
        _, rows = await connection.execute_query(ON_POSTGRES)
        name = str(rows[0]["charset"])
        every = Charset("" if name == "UTF8" else name)
        names = ("task_name", "proj_id", "data_name", "user_id", "hdfs_path", "error")
        tables = (SUBMISSIONS, DATASETS, RUNS, MAPPINGS)
        return Charsets({(table, name): every for table in tables for name in names})
    return Charsets()


@translate_errors()
async def max_packet() -> int | None:
    """The bytes that the server takes in one statement; None where it has no such bound."""
    connection = get_connection("default")
    if connection.capabilities.dialect != "mysql":
        return None
    _, rows = await connection.execute_query("SELECT @@max_allowed_packet AS bytes")
    return int(rows[0]["bytes"])


async def check_packet(code: str, content: str) -> None:
    """Whether the server takes a statement that holds this.

    ``code`` is the message where it does not. Raises ContentTooLarge.
    """
    most = await max_packet()
    if most is None:
        return
    # The driver escapes these by a byte each, and JSON is full of quotation marks.
    escapes = sum(content.count(character) for character in ESCAPED)
    needed = len(content.encode()) + escapes + STATEMENT_BYTES
    if needed > most:
        sizes = {"size": f"{needed / MEGABYTE:.1f}", "most": f"{most / MEGABYTE:.1f}"}
        raise ContentTooLarge(Message(code, needed=mebibytes(needed), **sizes))


def mebibytes(size: int) -> int:
    """Whole mebibytes that hold so many bytes."""
    return -(-size // STEP)


log = logging.getLogger(__name__)

# A CSV file of numbers as JSON with its quotation marks escaped; 1.33 to 1.40 on real cohorts.
GROWTH = 1.5
LOOK_AGAIN_SECONDS = 2.0


def needed_packet(max_upload_bytes: int) -> int:
    """What max_allowed_packet must be for an upload of this size, in bytes of whole MiB."""
    return mebibytes(int(GROWTH * max_upload_bytes)) << 20


async def warn_of_packet(max_upload_bytes: int) -> None:
    """Say once, as soon as the database answers, if an upload may be too large for it."""
    while True:
        try:
            most = await max_packet()
            break
        except DatabaseError:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
    needed = needed_packet(max_upload_bytes)
    if most is None or most >= needed:
        return
    log.warning(
        "the database server's max_allowed_packet is %dM, and an upload of SGN_MAX_UPLOAD_MB (%d) "
        "may need %dM: a larger dataset is kept as arrays alone, which no other service of "
        "NEURO-LEARN can read",
        most >> 20,
        max_upload_bytes // 1_000_000,
        mebibytes(needed),
    )
