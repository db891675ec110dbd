"""Ids, names and text as NEURO-LEARN's columns and its front end take them.

Its database may be latin1 or utf8mb3, and its front end shows results as HTML and takes
backslashes out of sentences. So JSON is written in ASCII, and sentences too. Ids sort by time and
are unique however many processes make them. NEURO-LEARN calls a dataset as its file is called,
``.csv`` included; here one is called without.
"""

import json
import math
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]  # an object as it is stored and answered: of a form, result or profile

IN_HTML = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&"}
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
# What HTML would read, and typography that has a plain form.
PLAIN = str.maketrans({
    "<": "[", ">": "]", "&": "+", "\\": "/", "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"', "\N{EN DASH}": "-", "\N{EM DASH}": "-",
    "\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "x",
})  # fmt: skip
RANGE = 1_000_000  # six digits, always written out: text sorts as numbers do
STAMP, STAMPED = "%y%m%d%H%M%S", re.compile(r"[A-Z]+(?P<stamp>[0-9]{12})[0-9]+")
TRIES = 20
CSV = ".csv"
LONGEST_NAME = 64  # characters, as NEURO-LEARN's column has them


def json_text(value: Any) -> str:
    r"""JSON in ASCII, without a blank; ``<``, ``>`` and ``&`` are ``\u003c`` and so on."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=True, separators=(",", ":"))
    return text.translate(IN_HTML)


def in_ascii(text: str) -> str:
    """JSON text with escapes for all that is not ASCII, which stands in its strings alone."""
    return BEYOND_ASCII.sub(lambda match: json.dumps(match[0])[1:-1], text)


def json_object(text: str) -> dict[str, Any] | None:
    """The JSON object that this is; None for anything else, as an older service may have left."""
    try:
        value = json.loads(text, parse_constant=_null, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def plain(sentence: str) -> str:
    """A sentence in ASCII that is harmless as HTML: ``[b]`` of ``<b>``, ``?`` of what has no form.

    Accents are dropped.
    """
    taken_apart = unicodedata.normalize("NFKD", sentence)
    letters = "".join(letter for letter in taken_apart if not unicodedata.combining(letter))
    return "".join(map(_shown, letters.translate(PLAIN)))


def _shown(letter: str) -> str:
    if letter.isspace():
        return " "
    return letter if letter.isascii() and letter.isprintable() else "?"


def _finite(text: str) -> float | None:
    """A number; None for one too large, such as 1e999, which JSON would be written back without."""
    number = float(text)
    return number if math.isfinite(number) else None


def _null(_: str) -> None:
    """In the place of NaN and Infinity, which JSON does not know and an older service may write."""


class IdGenerator:
    """A counter from a random place, so that processes seldom meet; the database decides."""

    def __init__(self) -> None:
        self._next = secrets.randbelow(RANGE // 2)  # far from where it starts again

    def ids(self, prefix: str) -> Iterator[str]:
        """Candidates of at most 32 characters: prefix, second (UTC), six digits."""
        for _ in range(TRIES):
            self._next = (self._next + 1) % RANGE
            yield f"{prefix}{datetime.now(UTC):{STAMP}}{self._next:06d}"


def made_at(made_id: str) -> datetime | None:
    """When :class:`IdGenerator` made an id; None for any other id."""
    match = STAMPED.fullmatch(made_id)
    try:
        return match and datetime.strptime(match["stamp"], STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


IDS = IdGenerator()


def other_way(name: str) -> str:
    """The same name with ``.csv`` where it has none, without where it has; "" where none can be."""
    other = name.removesuffix(CSV) if name.endswith(CSV) else name + CSV
    return other if len(other) <= LONGEST_NAME else ""


def other_ways(names: Iterable[str]) -> dict[str, str]:
    """The other way to write each of these names, where there is one."""
    return {name: other for name in names if (other := other_way(name))}


ENDINGS = (
    *("csv", "tsv", "tab", "txt", "dat", "1d", "json", "npz", "npy", "mat", "h5", "hdf5"),
    *("xlsx", "xls", "ods", "dta", "sav", "zsav", "parquet", "arrow", "feather", "zip", "gz"),
)
_ENDED = re.compile(rf"(.+?)(\.({'|'.join(ENDINGS)}))+", re.IGNORECASE | re.DOTALL)


RESERVED = (".", "..")  # which no address can have for a name: a client leaves them out


def named_after(file: str) -> str:
    """The name for the dataset of a file: the file's own without its endings, as ``.csv.gz``."""
    match = _ENDED.fullmatch(file)
    name = match[1] if match else file
    return "" if name in RESERVED else name
