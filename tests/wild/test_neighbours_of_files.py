"""Folders with other files of subjects, words of other scripts, and what nobody sees in a cell."""

import io
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.io

from tests.wild.cases import FloatArray, outcome, told
from tests.wild.test_neighbours import worded
from tests.wild.test_same_kinds import (
    CORRELATIONS,
    FILES,
    IDS,
    NAMES,
    SCANS,
    SERIES,
    VALUES,
    folder_of,
    is_base,
    is_truth,
    of,
    table,
    text_of,
)


def npz(**arrays: FloatArray) -> bytes:
    body = io.BytesIO()
    np.savez(body, **arrays)  # type: ignore[arg-type]
    return body.getvalue()


def mat(structure: dict[str, object]) -> bytes:
    body = io.BytesIO()
    scipy.io.savemat(body, {"data": structure})
    return body.getvalue()


def hdf5(**arrays: FloatArray) -> bytes:
    body = io.BytesIO()
    with h5py.File(body, "w") as file:
        for name, array in arrays.items():
            file[name.replace("__", "/")] = array
    return body.getvalue()


PACKED: dict[str, Callable[[int], tuple[str, bytes]]] = {
    "series in npz": lambda row: ("{}_ts.npz", npz(timeseries=SERIES[row])),
    "series in npz beside a number": lambda row: (
        "{}.npz", npz(timeseries=SERIES[row], tr=np.array(2.0))
    ),
    "correlations in npz": lambda row: ("{}.npz", npz(correlation=CORRELATIONS[row])),
    "series in a structure": lambda row: ("{}.mat", mat({"ROISignals": SERIES[row], "TR": 2.0})),
    "series in HDF5": lambda row: ("{}.h5", hdf5(timeseries=SERIES[row])),
    "series in a group of HDF5": lambda row: (
        "{}.hdf5", hdf5(rest__timeseries=SERIES[row], rest__tr=np.array(2.0))
    ),
    "BrainNet Viewer": lambda row: ("{}.edge", text_of(CORRELATIONS[row]).encode()),
}  # fmt: skip


def contents_of(kind: str) -> dict[str, bytes]:
    made = [PACKED[kind](row) for row in range(len(SCANS))]
    return {name.format(scan): body for scan, (name, body) in zip(SCANS, made, strict=True)}


@pytest.mark.parametrize("kind", PACKED)
def test_arrays_of_one_subject_are_read(tmp_path: Path, kind: str) -> None:
    is_truth(outcome(folder_of(tmp_path, contents_of(kind))).dataset)


@pytest.mark.parametrize("index", [NAMES, None])
def test_a_stacked_matrix_is_a_list_of_edges(tmp_path: Path, index: tuple[str, ...] | None) -> None:
    """pandas calls its columns by nothing, nothing and 0."""
    contents = {
        f"{scan}_pearson.csv": pd.DataFrame(CORRELATIONS[row], index, index).stack().to_csv()
        for row, scan in enumerate(SCANS)
    }
    is_truth(outcome(folder_of(tmp_path, contents)).dataset)


def test_several_arrays_of_one_subject_are_asked_about(tmp_path: Path) -> None:
    contents = {
        f"{scan}.npz": npz(fc=CORRELATIONS[row], sc=np.abs(CORRELATIONS[row]) * 9)
        for row, scan in enumerate(SCANS)
    }
    outcome(folder_of(tmp_path, contents)).question("files.variable")


def test_a_damaged_npz_is_named(tmp_path: Path) -> None:
    contents = contents_of("series in npz")
    name = f"{SCANS[2]}_ts.npz"
    contents[name] = contents[name][:200]
    assert name in outcome(folder_of(tmp_path, contents)).refusal


def test_objects_in_an_npz_are_not_opened(tmp_path: Path) -> None:
    body = io.BytesIO()
    np.savez(body, timeseries=np.array([{}, []], dtype=object))
    contents = {f"{scan}.npz": body.getvalue() for scan in SCANS}
    assert "timeseries" in outcome(folder_of(tmp_path, contents)).refusal


@pytest.mark.parametrize(
    ("attribute", "names", "said"),
    [("pandas_type", ("axis0",), "pandas"), ("encoding-type", ("X", "obs", "var"), "AnnData")],
)
def test_tables_of_programs_in_hdf5_are_named(
    tmp_path: Path, attribute: str, names: tuple[str, ...], said: str
) -> None:
    with h5py.File(tmp_path / "cohort.h5", "w") as file:
        group = file.create_group("df") if said == "pandas" else file
        group.attrs[attribute] = "frame"
        for name in names:
            group[name] = VALUES
    refusal = outcome(tmp_path / "cohort.h5").refusal
    assert said in refusal
    assert "CSV" in refusal


# Copies ---------------------------------------------------------------------------------------


def test_a_series_that_two_subjects_have_is_said(tmp_path: Path) -> None:
    contents = dict(FILES["names"])
    first, second = list(contents)[:2]
    contents[second] = contents[first]
    said = told(outcome(folder_of(tmp_path, contents)).dataset)
    assert f"{SCANS[0]} and {SCANS[1]} are the same" in said


def test_a_row_that_two_subjects_have_is_said(tmp_path: Path) -> None:
    values = VALUES.copy()
    values[7] = values[4]
    assert f"{IDS[4]} and {IDS[7]} are the same" in told(of(tmp_path, table(values)).dataset)


def test_no_copy_is_said_where_there_is_none(tmp_path: Path) -> None:
    """Also of subjects of whom nothing is known, or nothing but a number."""
    values = VALUES.copy()
    values[3:5] = np.nan
    values[8:10] = 0.5
    dataset = of(tmp_path, table(values, shown=lambda value: f"{value:g}")).dataset
    assert "are the same" not in told(dataset)


# Words of other scripts, and characters that are not seen -------------------------------------

SCRIPTS = {
    "Korean": ("피험자", "그룹", "대조군", "환자군"),
    "Japanese": ("被験者ID", "診断", "健常群", "患者群"),
    "Russian": ("испытуемый", "диагноз", "контроль", "пациенты"),
    "PPMI": ("PATNO", "group", "Healthy Control", "Parkinson's Disease"),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_roles_and_controls_of_other_scripts(tmp_path: Path, script: str) -> None:
    identity, column, control, patient = SCRIPTS[script]
    is_base(of(tmp_path, worded(control, patient, column, identity)).dataset)


UNSEEN = "\u200b", "\ufeff", "\u200e", "\u00a0", "\u2060"


@pytest.mark.parametrize("letter", UNSEEN)
def test_what_is_not_seen_is_no_part_of_a_name(tmp_path: Path, letter: str) -> None:
    lines = [line.split(",") for line in table().splitlines()]
    text = "".join(
        ",".join([f"{letter}{cells[0]}{letter}", *cells[1:-1], f"{cells[-1]}{letter}"]) + "\n"
        for cells in lines
    )
    is_base(of(tmp_path, text).dataset)


def test_what_is_not_seen_in_a_workbook_is_no_part_of_an_id(tmp_path: Path) -> None:
    frame = pd.read_csv(io.StringIO(table()), dtype={"ID": str})
    frame["ID"] += "\u200b"
    frame.to_excel(tmp_path / "cohort.xlsx", index=False)
    is_base(outcome(tmp_path / "cohort.xlsx").dataset)


@pytest.mark.parametrize("mark", ["ï»¿", "X.U.FEFF."])
def test_a_mark_that_r_made_letters_of_is_no_part_of_a_name(tmp_path: Path, mark: str) -> None:
    is_base(of(tmp_path, mark + table()).dataset)


@pytest.mark.parametrize("named", ["GMV ({})", "GMV[{}]"])
def test_numbers_in_brackets_are_regions(tmp_path: Path, named: str) -> None:
    columns = tuple(named.format(region) for region in range(1, 7))
    dataset = of(tmp_path, table(columns=columns)).dataset
    is_base(dataset)
    assert dataset.regions == tuple("123456")


def test_series_of_subjects_may_end_in_a_mark(tmp_path: Path) -> None:
    scans = {
        f"{scan}/func/{scan}_task-rest_timeseries.tsv": text_of(SERIES[row]) + "\x1a"
        for row, scan in enumerate(SCANS)
    }
    is_truth(outcome(folder_of(tmp_path, scans)).dataset)
