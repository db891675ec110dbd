"""Text files as sheets: the right cells, a question, or a reason; each with its value."""

import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.sheet import MISSING_WORDS, Sheet, as_texts, is_missing, to_numbers
from graphnet.readers.text.delimited import read_sheet

MOST = 10**7
GBK, LATIN = "gb18030", "cp1252"


def sheet(text: str | bytes, **answers: str) -> tuple[Sheet, Inquiry]:
    """The sheet of a text without question or problem."""
    found, inquiry = looked_at(text, answers)
    assert not inquiry.questions
    assert not inquiry.problems
    return found, inquiry


def looked_at(text: str | bytes, answers: Mapping[str, str] | None = None) -> tuple[Sheet, Inquiry]:
    inquiry = Inquiry("a.csv", answers or {})
    body = text.encode() if isinstance(text, str) else text
    return read_sheet(body, inquiry, MOST), inquiry


def refusal(text: str | bytes) -> str:
    """Why a text is refused."""
    return str(refused(text))


def codes_of_refusal(text: str | bytes) -> tuple[str, ...]:
    return refused(text).codes


def refused(text: str | bytes) -> CohortError:
    try:
        _, inquiry = looked_at(text)
        inquiry.check()
    except CohortError as error:
        return error
    pytest.fail("It was taken.")


def column(found: Sheet, name: str) -> list[float]:
    inquiry = Inquiry("a.csv")
    numbers = to_numbers(found.column(name), name, inquiry)
    assert not inquiry.problems
    return [float(number) for number in numbers]


# Encodings


@pytest.mark.parametrize(
    ("words", "encoding", "found"),
    [
        (["北京"], "gbk", GBK),
        (["男", "女"], "gbk", GBK),
        (["精神分裂症", "健康"], "gb18030", GBK),
        (["湘雅二医院"], "gbk", GBK),
        (["Zürich"], "latin-1", LATIN),
        (["männlich", "weiblich"], "cp1252", LATIN),
        (["Málaga", "España"], "cp1252", LATIN),
        (["témoin", "Besançon", "Liège"], "cp1252", LATIN),
        (["São Paulo"], "cp1252", LATIN),
        (["Århus", "Tromsø", "Rääkkylä"], "cp1252", LATIN),
        (["“control” – ok", "5 µm", "37°C"], "cp1252", LATIN),
        (["台北榮民總醫院"], "big5", "big5hkscs"),
        (["東京大学", "健常者"], "shift_jis", "cp932"),
        (["Москва", "контроль"], "cp1251", "cp1251"),
        (["Plzeň"], "cp1250", "cp1250"),
        (["Zürich"], "utf-8", "utf-8"),
        (["北京"], "utf-8", "utf-8"),
    ],
)
def test_an_encoding_is_found_from_a_few_words(words: list[str], encoding: str, found: str) -> None:
    rows = [f"p{row},{words[row % len(words)]},0.25" for row in range(12)]
    read, inquiry = sheet("\n".join(["ID,SITE,GMV_1", *rows]).encode(encoding))
    assert read.text is not None
    assert read.text.encoding == found
    assert set(read.texts("SITE")) == set(words)
    assert bool(inquiry.assumptions) == (found != "utf-8")


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_with_and_without_its_mark(mark: str) -> None:
    read, _ = sheet("ID,SITE,GMV_1\r\na,Zürich,0.5\r\n".encode(mark))
    assert read.names == ("ID", "SITE", "GMV_1")
    assert read.texts("SITE") == ("Zürich",)


@pytest.mark.parametrize(
    ("word", "written", "choices"),
    [
        ("Győr", "cp1250", {"cp1250", "mac_roman"}),
        ("Köln", "mac_roman", {"mac_roman", "cp1252"}),
        ("서울", "euc_kr", {"cp949", "gb18030"}),
        ("女", "gbk", {"utf-8", "gb18030"}),
        ("ü", "cp1252", {"cp1252", "cp1251", "cp850"}),
        ("Żółć", "cp1250", {"cp1250", "cp1251"}),
    ],
)
def test_an_encoding_is_asked_for_where_two_make_sense(
    word: str, written: str, choices: set[str]
) -> None:
    body = f"ID,SITE,GMV_1\na,{word},0.5\n".encode(written)
    _, inquiry = looked_at(body)
    (question,) = inquiry.questions
    assert question.id == "encoding"
    assert {choice.value for choice in question.choices} == choices
    right = next(each for each in question.choices if word in each.label)
    read, _ = sheet(body, encoding=right.value)
    assert read.texts("SITE") == (word,)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("a,Zürich Köln Mün\n".encode() + b"b,\xe9\n", "readers_text.damaged-utf8"),
        (b"a,0.1\0\n", "readers_text.zero-bytes"),
        (bytes(range(256)) * 4, "readers_text.zero-bytes"),
        ("a,ü\n".encode() + b"\xe4", "readers_text.unreadable-encoding"),
    ],
)
def test_what_is_no_text_of_one_encoding_is_refused(body: bytes, code: str) -> None:
    assert codes_of_refusal(b"ID,GMV_1\n" + body) == (code,)


# Separators and lines


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", " "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_separator_and_line_end(separator: str, end: str) -> None:
    rows = (("ID", "LABEL", "GMV_1"), ("001", "0", "0.5"), ("1.10", "1", "0.25"))
    read, _ = sheet(end.join(separator.join(row) for row in rows) + end)
    assert read.names == rows[0]
    assert read.texts("ID") == ("001", "1.10")
    assert column(read, "GMV_1") == [0.5, 0.25]
    assert read.text is not None
    assert read.text.separator == separator


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nID;GMV_1\na;0.5\nb;0.25\n",
        '\ufeff"sep=;"\r\nID;GMV_1\r\na;0,5\r\nb;0,25\r\n',
        "# made by R, version 4\n\nID,GMV_1\na,0.5\nb,0.25\n",
        "#ID,GMV_1\na,0.5\nb,0.25\n",
        "ID, GMV_1\na, 0.5\nb, 0.25\n",
        "ID   GMV_1\na    0.5\nb    0.25\n",
        "\n\nID,GMV_1\na,0.5\n\n,\nb,0.25\n,\n",
        "ID,GMV_1,,\na,0.5,,\nb,0.25,,\n",
        "ID,GMV_1\na,0.5,\nb,0.25,\n",
        '"ID","GMV_1"\n"a","0.5"\n"b","0.25"\n',
        "ID,GMV_1\na,0.5\nb,0.25\n# the end\n",
    ],
)
def test_what_stands_around_a_table_is_passed_over(text: str) -> None:
    read, _ = sheet(text)
    assert read.names == ("ID", "GMV_1")
    assert read.texts("ID") == ("a", "b")
    assert column(read, "GMV_1") == [0.5, 0.25]


def test_what_was_passed_over_is_counted() -> None:
    _, inquiry = sheet("# one\n# two\nID,GMV_1\na,0.5\n\n,\n")
    assert inquiry.assumptions == [
        Message("readers_text.empty-rows", count=2),
        Message("readers_text.comment-lines", count=2),
    ]


def test_quotes_keep_separators_newlines_and_quotes() -> None:
    read, _ = sheet('ID,note,GMV_1\na,"x, ""y""\nz",0.5\n')
    assert read.texts("note") == ('x, "y"\nz',)
    assert column(read, "GMV_1") == [0.5]


def test_rows_that_r_numbers() -> None:
    read, inquiry = sheet('"ID" "GMV_1"\n"1" "a" 0.5\n"2" "b" NA\n')
    assert read.names == ("", "ID", "GMV_1")
    assert read.texts("ID") == ("a", "b")
    assert np.array_equal(column(read, "GMV_1"), [0.5, np.nan], equal_nan=True)
    assert inquiry.assumptions


def test_rows_that_r_names() -> None:
    read, inquiry = sheet("LABEL\tGMV_1\nsub-01\t0\t0.5\nsub-02\t1\t0.25\n")
    assert read.names == ("row.names", "LABEL", "GMV_1")
    assert read.texts("row.names") == ("sub-01", "sub-02")
    assert "row.names" in str(inquiry.assumptions[0])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("ID,GMV_1\na,0,5\nb,0,2\n", "Line 2 of a.csv has 3 cells"),
        ("ID,GMV_1\na,0.5\nb,0.2,7\n", "Line 3 of a.csv has 3 cells"),
        ("ID,GMV_1,GMV_2\na,0.5,1\n\nb,0.2\n", "Line 4 of a.csv has 2 cells"),
        ("Study\nID,GMV_1\na,0.5\n", "Delete what stands above the header"),
        ("Study,,\nID,LABEL,GMV_1\na,1,0.5\n", "'Study', above 3 columns. Delete what"),
        ('ID,GMV_1\na,"0.5\nb,0.2\n', "quotation marks"),
        ("0.1,0.2\n0.3,0.4\n", "no header"),
        (",\n,\n", "no table"),
        ("", "no table"),
        ("ID,GMV_1\n", "no row"),
        (
            "ID,LABEL,GMV_1\n,,mm3\na,0,0.5\nb,1,0.2\n",
            "Row 2 holds words where numbers follow (mm3)",
        ),
    ],
)
def test_what_is_no_table_is_refused_by_its_line(text: str, part: str) -> None:
    assert part in refusal(text)


def test_names_stay_though_they_are_equal() -> None:
    read, _ = sheet("ID,GMV_1,GMV_1\na,0.5,0.25\n")
    assert read.names == ("ID", "GMV_1", "GMV_1")
    assert [as_texts(cells) for cells in read.columns[1:]] == [("0.5",), ("0.25",)]


def test_ids_stay_as_they_stand() -> None:
    ids = ("001", "01E3", "1.10", "1.1", "123456789012345678", "NA", "None", "1_000", "+5")
    rows = "".join(f"{each},{each},0.5\n" for each in ids)
    read, _ = sheet("ID,subject_1,GMV_1\n" + rows)
    assert read.texts("ID") == ids
    assert read.texts("subject_1") == ids


# Marks in numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("ID;V_1\na;0,41\nb;12,5\n", [0.41, 12.5]),
        ("ID;V_1;when\na;0,41;12.03.2020\nb;0,5;01.04.2020\n", [0.41, 0.5]),
        ("ID;V_1;version\na;0,41;7.1\nb;0,5;7.1\n", [0.41, 0.5]),
        ("ID;V_1\na;1.234,56\nb;-345,5\n", [1234.56, -345.5]),
        ("ID;V_1\na;1,5E-05\nb;0,2\n", [1.5e-05, 0.2]),
        ("ID\tV_1\na\t0,413\nb\t4,153\n", [0.413, 4.153]),
        ("ID\tV_1\na\t12,345,678\nb\t4,153\n", [12345678, 4153]),
        ("ID\tV_1\tV_2\na\t4,153\t1,234.5\nb\t4,250\t12\n", [4153, 4250]),
        ('ID,V_1\na,"4,153.5"\nb,"12"\n', [4153.5, 12]),
        ("ID;V_1;V_2\na;1.234;0.5\nb;2.345;0.25\n", [1.234, 2.345]),
        ("ID,V_1\na,1.234\nb,2.345\n", [1.234, 2.345]),
        ("ID;V_1\na;.\nb;0,2\n", [np.nan, 0.2]),
    ],
)
def test_marks_are_decided_where_numbers_tell(text: str, numbers: list[float]) -> None:
    read, _ = sheet(text)
    assert np.array_equal(column(read, "V_1"), numbers, equal_nan=True)
    for name in {"when", "version"} & set(read.names):
        assert "." in read.texts(name)[0]


@pytest.mark.parametrize(
    ("text", "key", "readings"),
    [
        ("ID\tV_1\na\t4,153\nb\t3,874\n", "thousands", {"thousands": 4153, "decimal": 4.153}),
        ("ID;V_1\na;4.153\nb;3.874\n", "points", {"thousands": 4153, "decimal": 4.153}),
        ("ID;V_1;W_1\na;4.153;0,5\nb;3.874;0,2\n", "points", {"thousands": 4153, "decimal": 4.153}),
    ],
)
def test_marks_are_asked_for_where_nothing_tells(
    text: str, key: str, readings: dict[str, float]
) -> None:
    _, inquiry = looked_at(text)
    assert [question.id for question in inquiry.questions] == [key]
    assert {choice.value for choice in inquiry.questions[0].choices} == set(readings)
    for answer, number in readings.items():
        assert column(sheet(text, **{key: answer})[0], "V_1")[0] == number


def test_points_and_commas_in_one_column_are_refused() -> None:
    assert "'0,41' with a decimal comma and '0.5' with a decimal point" in refusal(
        "ID;V_1\na;0,41\nb;0.5\n"
    )


def test_a_word_among_decimal_commas_is_what_is_refused() -> None:
    read, _ = sheet("ID;V_1;V_2\na;0,1;0,1\nb;0,2;bad\nc;0,3;0,3\n")
    inquiry = Inquiry("a.csv")
    to_numbers(read.column("V_2"), "V_2", inquiry)
    (problem,) = inquiry.problems
    assert problem.code == "readers_tables.not-a-number"
    assert str(problem).startswith("V_2 in row 3 holds 'bad',")


@pytest.mark.parametrize("gap", [" ", "'", "’", "\u00a0", "\u202f"])
@pytest.mark.parametrize("mark", [".", ","])
def test_gaps_between_thousands_are_passed_over(gap: str, mark: str) -> None:
    cells = [f"6{gap}529{mark}25", f"1{gap}206{gap}529{mark}5", f"-512{mark}5", "#N/D"]
    found, inquiry = sheet("ID;V_1;note\n" + "".join(f"a;{each};1{gap}2\n" for each in cells))
    assert column(found, "V_1")[:3] == [6529.25, 1206529.5, -512.5]
    assert np.isnan(column(found, "V_1")[3])
    assert found.texts("note") == (f"1{gap}2",) * 4
    assert Message("readers_text.thousands-separators", columns=["V_1"]) in inquiry.assumptions


def test_ids_with_commas_are_no_numbers() -> None:
    read, _ = sheet("ID;V_1\n1,1;0,5\n1,10;0,2\n")
    assert read.texts("ID") == ("1,1", "1,10")


# Cells


def test_missing_words_and_infinite_numbers() -> None:
    inquiry = Inquiry("a.csv")
    words = (*MISSING_WORDS, "NaN", "N/A", "#DIV/0!", " ", "None")
    assert np.isnan(to_numbers(words, "x", inquiry)).all()
    assert all(is_missing(word) for word in words)
    found = to_numbers(("inf", "-Inf", "Infinity", "1e400", "−2", "0.1"), "x", inquiry)
    assert found.tolist() == [np.inf, -np.inf, np.inf, np.inf, -2.0, 0.1]
    assert [said.code for said in inquiry.assumptions] == ["readers_tables.number-too-large"]
    assert str(inquiry.assumptions[0]).startswith("x in row 5 holds '1e400',")
    assert not inquiry.problems


@pytest.mark.parametrize(
    "text", ["1_000", "0x10", "1,5", "41%", "'0.4", "１２", "1 2", "abc", "1e"]
)
def test_what_is_no_number_is_refused_by_its_cell(text: str) -> None:
    inquiry = Inquiry("a.csv")
    to_numbers(("1", text, "2", text), "x", inquiry)
    (problem,) = inquiry.problems
    assert problem.code == "readers_tables.not-a-number"
    assert dict(problem.values)["others"] == 1
    assert str(problem).startswith(f"x in row 3 holds {text!r},")


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_are_rounded_as_python_rounds(numbers: list[float]) -> None:
    rows = "".join(f"{number!r},{number:.20g},{number:e}\n" for number in numbers)
    read, _ = looked_at("A_1,A_2,A_3\n" + rows)
    assert column(read, "A_1") == numbers
    assert column(read, "A_2") == numbers
    assert column(read, "A_3") == [float(f"{number:e}") for number in numbers]


# A single accented letter would be asked for: GBK has a character of its bytes, none of a snowman.
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=8).map(
    "x{}☃".format
)


@given(st.lists(st.tuples(TEXT, TEXT, st.floats(0, 1)), min_size=1), st.sampled_from(",;\t|"))
def test_what_is_quoted_comes_back(rows: list[tuple[str, str, float]], separator: str) -> None:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    lines = [separator.join([quoted(a), quoted(b), f"{c:.17f}"]) for a, b, c in rows]
    header = separator.join(["ID", "word", "GMV_1"])
    read, _ = sheet("\n".join([header, *lines]))
    assert read.texts("ID") == tuple(a for a, _, _ in rows)
    assert column(read, "GMV_1") == [float(f"{c:.17f}") for _, _, c in rows]


def test_many_blocks_of_rows_are_one_column() -> None:
    """A missing word, a whole number and an infinite one far below numbers."""
    names = [f"GMV_{place}" for place in range(1, 401)]
    rows = [[f"0.{row:04d}"] * 400 for row in range(2100)]
    rows[2000][0], rows[2001][0], rows[2002][0], rows[2003][1] = "n/a", "7", "inf", "word"
    lines = [",".join([f"p{row}", *cells]) for row, cells in enumerate(rows)]
    read, _ = sheet("\n".join([",".join(["ID", *names]), *lines]))
    first = column(read, "GMV_1")
    assert np.isnan(first[2000])
    assert first[2001:2003] == [7.0, np.inf]
    assert first[-1] == 0.2099
    inquiry = Inquiry("a.csv")
    to_numbers(read.column("GMV_2"), "GMV_2", inquiry)
    (problem,) = inquiry.problems
    assert problem.code == "readers_tables.not-a-number"
    assert str(problem).startswith("GMV_2 in row 2005 holds 'word',")


# Bounds


@pytest.mark.parametrize(
    "body",
    [
        b"\n" + b"GMV_1," * 250_001 + b"\n1\n",
        b"GMV_1\n" + b"1," * 2_000_000 + b"1\n",
        b"GMV_1 GMV_2\n" + b"1 " * 3_000_000 + b"1\n",
        b",".join(b"GMV_%d" % place for place in range(20_000)) + b"\n" + b"1\n" * 5000,
    ],
)
def test_what_is_too_large_is_refused_before_it_takes_room(body: bytes) -> None:
    tracemalloc.start()
    try:
        refusal(body)
        assert tracemalloc.get_traced_memory()[1] < 8 * len(body) + 60e6
    finally:
        tracemalloc.stop()


def test_the_most_cells_are_counted_first() -> None:
    with pytest.raises(CohortError, match="more than 5 cells"):
        read_sheet(b"ID,GMV_1\na,1\nb,2\n", Inquiry("a.csv"), 5)


# Files as people have them


@pytest.mark.parametrize(
    "name",
    [
        "t01_semicolon_decimalcomma.csv",
        "t02_semicolon_decimalcomma_with_date.csv",
        "t03_semicolon_decimalcomma_version.csv",
        "t07_bom_crlf.csv",
        "t08_gbk.csv",
        "t09_latin1.csv",
        "t10_utf16.csv",
        "t11_sep_line_excel.csv",
        "t12_blank_after_comma.csv",
        "t13_R_write_table_default.txt",
        "t62_empty_excel_rows.csv",
        "t64_comment_lines.csv",
    ],
)
def test_a_table_written_otherwise_is_the_same_table(name: str, wild: Path) -> None:
    plain, _ = sheet((wild / "tables/t00_base.csv").read_bytes())
    read, _ = sheet((wild / "tables" / name).read_bytes())
    assert read.texts("ID") == plain.texts("ID")
    for measure in plain.names[2:]:
        assert column(read, measure) == column(plain, measure)


def test_the_real_cohorts_have_the_bits_that_pandas_gives(real_data: Path) -> None:
    import pandas as pd

    for path in sorted(real_data.glob("*.csv")):
        frame = pd.read_csv(path)
        read, _ = sheet(path.read_bytes())
        assert list(read.names[1:]) == list(frame.columns[1:])
        for name in frame.columns[1:]:
            if name != "ID":
                right = frame[name].to_numpy(np.float64)
                assert np.array_equal(column(read, name), right, equal_nan=True)


@pytest.mark.parametrize("cell", ['"=""0050950"""', '="0050950"'])
def test_text_that_is_protected_from_excel_is_text(cell: str) -> None:
    body = f"ID,LABEL,GMV_1\n{cell},1,0.5\n7,0,0.25\n".encode()
    assert read_sheet(body, Inquiry("x"), 99).texts("ID") == ("0050950", "7")
