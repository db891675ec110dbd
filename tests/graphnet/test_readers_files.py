"""The same subjects in every format are the same cohort, and what is none is refused."""

from pathlib import Path

import numpy as np
import pytest

from graphnet.cohort import Cohort
from graphnet.errors import CohortError
from graphnet.readers.files import read_cohort, read_file
from tests.graphnet.formats import (
    FEATURES,
    FOLDERS,
    IDS,
    LABELS,
    SERIES,
    WHOLE,
    dpabi,
    npz,
    people,
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
    assert refused(folder) == (f"x lists {IDS[0]} more than once in its table.",)


def test_what_is_read_travels_as_a_table(tmp_path: Path) -> None:
    frame = read_file(npz(tmp_path / "x.npz"))
    frame.to_csv(tmp_path / "y.csv", index=False)
    again = read_cohort(tmp_path / "y.csv")
    np.testing.assert_array_equal(again.features, read_cohort(tmp_path / "x.npz").features)


def refused(path: Path) -> tuple[str, ...]:
    with pytest.raises(CohortError) as caught:
        read_cohort(path)
    return caught.value.sentences


def test_arrays_that_do_not_fit_are_all_named(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez(path, features=FEATURES, measures=["GMV"], labels=LABELS[:2])
    assert refused(path) == (
        "x.npz has no array called ids.",
        "x.npz has 2 labels where 6 belong.",
        "x.npz has 1 measures where 2 belong.",
    )
    np.savez(path, other=FEATURES)
    assert refused(path) == ("x.npz has no array called features or fc.",)
    np.savez(path, features=FEATURES[0])
    assert "give (subjects, regions, measures)" in refused(path)[0]


def test_pickles_and_other_files_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", features=np.array([{}], dtype=object))
    assert refused(tmp_path / "x.npz") == ("x.npz is not a NumPy archive of plain arrays.",)
    (tmp_path / "y.npz").write_bytes((tmp_path / "x.npz").read_bytes()[:200])
    assert refused(tmp_path / "y.npz") == ("y.npz is a ZIP file that is damaged or cut short.",)
    version = b"MATLAB 7.3 MAT-file".ljust(124, b" ") + b"\x00\x02IM"
    (tmp_path / "z.mat").write_bytes(version + bytes(400))
    assert "save it with the option -v7" in refused(tmp_path / "z.mat")[0]
    (tmp_path / "x.nii").write_bytes(bytes(400))
    assert "is of no kind that is known here; give a CSV" in refused(tmp_path / "x.nii")[0]


def test_folders_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    folder = dpabi(tmp_path / "x", series=True)
    (folder / "ROISignals_p0.txt").rename(folder / "ROISignals_new.txt")
    assert refused(folder) == (
        "x has no file for the subjects p0.",
        "x has files of new, whom its table does not list.",
    )
    (folder / "ROISignals_new.txt").rename(folder / "ROISignals_p0.txt")
    np.savetxt(folder / "ROISignals_p3.txt", SERIES[3][:, :4])
    assert "different numbers of regions: p0 has 5, p3 another." in refused(folder)[0]
    np.savetxt(folder / "ROISignals_p3.txt", SERIES[3][:5])
    assert refused(folder) == ("ROISignals_p3.txt has 5 time points; at least 10 are needed.",)
    (folder / "ROISignals_p3.txt").write_text("a b\nc d\n")
    assert refused(folder) == ("ROISignals_p3.txt is not a table of numbers.",)
    (folder / "subjects.csv").unlink()
    assert "has no table (CSV or TSV) with a column ID" in refused(folder)[0]
    assert "has neither ROICorrelation_FisherZ" in refused(people(tmp_path / "y"))[0]
