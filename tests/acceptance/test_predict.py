"""A stored model asked about new subjects, over HTTP, by a worker that has other things to do."""

import io
import json
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from graphnet.data.cohorts import ANY
from graphnet.data.synthetic import cohort_table
from graphnet.readers import from_table, read_table
from tests.installations import GIVE_UP_SECONDS, process, start
from tests.places import PLAIN, WORKER, Place, place_at
from tests.service.forms import SMALL

pytestmark = pytest.mark.slow

PATIENCE = "30"  # a worker that trains on a loaded machine answers in 20


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("predict")
    with place_at(folder, SGN_PREDICT_SECONDS=PATIENCE) as found:
        yield found


@pytest.fixture(scope="module")
def task_id(place: Place) -> str:
    submitted = place.submit(param_set={**PLAIN, "epochs": 2})
    (task,) = place.wait(submitted)
    assert task["task_status"] == "Finished", task["error"]
    return submitted


@pytest.fixture(scope="module")
def people() -> str:
    made = cohort_table("new", 1, 6, seed=70, recipe=SMALL, first=700)
    return made.drop(columns="LABEL_GROUP", errors="ignore").to_csv(index=False)


def arrays(table: str) -> dict[str, Any]:
    """The same subjects as arrays."""
    cohort = from_table(read_table(table.encode()), "new", ANY)
    names = {name: np.array(getattr(cohort, name)) for name in ("ids", "measures", "regions")}
    return {**names, "features": cohort.features}


def saved(save: Any) -> bytes:
    file = io.BytesIO()
    save(file)
    return file.getvalue()


def kinds_of(table: str) -> dict[str, bytes]:
    rows = [line.split(",") for line in table.splitlines()]
    columns = {name: [row[place] for row in rows[1:]] for place, name in enumerate(rows[0])}
    found = arrays(table)
    return {
        "tsv": table.replace(",", "\t").encode(),
        "json": json.dumps({k: dict(enumerate(v)) for k, v in columns.items()}).encode(),
        "npz": saved(lambda file: np.savez(file, **found)),
        "mat": saved(lambda file: savemat(file, {name: _cells(found[name]) for name in found})),
    }


def _cells(array: Any) -> Any:
    """Words as MATLAB's cells."""
    return array.astype(object) if array.dtype.kind == "U" else array


def ask(place: Place, task_id: str, body: str | bytes, query: str = "") -> dict[str, Any]:
    answer = place.http.post(f"/api/v0/tasks/{task_id}/predict{query}", content=body)
    found: dict[str, Any] = answer.json()
    return {**found, "status": answer.status_code}


@pytest.mark.nightly
def test_without_a_worker_it_is_said_in_time(place: Place, task_id: str, people: str) -> None:
    found = ask(place, task_id, people)
    assert (found["status"], found["error_num"]) == (503, 19)
    assert "No worker is running" in found["msg"]
    assert found["upload"] in found["msg"]


def test_a_worker_that_trains_answers(place: Place, task_id: str, people: str) -> None:
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        long = place.submit(param_set={**PLAIN, "epochs": 100_000})
        place.until(long, {"Running"}, time.monotonic() + GIVE_UP_SECONDS)
        found = ask(place, task_id, people)
        assert found["error_num"] == 0, found["msg"]
        assert len(found["predictions"]) == 6
        first = found["predictions"][0]
        assert first["probability"]["0"] + first["probability"]["1"] == pytest.approx(1, abs=1e-5)
        assert len(first["explanation"]) > 0
        again: list[dict[str, Any]] = ask(place, task_id, people, "?explain=false")["predictions"]
        assert again[0]["explanation"] is None
        assert again[0]["probability"] == first["probability"]
        for kind, content in kinds_of(people).items():
            told = ask(place, task_id, content, "?explain=false")
            assert told["error_num"] == 0, (kind, told["msg"])
            assert [each["id"] for each in told["predictions"]] == [each["id"] for each in again]
            for each, same in zip(told["predictions"], again, strict=True):
                assert each["probability"] == pytest.approx(same["probability"], abs=1e-5), kind
        wrong = ask(place, task_id, people.replace("GMV_3", "GMV_999"))
        assert (wrong["status"], wrong["error_num"]) == (422, 7)
        assert "GMV" in wrong["msg"]
        assert place.http.post(f"/api/v0/tasks/{long}/cancel").json()["error_num"] == 0
        place.until(long, {"Cancelled"}, time.monotonic() + 30)


@pytest.mark.nightly
def test_what_a_killed_worker_had_is_answered_or_refused(
    place: Place, task_id: str, people: str
) -> None:
    log = place.folder / "killed.log"
    killed = start(*WORKER, log=log, session=True, **place.variables)
    while (found := ask(place, task_id, people))["error_num"] == 19:
        assert killed.poll() is None, log.read_text()
    os.killpg(killed.pid, signal.SIGSTOP)
    assert ask(place, task_id, people)["error_num"] == 19  # it has it, or it lies on the queue
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while (found := ask(place, task_id, people))["error_num"] == 19:
            assert time.monotonic() < deadline
    assert found["error_num"] == 0


@pytest.mark.nightly
def test_what_is_no_table_is_refused(place: Place, task_id: str) -> None:
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        while ask(place, task_id, "nonsense")["error_num"] == 19:
            time.sleep(0.1)
        for body in ("", "nonsense", "ID,GMV_1\n", "\x00\xff"):
            found = ask(place, task_id, body)
            assert (found["error_num"], found["errors"][0]["field"]) == (7, "datafile")


@pytest.mark.nightly
def test_new_subjects_may_have_to_be_asked_about(place: Place, task_id: str, people: str) -> None:
    """Which of two columns is meant, but never what their classes are."""
    told = people.replace("ID,", "diagnosis,ID,", 1).splitlines()
    body = "\n".join([told[0], *(f"{'ab'[row % 2]},{line}" for row, line in enumerate(told[1:]))])
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        while (found := ask(place, task_id, people))["error_num"] == 19:
            time.sleep(0.1)
        same = ask(place, task_id, body)
        assert same["error_num"] == 0, same["msg"]
        assert [each["id"] for each in same["predictions"]] == [
            each["id"] for each in found["predictions"]
        ]
        wrong = ask(place, task_id, people, "?map=id=nowhere")
        assert (wrong["error_num"], "nowhere" in wrong["msg"]) == (7, True)


def test_a_task_without_a_model_has_nothing_to_say(place: Place, people: str) -> None:
    waiting = place.submit(param_set={**PLAIN, "epochs": 1})
    assert ask(place, waiting, people)["status"] == 404
    assert ask(place, "TASK0", people)["status"] == 404
