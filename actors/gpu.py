"""The device a worker trains on, and how its memory is used, at the time of a scrape."""

import platform
from collections.abc import Iterator

import torch
from prometheus_client import Info
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector


def device_info(device: torch.device) -> Info:
    """The device and its name."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    info = Info("sgn_device", "What tasks are trained on.", registry=None)
    info.info({"device": str(device), "name": name})
    return info


class GpuMemory(Collector):
    """What this process holds of a GPU's memory; nothing is shown of a CPU."""

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Bytes in tensors, bytes kept by torch for tensors, and all that the GPU has."""
        if self._device.type != "cuda":
            return
        found = GaugeMetricFamily("sgn_gpu_memory_bytes", "Of this process.", labels=["kind"])
        total = torch.cuda.get_device_properties(self._device).total_memory
        for kind, size in (
            ("allocated", torch.cuda.memory_allocated(self._device)),
            ("reserved", torch.cuda.memory_reserved(self._device)),
            ("total", total),
        ):
            found.add_metric([kind], size)
        yield found
