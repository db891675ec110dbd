"""Files next to the known ones, as other tools and people write them: the right numbers, or words.

What is right was decided before anything was read.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphnet.data.dataset import Dataset
from tests.wild.cases import FloatArray, equal, labels, one_measure, outcome, told
from tests.wild.test_same_kinds import (
    COUNT,
    FILES,
    IDS,
    NAMES,
    POINTS,
    RANDOM,
    SCANS,
    SERIES,
    VALUES,
    each_scan,
    folder_of,
    is_base,
    is_truth,
    of,
    table,
    text_of,
)

OTHERS = RANDOM.normal(2.5, 0.3, (COUNT, 6)).round(4)
CLASSES = "".join(f"{subject},{row % 2}\n" for row, subject in enumerate(IDS))
CONTROL_WORDS = ("HC组", "健康志愿者", "正常对照人群", "對照組", "健康受試者", "0=HC", "HC (0)",
                 "healthy participants", "TD children", "NC group")  # fmt: skip
PATIENT_WORDS = {"HC组": "MDD组", "對照組": "憂鬱症組", "0=HC": "1=SZ", "HC (0)": "SZ (1)"}


def worded(control: str, patient: str, column: str = "LABEL", identity: str = "ID") -> str:
    """The table of 24 subjects with words for its classes."""
    lines = table().splitlines()
    cells = [line.split(",") for line in lines]
    names = ",".join([identity, column, *cells[0][2:]])
    words = {"0": control, "1": patient}
    rows = [",".join([subject, words[label], *rest]) for subject, label, *rest in cells[1:]]
    return "\n".join([names, *rows]) + "\n"


@pytest.mark.parametrize("control", CONTROL_WORDS)
def test_phrases_for_controls_are_class_0(tmp_path: Path, control: str) -> None:
    patient = PATIENT_WORDS.get(control, "Aspie")  # sorted before most, and after none
    dataset = of(tmp_path, worded(control, patient)).dataset
    is_base(dataset)
    assert dict(dataset.class_names) == {0: control, 1: patient}


def test_traditional_letters_are_those_of_the_same_words(tmp_path: Path) -> None:
    is_base(of(tmp_path, worded("對照組", "患者", "組別", "編號")).dataset)


def test_a_column_that_asks_for_the_disease_is_the_class(tmp_path: Path) -> None:
    is_base(of(tmp_path, worded("否", "是", "是否患病")).dataset)


# Columns that are no regions ------------------------------------------------------------------


def with_column(row: int, name: str, column: FloatArray, place: int) -> str:
    return text_of(
        np.insert(SERIES[row], place, column, axis=1), (*NAMES[:place], name, *NAMES[place:])
    )


SCAN = "task-rest_timeseries.tsv"


@pytest.mark.parametrize("name", ["time", "Seconds", "TR"])
@pytest.mark.parametrize("place", [3, 6])
def test_times_anywhere_are_no_region(tmp_path: Path, name: str, place: int) -> None:
    times: FloatArray = np.array([round(row * 0.72, 4) for row in range(POINTS)])
    scans = each_scan(SCAN, lambda row: with_column(row, name, times, place))
    dataset = outcome(folder_of(tmp_path, scans)).dataset
    is_truth(dataset)
    assert dataset.regions == NAMES
    assert name in told(dataset)


def test_a_signal_called_like_a_time_is_a_region(tmp_path: Path) -> None:
    """A region may be called T; it is one where its values do not count."""
    signal = RANDOM.normal(size=POINTS)
    scans = each_scan(SCAN, lambda row: with_column(row, "T", signal, 6))
    assert outcome(folder_of(tmp_path, scans)).dataset.regions == (*NAMES, "T")


@pytest.mark.parametrize("name", ["Background", "a_comp_cor_00", "cosine01", "trans_x_derivative1"])
def test_what_lies_outside_of_regions_is_no_region(tmp_path: Path, name: str) -> None:
    signal = RANDOM.normal(size=POINTS)
    scans = each_scan(SCAN, lambda row: with_column(row, name, signal, 0))
    dataset = outcome(folder_of(tmp_path, scans)).dataset
    is_truth(dataset)
    assert name in told(dataset)


# Several columns for one measure of one region -----------------------------------------------


def merged(columns: tuple[str, ...], ends: tuple[str, str]) -> str:
    first = pd.DataFrame(VALUES, columns=list(columns)).assign(ID=IDS, LABEL=[0, 1] * 12)
    second = pd.DataFrame(OTHERS, columns=list(columns)).assign(ID=IDS)
    return first.merge(second, on="ID", suffixes=ends).to_csv(index=False)


NUMBERED = tuple(f"GMV_{region}" for region in range(1, 7))
OF_FREESURFER = tuple(
    f"{side}_{name}_thickness" for side in ("lh", "rh") for name in ("cuneus", "insula", "lingual")
)


@pytest.mark.parametrize("columns", [NUMBERED, NAMES, OF_FREESURFER], ids=["n", "names", "fs"])
@pytest.mark.parametrize("ends", [("_x", "_y"), (".x", ".y"), ("", "_y")])
def test_columns_of_two_merged_tables_are_refused(
    tmp_path: Path, columns: tuple[str, ...], ends: tuple[str, str]
) -> None:
    refusal = of(tmp_path, merged(columns, ends)).refusal
    assert any(f"{column}{ends[1]}" in refusal for column in columns)


@pytest.mark.parametrize("ends", [("_治疗前", "_治疗后"), ("_rest", "_task"), ("", "_new")])
def test_columns_of_two_occasions_are_refused(tmp_path: Path, ends: tuple[str, str]) -> None:
    refusal = of(tmp_path, merged(NUMBERED, ends)).refusal
    assert f"GMV_1{ends[0]}" in refusal
    assert f"GMV_1{ends[1]}" in refusal


def test_columns_of_r_that_may_be_two_occasions_are_asked_about(tmp_path: Path) -> None:
    of(tmp_path, merged(NUMBERED, (".1", ".2"))).question("occasions.GMV")
    refusal = outcome(tmp_path / "cohort.csv", occasions__GMV="visits").refusal
    assert "GMV_1.1" in refusal
    assert "GMV_1.2" in refusal


@pytest.mark.parametrize("ends", [("_left", "_right"), ("_L", "_R"), ("_dorsal", "_ventral")])
def test_regions_of_two_sides_are_regions(tmp_path: Path, ends: tuple[str, str]) -> None:
    """``GMV_1_left`` and ``GMV_1_right``: as certain as ``Insula_L`` and ``Insula_R``."""
    dataset = of(tmp_path, merged(NUMBERED, ends)).dataset
    equal(one_measure(dataset), np.hstack([VALUES, OTHERS]))


# Hemispheres in tables of their own ----------------------------------------------------------

PARTS = ("bankssts", "cuneus", "insula")


def half(values: FloatArray, corner: str = "ID", more: Mapping[str, float] | None = None) -> str:
    named = pd.DataFrame(values, columns=list(PARTS)).assign(**(more or {}))
    named.insert(0, corner, list(IDS))
    return named.to_csv(index=False)


def tables_of(tmp_path: Path, contents: Mapping[str, str]) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, text in {"subjects.csv": f"ID,LABEL\n{CLASSES}", **contents}.items():
        (folder / name).write_text(text)
    return folder


def is_both_halves(folder: Path, sides: tuple[str, str], measure: str) -> None:
    dataset = outcome(folder).dataset
    assert dataset.subjects.ids == IDS
    assert labels(dataset) == [0, 1] * 12
    assert dataset.measures == (measure,)
    assert dataset.regions == tuple(f"{side}_{part}" for side in sides for part in PARTS)
    equal(one_measure(dataset), VALUES)


def turned(text: str) -> str:
    rows = [line.split(",") for line in text.splitlines()]
    return "".join(",".join(cells) + "\n" for cells in zip(*rows, strict=True))


@pytest.mark.parametrize("across", [False, True])
def test_freesurfers_parcels_without_side_and_measure(tmp_path: Path, *, across: bool) -> None:
    """aparcstats2table --parcid-only: the first cell alone says which hemisphere it is."""
    more = {"MeanThickness": 2.5, "BrainSegVolNotVent": 1.1e6, "eTIV": 1.5e6}
    contents = {
        f"{side}.txt": half(VALUES[:, place : place + 3], f"{side}.aparc.thickness", more)
        for side, place in (("lh", 0), ("rh", 3))
    }
    contents = {name: turned(text) if across else text for name, text in contents.items()}
    is_both_halves(tables_of(tmp_path, contents), ("lh", "rh"), "thickness")


@pytest.mark.parametrize(
    ("names", "sides", "measure"),
    [
        (("lh_thickness.csv", "rh_thickness.csv"), ("lh", "rh"), "thickness"),
        (("thickness.left.csv", "thickness.right.csv"), ("left", "right"), "thickness"),
        (("L.csv", "R.csv"), ("L", "R"), "value"),
    ],
)
def test_hemispheres_by_the_names_of_files_are_no_measures(
    tmp_path: Path, names: tuple[str, str], sides: tuple[str, str], measure: str
) -> None:
    folder = tables_of(tmp_path, {names[0]: half(VALUES[:, :3]), names[1]: half(VALUES[:, 3:])})
    is_both_halves(folder, sides, measure)
    assert names[0] in told(outcome(folder).dataset)


def test_hemispheres_and_measures_by_the_names_of_files(tmp_path: Path) -> None:
    contents = {
        f"{side}.{measure}.csv": half(values[:, place : place + 3])
        for side, place in (("lh", 0), ("rh", 3))
        for measure, values in (("area", OTHERS), ("thickness", VALUES))
    }
    dataset = outcome(tables_of(tmp_path, contents)).dataset
    assert dataset.measures == ("area", "thickness")
    assert dataset.values is not None
    equal(dataset.values, np.stack([OTHERS, VALUES], axis=2))


# Codes that a JSON file of BIDS explains ------------------------------------------------------

LEVELS = {
    "controls are 1": ({"1": "Healthy control", "2": "Schizophrenia"}, ("1", "2")),
    "patients are 0": ({"0": "Schizophrenia", "1": "Healthy control"}, ("1", "0")),
    "objects": (
        {"0": {"Description": "patient"}, "1": {"Description": "control", "TermURL": "x"}},
        ("1", "0"),
    ),
}


def explained(codes: tuple[str, str], levels: object) -> dict[str, str]:
    people = "".join(f"{subject}\t{codes[row % 2]}\n" for row, subject in enumerate(SCANS))
    return {
        **FILES["names"],
        "participants.tsv": f"participant_id\tgroup\n{people}",
        "participants.json": json.dumps({"group": {"Levels": levels}, "sex": "no object"}),
    }


@pytest.mark.parametrize("kind", LEVELS)
def test_codes_of_classes_are_what_the_json_file_says(tmp_path: Path, kind: str) -> None:
    levels, codes = LEVELS[kind]
    dataset = outcome(folder_of(tmp_path, explained(codes, levels))).dataset
    is_truth(dataset)
    assert dataset.class_names[0].casefold().endswith("control")
    assert "participants.json" in told(dataset)


def test_a_code_without_a_word_is_asked_about_as_before(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, explained(("1", "2"), {"1": "Healthy control"}))
    outcome(folder).question("class.positive")


def test_a_json_file_that_is_none_is_said(tmp_path: Path) -> None:
    contents = {**explained(("0", "1"), {}), "participants.json": "{"}
    dataset = outcome(folder_of(tmp_path, contents)).dataset
    is_truth(dataset)
    assert "participants.json" in told(dataset)


# Tables that lie beside each other ------------------------------------------------------------


def beside(tmp_path: Path, name: str, text: str) -> Dataset:
    """The cohort of 24 subjects beside another table."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "cohort.csv").write_text(table())
    (folder / name).write_text(text)
    return outcome(folder).dataset


def test_a_table_of_quality_is_joined_with_a_cohort(tmp_path: Path) -> None:
    motion = [round(0.1 + row / 100, 2) for row in range(COUNT)]
    rows = "".join(f"{subject},{value}\n" for subject, value in zip(IDS, motion, strict=True))
    dataset = beside(tmp_path, "qc.csv", f"ID,mean_fd\n{rows}")
    is_base(dataset)
    (covariate,) = dataset.subjects.covariates
    assert covariate.name == "mean_fd"
    np.testing.assert_array_equal(covariate.values, motion)


LISTS = {
    "atlas.csv": "region,name,x,y,z\n"
    + "".join(f"{row},{name},{row},-{row % 3},{row}\n" for row, name in enumerate(NAMES, 1)),
    "dictionary.csv": "name,meaning\nGMV_1,grey matter\nLABEL,class\n",
    "another.csv": "ID,AGE\n" + "".join(f"x{row},30\n" for row in range(COUNT)),
}


@pytest.mark.parametrize("name", LISTS)
def test_lists_of_something_else_beside_a_cohort_are_left(tmp_path: Path, name: str) -> None:
    is_base(beside(tmp_path, name, LISTS[name]))


@pytest.mark.parametrize(
    "names",
    [
        ("ses-1.csv", "ses-2.csv"),
        ("thickness_baseline.csv", "thickness_followup.csv"),
        ("gmv_T1.csv", "gmv_T2.csv"),
    ],
)
def test_files_of_two_visits_are_no_measures(tmp_path: Path, names: tuple[str, str]) -> None:
    folder = tables_of(tmp_path, {names[0]: half(VALUES[:, :3]), names[1]: half(VALUES[:, 3:])})
    refusal = outcome(folder).refusal
    assert names[0] in refusal
    assert names[1] in refusal
