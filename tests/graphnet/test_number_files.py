"""Files of one subject as numbers: no header as a time point, no index as a region."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from graphnet.errors import CohortError
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.text.number_files import NumberTable, read_numbers

VALUES = np.array([[0.5, -1.25, 2.0], [0.25, 3.5, -0.125], [1.5, 0.75, 4.0], [2.5, 0.1, 0.2]])


def block(text: str | bytes, **answers: str) -> tuple[NumberTable, Inquiry]:
    inquiry = Inquiry("folder", answers)
    body = text.encode() if isinstance(text, str) else text
    return read_numbers(body, inquiry, "a.tsv"), inquiry


def lines(*before: str, separator: str = "\t", index: bool = False) -> str:
    rows = [[repr(float(number)) for number in row] for row in VALUES]
    if index:
        rows = [[str(place), *row] for place, row in enumerate(rows)]
    return "\n".join([*before, *(separator.join(row) for row in rows)]) + "\n"


def check(
    found: NumberTable, header: tuple[str, ...] | None, index: tuple[str, ...] | None
) -> None:
    assert np.array_equal(found.values, VALUES)
    assert found.header == header
    assert found.index == index


@pytest.mark.parametrize(
    ("text", "header", "index"),
    [
        (lines(), None, None),
        (lines(separator=","), None, None),
        (lines(separator=", "), None, None),
        (lines(separator="  "), None, None),
        (lines(separator=";"), None, None),
        (lines().replace("\n", "\r\n"), None, None),
        (lines("# command_history: tck2connectome", separator=","), None, None),
        (lines("# made with", "# two lines"), None, None),
        (lines("0\t1\t2"), ("0", "1", "2"), None),
        (lines("1\t2\t3"), ("1", "2", "3"), None),
        (lines("2001\t2101\t9170"), ("2001", "2101", "9170"), None),
        (lines("#2001\t#2002\t#2003"), ("2001", "2002", "2003"), None),
        (lines("#2001 #2002 #2003", separator=" "), ("2001", "2002", "2003"), None),
        (lines("Vis_1\tVis 2\tVermis_3"), ("Vis_1", "Vis 2", "Vermis_3"), None),
        (lines('"a","b","c"', separator=","), ("a", "b", "c"), None),
        (lines("\t0\t1\t2", index=True), ("0", "1", "2"), ("0", "1", "2", "3")),
        (lines("\ta\tb\tc", index=True), ("a", "b", "c"), ("0", "1", "2", "3")),
        (lines("Unnamed: 0\ta\tb\tc", index=True), ("a", "b", "c"), ("0", "1", "2", "3")),
        (lines("a b c", separator=" ", index=True), ("a", "b", "c"), ("0", "1", "2", "3")),
        (lines("a\tb\tc\t").replace("\n", "\t\n").replace("\t\t", "\t"), ("a", "b", "c"), None),
    ],
)
def test_numbers_and_names_are_told_apart(
    text: str, header: tuple[str, ...] | None, index: tuple[str, ...] | None
) -> None:
    found, inquiry = block(text)
    assert not inquiry.questions
    check(found, header, index)


def test_a_matrix_with_node_names() -> None:
    found, inquiry = block("Node\tA\tB\nA\t1.0\t0.5\nB\t0.5\tn/a\n")
    assert not inquiry.questions
    assert (found.header, found.index) == (("A", "B"), ("A", "B"))
    assert np.array_equal(found.values, [[1, 0.5], [0.5, np.nan]], equal_nan=True)


@pytest.mark.parametrize("name", ["Sub-brick", "time"])
def test_a_count_of_the_rows_beside_a_text_is_no_region(name: str) -> None:
    rows = [f"f.nii\t{line}" for line in lines(index=True).splitlines()]
    found, inquiry = block("\n".join([f"File\t{name}\ta\tb\tc", *rows]))
    check(found, ("a", "b", "c"), ("f.nii",) * 4)
    assert len(inquiry.assumptions) == 1
    assert inquiry.questions == []


def test_a_count_of_the_rows_beside_a_text_of_another_name_is_asked_about() -> None:
    rows = [f"f.nii\t{line}" for line in lines(index=True).splitlines()]
    text = "\n".join(["File\tnumber\ta\tb\tc", *rows])
    _, inquiry = block(text)
    assert [question.id for question in inquiry.questions] == ["index"]
    found, _ = block(text, index="index")
    check(found, ("a", "b", "c"), ("f.nii",) * 4)
    found, _ = block(text, index="region")
    assert found.header == ("number", "a", "b", "c")


def test_text_columns_of_afni_are_no_regions() -> None:
    found, inquiry = block(
        "File\tSub-brick\tMean_1\tMean_2\nx.nii\t0[?]\t0.5\t1\nx.nii\t1[?]\t2\t3\n"
    )
    assert found.header == ("Mean_1", "Mean_2")
    assert found.index is None
    assert found.values.tolist() == [[0.5, 1], [2, 3]]
    assert [*map(str, inquiry.assumptions)] == ["File and Sub-brick hold text and were ignored."]


def test_empty_cells_are_missing_in_their_place() -> None:
    found, _ = block("a\tb\tc\n\t1.5\t2.5\n0.5\t\t2\n1\t2\t\nn/a\tNaN\t#NV\n-inf\t.\tInf\n")
    nan, inf = np.nan, np.inf
    right = [[nan, 1.5, 2.5], [0.5, nan, 2], [1, 2, nan], [nan, nan, nan], [-inf, nan, inf]]
    assert np.array_equal(found.values, right, equal_nan=True)


def test_a_region_without_values_keeps_its_place() -> None:
    found, _ = block("a\tb\tc\n0.5\t1.5\t\n2.5\t3.5\t\n")
    assert found.header == ("a", "b", "c")
    assert np.isnan(found.values[:, 2]).all()


@pytest.mark.parametrize(
    ("text", "key", "answers"),
    [
        # counts throughout: a first line of names, or the first of the values?
        (
            "0\t1\t2\n3\t0\t5\n4\t1\t0\n2\t2\t2\n7\t7\t8\n",
            "header",
            {"names": (4, 3), "values": (5, 3)},
        ),
        # a square matrix with that line
        ("0\t1\t2\n1\t0\t0.5\n2\t0.5\t0\n", "header", {"names": (2, 3), "values": (3, 3)}),
        ("3\t1\t2\n0.5\t0.2\t0.1\n0.4\t0.3\t0.6\n", "header", {"names": (2, 3), "values": (3, 3)}),
        ("# left right\n0.5 0.2\n0.4 0.3\n", "header", {"names": (2, 2), "comment": (2, 2)}),
        (lines(index=True), "index", {"index": (4, 3), "region": (4, 4)}),
        (lines("k\ta\tb\tc", index=True), "index", {"index": (4, 3), "region": (4, 4)}),
        ("0.5\t1.5\t\n2.5\t3.5\t\n", "trailing", {"none": (2, 2), "region": (2, 3)}),
        ("4,153;3,874\n4,250;3,823\n", "thousands", {"thousands": (2, 2), "decimal": (2, 2)}),
    ],
)
def test_what_is_doubtful_is_asked(
    text: str, key: str, answers: dict[str, tuple[int, int]]
) -> None:
    _, inquiry = block(text)
    assert [question.id for question in inquiry.questions] == [key]
    assert {choice.value for choice in inquiry.questions[0].choices} == set(answers)
    for answer, shape in answers.items():
        found, inquiry = block(text, **{key: answer})
        assert not inquiry.questions
        assert found.values.shape == shape
        assert (found.header is not None) == (answer == "names" or text.startswith("k"))


def test_one_question_for_a_whole_folder() -> None:
    inquiry = Inquiry("folder")
    for name in ("a", "b"):
        read_numbers(lines(index=True).encode(), inquiry, name)
    assert [question.id for question in inquiry.questions] == ["index"]


def test_a_first_row_of_equal_or_negative_whole_numbers_is_data() -> None:
    for first in ("0\t0\t0", "-1\t0\t1", "0.5\t1\t2"):
        found, inquiry = block(lines(first))
        assert not inquiry.questions
        assert found.values.shape == (5, 3)


def test_decimal_commas() -> None:
    for separator in ("\t", ";", " "):
        found, _ = block(lines(separator=separator).replace(".", ","))
        check(found, None, None)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("0.5\t1\n0.5\n", "Line 2 of a.tsv has 1 cells, but line 1 has 2"),
        ("a\tb\tc\n0.5\t1\n", "names 3 columns"),
        ("a\tb\n0.5\t1\n0.5\tbad\n", "Line 3 of a.tsv holds 'bad' under b"),
        ("a\tb\n0.5\t1\nbad\t2\n", "holds 'bad' in column 1"),
        ("\ta\n0.5\t1\n0.7\t2\n", "first column that has no name"),
        ("a\tb\n", "no numbers"),
        ("", "no line of data"),
        ("# nothing\n", "no line of data"),
        (b"\x93NUMPY\0\0", "not text"),
    ],
)
def test_what_is_no_block_of_numbers_is_refused(text: str | bytes, part: str) -> None:
    with pytest.raises(CohortError, match=r"a\.tsv") as refused:
        block(text)
    assert part in str(refused.value)


@given(
    arrays(
        np.float64, st.tuples(st.integers(2, 6), st.integers(3, 6)), elements=st.floats(0.01, 0.99)
    ),
    st.sampled_from(["none", "numbers", "words"]),
    st.sampled_from(["\t", ",", " ", ";"]),
)
def test_what_numpy_and_pandas_write_comes_back(
    values: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", header: str, separator: str
) -> None:
    names = {
        "none": None,
        "numbers": tuple(str(place) for place in range(values.shape[1])),
        "words": tuple(f"ROI_{place}" for place in range(values.shape[1])),
    }[header]
    rows = [separator.join(repr(float(number)) for number in row) for row in values]
    text = "\n".join([*([separator.join(names)] if names else []), *rows])
    found, inquiry = block(text)
    if inquiry.questions:  # a square with its first line
        assert len(values) + 1 == values.shape[1]
        found, inquiry = block(text, header="names")
    assert np.array_equal(found.values, values)
    assert found.header == names


def files_of(folder: Path, pattern: str) -> list[NumberTable]:
    inquiry = Inquiry("folder")
    found = [read_numbers(path, inquiry, path.name) for path in sorted(folder.rglob(pattern))]
    assert found
    assert not inquiry.questions
    assert not inquiry.problems
    return found


@pytest.mark.parametrize(
    ("folder", "pattern", "shape", "starts"),
    [
        ("folders/f07_abide_1D_as_they_are", "*.1D", (60, 5), (0.18905338179353307, "2001")),
        ("folders/f08_abide_1D_renamed", "ROI*.txt", (60, 5), (0.18905338179353307, "2001")),
        ("folders/f09_adhd200_TCs_renamed", "ROI*.txt", (60, 5), (0.189053, "Mean_2001")),
        ("folders/f11_xcpd_relmat_with_Node", "*relmat.tsv", (5, 5), (1.0, "LH_Vis_1")),
        ("folders/f27_mrtrix_csv", "*connectome.csv", (5, 5), (1000.0, None)),
        (
            "folders/f31_csv_timeseries_commas",
            "*timeseries.csv",
            (60, 5),
            (0.18905338179353307, "LH_Vis_1"),
        ),
        (
            "folders/g01_pandas_header_0_to_N",
            "*timeseries.tsv",
            (60, 12),
            (-0.7056913877019637, "0"),
        ),
        ("folders/g03_no_header", "*timeseries.tsv", (60, 12), (-0.7056913877019637, None)),
        (
            "folders/g05_pandas_default_index_and_header",
            "*timeseries.tsv",
            (60, 12),
            (-0.7056913877019637, "0"),
        ),
        (
            "folders/g06_dpabi_time_by_region_with_header_words",
            "ROI*.txt",
            (60, 12),
            (-0.7056913877019637, "ROI 0"),
        ),
        ("product/01_empty_cells_each_subject_another", "*series.tsv", (100, 10), (None, "P1")),
        ("product/03_numeric_header", "*series.tsv", (100, 5), (None, "1")),
    ],
)
def test_files_as_people_have_them(
    wild: Path,
    folder: str,
    pattern: str,
    shape: tuple[int, int],
    starts: tuple[float | None, str | None],
) -> None:
    first, header = starts
    found = files_of(wild / folder, pattern)
    assert {numbers.values.shape for numbers in found} == {shape}
    assert {numbers.header and numbers.header[0] for numbers in found} == {header}
    if first is not None:
        assert found[0].values[0, 0] == first


def test_a_region_of_n_a_and_empty_cells_in_real_folders(wild: Path) -> None:
    found = files_of(wild / "folders/f19_timeseries_na_column", "*timeseries.tsv")
    assert any(np.isnan(numbers.values).all(axis=0).any() for numbers in found)
    empty = files_of(wild / "product/01_empty_cells_each_subject_another", "*series.tsv")
    missing = [np.flatnonzero(np.isnan(numbers.values).all(axis=0)).tolist() for numbers in empty]
    assert all(len(places) == 1 for places in missing)
    assert len({places[0] for places in missing}) > 1


def test_a_damaged_cell_of_the_first_row_makes_no_header() -> None:
    with pytest.raises(CohortError, match="holds '-n/a298' in column 1"):
        block("-n/a298\t0.5\n0.25\t0.5\n")


def test_infinite_numbers_beside_decimal_commas() -> None:
    found, inquiry = block("Inf;0,5\n0,25;n/a\n")
    assert not inquiry.questions
    assert np.array_equal(found.values, [[np.inf, 0.5], [0.25, np.nan]], equal_nan=True)


def test_a_column_that_counts_time_is_no_region_and_that_is_said() -> None:
    found, inquiry = block("time\ta\tb\n0\t0.5\t1.5\n2.5\t0.25\t1\n5\t0.1\t3.5\n")
    assert found.values.tolist() == [[0.5, 1.5], [0.25, 1.0], [0.1, 3.5]]
    assert found.header == ("a", "b")
    assert not inquiry.questions
    assert [*map(str, inquiry.assumptions)] == [
        "The column time counts time; it was not read as a region."
    ]
