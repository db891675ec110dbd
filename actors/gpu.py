"""The device a worker trains on, and how its memory is used, at the time of a scrape."""

from collections.abc import Iterator

from prometheus_client import Info
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from graphnet.training.devices import Choice, memory


def device_info(choice: Choice) -> Info:
    """The device and its name."""
    info = Info("sgn_device", "What tasks are trained on.", registry=None)
    info.info({"device": str(choice.device), "name": choice.name})
    return info


class GpuMemory(Collector):
    """What this process holds of a GPU's memory; nothing is shown of a CPU."""

    def __init__(self, choice: Choice) -> None:
        self._device = choice.device

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Bytes in tensors, bytes kept by torch for tensors, and all that the GPU has."""
        sizes = memory(self._device)
        if not sizes:
            return
        found = GaugeMetricFamily("sgn_gpu_memory_bytes", "Of this process.", labels=["kind"])
        for kind, size in sizes.items():
            found.add_metric([kind], size)
        yield found
