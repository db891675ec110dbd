"""Many results are read a few at a time, and only what was asked of each is kept."""

import json

import pytest

from db.neurolearn import Submission
from db.results import AT_ONCE, read_results
from tests.db.samples import submitted

pytestmark = pytest.mark.usefixtures("url")


async def test_more_results_than_are_read_at_once_are_reduced() -> None:
    ids = [await submitted() for _ in range(5)]
    for number, task_id in enumerate(ids[:4]):
        await Submission.filter(task_id=task_id).update(task_result=json.dumps({"n": number}))
    await Submission.filter(task_id=ids[3]).update(task_result="It failed.")
    many = [*(f"TASK{number}" for number in range(AT_ONCE)), *ids]

    found = await read_results(many, lambda result: result and result["n"])

    assert found == {**dict(zip(ids, range(3), strict=False)), ids[3]: None, ids[4]: None}
    assert await read_results([], bool) == {}
