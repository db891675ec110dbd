"""FreeSurfer's tables of a group, and the ``.stats`` of each subject that become such tables.

The first cell of a header says what a table of aparcstats2table or asegstats2table is:
``lh.aparc.thickness``, ``Measure:volume``. With ``--transpose`` the subjects are columns, with
``--parcid-only`` they are named by regions alone. ``sub-01/stats/lh.aparc.stats`` holds a row per
region and a column per measure; ``aseg.stats`` a row per structure. Area, volume and thickness are
read, and the volumes of structures.
"""

import csv
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graphnet.data.dataset import Dataset
from graphnet.errors import CohortError, shortened
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.assigning import Files
from graphnet.readers.subjects.roster import candidates
from graphnet.readers.subjects.words import is_global
from graphnet.readers.tables.names import Name
from graphnet.readers.tables.reading import interpret_sheet
from graphnet.readers.tables.sheet import Sheet

ASEG = "aseg"
OF_ASEG = re.compile(r"Measure:(?P<measure>\w+)")
OF_APARC = re.compile(r"(?P<side>[lr]h)\.(?P<atlas>\w[\w.\-]*)\.(?P<measure>[a-z_]+)")
STRUCTURE = re.compile(
    r"(Left|Right)-[\w-]+|[345](rd|th)-Ventricle|CSF|Brain-Stem|Optic-Chiasm|CC_\w+"
    r"|(non-)?WM-hypointensities|[lr]h_\w+|wm-[lr]h-[\w-]+",
    re.ASCII,
)


def atlas_of(sheet: Sheet) -> str:
    """``aseg``, or the parcellation of a table of FreeSurfer; "" of every other table."""
    first = sheet.names[0] if sheet.names else ""
    if OF_ASEG.fullmatch(first):
        return ASEG
    match = OF_APARC.fullmatch(first)
    return match["atlas"] if match else ""


def interpret_table(sheet: Sheet, kind: str, inquiry: Inquiry) -> Dataset | None:
    """The dataset that a table of text is: of FreeSurfer by its structures, else as any table."""
    if atlas_of(sheet):
        sheet = _with_side_and_measure(_upright(sheet, inquiry))
    measure = OF_ASEG.fullmatch(sheet.names[0]) if sheet.names else None
    if measure is None:
        return interpret_sheet(sheet, kind, inquiry)
    structures = [name for name in dict.fromkeys(sheet.names) if STRUCTURE.fullmatch(name)]
    numbered = {name: f"{measure['measure']}_{number}" for number, name in enumerate(structures, 1)}
    names = tuple(numbered.get(name, name) for name in sheet.names)
    dataset = interpret_sheet(replace(sheet, names=names), kind, inquiry)
    if dataset is None or not structures:
        return dataset
    if len(dataset.regions) != len(structures):
        inquiry.refuse(Message("readers_tables.regions-beside-freesurfer", file=inquiry.name))
        return None
    regions = tuple(structures[int(region) - 1] for region in dataset.regions)
    return replace(dataset, regions=regions)


def _with_side_and_measure(sheet: Sheet) -> Sheet:
    """With names such as ``lh_cuneus_thickness``, where the columns are ``cuneus`` alone.

    The first cell says of which hemisphere and measure they are; else those of the left and of the
    right would have the same names.
    """
    match = OF_APARC.fullmatch(sheet.names[0])
    if match is None or any(name.startswith(("lh_", "rh_")) for name in sheet.names[1:]):
        return sheet
    side, measure = match["side"], match["measure"]
    named = (name if is_global(name) else f"{side}_{name}_{measure}" for name in sheet.names[1:])
    return replace(sheet, names=(sheet.names[0], *named))


def _upright(sheet: Sheet, inquiry: Inquiry) -> Sheet:
    """With subjects as rows, of a table that was written with ``--transpose``."""
    rows = sheet.texts(sheet.names[0])
    match = OF_APARC.fullmatch(sheet.names[0])
    if match:
        structure = re.compile(rf"{match['side']}_\w.*_{match['measure']}", re.ASCII)
    else:
        structure = STRUCTURE
    across = _count(sheet.names[1:], structure, bare=match is not None)
    if across or 2 * _count(rows, structure, bare=match is not None) < len(rows):
        return sheet
    inquiry.assume(Message("readers_tables.freesurfer-transposed", file=inquiry.name))
    cells = [sheet.texts(name) for name in sheet.names[1:]]
    columns = tuple(tuple(cell[row] for cell in cells) for row in range(len(rows)))
    ids: tuple[str, ...] = sheet.names[1:]
    return Sheet((sheet.names[0], *rows), (ids, *columns), sheet.text)


def _count(names: Sequence[str], structure: re.Pattern[str], *, bare: bool) -> int:
    """How many names are of a structure; with ``bare`` also those of a region alone."""
    return sum(
        1 for name in names if structure.fullmatch(name) or (bare and Name(name).has_region_words)
    )


STATS = ".stats"
MOST_SIZE = 1 << 20  # bytes of a file; FreeSurfer's largest has a tenth
MOST_NAMED = 3
CORTEX = re.compile(r"(?P<side>[lr]h)\.(?P<atlas>.+)\.stats")
OF_SUBJECT = re.compile(r"(?P<subject>.+?)[_.](?=[lr]h\.|aseg\.stats$)")  # sub-01_lh.aparc.stats
ASEG_STATS = "aseg.stats"
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
    return name == ASEG_STATS or (CORTEX.fullmatch(name) is not None and _has_areas(path))


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
