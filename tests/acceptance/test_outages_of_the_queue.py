"""A queue that is away for longer than a lease, and comes back empty."""

import contextlib
import time
from pathlib import Path

import pytest

from tests.acceptance.disturbed import LEASE_SECONDS, QUICK
from tests.faults.estate import Queue
from tests.installations import GIVE_UP_SECONDS, process
from tests.places import ENDED, PLAIN, WORKER, place_at
from tests.servers import free_ports

pytestmark = pytest.mark.slow


@pytest.mark.nightly
def test_the_queue_is_away_for_longer_than_a_lease_and_comes_back_empty(tmp_path: Path) -> None:
    """What is trained goes on, what waits is trained, what comes meanwhile is accepted."""
    (port,) = free_ports(1)
    queue = Queue(tmp_path / "own-queue", port)
    queue.folder.mkdir()
    queue.start()
    with contextlib.ExitStack() as stack:
        stack.callback(queue.stop)
        place = stack.enter_context(place_at(tmp_path, SGN_REDIS_URL=queue.url, **QUICK))
        worker = process(*WORKER, log=tmp_path / "worker.log", **place.variables)
        stack.enter_context(worker)
        before = [place.submit(param_set={**PLAIN, "epochs": 1000}), place.submit()]
        place.until(before[0], {"Running"}, time.monotonic() + GIVE_UP_SECONDS)
        queue.stop()
        stopped = time.monotonic()
        meanwhile = place.submit()
        time.sleep(max(0.0, stopped + 3 * LEASE_SECONDS - time.monotonic()))
        assert (
            place.until(before[0], ENDED, time.monotonic() + GIVE_UP_SECONDS)["task_status"]
            == "Finished"
        )
        queue.restart_empty()
        deadline = time.monotonic() + GIVE_UP_SECONDS
        for task_id in (*before, meanwhile):
            assert place.until(task_id, ENDED, deadline)["task_status"] == "Finished"
