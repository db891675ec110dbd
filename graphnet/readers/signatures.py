"""Files that are known and not read: by their first bytes, or by the arrays of a program in them.

What they are, and what to do with them. Those that are read stand in :mod:`graphnet.readers.kinds`;
these are refused by their true kind.
"""

import re
import struct
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import PurePosixPath

from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.arrays.named import STRUCTURE, NamedArrays

ACCEPTED = Message("readers_kinds.accepted")
FOLDER = Message("readers_kinds.one-brain")
IN_FOLDER = Message("readers_kinds.one-of-many")
TABLE = Message("readers_kinds.save-table")
WRITE_CSV = Message("readers_kinds.write-csv")
ZIP_INSTEAD = Message("readers_kinds.zip-instead")
AS_GRAPHML = Message("readers_kinds.save-graphml")
PICKLE = Message("readers_kinds.no-pickle")
AS_MATLAB = Message("readers_kinds.save-matlab")
OPEN_AND_SAVE = Message("readers_kinds.open-and-save")

CIFTI = re.compile(rb"<CIFTI\b")
AXIS = re.compile(rb'IndicesMapToDataType="CIFTI_INDEX_TYPE_([A-Z_]+)"')
AXES = {
    (b"PARCELS",): Message("readers_kinds.pconn"),
    (b"PARCELS", b"PARCELS"): Message("readers_kinds.pconn"),
    (b"PARCELS", b"SERIES"): Message("readers_kinds.ptseries"),
    (b"BRAIN_MODELS", b"SERIES"): Message("readers_kinds.dtseries"),
    (b"PARCELS", b"SCALARS"): Message("readers_kinds.pscalar"),
}


@dataclass(frozen=True)
class Foreign:
    """A kind of file that is not read: ``what`` it is, a noun; ``advice`` is a sentence."""

    what: Message
    advice: Message

    def refusal(self, name: str) -> Message:
        """Why the file ``name`` is refused."""
        return Message("readers_kinds.foreign", file=name, what=self.what, advice=self.advice)


STARTS: tuple[tuple[bytes, Foreign], ...] = (
    (
        b"\xd0\xcf\x11\xe0",
        Foreign(
            Message("readers_kinds.old-excel"),
            Message("readers_kinds.save-without-password"),
        ),
    ),
    (b"FEA1", Foreign(Message("readers_kinds.feather"), TABLE)),
    (b"SQLite format 3\x00", Foreign(Message("readers_kinds.sqlite"), TABLE)),
    (b"RDX", Foreign(Message("readers_kinds.rdata"), WRITE_CSV)),
    (b"RDA", Foreign(Message("readers_kinds.rdata"), WRITE_CSV)),
    (b"X\n\x00\x00\x00", Foreign(Message("readers_kinds.rds"), WRITE_CSV)),
    (bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf", Foreign(Message("readers_kinds.sas"), TABLE)),
    (b"HEADER RECORD*******LIB", Foreign(Message("readers_kinds.sas"), TABLE)),
    (b"ORC", Foreign(Message("readers_kinds.orc"), TABLE)),
    (b"Obj\x01", Foreign(Message("readers_kinds.avro"), TABLE)),
    (b"Octave-1-", Foreign(Message("readers_kinds.octave"), AS_MATLAB)),
    (b"{\\rtf", Foreign(Message("readers_kinds.rtf"), TABLE)),
    (b"%PDF", Foreign(Message("readers_kinds.pdf"), TABLE)),
    (b"\x89PNG", Foreign(Message("readers_kinds.png"), ACCEPTED)),
    (b"\xff\xd8\xff", Foreign(Message("readers_kinds.jpeg"), ACCEPTED)),
    (b"GIF8", Foreign(Message("readers_kinds.gif"), ACCEPTED)),
    (b"BZh", Foreign(Message("readers_kinds.bzip2"), ZIP_INSTEAD)),
    (b"\xfd7zXZ\x00", Foreign(Message("readers_kinds.xz"), ZIP_INSTEAD)),
    (b"\x28\xb5\x2f\xfd", Foreign(Message("readers_kinds.zstandard"), ZIP_INSTEAD)),
    (b"7z\xbc\xaf\x27\x1c", Foreign(Message("readers_kinds.seven-zip"), ZIP_INSTEAD)),
    (b"Rar!", Foreign(Message("readers_kinds.rar"), ZIP_INSTEAD)),
    (b"mrtrix tracks", Foreign(Message("readers_kinds.tck"), FOLDER)),
    (b"TRACK\x00", Foreign(Message("readers_kinds.trk"), FOLDER)),
    (b"mrtrix image", Foreign(Message("readers_kinds.mif"), FOLDER)),
    (b"CDF\x01", Foreign(Message("readers_kinds.netcdf"), ACCEPTED)),
    (b"CDF\x02", Foreign(Message("readers_kinds.netcdf"), ACCEPTED)),
    (b"\x00\x00\x01\xba", Foreign(Message("readers_kinds.film"), ACCEPTED)),
)
MARKUP: tuple[tuple[re.Pattern[bytes], Foreign], ...] = (
    (re.compile(rb"<graphml\b"), Foreign(Message("readers_kinds.graphml"), IN_FOLDER)),
    (re.compile(rb"<gexf\b"), Foreign(Message("readers_kinds.gexf"), AS_GRAPHML)),
    (re.compile(rb"<GIFTI\b"), Foreign(Message("readers_kinds.gifti"), IN_FOLDER)),
    (
        re.compile(rb"<S>\s*<|<catROI\b"),
        Foreign(
            Message("readers_kinds.cat-roi"),
            IN_FOLDER,
        ),
    ),
    (
        re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet"),
        Foreign(Message("readers_kinds.excel-xml"), Message("readers_kinds.save-as-xlsx")),
    ),
    (re.compile(rb"<gnm:Workbook\b"), Foreign(Message("readers_kinds.gnumeric"), OPEN_AND_SAVE)),
    (re.compile(rb"<office:document\b"), Foreign(Message("readers_kinds.flat-ods"), OPEN_AND_SAVE)),
    (
        re.compile(rb"<(!doctype html|html|table|body|meta)\b", re.IGNORECASE),
        Foreign(Message("readers_kinds.html"), OPEN_AND_SAVE),
    ),
    (re.compile(rb"<\?xml|<svg\b"), Foreign(Message("readers_kinds.xml"), ACCEPTED)),
)


def foreign(head: bytes) -> Foreign | None:
    """What a file is that is not read here; None of one that may be.

    ``head`` are some thousand bytes from its start.
    """
    for start, kind in STARTS:
        if head.startswith(start):
            return kind
    for look in LOOKS:
        looked = look(head)
        if looked is not None:
            return looked
    return None


def pointer(head: bytes) -> Foreign | None:
    """That a file has not been got, whatever its name promises."""
    return POINTER if POINTS.match(head) else None


def _pickle(head: bytes) -> Foreign | None:
    """Protocols 2 to 5, and the torch files of old that start with one."""
    marked = head[:1] == b"\x80" and head[1:2] in {b"\x02", b"\x03", b"\x04", b"\x05"}
    return Foreign(Message("readers_kinds.pickle"), PICKLE) if marked else None


def _image(head: bytes) -> Foreign | None:
    """NIfTI and CIFTI, which say how long their header is."""
    if len(head) < 348:
        return None
    size = {struct.unpack_from(f"{order}i", head)[0] for order in "<>"}
    if CIFTI.search(head) and 540 in size:
        axes = tuple(sorted(AXIS.findall(head)))
        return Foreign(
            Message(
                "readers_kinds.cifti",
                content=AXES.get(axes, Message("readers_kinds.surface-maps")),
            ),
            IN_FOLDER if b"PARCELS" in axes else FOLDER,
        )
    if 540 in size:
        return Foreign(Message("readers_kinds.nifti-2"), FOLDER)
    if 348 in size and head[344:347] in {b"n+1", b"ni1"}:
        return Foreign(Message("readers_kinds.nifti-1"), FOLDER)
    return None


def _markup(head: bytes) -> Foreign | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(b"<"):
        return None
    return next((kind for pattern, kind in MARKUP if pattern.search(head)), None)


def _others(head: bytes) -> Foreign | None:
    """Signatures that do not stand at the start."""
    if head[257:262] == b"ustar":
        return Foreign(Message("readers_kinds.tar"), ZIP_INSTEAD)
    if b"SPSS PORT FILE" in head[:200]:
        return Foreign(Message("readers_kinds.spss-portable"), TABLE)
    if head[128:132] == b"DICM":
        return Foreign(Message("readers_kinds.dicom"), FOLDER)
    if head[8:12] == b"DUCK":
        return Foreign(Message("readers_kinds.duckdb"), TABLE)
    if _is_dbase(head):
        return Foreign(Message("readers_kinds.dbase"), OPEN_AND_SAVE)
    return None


def _is_dbase(head: bytes) -> bool:
    """A version, a date, and a header of 32 bytes per column and one that ends it."""
    if len(head) < 65 or head[0] not in {0x03, 0x30, 0x83, 0x8B, 0xF5}:
        return False
    size = int.from_bytes(head[8:10], "little")
    dated = 1 <= head[2] <= 12 and 1 <= head[3] <= 31
    return dated and size > 64 and (size % 32 == 1 or head[0] == 0x30)


POINTS = re.compile(rb"version https://git-lfs|(\S*[\\/])?annex[\\/]objects[\\/]")
POINTER = Foreign(Message("readers_kinds.pointer"), Message("readers_kinds.get-contents"))
TEXT_STARTS: tuple[tuple[re.Pattern[bytes], Foreign], ...] = (
    (POINTS, POINTER),
    (
        re.compile(rb"#\s*[0-9]+\s*#\s*Number[ _]of[ _]network"),
        Foreign(Message("readers_kinds.netcc"), IN_FOLDER),
    ),
    (
        re.compile(rb"#\s*(Title Segmentation Statistics|Table of FreeSurfer cortical)"),
        Foreign(Message("readers_kinds.stats"), Message("readers_kinds.folder-of-freesurfer")),
    ),
    (
        re.compile(rb"(%.*\s+)*\*(vertices|network)\b", re.IGNORECASE),
        Foreign(Message("readers_kinds.pajek"), AS_GRAPHML),
    ),
    (
        re.compile(rb"((creator|version|comment)\b.*\s+)*graph\s*\[", re.IGNORECASE),
        Foreign(Message("readers_kinds.gml"), AS_GRAPHML),
    ),
    (re.compile(rb"# Created by Octave\b"), Foreign(Message("readers_kinds.octave"), AS_MATLAB)),
    (re.compile(rb"TABLE\r?\n0,1\r?\n"), Foreign(Message("readers_kinds.dif"), OPEN_AND_SAVE)),
    (re.compile(rb"ID;P"), Foreign(Message("readers_kinds.sylk"), OPEN_AND_SAVE)),
    (
        re.compile(rb"(%.*\s+)*@relation\b", re.IGNORECASE),
        Foreign(Message("readers_kinds.arff"), TABLE),
    ),
    (re.compile(rb"structure\(list\("), Foreign(Message("readers_kinds.dput"), WRITE_CSV)),
    (
        re.compile(rb"[+-]?[0-9.]+( [0-9]+:\S+){2,}\s*\n"),
        Foreign(Message("readers_kinds.libsvm"), TABLE),
    ),
)


def _text(head: bytes) -> Foreign | None:
    """Texts of programs that describe one brain."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return next((kind for pattern, kind in TEXT_STARTS if pattern.match(text)), None)


LOOKS: tuple[Callable[[bytes], Foreign | None], ...] = (
    _pickle,
    _image,
    _markup,
    _others,
    _text,
)


WORKBOOKS = {"xl/workbook.xml", "xl/workbook.bin"}
OPEN_DOCUMENT = {"mimetype", "content.xml"}
CONNECTIVITY = ("weights.txt", "centres.txt", "tract_lengths.txt")  # of The Virtual Brain
MARKS: tuple[tuple[str, Foreign], ...] = (
    ("word/document.xml", Foreign(Message("readers_kinds.word"), TABLE)),
    ("ppt/presentation.xml", Foreign(Message("readers_kinds.powerpoint"), TABLE)),
    ("Index/Document.iwa", Foreign(Message("readers_kinds.numbers"), TABLE)),
    ("Index.zip", Foreign(Message("readers_kinds.numbers"), TABLE)),
)


def is_workbook(members: Collection[str]) -> bool:
    """Whether it is a workbook of Excel or OpenDocument."""
    return not WORKBOOKS.isdisjoint(members) or OPEN_DOCUMENT.issubset(members)


def check_package(members: Collection[str], name: str) -> None:
    """Raises CohortError where the ZIP file ``name`` is a package that is not read, by its kind."""
    for member, kind in MARKS:
        if member in members:
            raise CohortError(kind.refusal(name))
    if any(PurePosixPath(member).name == "data.pkl" for member in members):
        raise CohortError(Foreign(Message("readers_kinds.pytorch"), PICKLE).refusal(name))
    held = {PurePosixPath(member).name.removesuffix(".bz2") for member in members}
    if held.issuperset(CONNECTIVITY):
        raise CohortError(
            Foreign(
                Message("readers_kinds.virtual-brain", files=first_of(sorted(members), 4)),
                IN_FOLDER,
            ).refusal(name)
        )


TRAIN, TEST = re.compile(r"(?i)(^|_)(train|tr)($|_)"), re.compile(r"(?i)(^|_)(test|te)($|_)")


SAVE_COMMANDS = {
    "npz": "numpy.savez('cohort.npz', fc=fc, ids=ids, labels=labels)",
    "mat": "save('cohort.mat', 'fc', 'ids', 'labels', '-v7')",
}


@dataclass(frozen=True)
class KnownProgram:
    """Whose arrays they are, how they are known, and what to do with them."""

    what: Message
    known: Callable[[set[str]], bool]
    advice: Message


PROGRAMS: tuple[KnownProgram, ...] = (
    KnownProgram(
        Message("readers_arrays.conn"),
        lambda names: {"Z", "names"} <= names and not {"DOF", "xyz", "names2"}.isdisjoint(names),
        Message("readers_arrays.conn-advice"),
    ),
    KnownProgram(
        Message("readers_arrays.brainnettf"),
        lambda names: "corr" in names and not {"timeseires", "timeseries"}.isdisjoint(names),
        Message("readers_arrays.brainnettf-advice"),
    ),
    KnownProgram(
        Message("readers_arrays.braingb"),
        lambda names: "label" in names and not {"fmri", "dti", "X"}.isdisjoint(names),
        Message("readers_arrays.braingb-advice"),
    ),
    KnownProgram(
        Message("readers_arrays.split"),
        lambda names: any(map(TRAIN.search, names)) and any(map(TEST.search, names)),
        Message("readers_arrays.split-advice"),
    ),
    KnownProgram(Message("readers_arrays.dpabi"), lambda names: "ROISignals" in names, IN_FOLDER),
    KnownProgram(
        Message("readers_arrays.qsirecon"),
        lambda names: any(name.endswith("_region_labels") for name in names),
        IN_FOLDER,
    ),
    KnownProgram(
        Message("readers_arrays.dsi-studio"),
        lambda names: {"connectivity", "name"} <= names,
        IN_FOLDER,
    ),
    KnownProgram(
        Message("readers_arrays.one-subject"), lambda names: names == {"connectivity"}, IN_FOLDER
    ),
    KnownProgram(
        Message("readers_kinds.cat-roi"),
        lambda names: names == {"S"},
        IN_FOLDER,
    ),
)


def explain_no_cohort(arrays: NamedArrays, kind: str, name: str) -> Message:
    """Why a file without ``features`` and ``fc`` is refused: whose it is, what it holds, a way."""
    names = {*arrays.plain, *arrays.odd}
    for program in PROGRAMS:
        if program.known(names):
            return Message(
                "readers_arrays.known-program",
                file=name,
                what=program.what,
                arrays=arrays.listed,
                advice=program.advice,
            )
    structures = [structure for structure, odd in arrays.odd.items() if odd.message == STRUCTURE]
    if structures:
        return Message(
            "readers_arrays.structure-fields",
            file=name,
            arrays=arrays.listed,
            structure=structures[0],
        )
    return Message(
        "readers_arrays.no-features",
        file=name,
        count=len(names),
        arrays=arrays.listed,
        expected=Message(
            "readers_arrays.expected", command=SAVE_COMMANDS.get(kind, SAVE_COMMANDS["npz"])
        ),
    )
