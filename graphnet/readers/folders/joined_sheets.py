"""Sheets of one workbook that hold the same subjects: people on one, measures on others.

They are joined by id as tables of a folder are, which is what they become.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

from graphnet.data.dataset import Dataset
from graphnet.data.identifiers import match_ids, repeated
from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.folders.joined import LEAST_COMMON, read_joined
from graphnet.readers.folders.tables import Table, answers_of_measures, understood
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.assigning import Files
from graphnet.readers.tables.reading import interpret_sheet
from graphnet.readers.tables.sheet import Sheet, as_texts
from graphnet.readers.tables.workbooks import SHEET, chosen_sheet
from graphnet.readers.tables.worksheets import WorksheetTable, to_sheet

JOINED = "joined"
MOST_NAMED = 5
NOT_IN_NAMES = re.compile(r"[/\\.\x00]")


@dataclass(frozen=True)
class _Parts:
    """Sheets by name that hold parts of the same subjects.

    ``is_certain`` where no sheet by itself has both classes and measures.
    """

    sheets: Mapping[str, Sheet]
    is_certain: bool

    @property
    def choice(self) -> Choice:
        """To join them."""
        names = first_of(self.sheets, MOST_NAMED)
        return Choice(JOINED, Message("readers_text.sheets-joined", sheets=names))


def read_sheets(
    tables: Sequence[WorksheetTable], kind: str, inquiry: Inquiry, most: int
) -> Dataset | None:
    """The dataset of a workbook of this ``kind``: of one sheet, or of several joined by id.

    Raises:
        CohortError: there is none.

    """
    parts = _parts(tables, inquiry)
    answer = inquiry.answer(SHEET)
    certain = parts is not None and parts.is_certain and answer is None
    if parts is not None and (certain or answer == JOINED):
        return _joined(parts.sheets, tables, kind, inquiry, most)
    sheet = chosen_sheet(tables, inquiry, () if parts is None else (parts.choice,))
    if parts is not None and inquiry.is_open(SHEET):
        return _joined(parts.sheets, tables, kind, inquiry.behind(SHEET), most)
    return interpret_sheet(sheet, kind, inquiry)


def _parts(tables: Sequence[WorksheetTable], inquiry: Inquiry) -> _Parts | None:
    """The sheets that can be joined; None where there are no two."""
    if len(tables) < 2 or any(table.name == JOINED for table in tables):
        return None
    looks = {table.name: look for table in tables if (look := _look(table, inquiry)) is not None}
    measured = [look for look in looks.values() if look.brain is not None]
    others = [look for look in looks.values() if look.brain is None]
    if not measured or _have_columns_in_common(measured):
        return None
    first = measured[0].ids
    used = [look for look in (*measured, *others) if _has_subjects(look.ids, first)]
    if len(used) < 2 or not any(look.label for look in used):
        return None
    sheets = {name: look.sheet for name, look in looks.items() if look in used}
    return _Parts(sheets, not any(look.label and look.brain for look in used))


def _look(table: WorksheetTable, inquiry: Inquiry) -> Table | None:
    """What a sheet holds; None where it is no table of subjects, each on one row."""
    scratch = Inquiry(table.name, answers_of_measures(inquiry))
    try:
        sheet = to_sheet(table, scratch)
        if scratch.problems or not sheet.names:
            return None
        look = understood((Path(_name(table.name)),), sheet, scratch)
    except CohortError:
        return None
    if len(look.ids) < 2 or not all(look.ids) or repeated(look.ids):
        return None
    return look


def _has_subjects(ids: Sequence[str], first: Sequence[str]) -> bool:
    least = LEAST_COMMON * min(len(ids), len(first))
    return len(match_ids(ids, first).pairs) >= max(least, 1)


def _have_columns_in_common(measured: Sequence[Table]) -> bool:
    """Whether two sheets measure the same, as those of two visits or sites do."""
    columns = [
        {name for name in look.sheet.names[1:] if name not in _people(look)} for look in measured
    ]
    measures = [set(look.brain.measures) if look.brain else set() for look in measured]
    by_name = all("value" in own for own in measures)  # named by regions alone: by the sheet
    return not by_name and any(one & other for one, other in combinations(columns, 2))


def _people(look: Table) -> set[str]:
    """The columns of a sheet that say who the subjects are, or what is known of them."""
    if look.brain is None:
        return set()
    subjects, found = look.brain.subjects, look.brain.interpretation
    label = found.label.column if found.label else None
    named = {found.id, label, found.site, found.score}
    left = {item.what for item in found.left_alone if isinstance(item.what, str)}
    return {name for name in named if name} | {one.name for one in subjects.covariates} | left


def _joined(
    sheets: Mapping[str, Sheet],
    tables: Sequence[WorksheetTable],
    kind: str,
    inquiry: Inquiry,
    most: int,
) -> Dataset:
    for table in tables:
        if table.name not in sheets:
            inquiry.leave(
                Message("readers_text.sheet", name=table.name),
                Message("readers_text.no-part-on-sheet"),
            )
    with TemporaryDirectory(prefix="sgn-sheets-") as outer:
        folder = Path(outer)
        for name, sheet in sheets.items():
            _write(sheet, folder / _name(name))
        files = Files(folder, (), sorted(folder.iterdir()), are_tables=True)
        dataset = read_joined(files, inquiry, most)
    inquiry.check()
    if dataset is None:
        raise CohortError(Message("readers_text.sheets-not-joined", file=inquiry.name))
    return dataset.with_interpretation(replace(dataset.interpretation, kind=kind))


def _name(sheet: str) -> str:
    """The name of a file for a sheet."""
    return NOT_IN_NAMES.sub("_", sheet.strip()) or "_"


def _write(sheet: Sheet, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, delimiter="\t", lineterminator="\n")
        writer.writerow(sheet.names)
        writer.writerows(zip(*map(as_texts, sheet.columns), strict=True))
