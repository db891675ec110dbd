"""A service that answers, without a worker, on servers or in a folder."""

import contextlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from actors.redis_connection import Names
from graphnet.data.synthetic import cohort_table
from service.http.responses import ErrorNum
from tests import reading as files  # which imports this module
from tests.databases import migrated, mysql_database, postgres_database, query
from tests.installations import GIVE_UP_SECONDS, START_SECONDS, process, serving
from tests.servers import queue_server, s3_server
from tests.service.forms import SMALL, form

ENDED = {"Finished", "Failed", "Cancelled"}
PLAIN = {"baselines": False, "explain": False, "cv_folds": 0, "batch_size": 8}
WORKER = ("dramatiq", "actors.worker:make_broker", "--processes", "1", "--threads", "1")


def names_of(variables: Mapping[str, str]) -> Names:
    """What the installation of these variables calls its keys and queues on Redis."""
    ((found,),) = query(
        variables["SGN_DATABASE_URL"], "SELECT installation_id FROM sgn_installation"
    )
    return Names(str(found))


@dataclass(frozen=True)
class Place:
    """A service that answers, without a worker; what its processes need to know."""

    http: httpx.Client
    folder: Path
    variables: dict[str, str]

    def submit(self, **changes: Any) -> str:
        answer = self.http.post("/api/v0/new_task", content=json.dumps(form(**changes))).json()
        assert answer["error_num"] == 0, answer
        task_id: str = answer["task_form"]["task_id"]
        return task_id

    def wait(self, *task_ids: str, seconds: float = GIVE_UP_SECONDS) -> list[dict[str, Any]]:
        """The tasks once they have ended, with a worker running meanwhile."""
        with process(*WORKER, log=self.folder / "worker.log", **self.variables):
            deadline = time.monotonic() + seconds
            return [self.until(task_id, ENDED, deadline) for task_id in task_ids]

    def until(self, task_id: str, statuses: set[str], deadline: float) -> dict[str, Any]:
        while time.monotonic() < deadline:
            task: dict[str, Any] = self.http.get(f"/api/v0/tasks/{task_id}").json()["task"]
            if task["task_status"] in statuses:
                return task
            time.sleep(0.1)
        logs = [path.read_text() for path in sorted(self.folder.glob("*.log"))]
        raise AssertionError(f"{task_id} is {task['task_status']}", *logs)


@contextmanager
def place_at(folder: Path, kind: str = "folder", **changes: str) -> Iterator[Place]:
    """On ``servers``, on ``postgres`` or in a ``folder``; with two small datasets of project P.

    Of kind ``bucket`` only the registry is elsewhere, and clients may write into it.

    Raises:
        ServerMissing, ServerSilent: a server is not to be had.

    """
    with ExitStack() as stack:
        variables = {
            "SGN_REDIS_URL": stack.enter_context(queue_server(folder)),
            "SGN_DATABASE_URL": _database(folder, kind, stack),
        }
        if kind in {"servers", "bucket"}:
            s3 = stack.enter_context(s3_server(folder))
            variables |= s3.environment()
            variables["SGN_S3_ENDPOINT_URL"] = s3.endpoint_url
            variables["SGN_REGISTRY_URL"] = f"s3://{s3.bucket}/{os.urandom(4).hex()}"
            if kind == "bucket":  # by another name than the service's own
                public = s3.endpoint_url.replace("127.0.0.1", "localhost")
                variables["SGN_S3_PUBLIC_URL"] = public
        else:
            (folder / "registry").mkdir()
            variables["SGN_REGISTRY_URL"] = (folder / "registry").as_uri()
        variables |= changes
        migrated(variables["SGN_DATABASE_URL"])
        http = stack.enter_context(serving(folder, **variables))
        with files.reading(variables):
            add_small(http)
        yield Place(http, folder, variables)


def _database(folder: Path, kind: str, stack: ExitStack) -> str:
    if kind in {"folder", "bucket"}:
        return f"sqlite://{folder / 'sgn.sqlite3'}"
    return stack.enter_context(postgres_database() if kind == "postgres" else mysql_database())


def add_small(http: httpx.Client, proj_id: str = "P", name: str = "small") -> None:
    """Two small datasets of a project."""
    for label, group in ((1, "SZ"), (0, "NC")):
        content = cohort_table("small", label, 20, seed=label, recipe=SMALL).to_csv(index=False)
        query = {"proj_id": proj_id, "data_name": f"{name}_{group}"}
        deadline = time.monotonic() + START_SECONDS
        while True:
            answer = http.post("/api/v0/datasets", params=query, content=content).json()
            if answer["error_num"] != ErrorNum.NO_WORKER or time.monotonic() > deadline:
                break
            # A worker is still starting, or has just begun to read it.
            query["upload"], content = answer["upload"], ""
        assert answer["error_num"] == 0, answer


def stream(url: str, task_id: str, last: str = "") -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Events as id, kind and content, until the connection ends."""
    headers = {"last-event-id": last} if last else {}
    with (
        contextlib.suppress(httpx.TransportError),
        httpx.stream(
            "GET", f"{url}/api/v0/tasks/{task_id}/events", headers=headers, timeout=60
        ) as reply,
    ):
        event: dict[str, str] = {}
        for line in reply.iter_lines():
            name, _, value = line.partition(": ")
            if line:
                event[name] = value
                continue
            if "data" in event:
                yield event["id"], event["event"], json.loads(event["data"])
            event = {}
