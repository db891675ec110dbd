"""Subjects are found again by hashes of their ids, however these are spelled."""

import hashlib
from dataclasses import replace

import pytest

from graphnet.data.cohort import Cohort
from graphnet.data.provenance import seen_in_training, spelled_differently, subjects
from tests.graphnet.people import cohort


def people(*ids: str) -> Cohort:
    return replace(cohort(controls=len(ids), patients=0), ids=ids)


def older(*ids: str) -> list[str]:
    """As a manifest before this one lists them: hashes of ids as they were written."""
    return sorted(hashlib.sha256(each.encode()).hexdigest()[:16] for each in ids)


@pytest.mark.parametrize(
    ("trained_on", "here"),
    [
        ("0050952", "0050952"),
        ("0050952", "sub-0050952"),
        ("sub-0050952", "0050952"),
        ("0050952", "50952"),
        ("sub-0050952", "50952"),
        ("50952", "0050952"),
        ("50952", "sub-0050952"),
    ],
)
def test_a_subject_is_known_whatever_the_spelling(trained_on: str, here: str) -> None:
    for stored in (subjects([trained_on, "A7"]), older(trained_on, "A7")):
        found = seen_in_training(stored, people(here, "B9"))
        assert list(found) == [here]
        assert bool(spelled_differently(found)) is (trained_on != here) or "sub-" in trained_on


def test_blanks_around_an_id_are_no_part_of_it() -> None:
    assert list(seen_in_training(subjects(["sub-001 "]), people("001", "002"))) == ["001"]


def test_a_match_by_another_spelling_is_said() -> None:
    found = seen_in_training(subjects(["0012", "0013"]), people("12", "13", "14"))
    assert found == {"12": "0012", "13": "0013"}
    assert str(spelled_differently(found)) == (
        "2 subjects matched a training subject although their ids are spelled differently (12 is "
        "0012 there and 13 is 0013 there)."
    )
    assert spelled_differently({"12": "12"}) is None


def test_two_people_of_one_file_stay_two() -> None:
    assert seen_in_training(subjects(["12"]), people("0012", "12")) == {"12": "12"}
    assert seen_in_training(subjects(["0012", "012"]), people("0012", "00012")) == {"0012": "0012"}


def test_other_ids_are_not_known() -> None:
    assert seen_in_training(subjects(["A12", "1.10", "12a"]), people("A012", "1.1", "012a")) == {}
    assert seen_in_training([], people("A")) == {}


def test_the_hashes_of_plain_ids_are_those_of_before() -> None:
    assert subjects(["A1", "0012"]) == older("A1", "0012")
