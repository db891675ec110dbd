"""Text as it is written: a collation of MySQL takes other letters, and blanks, for the same."""

from typing import Any

from pypika_tortoise.terms import Function as Written
from tortoise.connection import get_connection
from tortoise.expressions import Function


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
