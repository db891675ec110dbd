"""How soon lists of tasks are there, and how large the first is, with 100 and with 10,000 tasks.

``python -m bench.pages [--json]``: on SQLite and on MariaDB, over HTTP, medians; every task has
finished and has a result of the size asked for. ``first`` reads results for the first time.
"""

import argparse
import json
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from db.models import Run
from db.neurolearn import Submission
from tests.databases import query
from tests.places import Place, place_at

RUNS = 15
SIZES = (100, 10_000)
KINDS = {"sqlite": "folder", "mariadb": "servers"}
METRICS = (
    '{"metrics":{"test":{"auc":0.8,"ci":{"auc":[0.7,0.9]}}},"known_subjects":{"test":0},"filler":"'
)
SEQUENCE = {
    "folder": "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM s WHERE n<{n}) "
    "SELECT n FROM s)",
    "servers": "(SELECT seq AS n FROM seq_1_to_{n})",
}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--kilobytes", type=int, default=20)
    asked = parser.parse_args()
    found = {name: _on(kind, asked.kilobytes) for name, kind in KINDS.items()}
    print(json.dumps(found, indent=1) if asked.json else _table(found))
    return 0


def _on(kind: str, kilobytes: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder, place_at(Path(folder), kind) as place:
            _fill(place, kind, size, kilobytes)
            found[str(size)] = _measured(place.http)
    few, many = (found[str(size)]["ms"] for size in SIZES)
    found["ratio"] = {name: round(many[name] / few[name], 2) for name in few}
    return found


def _fill(place: Place, kind: str, size: int, kilobytes: int) -> None:
    """Copies of one task, with ids of their own and a result that no copy shares."""
    task_id = place.submit()
    result = METRICS + "x" * (1000 * kilobytes) + '"}'
    sequence = SEQUENCE[kind].format(n=size)
    copy = "CONCAT('TASK', 900000 + n)" if kind == "servers" else "'TASK' || (900000 + n)"
    changed = {"task_id": copy, "task_status": "'Finished'", "task_result": f"'{result}'"}
    changed |= {"state": "'Finished'"}
    statements = []
    for model in (Submission, Run):
        columns = [name for name in model._meta.db_fields if name != "id"]  # noqa: SLF001
        values = ", ".join(changed.get(name, f"t.{name}") for name in columns)
        table = model._meta.db_table  # noqa: SLF001
        statements.append(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} "
            f"FROM {table} t, {sequence} q WHERE t.task_id = '{task_id}'"
        )
    query(place.variables["SGN_DATABASE_URL"], *statements)


def _measured(http: httpx.Client) -> dict[str, Any]:
    http.get("/?q=nothing")  # templates are read once a process
    began = time.perf_counter()
    page = http.get("/", headers={"accept": "text/html"})
    first = 1000 * (time.perf_counter() - began)
    files = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text))
    deep = json.loads(http.get("/api/v0/tasks?limit=50").text)["next_cursor"]
    addresses = {
        "again": "/",
        "older": f"/?cursor={deep}",
        "searched": "/?q=TASK90000",
        "nothing found": "/?q=nothing",
        "failed only": "/?status=Failed",
        "new task": "/tasks/new",
        "compare": "/compare",
    }
    times = {name: _median(http, address) for name, address in addresses.items()}
    return {
        "ms": {"first": round(first, 1), **times},
        "page_bytes": len(page.content),
        "all_bytes": len(page.content) + sum(len(http.get(file).content) for file in files),
    }


def _median(http: httpx.Client, address: str) -> float:
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        http.get(address).raise_for_status()
        times.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(times), 1)


def _table(found: dict[str, Any]) -> str:
    lines = []
    for name, sizes in found.items():
        for size in map(str, SIZES):
            each = sizes[size]
            lines.append(f"{name} {size}: {each['ms']} ms, {each['page_bytes']} bytes, ")
            lines[-1] += f"{each['all_bytes']} with its files"
        lines.append(f"{name} ratio: {sizes['ratio']}")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
