"""Where to train: ``auto`` (CUDA where there is one), ``cpu``, ``cuda`` or ``cuda:1``.

And what NVIDIA devices this machine has, and why torch cannot use them.
"""

import logging
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from graphnet.errors import SettingsError
from graphnet.messages import Message
from graphnet.training.memory import is_exhausted

log = logging.getLogger(__name__)

# NVIDIA calls such errors sticky: every later call of the process gives them again.
LOST = (
    "CUDA error",
    "CUBLAS_STATUS_EXECUTION_FAILED",
    "CUDNN_STATUS_EXECUTION_FAILED",
    "NCCL Error",
)
DRIVER = Path("/proc/driver/nvidia/version")
FILES = Path("/dev")
# "all" is what images of NVIDIA say wherever they run.
NONE_NAMED = {"", "all", "none", "void"}


@dataclass(frozen=True)
class Machine:
    """What is known of this machine's NVIDIA devices, and what torch makes of them.

    ``driver`` is the driver's version, empty where none is loaded; ``files`` are the devices that
    this process could open; ``asked`` is what the container was started for; ``hidden`` whether
    CUDA_VISIBLE_DEVICES leaves none; ``count`` those that torch sees, 0 also where it cannot;
    ``trouble`` is what torch says when it tries.
    """

    torch: str
    cuda: str
    driver: str = ""
    files: tuple[str, ...] = ()
    asked: str = ""
    hidden: bool = False
    count: int = 0
    trouble: str = ""

    @property
    def has_device(self) -> bool:
        """Whether there is an NVIDIA device, be it usable or not."""
        return bool(self.files) or self.asked not in NONE_NAMED

    @property
    def usable(self) -> bool:
        """Whether torch computes on it."""
        return self.count > 0 and not self.trouble

    def why_not(self) -> Message:
        """Why torch cannot use a device, and what to do."""
        reasons = (
            (not self.cuda, Message("device.build-without-cuda", torch=self.torch)),
            (self.hidden, Message("device.hidden")),
            (not self.driver and not self.files, Message("device.no-driver")),
            (not self.files, Message("device.not-given", driver=self.driver)),
            (
                "too old" in self.trouble,
                Message(
                    "device.driver-too-old", driver=self.driver, torch=self.torch, cuda=self.cuda
                ),
            ),
            ("no kernel image" in self.trouble, Message("device.not-supported", torch=self.torch)),
        )
        unexplained = Message("device.refused", trouble=self.trouble or "no device found")
        return next((message for applies, message in reasons if applies), unexplained)


def look(environment: Mapping[str, str], device: torch.device) -> Machine:
    """Look at this machine, and try the CUDA device that is asked for."""
    cuda = torch.version.cuda or torch.version.hip or ""
    count, trouble = _tried(device) if cuda else (0, "")
    return Machine(
        torch=str(torch.__version__),
        cuda=cuda,
        driver=driver_version(),
        files=tuple(sorted(str(path) for path in FILES.glob("nvidia[0-9]*"))),
        asked=environment.get("NVIDIA_VISIBLE_DEVICES", ""),
        hidden=environment.get("CUDA_VISIBLE_DEVICES", "0").strip() in {"", "-1"},
        count=count,
        trouble=trouble,
    )


def _tried(device: torch.device) -> tuple[int, str]:
    """How many devices torch sees, and why this one cannot be computed on."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.cuda.init()
            count = torch.cuda.device_count()
            if (device.index or 0) < count:
                torch.ones(1, device=device).add_(1).item()
    except (RuntimeError, AssertionError) as error:
        return 0, str(error).partition("\n")[0].rstrip(". ")
    return count, ""


def driver_version() -> str:
    """Such as 550.54.15; empty where none is loaded."""
    try:
        words = DRIVER.read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return ""
    return next((word for word in words if word[:1].isdigit() and "." in word), "")


@dataclass(frozen=True)
class DeviceChoice:
    """The device to train on; ``warning`` if it is a CPU although there is a GPU."""

    device: torch.device
    warning: Message | None = None

    @property
    def device_kind(self) -> str:
        """``cpu`` or ``cuda``."""
        return self.device.type

    @property
    def said(self) -> str:
        """A line for the log of a process."""
        return f"trains on {self.name}" + (f": {self.warning}" if self.warning else "")

    @property
    def name(self) -> str:
        """For the record of a run."""
        return describe(self.device) + (" (no usable CUDA device)" if self.warning else "")


def choose(asked: str, environment: Mapping[str, str], *, fallback: bool = False) -> DeviceChoice:
    """The device asked for, of this machine; on CUDA, this process's first use of it.

    ``auto`` is a CUDA device where there is one. If that cannot be used, it is the CPU only with
    ``fallback``: nobody should wait for days because of a driver.

    Raises:
        SettingsError: the device is not available.

    """
    try:
        device = torch.device("cuda" if asked == "auto" else asked)
    except RuntimeError as error:
        raise SettingsError(Message("device.unknown", device=asked)) from error
    if device.type not in {"cpu", "cuda"}:
        raise SettingsError(Message("device.unknown", device=asked))
    if device.type == "cpu":
        return DeviceChoice(device)
    machine = look(environment, device)
    return best(machine, fallback=fallback) if asked == "auto" else named(device, machine)


def named(device: torch.device, machine: Machine) -> DeviceChoice:
    """The CUDA device of this number. Raises SettingsError."""
    if not machine.usable:
        raise SettingsError(Message("device.no-usable-cuda", device=str(device)), machine.why_not())
    if (device.index or 0) >= machine.count:
        raise SettingsError(
            Message("device.no-such-cuda", device=str(device), last=f"cuda:{machine.count - 1}")
        )
    return DeviceChoice(device)


def best(machine: Machine, *, fallback: bool) -> DeviceChoice:
    """The CUDA device if there is one, else the CPU. Raises SettingsError."""
    if machine.usable:
        return DeviceChoice(torch.device("cuda"))
    if not machine.has_device:
        return DeviceChoice(torch.device("cpu"))
    if not fallback:
        raise SettingsError(
            Message("device.unusable"), machine.why_not(), Message("device.choose-cpu")
        )
    warning = Message("device.fell-back-to-cpu", reason=machine.why_not())
    return DeviceChoice(torch.device("cpu"), warning)


def choose_device(asked: str) -> torch.device:
    """The device for a command on one's own machine; a fall-back to the CPU is logged.

    Raises:
        SettingsError: the device is not available.

    """
    choice = choose(asked, os.environ, fallback=True)
    if choice.warning:
        log.warning("%s", choice.warning)
    return choice.device


def limit(device: torch.device, share: float) -> None:
    """Let this process have no more than this share of a CUDA device's memory."""
    if device.type == "cuda" and share < 1:
        torch.cuda.set_per_process_memory_fraction(share, device)


def is_lost(error: BaseException) -> bool:
    """Whether the device, or this process's context on it, can no longer be used."""
    if is_exhausted(error) or not isinstance(error, RuntimeError):
        return False
    return isinstance(error, torch.AcceleratorError) or any(words in str(error) for words in LOST)


def describe(device: torch.device) -> str:
    """Return the device's name, for the record of a run."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return str(device)


def memory(device: torch.device) -> dict[str, int]:
    """Bytes ``allocated`` and ``reserved`` by this process, and ``total``; {} of a CPU."""
    if device.type != "cuda":
        return {}
    return {
        "allocated": torch.cuda.memory_allocated(device),
        "reserved": torch.cuda.memory_reserved(device),
        "total": torch.cuda.get_device_properties(device).total_memory,
    }
