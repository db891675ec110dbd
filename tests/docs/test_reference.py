"""Each example of the API's reference is sent to a real service; its answer is as described."""

import json
import re
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from docs.reference import API, PAGE, SERVICE, page, with_settings
from graphnet.config import FORM_OPTIONS
from service.api.endpoints import ENDPOINTS
from service.api.openapi import (
    CANCELLED,
    CONTROLS,
    DELETED,
    FINISHED,
    OLD,
    OLDER,
    OTHER,
    PATIENTS,
    PROJECT,
    REMOVED,
    TABLE,
    UPLOADED,
    openapi,
)
from tests.docs.pages import FENCED
from tests.installations import Installation, sgn_up

pytestmark = pytest.mark.slow

DOCUMENT = openapi(ENDPOINTS)
SECTION = re.compile(r"^### `(\w+) (\S+)`\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
ENDLESS = "/api/v0/events"
OF_A_BUCKET = {f"/api/v0/uploads/{{upload_id}}/{step}" for step in ("parts", "complete")}
FORM = {"proj_id": PROJECT, "task_type": "dl_ts", "train_data": [PATIENTS, CONTROLS]}


@dataclass
class Asked:
    """A request as a page shows it."""

    method: str
    template: str
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None

    @classmethod
    def read(cls, method: str, template: str, command: str) -> "Asked":
        """What the command would send."""
        asked = cls("GET", template)
        words = iter(shlex.split(command))
        assert next(words) == "curl"
        for word in words:
            if word == "-H":
                name, _, text = next(words).partition(": ")
                asked.headers[name] = text
            elif word == "--data-binary":
                asked.body = next(words)
                asked.method = asked.method if asked.method != "GET" else "POST"
            elif word == "-X":
                asked.method = next(words)
            else:
                asked.url = word
        assert asked.method == method
        return asked


def examples() -> list[Asked]:
    return [
        Asked.read(method, template, command)
        for method, template, text in SECTION.findall(PAGE.read_text(encoding="utf-8"))
        for language, command in FENCED.findall(text)
        if language == "sh"
    ]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One with the datasets that the examples name, and an atlas of their three regions."""
    folder = tmp_path_factory.mktemp("reference")
    (folder / "atlas.csv").write_text("region,x,y,z\n1,-40,0,20\n2,0,10,0\n3,40,0,20\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SGN_ATLAS", str(folder / "atlas.csv"))
        with sgn_up(folder / "home") as running:
            for name in (CONTROLS, OLD, OLDER):
                _table(name, 0).to_csv(folder / f"{name}.csv", index=False)
                running.upload(folder / f"{name}.csv", PROJECT)
            _put_row(running, PATIENTS, _table(PATIENTS, 1).to_json())
            yield running


def _put_row(installation: Installation, name: str, content: str) -> None:
    """As NEURO-LEARN writes a dataset."""
    with closing(sqlite3.connect(installation.home / "sgn.sqlite3")) as connection, connection:
        connection.execute(
            "INSERT INTO backend_datasets (data_id, proj_id, user_id, data_name, data_cont, "
            "hdfs_path) VALUES ('NL1', ?, 'u', ?, ?, '')",
            (PROJECT, name, content),
        )


def _table(name: str, label: int, subjects: int = 20) -> pd.DataFrame:
    values = np.random.default_rng(label).normal(0.4 - 0.05 * label, 0.05, (subjects, 3))
    table = pd.DataFrame(values.round(3), columns=["GMV_1", "GMV_2", "GMV_3"])
    table.insert(0, "ID", [f"{name}-{number}" for number in range(subjects)])
    table.insert(1, "LABEL", label)
    table.insert(2, "SITE", "A")
    return table


@pytest.fixture(scope="module")
def tasks(installation: Installation) -> dict[str, str]:
    """The real ids of the tasks and uploads that the examples name."""
    quick = {"epochs": 2, "cv_folds": 2}
    finished = [
        installation.post({**FORM, "param_set": quick})["task_form"]["task_id"] for _ in "abc"
    ]
    for task_id in finished:
        assert installation.wait(task_id)["task_status"] == "Finished"
    # It waits for a GPU, which this installation has not, so it cannot end before it is cancelled.
    waiting = installation.post({**FORM, "param_set": {"device": "cuda", "epochs": 100_000}})[
        "task_form"
    ]["task_id"]
    installation.http.post(f"/api/v0/tasks/{waiting}/cancel")
    named = (FINISHED, OTHER, DELETED, CANCELLED, UPLOADED, REMOVED)
    uploads = [_begun(installation), _begun(installation)]
    return dict(zip(named, (*finished, waiting, *uploads), strict=True))


def _begun(installation: Installation) -> str:
    length = {"upload-length": str(len(TABLE))}
    reply = installation.http.post("/api/v0/uploads", headers=length).json()
    return str(reply["upload"]["upload"])


def test_the_page_is_what_the_service_describes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "Run: python docs/reference.py"


def test_the_table_of_settings_is_that_of_the_options() -> None:
    text = API.read_text(encoding="utf-8")
    assert text == with_settings(text), "Run: python docs/reference.py"
    assert all(f"| `{name}` |" in text for name in FORM_OPTIONS)


def test_no_address_is_without_an_example() -> None:
    shown = {(asked.method, asked.template) for asked in examples()}
    assert shown == {(each.method, each.template) for each in ENDPOINTS}


@pytest.mark.parametrize(
    "asked",
    [each for each in examples() if each.template in OF_A_BUCKET],
    ids=lambda each: each.template,
)
def test_an_example_that_needs_a_bucket_is_refused_without_one(
    asked: Asked, installation: Installation, tasks: dict[str, str]
) -> None:
    """tests/service/test_direct_uploads.py sends these to one that has a bucket."""
    url = installation.url + asked.url.removeprefix(SERVICE).replace(UPLOADED, tasks[UPLOADED])
    reply = installation.http.post(url, headers=asked.headers, content=asked.body)
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "upload")


@pytest.mark.parametrize(
    "asked",
    [each for each in examples() if each.template not in OF_A_BUCKET],
    ids=lambda each: f"{each.method} {each.template}",
)
def test_an_example_is_answered_as_described(
    asked: Asked, installation: Installation, tasks: dict[str, str]
) -> None:
    kind, content = _sent(installation, asked, tasks)
    operation = DOCUMENT["paths"][asked.template][asked.method.lower()]
    described = next(iter(operation["responses"].values())).get("content", {"": {}})
    assert kind == next(iter(described))
    if kind == "application/json":
        schema = {**described[kind]["schema"], "components": DOCUMENT["components"]}
        Draft202012Validator(schema).validate(json.loads(content))


def _sent(installation: Installation, asked: Asked, tasks: dict[str, str]) -> tuple[str, bytes]:
    """The kind of the answer and what it holds, of an endless one the beginning."""

    def real(text: str) -> str:
        for shown, known in tasks.items():
            text = text.replace(shown, known)
        return text

    assert asked.url.startswith(SERVICE)
    url = installation.url + real(asked.url.removeprefix(SERVICE))
    body = None if asked.body is None else real(asked.body).encode()
    with installation.http.stream(asked.method, url, headers=asked.headers, content=body) as reply:
        first = next(reply.iter_bytes()) if asked.template == ENDLESS else reply.read()
        operation = DOCUMENT["paths"][asked.template][asked.method.lower()]
        assert str(reply.status_code) == next(iter(operation["responses"])), first
        return reply.headers.get("content-type", "").partition(";")[0], first


def test_the_schema_sees_what_is_not_as_described(
    installation: Installation, tasks: dict[str, str]
) -> None:
    answer = installation.get(f"/api/v0/tasks/{tasks[FINISHED]}")
    del answer["task"]["progress"]["epoch"]
    operation = DOCUMENT["paths"]["/api/v0/tasks/{task_id}"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    assert [error.message for error in validator.iter_errors(answer)] == [
        "'epoch' is a required property"
    ]
