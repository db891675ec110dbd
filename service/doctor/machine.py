"""The machine itself: versions, cores, room on the disk."""

import os
import platform
import shutil
from importlib import metadata
from pathlib import Path

from actors.settings import ProcessSettingsError
from actors.spool import require_ours
from service.doctor.check_result import Finding, fault, ok, warning
from service.settings import HttpSettings

DISTRIBUTION = "nld-sgn"
LEAST_BYTES = 1_000_000_000


def check(settings: HttpSettings) -> list[Finding]:
    """What needs no server."""
    return [_version(), _cores(settings.process.threads), _spool(settings.process.spool)]


def _version() -> Finding:
    python = f"Python {platform.python_version()}"
    try:
        return ok("version", f"{DISTRIBUTION} {metadata.version(DISTRIBUTION)}, {python}")
    except metadata.PackageNotFoundError:
        fix = "Install it: pip install nld-sgn; tasks record the version that trained them."
        return fault("version", f"{DISTRIBUTION} is not installed, {python}", fix)


def _cores(threads: int) -> Finding:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    text = f"{cores or 'unknown'} cores; SGN_THREADS is {threads}"
    if cores and threads > cores:
        fix = f"Set SGN_THREADS to {cores} or less: threads that wait for each other are slower."
        return warning("cores", text, fix)
    return ok("cores", text)


def _spool(folder: Path) -> Finding:
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
