"""Tables next to the known ones: other ways to write a cell, a line, an id; rows that are parts.

What is right was decided before anything was read.
"""

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import openpyxl
import pandas as pd
import pytest

from graphnet.readers.reading import from_json
from tests.wild.cases import close, edges, equal, labels, one_measure, outcome, told
from tests.wild.test_same_kinds import (
    COUNT,
    EDGES,
    IDS,
    PAIRS,
    RANDOM,
    VALUES,
    is_base,
    of,
    table,
)

BARS = table().replace(",", " | ")
Orient = Literal["split", "table", "records", "columns"]
COLUMNS = table().splitlines()[0].count(",") + 1
BOX = "+------" * COLUMNS + "+\n"
LINES = table().splitlines(keepends=True)


def ruled(text: str, ruler: str) -> str:
    """With a line below the header."""
    header, rest = text.split("\n", 1)
    return f"{header}\n{ruler}\n{rest}"


RULED = {
    "Markdown": "".join(
        f"| {line} |\n" for line in ruled(BARS, "---|" * COLUMNS).splitlines()
    ),
    "Markdown, aligned": ruled(BARS, " | ".join([":--- "] + ["---:"] * (COLUMNS - 1))),
    "PostgreSQL": ruled(BARS, "+".join(["-------"] * COLUMNS)),
    "MySQL": BOX + "".join(
        f"| {line} |\n" + (BOX if not row else "") for row, line in enumerate(BARS.splitlines())
    ) + BOX,
    "sqlcmd": ruled(table(separator="   "), " ".join(["-------"] * COLUMNS)),
    "SQL Server, commas": ruled(table(), ",".join(["---"] * COLUMNS)),
}  # fmt: skip


@pytest.mark.parametrize("kind", RULED)
def test_lines_of_dashes_are_no_subjects(tmp_path: Path, kind: str) -> None:
    dataset = of(tmp_path, RULED[kind]).dataset
    is_base(dataset)
    assert "dashes" in told(dataset)


def test_a_subject_of_whom_everything_is_missing_is_no_ruler(tmp_path: Path) -> None:
    lines = [*LINES[:3], f"{IDS[2]},0" + ",-" * 6 + "\n", *LINES[4:]]
    found = of(tmp_path, "".join(lines)).dataset
    assert found.subjects.ids == IDS
    assert np.isnan(one_measure(found)[2]).all()


def test_the_end_of_a_file_of_dos_is_no_row(tmp_path: Path) -> None:
    is_base(of(tmp_path, table() + "\x1a").dataset)


@pytest.mark.parametrize("separator", ["，", "；"])
def test_wide_separators_are_separators(tmp_path: Path, separator: str) -> None:
    is_base(of(tmp_path, table(separator=separator)).dataset)


def test_exponents_of_fortran_are_numbers(tmp_path: Path) -> None:
    text = table(VALUES * 1e-8, shown=lambda value: f"{value:.6e}".replace("e-", "D-"))
    equal(one_measure(of(tmp_path, text).dataset) * 1e8, (VALUES * 1e-8).round(14) * 1e8)


def test_codes_with_a_d_are_words(tmp_path: Path) -> None:
    found = of(tmp_path, table(SITE="1D2")).dataset
    assert set(found.subjects.sites) == {"1D2"}


# Ids ------------------------------------------------------------------------------------------


def with_first(name: str, numbers: list[int]) -> str:
    """The table with another first column; the ids of COBRE have no name."""
    header, *rows = (line.split(",", 1)[1] for line in LINES)
    cells = [f"{number},{row}" for number, row in zip(numbers, rows, strict=True)]
    return f"{name},{header}" + "".join(cells)


@pytest.mark.parametrize("name", ["", "Unnamed: 0"])
@pytest.mark.parametrize("first", [1000, 40000])
def test_long_numbers_without_a_name_are_ids(tmp_path: Path, name: str, first: int) -> None:
    numbers = list(range(first, first + COUNT))
    found = of(tmp_path, with_first(name, numbers)).dataset
    assert found.subjects.ids == tuple(map(str, numbers))
    assert "read as the subject ids" in told(found)


@pytest.mark.parametrize("first", [0, 1])
def test_a_count_of_the_rows_is_no_id(tmp_path: Path, first: int) -> None:
    found = of(tmp_path, with_first("", list(range(first, first + COUNT)))).dataset
    assert set(found.subjects.ids) == {""}


def test_an_index_with_gaps_is_no_id_and_that_is_said(tmp_path: Path) -> None:
    numbers = sorted(RANDOM.permutation(3 * COUNT)[:COUNT].tolist())
    found = of(tmp_path, with_first("", numbers)).dataset
    assert set(found.subjects.ids) == {""}
    assert "name the column ID" in told(found)


def test_keys_of_json_that_are_ids_are_ids(tmp_path: Path) -> None:
    frame = pd.DataFrame(VALUES, columns=[f"GMV_{region}" for region in range(1, 7)], index=IDS)
    text = frame.assign(LABEL=[row % 2 for row in range(COUNT)]).to_json()
    is_base(of(tmp_path, text, "cohort.json").dataset)
    assert tuple(from_json(text, "cohort").ids) == IDS


@pytest.mark.parametrize("orient", ["split", "table", "records", "columns"])
def test_pandas_writes_json_in_several_ways(tmp_path: Path, orient: Orient) -> None:
    frame = pd.read_csv(io.StringIO(table()), dtype={"ID": str})
    is_base(of(tmp_path, frame.to_json(orient=orient), "cohort.json").dataset)


def test_json_with_a_list_per_column_is_read(tmp_path: Path) -> None:
    frame = pd.read_csv(io.StringIO(table()), dtype={"ID": str})
    is_base(of(tmp_path, json.dumps(frame.to_dict("list")), "cohort.json").dataset)


BROKEN_JSON = (
    {"columns": ["ID", "GMV_1"], "index": [0, 1], "data": [["a", 1], ["b"]]},
    {"columns": ["ID", "ID"], "index": [0], "data": [["a", 1]]},
    {"columns": ["ID", "GMV_1"], "index": [0], "data": [["a", 1], ["b", 2]]},
    {"columns": ["ID", "GMV_1"], "index": [0], "data": [1]},
    {"ID": ["a", "b"], "GMV_1": [1]},
)


@pytest.mark.parametrize("content", BROKEN_JSON)
def test_lists_of_other_lengths_are_no_table(tmp_path: Path, content: dict[str, object]) -> None:
    assert "JSON" in of(tmp_path, json.dumps(content), "cohort.json").refusal or (
        "other rows" in outcome(tmp_path / "cohort.json").refusal
    )


def test_keys_of_json_that_count_are_none(tmp_path: Path) -> None:
    rows = {str(row): value for row, value in enumerate(VALUES[:, 0])}
    classes = {str(row): row % 2 for row in range(COUNT)}
    text = json.dumps({"LABEL": classes, "GMV_1": rows, "GMV_2": rows})
    assert set(of(tmp_path, text, "cohort.json").dataset.subjects.ids) == {""}


# Connectomes in columns -----------------------------------------------------------------------

NAMED: Mapping[str, Callable[[int, int], str]] = {
    "r_1_2": lambda one, other: f"r_{one}_{other}",
    "corr_1_2": lambda one, other: f"corr_{one}_{other}",
    "pearson.1.2": lambda one, other: f"pearson.{one}.{other}",
}


@pytest.mark.parametrize("kind", NAMED)
def test_columns_that_are_called_r_hold_r(tmp_path: Path, kind: str) -> None:
    columns = tuple(NAMED[kind](one + 1, other + 1) for one, other in PAIRS)
    close(edges(of(tmp_path, table(EDGES, columns)).dataset), np.arctanh(EDGES))


@pytest.mark.parametrize("kind", ["FC({},{})", "FC[{},{}]", "FC.{}.{}.", "z_{}_{}"])
def test_columns_of_pairs_in_brackets_hold_z(tmp_path: Path, kind: str) -> None:
    columns = tuple(f'"{kind.format(one + 1, other + 1)}"' for one, other in PAIRS)
    close(edges(of(tmp_path, table(EDGES, columns)).dataset), EDGES)


# Rows that are parts of a subject -------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "parts"), [("measure", ("GMV", "ReHo")), ("hemi", ("lh", "rh")), ("side", "LR")]
)
def test_rows_by_measure_or_hemisphere_are_no_scans(
    tmp_path: Path, column: str, parts: tuple[str, str]
) -> None:
    rows = [
        {"ID": subject, "LABEL": row % 2, column: part, "ROI_1": VALUES[row, 0], "ROI_2": 0.5}
        for part in parts
        for row, subject in enumerate(IDS)
    ]
    refusal = of(tmp_path, pd.DataFrame(rows).to_csv(index=False)).refusal
    assert column in refusal
    assert parts[0] in refusal


def test_rows_by_session_are_scans(tmp_path: Path) -> None:
    body = table(session="ses-1") + table(session="ses-2").split("\n", 1)[1]
    found = of(tmp_path, body).dataset
    assert found.subjects.ids == IDS + IDS
    assert labels(found) == [0, 1] * COUNT


# Codes for missing values ---------------------------------------------------------------------


@pytest.mark.parametrize("code", [-1, -3])
def test_small_codes_far_below_the_rest_are_asked_about(tmp_path: Path, code: int) -> None:
    ages = [str(6 + 2 * row) for row in range(COUNT)]
    ages[3] = str(code)
    lines = [line.rstrip("\n") for line in LINES]
    cells = ["AGE", *ages]
    text = "".join(f"{line},{cell}\n" for line, cell in zip(lines, cells, strict=True))
    of(tmp_path, text).question("missing.AGE")
    found = outcome(tmp_path / "cohort.csv", missing__AGE="missing").dataset
    assert np.isnan(found.subjects.covariates[0].values[3])


def test_a_negative_score_is_a_value(tmp_path: Path) -> None:
    """-1 beside 0 to 3, or beside other negative numbers, is as good as they are."""
    scores = ["S", *(str(row % 5 - 1) for row in range(COUNT))]
    text = "".join(f"{line.rstrip()},{cell}\n" for line, cell in zip(LINES, scores, strict=True))
    found = of(tmp_path, text).dataset
    assert sorted(set(found.subjects.covariates[0].values)) == [-1, 0, 1, 2, 3]


# Tables of which none lists the subjects of the others ----------------------------------------


def test_tables_with_other_ids_than_the_list_are_refused_by_id(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "subjects.csv").write_text(
        "ID,LABEL\n" + "".join(f"{subject},{row % 2}\n" for row, subject in enumerate(IDS))
    )
    for side in ("lh", "rh"):
        frame = pd.DataFrame(
            VALUES[:, :3],
            columns=[f"{side}_{part}_area" for part in ("cuneus", "insula", "lingual")],
        )
        frame.insert(0, f"{side}.aparc.area", [f"{subject}.long.{subject}_base" for subject in IDS])
        frame.to_csv(folder / f"{side}.txt", sep="\t", index=False)
    refusal = outcome(folder).refusal
    assert IDS[0] in refusal
    assert f"{IDS[0]}.long.{IDS[0]}_base" in refusal


# Rows that are no subjects --------------------------------------------------------------------

NOTE = "Note: volumes in ml" + "," * table().splitlines()[0].count(",") + "\n"


def test_a_note_below_a_table_is_no_subject(tmp_path: Path) -> None:
    found = of(tmp_path, table() + "\n" + NOTE).dataset
    is_base(found)
    assert "Note: volumes in ml" in told(found)


def test_a_note_below_a_table_of_a_workbook_is_no_subject(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in LINES:
        sheet.append([float(cell) if "." in cell else cell for cell in line.strip().split(",")])
    sheet.append(["* excluded from the second analysis"])
    book.save(tmp_path / "cohort.xlsx")
    is_base(outcome(tmp_path / "cohort.xlsx").dataset)


@pytest.mark.parametrize("identity", ["sub-99", "Note"])
def test_a_last_subject_of_whom_nothing_is_known_is_one(tmp_path: Path, identity: str) -> None:
    """Where other ids look like it, or it is one word."""
    named = table().replace("00509", "Note 00509") if identity == "Note" else table()
    found = of(tmp_path, named + f"{identity}{NOTE[NOTE.index(',') :]}").dataset
    assert found.subjects.ids[-1] == identity


def test_a_subject_on_two_rows_of_which_one_has_no_measures_is_refused(tmp_path: Path) -> None:
    """REDCap's events: the diagnosis at the first, the scan at the second."""
    frame = pd.read_csv(io.StringIO(table()), dtype={"ID": str})
    events = [
        frame[["ID", "LABEL"]].assign(redcap_event_name="baseline_arm_1"),
        frame.drop(columns="LABEL").assign(redcap_event_name="mri_arm_1"),
    ]
    assert IDS[0] in of(tmp_path, pd.concat(events).to_csv(index=False)).refusal


def test_an_area_may_be_the_first_word_of_a_region(tmp_path: Path) -> None:
    """Julich's areas beside its other regions: none is a measure of its own."""
    regions = ("Area hOc1 (V1) L", "Area hOc1 (V1) R", "Area 44 (IFG) L", "Ch 4 (Basal) L",
               "CA1 (Hippocampus) L", "CA1 (Hippocampus) R")  # fmt: skip
    found = of(tmp_path, table(columns=tuple(f"GMV_{region}" for region in regions))).dataset
    is_base(found)
    assert found.regions == regions


@pytest.mark.parametrize("named", ["surface_area_{}", "GMV_Area{}", "area_{}"])
def test_an_area_with_a_number_is_region_by_number(tmp_path: Path, named: str) -> None:
    columns = tuple(named.format(region) for region in range(1, 7))
    found = of(tmp_path, table(columns=columns)).dataset
    is_base(found)
    assert found.regions == tuple("123456")
