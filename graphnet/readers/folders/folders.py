"""Folders with a file per subject: what is measured of whom, and the table that lists them.

Series are correlated, matrices kept; measures come from files of their own or from the table.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from graphnet.data.dataset import Dataset
from graphnet.errors import CohortError, shortened
from graphnet.messages import Message
from graphnet.readers.connectomes.series import counts_up
from graphnet.readers.folders.choosing import of_each_measure, one_each, one_kind
from graphnet.readers.folders.entities import NO_REGIONS, Scan, is_in_never, is_never, scan_of
from graphnet.readers.folders.freesurfer import with_tables
from graphnet.readers.folders.joined import read_joined
from graphnet.readers.folders.listed_files import with_listed_files
from graphnet.readers.folders.measured import Measured, connected, rows_of_measure
from graphnet.readers.folders.programs import ATLAS, scans_within
from graphnet.readers.folders.scans import LAYOUT
from graphnet.readers.folders.stacks import read_stacked
from graphnet.readers.folders.surfaces import LOOKUP, SUBCORTEX, read_lookup
from graphnet.readers.folders.surroundings import class_of_paths, with_classes_of_folders
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.assigning import Files, assigned, by_ids, refuse_missing
from graphnet.readers.subjects.roster import Roster, class_column, find_roster
from graphnet.readers.subjects.several_tables import TABLE
from graphnet.readers.subjects.table_of_people import KIND, Listed, read_alone, read_listed
from graphnet.readers.tables.workbooks import SHEET
from graphnet.readers.text.marks import COMMAS, POINTS

ABOUT_FILES = (
    "files.",
    "series.",
    TABLE,
    *sorted(LAYOUT),
    COMMAS,
    POINTS,
    SHEET,
)  # the beginnings of questions on what is read
LONE_BRAIN = ("weights", "centres", "tract_lengths")


def read_folder(folder: Path, inquiry: Inquiry, most: int) -> Dataset | None:
    """The dataset in a folder; None where there is nothing to show.

    Questions and problems are collected by the ``inquiry``.

    Raises:
        CohortError: it is no folder of subjects, or its files do not fit together.

    """
    files = _sorted(folder, inquiry, most)
    before = len(inquiry.problems)
    try:
        if not files.scans:
            joined = read_stacked(files, inquiry, most) or _joined(files, inquiry, most)
            inquiry.check()
            if joined is not None:
                return joined
        files = with_listed_files(files, inquiry, most)
        roster = find_roster(files, inquiry, most)
        files = replace(files, rest=[path for path in files.rest if path != roster.path])
        if not files.scans and not by_ids(files, roster.ids):
            return read_alone(files, roster, inquiry)
        return _read(files, roster, inquiry, most)
    except CohortError:
        # As long as it is asked what is to be read, a first choice that does not fit is no fault.
        if not any(question.id.startswith(ABOUT_FILES) for question in inquiry.questions):
            raise
        del inquiry.problems[before:]
        return None


def _joined(files: Files, inquiry: Inquiry, most: int) -> Dataset | None:
    """The dataset of tables of the same subjects, those of FreeSurfer's statistics among them."""
    with TemporaryDirectory(prefix="sgn-stats-") as outer:
        return read_joined(with_tables(files, Path(outer), inquiry), inquiry, most)


def _read(files: Files, roster: Roster, inquiry: Inquiry, most: int) -> Dataset | None:
    scans = assigned(files, roster.ids, roster.name, inquiry)
    inquiry.check()
    roster = _with_classes(roster, scans, files.folder, inquiry)
    inquiry.check()
    measured = _measured(scans, roster, inquiry, most)
    _name_regions(measured, scans, files.lookups, inquiry)
    listed = read_listed(roster, measured.regions, inquiry)
    return None if inquiry.problems else _dataset(measured, listed)


def _with_classes(
    roster: Roster, scans: Mapping[str, Sequence[Scan]], folder: Path, inquiry: Inquiry
) -> Roster:
    """With the classes that folders are called after, which must not contradict the table."""
    pairs = [(subject, scan.path.relative_to(folder)) for subject, own in scans.items()
             for scan in own]  # fmt: skip
    classes = class_of_paths([path for _, path in pairs])
    class_of: dict[str, set[str]] = {}
    for (subject, _), name in zip(pairs, classes, strict=bool(classes)):
        class_of.setdefault(subject, set()).add(name)
    if not class_of or any(len(names) > 1 for names in class_of.values()):
        return roster
    folders = [next(iter(class_of.get(subject, {""}))) for subject in roster.ids]
    label = class_column(roster, inquiry)
    sheet = with_classes_of_folders(roster.sheet, label, folders, inquiry)
    return replace(roster, sheet=sheet)


def _sorted(folder: Path, inquiry: Inquiry, most: int) -> Files:
    """The files by their names; confounds, motion and the like are passed over."""
    scans: list[Scan] = []
    rest, never = [], []
    lookups: dict[str, Path] = {}
    for path in _files(folder):
        if is_never(path.name) or is_in_never(path.relative_to(folder)):
            never.append(path.name)
            continue
        lookup = LOOKUP.fullmatch(path.name)
        if lookup:
            lookups[lookup["atlas"]] = path
            continue
        within = scans_within(path, folder, most)
        scan = scan_of(path, folder) if within is None else None
        scans += within or ([scan] if scan is not None else [])
        if within is None and scan is None:
            rest.append(path)
    if not scans:
        _check_cohort(rest, inquiry)
    if never:
        inquiry.leave(shortened(never, 2), NO_REGIONS)
    return Files(folder, scans, rest, lookups)


def _files(folder: Path) -> Iterator[Path]:
    """All files but hidden ones and those that a Mac adds to archives."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        aside = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        if not aside and path.is_file() and not path.is_symlink():
            yield path


def _check_cohort(paths: Sequence[Path], inquiry: Inquiry) -> None:
    names = [path.name for path in paths if path.name.startswith(LONE_BRAIN)]
    if len(set(names)) > 1 and len(set(names)) == len(names):
        raise CohortError(Message("readers_folders.one-brain", file=inquiry.name))


def _measured(
    scans: Mapping[str, Sequence[Scan]], roster: Roster, inquiry: Inquiry, most: int
) -> Measured:
    """Series or matrices, and the measures that lie beside them or alone."""
    chosen: dict[str, str] = {}
    measured = None
    to_connect = one_kind(scans, inquiry)
    if to_connect:
        one = one_each(to_connect, inquiry, chosen)
        refuse_missing(
            [subject for subject in roster.ids if subject not in one], roster.name, inquiry, chosen
        )
        inquiry.check()
        measured = connected(one, inquiry, most)
    layers = {name: one_each(own, inquiry, chosen) for name, own in of_each_measure(scans).items()}
    for name, one in layers.items():
        absent = [subject for subject in roster.ids if subject not in one]
        refuse_missing(absent, roster.name, inquiry, {**chosen, "measure": name})
    inquiry.check()
    if layers:
        measured = _with_measures(measured, layers, inquiry, most)
    if measured is None:
        raise CohortError(Message("readers_folders.nothing-measured", file=inquiry.name))
    measured.chosen = chosen
    return measured


def _name_regions(
    measured: Measured,
    scans: Mapping[str, Sequence[Scan]],
    lookups: Mapping[str, Path],
    inquiry: Inquiry,
) -> None:
    """Give regions without names those of micapipe's tables, if there are as many."""
    count = len(measured.regions)
    chosen = measured.chosen.get(ATLAS)
    atlases = {scan.entities.get(ATLAS, "") for own in scans.values() for scan in own}
    atlas = chosen or (next(iter(atlases)) if len(atlases) == 1 else "")
    if not lookups or not counts_up(measured.regions):
        return
    tables = [lookups[name] for name in (SUBCORTEX, atlas) if name in lookups]
    for used in (tables, [path for path in tables if path == lookups.get(atlas)]):
        names = tuple(name for path in used for name in read_lookup(path))
        if len(names) == count == len(set(names)):
            measured.regions = names
            inquiry.assume(
                Message(
                    "readers_folders.regions-by-lookup",
                    file=inquiry.name,
                    tables=[path.name for path in used],
                )
            )
            return
    for path in lookups.values():
        inquiry.leave(path.name, Message("readers_folders.lookup-differs", count=count))


def _with_measures(
    measured: Measured | None, layers: Mapping[str, Mapping[str, Scan]], inquiry: Inquiry, most: int
) -> Measured:
    """With the measures (S, N, F) of files by measure and subject, if their regions are the same.

    Raises:
        CohortError: two measures are of different regions.

    """
    read = {name: rows_of_measure(one, inquiry, most) for name, one in layers.items()}
    regions = measured.regions if measured else next(iter(read.values()))[0]
    odd = [name for name, (own, _) in read.items() if set(own) != set(regions)]
    if odd and measured is None:
        raise CohortError(
            Message(
                "readers_folders.measures-differ",
                file=inquiry.name,
                measures=odd,
                count=len(regions),
                first=next(iter(read)),
            )
        )
    for name in odd:
        inquiry.leave(name, Message("readers_folders.other-regions", count=len(regions)))
    kept = [name for name in read if name not in odd]
    result = measured or Measured(regions)
    if kept:
        layer = [read[name][1][:, _order(read[name][0], regions)] for name in kept]
        result.measures, result.values = tuple(kept), np.stack(layer, axis=2)
    return result


def _order(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    place = {name: column for column, name in enumerate(names)}
    return [place[name] for name in wanted]


def _dataset(measured: Measured, listed: Listed) -> Dataset:
    people = listed.people
    values, measures = measured.values, measured.measures
    if listed.values is not None:
        both = [layer for layer in (values, listed.values) if layer is not None]
        values, measures = np.concatenate(both, axis=2), measures + listed.measures
    return Dataset(
        subjects=people.subjects,
        regions=measured.regions,
        measures=measures,
        values=values,
        connectomes=measured.connectomes,
        series=measured.series,
        interpretation=replace(
            people.interpretation(KIND, listed.text, measured.connectome),
            series=measured.reading,
            repetition_time=measured.repetition_time,
            files=dict(measured.chosen),
        ),
    )
