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

from db.connection import migrate
from graphnet.synthetic import Recipe, cohort_table
from tests.databases import ServerSilent, mysql_database, query
from tests.houses import process
from tests.mariadb import MariaServer, mariadb_server
from tests.neurolearn import NeuroLearn
from tests.places import PLAIN, WORKER, Place, place_at
from tests.reading import reading

pytestmark = pytest.mark.slow
PAGE = Path(__file__).parents[2] / "docs" / "neuro-learn.md"
PROJECT = "PROJ20191217104136"
WHOLE = {"baselines": False, "explain": False, "cv_folds": 0}
FORM_OF_THE_FRONT_END = {
    "proj_id": PROJECT, "proj_name": "SZ with sfMRI", "task_name": "", "task_type": "dl_ts",
    "train_data": ["A_SZ", "A_NC"], "val_data": ["B"], "enable_test": False, "test_data": [],
    "model": [], "trained_task_id": "", "save_model_state": True,
    "param_set": {"learning_rate": 0.05, "batch_size": 10, "lr_step_size": 60, "lr_decay": 0.2,
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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with ExitStack() as stack:
        try:
            server = stack.enter_context(mariadb_server(folder / "mariadb"))
        except ServerSilent as silent:
            pytest.skip(str(silent))
        own = stack.enter_context(mysql_database(server=server.url))
        query(server.url, f"SET GLOBAL max_allowed_packet = {32 << 20}")
        place = stack.enter_context(place_at(folder, SGN_DATABASE_URL=_set_up(own)))
        log = folder / "worker.log"
        stack.enter_context(process(*WORKER, log=log, **place.variables))
        yield Site(server, place, NeuroLearn(f"{place.http.base_url}/api/v0/new_task", own))


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


def test_both_forms_from_the_post_to_the_result(site: Site) -> None:
    there = site.neuro_learn
    both = [table("A", 1, 20), table("A", 0, 20)]
    contents = {"A_SZ": both[0], "A_NC": both[1], "A": pd.concat(both, ignore_index=True)}
    contents["B"] = pd.concat([table("B", 1, 8), table("B", 0, 8)], ignore_index=True)
    for name, content in contents.items():
        there.add_dataset(name, content.to_json())

    answer = there.new_task(FORM_OF_THE_FRONT_END)
    assert answer["error_num"] == 0, answer
    first = answer["task_form"]["task_id"]
    states, text = there.follow(first)
    assert states[-1] == "Finished", text
    assert set(states) <= {"Submitted", "Running", "Finished"}
    result = json.loads(text)
    assert len(result["train_epochs"]) == 3
    assert result["train_epochs"][0].startswith("Epoch 001, Train Loss: ")
    assert result["model_state_path"].endswith(f"models/{first}/model.safetensors")

    param_set = {**FORM_OF_THE_SPECIFICATION["param_set"], "trained_task_id": first}  # type: ignore[dict-item]
    second = there.new_task({**FORM_OF_THE_SPECIFICATION, "param_set": param_set})
    assert second["error_num"] == 0, second
    states, text = there.follow(second["task_form"]["task_id"])
    assert states[-1] == "Finished", text
    assert len(json.loads(text)["train_epochs"]) == 1

    refused = there.new_task({**FORM_OF_THE_FRONT_END, "train_data": ["nobody"]})
    assert refused["error_num"] == 2
    assert "'nobody'" in refused["msg"]


def test_a_dataset_of_20_mb_is_trained_on(site: Site) -> None:
    there = site.neuro_learn
    content = pd.concat(
        [table("C", label, 1550, regions=90) for label in (1, 0)], ignore_index=True
    ).to_json()
    assert len(content) > 20_000_000
    there.add_dataset("large", content)
    form = {
        **FORM_OF_THE_FRONT_END, "train_data": ["large"], "val_data": [],
        "param_set": {**WHOLE, "epochs": 2, "batch_size": 100},
    }  # fmt: skip
    answer = there.new_task(form)
    assert answer["error_num"] == 0, answer
    states, text = there.follow(answer["task_form"]["task_id"])
    assert states[-1] == "Finished", text


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
                r"The result takes 0\.1 MB in one statement, and the database server takes 0\.1 "
                r"MB; its max_allowed_packet must be at least 1M\.",
                task["error"],
            )
        log = (tmp_path / "serve.log").read_text()
        assert "an upload of SGN_MAX_UPLOAD_MB (64) may need 92M" in log
