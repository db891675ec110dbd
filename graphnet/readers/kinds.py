"""Which kind of file it is, by its content, and who reads it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from graphnet.data.dataset import Dataset
from graphnet.data.storage import is_saved, load
from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.arrays.hdf5 import is_hdf5, is_matlab_7_3, read_hdf5, read_nested_hdf5
from graphnet.readers.arrays.matlab import is_matlab, is_matlab_4, read_matlab, read_matlab_4
from graphnet.readers.arrays.named import MAGIC, load_array, load_arrays
from graphnet.readers.arrays.nested import read_nested, with_layers
from graphnet.readers.arrays.reading import (
    interpret_arrays,
    single_array_error,
    with_cells,
    with_fields,
)
from graphnet.readers.folders.archives import GZIP, SIGNATURES, Archive, gunzip
from graphnet.readers.folders.entities import PACKED, cat12_subjects, ending, scan_of
from graphnet.readers.folders.folders import read_folder
from graphnet.readers.folders.freesurfer import interpret_table
from graphnet.readers.folders.joined_sheets import read_sheets
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.signatures import ACCEPTED, check_package, foreign, is_workbook, pointer
from graphnet.readers.subjects.roster import ENDS
from graphnet.readers.tables.json_tables import read_json
from graphnet.readers.tables.reading import interpret_sheet
from graphnet.readers.tables.statistics import FORMATS, StatisticsFormat
from graphnet.readers.tables.workbooks import read_worksheets
from graphnet.readers.text.delimited import read_sheet
from graphnet.readers.text.dialects import check_header_of_numbers
from graphnet.readers.text.encodings import detect_utf16

LOOKED_AT = 1 << 16  # bytes from the start of a file that say what it is
CELL = 8  # bytes, as a number
BOM = b"\xef\xbb\xbf"
JSON = re.compile(rb"\s*(\{|\[\s*[\[{])")
WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, UTF-32
MOST_KINDS = 3  # in a folder, that are named
UNPACKED = "sgn-upload-"  # the start of the names of temporary folders


@dataclass(frozen=True)
class File:
    """A file to be read: ``most`` bytes may come out of it; ``packed`` if it came out itself."""

    path: Path
    head: bytes
    inquiry: Inquiry
    most: int
    packed: bool = False

    @property
    def name(self) -> str:
        """What it is called in sentences."""
        return self.inquiry.name

    @property
    def most_cells(self) -> int:
        """How many numbers may come out of it."""
        return self.most // CELL


Reader = Callable[[File], Dataset | None]


def read_kind(path: Path, inquiry: Inquiry, most: int) -> Dataset | None:
    """Read a file or folder; None where a question must be answered first.

    Raises:
        CohortError: it is of no kind that is known, damaged, or too large.

    """
    if path.is_dir():
        return _folder(path, inquiry, most)
    return _read(File(path, _head(path), inquiry, most))


def _read(file: File) -> Dataset | None:
    if not file.head.strip():
        raise CohortError(Message("readers.empty", file=file.name))
    foreign_kind = foreign(file.head)
    if foreign_kind is not None:
        raise CohortError(foreign_kind.refusal(file.name))
    for is_kind, reader in READERS:
        if is_kind(file):
            return reader(file)
    raise CohortError(Message("readers.unknown-kind", file=file.name, advice=ACCEPTED))


def _head(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(LOOKED_AT)


# Packed files --------------------------------------------------------------------------------


def _is_gzip(file: File) -> bool:
    return file.head.startswith(GZIP) and not file.packed


def _gzip(file: File) -> Dataset | None:
    with TemporaryDirectory(prefix=UNPACKED) as folder:
        inner = Path(folder) / "file"
        gunzip(file.path, inner, file.name, file.most)
        return _read(replace(file, path=inner, head=_head(inner), packed=True))


def _is_zip(file: File) -> bool:
    return file.head.startswith(SIGNATURES)


def _zip(file: File) -> Dataset | None:
    archive = Archive.of(file.path, file.name, file.most)
    with archive.file:
        return _archive(file, archive)


def _archive(file: File, archive: Archive) -> Dataset | None:
    """A ZIP file that is a workbook, NumPy's arrays, one file, or a folder."""
    check_package(archive.members, file.name)
    paths = list(archive.members)
    if is_workbook(archive.members):
        return _workbook(file, archive)
    with TemporaryDirectory(prefix=UNPACKED) as outer:
        if all(path.endswith(".npy") and "/" not in path for path in paths):
            archive.unpack(Path(outer), paths)
            return _npz(file, Path(outer), [path.removesuffix(".npy") for path in paths])
        if file.packed:
            raise CohortError(Message("readers.zip-in-packed", file=file.name))
        folder = Path(outer) / "folder"
        archive.unpack(folder, paths)
        if len(paths) == 1:
            inner = folder / paths[0]
            return _read(replace(file, path=inner, head=_head(inner), packed=True))
        folder = _innermost(folder)
        _unpack_tables(folder, file)
        return _folder(folder, file.inquiry, file.most)


def _unpack_tables(folder: Path, file: File) -> None:
    """Tables that are packed once more, such as ``cohort.csv.gz``, in their own places.

    Files of one subject stay packed; they are unpacked where they are read.

    Raises:
        CohortError: one is damaged, or more than ``file.most`` bytes come out of all.

    """
    left = file.most
    for path in sorted(folder.rglob(f"*{PACKED}")):
        inner = path.with_suffix("")
        if inner.suffix.lower() in ENDS and not inner.exists() and scan_of(path, folder) is None:
            gunzip(path, inner, path.name, left)
            left -= inner.stat().st_size
            path.unlink()


def _innermost(folder: Path) -> Path:
    """Below folders that hold nothing but one folder, as a folder that was packed whole is."""
    inside = list(folder.iterdir())
    return _innermost(inside[0]) if len(inside) == 1 and inside[0].is_dir() else folder


def _folder(folder: Path, inquiry: Inquiry, most: int) -> Dataset | None:
    """A folder; where it cannot be read, the kinds of file in it that never are, are named too."""
    if is_saved(folder):
        return load(folder)
    try:
        return read_folder(folder, inquiry, most)
    except CohortError as error:
        raise CohortError(*error.messages, *_foreign_in(folder)) from error


def _foreign_in(folder: Path) -> list[Message]:
    """A refusal of each such kind, by its first file; files of subjects may be of some of them."""
    refusals: dict[str, Message] = {}
    for path in sorted(folder.rglob("*")):
        other = not (ending(path.name) or cat12_subjects(path.name))
        look = foreign if other else pointer
        kind = look(_head(path)) if path.is_file() else None
        if kind is not None:
            refusals.setdefault(kind.what.code, kind.refusal(path.name))
    return list(refusals.values())[:MOST_KINDS]


# Arrays --------------------------------------------------------------------------------------


def _npz(file: File, folder: Path, names: list[str]) -> Dataset | None:
    arrays = load_arrays(folder, names, file.name)
    return interpret_arrays(arrays, "npz", file.inquiry, file.most_cells)


def _is_npy(file: File) -> bool:
    return file.head.startswith(MAGIC)


def _npy(file: File) -> Dataset | None:
    raise single_array_error(load_array(file.path, file.name), file.name)


def _is_matlab(file: File) -> bool:
    return is_matlab(file.head)


def _matlab(file: File) -> Dataset | None:
    arrays = with_layers(read_matlab(file.path, file.name, file.most), file.path, file.most)
    load = cache(lambda: read_nested(file.path, file.name, file.most))
    arrays = with_fields(with_cells(arrays, load, file.inquiry), load, file.inquiry)
    return interpret_arrays(arrays, "mat", file.inquiry, file.most_cells)


def _is_matlab_4(file: File) -> bool:
    return is_matlab_4(file.head)


def _matlab_4(file: File) -> Dataset | None:
    arrays = read_matlab_4(file.path, file.name, file.most)
    return interpret_arrays(arrays, "mat", file.inquiry, file.most_cells)


def _is_hdf5(file: File) -> bool:
    return is_hdf5(file.head)


def _hdf5(file: File) -> Dataset | None:
    arrays = with_layers(read_hdf5(file.path, file.name, file.most), file.path, file.most)
    load = cache(lambda: read_nested_hdf5(file.path, file.name, file.most))
    arrays = with_fields(with_cells(arrays, load, file.inquiry), load, file.inquiry)
    kind = "mat" if is_matlab_7_3(file.head) else "hdf5"
    return interpret_arrays(arrays, kind, file.inquiry, file.most_cells)


# Tables --------------------------------------------------------------------------------------


def _workbook(file: File, archive: Archive) -> Dataset | None:
    kind, tables = read_worksheets(archive, file.inquiry, file.most_cells)
    return read_sheets(tables, kind, file.inquiry, file.most)


def _of_statistics(form: StatisticsFormat) -> tuple[Callable[[File], bool], Reader]:
    """How a format of a statistics package is known, and who reads it."""

    def is_kind(file: File) -> bool:
        return form.is_kind(file.head)

    def read(file: File) -> Dataset | None:
        sheet = form.read(file.path, file.inquiry, file.most_cells)
        return interpret_sheet(sheet, form.kind, file.inquiry)

    return is_kind, read


def _is_json(file: File) -> bool:
    return JSON.match(file.head.removeprefix(BOM)) is not None


def _json(file: File) -> Dataset | None:
    sheet = read_json(file.path.read_bytes(), file.name, file.most_cells)
    return interpret_sheet(sheet, "json", file.inquiry)


def _is_text(file: File) -> bool:
    wide = file.head.startswith(WIDE_TEXT) or detect_utf16(file.head) is not None
    return wide or b"\x00" not in file.head


def _text(file: File) -> Dataset | None:
    check_header_of_numbers(file.head, file.name)
    sheet = read_sheet(file.path.read_bytes(), file.inquiry, file.most_cells)
    kind = "tsv" if sheet.text is not None and sheet.text.separator == "\t" else "csv"
    return interpret_table(sheet, kind, file.inquiry)


READERS: tuple[tuple[Callable[[File], bool], Reader], ...] = (
    (_is_gzip, _gzip),
    (_is_zip, _zip),
    (_is_npy, _npy),
    (_is_matlab, _matlab),
    (_is_matlab_4, _matlab_4),
    (_is_hdf5, _hdf5),
    *map(_of_statistics, FORMATS),
    (_is_json, _json),
    (_is_text, _text),
)
