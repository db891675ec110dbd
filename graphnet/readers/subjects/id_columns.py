"""Which column of a table holds the ids that the files of a folder are named for."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from graphnet.data.identifiers import match_ids
from graphnet.data.interpretation import Choice
from graphnet.errors import shortened
from graphnet.readers.inquiry import ID, Inquiry
from graphnet.readers.subjects.assigning import Files, alternatives, by_ids, matches, subject_of
from graphnet.readers.subjects.words import IDS, plain
from graphnet.readers.tables.sheet import Sheet

MOST_COLUMNS = 300  # that may hold ids


def id_column(sheet: Sheet, path: Path, files: Files, inquiry: Inquiry) -> str | None:
    """The column whose values name most files; else the one called like ids."""
    given = inquiry.given(ID)
    if given in sheet.names:
        return given
    others = Files(files.folder, files.scans, [each for each in files.rest if each != path])
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
        f"{path.name} has several columns that name the files of the subjects, each in another "
        "order. Which one holds the ids?",
        [Choice(name, f"{name}: {shortened(columns[name], 3)}") for name in (names[0], *rivals)],
    )


def _counts(cells: Sequence[str]) -> bool:
    """Whether cells are 0, 1, 2 … or 1, 2, 3 … in the order of the rows."""
    return cells[0] in {"0", "1"} and list(cells) == [
        str(int(cells[0]) + row) for row in range(len(cells))
    ]


def _files_of(ids: Sequence[str], files: Files) -> list[frozenset[Path]]:
    """The files of each row, if it has these ids."""
    scans = files.scans or by_ids(files, ids)
    place = max(range(alternatives(scans)), key=lambda each: matches(scans, each, ids), default=0)
    of: dict[str, set[Path]] = {}
    for scan in scans:
        of.setdefault(subject_of(scan, place), set()).add(scan.path)
    known = {listed: name for name, listed in match_ids(list(of), ids).pairs}
    return [frozenset(of[known[each]]) if each in known else frozenset() for each in ids]


def _columns(sheet: Sheet) -> dict[str, tuple[str, ...]]:
    """The cells of columns that may hold ids, those that are called so first."""
    found: dict[str, tuple[str, ...]] = {}
    for name in sorted(dict.fromkeys(sheet.names[:MOST_COLUMNS]), key=lambda one: not _is_id(one)):
        cells = sheet.column(name)
        if isinstance(cells, tuple) or not np.mod(np.nan_to_num(cells), 1).any():
            texts = sheet.texts(name)
            if _is_id(name) or 2 * len(set(texts)) > len(texts):
                found[name] = texts
    return found


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
            f"The table {inquiry.name} has no header: its first line holds {column}, which names "
            "a file. Give it a first line with names, such as ID and LABEL."
        )
