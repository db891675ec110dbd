"""Folders whose table and files name subjects, sessions and values in their own ways.

What is right was decided before anything was read.
"""

from pathlib import Path

import numpy as np
import pytest

from tests.wild.cases import (
    alternating,
    choices,
    close,
    edges,
    fisher,
    labels,
    one_measure,
    outcome,
    told,
    upper,
)
from tests.wild.test_same_kinds import SCANNED, SERIES, Text, folder_of, text_of

TRUE = np.stack([fisher(series) for series in SERIES])
SUBJECTS = [f"sub-{number:02}" for number in range(1, SCANNED + 1)]
WORDS = ("HC", "SZ")


def with_table(tmp_path: Path, text: str, files: Text) -> Path:
    """A folder of these files beside a table."""
    folder = folder_of(tmp_path, files)
    (folder / "participants.tsv").write_text(text)
    return folder


# Sessions ------------------------------------------------------------------------------------


def by_session(torn: tuple[int, ...] = ()) -> str:
    """A row per subject and session; who is ``torn`` is of another class in the second."""
    lines = [
        f"{name}\tses-{time}\t{20 + row + time}\t{WORDS[(row + (time == 2 and row in torn)) % 2]}\n"
        for row, name in enumerate(SUBJECTS)
        for time in (1, 2)
    ]
    return "participant_id\tsession_id\tage\tgroup\n" + "".join(lines)


def of_sessions(*sessions: int) -> Text:
    """Series per session; those of the second are of the subjects in another order."""
    return {
        f"{name}_ses-{time}_task-rest_timeseries.tsv": text_of(
            SERIES[row if time == 1 else -1 - row]
        )
        for row, name in enumerate(SUBJECTS)
        for time in sessions
    }


@pytest.mark.parametrize("session", [1, 2])
def test_rows_of_the_session_of_the_files_are_used(tmp_path: Path, session: int) -> None:
    """With its class and its age, also where somebody's class changed."""
    found = outcome(with_table(tmp_path, by_session((2,)), of_sessions(session))).dataset
    wanted = alternating(SCANNED)
    wanted[2] = 1 if session == 2 else 0
    assert labels(found) == wanted
    assert [each.name for each in found.subjects.covariates] == ["age"]
    ages = found.subjects.covariates[0].numbers
    assert ages.tolist() == [20 + row + session for row in range(SCANNED)]


def test_the_session_is_asked_once_and_taken_from_table_and_files(tmp_path: Path) -> None:
    folder = with_table(tmp_path, by_session((2,)), of_sessions(1, 2))
    found = choices(folder, "files.ses")
    close(edges(found["1"].dataset), TRUE)
    close(edges(found["2"].dataset), TRUE[::-1])
    assert labels(found["1"].dataset) == alternating(SCANNED)
    assert labels(found["2"].dataset)[2] == 1


def test_files_without_a_session_are_of_subjects_with_one_class(tmp_path: Path) -> None:
    scans = {f"{name}_timeseries.tsv": text_of(SERIES[row]) for row, name in enumerate(SUBJECTS)}
    found = outcome(with_table(tmp_path, by_session(), scans)).dataset
    assert labels(found) == alternating(SCANNED)
    assert not found.subjects.covariates  # nobody knows at which age
    assert "age" in told(found)


def test_files_without_a_session_are_of_nobody_with_two_classes(tmp_path: Path) -> None:
    scans = {f"{name}_timeseries.tsv": text_of(SERIES[row]) for row, name in enumerate(SUBJECTS)}
    refusal = outcome(with_table(tmp_path, by_session((2,)), scans)).refusal
    assert "sub-03 (HC and SZ)" in refusal


def test_who_is_listed_twice_without_a_session_is_named_with_the_classes(tmp_path: Path) -> None:
    scans = {f"{name}_timeseries.tsv": text_of(SERIES[row]) for row, name in enumerate(SUBJECTS)}
    rows = [f"{name}\t{WORDS[row % 2]}\n" for row, name in enumerate(SUBJECTS)]
    text = "participant_id\tgroup\n" + "".join([*rows, f"{SUBJECTS[0]}\tSZ\n"])
    assert "sub-01 (HC and SZ) more than once" in outcome(with_table(tmp_path, text, scans)).refusal


# Ids -----------------------------------------------------------------------------------------

NUMBERS = range(14, 14 + SCANNED)


@pytest.mark.parametrize("file", ["{}.txt", "ROISignals_{}.txt"])
@pytest.mark.parametrize(
    ("listed", "named"),
    [("NL{:04}", "{}"), ("{}", "NL{:04}"), ("PAT_{:03}", "{:02}"), ("S{}", "Case{:04}")],
)
def test_ids_of_which_the_numbers_are_the_same_are_asked_about(
    tmp_path: Path, listed: str, named: str, file: str
) -> None:
    rows = [f"{listed.format(number)}\t{WORDS[row % 2]}\n" for row, number in enumerate(NUMBERS)]
    scans = {file.format(named.format(n)): text_of(SERIES[row]) for row, n in enumerate(NUMBERS)}
    folder = with_table(tmp_path, "ID\tgroup\n" + "".join(rows), scans)
    question = outcome(folder).question("ids.numbers")
    assert listed.format(14) in question.sentence
    assert named.format(14) in question.sentence
    found = choices(folder, "ids.numbers")
    close(edges(found["same"].dataset), TRUE)
    assert found["same"].dataset.subjects.ids == tuple(listed.format(n) for n in NUMBERS)
    assert listed.format(14) in found["others"].refusal


def test_numbers_that_two_subjects_have_are_not_asked_about(tmp_path: Path) -> None:
    ids = [f"{'AD' if row % 2 else 'NL'}{row // 2:03}" for row in range(SCANNED)]
    rows = [f"{name}\t{WORDS[row % 2]}\n" for row, name in enumerate(ids)]
    scans = {f"{row}.txt": text_of(SERIES[row]) for row in range(SCANNED)}
    assert outcome(with_table(tmp_path, "ID\tgroup\n" + "".join(rows), scans)).refusal


def test_a_number_that_all_files_have_is_nobodys(tmp_path: Path) -> None:
    """The stage of a dual regression, whose subjects are counted from 0: no file is of S08."""
    rows = [f"S{row + 1:02}\t{WORDS[row % 2]}\n" for row in range(SCANNED)]
    scans = {f"dr_stage1_subject{row:05}.txt": text_of(SERIES[row]) for row in range(SCANNED)}
    refusal = outcome(with_table(tmp_path, "ID\tgroup\n" + "".join(rows), scans)).refusal
    assert "dr_stage1_subject00000.txt" in refusal
    assert "files of stage1" not in refusal
    assert "S08" in refusal


@pytest.mark.parametrize("written", ["{}/", "/data/subjects/{}", "..\\subjects\\{}"])
def test_folders_before_ids_are_none_of_them(tmp_path: Path, written: str) -> None:
    """As a shell writes the names of folders, of which FreeSurfer makes its table."""
    names = [f"S{row:02}" for row in range(SCANNED)]
    rows = [f"{written.format(name)}\t{2.5 + row}\t{3 + row}\n" for row, name in enumerate(names)]
    header = "lh.aparc.thickness\tlh_cuneus_thickness\tlh_insula_thickness\n"
    folder = with_table(tmp_path, LISTED, {"lh.txt": header + "".join(rows)})
    found = outcome(folder).dataset
    assert found.subjects.ids == tuple(names)
    assert one_measure(found)[:, 0].tolist() == [2.5 + row for row in range(SCANNED)]
    assert "without folders" in told(found)


# Probabilities -------------------------------------------------------------------------------


def of_matrices(names: list[str], values: np.ndarray) -> Text:
    return {f"{name}.txt": text_of(values[row]) for row, name in enumerate(names)}


CORRELATIONS = np.stack([np.corrcoef(series, rowvar=False) for series in SERIES])
LISTED = "ID\tgroup\n" + "".join(
    f"S{row:02}\t{WORDS[row % 2]}\n" for row in range(SCANNED)
)  # fmt: skip


@pytest.mark.parametrize("end", ["p", "P", "q", "pval"])
def test_probabilities_beside_correlations_are_left_with_the_reason(
    tmp_path: Path, end: str
) -> None:
    files = of_matrices([f"S{row:02}_r" for row in range(SCANNED)], CORRELATIONS)
    files |= of_matrices([f"S{row:02}_{end}" for row in range(SCANNED)], np.abs(CORRELATIONS) / 20)
    found = outcome(with_table(tmp_path, LISTED, files)).dataset
    close(edges(found), np.stack([np.arctanh(upper(one)) for one in CORRELATIONS]))
    assert "p-values" in told(found)
    assert "no id" not in told(found)


def test_a_letter_for_patients_is_none_for_probabilities(tmp_path: Path) -> None:
    names = [f"S{row:02}_{'CP'[row % 2]}" for row in range(SCANNED)]
    found = outcome(with_table(tmp_path, LISTED, of_matrices(names, CORRELATIONS))).dataset
    assert len(found) == SCANNED
