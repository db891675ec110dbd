"""FreeSurfer's ``.stats`` of each subject, as the tables that aparcstats2table makes of them.

``sub-01/stats/lh.aparc.stats`` holds a row per region and a column per measure; ``aseg.stats`` a
row per structure. Area, volume and thickness are read, and the volumes of structures.
"""

import csv
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graphnet.errors import CohortError, shortened
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.assigning import Files
from graphnet.readers.subjects.roster import candidates

STATS = ".stats"
MOST_SIZE = 1 << 20  # bytes of a file; FreeSurfer's largest has a tenth
MOST_NAMED = 3
CORTEX = re.compile(r"(?P<side>[lr]h)\.(?P<atlas>.+)\.stats")
OF_SUBJECT = re.compile(r"(?P<subject>.+?)[_.](?=[lr]h\.|aseg\.stats$)")  # sub-01_lh.aparc.stats
ASEG = "aseg.stats"
HEADERS = re.compile(r"#\s*ColHeaders\s+(?P<names>.+)")
SUBJECT = re.compile(r"#\s*subjectname\s+(?P<name>\S+)")
MEASURE = re.compile(r"#\s*Measure\s+[^,]+,\s*(?P<name>[^,]+),[^,]*,\s*(?P<value>[^,\s]+)")
NAME = "StructName"
MEASURES = {"SurfArea": "area", "GrayVol": "volume", "ThickAvg": "thickness"}
STRUCTURES = "Volume_mm3"
GLOBALS = {"MeanThickness": "thickness", "WhiteSurfArea": "area"}  # of a hemisphere, by measure
WHOLE = "eTIV"

Row = dict[str, str]  # cells by column


@dataclass(frozen=True)
class _Stats:
    """One file: whose it is, its columns by region, and values of the whole brain by name."""

    path: Path
    subject: str
    columns: Mapping[str, Mapping[str, str]]
    whole: Mapping[str, str]


def with_tables(files: Files, folder: Path, inquiry: Inquiry) -> Files:
    """The files with tables in ``folder`` for those of FreeSurfer; the same where there are none.

    Other tables are copied beside them.

    Raises:
        CohortError: a file is damaged, or one subject has two of a kind.

    """
    paths = [path for path in files.rest if _is_read(path)]
    if not paths:
        return files
    others = [path.name for path in files.rest if path.suffix == STATS and not _is_read(path)]
    if others:
        inquiry.leave(
            shortened(list(dict.fromkeys(others)), MOST_NAMED),
            Message("readers_folders.other-stats"),
        )
    tables = _tables([_read(path, files.folder) for path in paths])
    written = [_write(folder / f"{name}.tsv", name, rows) for name, rows in tables.items()]
    inquiry.assume(
        Message(
            "readers_folders.stats-read",
            file=inquiry.name,
            count=len(paths),
            tables=first_of(tables, 8),
        )
    )
    copies = [*_copied(files, folder)]
    return replace(files, folder=folder, rest=[*written, *copies])


def _is_read(path: Path) -> bool:
    """Whether it is of regions of the cortex, by area, or of structures."""
    name = OF_SUBJECT.sub("", path.name)
    return name == ASEG or (CORTEX.fullmatch(name) is not None and _has_areas(path))


def _has_areas(path: Path) -> bool:
    if path.stat().st_size > MOST_SIZE:
        return False
    match = HEADERS.search(path.read_bytes().decode("utf-8", "replace"))
    return match is not None and set(MEASURES) <= set(match["names"].split())


def _read(path: Path, folder: Path) -> _Stats:
    """Raises CohortError where there is no column of names, or a row is short."""
    text = path.read_bytes()[:MOST_SIZE].decode("utf-8", "replace")
    header = HEADERS.search(text)
    names = header["names"].split() if header else []
    rows = [line.split() for line in text.splitlines() if line.strip() and line[0] != "#"]
    if NAME not in names or any(len(row) != len(names) for row in rows) or not rows:
        raise CohortError(Message("readers_folders.damaged-stats", file=path.name))
    place = names.index(NAME)
    columns = {
        name: {row[place]: row[column] for row in rows}
        for column, name in enumerate(names)
        if column != place
    }
    whole = {match["name"].strip(): match["value"] for match in MEASURE.finditer(text)}
    return _Stats(path, _subject(path, folder, text), columns, whole)


def _subject(path: Path, folder: Path, text: str) -> str:
    """By the file's name; the folder that ``stats`` lies in; or what FreeSurfer wrote."""
    named = OF_SUBJECT.match(path.name)
    if named:
        return named["subject"]
    parts = path.relative_to(folder).parent.parts
    above = [part for part in parts if part.casefold() != "stats"]
    if above:
        return above[-1]
    written = SUBJECT.search(text)
    if written is None:
        raise CohortError(Message("readers_folders.stats-of-nobody", file=path.name))
    return written["name"]


def _tables(every: Sequence[_Stats]) -> dict[str, dict[str, Row]]:
    """Rows by subject of each table, by the names that FreeSurfer's programs give them."""
    tables: dict[str, dict[str, Row]] = {}
    for stats in every:
        for name, row in _rows(stats):
            rows = tables.setdefault(name, {})
            if stats.subject in rows:
                raise CohortError(
                    Message(
                        "readers_folders.stats-twice", subject=stats.subject, file=stats.path.name
                    )
                )
            rows[stats.subject] = row
    return tables


def _rows(stats: _Stats) -> Iterator[tuple[str, Row]]:
    whole = {WHOLE: stats.whole[WHOLE]} if WHOLE in stats.whole else {}
    match = CORTEX.fullmatch(OF_SUBJECT.sub("", stats.path.name))
    if match is None:
        yield "Measure:volume", {**stats.columns.get(STRUCTURES, {}), **whole}
        return
    side, atlas = match["side"], match["atlas"]
    for column, measure in MEASURES.items():
        regions = {
            f"{side}_{region}_{measure}": cell for region, cell in stats.columns[column].items()
        }
        means = {
            f"{side}_{name}_{measure}": stats.whole[name]
            for name, of in GLOBALS.items()
            if of == measure and name in stats.whole
        }
        yield f"{side}.{atlas}.{measure}", {**regions, **means, **whole}


def _write(path: Path, name: str, rows: Mapping[str, Row]) -> Path:
    path = path.with_name(path.name.replace(":", "."))
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, delimiter="\t", lineterminator="\n")
        writer.writerow([name, *columns])
        for subject, row in rows.items():
            writer.writerow([subject, *(row.get(column, "") for column in columns)])
    return path


def _copied(files: Files, folder: Path) -> Iterator[Path]:
    """The tables of people, with the JSON files beside them."""
    others = [path for path in files.rest if path.suffix != STATS]
    for path in candidates(replace(files, rest=others)):
        target = folder / path.relative_to(files.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        sidecar = path.with_suffix(".json")
        if sidecar.is_file() and not sidecar.is_symlink():
            shutil.copyfile(sidecar, target.with_suffix(".json"))
        yield target
