"""Workbooks next to the known ones: what a cell shows and does not hold, and sheets that are parts.

What is right was decided before anything was read.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from graphnet.readers.tables.worksheets import displayed, is_followed
from tests.graphnet.test_workbooks import ods
from tests.wild.cases import alternating, equal, labels, one_measure, outcome, told
from tests.wild.test_same_kinds import COUNT, IDS, VALUES, is_base

NAMES = tuple(f"GMV_{region}" for region in range(1, VALUES.shape[1] + 1))
NUMBERS = tuple(int(subject) for subject in IDS)
Row = list[object]


def rows(ids: Sequence[object], classes: Sequence[int], header: str = "ID") -> list[Row]:
    body = [
        [subject, label, *values]
        for subject, label, values in zip(ids, classes, VALUES.tolist(), strict=True)
    ]
    return [[header, "LABEL", *NAMES], *body]


def written(folder: Path, sheets: Mapping[str, list[Row]], **formats: str) -> Path:
    """A workbook whose columns, by letter, have these formats below the header."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, cells in sheets.items():
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(row)
        for column, code in formats.items():
            for cell in sheet[column][1:]:
                cell.number_format = code
    book.save(folder / "cohort.xlsx")
    return folder / "cohort.xlsx"


# What a cell shows ----------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["ID", "Kennung"])
def test_zeros_that_only_the_format_has_are_read(tmp_path: Path, header: str) -> None:
    sheet = rows(NUMBERS, alternating(COUNT), header)
    found = outcome(written(tmp_path, {"Data": sheet}, A="0000000")).dataset
    is_base(found)
    assert f"such as {IDS[0]} where the cell holds {NUMBERS[0]}" in told(found)


def test_of_ids_some_of_which_are_text_each_is_as_it_is_shown(tmp_path: Path) -> None:
    ids = [subject if row % 2 else int(subject) for row, subject in enumerate(IDS)]
    is_base(
        outcome(written(tmp_path, {"Data": rows(ids, alternating(COUNT))}, A="0000000")).dataset
    )


def test_words_that_a_format_shows_are_ids_and_classes(tmp_path: Path) -> None:
    codes = [2 - label for label in alternating(COUNT)]
    path = written(
        tmp_path, {"Data": rows(NUMBERS, codes)}, A='"sub-"0000000', B='[=1]"SZ";[=2]"HC";General'
    )
    found = outcome(path).dataset
    assert found.subjects.ids == tuple(f"sub-{subject}" for subject in IDS)
    assert labels(found) == alternating(COUNT)
    assert found.class_names == {0: "HC", 1: "SZ"}


def test_units_that_a_format_shows_are_no_words(tmp_path: Path) -> None:
    sheet = [[*row, "AGE" if not place else 30 + place]
             for place, row in enumerate(rows(IDS, alternating(COUNT)))]  # fmt: skip
    found = outcome(written(tmp_path, {"Data": sheet}, I='00" years"')).dataset
    is_base(found)
    (age,) = found.subjects.covariates
    equal(np.asarray(age.values), np.arange(31.0, 31.0 + COUNT))


def test_ids_that_a_spreadsheet_made_dates_of_are_said(tmp_path: Path) -> None:
    days = [dt.datetime(2020, 1, 1) + dt.timedelta(row) for row in range(COUNT)]  # noqa: DTZ001
    path = written(tmp_path, {"Data": rows(days, alternating(COUNT))}, A="d-mmm")
    found = outcome(path).dataset
    assert found.subjects.ids[0] == "2020-01-01"
    assert "2020-01-01" in told(found)


def test_zeros_that_open_document_shows_are_read(tmp_path: Path) -> None:
    def cell(value: object, shown: str = "") -> str:
        if isinstance(value, str):
            kind = 'office:value-type="string"'
        else:
            kind = f'office:value-type="float" office:value="{value}"'
        return f"<table:table-cell {kind}><text:p>{shown or value}</text:p></table:table-cell>"

    lines = ["".join(map(cell, rows(NUMBERS, alternating(COUNT))[0]))]
    for subject, row in zip(IDS, rows(NUMBERS, alternating(COUNT))[1:], strict=True):
        lines.append(cell(row[0], subject) + "".join(map(cell, row[1:])))
    body = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    path = ods(tmp_path, f'<table:table table:name="A">{body}</table:table>')
    is_base(outcome(path).dataset)


SHOWN = [
    (7, "000", "007"), (1234, "000", "1234"), (950, '"sub-"0000', "sub-0950"),
    (7, "#0", "7"), (50950, "000-0000", "005-0950"), (7, r"\S00", "S07"), (7, "[Red]000", "007"),
    (1, '"SZ";;"HC"', "SZ"), (0, '"SZ";;"HC"', "HC"), (-1, '"SZ";"HC"', "HC"),
    (2, '[=1]"a";[=2]"b"', "b"), (3, '[<3]"a";"b"', "b"), (2.5, "000", None), (7, "0.00", None),
    (7, "0%", None), (7, "yyyy-mm-dd", None), (7, "[h]:mm", None), (7, "General", None),
    (7, "@", None), (-7, "000", None),
]  # fmt: skip


@pytest.mark.parametrize(("number", "code", "text"), SHOWN)
def test_a_number_by_its_format(number: float, code: str, text: str | None) -> None:
    assert displayed(number, code) == text


@pytest.mark.parametrize("code", ["", "0", "#", "General", "0.00", "d-mmm", "#,##0"])
def test_usual_formats_are_not_followed(code: str) -> None:
    assert not is_followed(code)


# Sheets that are parts ------------------------------------------------------------------------

HALF = COUNT // 2


def parted(classes: Sequence[int], names: Sequence[str], without: str = "") -> dict[str, list[Row]]:
    """The first and the second half of the subjects on a sheet each."""
    header, *body = rows(IDS, classes)
    kept = [place for place, name in enumerate(header) if name != without]
    return {
        name: [[row[place] for place in kept] for row in (header, *part)]
        for name, part in zip(names, (body[:HALF], body[HALF:]), strict=True)
    }


def test_a_sheet_per_class_is_offered_as_such(tmp_path: Path) -> None:
    path = written(tmp_path, parted([0] * COUNT, ("HC", "SZ"), without="LABEL"))
    values = [choice.value for choice in outcome(path).question("sheet").choices]
    assert values == ["all-by-class", "all-by-site", "all", "HC", "SZ"]
    found = outcome(path, sheet="all-by-class").dataset
    assert found.subjects.ids == IDS
    assert labels(found) == [0] * HALF + [1] * HALF
    equal(one_measure(found), VALUES)
    assert outcome(path, sheet="HC", **{"class": "none"}).dataset.subjects.ids == IDS[:HALF]


def test_a_sheet_per_site_is_offered_as_such(tmp_path: Path) -> None:
    path = written(tmp_path, parted(alternating(COUNT), ("Köln", "Ulm")), A="0000000")
    values = [choice.value for choice in outcome(path).question("sheet").choices]
    assert values == ["all-by-site", "all", "Köln", "Ulm"]
    found = outcome(path, sheet="all-by-site").dataset
    is_base(found)
    assert found.subjects.sites == ("Köln",) * HALF + ("Ulm",) * HALF
    assert set(outcome(path, sheet="all").dataset.subjects.sites) == {""}


def test_columns_of_sheets_are_put_below_each_other_by_name(tmp_path: Path) -> None:
    sheets = parted(alternating(COUNT), ("A", "B"))
    sheets["B"] = [[*row[:2], *row[:1:-1]] for row in sheets["B"]]
    is_base(outcome(written(tmp_path, sheets), sheet="all").dataset)


@pytest.mark.parametrize("change", ["ids", "columns"])
def test_sheets_of_the_same_subjects_or_other_columns_are_not_put_together(
    tmp_path: Path, change: str
) -> None:
    """Two visits, or two measures: their names are no class."""
    if change == "ids":
        sheets = {"GMV": rows(IDS, alternating(COUNT)), "ReHo": rows(IDS, alternating(COUNT))}
    else:
        sheets = parted(alternating(COUNT), ("GMV", "ReHo"))
        sheets["ReHo"][0][-1] = "GMV_7"
    values = [
        choice.value for choice in outcome(written(tmp_path, sheets)).question("sheet").choices
    ]
    assert values == ["GMV", "ReHo"]
