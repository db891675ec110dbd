"""The Python client against real HTTP."""

import json
import ssl
import time
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.client import Client, ClientError, Finding, NotEnded, Task, Unreachable, tasks
from service.client.channel import _certificates
from tests.servers import free_ports
from tests.service.fake_service import (
    CSV,
    FORM,
    PARAMETERS,
    RULE,
    FakeService,
    Reply,
    refused,
    running,
    success,
    task,
)

TASK = "TASK20012912454501"


def test_submitting_gives_the_tasks_id_and_the_services_warnings(
    client: Client, fake: FakeService
) -> None:
    submission = client.submit({**FORM, "colour": "red"})

    assert submission.task_id == submission.task_form["task_id"] == "TASK20012912454500"
    assert submission.warnings == ("colour was not used.",)
    assert fake.seen[0].json == {**FORM, "colour": "red"}
    assert fake.seen[0].headers["content-type"] == "application/json"


def test_any_form_that_is_json_reaches_the_service(client: Client, fake: FakeService) -> None:
    client.submit({**FORM, "task_name": "\ud800", "proj_name": "精神分裂症"})

    assert fake.seen[0].json["task_name"] == "\ud800"
    assert fake.seen[0].json["proj_name"] == "精神分裂症"


def test_a_refused_form_names_every_wrong_field(client: Client) -> None:
    with pytest.raises(ClientError, match=r"^task_type is missing\.$") as refusal:
        client.submit({"train_data": []})

    assert refusal.value.error_num == 2
    assert refusal.value.status == 422
    assert refusal.value.errors == (
        ("task_type", "task_type is missing."),
        ("proj_id", "proj_id is missing."),
    )


def test_a_task_is_read_with_what_is_not_known_here(client: Client, fake: FakeService) -> None:
    fake.looks[TASK] = [running(TASK, 3)]

    found = client.task(TASK)

    assert found.task_status == "Running"
    assert found.progress is not None
    assert (found.progress.epoch, found.progress.percent) == (3, 75.0)
    assert found.parent_task_id == ""
    assert found.facts["device"] == "a later service says more"
    with pytest.raises(FrozenInstanceError):
        found.task_status = "Finished"  # type: ignore[misc]


def test_a_task_of_a_service_that_says_little_is_read_too(
    client: Client, fake: FakeService
) -> None:
    fake.forced = [success(task={"task_id": TASK, "progress": {"epoch": None}})]

    found = client.task(TASK)

    assert (found.task_id, found.task_result, found.error) == (TASK, None, None)
    assert found.progress is not None
    assert found.progress.epoch == 0


def test_a_task_has_ended_once_nothing_changes_it() -> None:
    words = ("Submitted", "Running", "Finished", "Failed", "a later service's own word")

    ended = [word for word in words if Task(TASK, task_status=word).ended]

    assert ended == ["Finished", "Failed", "a later service's own word"]


def test_a_task_id_stays_one_part_of_the_address(client: Client, fake: FakeService) -> None:
    with pytest.raises(ClientError, match="no task 'a/model\\?b'"):
        client.task("a/model?b")

    assert fake.seen[0].path == "/api/v0/tasks/a%2Fmodel%3Fb"


def test_tasks_come_page_by_page_and_only_as_far_as_asked(
    client: Client, fake: FakeService
) -> None:
    ids = [f"TASK{number:03}" for number in range(250)]
    fake.looks = {each: [task(each)] for each in ids}

    assert [each.task_id for each in client.tasks()] == ids[::-1]
    assert [request.query for request in fake.seen] == [
        {"limit": "100"},
        {"limit": "100", "cursor": "100"},
        {"limit": "100", "cursor": "200"},
    ]


def test_a_limit_is_not_exceeded_and_not_asked_beyond(client: Client, fake: FakeService) -> None:
    fake.looks = {f"TASK{number:03}": [task(f"TASK{number:03}")] for number in range(250)}

    assert len(list(client.tasks(limit=120))) == 120
    assert [request.query["limit"] for request in fake.seen] == ["100", "20"]


def test_tasks_are_chosen_by_the_service(client: Client, fake: FakeService) -> None:
    fake.looks = {"TASK1": [task("TASK1")], "TASK2": [task("TASK2", "Failed")]}

    found = list(client.tasks(proj_id="PROJ1", status="Failed"))

    assert [each.task_id for each in found] == ["TASK2"]
    assert fake.seen[0].query == {"proj_id": "PROJ1", "status": "Failed", "limit": "100"}


def test_waiting_shows_every_look_and_ends_with_the_task(client: Client) -> None:
    submitted = client.submit(FORM)
    seen: list[Task] = []

    ended = client.wait(submitted.task_id, on_progress=seen.append, poll=0.001)

    assert [each.task_status for each in seen] == ["Submitted", "Running", "Finished"]
    assert ended is seen[-1]
    assert ended.task_result is not None


def test_waiting_looks_less_and_less_often(
    client: Client, fake: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.looks[TASK] = [*[task(TASK)] * 12, task(TASK, "Failed")]
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)

    assert client.wait(TASK).task_status == "Failed"
    assert pauses[0] == pytest.approx(0.2)
    assert pauses == sorted(pauses)
    assert pauses[-1] == pauses[-2] == 2.0


def test_waiting_stops_in_time_and_says_that_the_task_goes_on(
    client: Client, fake: FakeService
) -> None:
    fake.looks[TASK] = [running(TASK, 1)]
    began = time.monotonic()

    with pytest.raises(NotEnded, match=rf"^{TASK} has not ended within 0.3 seconds; it continues"):
        client.wait(TASK, timeout=0.3, poll=100)

    assert 0.3 <= time.monotonic() - began < 2


def test_waiting_outlives_a_restart_of_the_service(client: Client, fake: FakeService) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]
    fake.forced = [
        Reply(b"<h1>Bad gateway</h1>", 502, "text/html"),
        refused(8, 503, "The database does not answer."),
        Reply(b"{", length=100),
    ]

    assert client.wait(TASK, poll=0.001).task_status == "Finished"


def test_waiting_gives_up_on_a_service_that_stays_away(
    client: Client, fake: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "PATIENCE", 0.2)
    fake.forced = [refused(8, 503, "The database does not answer.")] * 1000

    with pytest.raises(ClientError, match="The database does not answer"):
        client.wait(TASK, poll=0.01)
    assert len(fake.seen) > 1


def test_waiting_for_no_task_ends_at_once(client: Client, fake: FakeService) -> None:
    with pytest.raises(ClientError, match=f"There is no task '{TASK}'") as refusal:
        client.wait(TASK)

    assert (refusal.value.error_num, refusal.value.status) == (4, 404)
    assert len(fake.seen) == 1


def test_a_model_comes_as_bytes_and_a_manifest_without_the_envelope(
    client: Client, fake: FakeService
) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]

    assert client.model(TASK) == PARAMETERS
    assert client.manifest(TASK) == fake.manifest


def test_no_model_is_the_services_sentence(client: Client) -> None:
    with pytest.raises(ClientError, match="There is no task"):
        client.model(TASK)


def test_a_lineage_begins_with_the_task(client: Client, fake: FakeService) -> None:
    fake.looks = {
        "TASK1": [task("TASK1", "Finished")],
        "TASK2": [task("TASK2", "Finished", parent_task_id="TASK1")],
    }

    assert [each.task_id for each in client.lineage("TASK2")] == ["TASK2", "TASK1"]


def test_the_catalogue_names_models_and_graphs(client: Client) -> None:
    catalogue = client.models()

    assert [each.name for each in catalogue.models] == ["SGN", "GCN"]
    assert catalogue.models[0].aliases == ("GNN",)
    assert catalogue.models[0].settings["epochs"] == 200
    assert catalogue.models[1].aliases == ()
    assert catalogue.graphs == {"full": "Every pair of regions."}


def test_datasets_are_listed_also_those_that_cannot_be_used(
    client: Client, fake: FakeService
) -> None:
    usable, unusable = client.datasets("PROJ1")

    assert (usable.subjects, usable.regions, usable.classes) == (58, 90, {"0": 29, "1": 29})
    assert usable.measures == ("ALFF", "DC", "GMV", "ReHo")
    assert usable.proj_id == "PROJ1"
    assert (unusable.subjects, unusable.problems) == (None, ("It has no column LABEL.",))
    client.datasets()
    asked = [{"proj_id": "PROJ1", "limit": "100"}, {"limit": "100"}]
    assert [request.query for request in fake.seen] == asked


def test_all_datasets_are_listed_page_by_page(client: Client, fake: FakeService) -> None:
    fake.datasets = [f"D{number}" for number in range(250)]

    assert [each.data_name for each in client.datasets()] == [*fake.datasets, "notes"]
    assert [seen.query.get("cursor") for seen in fake.seen] == [None, "100", "200"]
    assert len(client.datasets(limit=120)) == 120
    assert [seen.query["limit"] for seen in fake.seen[3:]] == ["100", "20"]


@pytest.mark.parametrize("kind", [Path, bytes])
def test_a_dataset_is_uploaded_as_it_is(
    client: Client, fake: FakeService, tmp_path: Path, kind: type
) -> None:
    file = tmp_path / "cohort.csv"
    file.write_bytes(CSV)

    dataset = client.add_dataset(
        file if kind is Path else CSV, proj_id="PROJ 1", data_name="B&C", user_id="u"
    )

    assert fake.seen[0].body == CSV
    assert fake.seen[0].query == {"proj_id": "PROJ 1", "data_name": "B&C", "user_id": "u"}
    assert fake.seen[0].headers["content-type"] == "application/octet-stream"
    assert fake.seen[0].headers["content-length"] == str(len(CSV))
    assert dataset.data_name == "B&C"
    assert dataset.findings == (Finding("missing", "B", "s2", "GMV", 1),)
    assert dataset.rules == {"missing": RULE}


def test_an_upload_may_take_longer_than_other_requests() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        named = {"data_name": "B"}
        told = {"error_num": 0, "msg": "success", "dataset": named, "datasets": [named]}
        return httpx.Response(200, json=told)

    with Client("http://sgn", timeout=3, transport=httpx.MockTransport(answer)) as client:
        client.datasets()
        client.add_dataset(CSV, proj_id="P", data_name="B")

    listing, upload = (request.extensions["timeout"] for request in seen)
    assert set(listing.values()) == {3}
    assert (upload["connect"], upload["read"]) == (3, 600)


def test_a_service_may_stand_below_another_address(fake: FakeService) -> None:
    with Client(f"{fake.url}/prefix/") as client:
        client.models()

    assert fake.seen[0].path == "/prefix/api/v0/models"


def test_nobody_there_names_the_address_and_the_ways_out() -> None:
    url = f"http://127.0.0.1:{free_ports(1)[0]}"

    with Client(url) as client, pytest.raises(Unreachable) as error:
        client.models()

    assert str(error.value) == (
        f"{url} does not answer (Connection refused): start a service with 'sgn up', or give "
        "the address of a running one with --url or SGN_URL."
    )
    assert (error.value.error_num, error.value.status, error.value.errors) == (None, None, ())


def test_a_service_that_stays_silent_is_not_waited_for_endlessly(fake: FakeService) -> None:
    fake.forced = [Reply(b"{}", delay=0.5)]

    with (
        Client(fake.url, timeout=0.1) as client,
        pytest.raises(Unreachable, match="did not answer in time"),
    ):
        client.submit(FORM)


def test_an_answer_that_breaks_off_is_no_answer(client: Client, fake: FakeService) -> None:
    fake.forced = [Reply(PARAMETERS, kind="application/octet-stream", length=1000)]

    with pytest.raises(Unreachable, match=f"^The connection to {fake.url} broke off"):
        client.model(TASK)


FOREIGN = {
    "a page": Reply(b"<h1>It works!</h1>", kind="text/html"),
    "a page of an error": Reply(b"<h1>Not found</h1>", 404, "text/html"),
    "another JSON": Reply(b'{"hello": "world"}'),
    "a JSON array": Reply(b"[1]"),
    "half a JSON": Reply(b'{"error_num": 0'),
    "bytes that are no text": Reply(b"\xff\xfe\x00"),
    "nothing": Reply(b""),
    "a service without the content": Reply(b'{"error_num": 0, "msg": "success"}'),
    "a service with other content": Reply(b'{"error_num": 0, "task": [], "models": 7}'),
}


@pytest.mark.parametrize("reply", FOREIGN.values(), ids=FOREIGN.keys())
def test_what_is_not_the_service_is_said_to_be_so(
    client: Client, fake: FakeService, reply: Reply
) -> None:
    fake.forced = [reply] * 3
    asked: list[Any] = [client.models, lambda: client.task(TASK), lambda: client.model(TASK)]

    for ask in asked:
        with pytest.raises(ClientError, match=f"at {fake.url}/api/v0/.* is not this service"):
            ask()


def test_a_refusal_without_a_sentence_still_is_one(client: Client, fake: FakeService) -> None:
    fake.forced = [Reply(json.dumps({"error_num": 11}).encode(), 500)]

    with pytest.raises(ClientError, match="refused the request with error 11") as refusal:
        client.models()

    assert refusal.value.status == 500


@pytest.mark.parametrize(
    "url", ["", "localhost:7014", "127.0.0.1", "ftp://host", "http://", "http://a:b", "x y"]
)
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ClientError, match="is not the address of a service"):
        Client(url)


def test_a_proxy_does_not_stand_before_this_machine(
    fake: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_ports(1)[0]}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)

    for url in (fake.url, fake.url.replace("127.0.0.1", "localhost")):
        with Client(url) as client:
            assert client.models().models


def test_over_http_nobodys_certificate_is_trusted() -> None:
    """The usual ones take longer to read than a command; a stray https address would be refused."""
    context = _certificates("http://127.0.0.1:8080")
    assert isinstance(context, ssl.SSLContext)
    assert (context.verify_mode, context.get_ca_certs()) == (ssl.CERT_REQUIRED, [])
    assert _certificates("https://sgn.example.org") is True
