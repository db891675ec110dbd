"""What programs write of subjects in ways of their own: CAT12, CONN, giga_connectome and others.

CAT12's measures (catROI, in MATLAB's format or XML), CONN's series and matrices, the HDF5 of
giga_connectome, the ZIP files of The Virtual Brain, and the matrices of DSI Studio and QSIRecon.
Some hold several tables, of which each is a scan.
"""

import bz2
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePath, PurePosixPath
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from graphnet.errors import CohortError, shortened
from graphnet.messages import Message
from graphnet.readers.arrays.hdf5 import list_tables, read_attribute, read_table
from graphnet.readers.arrays.named import (
    NUMERIC,
    Array,
    NamedArrays,
    Nested,
    Structure,
    UnusableArray,
    texts,
    texts_of,
)
from graphnet.readers.arrays.nested import read_nested
from graphnet.readers.folders.archives import Archive, too_large
from graphnet.readers.folders.entities import (
    FORMAT,
    MATRIX,
    MEASURE,
    Scan,
    cat12_subjects,
    scan_of,
)
from graphnet.readers.folders.graphs import parse_xml
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.text.number_files import NumberTable, read_numbers

FloatArray = NDArray[np.float64]

HDF5 = (".h5", ".hdf5")
XML, ZIP = ".xml", ".zip"
ATLAS = "atlas"
WEIGHTS, CENTRES = "weights.txt", "centres.txt"
PACKED = ".bz2"  # of The Virtual Brain's texts
ITEMS = re.compile(r"[;,\s]+")  # what is between numbers in CAT12's XML
EDGES = " \t\r\x00"  # of a name
CONN_SERIES = re.compile(r"ROI_Subject\d+_(Condition|Session)\d+\.mat", re.IGNORECASE)
CONN_MATRIX = re.compile(r"resultsROI_(Subject\d+_)?Condition\d+\.mat", re.IGNORECASE)
CONNECTIVITY = re.compile(r"(?P<atlas>.+?)_(?P<measure>\w+)_connectivity")
CONFOUNDS = re.compile(
    r"(QC|QA)_.*|Effect of .*|Dynamic factor.*|realignment|scrubbing|grey matter|white matter|csf",
    re.IGNORECASE,
)


def scans_within(path: Path, folder: Path, most: int) -> list[Scan] | None:
    """A scan for each table of a file; None where it is no such file.

    Raises:
        CohortError: it is damaged.

    """
    if path.suffix.lower() in HDF5:
        return _of_hdf5(path, folder) or None
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
        return _read_virtual_brain(scan.path, inquiry, most)
    if scan.path.suffix.lower() not in HDF5:
        atlas, _, measure = scan.member.partition("/")
        return _cat12(scan.path, most)[atlas][measure]
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
    if scan.path.suffix.lower() not in HDF5 or not scan.member:
        return None
    return read_attribute(scan.path, scan.member, "RepetitionTime", scan.path.name)


def _of_virtual_brain(path: Path, most: int) -> list[Scan] | None:
    """Its weights; the id is the file's name, or what stands before or behind its first word."""
    if not _is_virtual_brain(path, most):
        return None
    words = path.stem.split("_")
    subjects = tuple(dict.fromkeys((path.stem, words[0], words[-1])))
    return [Scan(path, subjects, MATRIX, {FORMAT: ZIP}, member=WEIGHTS)]


def _of_hdf5(path: Path, folder: Path) -> list[Scan]:
    """By the names of BIDS that its arrays have; the average of a group is left out."""
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
        return _read_cat12_xml(path.read_bytes(), path.name)
    return _read_cat12_mat(path, most)


# The Virtual Brain: a ZIP file per brain, of weights and the centres of regions, whose texts may be
# compressed with bzip2. Lengths of tracts, areas and orientations are left alone.


def _is_virtual_brain(path: Path, most: int) -> bool:
    """Whether a ZIP file holds weights and centres."""
    try:
        archive = Archive.of(path, path.name, most)
    except CohortError:
        return False
    with archive.file:
        return {WEIGHTS, CENTRES} <= _places(archive).keys()


def _read_virtual_brain(path: Path, inquiry: Inquiry, most: int) -> NumberTable:
    """The weights (N, N), with the names of the regions.

    Raises:
        CohortError: it is damaged, or has not as many centres as weights.

    """
    archive = Archive.of(path, path.name, most)
    with archive.file, TemporaryDirectory(prefix="sgn-upload-") as folder:
        places = _places(archive)
        wanted = [places[WEIGHTS], places[CENTRES]]
        archive.unpack(Path(folder), wanted)
        weights, centres = (_text(Path(folder) / place, path.name, most) for place in wanted)
    values = read_numbers(weights, inquiry, f"{path.name}: {WEIGHTS}").values
    lines = centres.decode("utf-8", "replace").splitlines()
    names = tuple(line.split()[0] for line in lines if line.split() and line[0] != "#")
    if values.shape != (len(names), len(names)) or len(set(names)) < len(names):
        raise CohortError(
            Message(
                "readers_brains.other-centres",
                file=path.name,
                shape=" x ".join(map(str, values.shape)),
                centres=len(names),
            )
        )
    return NumberTable(values, names, names)


def _places(archive: Archive) -> dict[str, str]:
    """The path of each text, by its name without the packing."""
    return {PurePosixPath(path).name.removesuffix(PACKED): path for path in archive.members}


def _text(path: Path, name: str, most: int) -> bytes:
    body = path.read_bytes()
    if path.suffix != PACKED:
        return body
    stream = bz2.BZ2Decompressor()
    try:
        text = stream.decompress(body, most + 1)
    except (OSError, ValueError) as error:
        raise CohortError(Message("readers_folders.damaged-zip", file=name)) from error
    if len(text) > most:
        raise too_large(name, most)
    if not stream.eof:
        raise CohortError(Message("readers_folders.damaged-zip", file=name))
    return text


def region_names(arrays: NamedArrays, variable: str, count: int) -> tuple[str, ...] | None:
    """The names that a file has for the regions of one of its matrices; None where it has none."""
    match = CONNECTIVITY.fullmatch(variable)
    places = [name for name in arrays.plain if name.endswith("_region_labels")]
    own = [name for name in places if variable.startswith(name.removesuffix("region_labels"))]
    for place in (*own, *(["name"] if not match else [])):
        array = arrays.plain.get(place)
        if array is not None and array.dtype == np.uint8:  # as DSI Studio writes text
            array = np.array([array.tobytes(order="F").decode("utf-8", "replace")])
        if array is None or array.dtype.kind in NUMERIC:
            continue
        names = tuple(
            name.strip(EDGES)
            for text in texts(array)
            for name in text.split("\n")
            if name.strip(EDGES)
        )
        if len(names) == count and len(set(names)) == count:
            return names
    return None


def square_of_conn(z: Array, names: Array | None, name: str) -> tuple[FloatArray, tuple[str, ...]]:
    """``Z`` (N, M) or (N, M, S), cut to (N, N): the columns behind are of targets alone.

    Raises:
        CohortError: there are fewer columns than rows, or not as many names.

    """
    regions = () if names is None else texts(names)
    if z.dtype.kind not in NUMERIC or z.ndim not in {2, 3} or len(regions) != z.shape[0] > 2:
        raise CohortError(Message("readers_brains.odd-conn", file=name))
    if z.shape[1] < z.shape[0] or len(set(regions)) < len(regions):
        raise CohortError(Message("readers_brains.odd-conn", file=name))
    return np.asarray(z[:, : z.shape[0]], dtype=np.float64), regions


def read_conn_series(path: Path, inquiry: Inquiry, most: int) -> NumberTable:
    """The series (T, N) of a ROI_Subject file: a cell per region; confounds are left alone.

    Raises:
        CohortError: it is damaged, or its cells are not one series per name.

    """
    variables = read_nested(path, path.name, most)
    data, names = variables.get("data"), texts_of(variables.get("names"))
    if not isinstance(data, tuple) or len(data) != len(names) or not names:
        raise CohortError(Message("readers_brains.odd-conn", file=path.name))
    kept = [place for place, name in enumerate(names) if not CONFOUNDS.fullmatch(name)]
    left = [name for name in names if CONFOUNDS.fullmatch(name)]
    columns = [_series(data[place], path.name) for place in kept]
    wide = [names[place] for place, column in zip(kept, columns, strict=True)
            if column.shape[1] > 1]  # fmt: skip
    lengths = {len(column) for column in columns}
    if len(lengths) != 1 or len(set(names)) < len(names):
        raise CohortError(Message("readers_brains.odd-conn", file=path.name))
    if left and not any(column.what == shortened(left) for column in inquiry.left_alone):
        inquiry.leave(shortened(left), Message("readers_folders.no-regions"))
    if wide:
        inquiry.assume(Message("readers_brains.first-component", regions=wide))
    regions = tuple(names[place] for place in kept)
    return NumberTable(np.stack([column[:, 0] for column in columns], axis=1), regions, None)


def _series(value: Nested, name: str) -> FloatArray:
    """(T, components) of one region."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in NUMERIC or value.ndim != 2:
        raise CohortError(Message("readers_brains.odd-conn", file=name))
    upright = value.T if value.shape[0] == 1 else value
    return np.asarray(upright, dtype=np.float64)


def _read_cat12_xml(body: bytes, name: str) -> dict[str, dict[str, NumberTable]]:
    """The measures of each atlas of a catROI file: one row per measure, with regions by name.

    Raises:
        CohortError: it is damaged, or an atlas has not as many values as regions.

    """
    root = parse_xml(body, name)
    found: dict[str, dict[str, NumberTable]] = {}
    for atlas in root if root.tag == "S" else ():
        names = tuple((item.text or "").strip() for item in atlas.findall("names/item"))
        measures = {
            data.tag: _measure_table(_numbers(data.text or "", name), names, name)
            for data in atlas.findall("data/*")
        }
        if names and measures:
            found[atlas.tag] = measures
    return found


def _read_cat12_mat(path: Path, most: int) -> dict[str, dict[str, NumberTable]]:
    """The measures of each atlas of a catROI file, as ``_read_cat12_xml`` reads them.

    Raises:
        CohortError: it is damaged, or an atlas has not as many values as regions.

    """
    top = read_nested(path, path.name, most).get("S")
    found: dict[str, dict[str, NumberTable]] = {}
    for atlas, content in top.items() if isinstance(top, Structure) else ():
        data = content.get("data") if isinstance(content, Structure) else None
        names = texts_of(content.get("names")) if isinstance(content, Structure) else ()
        if not isinstance(data, Structure) or not names:
            continue
        found[atlas] = {
            measure: _measure_table(values.astype(np.float64), names, path.name)
            for measure, values in data.items()
            if isinstance(values, np.ndarray) and values.dtype.kind in NUMERIC
        }
    return found


def _measure_table(values: FloatArray, names: tuple[str, ...], name: str) -> NumberTable:
    """One row of a measure, of the named regions. Raises CohortError where they do not fit."""
    if values.size != len(names) or len(set(names)) < len(names) or not all(names):
        raise CohortError(
            Message("readers_brains.other-count", file=name, values=values.size, regions=len(names))
        )
    return NumberTable(values.astype(np.float64).reshape(1, -1), names, None)


def _numbers(text: str, name: str) -> FloatArray:
    """``[1.1;NaN;1.2]``, as MATLAB writes a vector."""
    cells = ITEMS.split(text.strip().removeprefix("[").removesuffix("]").strip())
    try:
        return np.array([float(cell) for cell in cells], dtype=np.float64)
    except ValueError as error:
        raise CohortError(Message("readers_brains.damaged-xml", file=name)) from error
