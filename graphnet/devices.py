"""Where to train: ``auto`` (CUDA where there is one), ``cpu``, ``cuda`` or ``cuda:1``."""

import torch

from graphnet.errors import SettingsError


def choose_device(asked: str) -> torch.device:
    """Return the device asked for. Raises SettingsError if it is not on this machine."""
    available = torch.cuda.is_available()
    if asked == "auto":
        return torch.device("cuda" if available else "cpu")
    try:
        device = torch.device(asked)
    except RuntimeError as error:
        raise SettingsError(
            f"device is {asked!r}; it must be auto, cpu, cuda or cuda:0."
        ) from error
    if device.type == "cuda" and not (
        available and (device.index or 0) < torch.cuda.device_count()
    ):
        raise SettingsError(
            f"device is {asked!r}, but no such CUDA device answers on this machine."
        )
    if device.type not in {"cpu", "cuda"}:
        raise SettingsError(f"device is {asked!r}; it must be auto, cpu, cuda or cuda:0.")
    return device


def describe(device: torch.device) -> str:
    """Return the device's name, for the record of a run."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return str(device)
