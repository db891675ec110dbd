"""Sheets that are no table of subjects: turned on their side, long, without a header."""

from collections.abc import Sequence

from graphnet.data.interpretation import Choice
from graphnet.errors import shortened
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.classes import MOST_CLASSES
from graphnet.readers.subjects.words import CLASSES, IDS, MEASURES, REGION_COLUMNS, plain
from graphnet.readers.tables.cells import Looks
from graphnet.readers.tables.names import Name
from graphnet.readers.tables.sheet import Cells, Sheet

LEAST = 3  # names that look like columns, in the rows of a first column
MOST_SHOWN = 6
LEAST_POINTS = 20  # rows of a time series
ROWS = "rows"  # the key of the question
SUBJECTS, POINTS = "subjects", "points"


def refuse_other_shapes(sheet: Sheet, inquiry: Inquiry) -> None:
    """Refuse a sheet whose first row, or whose rows as a whole, are not one subject each."""
    if _has_no_header(sheet):
        inquiry.refuse(
            f"{inquiry.name} has no header: its first row holds numbers "
            f"({shortened(list(sheet.names), 3)}). Put a row of names above it: ID, LABEL, and "
            "MEASURE_REGION (such as GMV_1) or FC_i_j for each column."
        )
    elif _is_turned(sheet):
        inquiry.refuse(
            f"{inquiry.name} is transposed: its first column holds names of columns "
            f"({shortened([cell for cell in _texts(sheet.columns[0]) if cell], 3)}), and each "
            "subject is a column. Turn it so that each subject is a row, for example with "
            "pandas: table.set_index(table.columns[0]).T."
        )
    elif _is_long(sheet):
        inquiry.refuse(
            f"{inquiry.name} is in long format: it has several rows per subject, one for each "
            "region. Give one row per subject and one column per region, for example with pandas: "
            'table.pivot(index="ID", columns="region", values="GMV").'
        )


def refuse_without_brain(others: Sequence[str], looks: Looks, inquiry: Inquiry) -> None:
    """Refuse a table in which no column is known for a region, unless something is asked."""
    if inquiry.questions or inquiry.problems:
        return
    fields = [name for name in others if Name(name).is_of_biobank]
    if fields:
        inquiry.refuse(
            f"{inquiry.name} has columns that are named as fields of UK Biobank "
            f"({shortened(fields, 3)}): the last numbers are a visit and an array, no region. "
            "Rename them MEASURE_REGION, for example thickness_bankssts_left."
        )
        return
    numeric = [name for name in others if looks.is_numeric(name)]
    shown = shortened(numeric, MOST_SHOWN) if numeric else "no column of numbers"
    inquiry.refuse(
        f"{inquiry.name} has no column that is named like a measure and a region "
        f"(GMV_1, thickness_bankssts) or like two regions (FC_1_2). It has {shown}."
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
        f"{inquiry.name} has no column of ids, of classes or of anything else known of subjects. "
        f"Are its {len(sheet)} rows subjects, or the time points of one subject?",
        (Choice(SUBJECTS, "subjects"), Choice(POINTS, "time points of one subject")),
    )
    if answer == POINTS:
        inquiry.refuse(
            f"{inquiry.name} holds the time series of one subject. Give a folder with a file for "
            "each subject, and a table of their ids and classes."
        )


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
