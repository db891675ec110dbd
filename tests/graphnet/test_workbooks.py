"""Workbooks as people keep them: one table, said, asked or refused; and those made to do harm."""

import datetime as dt
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from graphnet.data.dataset import Dataset
from graphnet.errors import CohortError, QuestionsOpen
from graphnet.readers.reading import Reading, read

VALUES = np.random.default_rng(4).normal(1, 0.1, (6, 3)).round(9)
HEADER = ["ID", "LABEL", "SITE", "age", "GMV_1", "GMV_2", "GMV_3"]
IDS = ["001", "01E3", "1.10", "x 4", "NA", "006"]
LABELS = [0, 1, 0, 1, 0, 1]
SHEET = "xl/worksheets/sheet1.xml"

Row = list[object]


def subjects() -> list[Row]:
    return [
        [name, label, "AB"[label], 20 + row, *values]
        for row, (name, label, values) in enumerate(zip(IDS, LABELS, VALUES.tolist(), strict=True))
    ]


def table() -> list[Row]:
    return [list(HEADER), *subjects()]


def book(
    path: Path, change: Callable[[openpyxl.Workbook], object] | None = None, **sheets: Iterable[Row]
) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change is not None:
        change(workbook)
    workbook.save(path / "x.xlsx")
    return path / "x.xlsx"


def dataset(path: Path, **mapping: str) -> Dataset:
    return read(path, mapping=mapping).settled()


def is_the_table(found: Dataset) -> None:
    assert found.subjects.ids == tuple(IDS)
    assert found.subjects.labels.tolist() == LABELS
    assert found.subjects.sites == tuple("AB"[label] for label in LABELS)
    assert (found.measures, found.regions) == (("GMV",), ("1", "2", "3"))
    assert found.values is not None
    np.testing.assert_array_equal(found.values[:, :, 0], VALUES)


def refused(path: Path, most: int = 1 << 40) -> str:
    with pytest.raises(CohortError) as caught:
        read(path, most=most).settled()
    assert not isinstance(caught.value, QuestionsOpen)
    return str(caught.value)


def said(found: Dataset) -> str:
    interpretation = found.interpretation
    return " ".join([*interpretation.said, *map(str, interpretation.left_alone)])


def test_a_workbook_is_its_table(tmp_path: Path) -> None:
    found = dataset(book(tmp_path, Data=table()))
    is_the_table(found)
    assert found.interpretation.kind == "xlsx"
    (age,) = found.subjects.covariates
    assert age.name == "age"
    assert not found.interpretation.left_alone


def test_rows_above_the_header_are_said(tmp_path: Path) -> None:
    def merge(workbook: openpyxl.Workbook) -> None:
        workbook["Data"].merge_cells("A1:G1")

    found = dataset(book(tmp_path, merge, Data=[["Study of X, 2024"], [], *table()]))
    is_the_table(found)
    assert "Study of X, 2024" in said(found)


def test_empty_rows_and_columns_are_passed_over(tmp_path: Path) -> None:
    rows = [row for each in table() for row in (["", *each], [])]
    found = dataset(book(tmp_path, Data=rows))
    is_the_table(found)
    assert "6 empty rows were skipped." in said(found)


def test_hidden_sheets_and_notes_are_left_alone(tmp_path: Path) -> None:
    def hide(workbook: openpyxl.Workbook) -> None:
        workbook["Old"].sheet_state = "hidden"

    notes: list[Row] = [["Made by X"], ["in 2024"]]
    found = dataset(book(tmp_path, hide, Notes=notes, Data=table(), Old=table()[:3]))
    is_the_table(found)
    assert {str(each.what) for each in found.interpretation.left_alone} == {
        "sheet Notes",
        "sheet Old",
    }


def test_hidden_rows_and_columns_are_read_and_said(tmp_path: Path) -> None:
    def filter_rows(workbook: openpyxl.Workbook) -> None:
        sheet = workbook["Data"]
        sheet.auto_filter.ref = "A3:G9"
        sheet.auto_filter.add_filter_column(2, ["B"])
        for row in (2, 4, 6, 7, 40):  # 2 and 40 are empty
            sheet.row_dimensions[row].hidden = True
        for column in "DF":
            sheet.column_dimensions[column].hidden = True

    found = dataset(book(tmp_path, filter_rows, Data=[["A study"], [], *table()]))
    is_the_table(found)
    assert "3 rows of the sheet Data are hidden" in said(found)
    assert "which were read like the others: age and GMV_2." in said(found)


def test_what_is_not_hidden_is_not_said_to_be(tmp_path: Path) -> None:
    def hide_title(workbook: openpyxl.Workbook) -> None:
        workbook["Data"].row_dimensions[1].hidden = True

    found = dataset(book(tmp_path, hide_title, Data=[["A study"], *table()]))
    is_the_table(found)
    assert "hidden" not in said(found)


def test_several_sheets_are_asked_about(tmp_path: Path) -> None:
    path = book(tmp_path, Patients=table(), Controls=table()[:4])
    found: Reading = read(path)
    (question,) = found.questions
    assert question.id == "sheet"
    assert [choice.value for choice in question.choices] == ["Patients", "Controls"]
    assert "6 rows" in question.choices[0].label
    assert len(dataset(path, sheet="Controls")) == 3


def test_a_list_of_variables_is_no_sheet_of_subjects(tmp_path: Path) -> None:
    variables: list[Row] = [["variable", "meaning"], ["GMV_1", "volume"], ["age", "in years"]]
    path = book(tmp_path, Dictionary=variables, Data=table())
    found = dataset(path)
    is_the_table(found)
    assert {str(each.what) for each in found.interpretation.left_alone} == {"sheet Dictionary"}
    is_the_table(dataset(path, sheet="Data"))


def test_cells_of_every_kind(tmp_path: Path) -> None:
    rows = table()
    rows[0] += ["scan", "smoker", "version"]
    for place, row in enumerate(rows[1:]):
        row[0] = 50952 + place
        row[1] = bool(row[1])
        row += [dt.datetime(2024, 1, 1 + place), place % 2 == 0, "1.1" if place else 2]  # noqa: DTZ001
    found = dataset(book(tmp_path, Data=rows))
    assert found.subjects.ids[:2] == ("50952", "50953")
    assert found.subjects.labels.tolist() == LABELS
    smoker = next(each for each in found.subjects.covariates if each.name == "smoker")
    assert smoker.values == ("True", "False") * 3


def test_numbers_kept_as_text_and_errors(tmp_path: Path) -> None:
    rows = table()
    for row in rows[1:]:
        row[4:] = [str(row[4]), str(row[5]).replace(".", ","), row[6]]
    rows[3][6] = "#N/A"
    found = dataset(book(tmp_path, Data=rows))
    assert found.values is not None
    expected = VALUES.copy()
    expected[2, 2] = np.nan
    np.testing.assert_array_equal(found.values[:, :, 0], expected)
    assert "GMV_2" in said(found)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ("C2:C4", "merged cells (C2:C4)"),
        ("E1:F1", "merged cells (E1:F1)"),
    ],
)
def test_merged_cells_are_refused(cells: str, sentence: str, tmp_path: Path) -> None:
    def merge(workbook: openpyxl.Workbook) -> None:
        workbook["Data"].merge_cells(cells)

    assert sentence in refused(book(tmp_path, merge, Data=table()))


def test_two_rows_of_names_are_refused(tmp_path: Path) -> None:
    rows = table()
    rows[0][4:] = ["1", "2", "3"]
    above: Row = ["", "", "", "", "GMV"]
    assert "second row of names above its header (GMV)" in refused(
        book(tmp_path, Data=[above, *rows])
    )


def test_formulas_that_were_never_calculated_are_refused(tmp_path: Path) -> None:
    rows = table()
    rows[2][5] = "=E3*2"
    assert "formulas without results (F3)" in refused(book(tmp_path, Data=rows))


def test_ids_that_a_workbook_cannot_keep_are_refused(tmp_path: Path) -> None:
    rows = table()
    for place, row in enumerate(rows[1:]):
        row[0] = 123456789012345678 + 1000 * place
    assert "ID in x.xlsx holds numbers of more than 15 digits" in refused(book(tmp_path, Data=rows))


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    assert "has no column named after" in refused(book(tmp_path, Data=subjects()))
    assert "without a visible sheet" in refused(book(tmp_path, Data=[]))


# OpenDocument --------------------------------------------------------------------------------


def ods(path: Path, content: str) -> Path:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry '
        f'm:full-path="/" m:media-type="{kind}"/></m:manifest>'
    )
    with zipfile.ZipFile(path / "x.ods", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>{content}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path / "x.ods"


def ods_table(more: str = "") -> str:
    rows = "".join(
        f"<table:table-row>{''.join(map(_cell, row))}{_blank(16_000)}</table:table-row>"
        for row in table()
    )
    return f'<table:table table:name="Data">{rows}{more}</table:table>'


def _cell(value: object) -> str:
    if isinstance(value, str):
        kind, inside = 'office:value-type="string"', f"<text:p>{value}</text:p>"
    else:
        kind, inside = f'office:value-type="float" office:value="{value}"', ""
    return f"<table:table-cell {kind}>{inside}</table:table-cell>"


def _blank(times: int, more: str = "") -> str:
    return f'<table:table-cell table:number-columns-repeated="{times}" {more}/>'


def _rows(times: int, cells: str) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{cells}</table:table-row>'


def test_line_ends_between_elements_are_nothing(tmp_path: Path) -> None:
    """Gnumeric writes one before each; what stands in a cell stays."""
    content = ods_table().replace("><", ">\n  <")
    is_the_table(dataset(ods(tmp_path, content)))


def test_open_document_with_its_empty_rest(tmp_path: Path) -> None:
    found = dataset(ods(tmp_path, ods_table(_rows(1_048_000, _blank(16_384)))))
    is_the_table(found)
    assert found.interpretation.kind == "ods"


def test_hidden_rows_of_open_document_are_said(tmp_path: Path) -> None:
    content = ods_table()
    for place, kind in enumerate(("filter", "collapse"), start=2):
        before = content.split("<table:table-row>", place)
        content = "<table:table-row>".join(before[:-1]) + (
            f'<table:table-row table:visibility="{kind}">{before[-1]}'
        )
    columns = (
        '<table:table-column table:number-columns-repeated="3"/>'
        '<table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
        '<table:table-column table:visibility="collapse" table:number-columns-repeated="999999"/>'
    )
    empty = f'<table:table-row table:visibility="filter" table:number-rows-repeated="{10**9}"/>'
    content = content.replace('"Data">', f'"Data">{columns}').replace(
        "</table:table>", f"{empty}</table:table>"
    )
    found = dataset(ods(tmp_path, content))
    is_the_table(found)
    assert "2 rows of the sheet Data are hidden" in said(found)
    assert "which were read like the others: age, GMV_1, GMV_2 and GMV_3." in said(found)


@pytest.mark.parametrize(
    "more",
    [
        _rows(10**9, _blank(10**9, 'office:value-type="float" office:value="1"')),
        _rows(10**9, _blank(2)) + _rows(1, _cell(1)),
        _rows(1, _blank(10**9) + _cell(1)),
    ],
    ids=["filled", "below", "beside"],
)
def test_repeated_cells_are_counted_before_they_are_made(more: str, tmp_path: Path) -> None:
    assert "has more than" in refused(ods(tmp_path, ods_table(more)), 10**8)


# Made to do harm -----------------------------------------------------------------------------


def changed(path: Path, member: str, change: Callable[[bytes], bytes]) -> Path:
    with zipfile.ZipFile(book(path, Data=table())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path / "y.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, change(part) if name == member else part)
    return path / "y.xlsx"


ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<worksheet>&b;</worksheet>"
)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda part: part.replace(b'r="A1"', b'r="XFD1048576"'), "has more than"),
        (lambda part: part.replace(b'r="A1"', b'r="ZZZZZZ1"'), "has more than"),
        (lambda part: part.replace(b'row r="2"', b'row r="99999999999"')
         .replace(b'r="A2"', b'r="A99999999999"'), "has more than"),
        (lambda part: part.replace(b'row r="2"', b'row r="-2"').replace(b'r="A2"', b""), "damaged"),
        (lambda part: part.replace(b'row r="2"', b'row r="x"'), "damaged"),
        (lambda part: part[:-300], "damaged"),
        (lambda _: b"no XML", "damaged"),
        (lambda _: ENTITIES, "damaged"),
    ],
    ids=["corner", "wide", "deep", "negative", "no number", "cut", "no XML", "entities"],
)  # fmt: skip
def test_two_cells_do_not_take_all_memory(
    change: Callable[[bytes], bytes], sentence: str, tmp_path: Path
) -> None:
    """calamine makes room for every cell between the first and the last, or ends the process."""
    assert sentence in refused(changed(tmp_path, SHEET, change), 10**8)


def test_parts_are_looked_for_within_the_workbook_alone(tmp_path: Path) -> None:
    def lead_away(part: bytes) -> bytes:
        return part.replace(b"/xl/worksheets/sheet1.xml", b"/../../../../etc/passwd")

    assert "damaged" in refused(changed(tmp_path, "xl/_rels/workbook.xml.rels", lead_away))


def test_what_is_packed_in_a_workbook_is_bounded(tmp_path: Path) -> None:
    path = changed(
        tmp_path, SHEET, lambda part: part.replace(b"</sheetData>", b" " * 10**7 + b"</sheetData>")
    )
    assert path.stat().st_size < 10**5
    assert "once it is unpacked" in refused(path, 10**6)
