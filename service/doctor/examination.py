"""All checks at once, none for longer than seconds.

A process of its own looks at torch, which this one never reaches.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Any

from actors.log_context import check_installed
from actors.redis_connection import Names
from actors.settings import ProcessSettingsError
from db.server.connection import read_installation
from db.server.errors import DatabaseError
from graphnet.messages import Message, as_one
from service.doctor import checks, storage
from service.doctor.checks import CheckResult, State, absent_file, fault, ok, warning
from service.environment import home_variables
from service.settings import HttpSettings

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


def read_settings(environment: Mapping[str, str]) -> tuple[HttpSettings, dict[str, CheckResult]]:
    """The settings, and by name each variable that cannot be used; it is then as if not given."""
    wrong: dict[str, CheckResult] = {}
    tried = dict(environment)
    while True:
        try:
            return HttpSettings.from_environment(tried), wrong
        except ProcessSettingsError as error:
            if not error.name or error.name in wrong:
                raise
            wrong[error.name] = fault(SETTINGS, error.problem, error.remedy or _fix(error.name))
            tried.pop(f"{error.name}_FILE", None)
            tried.pop(error.name, None)
            tried |= {name: text for name, text in STAND_INS.items() if name == error.name}


def _fix(name: str) -> Message:
    if name in EXAMPLES:
        return Message("doctor.set-variable", name=name, example=EXAMPLES[name])
    return Message("doctor.unset-variable", name=name)


def _settings_results(wrong: Mapping[str, CheckResult]) -> list[CheckResult]:
    """Every variable that is wrong."""
    return list(wrong.values()) or [ok(SETTINGS, Message("doctor.variables-valid"))]


PATIENCE_SECONDS = 40.0  # for torch; what is asked over the network gives up earlier
VARIABLES = {
    "database": "SGN_DATABASE_URL", "redis": "SGN_REDIS_URL", "registry": "SGN_REGISTRY_URL",
    "uploads": "SGN_S3_PUBLIC_URL",
}  # fmt: skip
ORDER = (
    "version", "settings", "torch", "device", "cores", "spool", "database", "schema", "rights",
    "writes", "packet", "charset", "access", "redis", "eviction", "appendonly", "workers",
    "installation", "registry", "uploads", "clock",
)  # fmt: skip


def examine(environment: Mapping[str, str], home: Path | None) -> list[CheckResult]:
    """Everything that can be found out, of the local installation in ``home`` if that is given."""
    variables = environment if home is None else home_variables(home, environment)
    return asyncio.run(_examine(variables, embedded=home is not None))


async def _examine(environment: Mapping[str, str], *, embedded: bool) -> list[CheckResult]:
    settings, wrong = read_settings(environment)
    pending: dict[str, Awaitable[list[CheckResult]]] = {
        "version": asyncio.to_thread(checks.check_machine, settings),
        "torch": asyncio.to_thread(check_device, settings),
    }
    if "SGN_DATABASE_URL" not in wrong:
        pending["database"] = checks.check_database(settings)
    if "SGN_REDIS_URL" not in wrong:
        pending["redis"] = _queue(settings, embedded=embedded)
    if "SGN_REGISTRY_URL" not in wrong:
        pending["registry"] = asyncio.to_thread(storage.check, settings)
        pending["uploads"] = asyncio.to_thread(storage.check_uploads, settings)
    answers = await asyncio.gather(*(_bounded(name, check) for name, check in pending.items()))
    results = _settings_results(wrong) + [result for answer in answers for result in answer]
    results += _tracing(settings)
    if embedded:  # its address is an argument of `sgn up`, not a variable
        results = [result for result in results if result.check != "access"]
    return sorted(results, key=lambda result: ORDER.index(result.check))


async def _queue(settings: HttpSettings, *, embedded: bool) -> list[CheckResult]:
    url = settings.process.redis_url
    if embedded and not await asyncio.to_thread(Path(url.removeprefix("unix://")).is_socket):
        return [warning("redis", Message("doctor.not-running"), Message("doctor.start-local"))]
    names = Names(await _installation(settings.process.database_url))
    return await asyncio.to_thread(checks.check_queue, url, names)


async def _installation(database: str) -> str:
    """The installation's id; "" where the database does not tell it, which has its own finding."""
    if absent_file(database):
        return ""
    try:
        return await read_installation(database)
    except DatabaseError:
        return ""


async def _bounded(name: str, check: Awaitable[list[CheckResult]]) -> list[CheckResult]:
    try:
        return await asyncio.wait_for(check, PATIENCE_SECONDS)
    except Exception as error:  # noqa: BLE001 - the other findings are not lost for it
        if not isinstance(error, TimeoutError):
            # Its text may hold a piece of a password.
            failed = Message("doctor.check-failed", error=type(error).__name__)
            return [fault(name, failed, _correct(name))]
        late = Message("doctor.no-answer", seconds=PATIENCE_SECONDS)
        return [fault(name, late, Message("doctor.check-reachable"))]


def _correct(check: str) -> Message:
    if check not in VARIABLES:
        return Message("doctor.correct-variables")
    return Message("doctor.correct-variable", name=VARIABLES[check])


def _tracing(settings: HttpSettings) -> list[CheckResult]:
    if not settings.process.traces:
        return []
    try:
        check_installed()
    except ProcessSettingsError as error:
        return [
            fault("settings", error.problem, error.remedy or Message("doctor.correct-variables"))
        ]
    return []


def is_sound(results: list[CheckResult]) -> bool:
    """Whether nothing is a fault."""
    return all(result.state != State.FAULT for result in results)


TORCH_SECONDS = 30.0


INSPECT = Message("doctor.run-inspection")


def check_device(settings: HttpSettings) -> list[CheckResult]:
    """The versions of torch, CUDA and driver; the device that a worker would train on."""
    fallback = "yes" if settings.process.cpu_fallback else "no"
    command = [sys.executable, "-m", "actors.inspection", settings.process.device, fallback]
    try:
        ran = subprocess.run(  # noqa: S603 - our own command
            command, capture_output=True, text=True, timeout=TORCH_SECONDS, check=True
        )
        return device_results(json.loads(ran.stdout), settings.process.gpu_share)
    except subprocess.TimeoutExpired:
        return [fault("torch", Message("doctor.torch-late", seconds=TORCH_SECONDS), INSPECT)]
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
