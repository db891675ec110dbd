"""A worker with nothing to do ends by itself, and one that trains does not."""

import time
from pathlib import Path

import pytest

from tests.databases import query
from tests.houses import process
from tests.places import ENDED, PLAIN, place_at

pytestmark = pytest.mark.slow


def test_a_worker_does_its_task_however_long_it_takes_and_then_ends_by_itself(
    tmp_path: Path,
) -> None:
    log = tmp_path / "worker.log"
    with place_at(tmp_path, SGN_IDLE_EXIT_SECONDS="1") as place:
        task_id = place.submit(param_set={**PLAIN, "epochs": 1500})
        with process("service.worker_process", log=log, **place.variables) as worker:
            task = place.until(task_id, ENDED, time.monotonic() + 60)
            assert worker.wait(30) == 0, log.read_text()
        assert task["task_status"] == "Finished", task["error"]
        assert task["attempt"] == 1
        (times,) = query(
            place.variables["SGN_DATABASE_URL"],
            f"SELECT started_at, finished_at FROM sgn_runs WHERE task_id = '{task_id}'",
        )
        assert times[1] - times[0] > 1000, "else it would not have been idle for long enough"
    assert "nothing was to be done for 1 s" in log.read_text()
    assert "exited unexpectedly" not in log.read_text()
