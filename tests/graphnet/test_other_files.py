"""Tables of Stata, SPSS, Parquet, Arrow, FreeSurfer; and each kind of file that is not read."""

import bz2
import gzip
import lzma
import pickle
import struct
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest

from graphnet.data.cohort import FloatArray
from graphnet.data.dataset import Dataset
from graphnet.errors import CohortError, QuestionsOpen
from graphnet.readers.reading import read
from tests.graphnet import formats
from tests.graphnet.cohort_files import read_cohort
from tests.graphnet.formats import FEATURES, IDS, LABELS

TEXT = pd.DataFrame(formats.columns()).to_csv(index=False).encode()
LABELLED = {"dx": {0: "control", 1: "schizophrenia"}, "panss": {10: "least", -8: "missing"}}


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "subject": IDS,
            "dx": LABELS,
            "panss": [50, 60, -8, 40, np.nan, 10],
            **{f"GMV_{region + 1}": FEATURES[:, region, 1] for region in range(5)},
        }
    )


def saved(path: Path, body: bytes) -> Path:
    (path / "x").write_bytes(body)
    return path / "x"


def dataset(path: Path) -> Dataset:
    return read(path).settled()


def assert_is_table(found: Dataset, values: FloatArray, panss: list[float]) -> None:
    """It is :func:`table`, with words for its classes, and scores as its file has them."""
    assert found.subjects.ids == tuple(IDS)
    assert found.subjects.labels.tolist() == LABELS
    assert dict(found.class_names) == {0: "control", 1: "schizophrenia"}
    assert found.values is not None
    np.testing.assert_array_equal(found.values[:, :, 0], values)
    scores = next(each for each in found.subjects.covariates if each.name == "panss")
    np.testing.assert_array_equal(scores.values, panss)


def refused(path: Path, body: bytes) -> str:
    with pytest.raises(CohortError) as caught:
        read(saved(path, body), most=10**7).settled()
    assert not isinstance(caught.value, QuestionsOpen)
    return str(caught.value)


# Stata ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [114, 117, 118, 119])
def test_stata_with_words_for_its_codes(version: int, tmp_path: Path) -> None:
    path = tmp_path / "x.dta"
    table().to_stata(path, write_index=False, version=version, value_labels=LABELLED)  # type: ignore[arg-type]
    found = dataset(path)
    assert found.interpretation.kind == "dta"
    assert_is_table(found, FEATURES[:, :, 1], [50, 60, np.nan, 40, np.nan, 10])


def test_stata_that_is_cut(tmp_path: Path) -> None:
    table().to_stata(tmp_path / "whole", write_index=False, version=118)
    body = (tmp_path / "whole").read_bytes()
    for length in (12, 60, 200, len(body) // 2):
        assert "Stata file that is damaged or cut short" in refused(tmp_path, body[:length])


def test_stata_has_bounded_cells(tmp_path: Path) -> None:
    pd.DataFrame({"x": np.zeros(300_000, "i1")}).to_stata(tmp_path / "x.dta", write_index=False)
    with pytest.raises(CohortError, match="more than 12,500 cells"):
        read(tmp_path / "x.dta", most=100_000)


# SPSS ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"compress": True}, {"row_compress": True}])
def test_spss_with_words_for_its_codes(options: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "x.sav"
    labels: dict[str, Any] = LABELLED
    pyreadstat.write_sav(
        table(),
        path,
        variable_value_labels=labels,
        missing_ranges={"panss": [60]},
        **options,
    )
    found = dataset(path)
    assert found.interpretation.kind == "sav"
    assert_is_table(found, FEATURES[:, :, 1], [50, np.nan, np.nan, 40, np.nan, 10])


def test_spss_that_is_cut_or_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "x.sav"
    pyreadstat.write_sav(table().assign(site=["é1", "à2"] * 3), path)
    body = path.read_bytes()
    for length in (8, 60, 200, len(body) - 40):
        assert "SPSS file that is damaged or cut short" in refused(tmp_path, body[:length])
    latin1 = body.replace("é".encode(), b"\xe9 ")
    assert "not in the encoding that it names" in refused(tmp_path, latin1)


def test_spss_that_has_cut_a_letter(tmp_path: Path) -> None:
    path = tmp_path / "x.sav"
    pyreadstat.write_sav(table().assign(site=["上海", "北京"] * 3), path)
    cut = path.read_bytes().replace("上海".encode(), "上海".encode()[:-1] + b" ")
    found = dataset(saved(tmp_path, cut))
    assert found.subjects.sites == ("上", "北京") * 3
    assert "readers_tables.spss-cut-letters" in {
        message.code for message in found.interpretation.assumptions
    }


# Parquet and Arrow ---------------------------------------------------------------------------


NAMES = {"parquet": "parquet", "arrow": "arrow", "stream": "arrow"}


def columnar(frame: pd.DataFrame, kind: str, path: Path, **options: Any) -> Path:
    if kind == "parquet":
        frame.to_parquet(path, **options)
    else:
        with pa.OSFile(str(path), "wb") as sink:
            whole = pa.Table.from_pandas(frame)
            new = pa.ipc.new_stream if kind == "stream" else pa.ipc.new_file
            with new(sink, whole.schema) as writer:
                writer.write_table(whole, max_chunksize=4)
    return path


@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream"])
def test_columns_with_categories_and_an_index(kind: str, tmp_path: Path) -> None:
    frame = table().set_index("subject").rename_axis(None)
    words = frame["dx"].map(LABELLED["dx"]).astype("category")
    small = {f"GMV_{region + 1}": frame[f"GMV_{region + 1}"].astype("f4") for region in range(5)}
    path = columnar(frame.assign(dx=words, **small), kind, tmp_path / "x")
    found = dataset(path)
    assert found.interpretation.kind == NAMES[kind]
    assert_is_table(found, FEATURES[:, :, 1].astype("f4"), [50, 60, -8, 40, np.nan, 10])


@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream"])
def test_columns_keep_long_ids_and_refuse_lists(kind: str, tmp_path: Path) -> None:
    long = 2**53 + 1 + np.arange(6)
    found = dataset(columnar(table().assign(subject=long), kind, tmp_path / "x"))
    assert found.subjects.ids == tuple(str(number) for number in long)
    path = columnar(
        table().assign(more=pd.Series([[1, 2]] * 6, dtype=object)), kind, tmp_path / "y"
    )
    assert "lists or records in the cells of column more" in refused(tmp_path, path.read_bytes())


@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream"])
def test_columns_that_are_cut_or_too_many(kind: str, tmp_path: Path) -> None:
    body = columnar(table(), kind, tmp_path / "whole").read_bytes()
    for length in (10, 200, len(body) - 4):
        sentence = refused(tmp_path, body[:length])
        assert f"{NAMES[kind].capitalize()} file that is damaged or cut short" in sentence
    many = columnar(pd.DataFrame({"x": np.zeros(300_000, "i1")}), kind, tmp_path / "many")
    with pytest.raises(CohortError, match="more than 12,500 cells"):
        read(many, most=100_000)


def test_a_stream_that_is_cut_between_two_batches(tmp_path: Path) -> None:
    """Arrow itself reads it as a shorter table."""
    path = columnar(table(), "stream", tmp_path / "whole")
    body = path.read_bytes()
    cut = body[:-8]
    assert pa.ipc.open_stream(cut).read_all().num_rows == 6
    assert "Arrow file that is damaged or cut short" in refused(tmp_path, cut)


# JSON ----------------------------------------------------------------------------------------


def test_json_of_rows_is_the_table_that_json_of_columns_is(tmp_path: Path) -> None:
    whole = table().assign(subject=[f"00{place}" for place in range(6)])
    columns = dataset(saved(tmp_path, whole.to_json().encode()))
    rows = dataset(saved(tmp_path, whole.to_json(orient="records").encode()))
    assert rows.subjects.ids == columns.subjects.ids == tuple(whole["subject"])
    np.testing.assert_array_equal(rows.subjects.labels, columns.subjects.labels)
    assert columns.values is not None
    np.testing.assert_array_equal(rows.values, columns.values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"ID": "a", "LABEL": 0}, {"ID": "b"}]', "row 2 differs from the first one in LABEL"),
        ('[{"ID": "a"}, {"ID": "b", "AGE": 3}]', "row 2 differs from the first one in AGE"),
        ('[{"ID": "a"}, ["b"]]', "not a table of columns"),
        ('[{"ID": "a", "LABEL": {"x": 1}}]', "a cell of column LABEL"),
        ("[[1, 2], [3, 4]]", "not a table of columns"),
        ("[{}]", "not a table of columns"),
    ],
)
def test_json_of_rows_that_are_no_table_is_refused(text: str, words: str, tmp_path: Path) -> None:
    assert words in refused(tmp_path, text.encode())


# FreeSurfer ----------------------------------------------------------------------------------

STRUCTURES = ("Left-Lateral-Ventricle", "Right-Amygdala", "3rd-Ventricle", "CSF", "CC_Posterior")


def test_volumes_of_structures(tmp_path: Path) -> None:
    volumes = {name: FEATURES[:, place, 0] * 5000 for place, name in enumerate(STRUCTURES)}
    whole = {"BrainSegVol": 1.1e6 + np.arange(6), "EstimatedTotalIntraCranialVol": 1.5e6}
    frame = pd.DataFrame({"Measure:volume": IDS, **volumes, **whole, "group": ["HC", "SZ"] * 3})
    found = dataset(saved(tmp_path, frame.to_csv(index=False, sep="\t").encode()))
    assert found.subjects.ids == tuple(IDS)
    assert (found.measures, found.regions) == (("volume",), STRUCTURES)
    assert found.values is not None
    np.testing.assert_array_equal(found.values[:, :, 0], FEATURES[:, :, 0] * 5000)
    assert dict(found.class_names) == {0: "HC", 1: "SZ"}


# What is named -------------------------------------------------------------------------------


def zipped(*names: str) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"1 2\n2 1\n")
    return stream.getvalue()


def tarred() -> bytes:
    stream = BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("subjects.csv"), BytesIO())
    return stream.getvalue()


def nifti_2(text: bytes = b"") -> bytes:
    return struct.pack("<i", 540) + b"n+2\x00\r\n\x1a\n" + bytes(540) + text + bytes(100)


def axis(kind: str) -> bytes:
    return (
        f'<CIFTI Version="2"><M IndicesMapToDataType="CIFTI_INDEX_TYPE_{kind}"/></CIFTI>'.encode()
    )


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
KINDS: dict[str, tuple[bytes, str]] = {
    "a pickle": (pickle.dumps({"a": 1}), "Python pickle"),
    "a pickle of torch": (zipped("a/data.pkl", "a/data/0"), "PyTorch, which is a pickle"),
    "old Excel": (OLE, "Excel before 2007"),
    "Word": (zipped("[Content_Types].xml", "word/document.xml"), "text document (Word)"),
    "Numbers": (zipped("Index/Document.iwa"), "workbook of Numbers"),
    "binary Excel": (zipped("xl/workbook.bin"), "binary workbook (.xlsb)"),
    "a web page": (b"\xef\xbb\xbf <!DOCTYPE html><table><tr><td>1</td></tr></table>", "HTML"),
    "a table of HTML": (b'<table border="1">\n<tr><th>ID</th></tr></table>', "HTML"),
    "Excel of 2003": (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:'
                      b'spreadsheet"></Workbook>', "Excel's XML of 2003"),
    "GraphML": (b"<?xml version='1.0'?>\n<graphml xmlns='x'></graphml>", "GraphML"),
    "GIFTI": (b'<?xml version="1.0"?><!DOCTYPE GIFTI><GIFTI Version="1.0"></GIFTI>', "GIFTI"),
    "CAT12": (b'<?xml version="1.0"?>\n<S><aal3><names/></aal3></S>', "CAT12"),
    "other XML": (b'<?xml version="1.0"?><a/>', "an XML file"),
    "NIfTI-1": (struct.pack("<i", 348) + bytes(340) + b"n+1\x00" + bytes(300), "NIfTI-1"),
    "NIfTI-1 of a Mac": (struct.pack(">i", 348) + bytes(340) + b"n+1\x00" + bytes(9), "NIfTI-1"),
    "NIfTI-2": (nifti_2(), "NIfTI-2"),
    "pconn": (nifti_2(axis("PARCELS")), "CIFTI file: a parcellated connectome"),
    "ptseries": (nifti_2(axis("SERIES") + axis("PARCELS")), "CIFTI file: parcellated time series"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(600), "HDF5"),
    "R": (gzip.compress(b"RDX3\nX\n\x00\x00\x00\x03" + bytes(60)), "an R file (.RData)"),
    "SAS": (bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00" + bytes(600), "a SAS"),
    "SAS transport": (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!0000", "a SAS file"),
    "SPSS portable": (b"0" * 40 + b"ASCII SPSS PORT FILE".ljust(60), "portable file of SPSS"),
    "ORC": (b"ORC\n\x06\x12\x04" + bytes(90), "Apache ORC"),
    "Avro": (b"Obj\x01\x02\x16avro.schema" + bytes(90), "Apache Avro"),
    "DuckDB": (bytes(8) + b"DUCK@\x00" + bytes(90), "DuckDB"),
    "dBase": (b"\x03\x7a\x0b\x1e\x02" + bytes(3) + b"\x61\x00\x18" + bytes(90), "(.dbf)"),
    "DIF": (b'TABLE\r\n0,1\r\n"EXCEL"\r\nVECTORS\r\n0,2\r\n', "(.dif)"),
    "SYLK": (b'ID;PWXL;N;E\nC;X1;Y1;K"ID"\nC;X2;Y1;K"LABEL"\n', "(.slk)"),
    "Weka": (b"% of a study\n@RELATION x\n@ATTRIBUTE ID string\n", "(.arff)"),
    "dput of R": (b'structure(list(ID = c("a", "b"), LABEL = 0:1)', "dput"),
    "LIBSVM": (b"1 1:0.5 2:0.25 3:1\n0 1:0.5 3:2 4:1\n", "LIBSVM"),
    "flat ODS": (b'<?xml version="1.0"?>\n<office:document xmlns:table="x">', "(.fods)"),
    "Gnumeric": (gzip.compress(b'<?xml version="1.0"?>\n<gnm:Workbook>'), "Gnumeric"),
    "text of Octave": (b"# Created by Octave 7.3.0, Mon\n# name: fc\n# type: matrix\n", "Octave"),
    "Octave": (b"Octave-1-L" + bytes(90), "Octave"),
    "Feather": (b"FEA1" + bytes(90), "Feather"),
    "SQLite": (b"SQLite format 3\x00" + bytes(90), "SQLite"),
    "PDF": (b"%PDF-1.7\n" + bytes(90), "PDF"),
    "RTF": (b"{\\rtf1\\ansi ID LABEL}", "text document (RTF)"),
    "TAR": (tarred(), "TAR archive"),
    "TAR in gzip": (gzip.compress(tarred()), "TAR archive"),
    "bzip2": (bz2.compress(TEXT), "bzip2"),
    "xz": (lzma.compress(TEXT), "compressed with xz"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(90), "7z"),
    "DICOM": (bytes(128) + b"DICM" + bytes(90), "DICOM"),
    "streamlines": (b"mrtrix tracks\ncount: 5\n" + bytes(90), "streamlines"),
    "TVB": (zipped("weights.txt", "centres.txt", "tract_lengths.txt.bz2"), "Virtual Brain"),
    "packed TVB": (zipped("a/weights.txt.bz2", "a/centres.txt.bz2", "a/tract_lengths.txt.bz2"),
                   "one brain"),
    "netmats of HCP": (b"\n".join([b" ".join([b"0.25"] * 16)] * 2), "HCP's netmats"),
    "a flat triangle": (b"\t".join([b"-0.25"] * 15) + b"\n", "UK Biobank"),
    "a class and a triangle": (b",".join([b"1.0"] + [b"-0.25"] * 21), "after a class"),
    "a list of edges": (b"0 1 0.5\n0 2 0.25\n1 2 0.75\n", "list of edges of one brain"),
    "numbers": (b"0.5,0.25\n0.1,0.2\n", "its first line holds 2 numbers"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_other_kinds_are_named_with_what_to_do(kind: str, tmp_path: Path) -> None:
    body, words = KINDS[kind]
    sentence = refused(tmp_path, body)
    assert words in sentence
    assert sentence.startswith("x ")
    assert any(verb in sentence for verb in ("Give", "give", "Save", "save", "Pack", "ollect"))


def test_files_of_a_folder_that_are_never_read_are_named(tmp_path: Path) -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("participants.tsv", "participant_id\tgroup\nsub-1\tHC\n")
        archive.writestr("sub-1_relmat.pconn.nii", nifti_2(axis("PARCELS")))
    assert "sub-1_relmat.pconn.nii is a CIFTI file" in refused(tmp_path, stream.getvalue())


# Packed files --------------------------------------------------------------------------------


def test_a_packed_table_on_ones_own_machine(tmp_path: Path) -> None:
    """Its size is not known beforehand, so that nothing may be reserved for the largest one."""
    (tmp_path / "x.csv").write_bytes(TEXT)
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(TEXT))
    expected, found = read_cohort(tmp_path / "x.csv"), read_cohort(tmp_path / "x.csv.gz")
    assert found.ids == expected.ids
    np.testing.assert_array_equal(found.features, expected.features)


@pytest.mark.parametrize("name", ["x.npz", "x.mat"])
def test_packed_arrays_are_unpacked_once(name: str, tmp_path: Path) -> None:
    make = formats.npz if name == "x.npz" else formats.mat
    path = make(tmp_path / name)
    expected = dataset(path)
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.write(path, f"data/{name}")
    for body in (gzip.compress(path.read_bytes()), stream.getvalue()):
        found = dataset(saved(tmp_path, body))
        assert found.subjects.ids == expected.subjects.ids
        assert found.connectomes is not None
        assert expected.connectomes is not None
        np.testing.assert_array_equal(found.connectomes, expected.connectomes)
