"""Files whose subjects a column of the table tells: ``file_name`` beside ``participant_id``.

Where names of files hold the ids too and say something else, it is asked which is right.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.folders.entities import ending, scan_listed, stem
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.assigning import Files, owners_by_ids
from graphnet.readers.subjects.roster import candidates, read_file
from graphnet.readers.subjects.words import IDS, plain
from graphnet.readers.tables.roles import find_roles
from graphnet.readers.tables.sheet import Sheet, is_missing

LEAST = 2  # files
OF_FILES = re.compile(r"file|path|scan|image|img|文件|路径", re.IGNORECASE)
BY, COLUMN, NAMES = "files.column", "column", "names"  # the question and its answers


def with_listed_files(files: Files, inquiry: Inquiry, most: int) -> Files:
    """The same; with files as scans of those whom a column of a table says to have them."""
    for table in candidates(files):
        try:
            sheet = read_file(table, Inquiry(table.name, inquiry.answers), most)
        except CohortError:
            continue
        ids = _ids(sheet, table, inquiry)
        others = replace(files, rest=[path for path in files.rest if path != table])
        for column, cells in _texts(sheet) if ids else ():
            found = _files_of(cells, others)
            named = [cell for cell in cells if not is_missing(cell)]
            if len(found) >= LEAST and all(cell in found for cell in named):
                owners = {found[cell]: subject for cell, subject in zip(cells, ids, strict=True)
                          if cell in found}  # fmt: skip
                return _assigned(files, others, owners, (table.name, column), inquiry)
    return files


def _assigned(
    files: Files,
    others: Files,
    owners: Mapping[Path, str],
    where: tuple[str, str],
    inquiry: Inquiry,
) -> Files:
    """The files with ``owners`` by a table and column; asked where ids in names say otherwise."""
    by_name = owners_by_ids(others, list(owners.values()))
    if all(by_name.get(path) == subject for path, subject in owners.items()):
        return files
    table, column = where
    odd = [path for path, subject in owners.items() if by_name.get(path, subject) != subject]
    about = {"file": inquiry.name, "table": table, "column": column}
    if odd:
        example = {"example": odd[0].name, "named": by_name[odd[0]], "listed": owners[odd[0]]}
        answer = inquiry.ask(
            BY,
            Message("readers_folders.ask-files-by-column", **about, **example),
            (
                Choice(COLUMN, Message("readers_folders.files-of-column", column=column)),
                Choice(NAMES, Message("readers_folders.files-of-names")),
            ),
        )
        if answer == NAMES:
            return files
    inquiry.assume(Message("readers_folders.files-by-column", count=len(owners), **about))
    scans = [scan_listed(path, files.folder, subject) for path, subject in owners.items()]
    scans += [scan for scan in files.scans if scan.path not in owners]
    return replace(files, scans=scans, rest=[path for path in files.rest if path not in owners])


def _ids(sheet: Sheet, table: Path, inquiry: Inquiry) -> tuple[str, ...]:
    """The ids of a table, one on each row; () where it has none."""
    column = find_roles(sheet, sheet.names, Inquiry(table.name, inquiry.answers)).id
    ids = sheet.texts(column) if column else ()
    return ids if len(set(ids)) == len(ids) and all(map(str.strip, ids)) else ()


def _texts(sheet: Sheet) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Columns that are no ids and are called after files, or hold names with a format."""
    for name, cells in zip(sheet.names, sheet.columns, strict=True):
        if not isinstance(cells, tuple) or plain(name) in IDS:
            continue
        if OF_FILES.search(name) or all(ending(_last(cell)) for cell in cells if cell):
            yield name, cells


def _files_of(cells: Sequence[str], files: Files) -> dict[str, Path]:
    """The file that each cell names by its path, its name, or its name without the format.

    {} where two name the same, or one may be two files.
    """
    paths = [*files.rest, *dict.fromkeys(scan.path for scan in files.scans)]
    named = [cell for cell in cells if not is_missing(cell)]
    for form in (_whole, _last, _bare):
        count = Counter(form(path.relative_to(files.folder).as_posix()) for path in paths)
        path_of = {form(path.relative_to(files.folder).as_posix()): path for path in paths}
        found = {cell: path_of[key] for cell in named if count[key := form(cell)] == 1}
        if found and len(set(found.values())) == len(named):
            return found
    return {}


def _whole(cell: str) -> str:
    return cell.strip().replace("\\", "/").removeprefix("./")


def _last(cell: str) -> str:
    return PurePosixPath(_whole(cell)).name


def _bare(cell: str) -> str:
    return stem(_last(cell)) if ending(_last(cell)) else _last(cell)
