"""NEURO-LEARN unchanged: it forwards a form and reads its own rows (docs/neuro-learn.md)."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest

from db.server.connection import migrate
from graphnet.data.synthetic import Recipe, cohort_table
from tests.databases import ServerSilent, mysql_database, query
from tests.installations import process
from tests.mariadb import MariaServer, mariadb_server
from tests.neurolearn import PROJECT, USER, NeuroLearn
from tests.places import PLAIN, WORKER, Place, place_at
from tests.reading import reading

pytestmark = pytest.mark.slow
PAGE = Path(__file__).parents[2] / "docs" / "neuro-learn.md"
COMPILED_IN = "/rest/sgnservice/v0/task/insert"
ONLY_ON_UTF8MB4 = pytest.mark.parametrize("site", ["utf8mb4"], indirect=True)
WHOLE = {"baselines": False, "explain": False, "cv_folds": 0}
FORM_OF_THE_FRONT_END = {
    "proj_id": PROJECT, "proj_name": "SZ with sfMRI", "task_name": "", "task_type": "dl_ts",
    "train_data": ["A_SZ.csv", "A_NC.csv"], "val_data": ["B.csv"], "enable_test": False,
    "test_data": [], "model": [], "trained_task_id": "", "save_model_state": True,
    "param_set": {"learning_rate": 0.05, "batch_size": "10", "lr_step_size": 60, "lr_decay": 0.2,
                  "epochs": 3},
}  # fmt: skip
FORM_OF_THE_SPECIFICATION = {
    "proj_id": PROJECT, "proj_name": "SZ with sfMRI", "task_name": "test", "task_type": "dl_ft",
    "train_data": ["A"], "val_data": ["A"], "enable_test": True, "test_data": ["A"],
    "model": "GNN",
    "param_set": {"learning_rate": 5e-2, "batch_size": 10, "lr_step_size": 60, "lr_decay": 0.2,
                  "epochs": 1, "trained_task_id": ""},
}  # fmt: skip


@dataclass(frozen=True)
class Site:
    """NEURO-LEARN, and the service beside it on the same MariaDB."""

    server: MariaServer
    place: Place
    neuro_learn: NeuroLearn


@pytest.fixture(
    scope="module", params=["utf8mb4", pytest.param("latin1", marks=pytest.mark.nightly)]
)
def site(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Site]:
    """In the character set of a database of today, and of one that an old server made."""
    folder = tmp_path_factory.mktemp("site")
    with ExitStack() as stack:
        try:
            server = stack.enter_context(mariadb_server(folder / "mariadb"))
        except ServerSilent as silent:
            pytest.skip(str(silent))
        own = stack.enter_context(mysql_database(server=server.url, charset=request.param))
        query(server.url, f"SET GLOBAL max_allowed_packet = {32 << 20}")
        names = {"SGN_HOST_NAMES": "sgn.neurolearn.com,127.0.0.1"}
        place = stack.enter_context(place_at(folder, SGN_DATABASE_URL=_set_up(own), **names))
        log = folder / "worker.log"
        stack.enter_context(process(*WORKER, log=log, **place.variables))
        yield Site(server, place, NeuroLearn(f"{place.http.base_url}{COMPILED_IN}", own))


def _set_up(url: str) -> str:
    """Every statement of the page, for this database and this machine; the service's URL."""
    name = urlsplit(url).path[1:]
    for block in re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL):
        for statement in block.splitlines():
            here = statement.replace("neurolearn.", f"{name}.").replace("10.20.0.%", "%")
            query(url, here.replace("CREATE USER", "CREATE USER IF NOT EXISTS"))
        if "sgn_migrate" in block:
            asyncio.run(migrate(url.replace("root@", "sgn_migrate:first-secret@")))
    return url.replace("root@", "sgn:second-secret@")


def table(site: str, label: int, subjects: int, regions: int = 12) -> pd.DataFrame:
    recipe = Recipe(regions=regions, affected=(2, 5, 7), effect=1.0, corrupt=0)
    return cohort_table(site, label, subjects, seed=label, recipe=recipe)


@pytest.fixture(scope="module")
def there(site: Site) -> NeuroLearn:
    """With the datasets of the forms, one subject of which has a name in Chinese."""
    both = [table("A", 1, 20), table("A", 0, 20)]
    both[0].loc[0, "ID"] = "\u5f20\u4e09"
    contents = {"A_SZ": both[0], "A_NC": both[1], "A": pd.concat(both, ignore_index=True)}
    contents["B"] = pd.concat([table("B", 1, 8), table("B", 0, 8)], ignore_index=True)
    for name, content in contents.items():
        site.neuro_learn.upload(f"{name}.csv", content)
    return site.neuro_learn


def test_both_forms_from_the_post_to_the_result(there: NeuroLearn) -> None:
    answer = there.new_task(FORM_OF_THE_FRONT_END)
    assert (answer["error_num"], answer["code"]) == (0, 200), answer
    first = answer["task_form"]["task_id"]
    states, text = there.follow(first)
    assert states[-1] == "Finished", text
    assert set(states) <= {"Submitted", "Running", "Finished"}
    result = json.loads(text)
    assert len(result["train_epochs"]) == 3
    assert result["train_epochs"][0].startswith("Epoch 001, Train Loss: ")
    assert result["model_state_path"].endswith(f"models/{first}/model.safetensors")

    # The specification names datasets without the ending that NEURO-LEARN keeps.
    param_set = {**FORM_OF_THE_SPECIFICATION["param_set"], "trained_task_id": first}  # type: ignore[dict-item]
    second = there.new_task({**FORM_OF_THE_SPECIFICATION, "param_set": param_set})
    assert second["error_num"] == 0, second
    states, text = there.follow(second["task_form"]["task_id"])
    assert states[-1] == "Finished", text
    assert len(json.loads(text)["train_epochs"]) == 1

    refused = there.new_task({**FORM_OF_THE_FRONT_END, "train_data": ["nobody"]})
    assert (refused["error_num"], refused["code"]) == (2, 500)
    assert "'nobody'" in refused["msg"]


def test_what_it_shows_is_small_and_harmless(there: NeuroLearn, site: Site) -> None:
    form = {
        **FORM_OF_THE_FRONT_END, "task_name": "<b>größer</b> & so", "val_data": [],
        "param_set": {**WHOLE, "epochs": 200},
    }  # fmt: skip
    answer = there.new_task(form)
    assert answer["error_num"] == 0, answer
    task_id = answer["task_form"]["task_id"]
    states, text = there.follow(task_id)
    assert states[-1] == "Finished", text
    assert text.isascii()
    assert not set("<>&") & set(text)
    assert len(text) <= 16_000
    assert len(json.loads(text)["train_epochs"]) == 200
    task = site.place.http.get(f"/api/v0/tasks/{task_id}").json()["task"]
    assert task["task_name"] == form["task_name"]
    assert task["task_result"]["metrics"]["train"]["n"] == 40


def test_a_name_that_its_database_cannot_hold_is_refused(site: Site, there: NeuroLearn) -> None:
    form = {**FORM_OF_THE_FRONT_END, "task_name": "\u8111", "param_set": {**WHOLE, "epochs": 1}}
    with pytest.raises(UnicodeEncodeError):
        there.new_task(form)  # its own client cannot send it either
    answer = site.place.http.post(COMPILED_IN, content=json.dumps(form)).json()
    latin1 = "latin1" in query(there.database_url, "SELECT @@character_set_database")[0]
    assert answer["error_num"] == (2 if latin1 else 0)
    if latin1:
        ((field, sentence),) = ((each["field"], each["msg"]) for each in answer["errors"])
        assert field == "task_name"
        assert "\u8111" in sentence


def test_rows_of_its_other_services_are_not_ours(site: Site, there: NeuroLearn) -> None:
    http, kinds = site.place.http, there.add_other_rows()
    found = http.get("/api/v0/tasks", params={"proj_id": PROJECT, "limit": 100}).json()["tasks"]
    listed = {each["task_id"]: each for each in found}
    trainings = {task_id for task_id, kind in kinds.items() if kind.startswith("dl_")}
    assert set(kinds) & set(listed) == trainings
    assert set(there.trainings(100)) == set(listed)
    assert {listed[task_id]["owner"] for task_id in trainings} == {"predecessor"}
    for task_id in set(kinds) - trainings:
        for path in ("", "/report", "/model", "/predictions.csv", "/log"):
            reply = http.get(f"/api/v0/tasks/{task_id}{path}")
            assert reply.status_code == 404, path
            assert kinds[task_id] in reply.json()["msg"], path
        assert http.post(f"/api/v0/tasks/{task_id}/cancel").status_code == 404
    reply = http.post("/api/v0/tasks/TASK20012912454502/cancel")
    assert reply.status_code == 409
    assert there.row("TASK20012912454502")[0] == "Running"
    child = {**FORM_OF_THE_SPECIFICATION, "trained_task_id": "TASK20012912454500"}
    refused = there.new_task(child)
    assert refused["error_num"] == 2
    assert "sgn model import" in refused["msg"]


def test_a_dataset_that_comes_in_here_is_its_user_s(site: Site, there: NeuroLearn) -> None:
    content = table("C", 1, 12).to_csv(index=False)
    told = {"proj_id": PROJECT, "user_id": USER, "data_name": "mine.csv"}
    reply = site.place.http.post("/api/v0/datasets", params=told, content=content)
    assert reply.status_code == 200, reply.text
    data_id = reply.json()["dataset"]["data_id"]
    with pytest.raises(PermissionError):
        there.download(data_id, "USER_ANOTHER")
    assert len(there.download(data_id)) == 12
    there.delete(data_id)
    form = {**FORM_OF_THE_FRONT_END, "train_data": ["mine.csv"]}
    assert "'mine.csv'" in there.new_task(form)["msg"]


def test_its_front_page_counts_what_is_written(there: NeuroLearn) -> None:
    """Last of these: tasks of all tests are in it."""
    counted = there.overview()
    assert counted["Finished"] >= 3
    assert sum(counted.values()) >= 4


@pytest.mark.nightly
@ONLY_ON_UTF8MB4
def test_a_dataset_of_20_mb_is_trained_on(site: Site) -> None:
    there = site.neuro_learn
    content = pd.concat(
        [table("C", label, 1550, regions=90) for label in (1, 0)], ignore_index=True
    )
    assert len(content.to_json()) > 20_000_000
    there.upload("large", content)
    form = {
        **FORM_OF_THE_FRONT_END, "train_data": ["large"], "val_data": [],
        "param_set": {**WHOLE, "epochs": 2, "batch_size": 100},
    }  # fmt: skip
    answer = there.new_task(form)
    assert answer["error_num"] == 0, answer
    states, text = there.follow(answer["task_form"]["task_id"])
    assert states[-1] == "Finished", text


@pytest.mark.nightly
@ONLY_ON_UTF8MB4
def test_a_server_that_takes_too_little_is_told_what_it_needs(site: Site, tmp_path: Path) -> None:
    """Last: the server keeps the setting for connections from now on."""
    query(site.server.url, "SET GLOBAL max_allowed_packet = 65536")
    with mysql_database(server=site.server.url) as own:
        with place_at(tmp_path, SGN_DATABASE_URL=_set_up(own)) as place:
            content = table("D", 1, 100).to_csv(index=False)
            query_of = {"proj_id": "P", "data_name": "too_large"}
            with reading(place.variables):
                reply = place.http.post("/api/v0/datasets", params=query_of, content=content)
            assert reply.json()["dataset"]["subjects"] == 100
            find = "SELECT data_cont, hdfs_path FROM backend_datasets WHERE data_name = 'too_large'"
            ((text, path),) = query(own, find)
            assert text == ""  # NEURO-LEARN's other services cannot read it; the arrays are there
            assert path.startswith("file:///")
            task_id = place.submit(param_set={**PLAIN, "epochs": 1200})
            (task,) = place.wait(task_id)
            assert task["task_status"] == "Failed"
            assert task["error"] == NeuroLearn("", own).row(task_id)[1]
            assert re.fullmatch(
                r"The result takes 0\.1 MB in one statement, and the database server accepts 0\.1 "
                r"MB; its max_allowed_packet must be at least 1M\.",
                task["error"],
            )
        log = (tmp_path / "serve.log").read_text()
        assert "an upload of SGN_MAX_UPLOAD_MB (64) may need 92M" in log
