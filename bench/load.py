"""What a worker asks of the queue and of the database, idle and while it trains.

``python -m bench.load --workers 2``: some workers and one process of the service on a Valkey and a
MariaDB of their own, which count it themselves; what the service asks by itself stands first.
"""

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import redis

from tests.databases import mysql_database, query
from tests.installations import process
from tests.mariadb import mariadb_server
from tests.places import PLAIN, WORKER, Place, place_at

TASK = {**PLAIN, "epochs": 100_000}
START_SECONDS = 15
# What the scripts call, which is counted in their own time.
OF_SCRIPTS = {f"cmdstat_{name}" for name in ("zadd", "zrangebyscore", "smembers", "lpop", "hmget")}


def main() -> None:
    """Print commands and statements a second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        mariadb_server(Path(name) / "mariadb") as server,
        mysql_database(server=server.url) as database,
        place_at(Path(name), SGN_DATABASE_URL=database) as place,
        ExitStack() as stack,
    ):
        print("a second", "scripts of the queue", "its commands", "its ms", "statements", sep="\t")
        _show("service", place, asked.seconds)
        for number in range(asked.workers):
            log = place.folder / f"worker-{number}.log"
            stack.enter_context(process(*WORKER, log=log, **place.variables))
        time.sleep(START_SECONDS)
        _show(f"and {asked.workers} idle workers", place, asked.seconds)
        tasks = [place.submit(param_set=TASK) for _ in range(asked.workers)]
        for task_id in tasks:
            place.until(task_id, {"Running"}, time.monotonic() + 60)
        _show("that train", place, asked.seconds)
        for task_id in tasks:
            place.http.post(f"/api/v0/tasks/{task_id}/cancel")


def _show(name: str, place: Place, seconds: float) -> None:
    before = _counts(place)
    time.sleep(seconds)
    rates = [(b - a) / seconds for a, b in zip(before, _counts(place), strict=True)]
    print(name, *(f"{rate:.1f}" for rate in rates), sep="\t", flush=True)


def _counts(place: Place) -> tuple[float, ...]:
    url = place.variables["SGN_DATABASE_URL"]
    ((_, statements),) = query(url, "SHOW GLOBAL STATUS LIKE 'Questions'")
    with redis.Redis.from_url(place.variables["SGN_REDIS_URL"]) as client:
        stats = client.info("commandstats")
    scripts = stats.get("cmdstat_evalsha", {"calls": 0, "usec": 0})
    inside = sum(each["usec"] for name, each in stats.items() if name in OF_SCRIPTS)
    spent = sum(stat["usec"] for stat in stats.values()) - inside
    return (
        scripts["calls"],
        sum(stat["calls"] for stat in stats.values()),
        spent / 1000,
        int(statements),
    )


if __name__ == "__main__":
    main()
