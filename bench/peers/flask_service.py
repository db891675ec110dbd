"""New tasks by Flask, gunicorn, Celery and PyMySQL: checked, written, sent to a worker.

What a form must be is checked by the very code of the service, so that what differs is how it is
received, written and sent. The guarantees are the same too: a bound on what waits, one transaction
for submission, run and message, a claim by one conditional UPDATE. ``PEER_PLAIN=1`` leaves them
out and writes the submission alone.

Run by gunicorn as ``bench.peers.flask_service:app`` and by Celery as
``bench.peers.flask_service:queue``. ``PEER_MYSQL`` and ``PEER_REDIS`` name the servers.
"""

import itertools
import json
import os
import random
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pymysql
from celery import Celery
from flask import Flask, Response, request

from db.submissions.form import TaskForm
from graphnet.data.profile import Profile
from graphnet.messages import Message
from service.forms.compatibility import compatibility_errors, dataset_names
from service.forms.schema import in_place, read_form
from service.http.middleware import HEADERS
from service.http.responses import FieldError

PLAIN = os.environ.get("PEER_PLAIN") == "1"
MOST_WAITING = 10_000_000
FRESH_SECONDS = 1.0
LEASE_MS = 30_000

app = Flask(__name__)
queue = Celery("peer", broker=os.environ.get("PEER_REDIS", "redis://"))
queue.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)
local = threading.local()
numbers = itertools.count(random.randrange(10**6))
remembered: dict[str, tuple[float, Any]] = {}

SUBMISSION = (
    "INSERT INTO backend_submissions (task_id, proj_id, task_name, task_type, task_config, "
    "task_status, task_result) VALUES (%s, %s, %s, %s, %s, 'Submitted', '')"
)
RUN = (
    "INSERT INTO sgn_runs (task_id, proj_id, state, epochs, submitted_at, attempt, lease_token, "
    "lease_until, parent_task_id, device, worker, epoch, error, started_at, progress_at, "
    "finished_at, request_id, retry_of, version, crashes, checkpoint, permille, remaining_ms, "
    "cancel_at, manifest_sha256) VALUES (%s, %s, 'Submitted', %s, %s, 0, '', 0, '', '', '', 0, '', "
    "0, 0, 0, '', '', 0, 0, 0, 0, -1, 0, '')"
)
OUTBOX = "INSERT INTO sgn_outbox (task_id, created_at, sent_at, request_id) VALUES (%s, %s, 0, '')"
SENT = "UPDATE sgn_outbox SET sent_at = %s WHERE id = %s"
WAITING = "SELECT COUNT(*), COALESCE(SUM(proj_id = %s), 0) FROM sgn_runs WHERE state = 'Submitted'"
DATASETS = (
    "SELECT d.data_name, p.profile FROM backend_datasets d "
    "JOIN sgn_profiles p ON p.data_id = d.data_id WHERE d.data_name IN %s"
)
CLAIM = (
    "UPDATE sgn_runs SET state = 'Running', attempt = attempt + 1, lease_token = %s, "
    "lease_until = %s WHERE task_id = %s AND state = 'Submitted'"
)
END = "UPDATE sgn_runs SET state = 'Finished', lease_token = '' WHERE lease_token = %s"
MIRROR = "UPDATE backend_submissions SET task_status = %s WHERE task_id = %s"


def database() -> Any:
    """One connection a thread, opened again where it was lost."""
    if not hasattr(local, "connection"):
        parts = urlsplit(os.environ["PEER_MYSQL"])
        local.connection = pymysql.connect(
            host=parts.hostname, port=parts.port or 3306, user=parts.username or "root",
            password=parts.password or "", database=parts.path[1:], charset="utf8mb4",
        )  # fmt: skip
    local.connection.ping(reconnect=True)
    return local.connection


@app.post("/api/v0/new_task")
def new_task() -> tuple[Response, int]:
    """Check the form, write it, send it."""
    fields = request.get_json(force=True)
    posted, errors = read_form(in_place(fields))
    if posted is None:
        return refused(errors)
    form, connection = posted.stored(), database()
    with connection.cursor() as cursor:
        found = profiles(cursor, dataset_names(form))
        missing = [
            FieldError("train_data", Message("forms.no-dataset", field="train_data", name=name))
            for name in dataset_names(form)
            if name not in found
        ]
        errors = missing or list(compatibility_errors(form, found, None))
        if errors:
            connection.rollback()
            return refused(errors)
        if not PLAIN and waits(cursor, posted.proj_id) >= MOST_WAITING:
            connection.rollback()
            return reply({"error_num": 14, "msg": "too many tasks wait"}), 429
        task_id = f"TASK{datetime.now(UTC):%y%m%d%H%M%S}{next(numbers) % 10**6:06d}"
        message = write(cursor, task_id, posted.proj_id, posted.task_name, form)
    connection.commit()
    train.delay(task_id)
    if message is not None:
        with connection.cursor() as cursor:
            cursor.execute(SENT, (now_ms(), message))
        connection.commit()
    shown = {**posted.understood(), "task_id": task_id}
    return reply({"error_num": 0, "msg": "success", "task_form": shown}), 200


def profiles(cursor: Any, names: list[str]) -> dict[str, Profile]:
    """What these datasets hold, asked again after a second."""

    def asked() -> dict[str, Profile]:
        cursor.execute(DATASETS, (names,))
        return {name: Profile.from_dict(json.loads(text)) for name, text in cursor.fetchall()}

    found: dict[str, Profile] = lately("datasets " + " ".join(names), asked)
    return found


def waits(cursor: Any, proj_id: str) -> int:
    """How many tasks wait, counted again after a second."""

    def asked() -> int:
        cursor.execute(WAITING, (proj_id,))
        return int(max(cursor.fetchone()))

    count: int = lately(f"waits {proj_id}", asked)
    return count


def lately(what: str, ask: Any) -> Any:
    """What was asked less than a second ago, or is asked now."""
    known = remembered.get(what)
    if known is None or time.monotonic() - known[0] > FRESH_SECONDS:
        known = remembered[what] = (time.monotonic(), ask())
    return known[1]


def write(cursor: Any, task_id: str, proj_id: str, name: str, form: TaskForm) -> int | None:
    """The rows of a task; the id of its message."""
    cursor.execute(SUBMISSION, (task_id, proj_id, name, form.task_type, form.config_text))
    if PLAIN:
        return None
    now = now_ms()
    cursor.execute(RUN, (task_id, proj_id, form.settings.get("epochs", 0), now))
    cursor.execute(OUTBOX, (task_id, now))
    return int(cursor.lastrowid)


@app.after_request
def complete(response: Response) -> Response:
    """The id of the request, and what keeps browsers careful."""
    response.headers["x-request-id"] = request.headers.get("x-request-id", uuid.uuid4().hex)
    for name, value in HEADERS:
        response.headers.setdefault(name.decode(), value.decode())
    return response


def refused(errors: Any) -> tuple[Response, int]:
    """All that is wrong with a form."""
    listed = [{"field": field, "msg": str(message)} for field, message in errors]
    return reply({"error_num": 2, "msg": listed[0]["msg"], "errors": listed}), 422


def reply(content: dict[str, Any]) -> Response:
    """JSON."""
    return Response(json.dumps(content), mimetype="application/json")


def now_ms() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)


@queue.task
def train(task_id: str) -> None:
    """Claim it, say that it runs, and that it is done."""
    connection, token = database(), str(uuid.uuid4())
    with connection.cursor() as cursor:
        if not PLAIN and not cursor.execute(CLAIM, (token, now_ms() + LEASE_MS, task_id)):
            connection.rollback()
            return
        cursor.execute(MIRROR, ("Running", task_id))
        connection.commit()
        if not PLAIN:
            cursor.execute(END, (token,))
        cursor.execute(MIRROR, ("Finished", task_id))
        connection.commit()
