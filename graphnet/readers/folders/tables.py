"""The tables of a folder, each looked into; those of the same columns and other subjects as one.

Two sites may have written a table each. Their rows are one cohort where nothing speaks against it;
else the tables stay what they are, and one of them is asked for.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

from graphnet.data.dataset import Dataset
from graphnet.data.identifiers import match_ids, repeated
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.folders.archives import damaged_gzip
from graphnet.readers.folders.freesurfer import atlas_of, interpret_table
from graphnet.readers.folders.region_spellings import other_spellings, renamed_columns
from graphnet.readers.folders.surroundings import called, classes_by_names, shown
from graphnet.readers.inquiry import COVARIATES, ID, LABEL, POSITIVE, SCORE, SITE, Inquiry
from graphnet.readers.subjects.assigning import Files
from graphnet.readers.subjects.roster import (
    candidates,
    is_of_freesurfer,
    read_file,
)
from graphnet.readers.subjects.several_tables import TABLE, ClassTable, have_one_vocabulary
from graphnet.readers.tables.roles import find_roles
from graphnet.readers.tables.sheet import Sheet, below_each_other, is_missing

KIND = "folder"
GROUP = "group"  # the column of classes that the names of files become
OF_FILE = "file"  # the site of the subjects is the file that their row is in
OF_PEOPLE = (ID, LABEL, POSITIVE, SCORE, SITE, COVARIATES)
DAMAGED_GZIP = damaged_gzip("").messages[0].code
TWICE = "readers_folders.ids-twice"
BAD_CELL = "readers_tables.not-a-number"
FIRST_ROW = 2  # as a spreadsheet counts: the header is row 1
MOST_ROWS = 5  # named in one sentence
MOST_TABLES = 200  # FreeSurfer writes sixteen for one parcellation
OF_A_SPLIT = re.compile(r"(?<![^\W_])(train|test|val|holdout)", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """A table, its ids, its column of classes, and what it measures: None where it is nothing.

    Its rows are those of the files ``parts``, one after the other; ``with_classes`` if the names of
    these may be the classes. ``renamed`` are columns by the names that another table has for their
    regions.
    """

    parts: tuple[Path, ...]
    sheet: Sheet
    ids: tuple[str, ...]
    brain: Dataset | None
    label: str | None
    with_classes: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The file, or the first of them."""
        return self.parts[0]

    @property
    def name(self) -> str:
        """What it is called in sentences."""
        return "+".join(shown(self.parts))

    @property
    def key(self) -> str:
        """Its parcellation, or else its regions: what tables that belong together share."""
        regions = () if self.brain is None else sorted(self.brain.regions)
        return atlas_of(self.sheet) or "\n".join(regions)

    def within(self, folder: Path) -> ClassTable:
        """The table as one that may list the subjects, by its path in the folder."""
        return ClassTable(_name_within(self.parts, folder), self.sheet, self.ids, self.label)

    def read(self, inquiry: Inquiry, most: int) -> Sheet:
        """Its rows, read again: what comes up then is asked and said."""
        sheets = [
            _with_names(read_file(path, replace(inquiry, name=path.name), most), self.renamed)
            for path in self.parts
        ]
        return _one_below_the_other(self.parts, sheets, inquiry, with_classes=self.with_classes)


def _name_within(parts: Sequence[Path], folder: Path) -> str:
    """What the answer to a question calls a table."""
    return "+".join(str(path.relative_to(folder)) for path in parts)


def answers_of_measures(inquiry: Inquiry) -> dict[str, str]:
    """The answers that may be of a table of measures."""
    return {key: value for key, value in inquiry.answers.items() if key not in OF_PEOPLE}


@dataclass(frozen=True)
class Unread:
    """Why a file is no table, and whether that is a fault in one that was meant to be."""

    reason: Message
    is_fault: bool


def tables_of(files: Files, inquiry: Inquiry, most: int) -> tuple[list[Table], dict[Path, Unread]]:
    """The tables with ids, each id on one row; and why each other file cannot be one."""
    unread: dict[Path, Unread] = {}
    tables = [
        table
        for path in sorted(candidates(files, MOST_TABLES))
        if (table := _looked_into(path, inquiry, most, unread)) is not None
    ]
    return _appended(_in_one_spelling(tables, inquiry), files.folder, inquiry), unread


def _in_one_spelling(tables: Sequence[Table], inquiry: Inquiry) -> list[Table]:
    """The same, where one names regions with its atlas in front with the names of the other."""
    spelled: dict[Path, Table] = {}
    references: list[Table] = []
    for table in sorted(tables, key=_spelling_length):
        if table.brain is None or atlas_of(table.sheet):
            continue
        again = _as_spelled(table, references, inquiry)
        if again is None:
            references.append(table)
        else:
            spelled[table.path] = again
    return [spelled.get(table.path, table) for table in tables]


def _spelling_length(table: Table) -> int:
    return sum(map(len, table.brain.regions)) if table.brain is not None else 0


def _as_spelled(table: Table, references: Sequence[Table], inquiry: Inquiry) -> Table | None:
    """The table with the names of one of the references; None where it has none of their regions.

    Or where it has the same names already.
    """
    for other in references:
        if table.brain is None or other.brain is None:
            continue
        spellings = other_spellings(table.brain.regions, other.brain.regions)
        if not spellings:
            continue
        renamed = renamed_columns(table.sheet, spellings)
        one = next(iter(spellings))
        inquiry.assume(
            Message(
                "readers_folders.regions-spelled",
                table=table.name,
                one=one,
                other=spellings[one],
                reference=other.name,
                count=len(spellings),
            )
        )
        found = understood(table.parts, _with_names(table.sheet, renamed), inquiry)
        return replace(found, renamed=renamed)
    return None


def _with_names(sheet: Sheet, renamed: Mapping[str, str]) -> Sheet:
    return replace(sheet, names=tuple(renamed.get(name, name) for name in sheet.names))


def _looked_into(
    path: Path, inquiry: Inquiry, most: int, unread: dict[Path, Unread]
) -> Table | None:
    """A table with ids, each on one row; None where it is not, and ``unread`` takes why."""
    scratch = Inquiry(path.name, answers_of_measures(inquiry))
    sheet = None
    try:
        sheet = read_file(path, scratch, most)
        table = understood((path,), sheet, inquiry)
    except CohortError as error:
        reason = error.messages[0]
        is_fault = (
            is_of_freesurfer(path)
            or reason.code == DAMAGED_GZIP
            or (reason.code == BAD_CELL and sheet is not None and _has_ids(sheet, scratch))
        )
        unread[path] = Unread(reason, is_fault)
        return None
    without = [row for row, subject in enumerate(table.ids) if not subject]
    if table.brain is not None and 0 < len(without) < len(table.ids):
        rows = first_of([str(row + FIRST_ROW) for row in without], MOST_ROWS)
        lacking = Message("readers_folders.rows-without-id", count=len(without), rows=rows)
        unread[path] = Unread(lacking, is_fault=True)
        return None
    twice = repeated(table.ids)
    if twice and table.label:
        listed = first_of(twice, MOST_ROWS)
        unread[path] = Unread(Message("readers_folders.ids-twice", ids=listed), is_fault=False)
        return None
    if len(table.ids) < 2 or without or twice:
        no_ids = Message("readers_folders.table-without-ids")
        unread[path] = Unread(no_ids, is_fault=is_of_freesurfer(path))
        return None
    return table


def _has_ids(sheet: Sheet, inquiry: Inquiry) -> bool:
    roles = find_roles(sheet, sheet.names, inquiry)
    return bool(roles.id) and all(sheet.texts(roles.id or ""))


def understood(parts: tuple[Path, ...], sheet: Sheet, inquiry: Inquiry) -> Table:
    """What a table holds as far as nothing need be asked. Raises CohortError."""
    name, answers = parts[0].name, answers_of_measures(inquiry)
    scratch = Inquiry(name, answers)
    brain = interpret_table(sheet, KIND, scratch)
    bad_cells = [problem for problem in scratch.problems if problem.code == BAD_CELL]
    if brain is None and bad_cells:  # of measures: words elsewhere are no fault
        raise CohortError(*bad_cells)
    if brain is not None and not (brain.values is None and brain.connectomes is None):
        coding = brain.interpretation.label
        label = None if coding is None else coding.column
        return Table(parts, sheet, brain.subjects.ids, brain, label)
    roles = find_roles(sheet, sheet.names, Inquiry(name, answers))
    ids = sheet.texts(roles.id) if roles.id else ()
    return Table(parts, sheet, ids, None, roles.label)


def check_tables(unread: Mapping[Path, Unread], folder: Path, inquiry: Inquiry) -> None:
    """Refuse tables with faults, unless another one was chosen. Raises CohortError."""
    chosen = inquiry.answers.get(TABLE)
    for path, why in unread.items():
        name = _name_within((path,), folder)
        if why.is_fault and chosen in (None, name):
            inquiry.refuse(Message("readers_subjects.of-file", file=name, detail=why.reason))
    inquiry.check()


def say_unread(unread: Mapping[Path, Unread], inquiry: Inquiry) -> None:
    """Say which files were left alone."""
    for path, why in unread.items():
        inquiry.leave(path.name, why.reason)


# Rows of several tables -----------------------------------------------------------------------


def say_appended(tables: Sequence[Table], site: str | None, inquiry: Inquiry) -> None:
    """Say which tables were read as one; if no column is the ``site``, how they can be sites."""
    for table in tables:
        if len(table.parts) > 1:
            inquiry.assume(
                Message(
                    "readers_folders.rows-appended",
                    file=inquiry.name,
                    count=len(table.parts),
                    tables=first_of(shown(table.parts), 6),
                    subjects=len(table.ids),
                    sites="unknown" if site is None else "known",
                )
            )


def _appended(tables: Sequence[Table], folder: Path, inquiry: Inquiry) -> list[Table]:
    """The same with one table for those of the same columns, classes and values."""
    groups: dict[tuple[str, ...], list[Table]] = {}
    for table in tables:
        groups.setdefault(tuple(sorted(table.sheet.names)), []).append(table)
    appended: list[Table] = []
    for group in groups.values():
        together = len(group) > 1 and _is_one_cohort(group, folder, inquiry)
        appended += [_together(group, inquiry)] if together else group
    return sorted(appended, key=lambda table: table.path)


def _is_one_cohort(group: Sequence[Table], folder: Path, inquiry: Inquiry) -> bool:
    """Whether tables of the same columns hold other subjects each, and mean the same by them.

    Not those of a split for training and test; nor if one of them was chosen.
    """
    chosen = inquiry.answers.get(TABLE)
    if any(chosen == _name_within(table.parts, folder) for table in group):
        return False
    names = [_name_within(table.parts, folder) for table in group]
    if any(map(OF_A_SPLIT.search, names)):
        return False
    return all(_go_together(one, other) for one, other in combinations(group, 2))


def _go_together(one: Table, other: Table) -> bool:
    """Whether two tables of the same columns are of other subjects, and read in the same way."""
    names = one.sheet.names
    if other.sheet.names != names and len(set(names)) < len(names):
        return False
    if one.label != other.label or match_ids(one.ids, other.ids).pairs:
        return False
    return _have_one_brain(one.brain, other.brain) and _have_one_coding(one, other)


def _have_one_brain(one: Dataset | None, other: Dataset | None) -> bool:
    """Whether the same was understood of both, or neither has any."""
    if one is None or other is None:
        return one is other
    readings = [brain.interpretation.connectome for brain in (one, other)]
    values = [None if reading is None else reading.values for reading in readings]
    return (
        set(one.measures) == set(other.measures)
        and set(one.regions) == set(other.regions)
        and values[0] == values[1]
    )


def _have_one_coding(one: Table, other: Table) -> bool:
    """Whether a class means the same in both: 0 and 1 beside 1 and 2 do not say so.

    Each may have one class alone: the patients, and the controls.
    """
    if one.label is None:
        return True
    cells = [table.sheet.texts(table.label or "") for table in (one, other)]
    single = all(len({cell for cell in column if not is_missing(cell)}) < 2 for column in cells)
    return single or have_one_vocabulary(*cells)


def _together(group: Sequence[Table], inquiry: Inquiry) -> Table:
    parts = tuple(path for table in group for path in table.parts)
    sheets = [table.sheet for table in group]
    with_classes = group[0].label is None
    sheet = _one_below_the_other(parts, sheets, inquiry, with_classes=with_classes)
    renamed = {old: new for table in group for old, new in table.renamed.items()}
    found = understood(parts, sheet, inquiry)
    return replace(found, with_classes=with_classes, renamed=renamed)


def _one_below_the_other(
    parts: Sequence[Path], sheets: Sequence[Sheet], inquiry: Inquiry, *, with_classes: bool
) -> Sheet:
    """The rows of all sheets; with their files as the site or as the class, if they are that."""
    first = sheets[0]
    if len(sheets) == 1:
        return first
    names, columns = first.names, []
    for place, name in enumerate(names):
        cells = [
            sheet.columns[place] if sheet.names == names else sheet.column(name) for sheet in sheets
        ]
        columns.append(below_each_other(cells))
    if inquiry.answers.get(SITE) == OF_FILE and OF_FILE not in names:
        names = (*names, OF_FILE)
        columns.append(_each_row(called(parts), sheets))
    classes = classes_by_names(parts) if with_classes and GROUP not in names else None
    if classes is not None:
        inquiry.assume(Message("readers_folders.classes-by-files", classes=classes))
        names = (*names, GROUP)
        columns.append(_each_row(classes, sheets))
    return Sheet(names, tuple(columns), first.text)


def _each_row(words: Sequence[str], sheets: Sequence[Sheet]) -> tuple[str, ...]:
    """The word of each sheet, in all of its rows."""
    return tuple(word for word, sheet in zip(words, sheets, strict=True) for _ in range(len(sheet)))
