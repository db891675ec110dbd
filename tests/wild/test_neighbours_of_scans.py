"""Several scans of a subject on rows of their own: never one in training and another in test.

What is right was decided before anything was read.
"""

from pathlib import Path

import numpy as np
import pytest
import scipy.io

from graphnet.data.cohorts import cohort_of
from graphnet.evaluation.folds import stratified
from tests.wild.cases import Outcome, close, edges, fisher, outcome, told
from tests.wild.test_same_kinds import (
    COUNT,
    IDS,
    SCANS,
    SERIES,
    TRUTH,
    of,
    table,
    text_of,
)

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
              ("S1_{}", "S2_{}"), ("pre_{}", "post_{}"), ("{}_V1_MR", "{}_V2_MR"),
              ("{}_20200101", "{}_20210202"), ("{} (1)", "{} (2)"), ("{}#1", "{}#2"),
              ("{}V1", "{}V2"), ("{}_wk0", "{}_wk8"), ("{}_第1次", "{}_第2次"),
              ("{}_前测", "{}_后测")]
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


# Files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["_run-{}", "_ses-{}", "_ses-{}_run-1", "_task-rest_run-{}"])
def test_files_of_scans_that_the_table_lists_are_read(tmp_path: Path, way: str) -> None:
    listed = way.replace("_task-rest", "")
    rows = []
    for row, subject in enumerate(SCANS):
        for scan in (1, 2):
            name = f"{subject}{way.format(scan)}_timeseries.tsv"
            (tmp_path / name).write_text(text_of(SERIES[row] * scan + scan * SERIES[row - 1]))
            rows.append(f"{subject}{listed.format(scan)},{row % 2}\n")
    (tmp_path / "subjects.csv").write_text("ID,LABEL\n" + "".join(rows))
    found = outcome(tmp_path).dataset
    assert found.subjects.ids == tuple(subject for subject in SCANS for _ in range(2))
    wanted = [fisher(SERIES[row] * scan + scan * SERIES[row - 1])
              for row in range(len(SCANS)) for scan in (1, 2)]  # fmt: skip
    close(edges(found), np.array(wanted))


@pytest.mark.parametrize("step", [0.72, 2.0, 2000.0])
def test_a_column_that_goes_on_evenly_is_asked_about(tmp_path: Path, step: float) -> None:
    """Times without a name would be a region more."""
    for row, subject in enumerate(SCANS):
        times = step * np.arange(len(SERIES[row]))[:, None]
        (tmp_path / f"{subject}.txt").write_text(text_of(np.hstack([times, SERIES[row]])))
    rows = [f"{subject},{row % 2}\n" for row, subject in enumerate(SCANS)]
    (tmp_path / "subjects.csv").write_text("ID,LABEL\n" + "".join(rows))
    outcome(tmp_path).question("index")
    close(edges(outcome(tmp_path, index="index").dataset), TRUTH)


@pytest.mark.parametrize("ending", ["xlsx", "parquet", "json"])
def test_files_of_one_subject_in_formats_of_tables_are_refused_with_the_way_out(
    tmp_path: Path, ending: str
) -> None:
    for subject in SCANS:
        (tmp_path / f"{subject}.{ending}").write_bytes(b"PK\x03\x04")
    rows = [f"{subject},{row % 2}\n" for row, subject in enumerate(SCANS)]
    (tmp_path / "subjects.csv").write_text("ID,LABEL\n" + "".join(rows))
    assert f".{ending}: save each as CSV" in outcome(tmp_path).refusal


def test_cells_with_a_matrix_each_are_read_under_any_documented_name(tmp_path: Path) -> None:
    cells = np.empty((len(SCANS), 1), dtype=object)
    for row, series in enumerate(SERIES):
        cells[row, 0] = np.corrcoef(series.T)
    labelled = np.arange(len(SCANS))[:, None] % 2
    scipy.io.savemat(tmp_path / "cohort.mat", {"FC": cells, "labels": labelled})
    close(edges(outcome(tmp_path / "cohort.mat").dataset), TRUTH)


def test_files_whose_names_say_nothing_are_named_beside_matrices(tmp_path: Path) -> None:
    for row, subject in enumerate(SCANS):
        matrix = text_of(np.asarray(np.corrcoef(SERIES[row].T)))
        (tmp_path / f"{subject}_relmat.tsv").write_text(matrix)
        (tmp_path / f"{subject}_relmat_again.tsv").write_text(matrix)
    rows = [f"{subject},{row % 2}\n" for row, subject in enumerate(SCANS)]
    (tmp_path / "subjects.csv").write_text("ID,LABEL\n" + "".join(rows))
    left = outcome(tmp_path).dataset.interpretation.left_alone
    assert any("relmat_again" in str(item.what) for item in left)
