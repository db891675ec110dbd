"""From the bytes of a file to a table, by what they are and not by what they are called."""

import gzip
import re
import zlib
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from graphnet.errors import CohortError
from graphnet.readers.archives import SIGNATURES, Archive
from graphnet.readers.arrays import NAMES, load_arrays, tabulate
from graphnet.readers.columns import read_columns
from graphnet.readers.delimited import check_cells, read_table
from graphnet.readers.folders import read_folder
from graphnet.readers.matlab import is_matlab, is_newer_matlab, read_matlab

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES = 256_000_000
GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"
SEPARATORS = b",\t;"
QUOTED = re.compile(rb'"[^"]*"')
FIRST_LINE = re.compile(rb"[^\r\n]+")
CELL = 8  # bytes, as a number
LOOKED_AT = 1_000_000  # bytes, for the sign of a decimal
KNOWN = (
    "give a CSV or TSV table, a NumPy .npz, a MATLAB .mat, NEURO-LEARN's JSON, or a ZIP file of a "
    "folder"
)
NEWER_MATLAB = "is of MATLAB's version 7.3 (HDF5); save it with the option -v7"
ADVICE = {
    b"\x89HDF": NEWER_MATLAB,
    b"\x93NUMPY": "is a single NumPy array; give all of them in one archive, by numpy.savez",
    b"\xd0\xcf\x11\xe0": "is of Excel; save it as CSV in UTF-8",
    b"\xff\xfe": "is text in UTF-16; save it in UTF-8",
    b"\xfe\xff": "is text in UTF-16; save it in UTF-8",
}
WORKBOOK = "[Content_Types].xml"

Read = tuple[str, "pd.DataFrame"]


def read_upload(body: bytes, name: str = "", most: int = MOST_BYTES) -> Read:
    """The kind of a file (``csv``, ``tsv``, ``npz``, ``mat``, ``folder``, ``json``) and its table.

    What is packed may come out as ``most`` bytes. ``name`` is for sentences. Whether the table is
    a cohort is not looked at.

    Raises:
        CohortError: the file is of no kind that is known, damaged, or too large.

    """
    shown = name or "The file"
    kind, table = _packed(body, shown, most) or _plain(body, shown, most)
    if table.empty:
        raise CohortError(f"{shown} has no subject.")
    check_cells(shown, table.size, most // CELL)
    return kind, table


def _packed(body: bytes, name: str, most: int) -> Read | None:
    """What is in a packed file; None of one that is not packed."""
    if body.startswith(GZIP):
        return _plain(_unzipped(body, name, most), name, most)
    if not body.startswith(SIGNATURES):
        return None
    archive = Archive.of(body, name, most)
    if WORKBOOK in archive.members:
        raise CohortError(f"{name} is of Excel; save it as CSV in UTF-8.")
    paths = list(archive.members)
    if all(path.endswith(".npy") and "/" not in path for path in paths):
        return "npz", _numpy(archive, most)
    if len(paths) == 1:
        return _plain(archive.read(paths[0]), name, most)
    return "folder", _folder(archive)


def _plain(body: bytes, name: str, most: int) -> Read:
    """What is in a file that is not packed."""
    if not body or body.isspace():
        raise CohortError(f"{name} is empty.")
    for start, advice in ADVICE.items():
        if body.startswith(start):
            raise CohortError(f"{name} {advice}.")
    if is_newer_matlab(body):
        raise CohortError(f"{name} {NEWER_MATLAB}.")
    if is_matlab(body):
        return "mat", _matlab(body, name, most)
    if b"\x00" in body:
        raise CohortError(f"{name} is of no kind that is known here; {KNOWN}.")
    if body[:LOOKED_AT].removeprefix(BOM).lstrip().startswith(b"{"):
        return "json", read_columns(body, name, most // CELL)
    return _table(body, most)


def _table(body: bytes, most: int) -> Read:
    """Separated by what stands most often between the names of the columns."""
    line = FIRST_LINE.search(body)
    header = QUOTED.sub(b"", line.group() if line else b"")
    separator = max(SEPARATORS.decode(), key=lambda sign: header.count(sign.encode()))
    table = read_table(body, separator, _decimal(body[:LOOKED_AT], separator), most // CELL)
    return ("tsv" if separator == "\t" else "csv"), table


def _decimal(text: bytes, separator: str) -> str:
    """A comma where only commas stand between digits, as in much of Europe."""
    commas = re.search(rb"[0-9],[0-9]", text) and not re.search(rb"[0-9]\.[0-9]", text)
    return "," if separator != "," and commas else "."


def _numpy(archive: Archive, most: int) -> "pd.DataFrame":
    with TemporaryDirectory(prefix="sgn-upload-") as folder:
        wanted = [f"{key}.npy" for key in NAMES if f"{key}.npy" in archive.members]
        archive.unpack(Path(folder), wanted)
        arrays = load_arrays(Path(folder), archive.name)
        return tabulate(arrays, archive.name, most // CELL)


def _matlab(body: bytes, name: str, most: int) -> "pd.DataFrame":
    arrays = read_matlab(body, name, NAMES, most)
    if "features" in arrays and arrays["features"].ndim == 2:
        arrays["features"] = arrays["features"][:, :, None]  # MATLAB drops a last axis of one
    return tabulate(arrays, name, most // CELL)


def _folder(archive: Archive) -> "pd.DataFrame":
    with TemporaryDirectory(prefix="sgn-upload-") as outer:
        folder = Path(outer) / "The folder"
        archive.unpack(folder, archive.members)
        return read_folder(_innermost(folder), most=archive.most)


def _innermost(folder: Path) -> Path:
    """Below folders that hold nothing but one folder, as a folder that was packed whole is."""
    inside = list(folder.iterdir())
    return _innermost(inside[0]) if len(inside) == 1 and inside[0].is_dir() else folder


def _unzipped(body: bytes, name: str, most: int) -> bytes:
    try:
        with gzip.open(BytesIO(body)) as file:
            found = file.read(most + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise CohortError(f"{name} is a gzip file that is damaged or cut short.") from error
    if len(found) > most:
        raise CohortError(f"{name} is more than {most / 1e6:g} MB once it is unpacked.")
    return found
