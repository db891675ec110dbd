"""Whether the first lines of a table are one header."""

from collections.abc import Sequence

from graphnet.errors import CohortError, shortened
from graphnet.readers.cells import is_missing, is_number
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.sheet import Cells

LOOKED_AT = 12  # rows below a second header that must hold numbers


def check_header(names: Sequence[str], what: str) -> None:
    """Raises CohortError where the first line names nothing, or is a row of numbers."""
    named = [name for name in names if name]
    if not named:
        raise CohortError(f"{what} has no header: its first line names no column.")
    if len(named) == 1 and len(names) > 2:
        raise CohortError(
            f"The first line of {what} holds {named[0]!r} alone, above {len(names)} columns: "
            "delete what stands above the header, or name the columns."
        )
    if all(is_number(name) for name in named) and any("." in name for name in named):
        raise CohortError(
            f"{what} has no header: its first line holds numbers ({shortened(named, 3)}). "
            "Add a line with the names of the columns above it."
        )


def check_second_header(columns: Sequence[Cells], inquiry: Inquiry) -> None:
    """Refuse a row below the header that holds units or other words above numbers."""
    numeric = [cells for cells in columns if not isinstance(cells, tuple) or _numbers_below(cells)]
    texts = [cells[0] for cells in numeric if isinstance(cells, tuple)]
    words = [text for text in texts if _is_word(text)]
    numbers = len(numeric) - len(texts) + sum(is_number(text.replace(",", "")) for text in texts)
    if words and not numbers:
        inquiry.refuse(
            f"Row 2 holds words where numbers follow ({shortened(list(dict.fromkeys(words)), 3)}): "
            "delete the second header line."
        )


def _numbers_below(cells: Sequence[str]) -> bool:
    below = [cell for cell in cells[1:LOOKED_AT] if not is_missing(cell)]
    return bool(below) and not any(_is_word(cell) for cell in below)


def _is_word(cell: str) -> bool:
    """Text that is neither missing nor a number, whatever its decimal mark."""
    return not is_missing(cell) and not is_number(cell.replace(",", ""))
