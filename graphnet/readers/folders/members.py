"""Files that hold several tables: CAT12's catROI, giga_connectome's HDF5, TVB's ZIP."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePath

import numpy as np

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.arrays.named import NUMERIC, UnusableArray
from graphnet.readers.folders.entities import (
    FORMAT,
    MATRIX,
    MEASURE,
    Scan,
    cat12_subjects,
    scan_of,
)
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.text.number_files import NumberTable

# Readers are imported where they are needed: each brings a library of its own.
# ruff: noqa: PLC0415

HDF5 = (".h5", ".hdf5")
XML, ZIP = ".xml", ".zip"
ATLAS = "atlas"


def scans_within(path: Path, folder: Path, most: int) -> list[Scan] | None:
    """A scan for each table of a file; None where it is no such file.

    Raises:
        CohortError: it is damaged.

    """
    if path.suffix.lower() in HDF5:
        return _of_hdf5(path, folder)
    if path.suffix.lower() == ZIP:
        return _of_virtual_brain(path, most)
    subjects = cat12_subjects(path.name)
    if not subjects:
        return None
    return [
        Scan(
            path,
            subjects,
            MEASURE,
            {ATLAS: atlas, FORMAT: path.suffix.lower()},
            measure=measure,
            member=f"{atlas}/{measure}",
        )
        for atlas, measures in _cat12(path, most).items()
        for measure in measures
    ]


def read_member(scan: Scan, inquiry: Inquiry, most: int) -> NumberTable:
    """The table of a scan within a file. Raises CohortError where it is no table of numbers."""
    if scan.path.suffix.lower() == ZIP:
        from graphnet.readers.brains.virtual_brain import read_connectivity

        return read_connectivity(scan.path, inquiry, most)
    if scan.path.suffix.lower() not in HDF5:
        atlas, _, measure = scan.member.partition("/")
        return _cat12(scan.path, most)[atlas][measure]
    from graphnet.readers.arrays.hdf5 import read_table

    array = read_table(scan.path, scan.member, scan.path.name, most)
    if isinstance(array, UnusableArray):
        what = array.message
    elif array.dtype.kind in NUMERIC and array.ndim == 2 and array.size > 2:
        return NumberTable(np.asarray(array, dtype=np.float64), None, None)
    else:
        what = Message("readers_arrays.array")
    raise CohortError(
        Message(
            "readers_folders.array-no-table",
            file=f"{scan.path.name}: {scan.member}",
            what=what,
            shape=str(array.shape),
        )
    )


def repetition_time_within(scan: Scan) -> float | None:
    """The seconds between time points that giga_connectome writes beside a series in HDF5."""
    if scan.path.suffix.lower() not in HDF5:
        return None
    from graphnet.readers.arrays.hdf5 import read_attribute

    return read_attribute(scan.path, scan.member, "RepetitionTime", scan.path.name)


def _of_virtual_brain(path: Path, most: int) -> list[Scan] | None:
    """Its weights; the id is the file's name, or what stands before or behind its first word."""
    from graphnet.readers.brains.virtual_brain import WEIGHTS, is_connectivity

    if not is_connectivity(path, most):
        return None
    words = path.stem.split("_")
    subjects = tuple(dict.fromkeys((path.stem, words[0], words[-1])))
    return [Scan(path, subjects, MATRIX, {FORMAT: ZIP}, member=WEIGHTS)]


def _of_hdf5(path: Path, folder: Path) -> list[Scan]:
    """By the names of BIDS that its arrays have; an average of a group is none of a subject."""
    from graphnet.readers.arrays.hdf5 import list_tables

    scans = []
    for inner in list_tables(path, path.name):
        name = f"{PurePath(inner).name}.npy"
        scan = scan_of(path.with_name(name), folder)
        if scan is not None:
            entities = {**scan.entities, FORMAT: path.suffix.lower()}
            scans.append(replace(scan, path=path, entities=entities, member=inner))
    return scans


def _cat12(path: Path, most: int) -> Mapping[str, Mapping[str, NumberTable]]:
    if path.suffix.lower() == XML:
        from graphnet.readers.brains.markup import read_cat12_xml

        return read_cat12_xml(path.read_bytes(), path.name)
    from graphnet.readers.brains.programs import read_cat12_mat

    return read_cat12_mat(path, most)
