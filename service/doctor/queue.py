"""Redis or Valkey: whether it answers and keeps what it is given; and the workers that it knows."""

import time
from collections.abc import Mapping
from typing import Any

import redis
from redis.exceptions import NoPermissionError, OutOfMemoryError

from actors.names import Names, databases_by_installation
from actors.queue import count_workers
from actors.redis_clients import describe_error, redis_client
from service.doctor.check_result import Finding, fault, ok, warning

CHECK, PROBE = "redis", "doctor"
PATIENCE_SECONDS = 3.0
OLDEST = (6, 0)
START = "Start a worker: 'sgn worker', or more replicas of its deployment."


def check(url: str, names: Names) -> list[Finding]:
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
            found = [_server(info, ping_ms), _eviction(info), _kept(info)]
            if names.known:
                found += [
                    _workers(client, names),
                    _installation(databases_by_installation(client), names),
                ]
            return found
    except redis.AuthenticationError:
        return [fault(CHECK, "it refuses the password", "Correct the password in SGN_REDIS_URL.")]
    except redis.ResponseError as error:
        return [fault(CHECK, describe_error(error).rstrip("."), _fix(error))]
    except redis.RedisError as error:
        text = f"no answer at SGN_REDIS_URL ({type(error).__name__})"
        return [fault(CHECK, text, "Start the server; look at host and port in SGN_REDIS_URL.")]


def _fix(error: redis.ResponseError) -> str:
    if isinstance(error, OutOfMemoryError):
        return "Raise its maxmemory, or remove what else fills it; waiting messages are then sent."
    if isinstance(error, NoPermissionError):
        return "Let its user ping, ask INFO and call scripts; its keys are dramatiq:* and sgn:*."
    return "Check its log and its disk, and that SGN_REDIS_URL names the primary."


def _server(info: Any, ping_ms: float) -> Finding:
    known = "valkey_version" in info
    version = str(info["valkey_version"] if known else info["redis_version"])
    text = f"{'Valkey' if known else 'Redis'} {version}, {ping_ms:.1f} ms a question"
    if tuple(int(part) for part in version.split(".")[:2]) >= OLDEST:
        return ok(CHECK, text)
    return warning(CHECK, text, "Take Redis 6 or newer, or Valkey.")


def _eviction(info: Any) -> Finding:
    policy = str(info.get("maxmemory_policy", "noeviction"))
    text = f"maxmemory-policy is {policy}"
    fix = "Set it to noeviction: CONFIG SET maxmemory-policy noeviction, and in its file."
    if policy.startswith("allkeys"):
        return fault("eviction", f"{text}: messages vanish when memory is short", fix)
    if policy.startswith("volatile"):
        return warning("eviction", f"{text}: signs of life may vanish when memory is short", fix)
    return ok("eviction", text)


def _kept(info: Any) -> Finding:
    if info.get("aof_enabled"):
        return ok("appendonly", "what it holds outlives a restart")
    return warning(
        "appendonly",
        "off: a restart loses the queue, which costs time but no task",
        "Start it with --appendonly yes.",
    )


def _workers(client: redis.Redis, names: Names) -> Finding:
    there = count_workers(client, names)
    if not there:
        return warning("workers", "none is alive", START)
    text = ", ".join(f"{count} on {kind or 'unknown'}" for kind, count in sorted(there.items()))
    return ok("workers", f"alive: {text}")


def _installation(there: Mapping[str, list[str]], names: Names) -> Finding:
    """Who else uses this Redis, and whether two databases pass for one installation."""
    mine = there.get(names.installation, [])
    if len(mine) > 1:
        return warning(
            "installation",
            f"two databases have the id {names.installation}: {' and '.join(mine)}",
            "If one is a copy of the other, end its processes and give it an id of its own: "
            "'sgn migrate --new-installation'. If these are two names of one database, write it "
            "the same way everywhere.",
        )
    others = [
        f"{each} ({', '.join(addresses) or 'not running'})"
        for each, addresses in sorted(there.items())
        if each != names.installation
    ]
    beside = f"; beside it on this Redis: {', '.join(others)}" if others else ""
    return ok("installation", f"its id is {names.installation}{beside}")
