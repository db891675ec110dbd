"""Ids of two files: the same subject under two spellings is found, said, or named."""

from pathlib import Path

import numpy as np
import pytest

from graphnet.data.identifiers import bare, collisions, match_ids
from graphnet.messages import Message, first_of
from graphnet.readers import from_table, read_table


@pytest.mark.parametrize(
    ("written", "plain"),
    [("sub-01", "01"), (" SUB-01 ", "01"), ("Sub_001", "001"), ("sub-", "sub-"),
     ("subject1", "subject1"),
     ("01", "01")],
)  # fmt: skip
def test_an_id_is_bare_without_sub_and_blanks(written: str, plain: str) -> None:
    assert bare(written) == plain


def test_ids_match_as_written_first() -> None:
    match = match_ids(["0012", "12", "x"], ["12", "0012", "y"])
    assert match.pairs == (("0012", "0012"), ("12", "12"))
    assert (match.how, match.collisions) == ((), ())


def test_ids_match_without_sub_and_it_is_said() -> None:
    match = match_ids(["sub-001", "002", "3"], ["001", "sub-002 ", "003"])
    assert match.pairs == (("sub-001", "001"), ("002", "sub-002 "), ("3", "003")) or (
        match.pairs[:2] == (("sub-001", "001"), ("002", "sub-002 "))
    )
    assert match.how[0] == Message("ids.without-prefix", count=2, one="'sub-001'", other="'001'")


def test_zeros_are_dropped_where_one_whole_side_has_none() -> None:
    match = match_ids(["0050952", "0050953", "a"], ["50953", "50952", "b"])
    assert match.pairs == (("0050952", "50952"), ("0050953", "50953"))
    assert match.how == (Message("ids.without-zeros", count=2, one="'0050952'", other="'50952'"),)
    assert match_ids(["0050952", "1"], ["50952", "01"]).pairs == ()
    assert match_ids(["1.10"], ["1.1"]).pairs == ()


def test_ids_that_cannot_be_told_apart_are_named() -> None:
    match = match_ids(["001", "01"], ["1", "2"])
    assert match.pairs == ()
    assert match.collisions == (Message("ids.collide", ids=first_of(["001", "01"])),)
    assert collisions(["sub-1", "1", "01"]) == [("sub-1", "1")]


def test_nobody_is_named_by_an_empty_id() -> None:
    assert match_ids(["", " "], ["", "a"]).pairs == ()


def test_the_same_subjects_of_files_in_two_spellings(wild: Path) -> None:
    folder = wild / "product" / "08_same_subject_two_spellings"

    def ids(name: str) -> tuple[str, ...]:
        if name.endswith(".npz"):
            return tuple(np.load(folder / name)["ids"])
        return from_table(read_table(folder / name), name).ids

    for left, right, count in (
        ("A.csv", "B.npz", 12), ("A.csv", "B2.csv", 12), ("A.csv", "B.csv", 11),
        ("P.csv", "Q.csv", 12), ("P.csv", "S.csv", 12),
    ):  # fmt: skip
        assert len(match_ids(ids(left), ids(right)).pairs) == count
    for name in ("0012_and_12.csv", "1.10_and_1.1.csv"):
        assert len(set(ids(name))) == 2


@pytest.mark.parametrize(
    ("files", "table"),
    [
        (["sub-01", "sub-02"], ["1.0", "2.0"]),  # a column of numbers with a gap
        (["ctl01", "pat02"], ["CTL01", "PAT02"]),
        (["subj001", "Subject002"], ["1", "2"]),
        (["sub-01_T1w", "sub-02_ses-1_bold"], ["sub-01", "02"]),
    ],
)
def test_other_spellings_of_one_id(files: list[str], table: list[str]) -> None:
    match = match_ids(files, table)
    assert match.pairs == tuple(zip(files, table, strict=True))
    assert match.how
    assert match.collisions == ()


def test_decimals_that_tell_ids_apart_do_so() -> None:
    assert match_ids(["1", "2"], ["1.0", "1.10"]).pairs == ()
    assert match_ids(["ab1"], ["AB1", "aB1"]).pairs == ()
