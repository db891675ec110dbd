"""Sheets that are no table of subjects: turned on their side, long, without a header."""

from collections.abc import Sequence

from graphnet.data.interpretation import Choice
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.classes import MOST_CLASSES
from graphnet.readers.subjects.words import CLASSES, IDS, MEASURES, REGION_COLUMNS, plain
from graphnet.readers.tables.names import Name
from graphnet.readers.tables.sheet import Cells, Looks, Sheet

LEAST = 3  # names that look like columns, in the rows of a first column
MOST_SHOWN = 6
LEAST_POINTS = 20  # rows of a time series
ROWS = "rows"  # the key of the question
SUBJECTS, POINTS = "subjects", "points"


def refuse_other_shapes(sheet: Sheet, inquiry: Inquiry) -> None:
    """Refuse a sheet whose first row, or whose rows as a whole, are not one subject each."""
    if _has_no_header(sheet):
        inquiry.refuse(
            Message("readers_tables.no-header", file=inquiry.name, cells=first_of(sheet.names, 3))
        )
    elif _is_turned(sheet):
        names = [cell for cell in _texts(sheet.columns[0]) if cell]
        inquiry.refuse(
            Message("readers_tables.transposed", file=inquiry.name, names=first_of(names, 3))
        )
    elif _is_long(sheet):
        inquiry.refuse(Message("readers_tables.long-format", file=inquiry.name))


def refuse_without_brain(others: Sequence[str], looks: Looks, inquiry: Inquiry) -> None:
    """Refuse a table in which no column is known for a region, unless something is asked."""
    if inquiry.questions or inquiry.problems:
        return
    fields = [name for name in others if Name(name).is_of_biobank]
    if fields:
        inquiry.refuse(
            Message(
                "readers_tables.uk-biobank-fields",
                file=inquiry.name,
                columns=first_of(fields, 3),
            )
        )
        return
    numeric = [name for name in others if looks.is_numeric(name)]
    inquiry.refuse(
        Message(
            "readers_tables.no-brain-columns",
            file=inquiry.name,
            count=len(numeric),
            columns=first_of(numeric, MOST_SHOWN),
        )
    )


def _texts(cells: Cells) -> tuple[str, ...]:
    return cells if isinstance(cells, tuple) else ()


def _has_no_header(sheet: Sheet) -> bool:
    """Whether nearly all names are numbers with a point, which no header has."""
    numbers = sum(_is_decimal(name) for name in sheet.names)
    return numbers >= LEAST and 2 * numbers > len(sheet.names)


def _is_decimal(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return "." in name


def _is_turned(sheet: Sheet) -> bool:
    """Whether the first column holds names like ``GMV_1``, and the header none."""
    if not sheet.columns:
        return False
    rows = [cell for cell in _texts(sheet.columns[0]) if cell]
    return (
        len(set(rows)) == len(rows)
        and _names_of_columns(rows) >= LEAST
        and _names_of_columns(sheet.names[1:]) == 0
        and 2 * _names_of_columns(rows) > len(rows)
    )


def _names_of_columns(names: Sequence[str]) -> int:
    """How many look like the name of a measure and a region, an id or a class."""
    return sum(plain(name) in IDS | CLASSES or _is_of_brain(Name(name)) for name in names)


def _is_of_brain(name: Name) -> bool:
    return bool(name.words) and (
        name.measure_first() is not None or name.measure_last() is not None
    )


def ask_whether_series(sheet: Sheet, measures: Sequence[str], inquiry: Inquiry) -> None:
    """Rows without an id, a class or any other word may be the time points of one subject."""
    if any(plain(measure) in MEASURES for measure in measures) or len(sheet) < LEAST_POINTS:
        return
    answer = inquiry.ask(
        ROWS,
        Message("readers_tables.ask-rows", file=inquiry.name, count=len(sheet)),
        (
            Choice(SUBJECTS, Message("readers_tables.rows-are-subjects")),
            Choice(POINTS, Message("readers_tables.rows-are-points")),
        ),
    )
    if answer == POINTS:
        inquiry.refuse(Message("readers_tables.series-of-one-subject", file=inquiry.name))


def _names_regions(sheet: Sheet, name: str) -> bool:
    """Whether a column is called like one of regions; ``label`` of few values is a class."""
    if plain(name) not in REGION_COLUMNS:
        return False
    return plain(name) not in CLASSES or len(set(sheet.texts(name))) > MOST_CLASSES


def _is_long(sheet: Sheet) -> bool:
    """Whether ids are repeated and a column names a region in each row."""
    regions = [name for name in sheet.names if _names_regions(sheet, name)]
    ids = [name for name in sheet.names if plain(name) in IDS]
    if not regions or not ids:
        return False
    subjects = sheet.texts(ids[0])
    return any(
        len(set(zip(subjects, sheet.texts(region), strict=True))) == len(subjects)
        and len(set(subjects)) < len(subjects)
        and 1 < len(set(sheet.texts(region))) < len(subjects)
        for region in regions
    )
