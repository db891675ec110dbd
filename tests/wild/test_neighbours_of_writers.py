"""Files as R, Octave, polars, DuckDB and pandas wrote them: the right numbers, or words.

Each was written by the program itself first; what is right was decided before anything was read.
"""

import io
import json
import struct
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.wild.cases import FloatArray, close, edges, outcome, told, upper
from tests.wild.test_same_kinds import COUNT, IDS, NAMES, VALUES, is_base, of, table

FRAME = pd.read_csv(io.StringIO(table()), dtype={"ID": str})
WORDS = FRAME.assign(LABEL=["control", "patient"] * (COUNT // 2))


def stata_110(frame: pd.DataFrame) -> bytes:
    """Of 1999, as R's foreign::write.dta writes by default: text and doubles alone."""
    texts = [isinstance(frame[name].iloc[0], str) for name in frame]
    widths = [
        max(map(len, frame[name])) if text else 8 for name, text in zip(frame, texts, strict=True)
    ]
    head = struct.pack("<BBBBHI", 110, 2, 1, 0, frame.shape[1], len(frame))
    head += b"Written by R.".ljust(81, b"\0") + bytes(18)
    head += bytes(
        width + 0x7F if text else ord("d") for width, text in zip(widths, texts, strict=True)
    )
    head += b"".join(str(name).encode().ljust(33, b"\0") for name in frame)
    head += bytes(2 * (frame.shape[1] + 1))
    head += b"".join((b"%9s" if text else b"%9.0g").ljust(12, b"\0") for text in texts)
    head += bytes((33 + 81) * frame.shape[1]) + bytes(5)
    rows = [
        b"".join(
            cell.encode().ljust(width, b"\0") if text else struct.pack("<d", cell)
            for cell, width, text in zip(row, widths, texts, strict=True)
        )
        for row in frame.itertuples(index=False)
    ]
    return head + b"".join(rows)


def test_old_versions_of_stata_are_read(tmp_path: Path) -> None:
    is_base(of(tmp_path, stata_110(FRAME), "cohort.dta").dataset)


def test_categories_of_polars_are_words(tmp_path: Path) -> None:
    """It keeps the words as views, of which pyarrow decodes no categories."""
    arrow = pa.Table.from_pandas(WORDS, preserve_index=False)
    words = pa.array(WORDS["LABEL"].unique(), pa.string_view())
    codes = pa.array(np.arange(COUNT) % 2, pa.uint32())
    arrow = arrow.set_column(1, "LABEL", pa.DictionaryArray.from_arrays(codes, words))
    with (
        pa.OSFile(str(tmp_path / "x.arrow"), "wb") as file,
        pa.ipc.new_file(file, arrow.schema) as w,
    ):
        w.write_table(arrow)
    found = outcome(tmp_path / "x.arrow").dataset
    is_base(found)
    assert dict(found.class_names) == {0: "control", 1: "patient"}


def rows_of_json() -> list[dict[str, object]]:
    columns = {str(name): FRAME[name].tolist() for name in FRAME}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(rows_of_json(), indent=2),
        json.dumps(rows_of_json()).replace("[{", "[\n\t{", 1),
        "".join(json.dumps(row) + "\n" for row in rows_of_json()),
        "\r\n".join(json.dumps(row) for row in rows_of_json()),
    ],
    ids=["indented", "an array of DuckDB", "a row per line", "line ends of Windows"],
)
def test_rows_in_json_are_read_however_they_stand(tmp_path: Path, text: str) -> None:
    is_base(of(tmp_path, text, "cohort.json").dataset)


def test_a_row_of_json_lines_without_a_column_is_named(tmp_path: Path) -> None:
    lines = [json.dumps(row) for row in rows_of_json()]
    lines[4] = json.dumps(
        {key: value for key, value in rows_of_json()[4].items() if key != "GMV_2"}
    )
    assert "GMV_2" in of(tmp_path, "\n".join(lines), "cohort.json").refusal


def of_octave(path: Path, values: FloatArray) -> None:
    """As ``save -hdf5`` writes a matrix: a group, with the axes of its value reversed."""
    with h5py.File(path, "w") as file:
        group = file.create_group("R")
        group.attrs["OCTAVE_NEW_FORMAT"] = np.uint8(1)
        group["type"] = np.bytes_("matrix")
        group["value"] = values.T


def test_hdf5_of_octave_is_named_alone_and_in_folders(tmp_path: Path) -> None:
    """A series of fewer points than regions would be read turned round."""
    random = np.random.default_rng(3)
    for subject in IDS:
        of_octave(tmp_path / f"{subject}.h5", random.normal(size=(30, 40)))
    of_octave(tmp_path / "all.h5", VALUES)
    assert "Octave" in outcome(tmp_path / "all.h5").refusal
    (tmp_path / "all.h5").unlink()
    FRAME[["ID", "LABEL"]].to_csv(tmp_path / "subjects.csv", index=False)
    assert "save('-v7'" in outcome(tmp_path).refusal


# Tables that are turned or sum up ------------------------------------------------------------


@pytest.mark.parametrize("corner", ["", "region", "roi"])
def test_regions_by_subject_are_refused_as_turned(tmp_path: Path, corner: str) -> None:
    """As neuroCombat takes and gives them; never regions as subjects."""
    turned = pd.DataFrame(VALUES.T, index=list(NAMES), columns=[f"NL{subject}" for subject in IDS])
    text = turned.to_csv(index_label=corner)
    assert "transposed" in of(tmp_path, text).refusal


def test_lists_of_regions_are_not_called_turned(tmp_path: Path) -> None:
    places = pd.DataFrame(VALUES[:6, :3], index=list(NAMES), columns=["x", "y", "z"])
    assert "transposed" not in of(tmp_path, places.to_csv(index_label="name")).refusal


@pytest.mark.parametrize("described", [FRAME.describe(), FRAME.describe(include="all")])
def test_a_description_is_no_cohort(tmp_path: Path, described: pd.DataFrame) -> None:
    text = described.to_csv()
    assert "statistics (count," in of(tmp_path, text).refusal


# Several things in one file -----------------------------------------------------------------------

SERIES = np.random.default_rng(7).normal(size=(COUNT, 40, 8))


def block(values: FloatArray) -> str:
    return "".join(" ".join(f"{cell:.8e}" for cell in row) + "\n" for row in values)


@pytest.mark.parametrize("named", [False, True])
def test_matrices_below_each_other_are_no_series(tmp_path: Path, *, named: bool) -> None:
    """As ``save -ascii R P`` writes two matrices, and Octave's ``save -text`` by name."""
    for subject, series in zip(IDS, SERIES, strict=True):
        one = np.corrcoef(series.T)
        before = ["# name: R\n# type: matrix\n", "\n\n# name: P\n# type: matrix\n"]
        names = before if named else ["", ""]
        text = names[0] + block(one) + names[1] + block(one**2)
        (tmp_path / f"{subject}.txt").write_text(text)
    FRAME[["ID", "LABEL"]].to_csv(tmp_path / "subjects.csv", index=False)
    assert ("(R and P)" if named else "2 square matrices") in outcome(tmp_path).refusal


def test_one_matrix_of_octave_is_read(tmp_path: Path) -> None:
    matrices = [np.corrcoef(series.T) for series in SERIES]
    for subject, matrix in zip(IDS, matrices, strict=True):
        text = "# Created by Octave 7.3.0\n# name: R\n# type: matrix\n# rows: 8\n# columns: 8\n"
        (tmp_path / f"{subject}.txt").write_text(text + block(matrix) + "\n\n")
    FRAME[["ID", "LABEL"]].to_csv(tmp_path / "subjects.csv", index=False)
    found = outcome(tmp_path).dataset
    close(edges(found), np.stack([np.arctanh(upper(matrix)) for matrix in matrices]))


def test_units_behind_regions_are_measures(tmp_path: Path) -> None:
    """volBrain gives volumes, parts of the whole and an asymmetry of both sides."""
    regions = ("Hippocampus", "Amygdala", "Caudate")
    sides = [f"{region} {side}" for region in regions for side in ("Right", "Left")]
    columns = {
        **{f"{side} cm3": VALUES[:, place] for place, side in enumerate(sides)},
        **{f"{side} %": VALUES[:, place] / 15 for place, side in enumerate(sides)},
        **{f"{region} Asymmetry": VALUES[:, 0] - 0.4 for region in regions},
    }
    frame = pd.DataFrame({"Patient ID": IDS, "Group": FRAME["LABEL"], **columns})
    found = of(tmp_path, frame.to_csv(index=False, sep=";")).dataset
    assert set(found.measures) == {"cm3", "%"}
    assert found.regions == tuple(sides)
    assert found.values is not None
    np.testing.assert_allclose(found.values[:, :, found.measures.index("cm3")], VALUES)


@pytest.mark.parametrize(
    ("columns", "asked"),
    [(["CandID", "PSCID"], True), (["LabID"], False), (["lab_id"], False), (["lab id"], False)],
)
def test_columns_called_id_are_ids(tmp_path: Path, columns: list[str], *, asked: bool) -> None:
    """Of LORIS and of a laboratory; subjects without ids would not be known again."""
    ids = {name: [f"{900 + place}{row:03}" for row in range(COUNT)]
           for place, name in enumerate(columns)}  # fmt: skip
    text = FRAME.drop(columns="ID").assign(**ids).to_csv(index=False)
    found = of(tmp_path, text)
    if asked:
        found.question("id")
    else:
        assert found.dataset.subjects.ids == tuple(ids[columns[0]])


def test_ids_of_sites_are_no_ids_of_subjects(tmp_path: Path) -> None:
    text = FRAME.drop(columns="ID").assign(lab_id=["a", "b"] * (COUNT // 2)).to_csv(index=False)
    assert set(of(tmp_path, text).dataset.subjects.ids) == {""}


@pytest.mark.parametrize("with_class", [False, True])
def test_levels_of_columns_in_a_workbook(tmp_path: Path, *, with_class: bool) -> None:
    """pandas merges the first level, and writes the name of the index in a line of its own."""
    values = pd.DataFrame(VALUES, columns=list(NAMES), index=pd.Index(IDS, name="ID"))
    levels = pd.concat({"GMV": values, "ALFF": values + 0.1}, axis=1)
    if with_class:
        levels.insert(0, ("Group", ""), WORDS["LABEL"].tolist())
    levels.to_excel(tmp_path / "x.xlsx")
    found = outcome(tmp_path / "x.xlsx").dataset
    assert found.subjects.ids == IDS
    assert set(found.measures) == {"GMV", "ALFF"}
    assert found.regions == NAMES
    assert found.values is not None
    np.testing.assert_allclose(found.values[:, :, found.measures.index("GMV")], VALUES)
    assert dict(found.class_names) == ({0: "control", 1: "patient"} if with_class else {})
    assert "3 lines of names" in told(found)
