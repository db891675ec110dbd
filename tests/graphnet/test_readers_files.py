"""The same subjects in every format are the same cohort, and what is none is refused."""

from pathlib import Path

import numpy as np
import pytest

from graphnet.data.cohort import Cohort
from graphnet.errors import CohortError
from tests.graphnet.cohort_files import read_cohort
from tests.graphnet.formats import (
    FOLDERS,
    IDS,
    SERIES,
    WHOLE,
    dpabi,
    table,
)


def csv(tmp_path: Path) -> Cohort:
    return read_cohort(table(tmp_path / "x.csv", ","))


@pytest.mark.parametrize("kind", WHOLE)
def test_every_file_is_the_csv(kind: str, tmp_path: Path) -> None:
    expected, found = csv(tmp_path), read_cohort(WHOLE[kind](tmp_path))
    assert (found.ids, found.layout) == (expected.ids, expected.layout)
    np.testing.assert_array_equal(found.labels, expected.labels)
    near = 1e-14 if kind == "json" else 0
    for name in ("features", "connectomes", "scores"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), rtol=near, atol=near
        )
    assert found.findings == expected.findings == ()


@pytest.mark.parametrize("kind", FOLDERS)
def test_every_folder_has_the_connectomes_of_the_csv(kind: str, tmp_path: Path) -> None:
    expected, found = csv(tmp_path), read_cohort(FOLDERS[kind](tmp_path))
    assert [name.removeprefix("sub-") for name in found.ids] == list(expected.ids)
    np.testing.assert_array_equal(found.labels, expected.labels)
    assert found.connectomes is not None
    assert expected.connectomes is not None
    np.testing.assert_allclose(found.connectomes, expected.connectomes, rtol=1e-9)
    np.testing.assert_array_equal(found.features, found.connectomes)  # they are the measures
    assert found.findings == ()  # an infinite diagonal is as it should be


def test_time_series_come_with_the_connectomes(tmp_path: Path) -> None:
    found = read_cohort(dpabi(tmp_path / "x", series=True))
    assert found.series is not None
    for one, expected in zip(found.series, SERIES, strict=True):
        np.testing.assert_allclose(one, expected)
    assert read_cohort(dpabi(tmp_path / "y", series=False)).series is None


def test_a_subject_listed_twice_is_refused(tmp_path: Path) -> None:
    folder = dpabi(tmp_path / "x", series=True)
    rows = (folder / "subjects.csv").read_text()
    (folder / "subjects.csv").write_text(rows + rows.splitlines()[1] + "\n")
    (sentence,) = refused(folder)
    assert f"x lists {IDS[0]} more than once in its table subjects.csv. Keep one row" in sentence


def refused(path: Path) -> tuple[str, ...]:
    with pytest.raises(CohortError) as caught:
        read_cohort(path)
    return caught.value.sentences


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_text_of_two_bytes_a_letter_without_its_mark_is_a_table(
    encoding: str, tmp_path: Path
) -> None:
    path = table(tmp_path / "x.csv", ",")
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    assert list(read_cohort(path).ids) == IDS
