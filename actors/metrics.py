"""What a worker counts. The service, which does none of it, shows none of it."""

import time
from collections.abc import Iterator

from prometheus_client import Counter, Gauge, Histogram, Info
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from graphnet.training.devices import DeviceChoice, memory

OUTCOMES = ("finished", "failed", "cancelled", "handed_back", "lease_lost", "internal_error")
MINUTE, HOUR = 60, 3600
BUCKETS = (1, 5, 15, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, 24 * HOUR)

ENDED = Counter("sgn_runs_ended", "Claims by how they ended here.", ["outcome"], registry=None)
TRAINING_SECONDS = Histogram(
    "sgn_training_seconds", "From claim to end.", buckets=BUCKETS, registry=None
)
EPOCHS = Counter("sgn_epochs", "Epochs trained, of all stages.", registry=None)
ATTEMPTS = Counter("sgn_attempts", "Claims.", registry=None)
RETRIES = Counter("sgn_retries", "Claims beyond a task's first.", registry=None)
LEASE_LOSSES = Counter("sgn_lease_losses", "Claims lost to another worker.", registry=None)
OUT_OF_MEMORY = Counter("sgn_out_of_memory", "Times the device's memory ran out.", registry=None)
PREDICTING = Histogram(
    "sgn_prediction_seconds",
    "From a question about new subjects to its answer.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
    registry=None,
)
READING = Histogram(
    "sgn_reading_seconds",
    "From a question about a file to its answer.",
    buckets=(0.5, 1, 2.5, 5, 10, 30, MINUTE, 5 * MINUTE),
    registry=None,
)
BUSY = Gauge("sgn_busy", "Whether a task is being worked on.", registry=None)
PENDING_ENDINGS = Gauge(
    "sgn_pending_endings", "Tasks that have ended here and wait for the database.", registry=None
)


class Pace(Collector):
    """Epochs per second of the training that goes on; nothing where there is none."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._epochs = 0

    def begin(self) -> None:
        """A stage begins."""
        self._since, self._epochs = time.monotonic(), 0

    def epoch(self) -> None:
        """An epoch is done."""
        self._epochs += 1
        EPOCHS.inc()

    def end(self) -> None:
        """No stage goes on."""
        self._since = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One figure, or none."""
        gauge = GaugeMetricFamily("sgn_epochs_per_second", "Of the stage that trains now.")
        since, epochs = self._since, self._epochs
        if since is not None and epochs:
            gauge.add_metric([], epochs / max(time.monotonic() - since, 1e-9))
        yield gauge


PACE = Pace()


def worker_metrics() -> tuple[Collector, ...]:
    """All of them; each outcome from the start, so that its first is seen as an increase."""
    for outcome in OUTCOMES:
        ENDED.labels(outcome)
    counters = (ENDED, EPOCHS, ATTEMPTS, RETRIES, LEASE_LOSSES, OUT_OF_MEMORY)
    return (*counters, TRAINING_SECONDS, PREDICTING, READING, BUSY, PENDING_ENDINGS, PACE)


def count_claim(attempt: int) -> None:
    """A task was claimed for this attempt."""
    ATTEMPTS.inc()
    if attempt > 1:
        RETRIES.inc()


def count_ending(outcome: str, *, ours: bool) -> bool:
    """Count how a claim ended if it was still ``ours``, which is given back."""
    if ours:
        ENDED.labels(outcome).inc()
    return ours


def count_lost() -> None:
    """A claim was another worker's in the end."""
    LEASE_LOSSES.inc()
    ENDED.labels("lease_lost").inc()


def device_info(choice: DeviceChoice) -> Info:
    """The device and its name."""
    info = Info("sgn_device", "What tasks are trained on.", registry=None)
    info.info({"device": str(choice.device), "name": choice.name})
    return info


class GpuMemory(Collector):
    """What this process holds of a GPU's memory; nothing is shown of a CPU."""

    def __init__(self, choice: DeviceChoice) -> None:
        self._device = choice.device

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Bytes in tensors, bytes kept by torch for tensors, and all that the GPU has."""
        sizes = memory(self._device)
        if not sizes:
            return
        gauge = GaugeMetricFamily("sgn_gpu_memory_bytes", "Of this process.", labels=["kind"])
        for kind, size in sizes.items():
            gauge.add_metric([kind], size)
        yield gauge
