"""A page for operators: what is wrong and what to do, workers, queue, storage, refusals, versions.

Only for tokens of the role admin that are for all projects: it speaks of all of them.
"""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import redis
from starlette.requests import Request
from starlette.responses import Response

from actors.queue import list_workers
from db import datasets
from db.datasets import StoredByProject
from db.queue import queue_state
from db.queue.queue_state import RunningTask
from db.server.errors import DatabaseError
from db.submissions.form import list_refused_forms
from graphnet.messages import Message
from service.doctor import checks
from service.doctor.checks import CheckResult, State, fault, ok
from service.http.auth import require_operator
from service.pages.site import page
from service.routes.submission import refused_view
from service.state import AppState, state_of

T = TypeVar("T")
PATIENCE_SECONDS = 10.0
REFUSED, PROJECTS = 10, 50
AWAY = (DatabaseError, redis.RedisError, OSError, TimeoutError)
FIXES = {
    "database": Message("doctor.check-database"),
    "redis": Message("doctor.check-redis"),
    "registry": Message("registry.check-log"),
}
WORST_FIRST = (State.FAULT, State.WARNING, State.OK)


@dataclass(frozen=True)
class Worker:
    """A worker that has shown life lately, its kind of device, and what it does at the moment."""

    name: str
    kind: str
    tasks: tuple[RunningTask, ...] = ()


@dataclass(frozen=True)
class Disk:
    """The disk of a registry in a folder, in bytes."""

    free: int
    total: int

    @property
    def share_used(self) -> float:
        """From 0 to 1."""
        return 1 - self.free / self.total if self.total else 1.0


async def show(request: Request) -> Response:
    """Ask everything at once; what does not answer is missing, and stands among the problems."""
    require_operator(request)
    state = state_of(request)
    # In two, as what gather gives is typed for up to six.
    of_queue = asyncio.gather(
        _checks(state),
        _answer(asyncio.to_thread(list_workers, state.broker.client, state.names)),
        _answer(queue_state.running()),
        _answer(queue_state.count_tasks()),
    )
    of_storage = asyncio.gather(
        _answer(datasets.stored_by_project()),
        _answer(list_refused_forms(limit=REFUSED)),
        _answer(asyncio.to_thread(disk_of, state.settings.process.registry_url)),
    )
    checks, workers, running, counts = await of_queue
    stored, refused, disk = await of_storage
    shown: Sequence[StoredByProject] = stored or ()
    return page(
        request,
        "operators.html",
        checks=checks,
        problems=[check for check in checks if check.state != State.OK],
        workers=None if workers is None else workers_at_work(workers, running or ()),
        counts=counts,
        stored=None if stored is None else shown[:PROJECTS],
        projects=len(shown),
        stored_bytes=sum(project.stored_bytes for project in shown),
        quota_bytes=state.settings.project_quota_bytes,
        refused=None if refused is None else [refused_view(form) for form in refused[0]],
        disk=disk,
        in_bucket=state.settings.process.registry_url.startswith("s3:"),
    )


async def _answer(question: Awaitable[T]) -> T | None:
    """None where database or queue are away, which is a problem of its own."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await question
    except AWAY:
        return None


async def _checks(state: AppState) -> list[CheckResult]:
    """What ``sgn doctor`` and ``/readyz`` find of what this process uses, the worst first."""
    settings = state.settings
    ready, of_queue, of_database = await asyncio.gather(
        state.readiness.ask(),
        _answer(asyncio.to_thread(checks.check_queue, settings.process.redis_url, state.names)),
        _answer(checks.database_results(settings)),
    )
    results = [checks.check_version()]
    for checked in (of_queue, of_database):
        results += checked or ()
    for name, problem in ready.items():
        if problem is not None and not _is_told(results, name):
            results.append(fault(name, problem, FIXES[name]))
        elif problem is None and name == "registry":
            results.append(ok(name, Message("doctor.registry-ready")))
    return sorted(results, key=lambda result: WORST_FIRST.index(result.state))


def _is_told(results: Sequence[CheckResult], name: str) -> bool:
    return any(result.check == name and result.state == State.FAULT for result in results)


def workers_at_work(
    workers: dict[str, str], running: Sequence[RunningTask]
) -> tuple[list[Worker], list[RunningTask]]:
    """Workers by name with their tasks, and the tasks whose worker does not show life."""
    at_work = [
        Worker(name, kind, tuple(task for task in running if task.worker == name))
        for name, kind in sorted(workers.items())
    ]
    return at_work, [task for task in running if task.worker not in workers]


def disk_of(registry_url: str) -> Disk | None:
    """The disk of the registry's folder; None of a bucket. Raises OSError."""
    parts = urlsplit(registry_url)
    if parts.scheme != "file":
        return None
    usage = shutil.disk_usage(os.fspath(Path(unquote(parts.path))))
    return Disk(usage.free, usage.total)
