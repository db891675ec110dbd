"""What MATLAB keeps: text of every kind, numbers as they were, and what scipy is never given."""

import struct
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
from scipy.io import savemat

from graphnet.errors import CohortError
from graphnet.readers.arrays.matlab import Variable, list_variables, read_matlab
from graphnet.readers.arrays.named import STRUCTURE, NamedArrays
from graphnet.readers.reading import read
from tests.graphnet.brain_files import matlab_7_3
from tests.graphnet.formats import FEATURES, IDS, LABELS
from tests.graphnet.test_uploads import EIGHT, MAT, element, matrix, nested

MOST = 1_000_000
GOOD = {"features": FEATURES, "ids": np.array(IDS, dtype=object), "labels": LABELS,
        "measures": np.array(["ALFF", "GMV"], dtype=object)}  # fmt: skip


def loaded(path: Path, **arrays: object) -> NamedArrays:
    savemat(path / "x.mat", arrays, do_compression=True)
    return read_matlab(path / "x.mat", "x.mat", MOST)


def written(path: Path, content: bytes) -> Path:
    (path / "x.mat").write_bytes(MAT + content)
    return path / "x.mat"


def test_a_small_double_is_no_byte(tmp_path: Path) -> None:
    """MATLAB stores doubles that hold small whole numbers as uint8, of which 0 - 1 is 255."""
    stored = matrix(b"labels", (1, 3), element(2, bytes([0, 1, 1])))
    (found,) = read_matlab(written(tmp_path, stored), "x.mat", MOST).plain.values()
    assert found.dtype == np.float64
    assert (found - 1).ravel().tolist() == [-1, 0, 0]


def test_text_of_every_kind(tmp_path: Path) -> None:
    rows = np.array(["p0  ", "p10 ", "p200"])
    cells = np.array(["p0", " p10", 7.0, 0.5, np.array([]), "被试"], dtype=object)
    found = loaded(tmp_path, rows=rows, cells=cells, one="GMV").plain
    assert found["rows"].tolist() == ["p0", "p10", "p200"]
    assert found["cells"].ravel().tolist() == ["p0", "p10", "7", "0.5", "", "被试"]
    assert found["one"].tolist() == ["GMV"]


def test_what_is_not_plain_is_listed_and_not_loaded(tmp_path: Path) -> None:
    inner = np.empty(2, dtype=object)
    inner[:] = [np.zeros((2, 2)), np.zeros((2, 2))]
    found = loaded(
        tmp_path,
        good=np.eye(2),
        structure={"a": 1},
        sparse=scipy.sparse.eye_array(3).tocsc(),
        complex=np.eye(2) + 1j,
        cells=inner,
    )
    assert list(found.plain) == ["good"]
    assert {name: odd.what for name, odd in found.odd.items()} == {
        "structure": "a structure",
        "sparse": "a sparse array",
        "complex": "an array of complex numbers",
        "cells": "an array of cells, of which one is 2 x 2",
    }


def test_shapes_are_known_without_loading(tmp_path: Path) -> None:
    savemat(tmp_path / "x.mat", {"fc": np.zeros((3, 4, 5)), "s": {"a": 1}})
    assert list_variables(tmp_path / "x.mat", "x", MOST) == [
        Variable("fc", (3, 4, 5)),
        Variable("s", (1, 1), STRUCTURE),
    ]


def test_numbers_in_the_other_order_of_bytes(tmp_path: Path) -> None:
    def big(kind: int, content: bytes) -> bytes:
        return struct.pack(">II", kind, len(content)) + content + bytes(-len(content) % 8)

    flags, shape = big(6, struct.pack(">II", 6, 0)), big(5, struct.pack(">2i", 1, 2))
    body = big(14, flags + shape + big(1, b"fc") + big(9, struct.pack(">2d", 0.5, 2)))
    (tmp_path / "x.mat").write_bytes(b"MATLAB 5.0".ljust(124) + b"\x01\x00MI" + body)
    found = read_matlab(tmp_path / "x.mat", "x", MOST).plain["fc"]
    assert found.dtype.isnative
    assert found.tolist() == [[0.5, 2]]


def test_measures_of_one_have_no_last_axis(tmp_path: Path) -> None:
    savemat(tmp_path / "x.mat", {**GOOD, "features": FEATURES[:, :, 1], "measures": "GMV"})
    found = read(tmp_path / "x.mat").settled()
    assert found.measures == ("GMV",)
    assert found.values is not None
    np.testing.assert_array_equal(found.values[:, :, 0], FEATURES[:, :, 1])


@pytest.mark.parametrize(
    "content",
    [
        matrix(b"a", (1, 1), EIGHT) + matrix(b"a", (1, 1), nested(2)[8:], kind=1),
        matrix(b"", (1, 1), nested(50)[8:], kind=1) + matrix(b"fc", (1, 1), EIGHT)[:-4],
        matrix(b"fc", (2, 2), element(9, bytes(24))),
        matrix(b"fc", (2, 2), element(16, bytes(32))),
        matrix(b"ids", (2, 2, 2), element(16, b"abcdefgh"), kind=4),
        matrix(b"ids", (1, 3), matrix(b"", (1, 1), EIGHT), kind=1),
    ],
    ids=["one name twice", "no name", "short", "letters for numbers", "a cube of letters",
         "fewer cells"],
)  # fmt: skip
def test_a_file_that_says_what_is_not_so_never_reaches_scipy(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scipy.io.loadmat", lambda *_, **__: pytest.fail("It was loaded."))
    with pytest.raises(CohortError, match="damaged or cut short"):
        read_matlab(written(tmp_path, content), "x", MOST)


def test_deep_cells_are_named_and_not_loaded(tmp_path: Path) -> None:
    path = written(tmp_path, nested(2000) + matrix(b"fc", (1, 1), EIGHT))
    found = read_matlab(path, "x", MOST)
    assert list(found.plain) == ["fc"]
    assert "neither text nor a number" in found.odd["ids"].what


def test_a_whole_cohort_of_version_4(tmp_path: Path) -> None:
    """It holds matrices and text by rows: measures (S, N), or flat connectomes (S, K)."""
    random = np.random.default_rng(4)
    values, pairs = random.random((6, 5)), random.normal(0, 0.5, (6, 10))
    ids = ["s1", "s2", "s3", "s4", "s5", "s66"]
    people = {"ids": ids, "labels": np.array([[0, 1, 1, 0, 1, 0]], dtype=float).T}
    savemat(tmp_path / "x.mat", {"features": values, **people}, format="4")
    found = read(tmp_path / "x.mat").settled()
    assert found.subjects.ids == tuple(ids)
    assert found.subjects.labels.tolist() == [0, 1, 1, 0, 1, 0]
    assert found.values is not None
    np.testing.assert_array_equal(found.values[:, :, 0], values)
    savemat(tmp_path / "x.mat", {"fc": pairs, **people}, format="4")
    answers = {"triangle": "upper", "connectome.values": "z"}
    edges = read(tmp_path / "x.mat", mapping=answers).settled().connectomes
    assert edges is not None
    np.testing.assert_array_equal(edges, pairs.astype(np.float32))
    body = (tmp_path / "x.mat").read_bytes()
    (tmp_path / "x.mat").write_bytes(body[:-30])
    with pytest.raises(CohortError, match="damaged or cut short"):
        read(tmp_path / "x.mat")
    savemat(tmp_path / "x.mat", {"fc": np.eye(3)}, format="4")
    with pytest.raises(CohortError, match="no array called ids"):
        read(tmp_path / "x.mat")


STRUCTURES = ("5", "7.3")


def saved(path: Path, version: str, **arrays: object) -> Path:
    """As MATLAB saves structures: dictionaries here, lists of dictionaries for arrays of them."""
    if version == "7.3":
        matlab_7_3(path, arrays)
        return path
    savemat(path, {name: for_scipy(each) for name, each in arrays.items()})
    return path


def for_scipy(value: object) -> object:
    if isinstance(value, dict):
        return {name: for_scipy(each) for name, each in value.items()}
    if isinstance(value, list) and isinstance(value[0], dict):
        rows = np.empty(len(value), dtype=[(name, object) for name in value[0]])
        for row, each in enumerate(value):
            rows[row] = tuple(each.values())
        return rows
    return np.array(value, dtype=object) if isinstance(value, list) else value


RANDOM = np.random.default_rng(6)
SQUARES = RANDOM.normal(0, 2, (6, 5, 5))
SQUARES += SQUARES.swapaxes(1, 2)
EDGES = np.stack([each[np.triu_indices(5, 1)] for each in SQUARES]).astype(np.float32)
NAMES, IDS = ["Vis", "Mot", "Hip", "Amy", "Ins"], ["01", "02", "03", "04", "05", "06"]
GROUPS = ["HC", "ASD", "ASD", "HC", "ASD", "HC"]


def is_whole(path: Path) -> None:
    found = read(path, mapping={"connectome.values": "z"}).settled()
    assert found.subjects.ids == tuple(IDS)
    assert found.subjects.labels.tolist() == [0, 1, 1, 0, 1, 0]
    assert found.regions == tuple(NAMES)
    assert [each.name for each in found.subjects.covariates] == ["age"]
    assert found.subjects.covariates[0].values == pytest.approx([20, 21, 22, 23, 24, 25])
    np.testing.assert_array_equal(found.connectomes, EDGES)
    said = [each.code for each in found.interpretation.assumptions]
    assert "readers_arrays.fields-read" in said


@pytest.mark.parametrize("version", STRUCTURES)
def test_the_fields_of_structures_are_arrays(version: str, tmp_path: Path) -> None:
    ages = np.arange(20.0, 26)
    people = {"id": IDS, "group": GROUPS, "age": ages}
    one = {"fc": SQUARES, "regions": NAMES, **people}
    is_whole(saved(tmp_path / "x.mat", version, data=one))
    is_whole(saved(tmp_path / "x.mat", version, fc=SQUARES, regions=NAMES, subjects=people))
    rows = [{"id": IDS[row], "group": GROUPS[row], "age": ages[row]} for row in range(6)]
    is_whole(saved(tmp_path / "x.mat", version, corr=SQUARES, roi_names=NAMES, subjects=rows))


@pytest.mark.parametrize("version", STRUCTURES)
def test_structures_that_make_no_dataset_are_named(version: str, tmp_path: Path) -> None:
    """A field of two structures is of neither; what is whole by itself needs no structure."""
    one = {"fc": SQUARES, "ids": IDS}
    path = saved(tmp_path / "x.mat", version, first=one, second=one)
    with pytest.raises(CohortError, match="'-struct', 'first'"):
        read(path)
    path = saved(tmp_path / "x.mat", version, fc=SQUARES, ids=IDS, extra={"labels": GROUPS})
    found = read(path, mapping={"connectome.values": "z"}).settled()
    assert {each.what for each in found.interpretation.left_alone} == {"extra"}
    assert found.interpretation.label is None


@pytest.mark.parametrize("version", STRUCTURES)
def test_a_matrix_per_subject_in_cells_or_structures(version: str, tmp_path: Path) -> None:
    rows = [{"id": IDS[row], "group": GROUPS[row], "fc": SQUARES[row]} for row in range(6)]
    people = {"ids": IDS, "labels": GROUPS}
    for arrays, code in (
        ({"subjects": rows}, "readers_arrays.fields-read"),
        ({"fc": list(SQUARES), **people}, "readers_arrays.cells-stacked"),
        ({"X": list(SQUARES), **people}, "readers_arrays.cells-stacked"),
    ):
        path = tmp_path / "x.mat"
        if version == "7.3":
            matlab_7_3(path, arrays)
        else:
            savemat(path, {name: cells(each) for name, each in arrays.items()})
        found = read(path, mapping={"connectome.values": "z"}).settled()
        assert found.subjects.ids == tuple(IDS)
        assert found.subjects.labels.tolist() == [0, 1, 1, 0, 1, 0]
        np.testing.assert_array_equal(found.connectomes, EDGES)
        assert code in {each.code for each in found.interpretation.assumptions}


def cells(value: object) -> object:
    """A cell array (S, 1), which NumPy would join if its matrices are of one size."""
    if isinstance(value, list) and isinstance(value[0], np.ndarray):
        column = np.empty((len(value), 1), dtype=object)
        column[:, 0] = [*value]
        return column
    return for_scipy(value)


@pytest.mark.parametrize("version", STRUCTURES)
def test_matrices_of_several_sizes_are_refused(version: str, tmp_path: Path) -> None:
    odd = [*SQUARES[:5], SQUARES[5][:4, :4]]
    path = saved(tmp_path / "x.mat", version, fc=odd, ids=IDS, labels=GROUPS)
    with pytest.raises(CohortError, match=r"fc in x\.mat is an array of cells, of which one is"):
        read(path)
