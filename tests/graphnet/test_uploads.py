"""What is uploaded is read by what it is; what is broken or hostile is a sentence."""

import gzip
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import numpy as np
import pandas as pd
import pytest
import scipy.io
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from graphnet.data.cohort import Cohort
from graphnet.data.cohorts import cohort_of
from graphnet.data.dataset import Dataset
from graphnet.errors import CohortError, QuestionsOpen
from graphnet.readers.arrays.matlab import is_matlab, read_matlab
from graphnet.readers.reading import Reading, read
from tests.graphnet import formats
from tests.graphnet.cohort_files import read_cohort
from tests.graphnet.formats import FC, FEATURES, FOLDERS, IDS, LABELS

MEGABYTE = 1_000_000
PLACE = gettempdir()  # as it is before a test watches it
TEXT = pd.DataFrame(formats.columns()).to_csv(index=False).encode()


def reading(body: bytes, most: int = 1 << 40) -> Reading:
    """What comes of these bytes, in a file that has no name of its own."""
    with TemporaryDirectory(dir=PLACE) as folder:
        path = Path(folder) / "x"
        path.write_bytes(body)
        return read(path, most=most)


def dataset(body: bytes) -> Dataset:
    return reading(body).settled()


def cohort(body: bytes) -> tuple[str, Cohort]:
    found = dataset(body)
    return found.interpretation.kind, cohort_of(found, "x")


def refused(body: bytes, most: int = MEGABYTE) -> str:
    """The sentence."""
    with pytest.raises(CohortError) as caught:
        reading(body, most).settled()
    assert not isinstance(caught.value, QuestionsOpen)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert not any(word in sentence for word in ("Error", "Traceback", "\n"))
    return sentence


@pytest.fixture(autouse=True)
def nothing_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What was unpacked is gone, however it ended."""
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(aside))
    yield
    assert list(aside.iterdir()) == []


def zipped(members: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def packed(folder: Path) -> bytes:
    """A folder as a person packs it: below its own name, with what macOS adds."""
    files = {
        f"{folder.name}/{path.relative_to(folder)}": path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return zipped({**files, f"__MACOSX/{folder.name}/._a": b"x", f"{folder.name}/.DS_Store": b"x"})


def arrays(**named: object) -> bytes:
    stream = BytesIO()
    np.savez_compressed(stream, **named)  # type: ignore[arg-type]
    return stream.getvalue()


def matlab(**named: object) -> bytes:
    stream = BytesIO()
    savemat(stream, named, do_compression=True)
    return stream.getvalue()


def written(make: Callable[[Path], Path], tmp_path: Path) -> bytes:
    path = make(tmp_path)
    return packed(path) if path.is_dir() else path.read_bytes()


TABLES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "csv": ("csv", lambda: TEXT),
    "csv with a mark of its order": ("csv", lambda: b"\xef\xbb\xbf" + TEXT),
    "csv of Windows": ("csv", lambda: TEXT.replace(b"\n", b"\r\n")),
    "semicolons": ("csv", lambda: TEXT.replace(b",", b";")),
    "decimal commas": ("csv", lambda: TEXT.replace(b",", b";").replace(b".", b",")),
    "tabs": ("tsv", lambda: TEXT.replace(b",", b"\t")),
    "gzip": ("csv", lambda: gzip.compress(TEXT)),
    "one file in a ZIP": ("csv", lambda: zipped({"data/x.csv": TEXT, "data/.hidden": b"x"})),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_the_csv(name: str) -> None:
    expected_kind, make = TABLES[name]
    kind, found = cohort(make())
    assert kind == expected_kind
    expected = cohort(TEXT)[1]
    assert (found.ids, found.layout) == (expected.ids, expected.layout)
    np.testing.assert_array_equal(found.features, expected.features)
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_array_equal(found.scores, expected.scores)


@pytest.mark.parametrize("kind", ["tsv", "json", "npz", "mat"])
def test_every_file_is_known_by_its_content(kind: str, tmp_path: Path) -> None:
    body = written(formats.WHOLE[kind], tmp_path)
    found_kind, found = cohort(body)
    assert found_kind == kind
    expected = cohort(TEXT)[1]
    assert (found.ids, found.layout) == (expected.ids, expected.layout)
    np.testing.assert_allclose(found.features, expected.features, rtol=1e-14)
    assert found.connectomes is not None
    assert expected.connectomes is not None
    np.testing.assert_allclose(found.connectomes, expected.connectomes, rtol=1e-13)


@pytest.mark.parametrize("kind", FOLDERS)
def test_a_packed_folder_is_the_folder(kind: str, tmp_path: Path) -> None:
    path = FOLDERS[kind](tmp_path)
    found_kind, found = cohort(packed(path))
    expected = read_cohort(path)
    assert found_kind == "folder"
    assert found.ids == expected.ids
    np.testing.assert_array_equal(found.features, expected.features)


def test_long_numbers_in_json_stay_what_they_are() -> None:
    text = '{"ID": {"0": 12345678901234567890}, "LABEL": {"0": 1}, "GMV_1": {"0": 0.5}}'
    assert cohort(text.encode())[1].ids == ("12345678901234567890",)


# Numbers, text, cells ------------------------------------------------------------------------


DAMAGED = {
    "bad_miuint32.mat",
    "bad_miutf8_array_name.mat",
    "corrupted_zlib_checksum.mat",
    "corrupted_zlib_data.mat",
    "malformed1.mat",
}  # made to be so
REAL_FILES = sorted((Path(scipy.io.__file__).parent / "matlab/tests/data").glob("*.mat"))


def test_files_that_matlab_wrote_are_read_as_scipy_reads_them() -> None:
    """Of several versions of MATLAB and both orders of bytes; no other is given to scipy."""
    compared = 0
    for path in REAL_FILES:
        if not is_matlab(path.read_bytes()):
            continue
        try:
            found = read_matlab(path, path.name, MEGABYTE)
        except CohortError as error:
            assert "damaged" in str(error)
            assert path.name in DAMAGED
            continue
        for name, kind in ((name, kind) for name, _, kind in scipy.io.whosmat(path)):
            if name.startswith("__"):
                continue
            if name in found.odd:
                assert kind not in {"int32", "uint8", "char"}
                assert kind != "double" or "complex" in found.odd[name].what
                continue
            expected = scipy.io.loadmat(path, mat_dtype=True)[name]
            assert found.plain[name].shape == expected.shape
            if kind in {"double", "single", "int32", "uint8", "logical"}:
                np.testing.assert_array_equal(found.plain[name], expected)
            compared += 1
    assert compared >= 20


def test_matlab_drops_a_last_axis_of_one_measure() -> None:
    cells = np.array(IDS, dtype=object)
    body = matlab(features=FEATURES[:, :, 0], measures=np.array(["GMV"]), ids=cells, labels=LABELS)
    _, found = cohort(body)
    assert found.measures == ("GMV",)
    np.testing.assert_array_equal(found.features[:, :, 0], FEATURES[:, :, 0])
    assert found.ids == tuple(IDS)


@pytest.mark.parametrize("kind", ["<f4", ">f8", "<f2", "<i4", "?"])
def test_numbers_of_any_kind_are_taken(kind: str) -> None:
    values = FEATURES.astype(kind)
    body = arrays(features=values, measures=np.array(["ALFF", "GMV"], ">U4"), labels=LABELS,
                  ids=np.array(IDS, "S2"))  # fmt: skip
    _, found = cohort(body)
    assert found.ids == tuple(IDS)
    usable = np.isfinite(found.features)
    np.testing.assert_array_equal(found.features[usable], values.astype(float)[usable])


# What is broken ------------------------------------------------------------------------------


def npy(header: bytes, content: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content


def header_of(shape: str, kind: str = "'<f8'") -> bytes:
    return f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()


BROKEN: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "x is empty."),
    "blanks": (b" \r\n\t ", "x is empty."),
    "a header": (b"ID,LABEL,GMV_1\n", "x has no row below its header."),
    "PNG": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(90), "x is a picture (PNG)."),
    "JPEG": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(90), "x is a picture (JPEG)."),
    "noise": (np.random.default_rng(1).bytes(5000), "is of no known kind"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(600), "damaged or cut short"),
    "MATLAB 7.3": (
        b"MATLAB 7.3".ljust(124) + b"\x00\x02IM" + bytes(400),
        "damaged or cut short",
    ),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(90), "Save it as .xlsx or CSV"),
    "Excel": (
        zipped({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"}),
        "is a workbook",
    ),
    "half an array": (b"\x93NUMPY\x01\x00" + bytes(90), "is not a plain NumPy array"),
    "one array": (npy(header_of("(2, 3)"), bytes(48)), "of shape (2, 3), without ids"),
    "an empty ZIP": (zipped({}), "is a ZIP file with nothing in it."),
    "a ZIP in a ZIP": (zipped({"a.zip": zipped({"b.csv": TEXT})}), "unpack it once."),
    "gzip in gzip": (gzip.compress(gzip.compress(TEXT)), "is of no known kind"),
    "half a gzip": (gzip.compress(TEXT)[:200], "is a gzip file that is damaged or cut short."),
    "half a ZIP": (zipped({"a.csv": TEXT})[:200], "is a ZIP file that is damaged or cut short."),
    "a folder without a table": (zipped({"a.txt": b"1 2", "b.txt": b"1 2"}), "has no table"),
    "a table that is none": (zipped({"a.csv": b"\xff,\n1", "b": b""}), "has no table (CSV"),
    "half JSON": (b'{"GMV_1": {"0": 1', "x is not JSON in UTF-8."),
    "deep JSON": (b'{"a":' * 100_000, "x is not JSON in UTF-8."),
    "a lone surrogate": (b'{"ID": {"0": "\\ud800"}}', "x is not JSON in UTF-8."),
    "JSON of numbers": (b'{"a": 1, "b": [1]}', "is JSON without columns: a holds no rows."),
    "JSON with a hole": (b'{"a": {"0": 1}, "b": {"1": 1}}', "other rows in column b"),
    "JSON in a cell": (b'{"a": {"0": {}}}', "has a list or an object in a cell of column a."),
    "JSON of nothing": (b"{}", "is JSON, but not a table of columns."),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_broken_is_said(kind: str) -> None:
    body, sentence = BROKEN[kind]
    assert sentence in refused(body)


GOOD = {"ids": IDS, "labels": LABELS, "features": FEATURES, "measures": ["ALFF", "GMV"]}


@pytest.mark.parametrize("make", [arrays, matlab])
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"measures": ["GMV", "GMV"]}, "x names one of its measures twice."),
        ({"features": FEATURES + 1j}, ""),
        ({"features": np.zeros((1, 600, 500)), "ids": ["a"], "labels": [1],
          "measures": [f"M{n}" for n in range(500)]}, "x has more than 250,000 values per subject"),
        ({"fc": FC[0]}, "x has fc of shape (5, 5); give (6, regions, regions)"),
    ],
)  # fmt: skip
def test_arrays_that_make_no_table(
    make: Callable[..., bytes], changes: dict[str, object], sentence: str
) -> None:
    assert sentence in refused(make(**{**GOOD, **changes}), 100 * MEGABYTE)


def test_pickles_and_objects_are_refused() -> None:
    objects = arrays(features=np.array([{}], dtype=object))
    assert refused(objects).startswith(
        "features in x is an array of Python objects, which is a pickle"
    )
    sentence = refused(arrays(**{**GOOD, "ids": np.array(IDS, dtype=object)}))
    assert "ids=numpy.array(ids, dtype=str)" in sentence
    assert "ids in x is an array of dates;" in refused(
        arrays(**{**GOOD, "ids": np.zeros(6, "M8[D]")})
    )
    nested = np.empty(6, dtype=object)
    nested[:] = [np.array(["a"], dtype=object)] * 6
    for odd in ({"a": 1}, scipy.sparse.eye_array(6).tocsc(), nested):
        sentence = refused(matlab(**{**GOOD, "ids": odd}))
        assert sentence.startswith("ids in x ")
        assert "cellstr" in sentence


# What is hostile -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "member",
    [
        npy(header_of("(1000000, 1000000, 1000)"), bytes(80)),
        npy(header_of("(9223372036854775807, 9223372036854775807, 4)"), bytes(80)),
        npy(header_of("(-1, 2, 2)"), bytes(80)),
        npy(header_of("(2, 2, 2)"), bytes(8)),
        npy(header_of("(2, 2, 2)", "'|O'"), b"cos\nsystem\n(S'true'\ntR."),
        npy(b"{" + b" " * 60_000 + b"}"),
        npy(b"(" * 5000),
        npy(b"\xff\xfe{"),
        npy(b"'''"),
        b"\x93NUMPY\x09\x00",
        arrays(features=FEATURES),
        b"",
    ],
    ids=["huge", "overflowing", "negative", "short", "pickle", "long header", "deep header",
         "no text", "no end", "version", "archive", "empty"],
)  # fmt: skip
def test_a_header_that_lies_is_refused(member: bytes) -> None:
    sentence = refused(zipped({"features.npy": member}))
    assert sentence.startswith("features in x is ")
    assert "not a plain NumPy array, or is damaged" in sentence or "is a pickle" in sentence


BIG = 30 * MEGABYTE


@pytest.mark.parametrize(
    "bomb",
    [
        zipped({"features.npy": npy(header_of(f"({BIG},)", "'u1'"), bytes(BIG))}),
        zipped({"a.csv": bytes(BIG)}),
        zipped({"a.csv": bytes(BIG), "b.csv": b""}),
        zipped({"a.csv": bytes(BIG // 40), **{f"{n}.txt": bytes(BIG // 40) for n in range(40)}}),
        gzip.compress(bytes(BIG)),
        matlab(other=np.zeros(BIG // 8)),
    ],
    ids=["npz", "one file", "folder", "many files", "gzip", "mat"],
)
def test_a_bomb_does_not_go_off(bomb: bytes) -> None:
    assert len(bomb) < MEGABYTE
    sentence = refused(bomb)
    assert "once it is unpacked" in sentence or "too large" in sentence


def test_what_an_archive_says_of_its_size_is_not_believed() -> None:
    honest = zipped({"a.csv": b"x" * BIG, "b.csv": b""})
    lying = honest.replace(struct.pack("<I", BIG), struct.pack("<I", 10))
    assert lying != honest
    assert refused(lying).startswith("x is ")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("../out.csv", "leads out of its folder"),
        ("a/../../out.csv", "leads out of its folder"),
        ("/etc/out.csv", "leads out of its folder"),
        ("..\\out.csv", "leads out of its folder"),
        ("C:\\out.csv", "leads out of its folder"),
        ("a\nb.csv", "whose name cannot be used"),
        ("a" * 250 + ".csv", "whose name cannot be used"),
        ("/".join("a" * 20) + ".csv", "whose name cannot be used"),
    ],
)
def test_no_file_leaves_its_folder(name: str, sentence: str) -> None:
    assert sentence in refused(zipped({"a.csv": TEXT, name: TEXT}))


def test_a_file_without_a_name_is_refused() -> None:
    body = zipped({"a.csv": TEXT, "nameless": TEXT}).replace(b"nameless", b"\x00ameless")
    assert "whose name cannot be used: ''" in refused(body)


def test_links_passwords_and_doubles_are_refused() -> None:
    link = zipfile.ZipInfo("passwd.csv")
    link.external_attr = 0o120777 << 16
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "has a link, 'passwd.csv'" in refused(stream.getvalue())
    locked = bytearray(zipped({"a.csv": TEXT}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(locked)) == "x has a password; make it without one."
    assert "unusual way" in refused(zipped({"a.csv": TEXT}, zipfile.ZIP_LZMA))
    assert refused(zipped({"a": b"1", "a/b.csv": b"1"})) == "x has a/b.csv twice."


def test_very_many_files_are_refused_before_they_are_listed() -> None:
    assert refused(b"PK\x03\x04" + b"PK\x01\x02" * 20_001) == "x has more than 20,000 files."


def element(kind: int, content: bytes) -> bytes:
    return struct.pack("<II", kind, len(content)) + content + bytes(-len(content) % 8)


def matrix(name: bytes, shape: tuple[int, ...], content: bytes, kind: int = 6) -> bytes:
    flags = element(6, struct.pack("<II", kind, 0))
    sizes = element(5, struct.pack(f"<{len(shape)}i", *shape))
    return element(14, flags + sizes + element(1, name) + content)


MAT = b"MATLAB 5.0".ljust(124) + b"\x00\x01IM"
EIGHT = element(9, bytes(8))


def nested(depth: int) -> bytes:
    inner = matrix(b"", (1, 1), EIGHT)
    for _ in range(depth):
        inner = matrix(b"", (1, 1), inner, kind=1)
    return matrix(b"ids", (1, 1), inner, kind=1)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (matrix(b"features", (2**30, 2**30), EIGHT), "has more numbers than can be read"),
        (matrix(b"features", (-1, 1), EIGHT), "damaged or cut short"),
        (matrix(b"features", (100, 100), EIGHT), "damaged or cut short"),
        (matrix(b"features", (1, 1), element(99, bytes(8))), "damaged or cut short"),
        (matrix(b"features", (1, 1), b""), "damaged or cut short"),
        (nested(200), "cells that hold neither text nor a number"),
        (element(15, zlib.compress(matrix(b"ids", (1, 1), EIGHT))[:-9]), "damaged or cut short"),
        (element(15, zlib.compress(b"")), "damaged or cut short"),
        (element(15, b"nothing of the kind"), "damaged or cut short"),
        (element(7, bytes(8)), "damaged or cut short"),
        (struct.pack("<II", 14, 2**31), "damaged or cut short"),
        (b"\x01", "damaged or cut short"),
    ],
    ids=["huge", "negative", "short", "unknown", "missing", "deep", "half", "hollow",
         "no zlib", "no matrix", "long", "stub"],
)  # fmt: skip
def test_a_matlab_file_that_lies_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(CohortError, match=sentence):
        reading(MAT + content, MEGABYTE)


def workbook() -> bytes:
    stream = BytesIO()
    pd.DataFrame(formats.columns()).to_excel(stream, index=False)
    return stream.getvalue()


def stata() -> bytes:
    stream = BytesIO()
    pd.DataFrame({"ID": IDS, "LABEL": LABELS, "GMV_1": FEATURES[:, 0, 0]}).to_stata(stream)
    return stream.getvalue()


SEEDS = [
    TEXT,
    arrays(**GOOD),
    matlab(**GOOD),
    MAT
    + b"".join(
        [
            matrix(b"fc", (2, 2, 2), element(9, bytes(64))),
            matrix(b"ids", (1, 2), element(9, bytes(16))),
        ]
    ),
    json.dumps({"ID": {"0": "a"}, "LABEL": {"0": 1}, "GMV_1": {"0": 0.5}}).encode(),
    zipped({"p.csv": b"ID,LABEL\np0,1\n", "ROICorrelation_FisherZ_p0.txt": b"1 2\n2 1\n"}),
    gzip.compress(TEXT),
    workbook(),
    stata(),
]


@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(st.data())
def test_any_other_bytes_are_a_table_or_a_sentence(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    cut = bytes(body[: data.draw(st.integers(1, len(body)))])
    try:
        found = reading(cut, MEGABYTE)
    except CohortError as error:
        assert str(error)
    else:
        assert found.dataset is not None or found.questions
