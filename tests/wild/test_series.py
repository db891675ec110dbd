"""Troubles told in public threads: 40 subjects of ABIDE's numbers, ten regions."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.io

from graphnet.data.cohorts import cohort_of
from tests.wild.cases import (
    ASK,
    REFUSE,
    FloatArray,
    alternating,
    answered,
    choices,
    close,
    columns,
    edges,
    equal,
    every_reading,
    files,
    fisher,
    labels,
    mentions,
    one_measure,
    outcome,
    settled,
    text_series,
    upper,
)

IDS = tuple(f"{number:07}" for number in range(50002, 50042))
REGIONS = tuple(str(number) for number in range(1, 11))


@pytest.fixture(scope="module")
def series(wild: Path) -> Path:
    return wild / "series"


def measures(path: Path, prefix: str) -> FloatArray:
    """The columns of this beginning, by pandas."""
    table = pd.read_csv(path)
    return table[[name for name in columns(table) if name.startswith(prefix)]].to_numpy(
        dtype=np.float64
    )


def signals(folder: Path) -> list[FloatArray]:
    return [text_series(file) for file in files(folder, "ROISignals_*.txt")]


def test_one_or_two_of_abide_is_asked(series: Path) -> None:
    path = series / "b01_abide_1_autism_2_control.csv"
    assert {each.value for each in outcome(path).question("class.positive").choices} == {"1", "2"}
    autism = answered(path, {"class.positive": "1"}).dataset
    assert autism.subjects.ids == IDS
    assert labels(autism) == alternating(40)
    assert labels(answered(path, {"class.positive": "2"}).dataset) == [
        1 - label for label in alternating(40)
    ]
    equal(one_measure(autism), measures(path, "GMV_"))


def test_a_region_of_zeros_is_read_as_it_is(series: Path) -> None:
    path = series / "b02_two_sites_one_region_zero_in_all.csv"
    dataset = outcome(path).dataset
    wanted = measures(path, "GMV_")
    assert (wanted[:, 9] == 0).all()
    equal(one_measure(dataset), wanted)
    assert sorted(set(dataset.subjects.sites)) == ["A", "B"]
    assert [dataset.subjects.sites.count(site) for site in "AB"] == [20, 20]


def test_one_region_of_one_measure_is_read(series: Path) -> None:
    path = series / "b03_one_region_one_measure_two_sites.csv"
    dataset = outcome(path).dataset
    assert (dataset.regions, dataset.measures) == (("1",), ("GMV",))
    equal(one_measure(dataset), measures(path, "GMV_"))


def test_series_of_unequal_length(series: Path) -> None:
    path = series / "b04_unequal_lengths"
    dataset = outcome(path).dataset
    wanted = signals(path)
    assert sorted({len(each) for each in wanted}) == [40, 60]
    assert dataset.subjects.ids == IDS
    close(edges(dataset), np.array([fisher(each) for each in wanted]))
    reading = dataset.interpretation.series
    assert reading is not None
    assert (reading.least_points, reading.most_points) == (40, 60)
    assert dataset.series is not None
    for subject, each in enumerate(wanted):
        equal(dataset.series.of(subject), each)


def test_eight_points_are_refused_by_id(series: Path) -> None:
    refusal = outcome(series / "b04b_one_subject_of_8_points").refusal
    assert "0050007" in refusal
    assert "8" in refusal


def test_a_subject_who_lacks_a_region_is_refused_by_id(series: Path) -> None:
    refusal = outcome(series / "b05_one_subject_lacks_a_region").refusal
    assert "0050007" in refusal
    assert "2010" in refusal or ("9" in refusal and "10" in refusal)


def test_a_column_beyond_the_atlas_is_said(series: Path) -> None:
    """The last column is the mean of the ten before it."""
    path = series / "b07_extra_last_column_global_mean"
    wanted = signals(path)
    assert all(np.allclose(each[:, :10].mean(1), each[:, 10], atol=2e-6) for each in wanted)
    found = outcome(path)
    if found.kind == ASK:
        read = [each.dataset for each in choices(path, found.questions[0].id).values()]
        assert {len(each.regions) for each in read} == {10, 11}
        return
    dataset = found.dataset
    count = len(dataset.regions)
    assert count in {10, 11}
    close(edges(dataset), np.array([fisher(each[:, :count]) for each in wanted]))
    assert "11" in mentions(dataset) or "mean" in mentions(dataset)


@pytest.mark.parametrize(
    ("name", "lacking"), [("b08_parcel_missing_in_six", 6), ("b08b_parcel_missing_in_all", 40)]
)
def test_a_parcel_of_nan_is_missing_and_said_once(series: Path, name: str, lacking: int) -> None:
    path = series / name
    dataset = outcome(path).dataset
    wanted = [upper(text_series(file)) for file in files(path, "ROICorrelation_*.txt")]
    assert sum(np.isnan(each).sum() == 9 for each in wanted) == lacking
    assert dataset.subjects.ids == IDS
    close(edges(dataset), np.array(wanted))
    findings = [
        each for each in cohort_of(dataset, "b08").findings if each.rule.startswith("missing")
    ]
    assert len(findings) == 1, [each.as_dict() for each in findings]
    assert findings[0].rule == "missing-region"
    assert findings[0].subjects == IDS[:lacking]


def test_connectomes_of_zeros_are_refused(series: Path) -> None:
    refusal = outcome(series / "b09_connectomes_all_zero").refusal
    assert "0050002" in refusal or "all" in refusal.lower()
    assert "zero" in refusal or " 0" in refusal


def test_a_region_twice_is_said(series: Path) -> None:
    path = series / "b10_one_region_twice"
    wanted = signals(path)
    assert all((each[:, 4] == each[:, 5]).all() for each in wanted)
    dataset = outcome(path).dataset
    assert len(dataset.regions) == 10
    found = edges(dataset)
    pair = [np.flatnonzero(row > 5).tolist() for row in np.nan_to_num(found, posinf=np.inf)]
    rest = [edge for edge in range(45) if edge != 30]
    close(found[:, rest], np.array([fisher(each) for each in wanted])[:, rest])
    assert all(each in ([], [30]) for each in pair)
    text = mentions(dataset)
    assert "5" in text
    assert "6" in text


def test_two_scans_of_a_person(series: Path) -> None:
    path = series / "b11_two_scans_each.csv"
    dataset = outcome(path).dataset
    assert dataset.subjects.ids == tuple(IDS[row // 2] for row in range(40))
    equal(one_measure(dataset), measures(path, "GMV_"))


def test_sites_and_unbalanced_classes_are_read(series: Path) -> None:
    confounded = outcome(series / "b12_site_is_class.csv").dataset
    assert labels(confounded) == alternating(40)
    assert confounded.subjects.sites == ("B", "A") * 20
    unbalanced = outcome(series / "b20_unbalanced.csv").dataset
    assert [labels(unbalanced).count(label) for label in (0, 1)] == [25, 15]
    equal(one_measure(unbalanced), measures(series / "b20_unbalanced.csv", "GMV_"))


def test_ids_with_a_prefix_are_kept(series: Path) -> None:
    dataset = outcome(series / "b13_test_same_people_sub_prefix.csv").dataset
    assert dataset.subjects.ids == tuple(f"sub-{each}" for each in IDS)
    assert outcome(series / "b13_train.csv").dataset.subjects.ids == IDS


def test_matlab_files_of_subjects_are_read_or_named(series: Path) -> None:
    path = series / "b14_mat_each_subject"
    found = outcome(path)
    if found.kind == REFUSE:
        assert "connectivity" in found.refusal or ".mat" in found.refusal
        return
    dataset = settled(path).dataset
    matrices = [scipy.io.loadmat(str(file))["connectivity"] for file in files(path, "*.mat")]
    assert all(np.allclose(np.diag(each), 1, atol=1e-12) for each in matrices)
    assert dataset.subjects.ids == IDS
    close(edges(dataset), np.arctanh(np.array([upper(each) for each in matrices])))
    assert labels(dataset) == alternating(40)


def test_items_of_a_questionnaire_are_no_regions(series: Path) -> None:
    path = series / "b15_panss_items_beside_named_regions.csv"
    dataset = outcome(path).dataset
    assert dataset.regions == tuple(f"L_r{number}" for number in range(10))
    equal(one_measure(dataset), measures(path, "L_r"))
    assert "PANSS" not in " ".join(dataset.measures)
    known = {each.name for each in dataset.subjects.covariates}
    known |= {str(each.what) for each in dataset.interpretation.left_alone}
    assert "PANSS_P_1" in " ".join(sorted(known))


def test_one_class_is_read(series: Path) -> None:
    """Controls alone are half of many studies; a training of them is refused."""
    found = outcome(series / "b17_controls_only.csv")
    if found.kind == REFUSE:
        assert "class" in found.refusal
        return
    assert labels(found.dataset) == [0] * 40


def test_tiny_values_are_kept(series: Path) -> None:
    path = series / "b18_tiny_values.csv"
    dataset = outcome(path).dataset
    wanted = measures(path, "MD_")
    assert wanted.max() < 1e-8
    np.testing.assert_array_equal(one_measure(dataset), wanted)
    cohort = cohort_of(dataset, "b18")
    assert cohort.findings == ()
    np.testing.assert_array_equal(cohort.features[:, :, 0], wanted)


def test_streamline_counts_are_kept_with_their_strongest(series: Path) -> None:
    path = series / "b19_streamline_counts.csv"
    dataset = settled(path, "counts").dataset
    wanted = measures(path, "FC_")
    assert wanted.shape == (40, 435)
    assert wanted.max() == 33922
    assert len(dataset.regions) == 30
    np.testing.assert_array_equal(edges(dataset), wanted)
    reading = dataset.interpretation.connectome
    assert reading is not None
    assert reading.values == "counts"
    cohort = cohort_of(dataset, "b19")
    assert cohort.connectomes is not None
    assert np.isfinite(cohort.connectomes).all()
    assert cohort.connectomes.max() == 33922
    assert cohort.findings == ()


def test_series_in_place_of_measures_are_asked(series: Path) -> None:
    path = series / "b21_timeseries_subject_roi_time.npz"
    assert outcome(path).questions
    with np.load(path) as arrays:
        features = arrays["features"]
    wanted = np.array([fisher(each.T) for each in features])
    assert any(
        each.connectomes is not None and np.allclose(edges(each), wanted, rtol=1e-6)
        for each in every_reading(path)
    )
