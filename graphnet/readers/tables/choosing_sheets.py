"""Which sheet of a workbook holds the subjects, or whether several hold a part of them each."""

from collections.abc import Sequence

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import CLASSES, IDS, LESSER_CLASSES, SITES, plain
from graphnet.readers.tables.sheet import Sheet, below_each_other, is_number
from graphnet.readers.tables.worksheets import WorksheetTable, filled_cells, text_of, to_sheet

SHEET = "sheet"  # the key of the question
SHOWN = 5
SHOWN_OF_HEADER = 4  # cells of a sheet that is offered
ROWS = "all"
SAID_BY_NAME = {"all-by-class": CLASSES | LESSER_CLASSES, "all-by-site": SITES}
COLUMN_OF = {"all-by-class": "group", "all-by-site": "site"}  # the column that sheets' names become


def chosen_sheet(
    tables: Sequence[WorksheetTable], inquiry: Inquiry, others: Sequence[Choice] = ()
) -> Sheet:
    """The only table, or what is answered: one of several, or those of one header together.

    ``others`` are answers that the caller has looked for before; as long as nothing is answered,
    they are offered first.

    Raises:
        CohortError: there is none.

    """
    if not tables:
        raise CohortError(Message("readers_text.no-table", file=inquiry.name))
    numeric = [table for table in tables if _has_numbers(table)]
    if len(numeric or tables) == 1 and inquiry.answer(SHEET) is None and not others:
        for table in tables if numeric else ():
            if table is not numeric[0]:
                inquiry.leave(f"sheet {table.name}", Message("readers_text.no-number-on-sheet"))
        return to_sheet((numeric or tables)[0], inquiry)
    alike = _alike(numeric)
    ways = _ways(alike, {table.name for table in tables})
    code = "readers_text.ask-sheets-alike" if ways else "readers_text.ask-sheet"
    answer = inquiry.ask(
        SHEET,
        Message(
            "readers_text.ask-sheets-of-subjects" if others else code,
            file=inquiry.name,
            count=len(alike),
            alike=first_of([table.name for table in alike], SHOWN),
            sheets=[table.name for table in tables],
        ),
        [*others, *_choices_together(alike, ways), *map(_choice, tables)],
    )
    if answer in ways:
        return _together(alike, answer, inquiry)
    first = (numeric or tables)[0]
    return to_sheet(next((table for table in tables if table.name == answer), first), inquiry)


def _alike(tables: Sequence[WorksheetTable]) -> list[WorksheetTable]:
    """The largest group of tables with the same columns and other subjects each; [] for none."""
    groups: dict[tuple[str, ...], list[WorksheetTable]] = {}
    for table in tables:
        groups.setdefault(tuple(sorted(table.names)), []).append(table)
    group = max(groups.values(), key=len, default=[])
    ids = [subject for table in group for subject in _ids(table)]
    return group if len(group) > 1 and len(set(ids)) == len(ids) else []


def _ids(table: WorksheetTable) -> list[str]:
    """The ids of the rows, if a column has a name for them."""
    header = [text_of(cell) for cell in table.rows[table.header]]
    place = next((place for place, name in enumerate(header) if plain(name) in IDS), None)
    if place is None:
        return []
    return [text_of(row[place]) for row in table.rows[table.header + 1 :] if row[place] != ""]


def _ways(alike: Sequence[WorksheetTable], names: set[str]) -> list[str]:
    """What the names of sheets may say that no column does: the class, the site, or nothing."""
    if not alike:
        return []
    known = {plain(name) for name in alike[0].names}
    ways = [way for way, words in SAID_BY_NAME.items() if known.isdisjoint(words)] + [ROWS]
    return [way for way in ways if way not in names]


def _choices_together(alike: Sequence[WorksheetTable], ways: Sequence[str]) -> list[Choice]:
    rows = sum(filled_cells(row) > 0 for table in alike for row in table.rows[table.header + 1 :])
    return [
        Choice(way, Message("readers_text.sheets-together", count=rows, way=way)) for way in ways
    ]


def _together(alike: Sequence[WorksheetTable], way: str, inquiry: Inquiry) -> Sheet:
    """The rows of all these tables, with a column of the names of their sheets."""
    sheets = [to_sheet(table, inquiry) for table in alike]
    names = tuple(name for name in sheets[0].names if all(name in each.names for each in sheets))
    columns = [below_each_other([sheet.column(name) for sheet in sheets]) for name in names]
    if way == ROWS:
        return Sheet(names, tuple(columns))
    words = [
        table.name.strip()
        for table, sheet in zip(alike, sheets, strict=True)
        for _ in range(len(sheet))
    ]
    return Sheet((*names, COLUMN_OF[way]), (*columns, tuple(words)))


def _has_numbers(table: WorksheetTable) -> bool:
    """Whether a cell below the header is a number; in a list of variables none is."""
    return any(
        is_number(str(cell).replace(",", "."))
        for row in table.rows[table.header + 1 :]
        for cell in row
    )


def _choice(table: WorksheetTable) -> Choice:
    rows = sum(filled_cells(row) > 0 for row in table.rows[table.header + 1 :])
    header = [str(cell) for cell in table.rows[table.header] if cell != ""]
    return Choice(
        table.name,
        Message("readers_text.sheet-choice", count=rows, columns=first_of(header, SHOWN_OF_HEADER)),
    )
