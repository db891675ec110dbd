"""Folders with a file per subject, as pipelines leave them; the truth by numpy and pandas."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphnet.data.cohorts import cohort_of
from graphnet.data.dataset import NO_CLASS, Dataset
from tests.wild.cases import (
    ASK,
    READ,
    REFUSE,
    FloatArray,
    alternating,
    answered,
    choices,
    close,
    edges,
    equal,
    every_reading,
    files,
    fisher,
    labels,
    outcome,
    settled,
    table_series,
    text_series,
    told,
    upper,
)

DPABI_IDS = tuple(f"Sub_{row:03}" for row in range(1, 13))
BIDS_IDS = tuple(f"sub-{row:03}" for row in range(1, 13))
BARE_IDS = tuple(f"{row:03}" for row in range(1, 13))
XCPD = ("LH_Vis_1", "LH_Vis_2", "RH_Vis_1", "Left-Amygdala", "7Networks_RH_Default_PFC_1")


@pytest.fixture(scope="module")
def folders(wild: Path) -> Path:
    return wild / "folders"


@pytest.fixture(scope="module")
def series(folders: Path) -> list[FloatArray]:
    """Twelve time series (60, 5), which most of the folders hold in one form or another."""
    found = [text_series(file) for file in files(folders / "f01_dpabi_plain", "ROISignals_*.txt")]
    assert [each.shape for each in found] == [(60, 5)] * 12
    return found


@pytest.fixture(scope="module")
def truth(series: list[FloatArray]) -> FloatArray:
    """Fisher's z of their correlations (12, 10)."""
    return np.array([fisher(each) for each in series])


def second_visit(folders: Path) -> FloatArray:
    """The same of the other visit, task or denoising, which one series stands for."""
    found = files(folders / "f03_dpabi_two_sessions" / "S2_Results", "ROISignals_*.txt")
    return np.array([fisher(text_series(file)) for file in found])


def bare(ids: tuple[str, ...]) -> tuple[str, ...]:
    """Ids as people compare them: whether ``sub-`` is kept is a matter of taste."""
    return tuple(each.removeprefix("sub-") for each in ids)


def connectomes_are(dataset: Dataset, wanted: FloatArray, ids: tuple[str, ...]) -> None:
    """Assert the subjects, their classes and every edge."""
    assert bare(dataset.subjects.ids) == bare(ids)
    assert labels(dataset) == alternating(len(ids))
    close(edges(dataset), wanted)
    assert dataset.interpretation.connectome is not None
    assert dataset.interpretation.kind


SERIES = {
    "f08_abide_1D_renamed": BARE_IDS,
    "f10_xcpd_timeseries": BIDS_IDS,
    "f17_timeseries_beside_fmriprep_confounds": BIDS_IDS,
    "f18_same_with_na_in_confounds": BIDS_IDS,
    "f30_ids_not_first_column": BARE_IDS,
    "f31_csv_timeseries_commas": BIDS_IDS,
}


@pytest.mark.parametrize("name", SERIES)
def test_series_are_correlated_and_kept(
    folders: Path, series: list[FloatArray], truth: FloatArray, name: str
) -> None:
    dataset = outcome(folders / name).dataset
    connectomes_are(dataset, truth, SERIES[name])
    assert dataset.series is not None
    for subject, wanted in enumerate(series):
        equal(dataset.series.of(subject), wanted)
    reading = dataset.interpretation.series
    assert reading is not None
    assert (reading.least_points, reading.most_points) == (60, 60)


@pytest.mark.parametrize(
    "name",
    ["f10_xcpd_timeseries", "f17_timeseries_beside_fmriprep_confounds",
     "f18_same_with_na_in_confounds", "f31_csv_timeseries_commas", "f11_xcpd_relmat_with_Node",
     "f19_timeseries_na_column", "f23_relmat_no_Node_pearson"],
)  # fmt: skip
def test_regions_keep_their_names(folders: Path, name: str) -> None:
    assert outcome(folders / name).dataset.regions == XCPD


def test_numbers_of_labels_are_names(folders: Path) -> None:
    dataset = outcome(folders / "f08_abide_1D_renamed").dataset
    assert [name.lstrip("#") for name in dataset.regions] == [
        "2001", "2002", "2003", "2004", "2005",
    ]  # fmt: skip


def test_confounds_are_no_region_and_named(folders: Path) -> None:
    dataset = outcome(folders / "f17_timeseries_beside_fmriprep_confounds").dataset
    assert "confounds" in told(dataset)
    assert not {"csf", "trans_x"} & set(dataset.regions)


def test_dpabi_as_it_comes(folders: Path, truth: FloatArray) -> None:
    """Series, r and z of the same subjects say one thing."""
    dataset = settled(folders / "f01_dpabi_plain").dataset
    connectomes_are(dataset, truth, DPABI_IDS)
    assert len(dataset.regions) == 5
    assert dataset.interpretation.connectome is not None
    assert dataset.interpretation.connectome.values in {"z", "r"}


def test_an_empty_region_is_missing_in_those_who_lack_it(folders: Path, truth: FloatArray) -> None:
    path = folders / "f06_dpabi_nan_roi"
    dataset = outcome(path).dataset
    wanted = truth.copy()
    wanted[:4, [3, 6, 8, 9]] = np.nan  # the edges of the fifth region
    connectomes_are(dataset, wanted, DPABI_IDS)
    cohort = cohort_of(dataset, "f06")
    rules = [finding.rule for finding in cohort.findings]
    assert rules == ["missing-region"], [finding.as_dict() for finding in cohort.findings]
    assert cohort.findings[0].subjects == DPABI_IDS[:4]


def test_correlations_by_name_become_z(folders: Path, truth: FloatArray) -> None:
    dataset = outcome(folders / "f04_dpabi_pearson_only").dataset
    connectomes_are(dataset, truth, DPABI_IDS)
    assert dataset.interpretation.connectome is not None
    assert dataset.interpretation.connectome.values == "r"


@pytest.mark.parametrize(
    ("name", "word"), [("f05_dpabi_mat_only", ".mat"), ("f07_abide_1D_as_they_are", ".1D"),
                       ("f34_gretna", "Gretna")]
)  # fmt: skip
def test_other_pipelines_are_read_or_named(
    folders: Path, truth: FloatArray, name: str, word: str
) -> None:
    found = outcome(folders / name)
    if found.kind == REFUSE:
        assert word in found.refusal
        return
    ids = BARE_IDS if name.startswith("f07") else DPABI_IDS
    connectomes_are(settled(folders / name).dataset, truth, ids)


def test_text_columns_of_adhd_200_are_no_regions(folders: Path) -> None:
    path = folders / "f09_adhd200_TCs_renamed"
    found = outcome(path)
    if found.kind == REFUSE:
        assert "Sub-brick" in found.refusal
        return
    tables = [pd.read_csv(file, sep="\t").iloc[:, 2:] for file in files(path, "ROISignals*")]
    wanted = np.array([fisher(table.to_numpy(dtype=np.float64)) for table in tables])
    connectomes_are(found.dataset, wanted, BARE_IDS)
    assert found.dataset.regions == tuple(tables[0].columns)


@pytest.mark.parametrize("name", ["f11_xcpd_relmat_with_Node", "f23_relmat_no_Node_pearson"])
def test_a_relmat_of_correlations_becomes_z(folders: Path, truth: FloatArray, name: str) -> None:
    dataset = outcome(folders / name).dataset
    connectomes_are(dataset, truth, BIDS_IDS)
    reading = dataset.interpretation.connectome
    assert reading is not None
    assert reading.values == "r"
    assert edges(dataset)[0, 0] == pytest.approx(np.arctanh(0.6427311717491565), rel=3e-7)


def test_series_beside_relmats_are_the_same_subjects_once(folders: Path, truth: FloatArray) -> None:
    path = folders / "f12_xcpd_both"
    found = outcome(path)
    if found.kind == READ:
        connectomes_are(found.dataset, truth, BIDS_IDS)
        return
    for each in choices(path, found.questions[0].id).values():
        connectomes_are(each.dataset, truth, BIDS_IDS)


def test_a_region_of_na_is_missing(folders: Path, truth: FloatArray) -> None:
    dataset = outcome(folders / "f19_timeseries_na_column").dataset
    wanted = truth.copy()
    wanted[2, [3, 6, 8, 9]] = np.nan
    connectomes_are(dataset, wanted, BIDS_IDS)


TWO_FILES = {
    "f02_dpabi_with_and_without_gsr": "files.",
    "f03_dpabi_two_sessions": "files.",
    "f14_xcpd_two_sessions": "files.ses",
    "f16_two_tasks": "files.task",
}


@pytest.mark.parametrize("name", TWO_FILES)
def test_which_of_two_files_is_asked(folders: Path, truth: FloatArray, name: str) -> None:
    found = choices(folders / name, TWO_FILES[name])
    assert len(found) == 2
    other = second_visit(folders)
    connectomes = [edges(each.dataset) for each in found.values()]
    firsts = [np.allclose(each, truth, rtol=1e-6) for each in connectomes]
    seconds = [np.allclose(each, other, rtol=1e-6) for each in connectomes]
    assert sorted(firsts) == [False, True]
    assert seconds == [not first for first in firsts]


@pytest.mark.parametrize(
    ("name", "key", "word"),
    [("f14_xcpd_two_sessions", "files.ses", "baseline"), ("f16_two_tasks", "files.task", "rest")],
)
def test_an_answer_takes_the_file_it_names(
    folders: Path, truth: FloatArray, name: str, key: str, word: str
) -> None:
    found = choices(folders / name, key)
    assert word in found
    close(edges(found[word].dataset), truth)
    assert found[word].dataset.interpretation.files == {key.removeprefix("files."): word}


def test_groups_in_words(folders: Path, truth: FloatArray) -> None:
    """Control is a known word; whoever asks all the same offers both."""
    dataset = settled(folders / "f20_group_in_words", "Patient").dataset
    connectomes_are(dataset, truth, BIDS_IDS)
    assert dict(dataset.class_names) == {0: "Control", 1: "Patient"}
    sex = [each for each in dataset.subjects.covariates if each.name == "sex"]
    assert [tuple(each.values) for each in sex] == [("M", "F") * 6]


def test_people_without_files_are_named(folders: Path) -> None:
    refusal = outcome(folders / "f21_participants_more_people_than_files").refusal
    assert "099" in refusal
    assert "participants.tsv" in refusal


def test_one_two_and_not_available(folders: Path, truth: FloatArray) -> None:
    """1 and 2 do not say which is the patient, so asking is as right as reading."""
    path = folders / "f22_diagnosis_1_2_with_na"
    found = outcome(path)
    if found.kind == ASK:
        one, two = (answered(path, {"class.positive": value}).dataset for value in "12")
        assert labels(one) == [1 - label for label in alternating(10)] + [NO_CLASS] * 2
    else:
        two = found.dataset
    assert labels(two) == alternating(10) + [NO_CLASS] * 2
    close(edges(two), truth)


def test_a_matrix_that_is_not_symmetric_is_refused(folders: Path) -> None:
    refusal = outcome(folders / "f25_not_symmetric").refusal
    assert "symmetric" in refusal
    assert "Sub_001" in refusal


@pytest.mark.parametrize(
    ("name", "ids"), [("f26_upper_triangle_only_mrtrix", DPABI_IDS), ("f27_mrtrix_csv", BIDS_IDS)]
)
def test_counts_in_the_upper_triangle_are_kept(
    folders: Path, name: str, ids: tuple[str, ...]
) -> None:
    path = folders / name
    separator = "," if name.startswith("f27") else None
    matrices = [np.loadtxt(each, delimiter=separator) for each in files(path, "*[0-9]*.*")]
    assert all((np.tril(each, -1) == 0).all() for each in matrices)
    dataset = settled(path, "counts").dataset
    connectomes_are(dataset, np.array([upper(each) for each in matrices]), ids)
    assert edges(dataset)[0, 0] == pytest.approx(642.731, rel=1e-6)
    reading = dataset.interpretation.connectome
    assert reading is not None
    assert (reading.values, reading.triangle) == ("counts", "upper")


def test_regions_by_time_are_asked(folders: Path, truth: FloatArray) -> None:
    """Five rows of sixty: turned they are right; as they stand, five points are too few."""
    path = folders / "f28_transposed_timeseries"
    outcome(path).question("series.orientation")
    assert any(
        len(each.regions) == 5 and np.allclose(edges(each), truth, rtol=1e-6)
        for each in every_reading(path)
    )


def test_more_regions_than_points_are_asked(folders: Path) -> None:
    path = folders / "g04_transposed_regions_by_time"
    tables = [text_series(file) for file in files(path, "*timeseries.tsv")]
    assert [each.shape for each in tables] == [(12, 60)] * 16
    found = choices(path, "series.orientation")
    regions = {len(each.dataset.regions): each.dataset for each in found.values()}
    assert set(regions) == {12, 60}
    close(edges(regions[12]), np.array([fisher(each.T) for each in tables]))
    close(edges(regions[60]), np.array([fisher(each) for each in tables]))
    sentence = outcome(path).question("series.orientation").sentence
    assert "12" in sentence
    assert "60" in sentence


def test_an_age_before_the_ids_is_a_covariate(folders: Path) -> None:
    dataset = outcome(folders / "f30_ids_not_first_column").dataset
    assert [each.name for each in dataset.subjects.covariates] == ["age"]
    assert dataset.interpretation.id == "ID"


def test_regions_in_another_order_are_matched_by_name(folders: Path, truth: FloatArray) -> None:
    found = outcome(folders / "f33_regions_in_other_order")
    if found.kind == REFUSE:
        assert "006" in found.refusal
        return
    connectomes_are(found.dataset, truth, BIDS_IDS)
    assert "006" in told(found.dataset)


def test_alff_and_reho_of_xcpd(folders: Path) -> None:
    path = folders / "f35_xcpd_alff_reho_tables"
    found = outcome(path)
    if found.kind == REFUSE:
        assert "alff" in found.refusal.lower()
        return
    dataset = settled(path).dataset
    assert bare(dataset.subjects.ids) == bare(BIDS_IDS)
    assert dataset.regions == ("LH_Vis_1", "LH_Vis_2", "RH_Vis_1", "Left-Amygdala", "PFC_1")
    assert dataset.values is not None
    for place, measure in enumerate(dataset.measures):
        wanted = [table_series(file)[0] for file in files(path, f"*stat-{measure.lower()}_*")]
        equal(dataset.values[:, :, place], np.array(wanted))
    assert {measure.lower() for measure in dataset.measures} == {"alff", "reho"}


def test_measures_in_the_table_of_people_are_not_lost_in_silence(folders: Path) -> None:
    path = folders / "f36_people_table_of_all_measures_and_series"
    dataset = settled(path).dataset
    people = pd.read_csv(path / "participants.tsv", sep="\t")
    assert bare(dataset.subjects.ids) == bare(BIDS_IDS)
    wanted = [fisher(table_series(file)) for file in files(path, "*timeseries.tsv")]
    if dataset.connectomes is not None:
        close(edges(dataset), np.array(wanted))
    if dataset.values is not None:
        equal(dataset.values[:, :, 0], people.to_numpy()[:, 2:].astype(np.float64))
    assert dataset.connectomes is not None or dataset.values is not None
    if dataset.connectomes is None or dataset.values is None:
        assert "GMV" in told(dataset) or "series" in told(dataset)


def test_which_of_two_tables_is_asked(folders: Path) -> None:
    path = folders / "f37_two_tables"
    assert len(outcome(path).questions) == 1
    found = choices(path, outcome(path).questions[0].id)
    assert len(found) == 2
    classes = {name: labels(each.dataset) for name, each in found.items()}
    old = next(name for name in classes if "old" in name)
    new = next(name for name in classes if "old" not in name)
    assert classes[new] == alternating(12)
    assert classes[old] == [1 - label for label in alternating(12)]


@pytest.mark.parametrize(
    "name",
    ["g01_pandas_header_0_to_N", "g03_no_header", "g05_pandas_default_index_and_header",
     "g06_dpabi_time_by_region_with_header_words"],
)  # fmt: skip
def test_a_header_is_no_time_point_and_an_index_no_region(folders: Path, name: str) -> None:
    plain = files(folders / "g03_no_header", "*timeseries.tsv")
    wanted = [text_series(file) for file in plain]
    assert [each.shape for each in wanted] == [(60, 12)] * 16
    dataset = outcome(folders / name).dataset
    assert len(dataset.regions) == 12
    assert dataset.series is not None
    assert dataset.interpretation.series is not None
    assert dataset.interpretation.series.header == (not name.startswith("g03"))
    assert dataset.interpretation.series.index == name.startswith("g05")
    for subject, each in enumerate(wanted):
        equal(dataset.series.of(subject), each)
    ids = tuple(f"sub-{row:03}" for row in range(1, 17))
    connectomes_are(dataset, np.array([fisher(each) for each in wanted]), ids)


def test_a_header_in_words_names_the_regions(folders: Path) -> None:
    dataset = outcome(folders / "g06_dpabi_time_by_region_with_header_words").dataset
    assert dataset.regions == tuple(f"ROI {region}" for region in range(12))


GIGA = tuple(f"7Networks_LH_Vis_{region}" for region in range(1, 9))
GIGA_NUMBERS = [f"sub-{number}" for number in range(1, 13)]


def _giga(folder: Path, taken: tuple[str, str, int], end: str) -> FloatArray:
    """One subject's table of a visit, a run and an atlas: its timeseries or its relmat."""
    visit, run, atlas = taken
    name = f"*_ses-timepoint{visit}_*_run-0{run}_seg-Schaefer2018{atlas}Parcels*_{end}.tsv"
    (file,) = files(folder, name)
    return table_series(file)


@pytest.mark.parametrize("name", ["giga_connectome_header_names", "giga_connectome_header_numbers"])
@pytest.mark.parametrize(("visit", "run", "atlas"), [("1", "1", 100), ("2", "2", 200)])
def test_visit_run_and_atlas_are_asked_and_taken(
    folders: Path, name: str, visit: str, run: str, atlas: int
) -> None:
    path = folders / name
    keys = {question.id for question in outcome(path).questions}
    assert {"files.ses", "files.run"} <= keys
    assert keys & {"files.seg", "files.atlas"}
    dataset = settled(
        path, f"timepoint{visit}", f"0{run}", f"Schaefer2018{atlas}Parcels7Networks", "timeseries"
    ).dataset
    assert sorted(bare(dataset.subjects.ids)) == sorted(bare(tuple(GIGA_NUMBERS)))
    ids = [f"sub-{each}" for each in bare(dataset.subjects.ids)]
    reading = dataset.interpretation.connectome
    assert reading is not None
    taken = (visit, run, atlas)
    if reading.triangle == "series":
        wanted = [fisher(_giga(path / each, taken, "timeseries")) for each in ids]
    else:
        tables = [_giga(path / each, taken, "relmat") for each in ids]
        wanted = [np.arctanh(upper(each)) for each in tables]
    close(edges(dataset), np.array(wanted))
    count = 6 if atlas == 100 else 8
    if name.endswith("names"):
        assert dataset.regions == GIGA[:count]
    assert len(dataset.regions) == count
    assert labels(dataset) == [(int(each.removeprefix("sub-")) - 1) % 2 for each in ids]


def test_files_that_lie_outside_their_visit(folders: Path) -> None:
    path = folders / "giga_connectome_timeseries_only_header_names"
    dataset = outcome(path).dataset
    assert dataset.regions == GIGA[:6]
    ids = [f"sub-{each}" for each in bare(dataset.subjects.ids)]
    wanted = [fisher(table_series(files(path / each, "*timeseries.tsv")[0])) for each in ids]
    close(edges(dataset), np.array(wanted))
