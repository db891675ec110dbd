"""Redis or Valkey: whether it answers and keeps what it is given; and the workers that it knows."""

import time
from collections.abc import Mapping
from typing import Any

import redis
from redis.exceptions import NoPermissionError, OutOfMemoryError

from actors.messaging.names import Names, databases_by_installation
from actors.messaging.queue import count_workers
from actors.messaging.redis_clients import describe_error, redis_client
from graphnet.messages import Message
from service.doctor.check_result import CheckResult, fault, ok, warning

CHECK, PROBE = "redis", "doctor"
PATIENCE_SECONDS = 3.0
OLDEST = (6, 0)


def check(url: str, names: Names) -> list[CheckResult]:
    """Everything of the queue; of workers and neighbours only where the names are known."""
    client = redis_client(url, seconds=PATIENCE_SECONDS)
    try:
        with client:
            client.ping()  # the first one also connects
            started = time.monotonic()
            client.ping()
            ping_ms = 1000 * (time.monotonic() - started)
            info: Any = client.info()
            client.set(names.probe(PROBE), "1", px=1000)
            results = [_server(info, ping_ms), _eviction(info), _kept(info)]
            if names.known:
                results += [
                    _workers(client, names),
                    _installation(databases_by_installation(client), names),
                ]
            return results
    except redis.AuthenticationError:
        refused = Message("doctor.redis-password")
        return [fault(CHECK, refused, Message("doctor.correct-password"))]
    except redis.ResponseError as error:
        return [fault(CHECK, describe_error(error), _fix(error))]
    except redis.RedisError as error:
        silent = Message("doctor.redis-silent", error=type(error).__name__)
        return [fault(CHECK, silent, Message("doctor.check-redis"))]


def _fix(error: redis.ResponseError) -> Message:
    if isinstance(error, OutOfMemoryError):
        return Message("doctor.raise-maxmemory")
    if isinstance(error, NoPermissionError):
        return Message("doctor.grant-redis")
    return Message("doctor.check-redis-log")


def _server(info: Any, ping_ms: float) -> CheckResult:
    known = "valkey_version" in info
    version = str(info["valkey_version"] if known else info["redis_version"])
    name, milliseconds = "Valkey" if known else "Redis", f"{ping_ms:.1f}"
    message = Message("doctor.server", name=name, version=version, milliseconds=milliseconds)
    if tuple(int(part) for part in version.split(".")[:2]) >= OLDEST:
        return ok(CHECK, message)
    return warning(CHECK, message, Message("doctor.newer-redis"))


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
    others = [_other(*each) for each in sorted(there.items()) if each[0] != names.installation]
    if not others:
        return ok("installation", Message("doctor.installation", id=names.installation))
    among = Message("doctor.installation-among-others", id=names.installation, others=others)
    return ok("installation", among)


def _other(installation: str, databases: list[str]) -> Message:
    if not databases:
        return Message("doctor.installation-idle", id=installation)
    return Message("doctor.installation-running", id=installation, databases=databases)
