"""Whose each file of a folder is: by the ids in names and those of the table."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from graphnet.data.identifiers import IdMatch, match_ids, number_alone
from graphnet.data.interpretation import Choice
from graphnet.errors import shortened
from graphnet.messages import Message, every, first_of
from graphnet.readers.folders.entities import (
    Scan,
    ending,
    is_of_probabilities,
    keys,
    scan_by_id,
)
from graphnet.readers.inquiry import ID, Inquiry
from graphnet.readers.subjects.words import IDS, plain
from graphnet.readers.tables.sheet import Sheet

DIGITS = re.compile(r"\d+")
WORD = re.compile(r"[A-Za-z]*[0-9]+")
NUMBERS = "ids.numbers"  # the key of the question
SAME, OTHERS = "same", "others"


@dataclass(frozen=True)
class Files:
    """What a folder holds besides its tables: ``scans`` by name, and ``rest``, of no known name.

    ``lookups`` are micapipe's tables of regions, by atlas. With ``are_tables`` each of the rest is
    a table of text, whatever it is called.
    """

    folder: Path
    scans: Sequence[Scan]
    rest: Sequence[Path] = field(default=())
    lookups: Mapping[str, Path] = field(default_factory=dict)
    are_tables: bool = False


def assigned(
    files: Files, listed: Sequence[str], table: str, inquiry: Inquiry
) -> dict[str, list[Scan]]:
    """Each subject's files, by the ids of the table. Who is in one of both alone is refused."""
    scans = files.scans or by_ids(files, listed)
    if not files.scans:
        _refuse_unlisted(files, scans, table, inquiry)
    place = max(range(alternatives(scans)), key=lambda candidate: matches(scans, candidate, listed),
                default=0)  # fmt: skip
    names = list(dict.fromkeys(subject_of(scan, place) for scan in scans))
    match = match_ids(names, listed)
    for sentence in match.how:
        inquiry.assume(Message("readers_subjects.of-file", file=inquiry.name, detail=sentence))
    for sentence in match.collisions:
        inquiry.refuse(Message("readers_subjects.of-file", file=inquiry.name, detail=sentence))
    listed_id = match.as_dict | _by_numbers(names, listed, match, table, inquiry)
    strange = [name for name in names if name not in listed_id]
    if strange:
        inquiry.refuse(
            Message(
                "readers_subjects.files-not-listed",
                file=inquiry.name,
                subjects=first_of(strange, 5),
                table=table,
                listed=first_of(listed, 3),
            )
        )
    scans_of: dict[str, list[Scan]] = {subject: [] for subject in listed}
    for scan in scans:
        name = subject_of(scan, place)
        if name in listed_id:
            scans_of[listed_id[name]].append(scan)
    refuse_missing([subject for subject, own in scans_of.items() if not own], table, inquiry)
    return {subject: own for subject, own in scans_of.items() if own}


def _by_numbers(
    names: Sequence[str], listed: Sequence[str], match: IdMatch, table: str, inquiry: Inquiry
) -> dict[str, str]:
    """Whose the files of ``names`` are that have no id of the table, but the number of one: asked.

    Only where that is one subject for each of them, and one of them for each subject.
    """
    ours = [name for name in names if name not in match.left]
    theirs = [subject for subject in listed if subject not in match.right]
    subjects = {number: each for each in theirs if (number := number_alone(each))}
    numbers = [number_alone(name) for name in ours]
    is_clear = len(subjects) == len(theirs) and len(set(numbers)) == len(numbers)
    if not ours or not is_clear or not set(numbers) <= set(subjects):
        return {}
    pairs = {name: subjects[str(number)] for name, number in zip(ours, numbers, strict=True)}
    name, subject = next(iter(pairs.items()))
    answer = inquiry.ask(
        NUMBERS,
        Message(
            "readers_subjects.ask-numbers",
            file=inquiry.name,
            table=table,
            count=len(pairs),
            names=first_of(pairs, 3),
            subjects=first_of(pairs.values(), 3),
        ),
        (
            Choice(SAME, Message("readers_subjects.same-numbers", name=name, subject=subject)),
            Choice(OTHERS, Message("readers_subjects.other-numbers")),
        ),
    )
    return pairs if answer == SAME else {}


def _refuse_unlisted(files: Files, scans: Sequence[Scan], table: str, inquiry: Inquiry) -> None:
    """Refuse files that are called like those of subjects but for the number; leave the others."""
    paths = {scan.path for scan in scans}
    shapes = {_shape(path, files.folder) for path in paths}
    rest = [path for path in files.rest if path not in paths and ending(path.name)]
    unlisted = [path for path in rest if _shape(path, files.folder) in shapes]
    if unlisted:
        names = [str(path.relative_to(files.folder)) for path in unlisted]
        inquiry.refuse(
            Message(
                "readers_subjects.unlisted-files",
                file=inquiry.name,
                files=first_of(names, 5),
                table=table,
            )
        )
    left = {item.what for item in inquiry.left_alone}
    others = [path.name for path in rest if path not in unlisted and path.name not in left]
    odd = [name for name in others if is_of_probabilities(name)]
    if odd:
        inquiry.leave(shortened(odd, 3), Message("readers_folders.no-regions"))
    others = [name for name in others if name not in odd]
    if others:
        inquiry.leave(shortened(others, 3), Message("readers_subjects.no-id-in-names", table=table))


def _shape(path: Path, folder: Path) -> str:
    """A path without what numbers its digits make."""
    return DIGITS.sub("#", str(path.relative_to(folder)))


def refuse_missing(
    subjects: Sequence[str],
    table: str,
    inquiry: Inquiry,
    chosen: Mapping[str, str] | None = None,
) -> None:
    """Refuse people of the table who have no file; ``chosen`` says which was wanted."""
    if not subjects:
        return
    wanted = every(f"{key}={value}" for key, value in (chosen or {}).items())
    inquiry.refuse(
        Message(
            "readers_subjects.no-file-for-subjects",
            file=inquiry.name,
            wanted=wanted if chosen else "any",
            subjects=first_of(subjects, 5),
            table=table,
        )
    )


def by_ids(files: Files, ids: Sequence[str]) -> list[Scan]:
    """The files of no known name that have one of these ids in their paths.

    Of two numbers in each name the one counts that tells more subjects apart: ``AAL_90_12``. Where
    no name has an id, but its number without the letters before it, that is looked for.
    """
    ways = keys(list(ids))
    first, last = _by_ways(files, ways, last=False), _by_ways(files, ways, last=True)
    found = last if _subjects(last) > _subjects(first) else first
    return found or _by_ways(files, numbers_in(files.rest, ids), last=False)


def _by_ways(files: Files, ways: Mapping[str, str], *, last: bool) -> list[Scan]:
    """The files with one of these ids in their paths, without p-values beside other files."""
    scans = [
        scan
        for path in files.rest
        if (scan := scan_by_id(path, files.folder, ways, last=last)) is not None
    ]
    odd = [scan for scan in scans if is_of_probabilities(scan.path.name)]
    others = [scan for scan in scans if scan not in odd]
    groups = others and not {scan.subjects for scan in odd} & {scan.subjects for scan in others}
    return scans if groups else others  # S01_P and S02_C are of patients and controls


def numbers_in(paths: Iterable[Path], ids: Sequence[str]) -> dict[str, str]:
    """What names of files have of the ids' numbers: ``14`` of NL0014, and ``NL0014`` of 14."""
    subject_of = {number: subject for subject in ids if (number := number_alone(subject))}
    if len(subject_of) < len(set(ids)):
        return {}
    named = [set(WORD.findall(path.name)) for path in paths]
    in_all = set.intersection(*named) if len(named) > 1 else set[str]()  # dr_stage1_subject00001
    owners = {word: subject_of.get(number_alone(word) or "") for word in set().union(*named)}
    return {word: own for word, own in owners.items() if own is not None and word not in in_all}


def _subjects(scans: Iterable[Scan]) -> int:
    return len({scan.subjects for scan in scans})


def alternatives(scans: Iterable[Scan]) -> int:
    """How many ids a name may mean at most."""
    return max((len(scan.subjects) for scan in scans), default=0)


def subject_of(scan: Scan, place: int) -> str:
    """The id of a file, of several that its name may mean the one in this ``place``."""
    return scan.subjects[min(place, len(scan.subjects) - 1)]


def matches(scans: Iterable[Scan], place: int, ids: Sequence[str]) -> int:
    """How many of the ``ids`` have a file."""
    return len(match_ids([subject_of(scan, place) for scan in scans], ids).pairs)


MOST_COLUMNS = 300  # that may hold ids


def id_column(sheet: Sheet, path: Path, files: Files, inquiry: Inquiry) -> str | None:
    """The column whose values name most files; else the one called like ids."""
    given = inquiry.answer(ID)
    if given in sheet.names:
        return given
    others = Files(files.folder, files.scans, [other for other in files.rest if other != path])
    columns = _columns(sheet)
    counts = {name: score_of(cells, others) for name, cells in columns.items()}
    whole = [name for name, cells in columns.items() if counts[name] == len(set(cells))]
    if whole:
        return _of_whole({name: columns[name] for name in whole}, others, path, inquiry)
    best = max(counts, key=lambda name: counts[name], default=None)
    named = next((name for name in counts if _is_id(name)), None)
    least = min(len(sheet), len(files.scans) or len(sheet)) / 2
    if best is None or (counts[best] < least and named is not None):
        return named
    return best if counts[best] else None


def _of_whole(
    columns: Mapping[str, tuple[str, ...]], files: Files, path: Path, inquiry: Inquiry
) -> str:
    """Of columns all of whose cells have files: asked where they give them to other rows.

    A column that counts the rows is no evidence beside one that does not.
    """
    names = [name for name in columns if not _counts(columns[name])] or list(columns)
    named = [name for name in names if _is_id(name)]
    names = named or names
    first = _files_of(columns[names[0]], files)
    rivals = [name for name in names if _files_of(columns[name], files) != first]
    if not rivals:
        return names[0]
    return inquiry.ask(
        ID,
        Message("readers_subjects.ask-id-column", table=path.name),
        [
            Choice(
                name,
                Message(
                    "readers_tables.column-with-values",
                    column=name,
                    values=first_of(columns[name], 3),
                ),
            )
            for name in (names[0], *rivals)
        ],
    )


def _counts(cells: Sequence[str]) -> bool:
    """Whether cells are 0, 1, 2 … or 1, 2, 3 … in the order of the rows."""
    return cells[0] in {"0", "1"} and list(cells) == [
        str(int(cells[0]) + row) for row in range(len(cells))
    ]


def _files_of(ids: Sequence[str], files: Files) -> list[frozenset[Path]]:
    """The files of each row, if it has these ids."""
    scans = files.scans or by_ids(files, ids)
    place = max(
        range(alternatives(scans)), key=lambda candidate: matches(scans, candidate, ids), default=0
    )
    of: dict[str, set[Path]] = {}
    for scan in scans:
        of.setdefault(subject_of(scan, place), set()).add(scan.path)
    name_of = {listed: name for name, listed in match_ids(list(of), ids).pairs}
    return [
        frozenset(of[name_of[candidate]]) if candidate in name_of else frozenset()
        for candidate in ids
    ]


def owners_by_ids(files: Files, ids: Sequence[str]) -> dict[Path, str]:
    """Whose each file is by the ids in their names."""
    pairs = zip(ids, _files_of(ids, files), strict=True)
    return {path: subject for subject, paths in pairs for path in paths}


def _columns(sheet: Sheet) -> dict[str, tuple[str, ...]]:
    """The cells of columns that may hold ids, those that are called so first."""
    candidates: dict[str, tuple[str, ...]] = {}
    for name in sorted(dict.fromkeys(sheet.names[:MOST_COLUMNS]), key=lambda one: not _is_id(one)):
        cells = sheet.column(name)
        if isinstance(cells, tuple) or not np.mod(np.nan_to_num(cells), 1).any():
            texts = sheet.texts(name)
            if _is_id(name) or 2 * len(set(texts)) > len(texts):
                candidates[name] = texts
    return candidates


def _is_id(name: str) -> bool:
    return plain(name) in IDS


def score_of(ids: Sequence[str], files: Files) -> int:
    """How many of these ids the files are named for."""
    if len(set(ids)) < 2 and len(files.scans) > 1:
        return 0
    scans = files.scans or by_ids(files, ids)
    return max((matches(scans, place, ids) for place in range(alternatives(scans))), default=0)


def check_header(sheet: Sheet, column: str, files: Files, inquiry: Inquiry) -> None:
    """Refuse a table whose first line is a subject's: its cell names files, as its ids do."""
    named = _files_of([column], files)[0]
    every = {path for paths in _files_of(sheet.texts(column), files) for path in paths}
    if column and named and not named & every:
        inquiry.refuse(
            Message("readers_subjects.table-without-header", table=inquiry.name, cell=column)
        )
