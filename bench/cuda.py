"""Seconds of fifty SGNs for 200 epochs on one device: ``python -m bench.cuda``.

Site A where it is there, else synthetic subjects; all replicas in one training, each with its own
seed, once as recorded (a CUDA graph) and once step by step, in turn.
"""

import argparse
import json
import statistics
import time

import numpy as np
import torch

from bench.train import Subjects, read_subjects
from graphnet.config import TrainingSettings
from graphnet.graphs import Graphs
from graphnet.models import build_net
from graphnet.preprocessing.pipeline import rule
from graphnet.training.devices import choose_device, describe
from graphnet.training.inputs import ModelInputs, Whole
from graphnet.training.loop import Plan, Training


def train(
    subjects: Subjects, device: torch.device, shape: tuple[int, int], *, record: bool
) -> float:
    """Seconds of one training of (replicas, epochs)."""
    replicas, epochs = shape
    settings = TrainingSettings.for_model("SGN", epochs=epochs)
    x = subjects.x.numpy().astype(np.float32)
    graph = torch.from_numpy(Graphs.fit(rule(settings), x, None).adjacency(x, None))
    net = build_net("SGN", subjects.sizes)
    labels = subjects.labels.to(device)
    group = ModelInputs.of(net, Whole(torch.from_numpy(x)[None], graph[None]), labels)
    seeds = range(replicas)
    start = {name: tensor.to(device) for name, tensor in net.initial(seeds).items()}
    begun = time.perf_counter()
    training = Training(net, start, group, settings, Plan(seeds), monitored={"train": group})
    training.runner.record = record and group.recordable
    for _ in training:
        pass
    training.result()  # the last epoch's scores have come back, so the device is done
    return time.perf_counter() - begun


def main() -> None:
    """Print the device and the seconds; with ``--json`` a last line for programs."""
    parser = argparse.ArgumentParser(prog="python -m bench.cuda", description=__doc__)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--replicas", type=int, default=50)
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="end with a line of JSON")
    asked = parser.parse_args()
    device = choose_device(asked.device)
    subjects, shape = read_subjects(), (asked.replicas, asked.epochs)
    train(subjects, device, (asked.replicas, 2), record=True)  # libraries load
    seconds: dict[str, list[float]] = {"recorded": [], "step_by_step": []}
    for _ in range(asked.rounds):
        for name, found in seconds.items():
            found.append(train(subjects, device, shape, record=name == "recorded"))
    print(f"{describe(device)}, torch {torch.__version__}, {subjects.source}")
    print(f"{asked.replicas} replicas, {asked.epochs} epochs, {len(subjects.x)} subjects\n")
    for name, found in seconds.items():
        print(f"{name:14}{statistics.median(found):8.2f} s  ({min(found):.2f} to {max(found):.2f})")
    if asked.json:
        print(json.dumps(seconds))


if __name__ == "__main__":
    main()
