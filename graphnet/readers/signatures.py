"""Files that are known by their first bytes: what they are, and what to do with them.

Those that are read stand in :mod:`graphnet.readers.kinds`; these are refused by their true kind.
"""

import re
import struct
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import PurePosixPath

from graphnet.errors import CohortError, shortened

ACCEPTED = (
    "Give a table (CSV, TSV, Excel, OpenDocument, Stata), a NumPy .npz, a MATLAB .mat, "
    "NEURO-LEARN's JSON, or a ZIP file of a folder with one file per subject."
)
FOLDER = (
    "It describes one brain, not a group of subjects: export it as text, give one file per subject "
    "in a folder beside a table of subjects, and pack the folder as a ZIP file."
)
TABLE = "Save the table as CSV or .xlsx."
WRITE_CSV = "Save the table by write.csv(…, row.names = FALSE)."
SPSS = (
    "Save it as CSV or .xlsx; with value labels in place of values, classes come with their names."
)
ZIP_INSTEAD = "Pack the same files as a ZIP file."
PICKLE = (
    "A pickle can run commands when it is opened, so none is read here. Open it in Python and save "
    "plain arrays: numpy.savez('cohort.npz', fc=…, ids=…, labels=…)."
)

LONGEST_NAME = 64  # bytes, of an array of MATLAB 4
CIFTI = re.compile(rb"<CIFTI\b")
AXIS = re.compile(rb'IndicesMapToDataType="CIFTI_INDEX_TYPE_([A-Z_]+)"')
AXES = {
    (b"PARCELS",): "a parcellated connectome (.pconn.nii)",
    (b"PARCELS", b"PARCELS"): "a parcellated connectome (.pconn.nii)",
    (b"PARCELS", b"SERIES"): "parcellated time series (.ptseries.nii)",
    (b"BRAIN_MODELS", b"SERIES"): "dense time series (.dtseries.nii)",
    (b"PARCELS", b"SCALARS"): "parcellated maps (.pscalar.nii)",
}


@dataclass(frozen=True)
class Foreign:
    """A kind of file that is not read: ``what`` it is, as ``is …``; ``advice`` is a sentence."""

    what: str
    advice: str

    def sentence(self, name: str) -> str:
        """Why the file ``name`` is refused."""
        return f"{name} is {self.what}. {self.advice}"


STARTS: tuple[tuple[bytes, Foreign], ...] = (
    (
        b"\xd0\xcf\x11\xe0",
        Foreign(
            "a workbook of Excel before 2007 (.xls), or one with a password",
            "Save it as .xlsx or CSV, without a password.",
        ),
    ),
    (b"$FL2", Foreign("of SPSS (.sav)", SPSS)),
    (b"$FL3", Foreign("of SPSS (.zsav)", SPSS)),
    (b"PAR1", Foreign("a Parquet table", TABLE)),
    (b"ARROW1", Foreign("an Arrow table", TABLE)),
    (b"FEA1", Foreign("a Feather table", TABLE)),
    (b"SQLite format 3\x00", Foreign("an SQLite database", TABLE)),
    (b"RDX", Foreign("of R (.RData)", WRITE_CSV)),
    (b"RDA", Foreign("of R (.RData)", WRITE_CSV)),
    (b"X\n\x00\x00\x00", Foreign("of R (.rds)", WRITE_CSV)),
    (bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf", Foreign("of SAS (.sas7bdat)", TABLE)),
    (b"{\\rtf", Foreign("a text document (RTF)", TABLE)),
    (b"%PDF", Foreign("a PDF document", TABLE)),
    (b"\x89PNG", Foreign("a picture (PNG)", ACCEPTED)),
    (b"\xff\xd8\xff", Foreign("a picture (JPEG)", ACCEPTED)),
    (b"GIF8", Foreign("a picture (GIF)", ACCEPTED)),
    (b"BZh", Foreign("packed by bzip2", ZIP_INSTEAD)),
    (b"\xfd7zXZ\x00", Foreign("packed by xz", ZIP_INSTEAD)),
    (b"\x28\xb5\x2f\xfd", Foreign("packed by Zstandard", ZIP_INSTEAD)),
    (b"7z\xbc\xaf\x27\x1c", Foreign("a 7z archive", ZIP_INSTEAD)),
    (b"Rar!", Foreign("a RAR archive", ZIP_INSTEAD)),
    (b"mrtrix tracks", Foreign("a set of streamlines of MRtrix (.tck)", FOLDER)),
    (b"TRACK\x00", Foreign("a set of streamlines (.trk)", FOLDER)),
    (b"mrtrix image", Foreign("an image of MRtrix (.mif)", FOLDER)),
    (b"CDF\x01", Foreign("a NetCDF file", ACCEPTED)),
    (b"CDF\x02", Foreign("a NetCDF file", ACCEPTED)),
    (b"\x00\x00\x01\xba", Foreign("a film", ACCEPTED)),
)
MARKUP: tuple[tuple[re.Pattern[bytes], Foreign], ...] = (
    (re.compile(rb"<graphml\b"), Foreign("a graph of one subject (GraphML)", FOLDER)),
    (re.compile(rb"<GIFTI\b"), Foreign("a GIFTI file", FOLDER)),
    (
        re.compile(rb"<S>\s*<|<catROI\b"),
        Foreign(
            "CAT12's list of regions of one subject (catROI)",
            "Collect the subjects into one table in CAT12 (ROI Tools, Estimate mean values), add "
            "a class column, and give the CSV file.",
        ),
    ),
    (
        re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet"),
        Foreign("a workbook in Excel's XML of 2003", "Save it as .xlsx or CSV."),
    ),
    (
        re.compile(rb"<(!doctype html|html|table|body|meta)\b", re.IGNORECASE),
        Foreign(
            "a web page (HTML), whatever its name says",
            "Open it in a spreadsheet and save it as .xlsx or CSV.",
        ),
    ),
    (re.compile(rb"<\?xml|<svg\b"), Foreign("an XML file", ACCEPTED)),
)


def foreign(head: bytes) -> Foreign | None:
    """What a file is that is not read here; None of one that may be.

    ``head`` are some thousand bytes from its start.
    """
    for start, found in STARTS:
        if head.startswith(start):
            return found
    for look in LOOKS:
        seen = look(head)
        if seen is not None:
            return seen
    return None


def _pickle(head: bytes) -> Foreign | None:
    """Protocols 2 to 5, and the torch files of old that start with one."""
    marked = head[:1] == b"\x80" and head[1:2] in {b"\x02", b"\x03", b"\x04", b"\x05"}
    return Foreign("a Python pickle", PICKLE) if marked else None


def _image(head: bytes) -> Foreign | None:
    """NIfTI and CIFTI, which say how long their header is."""
    if len(head) < 348:
        return None
    size = {struct.unpack_from(f"{order}i", head)[0] for order in "<>"}
    if CIFTI.search(head) and 540 in size:
        axes = tuple(sorted(AXIS.findall(head)))
        return Foreign(f"of CIFTI: {AXES.get(axes, 'maps of the surface')}", FOLDER)
    if 540 in size:
        return Foreign("an image (NIfTI-2)", FOLDER)
    if 348 in size and head[344:347] in {b"n+1", b"ni1"}:
        return Foreign("an image (NIfTI-1)", FOLDER)
    return None


def _markup(head: bytes) -> Foreign | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(b"<"):
        return None
    return next((found for pattern, found in MARKUP if pattern.search(head)), None)


def _others(head: bytes) -> Foreign | None:
    """Signatures that do not stand at the start."""
    if head[257:262] == b"ustar":
        return Foreign("a TAR archive", ZIP_INSTEAD)
    if head[128:132] == b"DICM":
        return Foreign("an image (DICOM)", FOLDER)
    return None


def _old_matlab(head: bytes) -> Foreign | None:
    """Of version 4, which has no signature: five small numbers, and the name of the first array."""
    if len(head) < 20:
        return None
    for order in "<>":
        kind, _, _, complex_too, length = struct.unpack_from(f"{order}5i", head)
        name = head[20 : 20 + length] if 1 < length <= LONGEST_NAME else b""
        plain = name[-1:] == b"\x00" and name[:-1].isalnum() and name[:1].isalpha()
        if plain and 0 <= kind < 5000 and complex_too in {0, 1}:
            return Foreign("of MATLAB's version 4", "Save it with the option -v7.")
    return None


LOOKS: tuple[Callable[[bytes], Foreign | None], ...] = (
    _pickle,
    _image,
    _markup,
    _others,
    _old_matlab,
)


WORKBOOKS = {"xl/workbook.xml", "xl/workbook.bin"}
OPEN_DOCUMENT = {"mimetype", "content.xml"}
CONNECTIVITY = ("weights.txt", "centres.txt", "tract_lengths.txt")  # of The Virtual Brain
MARKS: tuple[tuple[str, Foreign], ...] = (
    ("word/document.xml", Foreign("a text document (Word)", TABLE)),
    ("ppt/presentation.xml", Foreign("a presentation (PowerPoint)", TABLE)),
    ("Index/Document.iwa", Foreign("a workbook of Numbers", TABLE)),
    ("Index.zip", Foreign("a workbook of Numbers", TABLE)),
)


def is_workbook(members: Collection[str]) -> bool:
    """Whether it is a workbook of Excel or OpenDocument."""
    return not WORKBOOKS.isdisjoint(members) or OPEN_DOCUMENT.issubset(members)


def check_package(members: Collection[str], name: str) -> None:
    """Raises CohortError where the ZIP file ``name`` is a package that is not read, by its kind."""
    for member, known in MARKS:
        if member in members:
            raise CohortError(known.sentence(name))
    if any(PurePosixPath(member).name == "data.pkl" for member in members):
        raise CohortError(Foreign("a file of PyTorch, which is a pickle", PICKLE).sentence(name))
    held = {PurePosixPath(member).name.removesuffix(".bz2") for member in members}
    if held.issuperset(CONNECTIVITY):
        raise CohortError(
            Foreign(
                "a connectivity of The Virtual Brain: the weights of one brain "
                f"({shortened(sorted(members), 4)})",
                FOLDER,
            ).sentence(name)
        )
