"""New tasks by Flask, gunicorn, Celery and PyMySQL: validated, written, sent to a worker.

Run by gunicorn as ``bench.peers.flask_service:app`` and by Celery as
``bench.peers.flask_service:queue``. ``PEER_MYSQL`` and ``PEER_REDIS`` name the servers.
"""

import itertools
import json
import os
import random
import threading
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pymysql
from celery import Celery
from flask import Flask, Response, request

app = Flask(__name__)
queue = Celery("peer", broker=os.environ.get("PEER_REDIS", "redis://"))
queue.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)
local = threading.local()
numbers = itertools.count(random.randrange(10**6))

REQUIRED = ("task_type", "proj_id", "train_data")
POSITIVE = ("learning_rate", "batch_size", "epochs", "lr_step_size", "lr_decay")
INSERT = (
    "INSERT INTO backend_submissions (task_id, proj_id, task_name, task_type, task_config, "
    "task_status, task_result) VALUES (%s, %s, %s, %s, %s, 'Submitted', '')"
)


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
    form = request.get_json(force=True)
    errors = list(wrong(form))
    names = sorted({*form.get("train_data", []), *form.get("val_data", [])})
    connection = database()
    with connection.cursor() as cursor:
        cursor.execute("SELECT data_name FROM backend_datasets WHERE data_name IN %s", (names,))
        known = {name for (name,) in cursor.fetchall()}
        errors += [f"there is no dataset {name}" for name in names if name not in known]
        if errors:
            connection.rollback()
            return reply({"error_num": 2, "msg": errors[0], "errors": errors}), 422
        task_id = f"TASK{datetime.now(UTC):%y%m%d%H%M%S}{next(numbers) % 10**6:06d}"
        config = json.dumps({key: form[key] for key in form if key != "proj_id"})
        row = (task_id, form["proj_id"], form.get("task_name", ""), form["task_type"], config)
        cursor.execute(INSERT, row)
    connection.commit()
    train.delay(task_id)
    return reply({"error_num": 0, "msg": "success", "task_form": {**form, "task_id": task_id}}), 200


def wrong(form: dict[str, Any]) -> Any:
    """What is wrong with a form, a sentence each."""
    yield from (f"{field} is missing" for field in REQUIRED if not form.get(field))
    settings = form.get("param_set", {})
    for name in POSITIVE:
        if name in settings and not float(settings[name]) > 0:
            yield f"{name} must be above 0"


def reply(content: dict[str, Any]) -> Response:
    """JSON."""
    return Response(json.dumps(content), mimetype="application/json")


@queue.task
def train(task_id: str) -> None:
    """Say that it runs, and that it is done."""
    for status in ("Running", "Finished"):
        connection = database()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE backend_submissions SET task_status = %s WHERE task_id = %s",
                (status, task_id),
            )
        connection.commit()
