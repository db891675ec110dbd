"""What stands around a table: folders that are columns, and a JSON file that explains its codes.

Columns that folders hold, ``site=A/part-0.parquet``, are written by Hive, Spark and Arrow. Files of
one name in several folders are called by their folders. The ``Levels`` of ``participants.json``
beside a table of BIDS are to it what value labels are to one of SPSS: 1 may be the control.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.sheet import Cells, Sheet, is_missing, is_number

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


LARGEST = 1 << 20  # bytes; such a file describes some columns


def with_levels(sheet: Sheet, table: Path, inquiry: Inquiry) -> Sheet:
    """Words in place of the numbers of columns that are explained; the rest as it is.

    Only a column of which every number has a word is changed; columns of words stay as they are.
    """
    levels = _levels(table.with_suffix(".json"), inquiry)
    explained = {
        name: words
        for name in sheet.names
        if name in levels and (words := _in_words(sheet.texts(name), levels[name])) is not None
    }
    if not explained:
        return sheet
    inquiry.assume(
        Message(
            "readers_tables.levels-of-json",
            file=table.with_suffix(".json").name,
            columns=first_of(list(explained), 5),
        )
    )
    columns = tuple(
        explained.get(name, cells) for name, cells in zip(sheet.names, sheet.columns, strict=True)
    )
    return replace(sheet, columns=columns)


def _levels(path: Path, inquiry: Inquiry) -> dict[str, dict[str, str]]:
    """The word of each code, by column; {} where there is no such file."""
    if not path.is_file() or path.stat().st_size > LARGEST:
        return {}
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError):  # also where it is not UTF-8
        inquiry.leave(path.name, Message("readers_tables.damaged-levels"))
        return {}
    columns = content.items() if isinstance(content, dict) else ()
    return {
        name: {code.strip(): _word(level) for code, level in about["Levels"].items()}
        for name, about in columns
        if isinstance(about, dict) and isinstance(about.get("Levels"), dict)
    }


def _word(level: Any) -> str:
    """A level is a text, or an object with a text."""
    text = level.get("Description", "") if isinstance(level, Mapping) else level
    return text.strip() if isinstance(text, str) else ""


def _in_words(cells: Sequence[str], words: Mapping[str, str]) -> Cells | None:
    """The cells as words; None where one is no number, or its word is not known."""
    present = {cell for cell in cells if not is_missing(cell)}
    by_number = {float(code): word for code, word in words.items() if is_number(code)}
    if not present or not all(is_number(cell) and by_number.get(float(cell)) for cell in present):
        return None
    return tuple(by_number[float(cell)] if cell in present else cell for cell in cells)
