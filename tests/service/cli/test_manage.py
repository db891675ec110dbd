"""``sgn data edit``, ``delete`` and ``erase``, ``sgn edit``, ``delete`` and ``audit``."""

import json
from collections.abc import Callable, Iterator
from subprocess import CompletedProcess

import pytest

from service.client import Client, ClientError, Unconfirmed
from tests.installations import run_sgn
from tests.places import Place, place_at
from tests.reading import reading
from tests.service.test_tidying import add

pytestmark = pytest.mark.slow
Sgn = Callable[..., "CompletedProcess[str]"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_at(tmp_path_factory.mktemp("manage")) as found, reading(found.variables):
        yield found


@pytest.fixture(scope="module")
def sgn(place: Place) -> Sgn:
    def run(*arguments: str) -> "CompletedProcess[str]":
        return run_sgn(*arguments, SGN_URL=str(place.http.base_url))

    return run


def cancelled(place: Place, name: str) -> str:
    data = [name] if name != "small_SZ" else ["small_SZ", "small_NC"]
    task_id = place.submit(train_data=data)
    place.http.post(f"/api/v0/tasks/{task_id}/cancel")
    return task_id


@pytest.mark.nightly
def test_a_dataset_from_its_first_note_to_its_end(place: Place, sgn: Sgn) -> None:
    add(place, "mine")
    task_id = cancelled(place, "mine")
    renamed = sgn("data", "edit", "mine", "--rename", "ours", "--tag", "x", "--tag", "y z")
    assert (renamed.returncode, renamed.stdout) == (0, "ours\n"), renamed.stderr
    shown = sgn("data", "show", "ours").stdout
    assert "x, y z" in shown
    assert [
        line.split()[0] for line in sgn("data", "list", "--tag", "y z").stdout.splitlines()[1:]
    ] == ["ours"]
    assert "no datasets with the tag y" in sgn("data", "list", "--tag", "y").stderr
    assert sgn("data", "edit", "ours", "--archive").returncode == 0
    assert "ours" not in sgn("data", "list").stdout
    assert "ours" in sgn("data", "list", "--archived").stdout
    assert sgn("data", "edit", "ours").returncode == 2

    asked = sgn("data", "erase", "ours", "mine-1")
    assert (asked.returncode, "Add --yes" in asked.stderr) == (1, True)
    done = sgn("data", "erase", "ours", "mine-1", "nobody", "--yes")
    assert (done.returncode, done.stdout) == (0, "1 row was erased, 11 are left.\n")
    assert "nobody" in done.stderr
    assert sgn("data", "erase", "ours", "nobody", "--yes").returncode == 1
    assert sgn("data", "erase", "ours").returncode == 2

    asked = sgn("data", "delete", "ours")
    assert asked.returncode == 1
    assert task_id in asked.stdout
    assert "cannot be undone" in asked.stderr
    deleted = json.loads(sgn("data", "delete", "ours", "--yes", "--json").stdout)
    assert [each["task_id"] for each in deleted["dependents"]] == [task_id]
    assert sgn("data", "show", "ours").returncode == 1

    lines = json.loads(sgn("audit", "--json").stdout)
    assert [line["action"] for line in lines[:2]] == ["delete", "erased"]
    assert "mine → ours" in sgn("audit", "--limit", "50").stdout


def test_a_task_is_changed_and_deleted(place: Place, sgn: Sgn) -> None:
    task_id = cancelled(place, "small_SZ")
    assert sgn("edit", task_id, "--rename", "n", "--description", "d").stdout == f"{task_id}\n"
    assert "Description  d" in " ".join(sgn("show", task_id).stdout.splitlines()).replace(
        "   ", "  "
    )
    assert sgn("edit", task_id, "--tag", "thesis").returncode == 0
    found = json.loads(sgn("tasks", "--tag", "thesis", "--json").stdout)
    assert [each["task_id"] for each in found] == [task_id]
    assert json.loads(sgn("tasks", "--tag", "other", "--json").stdout) == []
    assert sgn("edit", task_id, "--archive").returncode == 0
    assert task_id not in sgn("tasks").stdout
    assert task_id in sgn("tasks", "--archived").stdout
    assert sgn("delete", task_id).returncode == 1
    assert sgn("delete", task_id, "--yes").stdout == f"{task_id} was deleted.\n"
    assert sgn("show", task_id).returncode == 1


def test_the_client_says_what_depends_before_it_does(place: Place) -> None:
    add(place, "clients")
    task_id = cancelled(place, "clients")
    with Client(str(place.http.base_url)) as client:
        assert client.edit_dataset("clients", tags=["a"], archived=True).tags == ("a",)
        assert [each.task_id for each in client.dataset_dependents("clients").tasks] == [task_id]
        with pytest.raises(Unconfirmed) as caught:
            client.delete_dataset("clients")
        assert [each.task_id for each in caught.value.dependents.tasks] == [task_id]
        with pytest.raises(Unconfirmed):
            client.erase_subjects("clients", ["clients-1"])
        erasure = client.erase_subjects("clients", ["clients-1"], confirm=True)
        assert (erasure.removed, erasure.left, erasure.not_found) == (1, 11, ())
        assert client.edit_task(task_id, description="d").description == "d"
        assert client.delete_dataset("clients", confirm=True).tasks[0].task_id == task_id
        assert client.delete_task(task_id, confirm=True).tasks == ()
        with pytest.raises(ClientError) as missing:
            client.task(task_id)
        assert missing.value.status == 404
        assert next(client.audit()).object_id == task_id
