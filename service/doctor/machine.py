"""The machine itself: versions, cores, room on the disk, torch and the device.

A process of its own looks at torch, which this one never reaches.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from actors.settings import ProcessSettingsError
from actors.spool import require_ours
from graphnet.messages import Message, as_one
from service.doctor.check_result import CheckResult, fault, ok, warning
from service.settings import HttpSettings

DISTRIBUTION = "nld-sgn"
LEAST_BYTES = 1_000_000_000


def check(settings: HttpSettings) -> list[CheckResult]:
    """What needs no server."""
    return [version(), _cores(settings.process.threads), _spool(settings.process.spool)]


def version() -> CheckResult:
    """The version of this process's software."""
    names = {"distribution": DISTRIBUTION, "python": platform.python_version()}
    try:
        installed = metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        absent = Message("doctor.not-installed", **names)
        return fault("version", absent, Message("doctor.install"))
    return ok("version", Message("doctor.version", version=installed, **names))


def _cores(threads: int) -> CheckResult:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if not cores:
        return ok("cores", Message("doctor.cores-unknown", threads=threads))
    message = Message("doctor.cores", cores=cores, threads=threads)
    if threads > cores:
        return warning("cores", message, Message("doctor.lower-threads", cores=cores))
    return ok("cores", message)


def _spool(folder: Path) -> CheckResult:
    """Where parameters are kept that could not be stored; it is made when it is needed."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        not_writable = Message("doctor.spool-not-writable", folder=str(folder))
        return fault("spool", not_writable, Message("doctor.set-spool"))
    try:
        require_ours(there)
    except ProcessSettingsError as error:
        return fault("spool", error.problem, error.remedy or Message("doctor.set-spool"))
    free = shutil.disk_usage(there).free
    message = Message("doctor.spool", folder=str(folder), gigabytes=f"{free / 1e9:.1f}")
    if free < LEAST_BYTES:
        return warning("spool", message, Message("doctor.free-spool"))
    return ok("spool", message)


PATIENCE_SECONDS = 30.0
INSPECT = Message("doctor.run-inspection")


def check_device(settings: HttpSettings) -> list[CheckResult]:
    """The versions of torch, CUDA and driver; the device that a worker would train on."""
    fallback = "yes" if settings.process.cpu_fallback else "no"
    command = [sys.executable, "-m", "actors.inspection", settings.process.device, fallback]
    try:
        ran = subprocess.run(  # noqa: S603 - our own command
            command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
        )
        return device_results(json.loads(ran.stdout), settings.process.gpu_share)
    except subprocess.TimeoutExpired:
        return [fault("torch", Message("doctor.torch-late", seconds=PATIENCE_SECONDS), INSPECT)]
    except (subprocess.CalledProcessError, ValueError):
        return [fault("torch", Message("doctor.torch-broken"), INSPECT)]


def device_results(inspected: Mapping[str, Any], share: float) -> list[CheckResult]:
    if inspected["torch"] is None:
        return [ok("torch", Message("doctor.torch-absent"))]
    versions = {name: inspected[name] or "none" for name in ("torch", "cuda", "driver")}
    return [ok("torch", Message("doctor.torch", **versions)), _device(inspected, share)]


def _device(inspected: Mapping[str, Any], share: float) -> CheckResult:
    if "errors" in inspected:
        first, *rest = (Message.from_json(error) for error in inspected["errors"])
        fix = as_one(rest) if rest else Message("doctor.correct-variable", name="SGN_DEVICE")
        return fault("device", first, fix)
    device = inspected["device"]
    if inspected["warning"]:
        reason = Message.from_json(inspected["warning"])
        return warning("device", Message("doctor.device-warning", device=device, warning=reason))
    if not inspected["memory"]:
        return ok("device", Message("doctor.device", device=device))
    total = inspected["memory"] / 1e9
    sizes = {"total": f"{total:.1f}", "share": f"{share * total:.1f}"}
    return ok("device", Message("doctor.device-memory", device=device, **sizes))
