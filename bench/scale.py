"""Seconds and memory of an epoch against subjects and regions, on synthetic numbers.

``python -m bench.scale``: each size in a process of its own, so that its peak memory is its own.
``--largest`` adds 50,000 subjects with 400 regions.
"""

import argparse
import resource
import subprocess
import sys
import time

import numpy as np
import torch

from graphnet.config import TrainingSettings
from graphnet.graphs import Graphs
from graphnet.models import Sizes, build_net
from graphnet.preprocessing.pipeline import rule
from graphnet.training.inputs import ModelInputs, Whole
from graphnet.training.loop import Plan, Training

SIZES = ((500, 90), (2000, 90), (8000, 90), (500, 400), (2000, 400), (8000, 400))
LARGEST = (50_000, 400)
MEASURES, EPOCHS = 4, 2


def measure(subjects: int, regions: int) -> None:
    """Print seconds an epoch and peak memory in megabytes of one size."""
    torch.set_num_threads(1)
    random = np.random.default_rng(0)
    x = random.standard_normal((subjects, regions, MEASURES), dtype=np.float32)
    labels = torch.arange(subjects) % 2
    settings = TrainingSettings.for_model("SGN", epochs=EPOCHS)
    graph = Graphs.fit(rule(settings), x, None).adjacency(x, None)
    net = build_net("SGN", Sizes(regions, MEASURES, 2))
    group = ModelInputs.of(
        net, Whole(torch.from_numpy(x)[None], torch.from_numpy(graph)[None]), labels
    )
    training = Training(
        net, net.initial([0]), group, settings, Plan([0]), monitored={"train": group}
    )
    begun = time.perf_counter()
    for _ in training:
        pass
    seconds = (time.perf_counter() - begun) / EPOCHS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    data = x.nbytes / 2**20
    print(f"{subjects:9}{regions:9}{seconds:15.2f}{peak:13.0f}{data:13.0f}")


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--largest", action="store_true", help="50,000 subjects, 400 regions too")
    parser.add_argument("--size", type=int, nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.size:
        measure(*asked.size)
        return
    print(" subjects  regions  seconds/epoch  peak MB  measures MB", flush=True)
    for size in (*SIZES, *((LARGEST,) if asked.largest else ())):
        command = [sys.executable, "-m", "bench.scale", "--size", *map(str, size)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
