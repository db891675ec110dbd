"""The table of subjects in a folder: found by the ids that its files are named for."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from graphnet.data.identifiers import match_ids, repeated
from graphnet.errors import CohortError, shortened
from graphnet.messages import Message, first_of
from graphnet.readers.folders.archives import Archive, gunzip
from graphnet.readers.folders.entities import PACKED, ending
from graphnet.readers.folders.surroundings import ID as ID_COLUMN
from graphnet.readers.folders.surroundings import (
    is_partitioned,
    sheet_of_folders,
    with_levels,
    with_partitions,
)
from graphnet.readers.inquiry import ID, Inquiry
from graphnet.readers.subjects.assigning import Files, check_header, id_column, score_of
from graphnet.readers.subjects.people import read_people
from graphnet.readers.subjects.sessions import classes_of_repeated, one_row_each
from graphnet.readers.subjects.several_tables import (
    TABLE,
    ClassTable,
    ask_table,
    say_differing_classes,
)
from graphnet.readers.tables.sheet import Sheet, as_texts, tidied
from graphnet.readers.tables.statistics import statistics_format
from graphnet.readers.tables.workbooks import read_workbook
from graphnet.readers.text.delimited import read_sheet

WORKBOOKS = (".xlsx", ".xlsm", ".ods")
STATISTICS = (".dta", ".sav", ".zsav", ".parquet", ".feather", ".arrow")
ENDS = (".csv", ".tsv", ".tab", ".table", ".txt", ".dat", *WORKBOOKS, *STATISTICS)
# How FreeSurfer's tables begin, which are called as whoever wrote them likes.
FREESURFER, LOOKED_AT = re.compile(r"\ufeff?([lr]h\.|Measure:)"), 16  # characters
LIKELY = re.compile(
    r"particip|subj|people|pheno|demogr|clinic|info|group|label|table|covar", re.IGNORECASE
)
MOST_TABLES = 12  # that are looked into
MOST_ALIKE = 3  # files whose names differ in digits alone are of subjects, if there are more
DIGITS = re.compile(r"\d+")
OF_FOLDERS = "folders"  # what the table is called that folders per class become
CELL = 8  # bytes


@dataclass(frozen=True)
class Roster:
    """A table of subjects: its path, its cells, and the ``column`` of ids with its ``ids``."""

    path: Path
    sheet: Sheet
    column: str
    ids: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the table is called in sentences."""
        return self.path.name


def find_roster(files: Files, inquiry: Inquiry, most: int) -> Roster:
    """The one table whose ids are those of the files; asked where two have classes.

    Raises:
        CohortError: there is none.

    """
    unread: list[Message] = []
    rosters = []
    for path in candidates(files):
        try:
            roster = _looked_into(path, files, inquiry, most)
        except CohortError as error:
            unread += [
                Message("readers_subjects.of-file", file=path.name, detail=message)
                for message in error.messages
            ]
            continue
        if roster is not None:
            rosters.append(roster)
    if not rosters:
        sheet = sheet_of_folders(files, inquiry)
        if sheet is None:
            raise _no_table(files, inquiry, unread)
        return Roster(files.folder / OF_FOLDERS, sheet, ID_COLUMN, sheet.texts(ID_COLUMN))
    chosen = _one(_best(rosters, files, inquiry), files, inquiry)
    # Read again: what comes up in the table that is used is asked and said.
    sheet = read_file(chosen.path, replace(inquiry, name=chosen.name), most)
    id_column(sheet, chosen.path, files, inquiry)
    _leave(rosters, chosen, files, inquiry)
    given = inquiry.answer(ID)
    if given is not None and given not in sheet.names:
        inquiry.refuse(
            Message(
                "readers_tables.no-such-column",
                key=ID,
                column=repr(given),
                file=chosen.name,
                columns=first_of([name for name in sheet.names if name]),
            )
        )
    others = replace(files, rest=[path for path in files.rest if path != chosen.path])
    check_header(chosen.sheet, chosen.column, others, replace(inquiry, name=chosen.name))
    read = Roster(chosen.path, sheet, chosen.column, sheet.texts(chosen.column))
    return _with_ids(_of_sessions(read, files, inquiry), inquiry)


def candidates(files: Files, most: int = MOST_TABLES) -> list[Path]:
    """Files that may be a table, the likeliest first: not many of one name but for digits."""
    if files.are_tables:
        return list(files.rest)
    paths = [
        path
        for path in files.rest
        if unpacked_name(path).suffix.lower() in ENDS or is_of_freesurfer(path)
    ]
    paths = [
        path for path in paths if path == unpacked_name(path) or not unpacked_name(path).exists()
    ]
    few = _without_many(paths)
    return sorted(few, key=lambda path: _likely(path, files.folder))[:most]


def _without_many(paths: Sequence[Path]) -> list[Path]:
    """Without files of one name but for digits, if they are more than a few: they are of subjects.

    A few files of one and the same name may be of a site each; parts of a table always are.
    """
    alike = Counter(map(_shape, paths))
    same = Counter(path.name for path in paths)
    most = {
        name: MOST_TABLES if same[name] == alike[DIGITS.sub("#", name)] else MOST_ALIKE
        for name in same
    }
    return [
        path for path in paths if alike[_shape(path)] <= most[path.name] or is_partitioned(path)
    ]


def unpacked_name(path: Path) -> Path:
    """``cohort.csv`` of ``cohort.csv.gz``; any other path itself."""
    return path.with_suffix("") if path.suffix.lower() == PACKED else path


def is_of_freesurfer(path: Path) -> bool:
    """Whether a file begins as ``aparcstats2table`` and ``asegstats2table`` begin theirs."""
    with path.open("rb") as opened:
        return FREESURFER.match(opened.read(LOOKED_AT).decode("latin-1")) is not None


def _shape(path: Path) -> str:
    return DIGITS.sub("#", path.name)


def _likely(path: Path, folder: Path) -> tuple[bool, int, int, str]:
    depth = len(path.relative_to(folder).parts)
    return not LIKELY.search(path.name), depth, path.stat().st_size, path.name


def _looked_into(path: Path, files: Files, inquiry: Inquiry, most: int) -> Roster | None:
    """A table as it would be used; None where it has no ids. Raises CohortError if unreadable."""
    sheet = read_file(path, Inquiry(path.name, inquiry.answers), most)
    column = (
        id_column(sheet, path, files, Inquiry(path.name, inquiry.answers)) if len(sheet) else None
    )
    if column is None:
        return None
    return Roster(path, sheet, column, sheet.texts(column))


def read_file(path: Path, inquiry: Inquiry, most: int) -> Sheet:
    """The sheet in a text, a workbook or a table of statistics, each maybe packed by gzip.

    Codes that a JSON file beside it explains are words.

    Raises:
        CohortError: it is something else, damaged, or more than ``most`` bytes.

    """
    read = tidied(_read_file(path, inquiry, most), inquiry)
    sheet = with_partitions(read, path, inquiry)
    return with_levels(sheet, unpacked_name(path), inquiry)


def _read_file(path: Path, inquiry: Inquiry, most: int) -> Sheet:
    if path != unpacked_name(path):
        with TemporaryDirectory(prefix="sgn-table-") as folder:
            inner = Path(folder) / unpacked_name(path).name
            gunzip(path, inner, path.name, most)
            return _read_file(inner, inquiry, most)
    if path.suffix.lower() in WORKBOOKS:
        archive = Archive.of(path, inquiry.name, most)
        with archive.file:
            return read_workbook(archive, inquiry, most // CELL)[1]
    if path.suffix.lower() in STATISTICS:
        return _statistics(path, inquiry, most // CELL)
    if path.stat().st_size > most:
        raise CohortError(
            Message("readers_subjects.table-too-large", table=path.name, megabytes=most / 1e6)
        )
    return read_sheet(path.read_bytes(), inquiry, most // CELL)


def _statistics(path: Path, inquiry: Inquiry, most_cells: int) -> Sheet:
    """The table of Stata, SPSS, Parquet or Arrow, told apart by what the file holds."""
    with path.open("rb") as opened:
        form = statistics_format(opened.read(LOOKED_AT))
    if form is None:
        raise CohortError(Message("readers_subjects.no-such-table", table=path.name))
    return form.read(path, inquiry, most_cells)


def _no_table(files: Files, inquiry: Inquiry, unread: Sequence[Message]) -> CohortError:
    names = Counter(path.suffix or path.name for path in files.rest)
    kinds = [f"{count} {name}" for name, count in names.most_common()]
    return CohortError(
        Message(
            "readers_subjects.no-table",
            file=inquiry.name,
            others=len(kinds),
            kinds=first_of(kinds, 5),
        ),
        *unread[:3],
    )


def _best(rosters: Sequence[Roster], files: Files, inquiry: Inquiry) -> list[Roster]:
    """Those that name at least half as many files as the best does.

    Where none names a file, the one that was answered, or else the likeliest with classes.
    """
    scores = [score_of(roster.ids, files) for roster in rosters]
    most = max(scores, default=0)
    if most == 0:
        wanted = inquiry.answer(TABLE)
        named = [
            roster for roster in rosters if str(roster.path.relative_to(files.folder)) == wanted
        ]
        labelled = [roster for roster in rosters if class_column(roster, inquiry) is not None]
        return named or labelled[:1] or list(rosters[:1])
    return [roster for roster, score in zip(rosters, scores, strict=True) if 2 * score >= most]


def _one(rosters: Sequence[Roster], files: Files, inquiry: Inquiry) -> Roster:
    if len(rosters) == 1:
        return rosters[0]
    first = {_cells(roster.sheet): roster.path for roster in reversed(rosters)}
    rosters = [roster for roster in rosters if roster.path in first.values()]  # of copies the first
    tables = [
        ClassTable(
            str(roster.path.relative_to(files.folder)),
            roster.sheet,
            roster.ids,
            class_column(roster, inquiry),
        )
        for roster in rosters
    ]
    if any(table.label for table in tables):
        labelled = [place for place, table in enumerate(tables) if table.label]
    else:
        labelled = list(range(len(tables)))
    if len(labelled) == 1:
        return rosters[labelled[0]]
    chosen = labelled[ask_table([tables[place] for place in labelled], inquiry)]
    if inquiry.answer(TABLE) is not None:
        for place in labelled:
            say_differing_classes(tables[chosen], tables[place], inquiry)
    return rosters[chosen]


def _cells(sheet: Sheet) -> tuple[tuple[str, ...], ...]:
    """The names and the columns, to compare tables by."""
    return (sheet.names, *(as_texts(cells) for cells in sheet.columns))


def class_column(roster: Roster, inquiry: Inquiry) -> str | None:
    """The column of the classes of a table, None where it has none."""
    scratch = Inquiry(roster.name, inquiry.answers)
    try:
        people = read_people(roster.sheet, roster.sheet.names, scratch)
    except CohortError:
        return None
    return None if people.label is None else people.label.column


def _leave(rosters: Sequence[Roster], chosen: Roster, files: Files, inquiry: Inquiry) -> None:
    """Other tables; and files with numbers whose names say nothing, beside those that do."""
    tables = {roster.path for roster in rosters}
    for path in sorted(tables - {chosen.path}):
        inquiry.leave(path.name, Message("readers_subjects.another-table-used", table=chosen.name))
    other = [path.name for path in files.rest if ending(path.name) and path not in tables]
    if files.scans and other:
        inquiry.leave(shortened(other, 3), Message("readers_subjects.names-say-nothing"))


def _of_sessions(roster: Roster, files: Files, inquiry: Inquiry) -> Roster:
    """With a row per subject where the table has one per session."""
    if not repeated(roster.ids):
        return roster
    label = class_column(roster, inquiry)
    named = replace(inquiry, name=roster.name)
    sheet, kept = one_row_each(roster.sheet, roster.ids, label, files.scans, named)
    return _rows_of_roster(replace(roster, sheet=sheet), kept)


def _with_ids(roster: Roster, inquiry: Inquiry) -> Roster:
    """Without rows that have no id, which are said; ids listed twice are refused."""
    twice = repeated(roster.ids)
    if twice:
        torn = classes_of_repeated(roster.sheet, roster.ids, class_column(roster, inquiry))
        inquiry.refuse(
            Message(
                "readers_subjects.listed-twice",
                file=inquiry.name,
                subjects=first_of(torn or twice, 5),
                table=roster.name,
            )
        )
    kept = [row for row, subject in enumerate(roster.ids) if subject.strip()]
    if len(kept) == len(roster.ids):
        return roster
    inquiry.assume(
        Message(
            "readers_subjects.rows-without-id",
            table=roster.name,
            column=roster.column,
            count=len(roster.ids) - len(kept),
            total=len(roster.ids),
        )
    )
    return _rows_of_roster(roster, kept)


def _rows_of_roster(roster: Roster, rows: Sequence[int]) -> Roster:
    sheet = rows_of(roster.sheet, rows)
    return Roster(roster.path, sheet, roster.column, sheet.texts(roster.column))


def rows_of(sheet: Sheet, rows: Sequence[int]) -> Sheet:
    """The same columns with some of the rows."""
    columns = tuple(
        tuple(cells[row] for row in rows) if isinstance(cells, tuple) else cells[list(rows)]
        for cells in sheet.columns
    )
    return Sheet(sheet.names, columns, sheet.text)


def matched_rows(
    own: Sequence[str], table: str, ids: Sequence[str], listing: str, inquiry: Inquiry
) -> list[int]:
    """The row of a ``table`` for each of the ``ids``; who is in one of both alone is refused.

    Args:
        own: the ids of the table's rows.
        table: what it is called.
        ids: those of the subjects who are wanted.
        listing: what the file is called that lists them.
        inquiry: takes what is assumed and refused; [] is returned where somebody is missing.

    """
    match = match_ids(own, ids)
    for sentence in match.how:
        inquiry.assume(Message("readers_subjects.of-file", file=table, detail=sentence))
    for sentence in match.collisions:
        inquiry.refuse(Message("readers_subjects.of-file", file=table, detail=sentence))
    row_of = {listed: own.index(subject) for subject, listed in match.pairs}
    lacking = [subject for subject in ids if subject not in row_of]
    matched = {subject for subject, _ in match.pairs}
    more = [subject for subject in own if subject not in matched]
    if lacking or more:
        inquiry.refuse(
            Message(
                "readers_folders.other-subjects",
                file=inquiry.name,
                table=table,
                listing=listing,
                kind="both" if lacking and more else "lacking" if lacking else "more",
                lacking=first_of(lacking, 5),
                more=first_of(more, 5),
            )
        )
        return []
    return [row_of[subject] for subject in ids]
