"""What stands around files: folders that are columns or classes, a JSON file of a table's codes.

Columns that folders hold, ``site=A/part-0.parquet``, are written by Hive, Spark and Arrow. Files of
one name in several folders are called by their folders. A folder per class, such as
``controls/sub-01.csv``, may stand for a table of subjects. The ``Levels`` of ``participants.json``
beside a table of BIDS are to it what value labels are to one of SPSS: 1 may be the control.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import unquote

from graphnet.data.identifiers import repeated
from graphnet.errors import CohortError, shortened
from graphnet.messages import Message, first_of
from graphnet.readers.folders.entities import DATATYPES, ending, stem
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.assigning import Files
from graphnet.readers.subjects.words import is_control
from graphnet.readers.tables.sheet import Cells, Sheet, is_missing, is_number

WORD = re.compile(r"[^\W_]+")
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


def classes_by_names(paths: Sequence[Path]) -> list[str] | None:
    """What files are called but for the words they share, if one is called after controls.

    ``HC`` and ``SZ`` of ``HC_GMV.csv`` and ``SZ_GMV.csv``.
    """
    tokens = [WORD.findall(_stem(path)) for path in paths]
    shared = set(tokens[0]).intersection(*tokens[1:])
    names = [" ".join(word for word in words if word not in shared) for words in tokens]
    different = len(set(names)) == len(names) and all(names)
    return names if different and sum(map(is_control, names)) == 1 else None


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


ID, GROUP = "ID", "group"  # the columns of the table that the folders become
MOST_CLASSES = 10
LEAST_FILES = 4
MOST_NAMED = 5
OF_A_SPLIT = re.compile(r"(?<![^\W_])(train|test|val|holdout)", re.IGNORECASE)


def sheet_of_folders(files: Files, inquiry: Inquiry) -> Sheet | None:
    """The subjects and their classes by folders, of which one is called after controls.

    None where there is no such folder.

    Raises:
        CohortError: a subject is in two of them, or other folders are of a split.

    """
    inner = [path.relative_to(files.folder) for path in _paths(files)]
    level = _level(inner)
    if level is None:
        return None
    splits = sorted({part for path in inner for part in path.parent.parts if _is_split(part)})
    if splits:
        raise CohortError(
            Message("readers_subjects.folders-of-a-split", file=inquiry.name, folders=splits)
        )
    ids = _ids(files, inner)
    class_of: dict[str, str] = {}
    for path, subject in zip(inner, ids, strict=True):
        if class_of.setdefault(subject, path.parts[level]) != path.parts[level]:
            raise CohortError(
                Message(
                    "readers_subjects.id-in-two-folders",
                    file=inquiry.name,
                    id=subject,
                    folders=sorted({class_of[subject], path.parts[level]}),
                )
            )
    classes = Counter(class_of.values())
    inquiry.assume(
        Message(
            "readers_subjects.classes-by-folders",
            file=inquiry.name,
            folders=first_of(sorted(classes), MOST_NAMED),
            count=len(class_of),
            id=next(iter(class_of)),
        )
    )
    _leave_others(inner, level, inquiry)
    return Sheet((ID, GROUP), (tuple(class_of), tuple(class_of.values())))


def with_classes_of_folders(
    sheet: Sheet,
    label: str | None,
    folders: Sequence[str],
    inquiry: Inquiry,
) -> Sheet:
    """A table of subjects with the folder of each as the class, if it has no column of classes.

    ``folders`` (S,) are the folders that are classes, "" where there is none. Where the table has
    classes, ``label``, that call somebody a control whom the folders do not, it is refused.
    """
    named = sorted({folder for folder in folders if folder})
    if label is None:
        inquiry.assume(Message("readers_subjects.classes-of-folders", folders=named))
        return Sheet((*sheet.names, GROUP), (*sheet.columns, tuple(folders)), sheet.text)
    cells = sheet.texts(label)
    if not _says_controls(cells):
        return sheet
    odd = [
        row
        for row, (folder, cell) in enumerate(zip(folders, cells, strict=True))
        if folder and not is_missing(cell) and is_control(folder) != _is_of_control(cell)
    ]
    if odd:
        inquiry.refuse(
            Message(
                "readers_subjects.folders-contradict",
                file=inquiry.name,
                column=label,
                count=len(odd),
                folder=folders[odd[0]],
                value=cells[odd[0]],
            )
        )
    return sheet


def class_of_paths(paths: Sequence[PurePath]) -> list[str]:
    """The folder of each path that is its class; [] where no folders are."""
    level = _level(paths)
    return [] if level is None else [path.parts[level] for path in paths]


def _says_controls(cells: Sequence[str]) -> bool:
    """Whether classes are 0 and 1, or words of which one is known for controls."""
    values = {cell for cell in cells if not is_missing(cell)}
    return values == {"0", "1"} or (len(values) > 1 and sum(map(is_control, values)) == 1)


def _is_of_control(cell: str) -> bool:
    return cell == "0" or is_control(cell)


def _paths(files: Files) -> list[Path]:
    """The files of subjects: those of known names, or all of numbers."""
    if files.scans:
        return list(dict.fromkeys(scan.path for scan in files.scans))
    return [path for path in files.rest if ending(path.name)]


def _level(paths: Sequence[PurePath]) -> int | None:
    """Which part of the paths is the class: a few words, one of which means controls."""
    if len(paths) < LEAST_FILES:
        return None
    deep = min(len(path.parts) for path in paths) - 1
    for level in range(deep):
        names = {path.parts[level] for path in paths}
        controls = [name for name in names if is_control(name)]
        if len(controls) == 1 and 1 < len(names) <= MOST_CLASSES:
            return level
    return None


def _is_split(folder: str) -> bool:
    return OF_A_SPLIT.match(folder) is not None


def _ids(files: Files, paths: Sequence[PurePath]) -> list[str]:
    """By known names; else the names of the files, or of their folders where these differ more."""
    if files.scans:
        named = {scan.path: scan.subjects[0] for scan in files.scans}
        return [named[files.folder / path] for path in paths]
    stems = [stem(path.name) for path in paths]
    if not repeated([f"{path.parent}/{name}" for path, name in zip(paths, stems, strict=True)]):
        folders = [path.parent.name for path in paths]
        if len(set(stems)) < len(set(folders)):
            return folders
    return stems


def _leave_others(paths: Sequence[PurePath], level: int, inquiry: Inquiry) -> None:
    """Say that other folders, which may be sites, were not used."""
    others = sorted({name for path in paths for name in _others(path, level)})
    several = [name for name in others if sum(name in path.parts for path in paths) > 1]
    if 1 < len(several) <= MOST_CLASSES:
        inquiry.leave(
            shortened(several, MOST_CLASSES), Message("readers_subjects.folders-not-used")
        )


def _others(path: PurePath, level: int) -> Iterator[str]:
    for place, name in enumerate(path.parent.parts):
        if place != level and name not in DATATYPES:
            yield name
