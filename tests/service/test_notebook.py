"""As a notebook has it: from a table to predictions, and no process left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import psutil
import pytest
from click.testing import CliRunner

from graphnet.data.synthetic import cohort_table
from service.api.endpoints import ENDPOINTS
from service.cli import main
from service.client import Client, LocalServiceError, Task, local_service
from service.environment import address_file, lock_file
from tests.service.forms import JUDGED, SMALL, form

pytestmark = pytest.mark.slow
PREDICTS = any(each.path.endswith("/predict") for each in ENDPOINTS)
NOTEBOOK = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from service.client import local_service
with local_service(sys.argv[1]) as client:
    try:
        print("ready", flush=True)
        time.sleep(600)
    except KeyboardInterrupt:
        print("interrupted", client.models().models[0].name, flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notebook") / "sgn-home"


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[Client]:
    before = children()
    with local_service(home) as client:
        assert children() - before
        yield client
    assert not children() - before
    assert not address_file(home).exists()


@pytest.fixture(scope="module")
def task(client: Client) -> Task:
    for name, label in (("small_SZ", 1), ("small_NC", 0)):
        table = cohort_table("small", label, 20, seed=label, recipe=SMALL)
        client.add_dataset(table, proj_id="P", data_name=name)
    return client.wait(client.submit(form(param_set=JUDGED)).task_id, timeout=120)


def children() -> set[int]:
    return {each.pid for each in psutil.Process().children(recursive=True)}


def test_a_table_becomes_figures(client: Client, task: Task) -> None:
    assert task.task_status == "Finished", task.error
    assert list(task.curves.index) == [1, 2]
    assert task.metrics.loc[("train", "n"), "value"] == 40
    assert task.baselines.loc[("majority", "train", "accuracy"), "value"] == 0.5
    listed = client.tasks_frame(proj_id="P").loc[task.task_id]
    assert (listed["split"], listed["metric"]) == ("cv", "auc")
    assert listed["value"] == task.metrics.loc[("cv", "auc"), "value"]
    assert listed["low"] == task.metrics.loc[("cv", "auc"), "low"]


def test_its_predictions_and_its_report_can_be_had(client: Client, task: Task) -> None:
    predictions = client.predictions(task.task_id)
    trained = predictions[predictions["split"] == "train"]

    assert len(trained) == 40
    assert trained["id"].str.startswith("small_").all()
    assert set(trained["label"]) == {0, 1}
    assert client.evidence(task.task_id)["classes"] == [0, 1]
    for fresh in (False, True):
        assert task.task_id in client.report(task.task_id, fresh=fresh)


def test_the_command_works_there_too(
    client: Client, home: Path, task: Task, tmp_path: Path
) -> None:
    url = address_file(home).read_text().strip()
    page = tmp_path / "report.html"

    def sgn(*arguments: str) -> str:
        ran = CliRunner().invoke(main, ["--url", url, *arguments])
        assert ran.exit_code == 0, ran.stderr
        return ran.stdout

    again = client.submit(form(task_name="watched")).task_id
    assert "Finished" in sgn("watch", again)
    assert sgn("report", again, "-o", str(page)) == f"{page}\n"
    assert again in page.read_text(encoding="utf-8")
    assert sgn("predictions", again).startswith("split,id,")
    compared = json.loads(sgn("compare", task.task_id, again, "--json"))
    assert [each["task_id"] for each in compared] == [task.task_id, again]


def test_its_events_end_with_it(client: Client, task: Task) -> None:
    events = list(client.events(task.task_id))

    assert [event.facts["epoch"] for event in events if event.kind == "epoch"] == [1, 2]
    assert events[-1].last
    assert list(client.events(task.task_id, after=events[-1].id)) == []


@pytest.mark.skipif(not PREDICTS, reason="The service has no address that predicts yet.")
def test_new_subjects_are_predicted(client: Client, task: Task) -> None:
    new = cohort_table("small", 1, 5, seed=9, first=100, recipe=SMALL)

    found = client.predict(task.task_id, new.drop(columns=["LABEL_GROUP", "LABEL_SCORE"]))

    frame = found.frame
    assert list(frame.index) == list(new["ID"])
    assert set(frame["predicted"]) <= {"0", "1"}
    sums = frame["probability_0"] + frame["probability_1"]
    pd.testing.assert_series_equal(sums, pd.Series(1.0, frame.index), check_names=False)


def test_an_installation_that_runs_is_used_and_left_running(client: Client, home: Path) -> None:
    running = children()

    with local_service(home) as other:
        assert children() == running
        assert [each.name for each in other.models().models]
    assert client.models().models


def test_a_folder_that_cannot_be_one_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with (
        pytest.raises(LocalServiceError, match="cannot be used: "),
        local_service(tmp_path / "file"),
    ):
        pass


@pytest.mark.nightly
def test_an_installation_that_does_not_start_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SGN_MAX_WAITING", "many")

    with (
        pytest.raises(LocalServiceError, match=r"did not start in .*SGN_MAX_WAITING"),
        local_service(tmp_path),
    ):
        pass
    assert not address_file(tmp_path).exists()


@pytest.mark.nightly
def test_an_interrupt_leaves_the_installation_alone_and_a_killed_notebook_leaves_no_process(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", NOTEBOOK, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as notebook:
        assert notebook.stdout is not None
        assert notebook.stdout.readline() == "ready\n"
        os.killpg(notebook.pid, signal.SIGINT)  # as Ctrl-C in a terminal: the whole group
        assert notebook.stdout.readline() == "interrupted SGN\n"
        family = psutil.Process(notebook.pid).children(recursive=True)
        assert len(family) > 2
        os.killpg(notebook.pid, signal.SIGKILL)

    _, alive = psutil.wait_procs(family, timeout=60)
    assert not alive
    _wait_until_free(tmp_path)


def _wait_until_free(home: Path) -> None:
    deadline = time.monotonic() + 10
    while address_file(home).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert lock_file(home).exists()
    assert not address_file(home).exists()
