"""Folders with a file per subject: which file, whose, and of which regions; never by guessing."""

import gzip
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from numpy.typing import NDArray
from scipy.io import savemat

from graphnet.data.dataset import Dataset
from graphnet.data.interpretation import R, Z
from graphnet.errors import CohortError, QuestionsOpen
from graphnet.readers.reading import Reading, read

FloatArray = NDArray[np.float64]
IDS = ("001", "002", "003", "004")
REGIONS = ("Vis_1", "Vis_2", "Amygdala-L", "PFC")
SERIES = np.random.default_rng(7).standard_normal((4, 30, 4))
OTHERS = np.random.default_rng(8).standard_normal((4, 30, 4))
RANDOM_SQUARES = np.random.default_rng(9).standard_normal((4, 20, 20))
UP = np.triu_indices(4, 1)
PEARSON = np.stack([np.corrcoef(one.T) for one in SERIES])
TRUTH = np.arctanh(PEARSON[:, *UP])


def fisher(series: FloatArray = SERIES) -> FloatArray:
    found = np.stack([np.arctanh(np.corrcoef(one.T) - np.eye(4)) for one in series])
    found[:, range(4), range(4)] = np.inf
    return found


def people(
    folder: Path,
    ids: Iterable[str] = IDS,
    name: str = "participants.tsv",
    **columns: Sequence[object],
) -> Path:
    ids = list(ids)
    table = {"participant_id": ids, "group": [row % 2 for row in range(len(ids))], **columns}
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(table).to_csv(
        folder / name, sep="\t" if name.endswith(".tsv") else ",", index=False
    )
    return folder


def write(path: Path, values: FloatArray, header: Sequence[str] | None = REGIONS) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".mat":
        savemat(path, {"ROISignals": values})
        return
    if path.suffix == ".npy":
        np.save(path, values)
        return
    separator = "," if ".csv" in path.name else "\t"
    frame = pd.DataFrame(values, columns=None if header is None else list(header))
    frame.to_csv(path, sep=separator, index=False, header=header is not None, na_rep="n/a")


def fill(
    folder: Path,
    name: str,
    values: FloatArray = SERIES,
    header: Sequence[str] | None = REGIONS,
    ids: Sequence[str] = IDS,
) -> Path:
    """A file of this ``name`` for each subject, ``{}`` standing for the id."""
    for subject, one in zip(ids, values, strict=False):
        write(folder / name.format(subject, subject), one, header)
    return folder


def bids(folder: Path, entities: str = "task-rest_seg-AAL", **more: FloatArray) -> Path:
    people(folder)
    fill(folder, f"sub-{{}}/func/sub-{{}}_{entities}_timeseries.tsv")
    for other, values in more.items():
        fill(folder, f"sub-{{}}/func/sub-{{}}_{other.replace('__', '-')}_timeseries.tsv", values)
    return folder


def assumed(dataset: Dataset) -> dict[str, dict[str, object]]:
    """The values of each assumption, by its code."""
    return {said.code: dict(said.values) for said in dataset.interpretation.assumptions}


def asked(found: Reading) -> dict[str, list[str]]:
    return {one.id: [choice.value for choice in one.choices] for one in found.questions}


def refused(folder: Path, mapping: Mapping[str, str] | None = None) -> str:
    with pytest.raises(CohortError) as caught:
        read(folder, mapping=mapping)
    return " ".join(caught.value.sentences)


def is_truth(dataset: Dataset, truth: FloatArray = TRUTH) -> None:
    assert dataset.connectomes is not None
    np.testing.assert_allclose(dataset.connectomes, truth, rtol=1e-6, atol=1e-7)
    assert dataset.subjects.labels.tolist() == [0, 1, 0, 1]


NAMES = {
    "BIDS": "sub-{}/func/sub-{}_task-rest_atlas-AAL_timeseries.tsv",
    "packed": "sub-{}/func/sub-{}_task-rest_atlas-AAL_timeseries.tsv.gz",
    "session in the folder": "sub-{}/ses-1/sub-{}_task-rest_timeseries.tsv",
    "a task called emotion": "sub-{}_task-emotion_timeseries.tsv",
    "DPABI": "Results/ROISignals_FunImgARCWF/ROISignals_{}.txt",
    "DPABI MATLAB": "Results/ROISignals_FunImgARCWF/ROISignals_{}.mat",
    "ABIDE": "Pitt_{}_rois_cc200.1D",
    "ADHD": "sfnwmrda{}_session_1_rest_1_aal_TCs.1D",
    "GRETNA": "GretnaTimeCourse/{}.txt",
    "own name": "timeseries_{}.csv",
    "own folder": "S-{}/roi_ts.csv",
    "in capitals": "ROISignals_{}.TXT",
    "NumPy": "{}_timeseries.npy",
}


@pytest.mark.parametrize("kind", NAMES)
def test_series_by_the_name_of_the_file(tmp_path: Path, kind: str) -> None:
    folder = fill(people(tmp_path / "x"), NAMES[kind])
    dataset = read(folder).settled()
    is_truth(dataset)
    assert dataset.subjects.ids == IDS
    named = not kind.endswith("MATLAB") and kind != "NumPy"
    assert dataset.regions == (REGIONS if named else ("1", "2", "3", "4"))
    assert dataset.series is not None
    for row, one in enumerate(SERIES):
        np.testing.assert_allclose(dataset.series.of(row), one)


MATRICES = {
    "ROICorrelation_{}.txt": (PEARSON, R),
    "ROICorrelation_FisherZ_{}.txt": (fisher(), Z),
    "GretnaFCMatrixZ/z{}.txt": (fisher(), Z),
    "GretnaFCMatrixR/r{}.txt": (PEARSON, R),
    "sub-{}_seg-AAL_stat-pearsoncorrelation_relmat.tsv": (PEARSON, R),
    "sub-{}_seg-AAL_meas-PearsonCorrelation_relmat.dense.tsv": (PEARSON, R),
    "sub-{}_seg-AAL_relmat.tsv": (fisher(), Z),
    "{}_connectome.csv": (PEARSON, R),
    "{}.csv": (np.where(np.isinf(fisher()), 18.714973875118524, fisher()), Z),
    "{}_ho_correlation.txt": (PEARSON - np.eye(4), R),
}


@pytest.mark.parametrize("name", MATRICES)
def test_matrices_by_name_and_content(tmp_path: Path, name: str) -> None:
    values, expected = MATRICES[name]
    dataset = read(fill(people(tmp_path / "x"), name, values)).settled()
    is_truth(dataset)
    assert dataset.regions == REGIONS
    assert dataset.interpretation.connectome is not None
    assert dataset.interpretation.connectome.values == expected


def test_files_that_say_nothing_are_read_where_only_series_are_possible(tmp_path: Path) -> None:
    folder = fill(people(tmp_path / "x"), "{}.csv")
    dataset = read(folder).settled()
    is_truth(dataset)
    assert "readers_folders.tables-as-series" in assumed(dataset)
    assert asked(read(fill(people(tmp_path / "y"), "{}.csv", RANDOM_SQUARES, None)))[
        "files.kind"
    ] == ["series", "matrix"]


def test_columns_that_are_no_regions_are_asked_about(tmp_path: Path) -> None:
    header = ("trial", "onset", "response", "key")
    folder = fill(people(tmp_path / "x"), "{}.csv", SERIES, header)
    assert asked(read(folder)) == {"files.kind": ["series", "none"]}
    assert "no files of measurements" in refused(folder, {"files.kind": "none"})


def test_which_array_of_a_file_is_asked_where_two_could_be_meant(tmp_path: Path) -> None:
    folder = people(tmp_path / "x")
    for row, subject in enumerate(IDS):
        savemat(folder / f"{subject}.mat", {"FC": PEARSON[row], "SC": np.ones((4, 4)) * 5})
    assert asked(read(folder)) == {"files.variable": ["fc", "SC"]}
    is_truth(read(folder, mapping={"files.variable": "fc"}).settled())
    other = people(tmp_path / "y")
    for row, subject in enumerate(IDS):
        savemat(other / f"{subject}.mat", {"ROISignals": SERIES[row], "motion": np.ones((30, 6))})
    dataset = read(other).settled()
    is_truth(dataset)
    assert any("ROISignals was used, not motion" in each for each in dataset.interpretation.said)


SEVERAL = {
    "ses": ("ses-a_task-rest", "ses-b_task-rest", ["a", "b"]),
    "run": ("task-rest_run-2", "task-rest_run-10", ["2", "10"]),
    "dir": ("dir-AP", "dir-PA", ["AP", "PA"]),
    "acq": ("task-rest_acq-fast", "task-rest", ["fast", "none"]),
    "space": ("space-MNI_seg-x", "space-fsLR_seg-x", ["MNI", "fsLR"]),
    "seg": ("seg-Gordon", "seg-Tian", ["Gordon", "Tian"]),
    "desc": ("desc-simple", "desc-scrubbed", ["scrubbed", "simple"]),
    "stat": ("stat-mean", "stat-median", ["mean", "median"]),
}


@pytest.mark.parametrize("key", SEVERAL)
def test_several_files_are_asked_by_what_they_differ_in(tmp_path: Path, key: str) -> None:
    one, other, values = SEVERAL[key]
    folder = bids(tmp_path / "x", one)
    fill(folder, f"sub-{{}}/func/sub-{{}}_{other}_timeseries.tsv", OTHERS)
    found = read(folder)
    assert asked(found) == {f"files.{key}": values}
    truths = [
        read(folder, mapping={f"files.{key}": value}).settled().connectomes for value in values
    ]
    expected = [TRUTH, fisher(OTHERS)[:, *UP]]
    first = 0 if f"{key}-{values[0]}" in one else 1
    for got, index in zip(truths, (first, 1 - first), strict=True):
        assert got is not None
        np.testing.assert_allclose(got, expected[index], rtol=1e-6)


def test_every_difference_is_asked_at_once(tmp_path: Path) -> None:
    folder = people(tmp_path / "x")
    for ses in "12":
        for run in ("01", "02"):
            for seg in "AB":
                fill(folder, f"sub-{{}}_ses-{ses}_task-x_run-{run}_seg-{seg}_timeseries.tsv")
    assert set(asked(read(folder))) == {"files.ses", "files.run", "files.seg"}
    answers = {"files.ses": "2", "files.run": "02", "files.seg": "B"}
    dataset = read(folder, mapping=answers).settled()
    assert dataset.interpretation.files == {"ses": "2", "run": "02", "seg": "B"}


def test_runs_that_are_padded_otherwise_are_the_same(tmp_path: Path) -> None:
    folder = people(tmp_path / "x")
    for run in (1, 2):
        fill(folder, f"sub-{{}}_run-{run}_timeseries.tsv", SERIES[:2], ids=IDS[:2])
        fill(folder, f"sub-{{}}_run-0{run}_timeseries.tsv", SERIES[2:], ids=IDS[2:])
    assert asked(read(folder)) == {"files.run": ["01", "02"]}
    is_truth(read(folder, mapping={"files.run": "01"}).settled())


def test_who_lacks_the_chosen_session_is_refused(tmp_path: Path) -> None:
    folder = bids(tmp_path / "x", "ses-pre")
    fill(folder, "sub-{}/func/sub-{}_ses-post_timeseries.tsv", SERIES[:3], ids=IDS[:3])
    found = read(folder)
    assert asked(found) == {"files.ses": ["pre", "post"]}  # that of most subjects is first
    assert "3 of 4 subjects" in found.questions[0].choices[1].label
    is_truth(read(folder, mapping={"files.ses": "pre"}).settled())
    sentence = refused(folder, {"files.ses": "post"})
    assert "no file of ses=post for 004" in sentence
    assert "participants.tsv" in sentence


def test_folders_of_dpabi_are_asked(tmp_path: Path) -> None:
    folder = people(tmp_path / "x")
    places = ("Results/ROISignals_FunImgARCWF", "Results/ROISignals_FunImgARglobalCWF",
              "S2_Results/ROISignals_FunImgARCWF")  # fmt: skip
    for place in places:
        fill(folder, f"{place}/ROISignals_{{}}.txt")
    found = read(folder)
    assert asked(found) == {"files.folder": list(places)}
    labels = [choice.label for choice in found.questions[0].choices]
    assert ["global signal" in label for label in labels] == [False, True, False]
    assert ["visit 2" in label for label in labels] == [False, False, True]


def test_the_same_in_two_formats_is_the_text(tmp_path: Path) -> None:
    folder = fill(people(tmp_path / "x"), "ROISignals_{}.txt")
    fill(folder, "ROISignals_{}.mat", OTHERS)
    dataset = read(folder).settled()
    is_truth(dataset)
    assert assumed(dataset)["readers_folders.one-format"]["formats"] == (".mat", ".txt")


def test_r_beside_z_and_series_beside_both(tmp_path: Path) -> None:
    folder = fill(people(tmp_path / "x"), "ROICorrelation_{}.txt", PEARSON, None)
    fill(folder, "ROICorrelation_FisherZ_{}.txt", fisher(), None)
    dataset = read(folder).settled()
    is_truth(dataset)
    assert dataset.interpretation.connectome is not None
    assert dataset.interpretation.connectome.values == Z
    assert "readers_folders.z-used" in assumed(dataset)
    fill(folder, "ROISignals_{}.txt", SERIES, None)
    dataset = read(folder).settled()
    assert dataset.series is not None
    assert "readers_folders.series-used" in assumed(dataset)


def test_series_and_matrices_of_different_subjects_or_atlases_are_asked(tmp_path: Path) -> None:
    folder = fill(
        people(tmp_path / "x"), "sub-{}_seg-A_meas-PearsonCorrelation_relmat.tsv", PEARSON
    )
    fill(folder, "sub-{}_seg-A_timeseries.tsv", SERIES[:3], ids=IDS[:3])
    assert asked(read(folder)) == {"files.kind": ["series", "matrix"]}
    is_truth(read(folder, mapping={"files.kind": "matrix"}).settled())
    other = fill(people(tmp_path / "y"), "sub-{}_seg-A_relmat.tsv", fisher())
    fill(other, "sub-{}_seg-B_timeseries.tsv")
    assert asked(read(other)) == {"files.kind": ["series", "matrix"]}


def test_partial_and_full_correlation_are_asked(tmp_path: Path) -> None:
    folder = fill(people(tmp_path / "x"), "sub-{}_meas-PearsonCorrelation_relmat.tsv", PEARSON)
    fill(folder, "sub-{}_meas-PartialCorrelation_relmat.tsv", PEARSON)
    assert set(asked(read(folder))) == {"files.meas"}


NEVER = (
    "sub-{}/func/sub-{}_task-rest_desc-confounds_timeseries.tsv",
    "sub-{}/func/sub-{}_task-rest_space-MNI_motion_timeseries.tsv",
    "sub-{}/func/sub-{}_task-rest_motion.tsv",
    "sub-{}/func/sub-{}_task-rest_outliers.tsv",
    "sub-{}/func/sub-{}_seg-AAL_stat-coverage_bold.tsv",
    "sub-{}/func/sub-{}_task-rest_events.tsv",
    "rp_{}.txt",
    "ROI_OrderKey_{}.tsv",
)


@pytest.mark.parametrize("name", NEVER)
def test_confounds_and_the_like_are_never_regions(tmp_path: Path, name: str) -> None:
    folder = fill(bids(tmp_path / "x"), name, OTHERS)
    dataset = read(folder).settled()
    is_truth(dataset)
    assert name.rsplit("/", 1)[-1].format("001", "001") in str(dataset.interpretation.left_alone)


def test_confounds_under_another_name_are_refused(tmp_path: Path) -> None:
    header = ("csf", "white_matter", "trans_x", "rot_y")
    folder = fill(people(tmp_path / "x"), "sub-{}_task-rest_timeseries.tsv", SERIES, header)
    assert "files of confounds (csf" in refused(folder)


def test_a_global_signal_among_regions_is_left_out(tmp_path: Path) -> None:
    folder = people(tmp_path / "x")
    wide = np.concatenate([SERIES, OTHERS[:, :, :1]], axis=2)
    fill(folder, "sub-{}_timeseries.tsv", wide, (*REGIONS, "global_signal"))
    dataset = read(folder).settled()
    is_truth(dataset)
    assert dataset.regions == REGIONS
    assert "global_signal" in str(dataset.interpretation.left_alone)


def test_regions_in_another_order_and_absent_ones_go_by_name(tmp_path: Path) -> None:
    folder = fill(people(tmp_path / "x"), "sub-{}_timeseries.tsv")
    order = [2, 0, 3, 1]
    write(folder / "sub-002_timeseries.tsv", SERIES[1][:, order], [REGIONS[i] for i in order])
    write(folder / "sub-003_timeseries.tsv", SERIES[2][:, 1:], REGIONS[1:])
    dataset = read(folder).settled()
    truth = TRUTH.copy()
    truth[2, :3] = np.nan
    is_truth(dataset, truth)
    assert dataset.regions == REGIONS
    said = " ".join(dataset.interpretation.said)
    assert "002 have their regions in another order" in said
    assert "003 lacks Vis_1" in said


@pytest.mark.parametrize("header", [REGIONS, None, ("11", "12", "13", "14")])
def test_other_regions_are_refused_by_subject(tmp_path: Path, header: Sequence[str] | None) -> None:
    folder = fill(people(tmp_path / "x"), "sub-{}_timeseries.tsv", SERIES, header)
    other = ("a", "b", "c") if header is REGIONS else header and header[:3]
    write(folder / "sub-003_timeseries.tsv", SERIES[2][:, :3], other)
    sentence = refused(folder)
    assert "003 has 3" in sentence
    assert "4" in sentence


def test_matrices_are_matched_by_name_too(tmp_path: Path) -> None:
    folder = fill(people(tmp_path / "x"), "sub-{}_meas-PearsonCorrelation_relmat.tsv", PEARSON)
    order = [3, 1, 0, 2]
    names = [REGIONS[i] for i in order]
    frame = pd.DataFrame(PEARSON[1][np.ix_(order, order)], columns=names, index=names)
    path = folder / "sub-002_meas-PearsonCorrelation_relmat.tsv"
    frame.loc[list(REGIONS)].to_csv(path, sep="\t", index_label="Node")  # rows in their own order
    is_truth(read(folder).settled())
    write(path, PEARSON[1][:, :3], REGIONS[:3])
    assert "the matrix of 002 is 4 x 3; it must be square" in refused(folder)


@pytest.mark.parametrize(
    "make", [lambda one: one, lambda one: f"sub-{one}", int, lambda one: f"  {one} "]
)
def test_ids_are_matched_as_they_are_written(tmp_path: Path, make: Callable[[str], object]) -> None:
    folder = people(tmp_path / "x", [str(make(one)) for one in IDS])
    fill(folder, "sub-{}_task-rest_timeseries.tsv")
    dataset = read(folder).settled()
    is_truth(dataset)
    assert dataset.subjects.ids == tuple(str(make(one)).strip() for one in IDS)


def test_people_and_files_must_be_the_same(tmp_path: Path) -> None:
    folder = people(tmp_path / "x", ["001", "002", "003", "099"])
    fill(folder, "sub-{}_task-rest_timeseries.tsv")
    sentence = refused(folder)
    assert "files of sub-004, whom its table participants.tsv does not list" in sentence
    assert "no file for 099, listed in its table participants.tsv" in sentence
    twice = fill(people(tmp_path / "y", [*IDS, "001"]), "sub-{}_timeseries.tsv")
    assert "lists 001 more than once" in refused(twice)


def test_no_id_matches(tmp_path: Path) -> None:
    folder = fill(people(tmp_path / "x", ["pa", "pb", "pc", "pd"]), "sub-{}_timeseries.tsv")
    sentence = refused(folder)
    assert "sub-001" in sentence
    assert "pa" in sentence


def test_the_table_may_be_anywhere_and_of_any_kind(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    fill(folder, "derivatives/sub-{}_timeseries.tsv")
    table = pd.DataFrame({"AGE": [30, 31, 32, 33], "SUB_ID": [1, 2, 3, 4], "DX": list("ABAB")})
    (folder / "phenotype").mkdir()
    path = folder / "phenotype" / "all.csv"
    table.to_csv(path, index=False, sep=";", encoding="utf-16")
    dataset = read(folder, mapping={"class.positive": "B"}).settled()
    is_truth(dataset)
    assert dataset.interpretation.id == "SUB_ID"
    assert [one.name for one in dataset.subjects.covariates] == ["AGE"]
    path.unlink()
    table.to_excel(folder / "people.xlsx", index=False)
    is_truth(read(folder, mapping={"class.positive": "B"}).settled())


def test_of_two_tables_the_one_with_classes_is_used_or_it_is_asked(tmp_path: Path) -> None:
    folder = bids(tmp_path / "x")
    scores = pd.DataFrame({"participant_id": IDS, "PANSS": [1, 2, 3, 4]})
    scores.to_csv(folder / "clinic.tsv", sep="\t", index=False)
    dataset = read(folder).settled()
    is_truth(dataset)
    assert any(each.what == "clinic.tsv" for each in dataset.interpretation.left_alone)
    people(folder, IDS[::-1], "old.csv")
    assert set(asked(read(folder))) == {"table"}
    is_truth(read(folder, mapping={"table": "participants.tsv"}).settled())


def test_what_the_table_knows_is_kept(tmp_path: Path) -> None:
    folder = people(
        tmp_path / "x", IDS, site=["A", "A", "B", "B"], age=[20, 30, 40, 50], sex=list("MFMF"),
        LABEL_SCORE=[1.5, 2.5, 3.5, 4.5],
    )  # fmt: skip
    dataset = read(fill(folder, "sub-{}_timeseries.tsv")).settled()
    assert dataset.subjects.sites == ("A", "A", "B", "B")
    assert dataset.subjects.scores.tolist() == [1.5, 2.5, 3.5, 4.5]
    assert {one.name for one in dataset.subjects.covariates} == {"age", "sex"}


@pytest.mark.parametrize(
    "names", [[f"GMV_{name}" for name in REGIONS], [f"GMV_{i}" for i in range(1, 5)]]
)
def test_measures_of_the_table_are_kept_beside_series(tmp_path: Path, names: list[str]) -> None:
    values = np.random.default_rng(1).random((4, 4))
    columns = {name: values[:, place].tolist() for place, name in enumerate(names)}
    folder = fill(
        people(tmp_path / "x", IDS, "participants.tsv", **columns), "sub-{}_timeseries.tsv"
    )
    dataset = read(folder).settled()
    is_truth(dataset)
    assert dataset.measures == ("GMV",)
    assert dataset.values is not None
    np.testing.assert_array_equal(dataset.values[:, :, 0], values)


def test_measures_of_other_regions_are_left_and_named(tmp_path: Path) -> None:
    columns = {f"GMV_{i}": [0.1, 0.2, 0.3, 0.4] for i in range(1, 8)}
    folder = fill(
        people(tmp_path / "x", IDS, "participants.tsv", **columns), "sub-{}_timeseries.tsv"
    )
    dataset = read(folder).settled()
    assert dataset.values is None
    assert dataset.subjects.covariates == ()
    (left,) = dataset.interpretation.left_alone
    assert "GMV_1" in str(left.what)
    assert left.message.code == "readers_subjects.measures-of-other-regions"
    assert "7 regions" in left.reason


def test_measures_per_subject_beside_series_and_alone(tmp_path: Path) -> None:
    measured = {"alff": SERIES[:, 0], "reho": SERIES[:, 1]}
    alone, beside = people(tmp_path / "x"), bids(tmp_path / "y")
    for folder in (alone, beside):
        for name, values in measured.items():
            fill(folder, f"sub-{{}}/func/sub-{{}}_seg-AAL_stat-{name}_bold.tsv", values[:, None])
        dataset = read(folder).settled()
        assert dataset.measures == ("ALFF", "ReHo")
        assert dataset.regions == REGIONS
        assert dataset.values is not None
        np.testing.assert_allclose(dataset.values[:, :, 1], measured["reho"])
        assert (dataset.series is not None) == (folder is beside)


def test_rows_without_an_id_are_left_out(tmp_path: Path) -> None:
    folder = fill(people(tmp_path / "x"), "sub-{}_timeseries.tsv")
    with (folder / "participants.tsv").open("a") as file:
        file.write("\t1\n")
    dataset = read(folder).settled()
    is_truth(dataset)
    values = assumed(dataset)["readers_subjects.rows-without-id"]
    assert (values["column"], values["count"], values["total"]) == ("participant_id", 1, 5)


def test_hidden_files_and_those_of_a_mac_are_passed_over(tmp_path: Path) -> None:
    folder = bids(tmp_path / "x" / "outer" / "inner")
    fill(folder, "__MACOSX/sub-{}_task-other_timeseries.tsv", OTHERS)
    fill(folder, ".cache/sub-{}_task-other_timeseries.tsv", OTHERS)
    fill(folder, "sub-{}/func/._sub-{}_task-rest_seg-AAL_timeseries.tsv", OTHERS)
    is_truth(read(tmp_path / "x").settled())


def test_what_is_no_folder_of_subjects_is_refused(tmp_path: Path) -> None:
    brain = tmp_path / "brain"
    for name in ("weights", "tract_lengths", "centres"):
        write(brain / f"{name}.txt", PEARSON[0], None)
    assert "one brain" in refused(brain)
    (tmp_path / "empty").mkdir()
    assert "no table" in refused(tmp_path / "empty")
    assert "no file" in refused(people(tmp_path / "people"))
    assert "no table" in refused(fill(tmp_path / "files", "sub-{}_timeseries.tsv"))


def test_damaged_files_are_named(tmp_path: Path) -> None:
    folder = fill(people(tmp_path / "x"), "sub-{}_timeseries.tsv.gz")
    path = folder / "sub-002_timeseries.tsv.gz"
    path.write_bytes(path.read_bytes()[:40])
    assert "sub-002_timeseries.tsv.gz is a gzip file that is damaged" in refused(folder)
    folder = fill(people(tmp_path / "y"), "ROISignals_{}.mat")
    (folder / "ROISignals_003.mat").write_bytes(b"no MATLAB file at all" * 20)
    assert "ROISignals_003.mat" in refused(folder)


def test_more_than_may_come_out_is_refused(tmp_path: Path) -> None:
    folder = fill(people(tmp_path / "x"), "sub-{}_timeseries.tsv")
    with pytest.raises(CohortError, match="MB"):
        read(folder, most=2000)
    packed = people(tmp_path / "y")
    for subject in IDS:
        with gzip.open(packed / f"sub-{subject}_timeseries.tsv.gz", "wt") as file:
            file.write("0\t0\t0\t0\n" * 100_000)
    with pytest.raises(CohortError, match="MB"):
        read(packed, most=100_000)


def test_an_open_question_is_no_refusal(tmp_path: Path) -> None:
    folder = fill(
        people(tmp_path / "x"), "ROISignals_{}.txt", SERIES[:, :4].transpose(0, 2, 1), None
    )
    fill(folder, "S2_Results/ROISignals_{}.txt", SERIES[:, :4], None)
    found = read(folder)
    assert "files.folder" in asked(found)
    with pytest.raises(QuestionsOpen):
        found.settled()


def test_atlases_that_differ_between_subjects_are_refused(tmp_path: Path) -> None:
    folder = fill(people(tmp_path / "x"), "sub-{}_seg-A_timeseries.tsv", SERIES[:2], ids=IDS[:2])
    fill(folder, "sub-{}_seg-B_timeseries.tsv", SERIES[2:], ids=IDS[2:])
    sentence = refused(folder)
    assert "different atlas between subjects: 002 has seg-A and 004 has seg-B" in sentence
    folder = fill(people(tmp_path / "y"), "ROICorrelation_{}.txt", PEARSON[:2], ids=IDS[:2])
    fill(folder, "ROICorrelation_FisherZ_{}.txt", fisher()[2:], ids=IDS[2:])
    assert "002 has r and 004 has z" in refused(folder)


def test_tasks_that_differ_between_subjects_are_said(tmp_path: Path) -> None:
    folder = fill(people(tmp_path / "x"), "sub-{}_task-a_timeseries.tsv", SERIES[:2], ids=IDS[:2])
    fill(folder, "sub-{}_task-b_timeseries.tsv", SERIES[2:], ids=IDS[2:])
    dataset = read(folder).settled()
    is_truth(dataset)
    assert assumed(dataset)["readers_folders.files-differ"]["key"] == "task"
    assert any("002 has task-a and 004" in said for said in dataset.interpretation.said)


def test_a_folder_of_one_table_is_that_table(tmp_path: Path) -> None:
    folder = people(tmp_path / "x", IDS, "data.csv", GMV_1=[1.5, 2, 3, 4], GMV_2=[4, 3, 2, 1.5])
    (folder / "README.md").write_text("What this is.")
    dataset = read(folder).settled()
    assert dataset.subjects.ids == IDS
    assert dataset.values is not None
    np.testing.assert_array_equal(dataset.values[:, 0, 0], [1.5, 2, 3, 4])
    people(folder, IDS, "more.csv", GMV_1=[1.5, 2, 3, 4], GMV_2=[4, 3, 2, 1.5])
    (question,) = read(folder).questions
    assert question.id == "table"
    again = read(folder, mapping={"table": "more.csv"}).settled()
    assert again.subjects.ids == IDS
    assert "data.csv" in {each.what for each in again.interpretation.left_alone}


def test_images_are_named_as_what_they_are(tmp_path: Path) -> None:
    folder = people(tmp_path / "x")
    for subject in IDS:
        (folder / f"sub-{subject}_bold.nii.gz").write_bytes(b"no image")
    sentence = refused(folder)
    assert "4 .gz" in sentence or ".nii.gz" in sentence
    assert "ROISignals_*" in sentence


def test_a_table_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    folder = fill(tmp_path / "x", "sub-{}_timeseries.tsv")
    (folder / "participants.tsv").write_text("participant_id\tgroup\nsub-001\t0\t7\t8\t9\n")
    assert "participants.tsv" in refused(folder)


def test_ids_of_abide_with_their_site(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    ids = [f"00509{row}" for row in range(52, 56)]
    for row, subject in enumerate(ids):
        write(folder / f"NYU_{subject}_rois_cc200.1D", SERIES[row], [f"#{i}" for i in (1, 5, 6, 9)])
    table = pd.DataFrame(
        {
            "SUB_ID": [int(one) for one in ids],
            "FILE_ID": [f"NYU_{one}" for one in ids],
            "DX_GROUP": [2, 1, 2, 1],
            "SITE_ID": "NYU",
            "AGE_AT_SCAN": [10.5, 11, -9999, 13],
        }
    )
    table.to_csv(folder / "Phenotypic_V1_0b.csv", index=False)
    dataset = read(folder, mapping={"class.positive": "1"}).settled()
    is_truth(dataset)
    assert dataset.regions == ("1", "5", "6", "9")
    assert dataset.subjects.sites == ("NYU",) * 4


def test_measures_of_files_and_of_the_table_go_together(tmp_path: Path) -> None:
    columns = {f"GMV_{name}": [0.1, 0.2, 0.3, 0.4] for name in REGIONS}
    folder = people(tmp_path / "x", IDS, "participants.tsv", **columns)
    fill(folder, "sub-{}_seg-AAL_stat-alff_bold.tsv", SERIES[:, :1])
    dataset = read(folder).settled()
    assert dataset.measures == ("ALFF", "GMV")
    assert dataset.values is not None
    np.testing.assert_array_equal(dataset.values[:, 2, 1], columns["GMV_PFC"])


def test_a_first_choice_that_does_not_fit_is_a_question_still(tmp_path: Path) -> None:
    folder = bids(people(tmp_path / "x", IDS[:3], "a_participants.tsv"))
    assert set(asked(read(folder))) == {"table"}
    is_truth(read(folder, mapping={"table": "participants.tsv"}).settled())
    assert "files of sub-004" in refused(folder, {"table": "a_participants.tsv"})


def test_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    folder = bids(tmp_path / "x")
    assert "not a column of participants.tsv. Its columns are participant_id" in refused(
        folder, {"id": "ID"}
    )
    is_truth(read(folder, mapping={"id": "participant_id"}).settled())


def test_numbers_beside_the_ids_are_not_taken_for_them(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    ids = ["101", "102", "103", "104"]
    fill(folder, "sub-{}_timeseries.tsv", ids=ids)
    table = pd.DataFrame(
        {"": range(4), "age": [103, 20, 101, 30], "nr": ids, "group": [0, 1, 0, 1]}
    )
    table.to_csv(folder / "list.csv", index=False)
    dataset = read(folder).settled()
    is_truth(dataset)
    assert dataset.interpretation.id == "nr"


def test_a_copy_of_the_table_is_no_question(tmp_path: Path) -> None:
    folder = bids(people(tmp_path / "x", IDS, "derivatives/participants.tsv"))
    is_truth(read(folder).settled())


def test_series_of_adhd_200_with_and_without_a_filter_are_asked(tmp_path: Path) -> None:
    folder = people(tmp_path / "x")
    for steps in ("sfnwmrda", "snwmrda"):
        fill(folder, f"{{}}/{steps}{{}}_session_1_rest_1_aal_TCs.1D")
    assert asked(read(folder)) == {"files.name": ["sfnwmrda*", "snwmrda*"]}


@pytest.mark.parametrize("name", ["corr", "partialcorr", "meas-x_desc-PearsonNilearn_correlations"])
def test_what_a_name_says_of_the_values_counts_with_any_suffix(tmp_path: Path, name: str) -> None:
    empty = np.where(np.eye(4) == 1, np.nan, PEARSON)
    fill(people(tmp_path), f"sub-{{}}_{name}.csv", empty, None)
    found = read(tmp_path).settled()
    assert found.interpretation.connectome is not None
    assert found.interpretation.connectome.values == R
    assert found.connectomes is not None
    np.testing.assert_allclose(found.connectomes, TRUTH, atol=1e-6)


@pytest.mark.parametrize("name", ["pvalues", "corr_p", "p-values", "desc-x_pval"])
def test_probabilities_are_no_connectomes(tmp_path: Path, name: str) -> None:
    fill(people(tmp_path), f"sub-{{}}_{name}.csv", np.abs(PEARSON), None)
    with pytest.raises(CohortError, match="not measurements of regions"):
        read(tmp_path)
    fill(tmp_path, "sub-{}_corr.csv", PEARSON, None)
    assert read(tmp_path).settled().regions == ("1", "2", "3", "4")


def test_a_folder_called_like_that_of_a_toolbox_says_nothing_of_its_files(tmp_path: Path) -> None:
    folder = fill(people(tmp_path / "gretna_matrices"), "sub-{}_timeseries.tsv")
    assert read(folder).settled().regions == REGIONS


def test_an_empty_last_column_of_some_files_is_known_from_the_others(tmp_path: Path) -> None:
    """A region that one subject lacks, or a separator at the end of each line of some files."""
    lacking = SERIES.copy()
    lacking[2, :, 3] = np.nan
    for subject, one in zip(IDS, lacking, strict=True):
        lines = ["\t".join("" if np.isnan(x) else f"{x:.6f}" for x in row) for row in one]
        end = "\t\n" if subject == "002" else "\n"
        (tmp_path / f"sub-{subject}_timeseries.tsv").write_text("".join(x + end for x in lines))
    found = read(people(tmp_path)).settled()
    assert found.series is not None
    assert found.regions == ("1", "2", "3", "4")
    for row in range(4):
        np.testing.assert_allclose(found.series.of(row), lacking[row], atol=1e-6)


def test_a_first_line_or_column_that_counts_is_known_from_the_other_files(tmp_path: Path) -> None:
    counts = np.random.default_rng(4).integers(20, 900, (4, 4, 4)).astype(float)
    counts = counts + counts.transpose(0, 2, 1)
    counts[0, 0, :] = counts[0, :, 0] = [3, 4, 5, 6]
    counts[1, :, 0] = counts[1, 0, :] = [0, 1, 2, 3]
    for subject, one in zip(IDS, np.triu(counts), strict=True):
        np.savetxt(tmp_path / f"sub-{subject}_connectome.csv", one, fmt="%g", delimiter=",")
    found = read(people(tmp_path)).settled()
    assert found.connectomes is not None
    np.testing.assert_array_equal(found.connectomes, counts[:, *UP])


def test_commas_are_said_once_for_all_files(tmp_path: Path) -> None:
    for subject, one in zip(IDS, SERIES, strict=True):
        text = "\n".join(";".join(f"{x:.5f}".replace(".", ",") for x in row) for row in one)
        (tmp_path / f"sub-{subject}_timeseries.csv").write_text(text)
    found = read(people(tmp_path)).settled()
    assert sum("decimal marks in the files of" in each for each in found.interpretation.said) == 1
    assert found.series is not None
    np.testing.assert_allclose(found.series.of(3), SERIES[3], atol=1e-5)


@pytest.mark.parametrize("name", ["{}_25753_2_0.txt", "sub-{}_vec.npy"])
def test_one_flat_triangle_per_subject_is_asked_for_its_order(tmp_path: Path, name: str) -> None:
    fill(people(tmp_path), name, TRUTH[:, None] if name.endswith("txt") else TRUTH, None)
    asked = read(tmp_path)
    assert [question.id for question in asked.questions] == ["files.kind"]
    rows = {"files.kind": "matrix", "connectome.values": "z"}
    for order, places in (("upper", range(6)), ("lower", [0, 1, 3, 2, 4, 5])):
        found = read(tmp_path, mapping={**rows, "triangle": order}).settled()
        assert found.regions == ("1", "2", "3", "4")
        assert found.connectomes is not None
        np.testing.assert_allclose(found.connectomes, TRUTH[:, list(places)], atol=1e-6)


def test_one_row_per_subject_may_be_a_measure_and_is_no_series(tmp_path: Path) -> None:
    thick = SERIES[:, :1]
    fill(people(tmp_path / "a"), "sub-{}_thickness.csv", thick)
    found = read(tmp_path / "a").settled()
    assert (found.regions, found.measures) == (REGIONS, ("thickness",))
    assert found.values is not None
    np.testing.assert_allclose(found.values[:, :, 0], thick[:, 0], atol=1e-12)
    fill(people(tmp_path / "b"), "sub-{}_timeseries.csv", thick)
    with pytest.raises(CohortError, match="one row of 4 values per subject"):
        read(tmp_path / "b")


def test_symmetric_files_are_no_series_whatever_their_name(tmp_path: Path) -> None:
    fill(people(tmp_path), "sub-{}_rois.csv", PEARSON, None)
    found = read(tmp_path).settled()
    assert found.connectomes is not None
    np.testing.assert_allclose(found.connectomes, TRUTH, atol=1e-6)


def test_a_count_of_rows_is_no_id_beside_a_column_that_is(tmp_path: Path) -> None:
    fill(tmp_path, "{}.csv", ids=["1", "2", "3", "4"])
    codes = ["3", "1", "4", "2"]
    pd.DataFrame({"No": [1, 2, 3, 4], "code": codes, "group": [0, 1, 0, 1]}).to_csv(
        tmp_path / "people.csv", index=False
    )
    found = read(tmp_path).settled()
    assert found.subjects.ids == tuple(codes)
    assert found.series is not None
    np.testing.assert_allclose(found.series.of(0), SERIES[2])


def test_two_columns_of_ids_that_disagree_are_asked_about(tmp_path: Path) -> None:
    fill(tmp_path, "sub-{}_timeseries.tsv")
    old, new = ["002", "001", "004", "003"], ["003", "004", "001", "002"]
    pd.DataFrame({"old": old, "new": new, "group": [0, 1, 0, 1]}).to_csv(
        tmp_path / "people.csv", index=False
    )
    (question,) = read(tmp_path).questions
    assert (question.id, [each.value for each in question.choices]) == ("id", ["old", "new"])
    for name, order in (("old", [1, 0, 3, 2]), ("new", [2, 3, 0, 1])):
        found = read(tmp_path, mapping={"id": name}).settled()
        assert found.series is not None
        np.testing.assert_allclose(found.series.of(0), SERIES[order[0]])


def test_times_above_the_columns_are_a_header(tmp_path: Path) -> None:
    for subject, one in zip(IDS, SERIES, strict=True):
        frame = pd.DataFrame(one.T, index=list(REGIONS), columns=[f"{2.0 * t}" for t in range(30)])
        frame.to_csv(tmp_path / f"sub-{subject}_timeseries.csv", index_label="region")
    found = read(people(tmp_path)).settled()
    assert found.regions == REGIONS
    assert found.series is not None
    np.testing.assert_allclose(found.series.of(1), SERIES[1])


def test_a_number_that_names_a_region_does_so_in_all_files(tmp_path: Path) -> None:
    fill(people(tmp_path), "sub-{}_timeseries.tsv", SERIES[:3], ["1", "2", "3", "4"])
    write(tmp_path / "sub-004_timeseries.tsv", SERIES[3][:, [0, 1, 3]], ["1", "2", "4"])
    with pytest.raises(CohortError, match="004 has 3 and lacks 3"):
        read(tmp_path)


def test_a_second_visit_of_some_subjects_alone_is_said(tmp_path: Path) -> None:
    fill(people(tmp_path), "Results/ROISignals_{}.txt", SERIES[:3], None)
    sub = tmp_path / "S2_Results/ROISignals_004.txt"
    write(sub, SERIES[3], None)
    said = read(tmp_path).settled().interpretation.said
    assert any("004 has folder S2_Results, visit 2" in each for each in said)


def test_one_mark_before_ascending_numbers_is_a_header(tmp_path: Path) -> None:
    for subject, one in zip(IDS, SERIES, strict=True):
        np.savetxt(tmp_path / f"sub-{subject}_ts.1D", one, header="2001 2004 2005 2101")
    assert read(people(tmp_path)).settled().regions == ("2001", "2004", "2005", "2101")


def test_of_two_numbers_in_a_name_the_id_is_the_one_that_tells_subjects_apart(
    tmp_path: Path,
) -> None:
    ids = ["89", "90", "91", "92"]
    fill(people(tmp_path, ids), "AAL_90_{}.csv", ids=ids)
    found = read(tmp_path).settled()
    assert found.series is not None
    for row in range(4):
        np.testing.assert_allclose(found.series.of(row), SERIES[row])


def test_folders_say_what_is_in_them_where_names_do_not(tmp_path: Path) -> None:
    fill(people(tmp_path), "pearson_r/{}.txt", PEARSON - np.eye(4), None)
    fill(tmp_path, "pvalues/{}.txt", np.abs(PEARSON), None)
    fill(tmp_path, "Motion/{}.txt", SERIES[:, :, :3], None)
    found = read(tmp_path).settled()
    assert found.interpretation.connectome is not None
    assert found.interpretation.connectome.values == R
    assert found.connectomes is not None
    np.testing.assert_allclose(found.connectomes, TRUTH, atol=1e-6)


@pytest.mark.parametrize("name", ["{}.csv", "{}/func/ts.csv", "sub-{}_timeseries.csv"])
def test_files_of_people_who_are_not_listed_are_refused(tmp_path: Path, name: str) -> None:
    fill(people(tmp_path, IDS[:3]), name)
    with pytest.raises(CohortError, match="004"):
        read(tmp_path)


def test_a_file_of_the_whole_group_is_left_and_said(tmp_path: Path) -> None:
    fill(people(tmp_path), "{}.csv")
    write(tmp_path / "group_mean.csv", SERIES[0])
    found = read(tmp_path).settled()
    assert "group_mean.csv" in {each.what for each in found.interpretation.left_alone}


@pytest.mark.parametrize("name", ["{}.csv", "sub-{}_timeseries.csv"])
def test_a_table_without_a_header_loses_nobody(tmp_path: Path, name: str) -> None:
    fill(tmp_path, name)
    (tmp_path / "labels.csv").write_text("".join(f"{x},{n % 2}\n" for n, x in enumerate(IDS)))
    with pytest.raises(CohortError, match="has no header: its first line holds 001"):
        read(tmp_path)


def test_lists_with_fewer_edges_than_regions_are_no_series(tmp_path: Path) -> None:
    for subject, one in zip(IDS, PEARSON, strict=True):
        rows = [(a, 3, one[a, 3]) for a in (2, 0, 1)]
        np.savetxt(people(tmp_path) / f"sub-{subject}_edges.txt", rows, fmt="%g")
    with pytest.raises(CohortError, match="look like lists of edges"):
        read(tmp_path)


TABLES: dict[str, Callable[[pd.DataFrame, Path], object]] = {
    "csv": lambda table, path: table.to_csv(path, index=False),
    "tsv": lambda table, path: table.to_csv(path, index=False, sep="\t"),
    "xlsx": lambda table, path: table.to_excel(path, index=False),
    "ods": lambda table, path: table.to_excel(path, index=False),
    "dta": lambda table, path: table.to_stata(path, write_index=False),
    "sav": pyreadstat.write_sav,
    "zsav": lambda table, path: pyreadstat.write_sav(table, path, compress=True),
    "parquet": lambda table, path: table.to_parquet(path, index=False),
    "feather": lambda table, path: table.to_feather(path),
}


@pytest.mark.parametrize("kind", TABLES)
def test_the_table_of_subjects_is_of_any_kind(kind: str, tmp_path: Path) -> None:
    table = pd.DataFrame({"participant_id": list(IDS), "group": ["HC", "ASD", "HC", "ASD"],
                          "age": [20.5, 31.0, 42.0, 53.0]})  # fmt: skip
    TABLES[kind](table, tmp_path / f"subjects.{kind}")
    for row, subject in enumerate(IDS):
        write(tmp_path / f"ROISignals_{subject}.txt", SERIES[row], None)
    found = read(tmp_path).settled()
    assert found.subjects.ids == IDS
    assert found.subjects.labels.tolist() == [0, 1, 0, 1]
    assert [each.name for each in found.subjects.covariates] == ["age"]
    assert found.connectomes is not None
    np.testing.assert_allclose(found.connectomes, TRUTH, rtol=1e-5)


@pytest.mark.parametrize("kind", ["dta", "sav", "parquet"])
def test_a_table_that_is_none_of_its_name_is_named(kind: str, tmp_path: Path) -> None:
    (tmp_path / f"subjects.{kind}").write_bytes(b"not a table at all")
    for row, subject in enumerate(IDS):
        write(tmp_path / f"ROISignals_{subject}.txt", SERIES[row], None)
    with pytest.raises(CohortError, match=f"subjects.{kind} is not the table"):
        read(tmp_path)
