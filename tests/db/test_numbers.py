"""Ids: prefix, second, six digits; never more than 32 characters."""

import re
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from db import texts as numbers
from db.texts import IdGenerator


@pytest.mark.parametrize("prefix", ["TASK", "DATA"])
def test_an_id_has_the_contract_s_form(prefix: str) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    for number in IdGenerator().ids(prefix):
        found = re.fullmatch(rf"{prefix}(\d{{12}})(\d{{2,}})", number)
        assert found is not None
        assert len(number) <= 32
        second = datetime.strptime(found[1], "%y%m%d%H%M%S").replace(tzinfo=UTC)
        assert before <= second <= before + timedelta(seconds=5)


def test_ids_of_one_counter_differ_also_where_it_begins_anew() -> None:
    counter = IdGenerator()
    counter._next = numbers.RANGE - 3
    ids = [number for _ in range(50) for number in counter.ids("TASK")]
    assert len(set(ids)) == len(ids) == 50 * numbers.TRIES


def test_ids_of_one_second_sort_as_they_were_made() -> None:
    counter = IdGenerator()
    counter._next = 9_990
    ids = [made_id[len("TASK") + 12 :] for made_id in islice(counter.ids("TASK"), 20)]
    assert ids == sorted(ids)
    assert ids[8:11] == ["009999", "010000", "010001"]


def test_a_counter_starts_far_from_where_it_starts_again() -> None:
    assert all(IdGenerator()._next < numbers.RANGE - 100_000 for _ in range(50))


def test_two_processes_seldom_begin_at_the_same_place() -> None:
    assert len({IdGenerator()._next for _ in range(20)}) > 15
