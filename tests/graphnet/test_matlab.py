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


def test_version_4_is_named_with_what_to_do(tmp_path: Path) -> None:
    savemat(tmp_path / "x.mat", {"fc": np.eye(3)}, format="4")
    with pytest.raises(CohortError, match="a MATLAB file of version 4"):
        read(tmp_path / "x.mat")
