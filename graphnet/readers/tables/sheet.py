"""A sheet: named columns of text or numbers, before anybody knows what they mean."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graphnet.data.interpretation import TextFormat
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry

FloatArray = NDArray[np.float64]
Cells = FloatArray | tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """S rows of columns by place; two columns may have one name.

    A column is numbers (S,), NaN for an empty cell, where its source has numbers and no more
    exact text; else text as it stands in the source, without surrounding blanks, "" for an empty
    cell. Ids, classes and other words of subjects are always text: ``001`` stays ``001``.
    """

    names: tuple[str, ...]
    columns: tuple[Cells, ...]
    text: TextFormat | None = None

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def column(self, name: str) -> Cells:
        """The first column of this name. Raises ValueError where there is none."""
        if name not in self._places:
            raise ValueError(f"There is no column {name!r}.")
        return self.columns[self._places[name]]

    @cached_property
    def _places(self) -> dict[str, int]:
        """The first place of each name: a search among all of them for each takes long."""
        return {name: place for place, name in reversed([*enumerate(self.names)])}

    def texts(self, name: str) -> tuple[str, ...]:
        """The cells of a column as text; a whole number without a point."""
        return as_texts(self.column(name))


def as_texts(cells: Cells | Sequence[str]) -> tuple[str, ...]:
    """Cells as text, "" for NaN; 7.0 becomes ``7``."""
    if isinstance(cells, np.ndarray):
        return tuple(_text(float(number)) for number in cells)
    return tuple(cells)


def below_each_other(cells: Sequence[Cells]) -> Cells:
    """The cells of several columns as one: numbers where all are such; else text."""
    numbers = [column for column in cells if isinstance(column, np.ndarray)]
    if len(numbers) == len(cells):
        return np.concatenate(numbers)
    return tuple(text for column in cells for text in as_texts(column))


def _text(number: float) -> str:
    if np.isnan(number):
        return ""
    return str(int(number)) if number.is_integer() else repr(number)


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
FORTRAN = re.compile(r"([+-]?(?:\d+\.\d*|\.\d+))[dD]([+-]\d{1,3})", re.ASCII)  # 5.34D-09
PLAIN = "0123456789.+-eE"  # the characters of a number
LONGEST_SHOWN, MOST_SHOWN = 40, 4
MARK, DIGIT = "'", re.compile(r"\d", re.ASCII)
# Characters of no width, that nobody sees at the ends of a cell: of zero width, marks of direction
# and of byte order. Beside them, blanks.
UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\ufeff\u202a\u202c"


def trimmed(text: str) -> str:
    """A cell without blanks around it, and without what is not seen there."""
    text = text.strip()
    return text if text.isascii() else text.strip(UNSEEN).strip()


def tidied(sheet: Sheet, inquiry: Inquiry) -> Sheet:
    """With names without blanks around them, as Parquet and JSON may hold them, and without marks.

    Excel marks text by an apostrophe before it, ``'0050950``; other programs write a cell between
    two. In columns where all cells have them they belong to none.
    """
    names = tuple(map(trimmed, sheet.names))
    if all(len(name) > 1 and name[0] == name[-1] == MARK for name in names):
        names = tuple(trimmed(name[1:-1]) for name in names)
    plain = {place: texts for place, cells in enumerate(sheet.columns)
             if (texts := _without_marks(cells)) is not None}  # fmt: skip
    if plain:
        marked = first_of((names[place] for place in plain), MOST_SHOWN)
        inquiry.assume(
            Message("readers_tables.without-apostrophes", file=inquiry.name, columns=marked)
        )
    columns = tuple(plain.get(place, cells) for place, cells in enumerate(sheet.columns))
    return replace(sheet, names=names, columns=columns)


def _without_marks(cells: Cells) -> tuple[str, ...] | None:
    """The cells without the apostrophe before each, or those around each; None where one has none.

    Before them it is no mark but where all have digits: ``'s-Hertogenbosch``.
    """
    first = "" if isinstance(cells, np.ndarray) else next(filter(None, cells), "")
    if isinstance(cells, np.ndarray) or not first.startswith(MARK):
        return None
    end = -1 if first[1:].endswith(MARK) else None
    texts = [cell for cell in cells if cell]
    if end is None:
        are_marked = all(DIGIT.search(cell) and not cell.endswith(MARK) for cell in texts)
    else:
        are_marked = all(cell[1:].endswith(MARK) for cell in texts)
    if not are_marked or not all(cell.startswith(MARK) for cell in texts):
        return None
    return tuple(trimmed(cell[1:end]) for cell in cells)


def is_missing(text: str) -> bool:
    """Whether the cell says that there is no value: empty, ``n/a``, ``.``, ``#DIV/0!`` and such."""
    return text.strip().casefold() in MISSING_WORDS


def is_number(text: str) -> bool:
    """Whether the cell is a number, be it infinite, with a decimal point."""
    text = _in_plain_signs(text.strip())
    return NUMBER.fullmatch(text) is not None or text.casefold() in INFINITE


def plain_numbers(texts: Sequence[str]) -> FloatArray | None:
    """The numbers (S,) of cells that are numbers or empty, each rounded as ``float`` does.

    None where a cell holds a word, or a number that is too large: :func:`to_numbers` reads these.
    """
    if "".join(texts).strip(PLAIN):
        return None
    with suppress(ValueError):
        numbers = np.array([text or "nan" for text in texts], dtype=np.float64)
        if not np.isinf(numbers).any():
            return numbers
    return None


def to_numbers(cells: Cells, column: str, inquiry: Inquiry) -> FloatArray:
    """The numbers (S,) of a column, NaN for a missing value; a cell with other text is refused.

    Rows are counted as in the file, the header being row 1.
    """
    if isinstance(cells, np.ndarray):
        return cells
    plain = plain_numbers(cells)
    if plain is not None:
        return plain
    odd = {text: _number(text) for text in set(cells) if not NUMBER.fullmatch(text)}
    numbers = np.array([odd.get(text, text) for text in cells], dtype=np.float64)
    words = {text for text, number in odd.items() if np.isnan(number) and not is_missing(text)}
    wrong = [row for row, text in enumerate(cells) if text in words] if words else []
    if wrong:
        inquiry.refuse(
            Message(
                "readers_tables.not-a-number",
                column=column,
                row=wrong[0] + 2,
                cell=shown(cells[wrong[0]]),
                others=len(wrong) - 1,
            )
        )
    _note_overflow(cells, numbers, column, inquiry)
    return numbers


def shown(text: str) -> str:
    """A cell for a sentence."""
    return repr(text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…")


def _in_plain_signs(text: str) -> str:
    """With the minus of a keyboard, and with the exponent of other languages than Fortran."""
    text = text.replace("−", "-", 1) if text.startswith("−") else text
    match = FORTRAN.fullmatch(text)
    return f"{match[1]}e{match[2]}" if match else text


def _number(text: str) -> float:
    """NaN for what is missing or no number."""
    text = _in_plain_signs(text.strip())
    if NUMBER.fullmatch(text):
        return float(text)
    return INFINITE.get(text.casefold(), float("nan"))


def _note_overflow(
    cells: Sequence[str], numbers: FloatArray, column: str, inquiry: Inquiry
) -> None:
    for row in np.flatnonzero(np.isinf(numbers)).tolist():
        if NUMBER.fullmatch(_in_plain_signs(cells[row].strip())):
            inquiry.assume(
                Message(
                    "readers_tables.number-too-large",
                    column=column,
                    row=row + 2,
                    cell=shown(cells[row]),
                )
            )


DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?|\d{8}T.*")
LARGEST_ITEM = 20  # whole numbers up to here may be the answers of a questionnaire


def as_numbers(cells: Cells) -> FloatArray | None:
    """The numbers (S,) of a column, NaN where missing; None where it holds other text."""
    if isinstance(cells, np.ndarray):
        return cells
    plain = plain_numbers(cells)
    if plain is None and all(is_missing(cell) or is_number(cell) for cell in cells):
        return to_numbers(cells, "", Inquiry(""))
    return plain


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
        present = values[~np.isnan(values)]
        whole = bool((present == np.round(present)).all())
        return whole and bool((np.abs(present) <= LARGEST_ITEM).all())

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
