"""What a finished task leaves beside its model, as a caller gets it."""

import base64
import csv
import hashlib
import html
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.installations import GIVE_UP_SECONDS, environment, process
from tests.places import ENDED, PLAIN, WORKER, Place, place_at

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An installation whose worker knows where the regions of its small datasets are."""
    folder = tmp_path_factory.mktemp("evidence")
    atlas = folder / "atlas.tsv"
    places = [f"{number}\tRegion {number}\t{number}\t{-number}\t20" for number in range(1, 91)]
    atlas.write_text("\n".join(["region\tname\tx\ty\tz", *places]))
    with place_at(folder, SGN_ATLAS=str(atlas)) as found:
        yield found


@pytest.fixture(scope="module")
def finished(place: Place) -> dict[str, Any]:
    """A task with a model, one without, and the first again, as its report shows its form."""
    asked, deadline = {**PLAIN, "epochs": 2, "explain": True}, time.monotonic() + GIVE_UP_SECONDS
    with_model = place.submit(param_set=asked)
    without = place.submit(param_set=asked, save_model_state=False)
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        tasks = [place.until(each, ENDED, deadline) for each in (with_model, without)]
        again = place.until(posted_again(place, with_model), ENDED, deadline)
    assert [task["task_status"] for task in (*tasks, again)] == ["Finished"] * 3
    return {"task": tasks[0], "without": tasks[1], "again": again}


def posted_again(place: Place, task_id: str) -> str:
    """The id of a task of the form that a task's report shows."""
    text = place.http.get(f"/api/v0/tasks/{task_id}/report").text
    shown = re.search(r"<pre>(\{.*?\n\})</pre>", text, re.DOTALL)
    assert shown is not None
    reply = place.http.post("/api/v0/new_task", content=html.unescape(shown[1])).json()
    assert reply["error_num"] == 0, reply
    again: str = reply["task_form"]["task_id"]
    return again


def get(place: Place, task: dict[str, Any], what: str) -> httpx.Response:
    return place.http.get(f"/api/v0/tasks/{task['task_id']}/{what}")


def test_evidence_is_what_the_result_names(place: Place, finished: dict[str, Any]) -> None:
    task = finished["task"]
    found = get(place, task, "evidence").json()
    assert found["error_num"] == 0
    assert found["cohorts"]["train"]["subjects"] == task["task_result"]["metrics"]["train"]["n"]
    (stored,) = place.folder.glob(f"registry/**/{task['task_id']}/evidence.json")
    digest = hashlib.sha256(stored.read_bytes()).hexdigest()
    assert digest == task["task_result"]["evidence_sha256"]


def test_predictions_are_a_table(place: Place, finished: dict[str, Any]) -> None:
    reply = get(place, finished["task"], "predictions.csv")
    assert reply.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(StringIO(reply.text)))
    train = [row for row in rows if row["split"] == "train"]
    assert len(train) == finished["task"]["task_result"]["metrics"]["train"]["n"]


def test_the_report_is_kept_and_can_be_rendered_again(
    place: Place, finished: dict[str, Any]
) -> None:
    kept = get(place, finished["task"], "report")
    fresh = get(place, finished["task"], "report?fresh=true")
    for reply in (kept, fresh):
        assert reply.headers["content-type"].startswith("text/html")
        assert "sandbox" in reply.headers["content-security-policy"]
        assert finished["task"]["task_id"] in reply.text
        assert "Limits and warnings" in reply.text
        policy = reply.headers["content-security-policy"]
        run = re.findall(r"<script>(.*?)</script>", reply.text, re.DOTALL)
        assert [
            base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in run
        ] == re.findall(r"'sha256-(.*?)'", policy)
    assert get(place, finished["task"], "report?fresh=perhaps").json()["error_num"] == 2


def test_report_and_page_are_in_the_language_that_is_asked_for(
    place: Place, finished: dict[str, Any]
) -> None:
    task_id = finished["task"]["task_id"]
    chinese = {"accept-language": "zh-CN,en;q=0.5"}
    report = place.http.get(f"/api/v0/tasks/{task_id}/report", headers=chinese).text
    page = place.http.get(f"/tasks/{task_id}", headers={**chinese, "accept": "text/html"}).text
    assert '<html lang="zh-CN">' in report
    assert "局限与警告" in report
    for said in ("学习曲线", "平衡准确率", "训练集", "最重要的脑区", "曲线下面积"):
        assert said in report, said
        assert said in page, said
    for document in (report, page):
        assert "Balanced accuracy" not in document
        assert "Learning curves" not in document
    assert '<html lang="en">' in get(place, finished["task"], "report").text


def test_regions_are_drawn_where_an_atlas_knows_them(
    place: Place, finished: dict[str, Any]
) -> None:
    reply = get(place, finished["task"], "glass-brain.svg")
    assert reply.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in reply.content
    assert "Region 1 (1)" in get(place, finished["task"], "report").text


def test_without_a_model_there_is_a_report_all_the_same(
    place: Place, finished: dict[str, Any]
) -> None:
    assert get(place, finished["without"], "model").status_code == 404
    assert get(place, finished["without"], "evidence").status_code == 200
    assert "No model was stored" in get(place, finished["without"], "report?fresh=true").text


def test_what_was_changed_is_not_given_out(place: Place, finished: dict[str, Any]) -> None:
    (stored,) = place.folder.glob(f"registry/**/{finished['without']['task_id']}/evidence.json")
    content = stored.read_bytes()
    stored.write_bytes(content.replace(b"0", b"1"))
    try:
        assert get(place, finished["without"], "evidence").json()["error_num"] == 17
        assert get(place, finished["without"], "predictions.csv").json()["error_num"] == 17
    finally:
        stored.write_bytes(content)


def test_a_report_is_not_rendered_from_a_manifest_that_was_changed(
    place: Place, finished: dict[str, Any]
) -> None:
    (stored,) = place.folder.glob(f"registry/**/{finished['task']['task_id']}/manifest.json")
    content = stored.read_bytes()
    stored.write_bytes(content + b" ")
    try:
        assert get(place, finished["task"], "report?fresh=true").json()["error_num"] == 17
        assert get(place, finished["task"], "report").status_code == 200
    finally:
        stored.write_bytes(content)


def test_the_form_of_a_report_is_taken_again(finished: dict[str, Any]) -> None:
    before, again = (finished[name]["task_result"]["train_epochs"] for name in ("task", "again"))
    assert finished["again"]["task_id"] != finished["task"]["task_id"]
    assert again == before


def test_a_task_that_goes_on_has_none_of_it(place: Place) -> None:
    task = {"task_id": place.submit(param_set={**PLAIN, "epochs": 2})}
    for what in ("evidence", "predictions.csv", "report", "glass-brain.svg"):
        reply = get(place, task, what)
        assert reply.status_code == 404, what
        assert "Submitted" in reply.json()["msg"]


@pytest.mark.nightly
def test_an_atlas_that_cannot_be_read_is_said_at_once(tmp_path: Path) -> None:
    """The worker does not start without what it was told to use."""
    missing = environment(
        SGN_DATABASE_URL=f"sqlite://{tmp_path}/x.sqlite3",
        SGN_REDIS_URL="redis://127.0.0.1:1/0",
        SGN_REGISTRY_URL=tmp_path.as_uri(),
        SGN_ATLAS=str(tmp_path / "none.tsv"),
    )
    done = subprocess.run(
        [sys.executable, "-c", "from actors.worker import make_broker; make_broker()"],
        env=missing,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "The atlas none.tsv is not a table" in done.stderr
