"""From the cells of a column to numbers: what is missing, infinite, or no number at all."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.sheet import Cells, FloatArray, Sheet

EXCEL_ERRORS = (  # in English, German, French, Spanish, Italian and Portuguese
    "#n/a", "#n/a n/a", "#na", "#nv", "#div/0!", "#value!", "#wert!", "#ref!", "#bezug!", "#name?",
    "#num!", "#zahl!", "#null!", "#calc!", "#spill!", "#valeur!", "#nom?", "#nombre!", "#nul!",
    "#n/d", "#¡valor!", "#valor!", "#¿nombre?", "#¡div/0!", "#¡ref!", "#¡num!", "#¡nulo!",
    "#valore!", "#rif!", "#nome?", "#nulo!",
)  # fmt: skip
WORDS = (
    "", ".", "-", "--", "---", "?", "/", "na", "n/a", "n.a.", "n.a", "<na>", "nan", "-nan", "+nan",
    "nat", "null", "none", "missing", "缺失", "1.#qnan", "-1.#qnan", "1.#ind", "-1.#ind",
)  # fmt: skip
MISSING_WORDS = frozenset(WORDS + EXCEL_ERRORS)
INFINITE = {
    sign + word: float(f"{sign}inf")
    for sign in ("", "+", "-")
    for word in ("inf", "infinity", "1.#inf", "∞")
}
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
PLAIN = "0123456789.+-eE"  # the characters of a number
LONGEST_SHOWN = 40


def is_missing(text: str) -> bool:
    """Whether the cell says that there is no value: empty, ``n/a``, ``.``, ``#DIV/0!`` and such."""
    return text.strip().casefold() in MISSING_WORDS


def is_number(text: str) -> bool:
    """Whether the cell is a number, be it infinite, with a decimal point."""
    text = _with_plain_minus(text.strip())
    return NUMBER.fullmatch(text) is not None or text.casefold() in INFINITE


def plain_numbers(texts: Sequence[str]) -> FloatArray | None:
    """The numbers (S,) of cells that are numbers or empty, each rounded as ``float`` does.

    None where a cell holds a word, or a number that is too large: :func:`to_numbers` reads these.
    """
    if "".join(texts).strip(PLAIN):
        return None
    with suppress(ValueError):
        found = np.array([text or "nan" for text in texts], dtype=np.float64)
        if not np.isinf(found).any():
            return found
    return None


def to_numbers(cells: Cells, column: str, inquiry: Inquiry) -> FloatArray:
    """The numbers (S,) of a column, NaN for a missing value; a cell with other text is refused.

    Rows are counted as in the file, the header being row 1.
    """
    if isinstance(cells, np.ndarray):
        return cells
    found = plain_numbers(cells)
    if found is not None:
        return found
    odd = {text: _number(text) for text in set(cells) if not NUMBER.fullmatch(text)}
    numbers = np.array([odd.get(text, text) for text in cells], dtype=np.float64)
    words = {text for text, number in odd.items() if np.isnan(number) and not is_missing(text)}
    wrong = [row for row, text in enumerate(cells) if text in words] if words else []
    if wrong:
        others = len(wrong) - 1
        more = f" ({others} more such {'cell' if others == 1 else 'cells'})" if others else ""
        inquiry.refuse(
            f"{column} in row {wrong[0] + 2} holds {shown(cells[wrong[0]])}, "
            f"which is no number{more}."
        )
    _tell_overflow(cells, numbers, column, inquiry)
    return numbers


def shown(text: str) -> str:
    """A cell for a sentence."""
    return repr(text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…")


def _with_plain_minus(text: str) -> str:
    return text.replace("−", "-", 1) if text.startswith("−") else text


def _number(text: str) -> float:
    """NaN for what is missing or no number."""
    text = _with_plain_minus(text.strip())
    if NUMBER.fullmatch(text):
        return float(text)
    return INFINITE.get(text.casefold(), float("nan"))


def _tell_overflow(
    cells: Sequence[str], numbers: FloatArray, column: str, inquiry: Inquiry
) -> None:
    for row in np.flatnonzero(np.isinf(numbers)).tolist():
        if NUMBER.fullmatch(_with_plain_minus(cells[row].strip())):
            inquiry.say(
                f"{column} in row {row + 2} holds {shown(cells[row])}, "
                "which is too large for a number; it was taken as infinite."
            )


DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?|\d{8}T.*")
LARGEST_ITEM = 20  # whole numbers up to here may be the answers of a questionnaire


def as_numbers(cells: Cells) -> FloatArray | None:
    """The numbers (S,) of a column, NaN where missing; None where it holds other text."""
    if isinstance(cells, np.ndarray):
        return cells
    found = plain_numbers(cells)
    if found is None and all(is_missing(cell) or is_number(cell) for cell in cells):
        return to_numbers(cells, "", Inquiry(""))
    return found


def words_of(cells: tuple[str, ...]) -> list[str]:
    """The distinct cells that are not missing, in their order."""
    return [cell for cell in dict.fromkeys(cells) if not is_missing(cell)]


def are_dates(words: list[str]) -> bool:
    """Whether all words look like dates."""
    return bool(words) and all(DATE.fullmatch(word) for word in words)


@dataclass
class Looks:
    """Looks at the columns of a sheet when it is asked, once each."""

    sheet: Sheet
    _numbers: dict[str, FloatArray | None] = field(default_factory=dict)

    def is_numeric(self, column: str) -> bool:
        """Whether all cells are numbers or missing, and one is a number."""
        values = self.numbers(column)
        return values is not None and not np.isnan(values).all()

    def are_numeric(self, columns: Iterable[str]) -> bool:
        """Whether no column holds other text, and one holds a number."""
        names = list(columns)
        no_text = all(self.numbers(column) is not None for column in names)
        return no_text and any(self.is_numeric(column) for column in names)

    def is_like_items(self, column: str) -> bool:
        """Whether the numbers are small whole ones, as of a questionnaire or a dummy."""
        values = self.numbers(column)
        if values is None:
            return True
        known = values[~np.isnan(values)]
        whole = bool((known == np.round(known)).all())
        return whole and bool((np.abs(known) <= LARGEST_ITEM).all())

    def is_dummy(self, column: str) -> bool:
        """Whether the numbers are 0 and 1 alone."""
        values = self.numbers(column)
        return values is not None and bool(np.isin(values[~np.isnan(values)], (0, 1)).all())

    def numbers(self, column: str) -> FloatArray | None:
        """The numbers (S,) of a column, None where it holds text."""
        if column not in self._numbers:
            self._numbers[column] = as_numbers(self.sheet.column(column))
        return self._numbers[column]


def by_name(sheet: Sheet) -> dict[str, Cells]:
    """The columns by name, of a sheet whose names differ."""
    return dict(zip(sheet.names, sheet.columns, strict=True))
