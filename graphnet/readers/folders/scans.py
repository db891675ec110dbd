"""The numbers in the file of one subject: text, MATLAB's or NumPy's."""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message, every, first_of
from graphnet.readers.arrays.hdf5 import is_hdf5, read_hdf5
from graphnet.readers.arrays.matlab import is_matlab, is_matlab_4, read_matlab, read_matlab_4
from graphnet.readers.arrays.named import (
    NUMERIC,
    STRUCTURE,
    Array,
    NamedArrays,
    UnusableArray,
    load_array,
    load_arrays,
)
from graphnet.readers.arrays.nested import read_nested
from graphnet.readers.arrays.reading import fields_of
from graphnet.readers.folders.archives import SIGNATURES, Archive, damaged_gzip, too_large
from graphnet.readers.folders.entities import (
    GIFTI,
    GRAPHML,
    MATRIX,
    NETCC,
    PACKED,
    SERIES,
    TEXTS,
    Scan,
    ending,
    stem,
)
from graphnet.readers.folders.graphs import VARIABLE, read_edge_list, read_graphml, read_netcc
from graphnet.readers.folders.programs import (
    CONN_MATRIX,
    CONN_SERIES,
    read_conn_series,
    read_member,
    region_names,
    repetition_time_within,
    square_of_conn,
)
from graphnet.readers.folders.surfaces import read_cifti, read_gifti
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.text.number_files import TRAILING, NumberTable, read_numbers
from graphnet.readers.text.number_names import HEADER, INDEX

FloatArray = NDArray[np.float64]
PIECE = 1 << 20  # bytes
USUAL = {
    SERIES: ("ROISignals", "timeseries", "time_series", "ts", "signals"),
    MATRIX: ("ROICorrelation_FisherZ", "ROICorrelation", "connectivity", "fc", "FC"),
}


def read_scan(scan: Scan, inquiry: Inquiry, most: int) -> NumberTable:
    """The table of numbers (rows, columns) of a file, NaN for what is missing.

    Raises:
        CohortError: it is damaged, too large, or holds no such table.

    """
    path = scan.path
    if path.stat().st_size > most:
        raise too_large(path.name, most)
    end = ending(path.name)
    if scan.member:
        return read_member(scan, inquiry, most)
    if end in {".mat", ".npz", ".h5", ".hdf5"}:
        return _of_arrays(scan, inquiry, most)
    if end == ".npy":
        return NumberTable(_of_numpy(path), None, None)
    if end not in TEXTS:
        return _of_brain(end, scan, inquiry, most)
    body = _body(path, most)
    edges = None if scan.kind == SERIES else read_edge_list(body, path.name)
    return edges if edges is not None else read_numbers(body, inquiry, path.name)


def _of_brain(end: str, scan: Scan, inquiry: Inquiry, most: int) -> NumberTable:
    """A file of CIFTI, GIFTI, GraphML or AFNI."""
    body = _body(scan.path, most)
    if end == NETCC:
        return read_netcc(body, inquiry, scan.path.name)
    if end == GRAPHML:
        return read_graphml(body, inquiry, scan.path.name)
    return read_gifti(body, scan.path.name) if end == GIFTI else read_cifti(body, scan.path.name)


def _body(path: Path, most: int) -> bytes:
    """The bytes of a file, unpacked. Raises CohortError beyond ``most`` of them."""
    if not path.name.lower().endswith(PACKED):
        return path.read_bytes()
    pieces = []
    left = most
    try:
        with gzip.open(path) as packed:
            while piece := packed.read(PIECE):
                left -= len(piece)
                if left < 0:
                    raise too_large(path.name, most)
                pieces.append(piece)
    except (OSError, EOFError, zlib.error) as error:
        raise damaged_gzip(path.name) from error
    return b"".join(pieces)


def _of_arrays(scan: Scan, inquiry: Inquiry, most: int) -> NumberTable:
    name = scan.path.name
    if CONN_SERIES.fullmatch(name):
        return read_conn_series(scan.path, inquiry, most)
    arrays = read_arrays(scan.path, most)
    if not any(map(_is_table, arrays.plain.values())):
        arrays = _with_fields(arrays, scan.path, inquiry, most)
    if CONN_MATRIX.fullmatch(name) and "Z" in arrays.plain:
        values, regions = square_of_conn(arrays.plain["Z"], arrays.plain.get("names"), name)
        return NumberTable(values, regions, regions)
    tables = {key: array for key, array in arrays.plain.items() if _is_table(array)}
    if not tables:
        tables = {key: array for key, array in arrays.plain.items() if _is_row_or_table(array)}
    if not tables:
        raise CohortError(
            Message("readers_folders.no-table-in-file", file=name, arrays=arrays.listed)
        )
    variable = _variable(tables, scan, arrays, inquiry)
    values = np.asarray(tables[variable], dtype=np.float64)
    names = region_names(arrays, variable, values.shape[1])
    square = values.shape[0] == values.shape[1]
    return NumberTable(values, names, names if square else None, variable)


def _with_fields(arrays: NamedArrays, path: Path, inquiry: Inquiry, most: int) -> NamedArrays:
    """With the arrays in the structures of a MATLAB file that has no table outside of them."""
    structures = [name for name, odd in arrays.odd.items() if odd.message == STRUCTURE]
    fields = fields_of(read_nested(path, path.name, most)) if structures else NamedArrays({}, {})
    if not fields.plain:
        return arrays
    inquiry.assume(
        Message(
            "readers_arrays.fields-read",
            file=inquiry.name,
            structure=every(structures),
            fields=first_of(list(fields.plain)),
        )
    )
    return NamedArrays({**fields.plain, **arrays.plain}, arrays.odd)


def read_arrays(path: Path, most: int) -> NamedArrays:
    """The arrays of a MATLAB file of any version that is read, or of NumPy's archive."""
    with path.open("rb") as opened:
        head = opened.read(1024)
    if head.startswith(SIGNATURES):
        return _of_archive(path, most)
    if is_matlab(head):
        return read_matlab(path, path.name, most)
    if is_hdf5(head):
        return read_hdf5(path, path.name, most)
    if is_matlab_4(head):
        return read_matlab_4(path, path.name, most)
    raise CohortError(Message("readers_folders.no-matlab", file=path.name))


def _of_archive(path: Path, most: int) -> NamedArrays:
    """The arrays of an ``.npz`` file, which are read as long as they are unpacked."""
    archive = Archive.of(path, path.name, most)
    names = [name for name in archive.members if name.endswith(".npy") and "/" not in name]
    with archive.file, TemporaryDirectory(prefix="sgn-arrays-") as folder:
        archive.unpack(Path(folder), names)
        arrays = load_arrays(Path(folder), [name.removesuffix(".npy") for name in names], path.name)
        return NamedArrays(
            {name: np.array(array) for name, array in arrays.plain.items()}, arrays.odd
        )


def _variable(tables: dict[str, Array], scan: Scan, arrays: NamedArrays, inquiry: Inquiry) -> str:
    """Which of the arrays of a file holds what its name says; asked where several could."""
    if len(tables) == 1:
        return next(iter(tables))
    usual: Sequence[str] = USUAL.get(scan.kind, (*USUAL[SERIES], *USUAL[MATRIX]))
    usual_names = [name for name in usual if name in tables]
    likely = usual_names[0] if usual_names else ""
    shapes = {tables[likely].shape} if likely else {table.shape for table in tables.values()}
    alike = [key for key, table in tables.items() if key not in usual and table.shape in shapes]
    if likely and not alike:
        others = [name for name in tables if name != likely]
        inquiry.assume(Message("readers_folders.array-used", array=likely, others=others))
        return likely
    return inquiry.ask(
        VARIABLE,
        Message("readers_folders.ask-array", file=scan.path.name, arrays=arrays.listed),
        [
            Choice(
                name,
                Message(
                    "readers_folders.array-choice",
                    array=name,
                    shape=" x ".join(map(str, tables[name].shape)),
                ),
            )
            for name in (*usual_names, *alike)
        ],
    )


def _of_numpy(path: Path) -> FloatArray:
    array = load_array(path, path.name)
    if not isinstance(array, UnusableArray) and array.ndim == 1 and array.size:
        array = array[None]  # one row
    if isinstance(array, UnusableArray) or not _is_row_or_table(array):
        what = array.what if isinstance(array, UnusableArray) else Message("readers_arrays.array")
        raise CohortError(
            Message(
                "readers_folders.array-no-table",
                file=path.name,
                what=what,
                shape=str(array.shape),
            )
        )
    return np.asarray(array, dtype=np.float64)


def _is_table(array: Array) -> bool:
    return array.dtype.kind in NUMERIC and array.ndim == 2 and min(array.shape) > 1


def _is_row_or_table(array: Array) -> bool:
    return array.dtype.kind in NUMERIC and array.ndim == 2 and array.size > 2


LAYOUT = {HEADER, INDEX, TRAILING}  # questions on what a line or column of a file is
MOST_READINGS = 16  # of one file

Layout = tuple[bool, bool, int]  # whether there is a header, an index; how many columns


def read_all(scans: Mapping[str, Scan], inquiry: Inquiry, most: int) -> dict[str, NumberTable]:
    """Each subject's numbers.

    Whether a first line is a header, a first column an index, or an empty last column a region, is
    asked only where it cannot be known from the other files.

    Raises:
        CohortError: beyond ``most`` bytes, and of what is no table.

    """
    certain: dict[str, NumberTable | None] = {}
    size = 0
    for subject, scan in scans.items():
        certain[subject] = table = _certain(scan, inquiry, most)
        size += 0 if table is None else table.values.nbytes
        if size > most:
            raise too_large(inquiry.name, most)
    usual = Counter(_layout(table) for table in certain.values() if table is not None)
    wanted = usual.most_common(1)[0][0] if usual else None
    return {
        subject: table if table is not None else _settled(scans[subject], wanted, inquiry, most)
        for subject, table in certain.items()
    }


def _certain(scan: Scan, inquiry: Inquiry, most: int) -> NumberTable | None:
    """The numbers of a file in which nothing is in doubt, else None."""
    aside = _aside(inquiry)
    try:
        table = read_scan(scan, aside, most)
    except CohortError:
        if not aside.questions:
            raise
        return None
    if aside.questions:
        return None
    _take_over(aside, inquiry)
    return table


def _settled(scan: Scan, wanted: Layout | None, inquiry: Inquiry, most: int) -> NumberTable:
    """The numbers of a file in doubt: as it fits the others, or else as it is answered."""
    every = _readings(scan, inquiry, most) if wanted else ()
    fitting = [(table, aside) for table, aside in every if _layout(table) == wanted]
    if len(fitting) != 1:
        return read_scan(scan, inquiry, most)
    table, aside = fitting[0]
    _take_over(aside, inquiry)
    return table


def _readings(scan: Scan, inquiry: Inquiry, most: int) -> Iterator[tuple[NumberTable, Inquiry]]:
    """A file by every answer to the questions on its layout."""
    left: list[dict[str, str]] = [{}]
    for _ in range(MOST_READINGS):
        if not left:
            return
        answers = left.pop()
        aside = _aside(inquiry, answers)
        try:
            table = read_scan(scan, aside, most)
        except CohortError:
            table = None
        question = next(
            (open_question for open_question in aside.questions if open_question.id in LAYOUT), None
        )
        if question is not None:
            left += [{**answers, question.id: choice.value} for choice in question.choices]
        elif table is not None and not aside.questions:
            yield table, aside


def _aside(inquiry: Inquiry, layout: Mapping[str, str] | None = None) -> Inquiry:
    """An inquiry of its own, with no other answers on the layout than these."""
    answers = {key: answer for key, answer in inquiry.answers.items() if key not in LAYOUT}
    return Inquiry(inquiry.name, {**answers, **(layout or {})})


def _take_over(aside: Inquiry, inquiry: Inquiry) -> None:
    inquiry.used |= aside.used - LAYOUT
    inquiry.left_alone += [left for left in aside.left_alone if left not in inquiry.left_alone]
    for sentence in aside.assumptions:
        inquiry.assume(sentence)
    for sentence in aside.problems:
        inquiry.refuse(sentence)


def _layout(table: NumberTable) -> Layout:
    return table.header is not None, table.index is not None, table.values.shape[1]


MOST_SIDECAR = 1 << 20  # bytes


def repetition_time_of(scans: Mapping[str, Scan], inquiry: Inquiry) -> float | None:
    """The seconds between time points, by what is written beside the series, if all agree.

    That is an attribute of a series in HDF5, else the JSON file of BIDS: its ``RepetitionTime``, or
    1 over the ``SamplingFrequency`` in Hz. None where nobody says it.
    """
    times = {_beside(scan) for scan in scans.values()}
    if len(times) != 1:
        inquiry.assume(Message("readers_folders.repetition-times-differ", file=inquiry.name))
        return None
    (seconds,) = times
    if seconds is not None:
        inquiry.assume(
            Message("readers_folders.repetition-time", file=inquiry.name, seconds=f"{seconds:g}")
        )
    return seconds


def _beside(scan: Scan) -> float | None:
    seconds = repetition_time_within(scan)
    if seconds is not None:
        return seconds if 0 < seconds < float("inf") else None
    name = scan.path.stem if scan.member else stem(scan.path.name)
    path = scan.path.with_name(f"{name}.json")
    if not path.is_file() or path.is_symlink() or path.stat().st_size > MOST_SIDECAR:
        return None
    try:
        said = json.loads(path.read_bytes())
        own = said.get("RepetitionTime")
        seconds = float(own if own is not None else 1 / float(said["SamplingFrequency"]))
    except (ValueError, TypeError, KeyError, AttributeError, ZeroDivisionError, RecursionError):
        return None
    return seconds if 0 < seconds < float("inf") else None
