"""A worker with nothing to do ends by itself, and one that trains does not."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.installations import GIVE_UP_SECONDS, process
from tests.places import ENDED, PLAIN, place_at

pytestmark = [pytest.mark.slow, pytest.mark.nightly]


def test_a_worker_trains_for_as_long_as_it_takes_and_then_ends_by_itself(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with place_at(tmp_path, SGN_IDLE_EXIT_SECONDS="1") as place:
        task_id = place.submit(param_set={**PLAIN, "epochs": 100_000})
        with process("service.local.processes", log=log, **place.variables) as worker:
            place.until(task_id, {"Running"}, time.monotonic() + GIVE_UP_SECONDS)
            time.sleep(2.5)  # longer than it would wait
            task = place.http.get(f"/api/v0/tasks/{task_id}").json()["task"]
            assert (task["task_status"], task["attempt"]) == ("Running", 1), log.read_text()
            assert "nothing was to be done" not in log.read_text()
            place.http.post(f"/api/v0/tasks/{task_id}/cancel").raise_for_status()
            place.until(task_id, ENDED, time.monotonic() + GIVE_UP_SECONDS)
            assert worker.wait(30) == 0, log.read_text()
    assert "nothing was to be done for 1 s" in log.read_text()
    assert "exited unexpectedly" not in log.read_text()


def test_an_idle_worker_has_imported_no_library_that_only_a_task_needs() -> None:
    """Each of them is tens of megabytes that every worker of a cluster would hold."""
    slow = ("pandas", "scipy", "sklearn", "nilearn", "matplotlib", "nibabel", "h5py")
    program = f"import sys, actors.worker; print([m for m in {slow} if m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert run.stdout.strip() == "[]"
