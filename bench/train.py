"""Seconds an epoch: the PyG loop that this service replaces, against graphnet's nets.

``python -m bench.train``: all of them on the same subjects, batches of 10, one epoch of each in
turn, so that whatever else the machine does meets them alike. An epoch is one pass of training
and one scoring of the training subjects. GCN starts from the reference's weights and takes its
batches; ``x10`` trains ten replicas at once, and its ratio is to ten reference fits.

Their loss curves are compared twice: as timed, where differences of rounding grow from epoch to
epoch, and in double precision, where only a difference of the formulas would show.
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
import torch_geometric

from bench.reference import ReferenceNet, as_graphs, double_precision, fit
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, merge
from graphnet.data.synthetic import cohort_table
from graphnet.graphs import Graphs
from graphnet.models import Net, Sizes, build_net
from graphnet.preprocessing.pipeline import rule
from graphnet.preprocessing.scaling import Scaler
from graphnet.readers import from_table, read_table
from graphnet.training.inputs import ModelInputs, Whole
from graphnet.training.loop import Plan, Training

DATA = Path(__file__).parents[2] / "shared" / "data"
SUBJECTS, REPLICAS, BATCH = 240, 10, 10
PRECISE_EPOCHS = 10


@dataclass
class Contender:
    """A training that yields its loss after each epoch, ``fits`` of them at once."""

    name: str
    fits: int
    epochs: Iterator[float]
    losses: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def advance(self) -> None:
        """Train one epoch and note how long it took."""
        begun = time.perf_counter()
        loss = next(self.epochs)
        self.seconds.append(time.perf_counter() - begun)
        self.losses.append(loss)

    @property
    def median(self) -> float:
        """Seconds an epoch, the first left out: it still allocates."""
        return statistics.median(self.seconds[1:])


@dataclass(frozen=True)
class Subjects:
    """Scaled measures (S, N, F) and classes (S,) of the training subjects."""

    source: str
    x: torch.Tensor
    labels: torch.Tensor

    @property
    def sizes(self) -> Sizes:
        """N, F, C."""
        return Sizes(self.x.shape[1], self.x.shape[2], 2)


def read_subjects() -> Subjects:
    """240 subjects of the real site A where it is there, else of a synthetic one."""
    real = sorted(DATA.glob("A_*.csv"))
    if real:
        return _subjects(
            "site A", merge([from_table(read_table(path), path.stem) for path in real])
        )
    tables = [cohort_table("A", label, SUBJECTS // 2, seed=0) for label in (0, 1)]
    return _subjects("synthetic", merge([from_table(table, "A") for table in tables]))


def _subjects(source: str, cohort: Cohort) -> Subjects:
    rows = np.random.default_rng(0).permutation(len(cohort))[:SUBJECTS]
    features, labels = cohort.features[rows], cohort.labels[rows]
    scaled = Scaler.fit(features).transform(features)
    return Subjects(source, torch.from_numpy(scaled), torch.from_numpy(labels))


def contenders(subjects: Subjects, epochs: int) -> list[Contender]:
    """The reference first."""
    settings = replace(TrainingSettings.for_model("GCN"), epochs=epochs, batch_size=BATCH)
    gcn, sgn = (build_net(name, subjects.sizes) for name in ("GCN", "SGN"))
    reference = ReferenceNet(subjects.sizes.measures, subjects.sizes.classes)
    reference.load(gcn.initial([settings.seed]))
    graph_list = as_graphs(subjects.x, subjects.labels)
    tuned = replace(TrainingSettings.for_model("SGN"), epochs=epochs, batch_size=BATCH)
    return [
        Contender("PyG reference", 1, fit(reference, graph_list, settings)),
        Contender("GCN", 1, dense(gcn, subjects, settings, 1)),
        Contender(f"GCN x{REPLICAS}", REPLICAS, dense(gcn, subjects, settings, REPLICAS)),
        Contender("SGN", 1, dense(sgn, subjects, tuned, 1)),
        Contender(f"SGN x{REPLICAS}", REPLICAS, dense(sgn, subjects, tuned, REPLICAS)),
    ]


def dense(
    net: Net, subjects: Subjects, settings: TrainingSettings, replicas: int
) -> Iterator[float]:
    """Train with graphnet; yield the loss of the first replica after each epoch."""
    x = subjects.x.numpy().astype(np.float32)
    graph = Graphs.fit(rule(settings), x, None).adjacency(x, None)
    shared = torch.from_numpy(graph).to(subjects.x.dtype)
    group = ModelInputs.of(net, Whole(subjects.x[None], shared[None]), subjects.labels)
    seeds = range(settings.seed, settings.seed + replicas)
    plan = Plan(seeds)
    training = Training(net, net.initial(seeds), group, settings, plan, monitored={"train": group})
    return (epoch.scores["train"].loss for epoch in training)


def compare(found: list[Contender]) -> dict[str, float]:
    """How many times faster than the reference each is, fit for fit."""
    reference = found[0]
    names = ("ratio_single", "ratio_cv", "ratio_sgn", "ratio_sgn_cv")
    return {
        name: one.fits * reference.median / one.median
        for name, one in zip(names, found[1:], strict=True)
    }


def difference(reference: Contender, gcn: Contender) -> float:
    """The largest difference of two loss curves."""
    return float(np.abs(np.subtract(reference.losses, gcn.losses)).max())


def precise_difference(subjects: Subjects, epochs: int) -> float:
    """The largest difference of the reference's and GCN's loss curves in double precision."""
    with double_precision():
        reference, gcn, *_ = contenders(replace(subjects, x=subjects.x.double()), epochs)
        for _ in range(epochs):
            reference.advance()
            gcn.advance()
    return difference(reference, gcn)


def main() -> None:
    """Print the machine, the seconds and the ratios; with ``--json`` a last line for programs."""
    parser = argparse.ArgumentParser(prog="python -m bench.train", description=__doc__)
    parser.add_argument("--epochs", type=int, default=20, help="of each contender (20)")
    parser.add_argument("--threads", type=int, default=1, help="of torch (1, as a worker has)")
    parser.add_argument("--json", action="store_true", help="end with a line of JSON")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    subjects = read_subjects()
    found = contenders(subjects, asked.epochs)
    for _ in range(asked.epochs):
        for one in found:
            one.advance()
    figures = compare(found) | {
        "max_loss_difference": precise_difference(subjects, min(asked.epochs, PRECISE_EPOCHS)),
        "max_loss_difference_as_timed": difference(*found[:2]),
    }
    report(subjects, found, figures)
    if asked.json:
        print(json.dumps(figures))


def report(subjects: Subjects, found: list[Contender], figures: dict[str, float]) -> None:
    """Print for people."""
    print(f"{platform.machine()}, {_processor()}, {torch.get_num_threads()} threads of torch")
    print(
        f"Python {platform.python_version()}, torch {torch.__version__}, "
        f"PyG {torch_geometric.__version__}"
    )
    count, regions, measures = subjects.x.shape
    print(f"{subjects.source}: {count} subjects, {regions} regions, {measures} measures\n")
    print("seconds an epoch      median       min       max")
    for one in found:
        timed = one.seconds[1:]
        print(f"{one.name:18}{one.median:10.4f}{min(timed):10.4f}{max(timed):10.4f}")
    print()
    for name, value in figures.items():
        print(f"{name:30}{value:10.1e}" if name.startswith("max") else f"{name:30}{value:10.1f}")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((x.split(": ")[1] for x in lines if x.startswith("model name")), "unknown")


if __name__ == "__main__":
    main()
