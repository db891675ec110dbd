"""Columns that folders hold, ``site=A/part-0.parquet``, as Hive, Spark and Arrow write them.

Files of one name in several folders are called by their folders.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.sheet import Sheet

MISSING = "__HIVE_DEFAULT_PARTITION__"


def is_partitioned(path: Path) -> bool:
    """Whether a file lies in a folder that is a column."""
    return bool(_partitions(path))


def with_partitions(sheet: Sheet, path: Path, inquiry: Inquiry) -> Sheet:
    """The sheet of a file with the columns of its folders, said; what it holds itself stays."""
    added = {name: cell for name, cell in _partitions(path).items() if name not in sheet.names}
    if not added:
        return sheet
    inquiry.assume(Message("readers_folders.partitions", columns=[*added]))
    columns = tuple((cell,) * len(sheet) for cell in added.values())
    return Sheet((*sheet.names, *added), (*sheet.columns, *columns), sheet.text)


def _partitions(path: Path) -> dict[str, str]:
    """The columns, the outermost first, up to the first folder that is none."""
    found: list[tuple[str, str]] = []
    for folder in path.parents:
        name, sign, cell = folder.name.partition("=")
        if not sign or not name:
            break
        found.append((unquote(name), "" if cell == MISSING else unquote(cell)))
    return dict(reversed(found))


def called(paths: Sequence[Path]) -> list[str]:
    """A name of each file, without its ending: of files with one name those of their folders."""
    stems = [_stem(path) for path in paths]
    if len(set(stems)) == len(stems):
        return stems
    folders = [path.parent.name for path in paths]
    if len(set(folders)) == len(folders):
        return folders
    return [f"{folder}/{stem}" for folder, stem in zip(folders, stems, strict=True)]


def shown(paths: Sequence[Path]) -> list[str]:
    """The names of files for a sentence: where several have one, with their folders."""
    times = Counter(path.name for path in paths)
    return [path.name if times[path.name] == 1 else f"{path.parent.name}/{path.name}"
            for path in paths]  # fmt: skip


def _stem(path: Path) -> str:
    return (path.with_suffix("") if path.suffix.lower() == ".gz" else path).stem
