"""From file to figure: what was found wrong in the product, and training on files as they are."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphnet.__main__ import main
from graphnet.data.cohorts import cohort_of
from graphnet.data.splits import Splits
from graphnet.data.storage import load, save
from graphnet.data.synthetic import cohort_table
from graphnet.evaluation.folds import stratified
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
    files,
    fisher,
    labels,
    one_measure,
    outcome,
    settled,
    table_series,
    text_series,
    told,
    upper,
)

QUICK = ("--epochs", "3", "--cv-folds", "0", "--no-baselines", "--no-explain", "--device", "cpu")
SEVERAL = "05_several_files_each"
SPELLINGS = "08_same_subject_two_spellings"
NOT_FIRST = "14_id_column_not_first"


@pytest.fixture(scope="module")
def product(wild: Path) -> Path:
    return wild / "product"


def train(tmp_path: Path, *arguments: str | Path) -> dict[str, object]:
    """Train as from the command line; the result."""
    assert main([*map(str, arguments), "--out", str(tmp_path / "out"), *QUICK]) == 0
    result: dict[str, object] = json.loads((tmp_path / "out" / "result.json").read_text())
    return result


def finite(value: object) -> bool:
    """Whether no number in here is infinite or none."""
    return "NaN" not in json.dumps(value) and "Infinity" not in json.dumps(value)


def test_empty_cells_stay_in_their_place(product: Path) -> None:
    """Each subject lacks another region: nine edges of ten regions."""
    path = product / "01_empty_cells_each_subject_another"
    dataset = outcome(path).dataset
    assert dataset.regions == tuple(f"P{number}" for number in range(1, 11))
    tables = [table_series(file) for file in files(path, "*timeseries.tsv")]
    assert [np.isnan(each).all(0).sum() for each in tables] == [1, 1, 1, 1]
    found = edges(dataset)
    assert np.isnan(found).sum(1).tolist() == [9, 9, 9, 9]
    close(found, np.array([fisher(each) for each in tables]))
    assert dataset.interpretation.series is not None
    assert dataset.interpretation.series.most_points == 100


def test_a_header_of_numbers_is_no_time_point(product: Path) -> None:
    path = product / "03_numeric_header"
    dataset = outcome(path).dataset
    tables = [table_series(file) for file in files(path, "*timeseries.tsv")]
    assert [each.shape for each in tables] == [(100, 5)] * 4
    assert dataset.interpretation.series is not None
    assert dataset.interpretation.series.least_points == 100
    assert dataset.interpretation.series.header
    assert dataset.regions == ("1", "2", "3", "4", "5")
    assert edges(dataset)[0, 0] == pytest.approx(0.0665, abs=5e-5)
    close(edges(dataset), np.array([fisher(each) for each in tables]))


CHOICES = {
    "atlases_same_size": ("files.", {"Glasser": "*Glasser*", "Gordon": "*Gordon*"}),
    "atlases_two_sizes": ("files.", {"Gordon": "*Gordon*", "Tian": "*Tian*"}),
    "dpabi_two_sessions": ("files.", {"S2_": "S2_*/*/ROI*", "Results": "Results/*/ROI*"}),
}


@pytest.mark.parametrize("name", CHOICES)
def test_which_of_several_files_is_asked(product: Path, name: str) -> None:
    path = product / SEVERAL / name
    key, patterns = CHOICES[name]
    found = {value: each.dataset for value, each in choices(path, key).items()}
    assert len(found) == 2
    for pattern in patterns.values():
        matching = sorted(each for each in path.glob(f"**/{pattern}") if each.is_file())
        wanted = np.array([fisher(text_series(file)) for file in matching])
        same = [
            each for each in found.values()
            if edges(each).shape == wanted.shape and np.allclose(edges(each), wanted, rtol=1e-6)
        ]  # fmt: skip
        assert len(same) == 1, pattern


@pytest.mark.parametrize(
    ("name", "pattern"), [("confounds", "*atlas-AAL*"), ("motion", "*seg-AAL*")]
)
def test_confounds_and_motion_are_never_regions(product: Path, name: str, pattern: str) -> None:
    """Certain, or asked; but no answer gives the motion for a brain."""
    path = product / SEVERAL / name
    wanted = np.array([fisher(text_series(file)) for file in files(path, pattern)])
    found = outcome(path)
    if found.kind == ASK:
        for question in found.questions:
            for choice in question.choices:
                assert "confounds" not in choice.value
                assert "motion" not in choice.value
    close(edges(settled(path).dataset), wanted)


@pytest.mark.parametrize("name", ["runs", "sessions"])
def test_files_that_not_everybody_has_are_asked(product: Path, name: str) -> None:
    """One subject has more runs than the other; the one that both have is offered."""
    path = product / SEVERAL / name
    key, common, pattern = (
        ("files.run", "1", "*run-1_*") if name == "runs" else ("files.ses", "pre", "*ses-pre_*")
    )
    found = outcome(path)
    if found.kind == REFUSE:
        assert "sub-02" in found.refusal or "02" in found.refusal
        return
    assert common in {choice.value for choice in found.question(key).choices}
    wanted = np.array([fisher(text_series(file)) for file in files(path, pattern)])
    assert wanted.shape[0] == 2
    close(edges(answered(path, {key: common}).dataset), wanted)
    for value, other in choices(path, key).items():
        if value != common:
            assert other.kind == REFUSE, f"{value} is not there for sub-02"
            assert "02" in other.refusal


def test_infinite_values_are_counted_once_and_trained_on_by_nobody(product: Path) -> None:
    path = product / "07_infinite_by_service" / "alff.csv"
    dataset = outcome(path).dataset
    wanted = pd.read_csv(path).to_numpy()[:, 2:].astype(np.float64)
    assert np.isinf(wanted).sum() == 12
    np.testing.assert_array_equal(one_measure(dataset), wanted)
    cohort = cohort_of(dataset, "alff")
    counts: dict[str, int] = {}
    for finding in cohort.findings:
        counts[finding.rule] = counts.get(finding.rule, 0) + finding.count
    assert counts == {"infinite": 12, "broken": 78}
    assert np.isfinite(cohort.features).sum() == 40 * 90 - 90


def test_infinite_values_survive_being_kept(product: Path, tmp_path: Path) -> None:
    """The service opens what was kept, so its findings are those of the file."""
    dataset = outcome(product / "07_infinite_by_service" / "alff.csv").dataset
    save(dataset, tmp_path)
    kept = load(tmp_path)
    assert cohort_of(kept, "alff").findings == cohort_of(dataset, "alff").findings


def shared(product: Path, left: str, right: str) -> int:
    """How many test subjects are training subjects."""
    cohorts = [
        cohort_of(outcome(product / SPELLINGS / name).dataset, name) for name in (left, right)
    ]
    return len(Splits(cohorts[0], None, cohorts[1]).shared("train", "test"))


@pytest.mark.parametrize(
    ("left", "right", "count"),
    [("A.csv", "B.npz", 12), ("A.csv", "B2.csv", 12), ("A.csv", "B.csv", 11),
     ("P.csv", "Q.csv", 12), ("P.csv", "S.csv", 12)],
)  # fmt: skip
def test_a_person_in_two_spellings_is_one_person(
    product: Path, left: str, right: str, count: int
) -> None:
    assert shared(product, left, right) == count


def test_two_people_stay_two(product: Path) -> None:
    for name, ids in (("0012_and_12.csv", ("0012", "12")), ("1.10_and_1.1.csv", ("1.10", "1.1"))):
        dataset = outcome(product / SPELLINGS / name).dataset
        assert dataset.subjects.ids == ids
        assert one_measure(dataset).tolist() == [[0.1, 0.2, 0.3], [0.2, 0.3, 0.4]]
    long_ids = outcome(product / SPELLINGS / "long_ids_one_missing.csv").dataset.subjects.ids
    assert long_ids[:2] == ("1234567890123456789", "1234567890123456790")
    assert long_ids[2] == ""
    assert len(long_ids) == 3


def test_blanks_around_an_id_do_not_count(product: Path) -> None:
    ids = outcome(product / SPELLINGS / "S.csv").dataset.subjects.ids
    assert [each.strip() for each in ids] == [f"sub-{number:03}" for number in range(1, 13)]


@pytest.mark.parametrize("name", ["z_below_1.csv", "trn.csv", "new.csv"])
def test_pairs_are_fishers_z_whatever_their_range(product: Path, name: str) -> None:
    path = product / "10_fisher_z_below_1" / name
    wanted = pd.read_csv(path)[["FC_1_2", "FC_1_3", "FC_2_3"]].to_numpy()
    assert (np.abs(wanted).max() < 1) == (name != "new.csv")
    dataset = outcome(path).dataset
    close(edges(dataset), wanted)
    assert dataset.interpretation.connectome is not None
    assert dataset.interpretation.connectome.values == "z"
    assert cohort_of(dataset, name).edges == "z"


def test_z_above_and_below_1_go_together(product: Path, tmp_path: Path) -> None:
    """What edges are is known from the files, not from the values of one fold or split."""
    folder = product / "10_fisher_z_below_1"
    result = train(
        tmp_path, "--train", folder / "trn.csv", "--test", folder / "new.csv", "--graph", "partial"
    )
    assert finite(result)


def test_a_relmat_of_correlations_becomes_z(product: Path) -> None:
    path = product / "12_relmat_of_r_taken_as_z"
    dataset = outcome(path).dataset
    tables = [table_series(file) for file in files(path, "*relmat.tsv")]
    close(edges(dataset), np.array([np.arctanh(upper(each)) for each in tables]))
    assert edges(dataset)[0, 0] == pytest.approx(0.5493, abs=5e-5)
    assert dataset.regions == ("L_Default_1", "L_Vis_2", "L_None_3", "L_SMhand_4", "L_Aud_5")
    assert dataset.interpretation.connectome is not None
    assert dataset.interpretation.connectome.values == "r"


def first_four(path: Path) -> FloatArray:
    return np.array([fisher(text_series(file)) for file in files(path, "ROISignals_*.txt")])


@pytest.mark.parametrize(
    ("name", "ids"),
    [("a_ID_LABEL", ("0050952", "0050953", "0050954", "0050955")),
     ("b_LABEL_ID", ("0050952", "0050953", "0050954", "0050955")),
     ("c_index_ID_LABEL", ("0050952", "0050953", "0050954", "0050955")),
     ("i_semicolon", ("0050952", "0050953", "0050954", "0050955")),
     ("q_id_NA", ("NA", "NB", "NC", "ND"))],
)  # fmt: skip
def test_ids_are_found_wherever_they_stand(product: Path, name: str, ids: tuple[str, ...]) -> None:
    path = product / NOT_FIRST / name
    dataset = outcome(path).dataset
    assert dataset.subjects.ids == ids
    assert labels(dataset) == alternating(4)
    close(edges(dataset), first_four(path))


def test_a_gap_among_ids_is_passed_over_or_named(product: Path) -> None:
    path = product / NOT_FIRST / "g_second_no_zero_with_gap"
    found = outcome(path)
    if found.kind == REFUSE:
        assert "subjects.csv" in found.refusal
        assert "101.0" not in found.refusal
        return
    assert found.dataset.subjects.ids == ("101", "102", "103", "104")
    close(edges(found.dataset), first_four(path))
    assert "row" in told(found.dataset) or "id" in told(found.dataset)


def test_a_partial_model_can_be_loaded_again(product: Path, tmp_path: Path) -> None:
    table = product / "18_partial_model_cannot_be_read" / "trn.csv"
    graph = ("--graph", "partial", "--density", "0.4")
    assert finite(train(tmp_path / "first", "--train", table, *graph))
    parent = tmp_path / "first" / "out"
    assert finite(train(tmp_path / "second", "--train", table, "--parent", parent))


def test_a_partial_graph_of_three_regions_trains_as_it_is(product: Path, tmp_path: Path) -> None:
    """Nobody gave a density, so the usual one must not be the reason to refuse."""
    table = product / "18_partial_model_cannot_be_read" / "trn.csv"
    assert finite(train(tmp_path, "--train", table, "--graph", "partial"))


def test_harmonising_survives_a_region_of_zeros(wild: Path, tmp_path: Path) -> None:
    table = wild / "series" / "b02_two_sites_one_region_zero_in_all.csv"
    result = train(tmp_path, "--train", table, "--harmonise")
    assert finite(result)
    assert "10" in json.dumps(result["warnings"]) or "constant" in json.dumps(result)


def test_harmonising_one_region_is_finite_and_said(wild: Path, tmp_path: Path) -> None:
    table = wild / "series" / "b03_one_region_one_measure_two_sites.csv"
    result = train(tmp_path, "--train", table, "--harmonise")
    assert finite(result)
    assert "one measure of one region was harmonised" in json.dumps(result["warnings"])


def test_two_scans_of_a_person_are_in_one_fold(wild: Path) -> None:
    dataset = outcome(wild / "series" / "b11_two_scans_each.csv").dataset
    cohort = cohort_of(dataset, "b11")
    assert len(set(cohort.ids)) == 20
    for fold in stratified(cohort.labels, cohort.ids, folds=5, repeats=2, seed=0):
        inside = {cohort.ids[row] for row in fold.train}
        assert not inside & {cohort.ids[row] for row in fold.test}


def test_a_site_that_is_a_class_is_warned_of(wild: Path, tmp_path: Path) -> None:
    result = train(tmp_path, "--train", wild / "series" / "b12_site_is_class.csv")
    warned = [each for each in result["warnings"] if "site" in each and "class" in each]  # type: ignore[attr-defined]
    assert warned


@pytest.mark.parametrize("name", ["b13_test_same_ids.csv", "b13_test_same_people_sub_prefix.csv"])
def test_all_forty_test_subjects_are_known(wild: Path, tmp_path: Path, name: str) -> None:
    folder = wild / "series"
    result = train(tmp_path, "--train", folder / "b13_train.csv", "--test", folder / name)
    assert "40" in " ".join(str(each) for each in result["warnings"])  # type: ignore[attr-defined]
    evidence = json.loads((tmp_path / "out" / "evidence.json").read_text())
    assert _known(evidence) == 40


def _known(evidence: object) -> int:
    """How many test subjects the evidence marks as seen in training."""
    if isinstance(evidence, dict):
        if isinstance(evidence.get("test"), dict) and "known" in evidence["test"]:
            return sum(bool(each) for each in evidence["test"]["known"])
        return max((_known(each) for each in evidence.values()), default=0)
    return 0


def test_one_class_is_not_trained_on(
    wild: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = wild / "series" / "b17_controls_only.csv"
    assert main(["--train", str(table), "--out", str(tmp_path / "out"), *QUICK]) == 1
    assert "class" in capsys.readouterr().err


def test_an_answer_is_given_on_the_command_line(
    wild: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = str(wild / "series" / "b01_abide_1_autism_2_control.csv")
    out = str(tmp_path / "out")
    assert main(["--train", table, "--out", out, *QUICK]) == 1
    assert "--map class.positive=1" in capsys.readouterr().err
    assert main(["--train", table, "--out", out, "--map", "class.positive=1", *QUICK]) == 0


def test_nothing_else_is_found_in_a_made_up_cohort(tmp_path: Path) -> None:
    """A table of our own, so that not every file here is a trap."""
    table = cohort_table("A", 0, 12, seed=0)
    table.to_csv(tmp_path / "plain.csv", index=False)
    found = outcome(tmp_path / "plain.csv")
    assert found.kind == READ
    assert found.dataset.interpretation.left_alone == ()
