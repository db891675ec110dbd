"""torch and the device, looked at by a process of its own: this one never reaches torch."""

import json
import subprocess
import sys
from typing import Any

from graphnet.messages import Message, as_one
from service.doctor.check_result import CheckResult, fault, ok, warning
from service.settings import HttpSettings

PATIENCE_SECONDS = 30.0
FIX = Message("doctor.run-inspection")


def check(settings: HttpSettings) -> list[CheckResult]:
    """The versions of torch, CUDA and driver; the device that a worker would train on."""
    fallback = "yes" if settings.process.cpu_fallback else "no"
    command = [sys.executable, "-m", "actors.inspection", settings.process.device, fallback]
    try:
        ran = subprocess.run(  # noqa: S603 - our own command
            command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
        )
        return _said(json.loads(ran.stdout), settings.process.gpu_share)
    except subprocess.TimeoutExpired:
        return [fault("torch", Message("doctor.torch-late", seconds=PATIENCE_SECONDS), FIX)]
    except (subprocess.CalledProcessError, ValueError):
        return [fault("torch", Message("doctor.torch-broken"), FIX)]


def _said(found: dict[str, Any], share: float) -> list[CheckResult]:
    if found["torch"] is None:
        return [ok("torch", Message("doctor.torch-absent"))]
    versions = {name: found[name] or "none" for name in ("torch", "cuda", "driver")}
    return [ok("torch", Message("doctor.torch", **versions)), _device(found, share)]


def _device(found: dict[str, Any], share: float) -> CheckResult:
    if "errors" in found:
        first, *rest = (Message.from_json(error) for error in found["errors"])
        fix = as_one(rest) if rest else Message("doctor.correct-variable", name="SGN_DEVICE")
        return fault("device", first, fix)
    device = found["device"]
    if found["warning"]:
        told = Message.from_json(found["warning"])
        return warning("device", Message("doctor.device-warning", device=device, warning=told))
    if not found["memory"]:
        return ok("device", Message("doctor.device", device=device))
    total = found["memory"] / 1e9
    sizes = {"total": f"{total:.1f}", "share": f"{share * total:.1f}"}
    return ok("device", Message("doctor.device-memory", device=device, **sizes))
