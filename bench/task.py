"""Processor time and memory of whole tasks, beside those of another checkout.

``python -m bench.task --against ../other``: each task as a process of its own, ``python -m
graphnet``, in both checkouts in turn, so that whatever else the machine does meets them alike.
Printed are the median and the range of the processor seconds, the largest resident memory, and the
ratio of the medians. What takes longer than ``--limit`` processor seconds is given up, which is
said. ``--json`` ends with a line for programs.
"""

import argparse
import csv
import gzip
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parents[1]
DATA = HERE.parent / "shared" / "data"
ABIDE = DATA / "abide1"
MEGABYTE = 1e6 / 1024  # of the kilobytes that the kernel counts


@dataclass(frozen=True)
class Task:
    """What ``python -m graphnet`` is asked for."""

    name: str
    arguments: Sequence[str]


@dataclass
class Measured:
    """Of one checkout: processor seconds of each run, and the largest memory in MB."""

    seconds: list[float] = field(default_factory=list)
    memory: float = 0.0
    ended: bool = True

    @property
    def shown(self) -> str:
        """Median and range; what was given up took at least so long."""
        median = f"{'' if self.ended else '> '}{statistics.median(self.seconds):.1f} s"
        return f"{median} ({min(self.seconds):.1f}-{max(self.seconds):.1f}), {self.memory:.0f} MB"


def tasks(folder: Path) -> Iterator[Task]:
    """The tasks whose data are there; ``folder`` gets what has to be made of them."""
    site_a, site_b = ([str(path) for path in sorted(DATA.glob(f"{site}_*.csv"))] for site in "AB")
    folds = ("--cv-folds", "10")
    yield Task("default, A to B", ["--train", *site_a, "--test", *site_b])
    yield Task("ten folds x 5, A", ["--train", *site_a, *folds, "--cv-repeats", "5"])
    yield Task("nested, ten folds, A", ["--train", *site_a, *folds, "--nested"])
    surfaces = folder / "surfaces.csv"  # unpacked, as older builds read no packed table
    surfaces.write_bytes(gzip.decompress((ABIDE / "abide1_fs6_dk68.csv.gz").read_bytes()))
    yield Task("FreeSurfer, harmonised", ["--train", str(surfaces), "--harmonise"])
    series = str(ABIDE / "nyu_series.zip")
    yield Task("NYU, connectomes", ["--train", series])
    for model in ("BNT", "BrainNetCNN"):
        yield Task(f"NYU, {model}", ["--train", series, "--model", model])
    yield Task("ABIDE 871, connectomes", ["--train", str(selected(folder / "abide871.csv"))])


def selected(path: Path) -> Path:
    """The 871 subjects of the published selection, as a file."""
    with (ABIDE / "subjects.csv").open(encoding="utf-8", newline="") as people:
        wanted = {row["ID"] for row in csv.DictReader(people) if row["IN871"] == "1"}
    packed = ABIDE / "abide1_aal_fc_1102.csv.gz"
    with (
        gzip.open(packed, "rt", encoding="utf-8", newline="") as edges,
        path.open("w", encoding="utf-8", newline="") as chosen,
    ):
        rows = csv.reader(edges)
        header = next(rows)
        place = header.index("ID")
        csv.writer(chosen).writerows([header, *(row for row in rows if row[place] in wanted)])
    return path


def interpreter(checkout: Path) -> str:
    """The checkout's own environment where it has one, as older builds need other libraries."""
    own = checkout / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def measure(task: Task, checkout: Path, folder: Path, limit: int, into: Measured) -> None:
    """Run the task once and note what it took."""
    process = subprocess.Popen(
        [interpreter(checkout), "-m", "graphnet", *task.arguments, "--out", str(folder / "out")],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(checkout)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: resource.setrlimit(  # noqa: PLW1509 - there are no threads
            resource.RLIMIT_CPU, (limit, limit)
        ),
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)  # so that nobody waits for it again
    into.seconds.append(used.ru_utime + used.ru_stime)
    into.memory = max(into.memory, used.ru_maxrss / MEGABYTE)
    into.ended = into.ended and process.returncode == 0


def main() -> None:
    """Print a line for each task; one line of JSON at the end where it is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.task", description=__doc__)
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="of another build")
    parser.add_argument("--only", default="", help="tasks whose name contains this")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=int, default=1800, help="processor seconds (1800)")
    parser.add_argument("--json", action="store_true", help="end with a line of JSON")
    given = parser.parse_args()
    if not ABIDE.exists():
        raise SystemExit(f"The cohorts are not there: {ABIDE}")
    builds = {"this": HERE} | ({"other": given.against.resolve()} if given.against else {})
    figures = {}
    with tempfile.TemporaryDirectory() as name:
        for task in tasks(Path(name)):
            if given.only not in task.name:
                continue
            measured = {build: Measured() for build in builds}
            for _ in range(given.rounds):
                for build, checkout in builds.items():
                    measure(task, checkout, Path(name), given.limit, measured[build])
            line = ", ".join(f"{build} {taken.shown}" for build, taken in measured.items())
            if "other" in measured:
                medians = [statistics.median(measured[build].seconds) for build in builds]
                line += f", ratio {medians[1] / medians[0]:.1f}"
            print(f"{task.name:24}{line}", flush=True)
            figures[task.name] = {build: vars(taken) for build, taken in measured.items()}
    if given.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
