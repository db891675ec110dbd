"""How much sooner a shared task ends with more workers: ``python -m bench.fan_out --workers 1 2``.

Nested cross-validation in ten folds, in ten parts, from the post to ``Finished``, by workers that
have started before. The counts take turns, so that whatever else the machine does meets them alike.
"""

import argparse
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from actors.queue import count_workers
from actors.redis_connection import redis_client
from tests.installations import process
from tests.places import WORKER, Place, names_of, place_at

TASK = {
    "epochs": 400, "batch_size": 8, "cv_folds": 10, "nested": True, "baselines": False,
    "explain": False, "fan_out": 10,
}  # fmt: skip


def main() -> None:
    """Print seconds by number of workers, and the ratio to the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    seconds: dict[int, list[float]] = {count: [] for count in asked.workers}
    with tempfile.TemporaryDirectory() as name, place_at(Path(name)) as place:
        for _ in range(asked.rounds):
            for count, found in seconds.items():
                found.append(_timed(place, count))
                print(count, f"{found[-1]:.1f} s", sep="\t", flush=True)
    first = statistics.median(seconds[asked.workers[0]])
    for count, found in seconds.items():
        median = statistics.median(found)
        print(count, f"median {median:.1f} s", f"ratio {first / median:.2f}", sep="\t")


def _timed(place: Place, count: int) -> float:
    with ExitStack() as stack:
        for number in range(count):
            log = place.folder / f"worker-{number}.log"
            stack.enter_context(process(*WORKER, log=log, **place.variables))
        with redis_client(place.variables["SGN_REDIS_URL"]) as client:
            client.flushall()
            names = names_of(place.variables)
            while sum(count_workers(client, names).values()) < count:
                time.sleep(0.1)
        start = time.monotonic()
        task = place.until(place.submit(param_set=TASK), {"Finished", "Failed"}, start + 600)
        assert task["task_status"] == "Finished", task["error"]
        return time.monotonic() - start


if __name__ == "__main__":
    main()
