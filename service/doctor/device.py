"""torch and the device, looked at by a process of its own: this one never reaches torch."""

import json
import subprocess
import sys
from typing import Any

from service.doctor.check_result import Finding, fault, ok, warning
from service.settings import HttpSettings

PATIENCE_SECONDS = 30.0
FIX = "Look at what 'python -m actors.inspection auto no' says."


def check(settings: HttpSettings) -> list[Finding]:
    """The versions of torch, CUDA and driver; the device that a worker would train on."""
    fallback = "yes" if settings.process.cpu_fallback else "no"
    command = [sys.executable, "-m", "actors.inspection", settings.process.device, fallback]
    try:
        ran = subprocess.run(  # noqa: S603 - our own command
            command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
        )
        return _said(json.loads(ran.stdout), settings.process.gpu_share)
    except subprocess.TimeoutExpired:
        return [fault("torch", f"no answer within {PATIENCE_SECONDS:g} s", FIX)]
    except (subprocess.CalledProcessError, ValueError):
        return [fault("torch", "it cannot be imported, or it ends the process", FIX)]


def _said(found: dict[str, Any], share: float) -> list[Finding]:
    if found["torch"] is None:
        return [ok("torch", "not installed: this is a service image, which does not train")]
    cuda = f"CUDA {found['cuda']}" if found["cuda"] else "without CUDA"
    driver = f"NVIDIA driver {found['driver']}" if found["driver"] else "no NVIDIA driver"
    return [ok("torch", f"{found['torch']}, {cuda}; {driver}"), _device(found, share)]


def _device(found: dict[str, Any], share: float) -> Finding:
    if "error" in found:
        first, _, rest = found["error"].partition(". ")
        return fault("device", first, rest)
    if found["warning"]:
        first, _, rest = found["warning"].partition(". ")
        return warning("device", f"{found['device']}: {first}", rest)
    if not found["memory"]:
        return ok("device", found["device"])
    total = found["memory"] / 1e9
    return ok("device", f"{found['device']}, {total:.1f} GB, {share * total:.1f} GB a worker")
