"""The machine itself: versions, cores, room on the disk."""

import os
import platform
import shutil
from importlib import metadata
from pathlib import Path

from actors.settings import ProcessSettingsError
from actors.spool import require_ours
from graphnet.messages import Message
from service.doctor.check_result import CheckResult, fault, ok, warning
from service.settings import HttpSettings

DISTRIBUTION = "nld-sgn"
LEAST_BYTES = 1_000_000_000


def check(settings: HttpSettings) -> list[CheckResult]:
    """What needs no server."""
    return [_version(), _cores(settings.process.threads), _spool(settings.process.spool)]


def _version() -> CheckResult:
    names = {"distribution": DISTRIBUTION, "python": platform.python_version()}
    try:
        version = metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        absent = Message("doctor.not-installed", **names)
        return fault("version", absent, Message("doctor.install"))
    return ok("version", Message("doctor.version", version=version, **names))


def _cores(threads: int) -> CheckResult:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if not cores:
        return ok("cores", Message("doctor.cores-unknown", threads=threads))
    found = Message("doctor.cores", cores=cores, threads=threads)
    if threads > cores:
        return warning("cores", found, Message("doctor.lower-threads", cores=cores))
    return ok("cores", found)


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
    found = Message("doctor.spool", folder=str(folder), gigabytes=f"{free / 1e9:.1f}")
    if free < LEAST_BYTES:
        return warning("spool", found, Message("doctor.free-spool"))
    return ok("spool", found)
