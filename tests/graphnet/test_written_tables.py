"""Tables as programs of many lands write them: what is taken without a question is the truth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graphnet.errors import CohortError
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.tables.sheet import to_numbers
from graphnet.readers.text.delimited import read_sheet

WORDS = {  # what people of the land write, in an encoding that is theirs
    "gbk": ("北京", "上海", "华西医院", "男", "女", "健康", "精神分裂症"),
    "cp1252": ("Zürich", "Köln", "Málaga", "témoin", "São Paulo", "Århus", "Größe", "plain"),
    "utf-8": ("Zürich", "北京", "Łódź", "Москва", "plain"),
    "utf-8-sig": ("Zürich", "北京", "plain"),
    "utf-16": ("Zürich", "北京", "plain"),
    "big5": ("台北榮民總醫院", "對照", "長庚"),
    "cp932": ("東京大学", "健常者", "うつ病"),
    "cp1251": ("Москва", "контроль", "больной"),
    "cp1250": ("Łódź", "Plzeň", "Győr", "zdravý"),
    "mac_roman": ("Zürich", "Montréal", "Köln"),
}
IDS = ("001", "1.10", "1.1", "01E3", "NA", "sub-07", "123456789012345678", "1,10", "a b", "x;y")
MISSING = ("", "n/a", "NA", "NaN", ".", "#DIV/0!")


@dataclass(frozen=True)
class Style:
    """How a program writes: ``point`` the decimal mark, ``group`` the one between thousands."""

    encoding: str
    separator: str
    point: str
    group: str
    end: str

    def number(self, value: float, digits: int) -> str:
        """As the program writes it, in quotes where it must."""
        plain = f"{value:,.{digits}f}" if self.group else f"{value:.{digits}f}"
        return self.cell(plain.translate({ord(","): self.group, ord("."): self.point}))

    def cell(self, text: str) -> str:
        """In quotes where there are separators."""
        return f'"{text}"' if any(mark in text for mark in (self.separator, " ")) else text


def _style(encoding: str, separator: str, point: str, end: str, *, grouped: bool) -> Style:
    """Where commas part the cells, thousands are not parted by points: that looks like decimals."""
    group = {".": ",", ",": "" if separator == "," else "."}[point]
    return Style(encoding, separator, point, group if grouped else "", end)


STYLES = st.builds(
    _style,
    st.sampled_from(sorted(WORDS)),
    st.sampled_from(",;\t|"),
    st.sampled_from(".,"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    grouped=st.booleans(),
)
SCALES: tuple[tuple[float, float, int], ...] = ((0, 1, 4), (1, 5, 3), (500, 9e6, 0), (500, 9999, 1))


@dataclass(frozen=True)
class Table:
    """What a table holds in truth, and the bytes that were written of it."""

    body: bytes
    ids: tuple[str, ...]
    sites: tuple[str, ...]
    numbers: dict[str, list[float]]


def _of_rows(draw: st.DrawFn, words: Sequence[str], rows: int) -> list[str]:
    return draw(st.lists(st.sampled_from(words), min_size=rows, max_size=rows))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    style = draw(STYLES)
    rows = draw(st.integers(3, 8))
    ids, sites = _of_rows(draw, IDS, rows), _of_rows(draw, WORDS[style.encoding], rows)
    names, columns, numbers = ["ID", "SITE"], [ids, sites], {}
    for place in range(draw(st.integers(1, 3))):
        low, high, digits = draw(st.sampled_from(SCALES))
        values = draw(st.lists(st.floats(low, high), min_size=rows, max_size=rows))
        cells = [style.number(value, digits) for value in values]
        truth = [float(f"{value:.{digits}f}") for value in values]
        if draw(st.booleans()):
            cells[0], truth[0] = draw(st.sampled_from(MISSING)), np.nan
        names.append(f"GMV_{place}")
        columns.append(cells)
        numbers[names[-1]] = truth
    quoted = [[style.cell(cell) for cell in column] for column in columns[:2]] + columns[2:]
    lines = [style.separator.join(names), *map(style.separator.join, zip(*quoted, strict=True))]
    body = (style.end.join(lines) + style.end).encode(style.encoding)
    return Table(body, tuple(ids), tuple(sites), numbers)


@settings(max_examples=300, deadline=None)
@given(tables())
def test_what_is_taken_is_the_truth(table: Table) -> None:
    inquiry = Inquiry("a.csv")
    try:
        read = read_sheet(table.body, inquiry, 10**6)
        found = {name: to_numbers(read.column(name), name, inquiry) for name in table.numbers}
        inquiry.check()
    except CohortError:
        return
    asked = {question.id for question in inquiry.questions}
    if "encoding" not in asked:
        assert read.texts("SITE") == table.sites
        assert read.texts("ID") == table.ids
    if not asked & {"thousands", "points"}:
        for name, truth in table.numbers.items():
            assert np.array_equal(found[name], truth, equal_nan=True)
