"""The machine, the database and the queue: what a check of each finds."""

import os
import platform
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Any

import redis
from redis.exceptions import NoPermissionError, OutOfMemoryError

from actors.queue import count_workers
from actors.redis_connection import (
    Names,
    databases_by_installation,
    describe_error,
    redis_client,
)
from actors.settings import ProcessSettingsError
from actors.spool import require_ours
from db import tokens
from db.server import diagnosis
from db.server.connection import check_schema, close_database, open_database
from db.server.diagnosis import Server, check_writable
from db.server.errors import DatabaseError, DatabaseRefuses, Refusal, SchemaBehind
from db.server.limits import check_charset, needed_packet
from graphnet.messages import Message, every, render
from service.settings import HttpSettings, is_loopback

DISTRIBUTION = "nld-sgn"
LEAST_BYTES = 1_000_000_000
DATABASE = "database"
LOCKED_OUT = Message("doctor.check-database")
FIXES = {
    Refusal.READ_ONLY: Message("doctor.let-database-write"),
    Refusal.FULL: Message("doctor.free-database"),
    Refusal.FILES: Message("doctor.check-database-files"),
    Refusal.RIGHTS: Message("doctor.grant-listed-rights"),
}
SLOW_MS = 50
QUEUE, PROBE = "redis", "doctor"
QUEUE_SECONDS = 3.0
OLDEST = (6, 0)


class State(StrEnum):
    """How bad it is: a fault hinders the service or a worker, a warning may."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class CheckResult:
    """One line of the examination; ``fix`` says what to do, None where nothing is to be done."""

    check: str
    state: State
    found: Message
    fix: Message | None = None

    def as_dict(self, language: str) -> dict[str, Any]:
        """For JSON: the sentences in ``language``, and the messages with their codes."""
        return {
            "check": self.check,
            "state": self.state.value,
            "found": render(self.found, language),
            "fix": render(self.fix, language) if self.fix else "",
            "found_message": self.found.as_dict(),
            "fix_message": self.fix.as_dict() if self.fix else None,
        }


def ok(check: str, found: Message) -> CheckResult:
    """As it should be."""
    return CheckResult(check, State.OK, found)


def warning(check: str, found: Message, fix: Message | None = None) -> CheckResult:
    """It works, and may not always."""
    return CheckResult(check, State.WARNING, found, fix)


def fault(check: str, found: Message, fix: Message) -> CheckResult:
    """It does not work."""
    return CheckResult(check, State.FAULT, found, fix)


CLOCK = "clock"
APART_MS = 5_000
REFUSED_MS = 900_000  # S3 takes no signature that is older or from the future by more
SET_CLOCKS = Message("doctor.set-clocks")


def clock_result(whose: str, ahead_ms: int, *, signed: bool = False) -> CheckResult:
    """How far the clock of ``whose`` is from ours; ``signed`` where it judges our signatures."""
    seconds = f"{abs(ahead_ms) / 1000:.1f}"
    message = (
        Message("doctor.clock-ahead", whose=whose, seconds=seconds)
        if ahead_ms > 0
        else Message("doctor.clock-behind", whose=whose, seconds=seconds)
    )
    if signed and abs(ahead_ms) > REFUSED_MS:
        return fault(CLOCK, Message("doctor.clock-refused", clock=message), SET_CLOCKS)
    if abs(ahead_ms) > APART_MS:
        return warning(CLOCK, message, SET_CLOCKS)
    return ok(CLOCK, message)


def check_machine(settings: HttpSettings) -> list[CheckResult]:
    """What needs no server."""
    return [check_version(), _cores(settings.process.threads), _spool(settings.process.spool)]


def check_version() -> CheckResult:
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


async def check_database(settings: HttpSettings) -> list[CheckResult]:
    """Everything of the database, and what hangs on it: its clock, and who may come in."""
    url = settings.process.database_url
    absent = absent_file(url)
    if absent:
        missing = Message("doctor.no-database-file", path=absent)
        return [fault(DATABASE, missing, Message("doctor.create-database"))]
    try:
        await open_database(url)
    except DatabaseError as error:
        fix = Message("doctor.correct-variable", name="SGN_DATABASE_URL")
        return [fault(DATABASE, error.message, fix)]
    try:
        return await database_results(settings)
    except DatabaseError as error:
        return [fault(DATABASE, error.message, LOCKED_OUT)]
    finally:
        await close_database()


def absent_file(url: str) -> str:
    """The file of an SQLite database, which opening it would make."""
    path = url.removeprefix("sqlite://")
    return "" if path == url or Path(path).is_file() else path


async def database_results(settings: HttpSettings) -> list[CheckResult]:
    """What is found of the database that is open. Raises DatabaseError."""
    server = await diagnosis.server()
    results = [_database_server(server), clock_result("database", server.ahead_ms)]
    try:
        await check_schema()
    except SchemaBehind as error:
        return [*results, fault("schema", error.message, Message("doctor.migrate"))]
    results.append(ok("schema", Message("doctor.schema")))
    results += await _writes()
    results += [*_packet_result(server, settings), _charset_result(await check_charset())]
    return [*results, access(settings, tokens=await tokens.exist())]


def _database_server(server: Server) -> CheckResult:
    milliseconds = f"{server.ping_ms:.1f}"
    message = Message(
        "doctor.server", name=server.name, version=server.version, milliseconds=milliseconds
    )
    if server.ping_ms < SLOW_MS:
        return ok(DATABASE, message)
    return warning(DATABASE, message, Message("doctor.move-nearer"))


async def _writes() -> list[CheckResult]:
    """Whether we may write everywhere; if so, whether a row can be written, as /readyz asks."""
    try:
        missing = await diagnosis.missing_rights()
        if missing:
            lacking = Message("doctor.rights-missing", rights=every(missing))
            return [fault("rights", lacking, Message("doctor.grant-rights"))]
        await check_writable()
    except DatabaseRefuses as error:
        return [fault("writes", error.message, FIXES[error.refusal])]
    return [ok("rights", Message("doctor.rights")), ok("writes", Message("doctor.writes"))]


def _charset_result(lacks: Message | None) -> CheckResult:
    """It works with every character set, but not for every name."""
    if lacks is None:
        return ok("charset", Message("doctor.charset"))
    return warning("charset", lacks, Message("doctor.convert-charset"))


def _packet_result(server: Server, settings: HttpSettings) -> list[CheckResult]:
    """MySQL takes no statement longer than this."""
    if not server.packet:
        return []
    needed = needed_packet(settings.max_upload_bytes)
    mebibytes = server.packet >> 20
    if server.packet >= needed:
        return [ok("packet", Message("doctor.packet", mebibytes=mebibytes))]
    small = Message("doctor.packet-small", mebibytes=mebibytes, needed=needed >> 20)
    return [warning("packet", small, Message("doctor.raise-packet", bytes=str(needed)))]


ACCESS = "access"
RESTRICT = Message("doctor.restrict-access")


def access(settings: HttpSettings, *, tokens: bool) -> CheckResult:
    """Whether strangers can use the service, as ``sgn serve`` would judge."""
    host = settings.host
    everywhere = [network for network in settings.trusted if network.prefixlen == 0]
    if everywhere:
        open_ = Message("doctor.access-to-everyone", host=host, network=str(everywhere[0]))
        return warning(ACCESS, open_, Message("doctor.trust-fewer"))
    networks = [str(network) for network in settings.trusted]
    if tokens:
        return ok(ACCESS, _by_token(host, networks))
    if is_loopback(host):
        return ok(ACCESS, Message("doctor.access-from-here", host=host))
    if networks:
        return ok(ACCESS, Message("doctor.access-from-networks", host=host, networks=networks))
    if settings.anonymous:
        return warning(ACCESS, Message("doctor.access-to-anyone", host=host), RESTRICT)
    return fault(ACCESS, Message("doctor.access-undecided", host=host), RESTRICT)


def _by_token(host: str, networks: list[str]) -> Message:
    if not networks:
        return Message("doctor.access-by-token", host=host)
    return Message("doctor.access-by-token-or-network", host=host, networks=networks)


def check_queue(url: str, names: Names) -> list[CheckResult]:
    """Everything of the queue; of workers and neighbours only where the names are known."""
    client = redis_client(url, seconds=QUEUE_SECONDS)
    try:
        with client:
            client.ping()  # the first one also connects
            started = time.monotonic()
            client.ping()
            ping_ms = 1000 * (time.monotonic() - started)
            info: Any = client.info()
            client.set(names.probe(PROBE), "1", px=1000)
            results = [_queue_server(info, ping_ms), _eviction(info), _kept(info)]
            if names.known:
                results += [
                    _workers(client, names),
                    _installation(databases_by_installation(client), names),
                ]
            return results
    except redis.AuthenticationError:
        refused = Message("doctor.redis-password")
        return [fault(QUEUE, refused, Message("doctor.correct-password"))]
    except redis.ResponseError as error:
        return [fault(QUEUE, describe_error(error), _queue_fix(error))]
    except redis.RedisError as error:
        silent = Message("doctor.redis-silent", error=type(error).__name__)
        return [fault(QUEUE, silent, Message("doctor.check-redis"))]


def _queue_fix(error: redis.ResponseError) -> Message:
    if isinstance(error, OutOfMemoryError):
        return Message("doctor.raise-maxmemory")
    if isinstance(error, NoPermissionError):
        return Message("doctor.grant-redis")
    return Message("doctor.check-redis-log")


def _queue_server(info: Any, ping_ms: float) -> CheckResult:
    known = "valkey_version" in info
    version = str(info["valkey_version"] if known else info["redis_version"])
    name, milliseconds = "Valkey" if known else "Redis", f"{ping_ms:.1f}"
    message = Message("doctor.server", name=name, version=version, milliseconds=milliseconds)
    if tuple(int(part) for part in version.split(".")[:2]) >= OLDEST:
        return ok(QUEUE, message)
    return warning(QUEUE, message, Message("doctor.newer-redis"))


def _eviction(info: Any) -> CheckResult:
    policy = str(info.get("maxmemory_policy", "noeviction"))
    fix = Message("doctor.stop-eviction")
    if policy.startswith("allkeys"):
        return fault("eviction", Message("doctor.eviction-of-messages", policy=policy), fix)
    if policy.startswith("volatile"):
        return warning("eviction", Message("doctor.eviction-of-heartbeats", policy=policy), fix)
    return ok("eviction", Message("doctor.eviction", policy=policy))


def _kept(info: Any) -> CheckResult:
    if info.get("aof_enabled"):
        return ok("appendonly", Message("doctor.appendonly"))
    off = Message("doctor.appendonly-off")
    return warning("appendonly", off, Message("doctor.start-appendonly"))


def _workers(client: redis.Redis, names: Names) -> CheckResult:
    there = count_workers(client, names)
    if not there:
        return warning("workers", Message("doctor.no-worker"), Message("doctor.start-worker"))
    workers = [
        Message("doctor.workers-of-kind", count=count, kind=kind or "unknown")
        for kind, count in sorted(there.items())
    ]
    return ok("workers", Message("doctor.workers", workers=workers))


def _installation(there: Mapping[str, list[str]], names: Names) -> CheckResult:
    """Who else uses this Redis, and whether two databases pass for one installation."""
    mine = there.get(names.installation, [])
    if len(mine) > 1:
        twice = Message("doctor.installation-twice", id=names.installation, databases=mine)
        return warning("installation", twice, Message("doctor.separate-installations"))
    others = [
        _other(installation, databases)
        for installation, databases in sorted(there.items())
        if installation != names.installation
    ]
    if not others:
        return ok("installation", Message("doctor.installation", id=names.installation))
    among = Message("doctor.installation-among-others", id=names.installation, others=others)
    return ok("installation", among)


def _other(installation: str, databases: list[str]) -> Message:
    if not databases:
        return Message("doctor.installation-idle", id=installation)
    return Message("doctor.installation-running", id=installation, databases=databases)
