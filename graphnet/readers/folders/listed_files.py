"""Files whose subjects a column of the table tells: ``file_name`` beside ``participant_id``.

Where names of files hold the ids, these are enough, and no column is looked at.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.folders.entities import ending, scan_listed, stem
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.assigning import Files, score_of
from graphnet.readers.subjects.roster import candidates, read_file
from graphnet.readers.tables.roles import find_roles
from graphnet.readers.tables.sheet import Sheet, is_missing

LEAST = 2  # files


def with_listed_files(files: Files, inquiry: Inquiry, most: int) -> Files:
    """The same; with files whose names hold no id as scans of those whom a table says."""
    for table in candidates(files):
        try:
            sheet = read_file(table, Inquiry(table.name, inquiry.answers), most)
        except CohortError:
            continue
        ids = _ids(sheet, table, inquiry)
        others = replace(files, rest=[path for path in files.rest if path != table])
        if not ids or score_of(ids, others):
            continue
        for column, cells in _texts(sheet):
            found = _files_of(cells, others)
            if len(found) < LEAST or not all(
                cell in found for cell in cells if not is_missing(cell)
            ):
                continue
            inquiry.assume(
                Message(
                    "readers_folders.files-by-column",
                    file=inquiry.name,
                    table=table.name,
                    column=column,
                    count=len(found),
                )
            )
            scans = [
                scan_listed(found[cell], files.folder, subject)
                for subject, cell in zip(ids, cells, strict=True)
                if cell in found
            ]
            listed = set(found.values())
            scans += [scan for scan in files.scans if scan.path not in listed]
            rest = [path for path in files.rest if path not in listed]
            return replace(files, scans=scans, rest=rest)
    return files


def _ids(sheet: Sheet, table: Path, inquiry: Inquiry) -> tuple[str, ...]:
    """The ids of a table, one on each row; () where it has none."""
    column = find_roles(sheet, sheet.names, Inquiry(table.name, inquiry.answers)).id
    ids = sheet.texts(column) if column else ()
    return ids if len(set(ids)) == len(ids) and all(map(str.strip, ids)) else ()


def _texts(sheet: Sheet) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, cells in zip(sheet.names, sheet.columns, strict=True):
        if isinstance(cells, tuple):
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
