"""Files that lie in a folder per class, ``controls/sub-01.csv``, without a table of subjects."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from graphnet.data.identifiers import repeated
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.folders.entities import DATATYPES, ending, stem
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.assigning import Files
from graphnet.readers.subjects.words import is_control
from graphnet.readers.tables.sheet import Sheet

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
        inquiry.leave(", ".join(several), Message("readers_subjects.folders-not-used"))


def _others(path: PurePath, level: int) -> Iterator[str]:
    for place, name in enumerate(path.parent.parts):
        if place != level and name not in DATATYPES:
            yield name
