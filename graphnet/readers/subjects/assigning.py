"""Whose each file of a folder is: by the ids in names and those of the table."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graphnet.data.identifiers import match_ids
from graphnet.errors import shortened
from graphnet.readers.folders.entities import Scan, ending, keys, scan_by_id
from graphnet.readers.inquiry import Inquiry

DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Files:
    """What a folder holds besides its tables: ``scans`` by name, and ``rest``, of no known name."""

    folder: Path
    scans: Sequence[Scan]
    rest: Sequence[Path] = field(default=())


def assigned(
    files: Files, listed: Sequence[str], table: str, inquiry: Inquiry
) -> dict[str, list[Scan]]:
    """Each subject's files, by the ids of the table. Who is in one of both alone is refused."""
    scans = files.scans or by_ids(files, listed)
    if not files.scans:
        _refuse_unlisted(files, scans, table, inquiry)
    place = max(range(alternatives(scans)), key=lambda each: matches(scans, each, listed),
                default=0)  # fmt: skip
    names = list(dict.fromkeys(subject_of(scan, place) for scan in scans))
    match = match_ids(names, listed)
    for sentence in match.how:
        inquiry.say(f"{inquiry.name}: {sentence}")
    for sentence in match.collisions:
        inquiry.refuse(f"{inquiry.name}: {sentence}")
    known = match.as_dict
    strange = [name for name in names if name not in known]
    if strange:
        inquiry.refuse(
            f"{inquiry.name} has files of {shortened(strange, 5)}, whom its table {table} does not "
            f"list (it has {shortened(listed, 3)})."
        )
    found: dict[str, list[Scan]] = {subject: [] for subject in listed}
    for scan in scans:
        name = subject_of(scan, place)
        if name in known:
            found[known[name]].append(scan)
    refuse_missing([subject for subject, mine in found.items() if not mine], table, inquiry)
    return {subject: mine for subject, mine in found.items() if mine}


def _refuse_unlisted(files: Files, scans: Sequence[Scan], table: str, inquiry: Inquiry) -> None:
    """Refuse files that are called like those of subjects but for the number; leave the others."""
    known = {scan.path for scan in scans}
    shapes = {_shape(path, files.folder) for path in known}
    rest = [path for path in files.rest if path not in known and ending(path.name)]
    unlisted = [path for path in rest if _shape(path, files.folder) in shapes]
    if unlisted:
        names = [str(path.relative_to(files.folder)) for path in unlisted]
        inquiry.refuse(
            f"{inquiry.name} has files {shortened(names, 5)}, called like those of the subjects, "
            f"but its table {table} lists no such ids. Add the subjects, or take the files out."
        )
    left = {each.what for each in inquiry.left_alone}
    others = [path.name for path in rest if path not in unlisted and path.name not in left]
    if others:
        inquiry.leave(shortened(others, 3), f"no id of {table} is in their names")


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
    of = ", ".join(f"{key}={value}" for key, value in (chosen or {}).items())
    inquiry.refuse(
        f"{inquiry.name} has no file{f' of {of}' if of else ''} for {shortened(subjects, 5)}, "
        f"listed in its table {table}. Take these rows out of the table, or add the files."
    )


def by_ids(files: Files, ids: Sequence[str]) -> list[Scan]:
    """The files of no known name that have one of these ids in their paths.

    Of two numbers in each name the one counts that tells more subjects apart: ``AAL_90_12``.
    """
    ways = keys(list(ids))
    first, last = (
        [
            scan
            for path in files.rest
            if (scan := scan_by_id(path, files.folder, ways, last=place)) is not None
        ]
        for place in (False, True)
    )
    return last if _subjects(last) > _subjects(first) else first


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
