"""``python -m tests.faults --count 1000 --seed 1``: the long plan, and its figures."""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.faults.books import close
from tests.faults.desk import Desk
from tests.faults.estate import estate
from tests.faults.plan import Plan

PAUSE = 0.7  # seconds between two faults, at most
END_SECONDS = 120  # in which a task comes on, if any is still open


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop earlier")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sgn-faults-") as folder:
        found = inject(Path(folder), asked.count, asked.seed, asked.seconds)
    print(json.dumps(found, indent=1))
    return 1 if found["wrong"] else 0


def inject(folder: Path, count: int, seed: int, seconds: float = float("inf")) -> dict[str, Any]:
    """Inject ``count`` faults, or as many as ``seconds`` allow, and close the books."""
    drawn = random.Random(seed)
    began = time.monotonic()
    with estate(folder) as installation:
        desk = Desk(installation.url, random.Random(seed + 1))
        desk.add_datasets()
        plan = Plan(installation, desk, drawn)
        busy = desk.keep_busy()
        while plan.done.total() < count and time.monotonic() - began < seconds:
            time.sleep(drawn.uniform(0, PAUSE))
            name = plan.inject()
            print(f"{plan.done.total()} {name}; {len(desk.accepted)} tasks", file=sys.stderr)
        desk.stop()
        busy.join()
        installation.await_answer()
        books = close(installation, desk, END_SECONDS)
        if books.wrong:
            print(
                "".join(part.log.read_text()[-6000:] for part in installation.workers),
                file=sys.stderr,
            )
    return {
        "seed": seed,
        "seconds": round(time.monotonic() - began),
        "faults": plan.done.total(),
        "by_fault": dict(sorted(plan.done.items())),
        "tasks": len(desk.accepted),
        "attempts": books.attempts,
        "statuses": dict(books.statuses),
        "wrong": books.wrong,
    }


if __name__ == "__main__":
    sys.exit(main())
