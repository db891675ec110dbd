"""Rows that are no subjects of their own: means, numbers of columns, second scans, rows without id.

What is right was decided before anything was read.
"""

from pathlib import Path

import pandas as pd
import pytest

from tests.wild.cases import outcome, told
from tests.wild.test_same_kinds import COUNT, IDS, VALUES, is_base, of, table

LINES = table().splitlines()
MEANS = ",".join(f"{mean:.4f}" for mean in VALUES.mean(axis=0))


@pytest.mark.parametrize(
    "names",
    [("Mean HC", "Mean SZ"), ("Mean HC", "SD HC", "Mean (SZ)"), ("HC mean", "SZ mean"),
     ("Mean ± SD",), ("p-value",), ("N=24", "t", "p")],
)  # fmt: skip
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


SUMS = ",".join(f"{total:.4f}" for total in VALUES.sum(axis=0))
SPREADS = ",".join(f"{spread:.3f}" for spread in VALUES.std(axis=0, ddof=1))
OF_CLASS = ",".join(f"{mean:.4f}" for mean in VALUES[::2].mean(axis=0))


@pytest.mark.parametrize(
    "below",
    [f",,{MEANS}\n", f",,{MEANS}\n,,{SPREADS}\n", f",0.5,{MEANS}\n", f",Mean,{MEANS}\n",
     f",,{SUMS}\n", f",0,{OF_CLASS}\n"],
)  # fmt: skip
def test_figures_below_a_table_without_an_id_are_left_out(tmp_path: Path, below: str) -> None:
    found = of(tmp_path, table() + below).dataset
    is_base(found)
    assert f"{COUNT + 2}" in told(found)
    assert "left out" in told(found)


def test_figures_below_a_table_without_ids_are_left_out(tmp_path: Path) -> None:
    lines = [line.partition(",")[2] for line in [*LINES, f",,{MEANS}"]]
    found = of(tmp_path, "\n".join(lines)).dataset
    assert len(found) == COUNT
    assert f"Row {COUNT + 2}" in told(found)


def test_a_row_without_id_and_class_is_left_out(tmp_path: Path) -> None:
    others = ",".join(f"{value:.4f}" for value in VALUES[3] + 0.01)
    found = of(tmp_path, "\n".join([*LINES[:5], f",,{others}", *LINES[5:]])).dataset
    is_base(found)
    assert "Row 6 of" in told(found)


def test_a_row_with_a_class_and_no_id_is_said(tmp_path: Path) -> None:
    others = ",".join(f"{value:.4f}" for value in VALUES[3] + 0.01)
    found = of(tmp_path, table() + f",1,{others}\n").dataset
    assert len(found) == COUNT + 1
    assert f"Row {COUNT + 2} of" in told(found)


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


def test_names_with_blanks_in_parquet_are_those_without(tmp_path: Path) -> None:
    columns = {"ID ": IDS, " LABEL": [row % 2 for row in range(COUNT)]}
    columns |= {
        f" GMV_{region + 1} ": VALUES[:, region].tolist() for region in range(VALUES.shape[1])
    }
    pd.DataFrame(columns).to_parquet(tmp_path / "cohort.parquet")
    is_base(outcome(tmp_path / "cohort.parquet").dataset)
