"""Kinds of device from the form to the worker, and a worker whose device is of no use."""

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from actors.queue import queued_messages, redis_broker, remove_heartbeat, send_heartbeat
from actors.runtime import BROKEN
from actors.worker import make_broker
from service.local.processes import ARGUMENTS
from tests.databases import query
from tests.installations import GIVE_UP_SECONDS, environment
from tests.places import PLAIN, Place, names_of, place_at

pytestmark = pytest.mark.slow
QUICK = {**PLAIN, "epochs": 2}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_at(tmp_path_factory.mktemp("kinds")) as found:
        yield found


def asked(place: Place, device: str) -> list[str]:
    """The warnings of the answer to a form that asks for a kind of device."""
    answer = place.http.post("/api/v0/new_task", json=_form(device)).json()
    assert answer["error_num"] == 0, answer
    assert answer["task_form"]["param_set"]["device"] == device
    place.http.post(f"/api/v0/tasks/{answer['task_form']['task_id']}/cancel")
    warnings: list[str] = answer["warnings"]
    return warnings


def _form(device: str) -> dict[str, object]:
    form = {"proj_id": "P", "task_type": "dl_ts", "train_data": ["small_SZ", "small_NC"]}
    return {**form, "param_set": {**QUICK, "device": device}}


def ran(place: Place, module: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A worker that ends by itself."""
    command = [sys.executable, "-m", "dramatiq", f"{module}:make_broker", *ARGUMENTS[1:]]
    return subprocess.run(
        command,
        env=environment(**place.variables, **variables),
        capture_output=True,
        text=True,
        timeout=GIVE_UP_SECONDS,
        check=False,
    )


def test_who_asks_for_a_device_hears_that_no_worker_has_one(place: Place) -> None:
    (sentence,) = asked(place, "cuda")
    assert sentence.startswith("No worker with a CUDA device is there at present; the task waits")
    assert asked(place, "any") == []
    names = names_of(place.variables)
    with closing(redis_broker(place.variables["SGN_REDIS_URL"], names)) as broker:
        send_heartbeat(broker.client, names, "elsewhere:1", "cuda")
        assert asked(place, "cuda") == []
        assert len(asked(place, "cpu")) == 1
        remove_heartbeat(broker.client, names, "elsewhere:1")


def test_a_device_that_is_none_is_refused(place: Place) -> None:
    answer = place.http.post("/api/v0/new_task", json=_form("tpu")).json()
    assert answer["msg"] == (
        "param_set.device is 'tpu'; it must be any, cpu or cuda: the kind of device to train on."
    )


def test_a_worker_that_cannot_use_its_device_says_so_and_ends(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**place.variables, "NVIDIA_VISIBLE_DEVICES": "0"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "__stderr__", said := io.StringIO())
    with pytest.raises(SystemExit) as ended:
        make_broker()
    assert ended.value.code == 1
    assert said.getvalue().startswith(
        "The worker cannot start: This machine has an NVIDIA device that cannot be used. "
    )
    assert said.getvalue().count("\n") == 1


@pytest.mark.nightly
def test_a_worker_whose_device_fails_gives_its_task_back_and_another_trains_it(
    place: Place,
) -> None:
    """The other has a device that cannot be used and may use the CPU: the result says so."""
    cuda = place.submit(param_set={**QUICK, "device": "cuda"})
    any_ = place.submit(param_set=QUICK)
    worker = ran(place, "tests.actors.broken")
    assert worker.returncode == BROKEN, worker.stderr
    assert f"task {any_}: the CUDA device failed" in worker.stderr
    task = place.http.get(f"/api/v0/tasks/{any_}").json()["task"]
    assert (task["task_status"], task["attempt"]) == ("Submitted", 1)
    cpu = place.submit(param_set={**QUICK, "device": "cpu"})
    variables = {"NVIDIA_VISIBLE_DEVICES": "0", "SGN_CPU_FALLBACK": "yes"}
    told = Place(place.http, place.folder, {**place.variables, **variables})
    found = told.wait(any_, cpu)
    assert [each["attempt"] for each in found] == [2, 1]
    for task in found:
        assert task["task_status"] == "Finished", task["error"]
        assert task["device"] == "cpu (no usable CUDA device)"
        warning = task["task_result"]["warnings"][0]
        assert warning.startswith("Trained on the CPU, although this machine has an NVIDIA device.")
    waiting = place.http.get(f"/api/v0/tasks/{cuda}").json()["task"]
    assert waiting["task_status"] == "Submitted"
    names = names_of(place.variables)
    with closing(redis_broker(place.variables["SGN_REDIS_URL"], names)) as broker:
        assert ("cuda", cuda) in queued_messages(broker)


def test_a_task_that_is_tried_again_keeps_its_kind(place: Place) -> None:
    cuda = place.submit(param_set={**QUICK, "device": "cuda"})
    place.http.post(f"/api/v0/tasks/{cuda}/cancel")
    again = place.http.post(f"/api/v0/tasks/{cuda}/retry").json()["task"]["task_id"]
    url = place.variables["SGN_DATABASE_URL"]
    assert query(url, f"SELECT kind FROM sgn_runs WHERE task_id = '{again}'") == [("cuda",)]
