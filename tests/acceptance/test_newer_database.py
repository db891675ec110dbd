"""A newer version has migrated the database of a running installation: it writes nothing more."""

import time
from pathlib import Path

import pytest

from tests.databases import query
from tests.db.test_versions import NEWER, made_newer
from tests.installations import GIVE_UP_SECONDS, process
from tests.places import PLAIN, WORKER, place_at
from tests.service.forms import form

pytestmark = pytest.mark.slow
ROWS = "SELECT * FROM sgn_runs ORDER BY task_id"


@pytest.mark.nightly
def test_service_and_worker_of_an_older_version_write_nothing_more(tmp_path: Path) -> None:
    with place_at(tmp_path) as place:
        url, log = place.variables["SGN_DATABASE_URL"], tmp_path / "worker.log"
        task_id = place.submit(param_set={**PLAIN, "epochs": 100_000})
        with process(*WORKER, log=log, **place.variables) as worker:
            place.until(task_id, {"Running"}, time.monotonic() + GIVE_UP_SECONDS)
            made_newer(url)
            assert worker.wait(60) == 0
        left = query(url, ROWS)
        assert (
            f"this worker ends: The database is of a newer version of this service: it has the "
            f"migration {NEWER}" in log.read_text()
        )
        assert f"task {task_id} is left alone" in log.read_text()
        assert "Traceback" not in log.read_text()

        ready = place.http.get("/readyz")
        assert ready.status_code == 503
        assert NEWER in ready.json()["dependencies"]["database"]
        refused = place.http.post("/api/v0/new_task", json=form())
        assert (refused.status_code, refused.json()["error_num"]) == (503, 8)
        assert NEWER in refused.json()["msg"]
        assert place.http.post(f"/api/v0/tasks/{task_id}/cancel").status_code == 503
        assert place.http.get(f"/api/v0/tasks/{task_id}").json()["error_num"] == 0
        assert query(url, ROWS) == left
        assert query(url, "SELECT state FROM sgn_runs") == [("Running",)]
