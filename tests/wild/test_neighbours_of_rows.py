"""Rows that are no subjects of their own: means, numbers of columns, second scans, rows without id.

What is right was decided before anything was read.
"""

from pathlib import Path

import pytest

from tests.wild.cases import told
from tests.wild.test_same_kinds import COUNT, IDS, VALUES, is_base, of, table

LINES = table().splitlines()
MEANS = ",".join(f"{mean:.4f}" for mean in VALUES.mean(axis=0))


@pytest.mark.parametrize("names", [("Mean HC", "Mean SZ"), ("Mean HC", "SD HC", "Mean (SZ)")])
def test_means_of_groups_below_a_table_are_no_subjects(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    refusal = of(tmp_path, table() + "".join(f"{name},,{MEANS}\n" for name in names)).refusal
    assert all(name in refusal for name in names)


@pytest.mark.parametrize("name", ["Max Muster", "Min Lee", "Norman HC"])
def test_people_may_be_called_max(tmp_path: Path, name: str) -> None:
    lines = [*LINES[:-1], LINES[-1].replace(IDS[-1], name)]
    assert of(tmp_path, "\n".join(lines)).dataset.subjects.ids[-1] == name


@pytest.mark.parametrize("first", [0, 1])
def test_a_row_that_numbers_the_columns_is_no_subject(tmp_path: Path, first: int) -> None:
    numbers = ",".join(str(first + place) for place in range(len(LINES[0].split(","))))
    refusal = of(tmp_path, "\n".join([LINES[0], numbers, *LINES[1:]])).refusal
    assert "Row 2" in refusal


def test_a_row_without_an_id_is_said(tmp_path: Path) -> None:
    found = of(tmp_path, table() + f",,{MEANS}\n").dataset
    assert len(found) == COUNT + 1
    assert f"Row {COUNT + 2} of" in told(found)


@pytest.mark.parametrize(
    "ends", [("_run-1", "_run-2"), ("_ses-1", "_ses-2"), ("_bl", "_m12"), ("_1", "_2")]
)
def test_ids_that_differ_in_a_visit_alone_are_said(tmp_path: Path, ends: tuple[str, str]) -> None:
    """The subject would be in training and in test."""
    rows = [line.replace(",", f"{end},", 1) for end in ends for line in LINES[1:]]
    said = told(of(tmp_path, "\n".join([LINES[0], *rows])).dataset)
    assert f"{IDS[0]}{ends[0]} and {IDS[0]}{ends[1]}" in said
    assert f"such as {IDS[0]}." in said


@pytest.mark.parametrize("named", ["sub_{}", "{}_ses-1", "HC_T{}", "A_{}"])
def test_ids_that_differ_in_more_are_not_said_to_be_of_one_subject(
    tmp_path: Path, named: str
) -> None:
    rows = [
        line.replace(subject, named.format(row))
        for row, (subject, line) in enumerate(zip(IDS, LINES[1:], strict=True))
    ]
    assert "visits" not in told(of(tmp_path, "\n".join([LINES[0], *rows])).dataset)


def test_a_measure_of_another_kind_of_region_is_said_to_be_a_covariate(tmp_path: Path) -> None:
    columns = ("lesion_volume", "GMV_1", "GMV_2", "GMV_3", "GMV_4", "GMV_5")
    found = of(tmp_path, table(columns=columns)).dataset
    assert [covariate.name for covariate in found.subjects.covariates] == ["lesion_volume"]
    assert "lesion_volume of cohort.csv" in told(found)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("grup", ("kontrol", "hasta")),
        ("grupa", ("kontrola", "pacjent")),
        ("Diagnose", ("Gesunde Kontrolle", "Patient")),
    ],
)
def test_controls_of_more_languages(tmp_path: Path, column: str, words: tuple[str, str]) -> None:
    lines = [LINES[0].replace("LABEL", column)]
    lines += [
        line.replace(f"{subject},{row % 2}", f"{subject},{words[row % 2]}")
        for row, (subject, line) in enumerate(zip(IDS, LINES[1:], strict=True))
    ]
    is_base(of(tmp_path, "\n".join(lines)).dataset)


@pytest.mark.parametrize("column", ["group", "SITE"])
def test_a_class_or_site_on_the_first_row_of_its_block_alone_is_refused(
    tmp_path: Path, column: str
) -> None:
    """Merged cells that were saved as text: the other rows are of the same class."""
    words = {0: "HC", COUNT // 2: "SZ"}
    lines = [f"{LINES[0]},{column}".replace("LABEL", "LABEL" if column == "SITE" else "AGE")]
    lines += [f"{line},{words.get(row, '')}" for row, line in enumerate(LINES[1:])]
    refusal = of(tmp_path, "\n".join(lines)).refusal
    assert column in refusal
    assert "every row" in refusal


def test_a_class_that_is_known_of_a_few_is_read(tmp_path: Path) -> None:
    words = {3: "HC", 5: "SZ", 7: "HC"}
    lines = [LINES[0].replace("LABEL", "AGE") + ",group"]
    lines += [f"{line},{words.get(row, '')}" for row, line in enumerate(LINES[1:])]
    assert len(of(tmp_path, "\n".join(lines)).dataset) == COUNT
