"""Large cohorts from a file to a dataset that a training opens: time and memory of every process.

``python -m bench.intake``: each cohort is written as a file, sent by the Python client to a service
and a worker of its own, and stored. Peaks are above what each process held before. Then the stored
arrays are opened as a training opens them, and every value is read, beside the JSON in which
NEURO-LEARN would keep the cohort. ``--json`` ends with a line for programs.
"""

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import psutil

from graphnet.data.cohorts import cohort_of
from graphnet.data.storage import load
from graphnet.readers.reading import read
from service.client import Client
from tests.installations import process
from tests.places import WORKER, Place, place_at

MEGABYTE = 1e6
LOOK_SECONDS = 0.02
ROWS = 200  # of a cohort's JSON that is read; the time for all is in proportion


@dataclass(frozen=True)
class Cohort:
    """A file of ``name``, written by ``write``; ``mapping`` says how it is to be read."""

    name: str
    write: Callable[[Path], None]
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """Seconds and megabytes; those of the service and the worker are their growth."""

    name: str
    file_mb: float
    seconds: float
    service_mb: float
    worker_mb: float
    open_seconds: float
    json_seconds: float


def cohorts() -> Iterator[Cohort]:
    """ABIDE's size, and what a consortium has."""
    yield Cohort("871 x 200, connectomes", lambda path: _connectomes(path, 871, 200, whole=True))
    yield Cohort(
        "1,000 x 400, triangles",
        lambda path: _connectomes(path, 1000, 400, whole=False),
        {"triangle": "upper"},
    )
    yield Cohort("50,000 x 400 x 3, measures", lambda path: _measures(path, 50_000, 400, 3))


def main() -> None:
    """Print a line for each cohort."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="cohorts with this in the name")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    measured = []
    for cohort in cohorts():
        if asked.only not in cohort.name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            measured.append(measure(cohort, Path(folder)))
        print(_line(measured[-1]), flush=True)
    if asked.json:
        print(json.dumps([asdict(each) for each in measured]))


def measure(cohort: Cohort, folder: Path) -> Measured:
    """Send one cohort, and open it."""
    file = folder / "cohort.npz"
    cohort.write(file)
    with (
        place_at(folder, SGN_UPLOAD_SECONDS="600") as place,
        process(*WORKER, log=folder / "worker.log", **place.variables) as worker,
    ):
        _warm_up(place)
        service = _listening(place)
        with Peak([service]) as of_service, Peak([psutil.Process(worker.pid)]) as of_worker:
            began = time.perf_counter()
            data_id = _send(place, file, cohort.mapping)
            seconds = time.perf_counter() - began
        stored = folder / "registry" / "datasets" / data_id
        cohort_of(load(stored), "cohort")
        return Measured(
            cohort.name,
            file.stat().st_size / MEGABYTE,
            seconds,
            of_service.growth,
            of_worker.growth,
            _timed(lambda: _open(stored)),
            _json_seconds(stored, folder),
        )


class Peak:
    """The most memory that processes and their children take together, looked at often."""

    def __init__(self, processes: Sequence[psutil.Process]) -> None:
        self._processes = processes
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._before = self._most = self._now()

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def growth(self) -> float:
        """Megabytes above the beginning."""
        return (self._most - self._before) / MEGABYTE

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            self._most = max(self._most, self._now())

    def _now(self) -> int:
        """Unique and shared memory once; pages of mapped files are the system's to take back."""
        total = 0
        for one in self._processes:
            for each in (one, *one.children(recursive=True)):
                try:
                    memory = each.memory_info()
                except psutil.NoSuchProcess:
                    continue
                total += memory.rss - memory.shared
        return total


def _send(place: Place, file: Path, mapping: Mapping[str, str]) -> str:
    with Client(str(place.http.base_url), timeout=600) as client:
        sent = client.add_dataset(file, proj_id="P", data_name=file.stem, mapping=mapping)
        return str(sent.facts["data_id"])


def _warm_up(place: Place) -> None:
    """A small dataset first: what is imported once is none of a cohort's."""
    small = place.folder / "small.npz"
    _measures(small, 20, 10, 2)
    _send(place, small, {})


def _listening(place: Place) -> psutil.Process:
    port = urlsplit(str(place.http.base_url)).port
    for each in psutil.process_iter():
        try:
            ports = {at.laddr.port for at in each.net_connections() if at.status == "LISTEN"}
        except psutil.Error:
            continue
        if port in ports:
            return each
    raise RuntimeError(f"nobody listens at {port}")


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _open(stored: Path) -> None:
    """As a training opens it, to the last value: the arrays are only mapped at first."""
    dataset = load(stored)
    for array in (dataset.connectomes, dataset.values):
        if array is not None:
            for row in array:
                row.sum()


def _json_seconds(stored: Path, folder: Path) -> float:
    """How long the JSON of the same cohort takes to be read, from that of its first rows."""
    dataset = load(stored)
    rows = min(ROWS, len(dataset))
    array = dataset.connectomes if dataset.values is None else dataset.values
    assert array is not None
    flat = array[:rows].reshape(rows, -1).astype(float)
    columns = [f"GMV_{number}" for number in range(1, flat.shape[1] + 1)]
    content = {name: dict(enumerate(values)) for name, values in
               zip(columns, flat.T.tolist(), strict=True)}  # fmt: skip
    content["LABEL"] = dict(enumerate(dataset.subjects.labels[:rows].tolist()))
    path = folder / "rows.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return _timed(lambda: read(path)) * len(dataset) / rows


def _connectomes(path: Path, subjects: int, regions: int, *, whole: bool) -> None:
    rng = np.random.default_rng(0)
    rows, columns = np.triu_indices(regions, 1)
    shape = (subjects, regions, regions) if whole else (subjects, len(rows))
    connectomes = np.empty(shape, np.float32)
    for subject in range(subjects):
        series = rng.normal(size=(150, regions))
        series[:, 1:] += 0.5 * series[:, :-1]
        r = np.asarray(np.corrcoef(series.T))
        connectomes[subject] = r if whole else np.arctanh(r[rows, columns])
    _save(path, subjects, fc=connectomes)


def _measures(path: Path, subjects: int, regions: int, measures: int) -> None:
    rng = np.random.default_rng(0)
    _save(path, subjects, features=rng.random((subjects, regions, measures), np.float32))


def _save(path: Path, subjects: int, **arrays: Any) -> None:
    people: dict[str, Any] = {
        "ids": [f"sub-{number:05}" for number in range(subjects)],
        "sites": [f"S{number % 7}" for number in range(subjects)],
        "labels": np.arange(subjects) % 2,
    }
    np.savez(path, **arrays, **people)


def _line(each: Measured) -> str:
    return (
        f"{each.name}: {each.file_mb:.0f} MB stored in {each.seconds:.1f} s; service "
        f"+{each.service_mb:.0f} MB, worker +{each.worker_mb:.0f} MB; opened in "
        f"{each.open_seconds:.2f} s, as JSON {each.json_seconds:.0f} s "
        f"({each.json_seconds / each.open_seconds:.0f} times)"
    )


if __name__ == "__main__":
    main()
