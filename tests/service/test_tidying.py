"""Datasets and tasks are renamed, noted, archived and deleted, and subjects erased, over HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from graphnet.data.synthetic import cohort_table
from tests.databases import query
from tests.installations import process
from tests.places import WORKER, Place, place_at
from tests.reading import reading
from tests.service.forms import JUDGED, QUICK, SMALL, form
from tests.service.test_access import client, sgn_token

pytestmark = pytest.mark.slow
DATASETS, TASKS = "/api/v0/datasets", "/api/v0/tasks"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service with the two small datasets; files are read in this process."""
    with place_at(tmp_path_factory.mktemp("tidying")) as found, reading(found.variables):
        yield found


@pytest.fixture
def named(place: Place, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a dataset of this test's own: 12 subjects, NAME-0 to NAME-11."""
    name = f"own{abs(hash(request.node.name)) % 10**6}"
    add(place, name)
    yield name
    for waiting in place.http.get(TASKS, params={"status": "Submitted"}).json()["tasks"]:
        place.http.post(f"{TASKS}/{waiting['task_id']}/cancel")


def add(place: Place, name: str, subjects: int = 12) -> None:
    table = cohort_table("own", 1, subjects, seed=3, recipe=SMALL)
    table["ID"] = [f"{name}-{number}" for number in range(subjects)]
    table["LABEL_GROUP" if "LABEL_GROUP" in table else "LABEL"] = [0, 1] * (subjects // 2)
    query = {"proj_id": "P", "data_name": name, "user_id": "u"}
    answer = place.http.post(DATASETS, params=query, content=table.to_csv(index=False)).json()
    assert answer["error_num"] == 0, answer


def patch(place: Place, path: str, **fields: Any) -> dict[str, Any]:
    answer: dict[str, Any] = place.http.patch(path, content=json.dumps(fields)).json()
    return answer


def post(place: Place, path: str, **fields: Any) -> dict[str, Any]:
    answer: dict[str, Any] = place.http.post(path, content=json.dumps(fields)).json()
    return answer


def rows(place: Place, statement: str) -> list[tuple[Any, ...]]:
    return query(place.variables["SGN_DATABASE_URL"], statement)


def everything(place: Place, *, but: tuple[str, ...] = ()) -> dict[str, str]:
    """All that is kept, as text: each file of the registry and each row of each table."""
    kept = {
        str(path.relative_to(place.folder)): path.read_bytes().decode(errors="replace")
        for path in (place.folder / "registry").rglob("*")
        if path.is_file()
    }
    names = [name for (name,) in rows(place, "SELECT name FROM sqlite_master WHERE type='table'")]
    kept |= {name: repr(rows(place, f"SELECT * FROM {name}")) for name in names}
    return {name: text for name, text in kept.items() if name not in but}


def holding(place: Place, text: str) -> list[str]:
    return sorted(name for name, content in everything(place).items() if text in content)


def test_a_dataset_is_described_tagged_and_archived(place: Place, named: str) -> None:
    told = {"description": "scanned\nin 2026 漢", "tags": ["sMRI", "site A"]}
    changed = patch(place, f"{DATASETS}/{named}", **told)["dataset"]
    assert {key: changed[key] for key in told} == told
    assert (changed["owner"], changed["archived_at"]) == ("ours", None)
    assert patch(place, f"{DATASETS}/{named}", archived=True)["dataset"]["archived_at"]

    def listed(**query: str) -> list[str]:
        found = place.http.get(DATASETS, params={"proj_id": "P", **query}).json()["datasets"]
        return [each["data_name"] for each in found]

    assert named not in listed()
    assert named in listed(archived="true")
    assert named not in listed(tag="sMRI")
    for tag in ("sMRI", "site A", "SITE a"):
        assert listed(archived="true", tag=tag) == [named]
    for tag in ("site", "MRI", "sMRI,site A", "%", "漢"):
        assert listed(archived="true", tag=tag) == []
    assert named in listed(archived="true", tag="")
    refused = place.http.get(DATASETS, params={"tag": "t" * 41})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "tag")
    assert place.http.get(f"{DATASETS}/{named}").json()["dataset"]["tags"] == ["sMRI", "site A"]
    assert patch(place, f"{DATASETS}/{named}", archived=False)["dataset"]["archived_at"] is None
    assert named in listed()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "data_name"),
        ({"proj_id": "Q"}, "proj_id"),
        ({"data_name": ""}, "data_name"),
        ({"data_name": "x" * 65}, "data_name"),
        ({"description": 3}, "description"),
        ({"tags": ["a,b"]}, "tags"),
        ({"tags": "x" * 41}, "tags"),
        ({"archived": "perhaps"}, "archived"),
    ],
)
def test_what_cannot_be_changed_is_named(place: Place, fields: dict[str, Any], wrong: str) -> None:
    reply = place.http.patch(f"{DATASETS}/small_SZ", content=json.dumps(fields))
    assert reply.status_code == 422
    assert wrong in str(reply.json()["errors"])


def test_a_renamed_dataset_is_found_by_its_former_name(place: Place, named: str) -> None:
    new = f"{named}_new"
    changed = patch(place, f"{DATASETS}/{named}", data_name=new)["dataset"]
    assert (changed["data_name"], changed["former_names"]) == (new, [named])
    assert changed["subjects"] == 12
    assert place.http.get(f"{DATASETS}/{named}").json()["dataset"]["data_name"] == new
    assert patch(place, f"{DATASETS}/{named}", description="x")["error_num"] == 4
    for wrong in ({}, {"task_type": "dl_xx"}):
        refused = post(place, "/api/v0/new_task", **form(train_data=[named], **wrong))
        (said,) = [each["msg"] for each in refused["errors"] if each["field"] == "train_data"]
        assert said.endswith(f"which was renamed; it is now called '{new}'.")
    task_id = place.submit(train_data=[new])
    assert task_id
    taken = patch(place, f"{DATASETS}/{new}", data_name="small_SZ")
    assert taken["error_num"] in (6, 28)


def test_a_dataset_that_a_waiting_task_names_is_left_alone(place: Place, named: str) -> None:
    task_id = place.submit(train_data=[named])
    renamed = patch(place, f"{DATASETS}/{named}", data_name=f"{named}_new")
    assert (renamed["error_num"], task_id in renamed["msg"]) == (28, True)
    deleted = place.http.delete(f"{DATASETS}/{named}", params={"confirm": "true"})
    assert deleted.status_code == 409
    assert [each["task_id"] for each in deleted.json()["dependents"]] == [task_id]
    erased = post(place, f"{DATASETS}/{named}/erase", subjects=[f"{named}-1"], confirm=True)
    assert erased["error_num"] == 28
    assert place.http.get(f"{DATASETS}/{named}").json()["dataset"]["subjects"] == 12
    place.http.post(f"{TASKS}/{task_id}/cancel")
    assert patch(place, f"{DATASETS}/{named}", data_name=f"{named}_new")["error_num"] == 0
    dependents = place.http.get(f"{DATASETS}/{named}_new/dependents").json()["dependents"]
    assert [(each["task_id"], each["waiting"]) for each in dependents] == [(task_id, False)]


def test_nothing_is_left_of_a_deleted_dataset_but_a_line(place: Place, named: str) -> None:
    patch(place, f"{DATASETS}/{named}", description="to be deleted", tags=["x"])
    ((data_id,),) = rows(place, f"SELECT data_id FROM backend_datasets WHERE data_name = '{named}'")
    asked = place.http.delete(f"{DATASETS}/{named}")
    assert (asked.status_code, asked.json()["error_num"]) == (409, 29)
    assert place.http.get(f"{DATASETS}/{named}").status_code == 200
    assert place.http.delete(f"{DATASETS}/{named}?confirm=true").json()["deleted"] == named
    assert place.http.get(f"{DATASETS}/{named}").status_code == 404
    assert holding(place, f"{named}-1") == []
    assert holding(place, named) == ["sgn_audit"]
    left = [each for each in holding(place, data_id) if not each.startswith("registry/uploads")]
    assert left == ["sgn_audit", "sgn_profiles"]  # the latter for a minute, and empty
    (line, *_) = place.http.get("/api/v0/audit").json()["audit"]
    assert (line["action"], line["kind"], line["object_id"]) == ("delete", "dataset", data_id)
    assert (line["actor"], line["details"]["name"]) == ("anonymous", named)


def test_an_erased_subject_is_nowhere(place: Place, named: str) -> None:
    subject, other = f"{named}-1", f"{named}-11"
    path = f"{DATASETS}/{named}/erase"
    before = holding(place, f'"{subject}"')
    assert len(before) >= 2  # dataset.json and the row
    asked = post(place, path, subjects=[subject])
    assert (asked["error_num"], asked["dependents"]) == (29, [])
    assert holding(place, f'"{subject}"') == before
    patch(place, f"{DATASETS}/{named}", description="kept")
    done = post(place, path, subjects=[subject, "nobody"], confirm=True)
    assert (done["removed"], done["left"], done["not_found"]) == (1, 11, ["nobody"])
    assert holding(place, f'"{subject}"') == []
    assert len(holding(place, f'"{other}"')) == len(before)
    dataset = place.http.get(f"{DATASETS}/{named}").json()["dataset"]
    assert (dataset["subjects"], dataset["description"]) == (11, "kept")
    assert (dataset["state"], dataset["owner"]) == ("ready", "ours")
    again = post(place, path, subjects=[subject], confirm=True)
    assert (again["removed"], again["not_found"]) == (0, [subject])
    actions = [each["action"] for each in place.http.get("/api/v0/audit").json()["audit"]]
    assert actions[:4] == ["erased", "erase", "erased", "erase"]


def test_what_is_left_is_as_it_was(place: Place, named: str) -> None:
    def content() -> dict[str, dict[str, Any]]:
        ((text,),) = rows(
            place, f"SELECT data_cont FROM backend_datasets WHERE data_name = '{named}'"
        )
        found: dict[str, dict[str, Any]] = json.loads(text)
        return found

    before = content()
    post(place, f"{DATASETS}/{named}/erase", subjects=[f"{named}-0", f"{named}-5"], confirm=True)
    kept = [str(row) for row in range(12) if row not in (0, 5)]
    assert content() == {
        name: {str(place_): column[row] for place_, row in enumerate(kept)}
        for name, column in before.items()
    }


def test_a_dataset_does_not_lose_its_last_subject(place: Place, named: str) -> None:
    everybody = [f"{named}-{number}" for number in range(12)]
    refused = post(place, f"{DATASETS}/{named}/erase", subjects=everybody, confirm=True)
    assert (refused["error_num"], "delete the dataset" in refused["msg"]) == (7, True)
    assert place.http.get(f"{DATASETS}/{named}").json()["dataset"]["subjects"] == 12


def test_a_row_of_neuro_learn_is_its_own(place: Place) -> None:
    url = place.variables["SGN_DATABASE_URL"]
    text = cohort_table("nl", 1, 6, seed=1, recipe=SMALL).to_json()
    query(
        url,
        "INSERT INTO backend_datasets (data_id, proj_id, user_id, data_name, data_cont, hdfs_path)"
        f" VALUES ('NL7', 'P', 'u', 'theirs.csv', '{text}', '')",
    )
    path = f"{DATASETS}/theirs.csv"
    noted = patch(place, path, description="of NEURO-LEARN")["dataset"]
    assert (noted["owner"], noted["description"]) == ("neuro-learn", "of NEURO-LEARN")
    refusals = (
        patch(place, path, data_name="mine"),
        place.http.delete(path, params={"confirm": "true"}).json(),
        post(place, f"{path}/erase", subjects=["1"], confirm=True),
    )
    for refused in refusals:
        assert refused["error_num"] == 22
        assert "in NEURO-LEARN" in refused["msg"]
    ((kept,),) = query(url, "SELECT data_cont FROM backend_datasets WHERE data_id = 'NL7'")
    assert kept == text


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, dict[str, str]]]:
    """Another service, whose requests need tokens."""
    with place_at(tmp_path_factory.mktemp("tokens")) as found, reading(found.variables):
        made = {
            "owner": sgn_token(found, "new", "--project", "P", "--role", "submit"),
            "reader": sgn_token(found, "new", "--project", "P", "--role", "read"),
            "stranger": sgn_token(found, "new", "--project", "Q", "--role", "submit"),
        }
        yield found, made


REQUESTS = [
    ("PATCH", f"{DATASETS}/small_SZ", {"description": "x"}),
    ("DELETE", f"{DATASETS}/small_SZ?confirm=true", None),
    ("POST", f"{DATASETS}/small_SZ/erase", {"subjects": ["x"], "confirm": True}),
    ("GET", f"{DATASETS}/small_SZ/dependents", None),
    ("PATCH", f"{TASKS}/TASK", {"description": "x"}),
    ("DELETE", f"{TASKS}/TASK?confirm=true", None),
    ("GET", f"{TASKS}/TASK/dependents", None),
]


def test_only_the_project_s_submitters_change_anything(
    tokens: tuple[Place, dict[str, str]],
) -> None:
    place, made = tokens
    with client(place, made["owner"]) as owner:
        answer = owner.post("/api/v0/new_task", content=json.dumps(form())).json()
        task_id = answer["task_form"]["task_id"]
        for who, expected in (("stranger", 404), ("reader", 403)):
            with client(place, made[who]) as http:
                for method, path, fields in REQUESTS:
                    content = None if fields is None else json.dumps(fields)
                    reply = http.request(method, path.replace("TASK", task_id), content=content)
                    allowed = who == "reader" and method == "GET"
                    assert reply.status_code == (200 if allowed else expected), (who, method, path)
                assert http.get("/api/v0/audit").json()["audit"] == []
        assert owner.patch(f"{DATASETS}/small_SZ", content='{"tags": ["x"]}').status_code == 200
        (line,) = owner.get("/api/v0/audit").json()["audit"]
        assert line["actor"] == made["owner"].split("_")[1]
        assert owner.post(f"{TASKS}/{task_id}/cancel").status_code == 200


@contextmanager
def worker(place: Place) -> Iterator[None]:
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        yield


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, str, str]]:
    """A service whose worker has trained a task on the dataset ``cohort``, and one from it."""
    with place_at(tmp_path_factory.mktemp("study")) as found:
        with reading(found.variables):
            add(found, "cohort", 40)
        asked = {"train_data": ["cohort"], "param_set": JUDGED}
        first = found.submit(**asked)
        found.wait(first)
        settings = {**JUDGED, "trained_task_id": first}
        second = found.submit(
            train_data=["small_SZ", "small_NC"], task_type="dl_ft", param_set=settings
        )
        (task,) = found.wait(second)
        assert task["task_status"] == "Finished", task["error"]
        yield found, first, second


def test_who_has_seen_a_subject_is_named_and_its_evidence_erased(
    study: tuple[Place, str, str],
) -> None:
    place, first, second = study
    with worker(place):
        path, subject = f"{DATASETS}/cohort/erase", "cohort-7"
        asked = post(place, path, subjects=[subject])
        known = {each["task_id"]: each for each in asked["dependents"]}
        assert set(known) == {first, second}
        assert known[first]["trained"] in (True, False)
        assert (known[first]["predicted"], known[second]["predicted"]) == (True, False)
        assert known[second]["trained"] is True
        done = post(place, path, subjects=[subject], confirm=True)
        assert (done["removed"], done["evidence_erased"]) == (1, [])
        where = [f"registry/models/{first}/evidence.json", f"registry/models/{first}/report.html"]
        assert set(holding(place, f'"{subject}"')) <= set(where)
        done = post(place, path, subjects=[subject], evidence=True, confirm=True)
        assert (done["removed"], done["evidence_erased"]) == (0, [first])
    assert [name for name in everything(place) if subject in everything(place)[name]] == []
    shown = place.http.get(f"{TASKS}/{first}").json()["task"]
    assert "Subjects were erased" in shown["task_result"]["warnings"][-1]
    for what in ("evidence", "predictions.csv", "report", "model", "manifest"):
        reply = place.http.get(f"{TASKS}/{first}/{what}")
        assert reply.status_code == 200, (what, reply.text)
        assert subject not in reply.text
    assert "cohort-8" in place.http.get(f"{TASKS}/{first}/predictions.csv").text


@pytest.mark.nightly
def test_a_deleted_task_leaves_its_child_usable(study: tuple[Place, str, str]) -> None:
    """Tasks of its own: others look at those of the study."""
    place, _, _ = study
    first = place.submit()
    place.wait(first)
    tuned = {**QUICK, "trained_task_id": first}
    second = place.submit(train_data=["small_SZ", "small_NC"], task_type="dl_ft", param_set=tuned)
    (task,) = place.wait(second)
    assert task["task_status"] == "Finished", task["error"]
    asked = place.http.delete(f"{TASKS}/{first}")
    assert (asked.status_code, asked.json()["error_num"]) == (409, 29)
    assert [each["task_id"] for each in asked.json()["dependents"]] == [second]
    assert place.http.get(f"{TASKS}/{first}/model").status_code == 200
    assert place.http.delete(f"{TASKS}/{first}?confirm=true").json()["deleted"] == first
    assert place.http.get(f"{TASKS}/{first}").status_code == 404
    assert not (place.folder / "registry" / "models" / first).exists()
    tables = {name for name in holding(place, first) if "/" not in name}
    assert tables == {"backend_submissions", "sgn_audit", "sgn_runs"}  # the child's rows
    rest = rows(place, f"SELECT task_id FROM sgn_runs WHERE task_id = '{first}'")
    assert rest == []
    manifest = place.http.get(f"{TASKS}/{second}/manifest").json()
    assert [step["task_id"] for step in manifest["lineage"]] == [first, second]
    assert place.http.get(f"{TASKS}/{second}/model").status_code == 200


def test_a_task_is_renamed_noted_and_archived(study: tuple[Place, str, str]) -> None:
    place, _, second = study
    path = f"{TASKS}/{second}"
    changed = patch(place, path, task_name="the better one", description="d", tags=["t"])["task"]
    assert [changed[name] for name in ("task_name", "description", "tags")] == [
        *("the better one", "d"),
        ["t"],
    ]
    found = place.http.get(TASKS, params={"tag": "T", "limit": "1"}).json()
    assert [each["task_id"] for each in found["tasks"]] == [second]
    assert not place.http.get(TASKS, params={"tag": "d"}).json()["tasks"]
    assert not place.http.get(TASKS, params={"tag": "t", "proj_id": "Q"}).json()["tasks"]
    assert patch(place, path, archived=True)["task"]["archived_at"]
    listed = place.http.get(TASKS).json()["tasks"]
    assert second not in [each["task_id"] for each in listed]
    listed = place.http.get(TASKS, params={"archived": "true"}).json()["tasks"]
    assert second in [each["task_id"] for each in listed]


def test_a_task_that_has_not_ended_is_not_deleted(place: Place) -> None:
    task_id = place.submit()
    refused = place.http.delete(f"{TASKS}/{task_id}?confirm=true")
    assert (refused.status_code, refused.json()["error_num"]) == (409, 28)
    place.http.post(f"{TASKS}/{task_id}/cancel")
    assert place.http.delete(f"{TASKS}/{task_id}?confirm=true").status_code == 200
    assert place.http.get(f"{TASKS}/{task_id}").status_code == 404


def test_a_retry_means_the_dataset_that_had_the_name_then(place: Place, named: str) -> None:
    task_id = place.submit(train_data=[named])
    place.http.post(f"{TASKS}/{task_id}/cancel")
    patch(place, f"{DATASETS}/{named}", data_name=f"{named}_old")
    add(place, named)  # another takes the name
    again = place.http.post(f"{TASKS}/{task_id}/retry").json()["task"]
    assert again["task_config"]["train_data"] == [f"{named}_old"]
    place.http.post(f"{TASKS}/{again['task_id']}/cancel")


@pytest.mark.nightly
def test_nobody_resumes_from_a_checkpoint_that_knows_an_erased_subject(
    place: Place, named: str
) -> None:
    task_id = place.submit(train_data=[named])
    place.http.post(f"{TASKS}/{task_id}/cancel")
    checkpoint = place.folder / "registry" / "checkpoints" / task_id / "checkpoint"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_bytes(b"parameters")
    post(place, f"{DATASETS}/{named}/erase", subjects=[f"{named}-3"], confirm=True)
    assert not checkpoint.exists()
