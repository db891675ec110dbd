"""Several scans of a subject on rows of their own: never one in training and another in test.

What is right was decided before anything was read.
"""

from pathlib import Path

import pytest

from graphnet.data.cohorts import cohort_of
from graphnet.evaluation.folds import stratified
from tests.wild.cases import Outcome, outcome, told
from tests.wild.test_same_kinds import COUNT, IDS, of, table

LINES = table().splitlines()


def scans_of(tmp_path: Path, *named: str, lines: list[str] = LINES) -> Outcome:
    """Every row once for each way to name the scan of a subject."""
    rows = [line.replace(line.split(",")[0], way.format(line.split(",")[0]), 1)
            for way in named for line in lines[1:]]  # fmt: skip
    return of(tmp_path, "\n".join([lines[0], *rows]))


def stay_together(found: Outcome) -> None:
    """Two rows for each subject, and no fold that tests one of them and trains on the other."""
    cohort = cohort_of(found.dataset, "A")
    assert sorted(cohort.persons) == sorted(2 * IDS)
    for fold in stratified(cohort.labels, cohort.persons, folds=4, repeats=1, seed=0):
        tested = {cohort.persons[row] for row in fold.test}
        assert tested.isdisjoint(cohort.persons[row] for row in fold.train)


@pytest.mark.parametrize(
    "ends", [("_run-1", "_run-2"), ("_ses-01", "_ses-02"), ("_ses-pre", "_ses-post"),
             ("_ses-1_run-1", "_ses-2_run-1")]
)  # fmt: skip
def test_sessions_and_runs_of_bids_are_of_one_subject(
    tmp_path: Path, ends: tuple[str, str]
) -> None:
    found = scans_of(tmp_path, *(f"{{}}{end}" for end in ends))
    stay_together(found)
    assert f"{IDS[0]}{ends[0]} and {IDS[0]}{ends[1]}" in told(found.dataset)
    assert outcome(tmp_path / "cohort.csv", scans="apart").dataset.subjects.ids[0] == (
        f"{IDS[0]}{ends[0]}"
    )


@pytest.mark.parametrize(
    "named", [("{}_T1", "{}_T2"), ("{}_bl", "{}_m12"), ("{}_1", "{}_2"), ("{}a", "{}b"),
              ("S1_{}", "S2_{}"), ("pre_{}", "post_{}"), ("{}_V1_MR", "{}_V2_MR")]
)  # fmt: skip
def test_what_may_be_two_scans_is_asked(tmp_path: Path, named: tuple[str, str]) -> None:
    question = scans_of(tmp_path, *named).question("scans")
    assert [choice.value for choice in question.choices] == ["together", "apart"]
    stay_together(outcome(tmp_path / "cohort.csv", scans="together"))
    apart = outcome(tmp_path / "cohort.csv", scans="apart").dataset
    assert apart.subjects.ids[0] == named[0].format(IDS[0])


def test_days_of_oasis_are_scans_of_one_subject(tmp_path: Path) -> None:
    lines = [line.replace("00509", "OAS30009", 1) for line in LINES]
    found = scans_of(tmp_path, "{}_MR_d0129", "{}_MR_d2430", lines=lines).dataset
    assert set(found.subjects.ids) == {name.replace("00509", "OAS30009") for name in IDS}


def test_scans_of_two_classes_are_asked_about_and_not_read_together(tmp_path: Path) -> None:
    """They may be of a subject who fell ill."""
    rows = [line.replace(",", f"_ses-{ses},", 1).replace(f",{row % 2},", f",{ses - 1},", 1)
            for ses in (1, 2) for row, line in enumerate(LINES[1:])]  # fmt: skip
    of(tmp_path, "\n".join([LINES[0], *rows])).question("scans")
    path = tmp_path / "cohort.csv"
    assert "different classes" in outcome(path, scans="together").refusal
    assert len(outcome(path, scans="apart").dataset) == 2 * COUNT


@pytest.mark.parametrize("scans", [2, 3])
def test_a_column_of_subjects_is_used_beside_one_of_scans(tmp_path: Path, scans: int) -> None:
    """Of three scans a subject the column of subjects had few values: it was left for text."""
    lines = [f"scan_id,{LINES[0].replace('ID', 'subject_id', 1)}"]
    lines += [f"scan{scan}{row:02},{line}"
              for scan in range(scans) for row, line in enumerate(LINES[1:])]  # fmt: skip
    found = of(tmp_path, "\n".join(lines)).dataset
    assert found.subjects.ids == scans * tuple(IDS)
    assert "subject_id was used" in told(found)


@pytest.mark.parametrize("scans", [2, 3])
def test_a_column_of_subjects_is_asked_about_beside_one_of_ids(tmp_path: Path, scans: int) -> None:
    lines = [f"ID,{LINES[0].replace('ID', 'subject', 1)}"]
    lines += [f"x{scan}{row:02},{line}"
              for scan in range(scans) for row, line in enumerate(LINES[1:])]  # fmt: skip
    question = of(tmp_path, "\n".join(lines)).question("id")
    assert [choice.value for choice in question.choices] == ["subject", "ID"]
    assert f"{COUNT} subjects on {scans * COUNT} rows" in question.choices[0].label
    assert outcome(tmp_path / "cohort.csv", id="subject").dataset.subjects.ids == (
        scans * tuple(IDS)
    )


@pytest.mark.parametrize("named", ["sub_{}", "{}_ses-1", "HC_T{}", "A_{}", "{}_1"])
def test_ids_that_differ_in_more_are_those_of_subjects(tmp_path: Path, named: str) -> None:
    rows = [line.replace(subject, named.format(f"{row:02}"))
            for row, (subject, line) in enumerate(zip(IDS, LINES[1:], strict=True))]  # fmt: skip
    found = of(tmp_path, "\n".join([LINES[0], *rows])).dataset
    assert found.subjects.ids == tuple(named.format(f"{row:02}") for row in range(COUNT))
    assert "scans" not in told(found)
