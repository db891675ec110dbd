"""Text as NEURO-LEARN's columns and its front end take it, whatever their character set is.

Its database may be latin1 or utf8mb3, and its front end shows results as HTML and takes
backslashes out of sentences. So JSON is written in ASCII, and sentences too.
"""

import json
import math
import re
import unicodedata
from typing import Any

from pypika_tortoise.terms import Function as Written
from tortoise.connection import get_connection
from tortoise.expressions import Function

IN_HTML = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&"}
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
# What HTML would read, and typography that has a plain form.
PLAIN = str.maketrans({
    "<": "[", ">": "]", "&": "+", "\\": "/", "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"', "\N{EN DASH}": "-", "\N{EM DASH}": "-",
    "\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "x",
})  # fmt: skip


def json_text(value: Any) -> str:
    r"""JSON in ASCII, without a blank; ``<``, ``>`` and ``&`` are ``\u003c`` and so on."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=True, separators=(",", ":"))
    return text.translate(IN_HTML)


def in_ascii(text: str) -> str:
    """JSON text with escapes for all that is not ASCII, which stands in its strings alone."""
    return BEYOND_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)


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
    letters = "".join(each for each in taken_apart if not unicodedata.combining(each))
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


class _Bytes(Written):
    def __init__(self, *terms: Any, alias: str | None = None) -> None:
        super().__init__("BINARY", *terms, alias=alias)


class _Binary(Function):
    database_func = _Bytes


def in_its_letters(query: Any, column: str, text: str) -> Any:
    """The rows of a query whose column is exactly this text; an index may still find them.

    Of text beyond ASCII the server decides, whose bytes depend on the connection.
    """
    found = query.filter(**{column: text})
    if get_connection("default").capabilities.dialect != "mysql" or not text.isascii():
        return found
    return found.annotate(letters=_Binary(column)).filter(letters=text)
