"""What NVIDIA devices this machine has, and why torch cannot use them."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from graphnet.messages import Message

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
