"""The machine itself: versions, cores, room on the disk."""

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import httpx

from actors.settings import ProcessSettingsError
from actors.spool import require_ours
from service.doctor.check_result import CheckResult, fault, ok, warning
from service.settings import HttpSettings

DISTRIBUTION = "nld-sgn"
LEAST_BYTES = 1_000_000_000


def check_machine(settings: HttpSettings) -> list[CheckResult]:
    """What needs no server."""
    return [_version(), _cores(settings.process.threads), _spool(settings.process.spool)]


def _version() -> CheckResult:
    python = f"Python {platform.python_version()}"
    try:
        return ok("version", f"{DISTRIBUTION} {metadata.version(DISTRIBUTION)}, {python}")
    except metadata.PackageNotFoundError:
        fix = "Install it: pip install nld-sgn; tasks record the version that trained them."
        return fault("version", f"{DISTRIBUTION} is not installed, {python}", fix)


def _cores(threads: int) -> CheckResult:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    text = f"{cores or 'unknown'} cores; SGN_THREADS is {threads}"
    if cores and threads > cores:
        fix = f"Set SGN_THREADS to {cores} or less: threads that wait for each other are slower."
        return warning("cores", text, fix)
    return ok("cores", text)


def _spool(folder: Path) -> CheckResult:
    """Where parameters are kept that could not be stored; it is made when it is needed."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        fix = "Let SGN_SPOOL name a folder that this user may write, such as one below /tmp."
        return fault("spool", f"{folder} cannot be written", fix)
    try:
        require_ours(there)
    except ProcessSettingsError as error:
        return fault("spool", str(error).partition(": ")[0], str(error).partition(": ")[2])
    free = shutil.disk_usage(there).free
    text = f"{folder}, {free / 1e9:.1f} GB free"
    if free < LEAST_BYTES:
        return warning("spool", text, "Free some space, or let SGN_SPOOL name another disk.")
    return ok("spool", text)


SETTINGS = "settings"
EXAMPLES = {
    "SGN_DATABASE_URL": "mysql://user:password@host:3306/neurolearn?charset=utf8mb4",
    "SGN_REDIS_URL": "redis://:password@host:6379/0",
    "SGN_REGISTRY_URL": "s3://bucket/prefix or file:///folder",
}
STAND_INS = {
    "SGN_DATABASE_URL": "sqlite:///",
    "SGN_REDIS_URL": "redis://localhost",
    "SGN_REGISTRY_URL": "file:///",
}


def is_told(environment: Mapping[str, str]) -> bool:
    """Whether any variable says where something is."""
    return any(name.removesuffix("_FILE") in EXAMPLES for name in environment)


def read(environment: Mapping[str, str]) -> tuple[HttpSettings, dict[str, CheckResult]]:
    """The settings, and by name each variable that cannot be used; it is then as if not given."""
    wrong: dict[str, CheckResult] = {}
    tried = dict(environment)
    while True:
        try:
            return HttpSettings.from_environment(tried), wrong
        except ProcessSettingsError as error:
            if not error.name or error.name in wrong:
                raise
            wrong[error.name] = fault(SETTINGS, str(error), _fix(error.name))
            tried.pop(f"{error.name}_FILE", None)
            tried.pop(error.name, None)
            tried |= {name: text for name, text in STAND_INS.items() if name == error.name}


def _fix(name: str) -> str:
    if name in EXAMPLES:
        return f"Set {name}, such as {EXAMPLES[name]}."
    return f"Correct {name}, or unset it to have its default."


def check_variables(wrong: Mapping[str, CheckResult]) -> list[CheckResult]:
    """Every variable that is wrong."""
    return list(wrong.values()) or [ok(SETTINGS, "every SGN_ variable can be used")]


INSPECTION_SECONDS = 30.0
INSPECT = "Look at what 'python -m actors.inspection auto no' says."


def check_device(settings: HttpSettings) -> list[CheckResult]:
    """The versions of torch, CUDA and driver; the device that a worker would train on."""
    fallback = "yes" if settings.process.cpu_fallback else "no"
    command = [sys.executable, "-m", "actors.inspection", settings.process.device, fallback]
    try:
        ran = subprocess.run(  # noqa: S603 - our own command
            command, capture_output=True, text=True, timeout=INSPECTION_SECONDS, check=True
        )
        return _said(json.loads(ran.stdout), settings.process.gpu_share)
    except subprocess.TimeoutExpired:
        return [fault("torch", f"no answer within {INSPECTION_SECONDS:g} s", INSPECT)]
    except (subprocess.CalledProcessError, ValueError):
        return [fault("torch", "it cannot be imported, or it ends the process", INSPECT)]


def _said(found: dict[str, Any], share: float) -> list[CheckResult]:
    if found["torch"] is None:
        return [ok("torch", "not installed: this is a service image, which does not train")]
    cuda = f"CUDA {found['cuda']}" if found["cuda"] else "without CUDA"
    driver = f"NVIDIA driver {found['driver']}" if found["driver"] else "no NVIDIA driver"
    return [ok("torch", f"{found['torch']}, {cuda}; {driver}"), _device(found, share)]


def _device(found: dict[str, Any], share: float) -> CheckResult:
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


CLOCK = "clock"
APART_MS = 5_000
REFUSED_MS = 900_000  # S3 takes no signature that is older or from the future by more
ANSWER_SECONDS = 5.0
AMAZON = "https://s3.amazonaws.com"
USE_NTP = "Have both machines set by NTP (timedatectl, chrony)."


def compare_clock(whose: str, ahead_ms: int, *, signed: bool = False) -> CheckResult:
    """How far the clock of ``whose`` is from ours; ``signed`` where it judges our signatures."""
    side = "ahead of" if ahead_ms > 0 else "behind"
    text = f"{whose} is {abs(ahead_ms) / 1000:.1f} s {side} this machine"
    if signed and abs(ahead_ms) > REFUSED_MS:
        return fault(CLOCK, f"{text}, so it refuses our signatures", USE_NTP)
    if abs(ahead_ms) > APART_MS:
        return warning(CLOCK, text, USE_NTP)
    return ok(CLOCK, text)


def check_storage_clock(endpoint_url: str | None) -> list[CheckResult]:
    """The clock of S3 storage, by the header Date of whatever it answers, in whole seconds."""
    url = endpoint_url or AMAZON
    try:
        before = time.time()
        answer = httpx.head(url, timeout=ANSWER_SECONDS)
        said = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError):
        return []  # the registry's own check says what does not answer
    # It was said between the two, and cut off to the second.
    ahead = said + 0.5 - (before + time.time()) / 2
    return [compare_clock("the S3 storage", int(1000 * ahead), signed=True)]
