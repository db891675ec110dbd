"""The table of subjects in a folder: found by the ids that its files are named for."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graphnet.data.identifiers import match_ids, repeated
from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError, shortened
from graphnet.readers.archives import Archive
from graphnet.readers.delimited import read_sheet
from graphnet.readers.entities import Scan, ending, keys, scan_by_id
from graphnet.readers.inquiry import ID, Inquiry
from graphnet.readers.people import read_people
from graphnet.readers.sheet import Sheet
from graphnet.readers.words import IDS, plain

TABLE = "table"
ENDS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".ods")
WORKBOOKS = (".xlsx", ".xlsm", ".ods")
LIKELY = re.compile(
    r"particip|subj|people|pheno|demogr|clinic|info|group|label|table|covar", re.IGNORECASE
)
MOST_TABLES = 12  # that are looked into
MOST_ALIKE = 3  # files whose names differ in digits alone are of subjects, if there are more
MOST_COLUMNS = 300  # that may hold ids
DIGITS = re.compile(r"\d+")
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


@dataclass(frozen=True)
class Files:
    """What a folder holds besides its tables: ``scans`` by name, and ``rest``, of no known name."""

    folder: Path
    scans: Sequence[Scan]
    rest: Sequence[Path] = field(default=())


def find_roster(files: Files, inquiry: Inquiry, most: int) -> Roster:
    """The one table whose ids are those of the files; asked where two have classes.

    Raises:
        CohortError: there is none.

    """
    found = [
        roster
        for path in _candidates(files)
        if (roster := _looked_into(path, files, inquiry, most)) is not None
    ]
    matching = _best(found, files)
    chosen = _one(matching, files, inquiry)
    # Read again: what comes up in the table that is used is asked and said.
    sheet = _sheet(chosen.path, inquiry, most)
    _leave(found, chosen, files, inquiry)
    return _with_ids(Roster(chosen.path, sheet, chosen.column, sheet.texts(chosen.column)), inquiry)


def assigned(files: Files, roster: Roster, inquiry: Inquiry) -> dict[str, list[Scan]]:
    """Each subject's files, by the ids of the table. Who is in one of both alone is refused."""
    scans = files.scans or _by_ids(files, roster.ids)
    place = max(range(_alternatives(scans)), key=lambda each: _matches(scans, each, roster.ids),
                default=0)  # fmt: skip
    names = list(dict.fromkeys(_subject(scan, place) for scan in scans))
    match = match_ids(names, roster.ids)
    for sentence in match.how:
        inquiry.say(f"{inquiry.name}: {sentence}")
    for sentence in match.collisions:
        inquiry.refuse(f"{inquiry.name}: {sentence}")
    known = match.as_dict
    strange = [name for name in names if name not in known]
    if strange:
        inquiry.refuse(
            f"{inquiry.name} has files of {shortened(strange, 5)}, whom its table {roster.name} "
            f"does not list (its column {roster.column} has {shortened(roster.ids, 3)})."
        )
    found: dict[str, list[Scan]] = {subject: [] for subject in roster.ids}
    for scan in scans:
        name = _subject(scan, place)
        if name in known:
            found[known[name]].append(scan)
    refuse_missing([subject for subject, mine in found.items() if not mine], roster, inquiry)
    return {subject: mine for subject, mine in found.items() if mine}


def refuse_missing(
    subjects: Sequence[str],
    roster: Roster,
    inquiry: Inquiry,
    chosen: Mapping[str, str] | None = None,
) -> None:
    """Refuse people of the table who have no file; ``chosen`` says which was wanted."""
    if not subjects:
        return
    of = ", ".join(f"{key}={value}" for key, value in (chosen or {}).items())
    inquiry.refuse(
        f"{inquiry.name} has no file{f' of {of}' if of else ''} for {shortened(subjects, 5)}, "
        f"listed in its table {roster.name}. Take these rows out of the table, or add the files."
    )


def _candidates(files: Files) -> list[Path]:
    """Files that may be a table, the likeliest first: not many of one name but for digits."""
    paths = [path for path in files.rest if path.suffix.lower() in ENDS]
    alike = Counter(_shape(path) for path in paths)
    few = [path for path in paths if alike[_shape(path)] <= MOST_ALIKE]
    return sorted(few, key=lambda path: _likely(path, files.folder))[:MOST_TABLES]


def _shape(path: Path) -> str:
    return DIGITS.sub("#", path.name)


def _likely(path: Path, folder: Path) -> tuple[bool, int, int, str]:
    depth = len(path.relative_to(folder).parts)
    return not LIKELY.search(path.name), depth, path.stat().st_size, path.name


def _looked_into(path: Path, files: Files, inquiry: Inquiry, most: int) -> Roster | None:
    """A table as it would be used; None where the file is no table."""
    try:
        sheet = _sheet(path, Inquiry(path.name, inquiry.answers), most)
    except CohortError:
        return None
    column = _id_column(sheet, path, files, inquiry)
    if column is None or not len(sheet):
        return None
    return Roster(path, sheet, column, sheet.texts(column))


def _sheet(path: Path, inquiry: Inquiry, most: int) -> Sheet:
    if path.suffix.lower() in WORKBOOKS:
        from graphnet.readers.workbooks import read_workbook  # noqa: PLC0415 - rarely needed

        archive = Archive.of(path, inquiry.name, most)
        with archive.file:
            return read_workbook(archive, inquiry, most // CELL)[1]
    if path.stat().st_size > most:
        raise CohortError(f"{path.name} is larger than {most / 1e6:g} MB.")
    return read_sheet(path.read_bytes(), inquiry, most // CELL)


def _id_column(sheet: Sheet, path: Path, files: Files, inquiry: Inquiry) -> str | None:
    """The column whose values name most files; else the one called like ids."""
    given = inquiry.given(ID)
    if given in sheet.names:
        return given
    others = Files(files.folder, files.scans, [each for each in files.rest if each != path])
    columns = {name: sheet.texts(name) for name in dict.fromkeys(sheet.names[:MOST_COLUMNS])}
    counts = {
        name: _score(cells, others)
        for name, cells in columns.items()
        if _is_id(name) or 2 * len(set(cells)) > len(cells)
    }
    best = max(counts, key=lambda name: (counts[name], _is_id(name)), default=None)
    named = next((name for name in counts if _is_id(name)), None)
    least = min(len(sheet), len(files.scans) or len(sheet)) / 2
    if best is None or (counts[best] < least and named is not None):
        return named
    return best if counts[best] else None


def _is_id(name: str) -> bool:
    return plain(name) in IDS


def _score(ids: Sequence[str], files: Files) -> int:
    """How many of these ids the files are named for."""
    if len(set(ids)) < 2 and len(files.scans) > 1:
        return 0
    scans = files.scans or _by_ids(files, ids)
    return max((_matches(scans, place, ids) for place in range(_alternatives(scans))), default=0)


def _by_ids(files: Files, ids: Sequence[str]) -> list[Scan]:
    ways = keys(list(ids))
    found = (scan_by_id(path, files.folder, ways) for path in files.rest)
    return [scan for scan in found if scan is not None]


def _alternatives(scans: Iterable[Scan]) -> int:
    return max((len(scan.subjects) for scan in scans), default=0)


def _subject(scan: Scan, place: int) -> str:
    return scan.subjects[min(place, len(scan.subjects) - 1)]


def _matches(scans: Iterable[Scan], place: int, ids: Sequence[str]) -> int:
    return len(match_ids([_subject(scan, place) for scan in scans], ids).pairs)


def _best(found: Sequence[Roster], files: Files) -> list[Roster]:
    """Those that name at least half as many files as the best does."""
    scores = [_score(roster.ids, files) for roster in found]
    most = max(scores, default=0)
    if most == 0:
        return list(found[:1])
    return [roster for roster, score in zip(found, scores, strict=True) if 2 * score >= most]


def _one(found: Sequence[Roster], files: Files, inquiry: Inquiry) -> Roster:
    if not found:
        raise CohortError(
            f"{files.folder.name if not inquiry.name else inquiry.name} has no table (CSV or TSV) "
            "with a column of the subjects' ids (ID or participant_id) and a column of their class "
            "(LABEL or group)."
        )
    if len(found) == 1:
        return found[0]
    labelled = [roster for roster in found if _has_class(roster, inquiry)] or list(found)
    if len(labelled) == 1:
        return labelled[0]
    names = [str(roster.path.relative_to(files.folder)) for roster in labelled]
    answer = inquiry.ask(
        TABLE,
        f"{inquiry.name} has {len(names)} tables of its subjects. Which one is to be used?",
        [
            Choice(name, f"{name}, {len(roster.ids)} rows")
            for name, roster in zip(names, labelled, strict=True)
        ],
    )
    return labelled[names.index(answer)]


def _has_class(roster: Roster, inquiry: Inquiry) -> bool:
    scratch = Inquiry(roster.name, inquiry.answers)
    try:
        people = read_people(roster.sheet, roster.sheet.names, scratch)
    except CohortError:
        return False
    return people.label is not None


def _leave(found: Sequence[Roster], chosen: Roster, files: Files, inquiry: Inquiry) -> None:
    """Other tables; and files with numbers whose names say nothing, beside those that do."""
    tables = {roster.path for roster in found}
    for path in sorted(tables - {chosen.path}):
        inquiry.leave(path.name, f"{chosen.name} is the table of subjects that was used")
    other = [path.name for path in files.rest if ending(path.name) and path not in tables]
    if files.scans and other:
        inquiry.leave(shortened(other, 3), "their names do not say what they hold")


def _with_ids(roster: Roster, inquiry: Inquiry) -> Roster:
    """Without rows that have no id, which are said; ids listed twice are refused."""
    twice = repeated(roster.ids)
    if twice:
        inquiry.refuse(
            f"{inquiry.name} lists {shortened(twice, 5)} more than once in its table {roster.name}."
        )
    kept = [row for row, subject in enumerate(roster.ids) if subject.strip()]
    if len(kept) == len(roster.ids):
        return roster
    inquiry.say(
        f"{roster.name} has {len(roster.ids) - len(kept)} rows without an id in {roster.column}; "
        "they were left out."
    )
    sheet = rows_of(roster.sheet, kept)
    return Roster(roster.path, sheet, roster.column, sheet.texts(roster.column))


def rows_of(sheet: Sheet, rows: Sequence[int]) -> Sheet:
    """The same columns with some of the rows."""
    columns = tuple(
        tuple(cells[row] for row in rows) if isinstance(cells, tuple) else cells[list(rows)]
        for cells in sheet.columns
    )
    return Sheet(sheet.names, columns, sheet.text)
