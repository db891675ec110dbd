"""Datasets over HTTP: of every format, looked at before they are kept, listed, shown."""

import json
import sqlite3
import zipfile
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest

from graphnet.distributions import distributions
from graphnet.readers import from_table, read_table
from graphnet.synthetic import cohort_table
from tests.graphnet.formats import FOLDERS, IDS, WHOLE, columns
from tests.houses import House
from tests.places import place_at
from tests.service.forms import SMALL, form

pytestmark = pytest.mark.slow

URL = "/api/v0/datasets"
SIX = pd.DataFrame(columns()).to_csv(index=False).encode()


def post(house: House, content: bytes, **query: str) -> dict[str, Any]:
    answer: dict[str, Any] = house.http.post(URL, params=query, content=content).json()
    return answer


def names(house: House) -> list[str]:
    return [each["data_name"] for each in house.get(URL)["datasets"]]


def content_of(house: House, name: str) -> dict[str, Any]:
    with closing(sqlite3.connect(house.home / "sgn.sqlite3")) as connection:
        query = "SELECT data_cont FROM backend_datasets WHERE data_name = ?"
        found: dict[str, Any] = json.loads(connection.execute(query, (name,)).fetchone()[0])
    return found


def body_of(path: Path) -> bytes:
    if path.is_file():
        return path.read_bytes()
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for each in path.rglob("*"):
            archive.write(each, each.relative_to(path.parent))
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["tsv", "json", "npz", "mat"])
def test_a_file_of_any_format_becomes_the_dataset(small: House, kind: str, tmp_path: Path) -> None:
    body = body_of(WHOLE[kind](tmp_path))
    dataset = post(small, body, proj_id="P", data_name=f"as {kind}")["dataset"]
    assert (dataset["subjects"], dataset["classes"]) == (6, {"0": 3, "1": 3})
    assert (dataset["regions"], dataset["measures"]) == (5, ["ALFF", "GMV"])
    assert (dataset["connectome"], dataset["scores"]) == (True, 5)
    kept, sent = content_of(small, f"as {kind}"), pd.read_csv(BytesIO(SIX))
    assert list(kept["ID"].values()) == IDS
    np.testing.assert_allclose(list(kept["GMV_3"].values()), sent["GMV_3"], atol=1e-9)


def test_a_folder_comes_through_a_form_as_the_page_sends_it(small: House, tmp_path: Path) -> None:
    body = body_of(FOLDERS["BIDS time series"](tmp_path))
    file = {"datafile": ("derivatives.zip", body, "application/zip")}
    reply = small.http.post(URL, params={"preview": "true"}, files=file).json()
    assert reply["preview"]["kind"] == "folder"
    assert reply["preview"]["understood"]["connectome_columns"] == 10
    reply = small.http.post(URL, data={"proj_id": "P"}, files=file).json()
    assert reply["dataset"]["data_name"] == "derivatives"
    assert list(reply["dataset"]["distributions"]) == ["FC"]


def test_a_preview_keeps_nothing_and_says_what_was_understood(small: House) -> None:
    before = names(small)
    table = pd.read_csv(BytesIO(SIX)).assign(age=40, SITE="Here")
    table.loc[0, "GMV_1"] = np.inf
    answer = post(small, table.to_csv(index=False, sep=";").encode(), preview="true")
    assert answer["error_num"] == 0
    seen, dataset = answer["preview"], answer["dataset"]
    assert seen["kind"] == "csv"
    assert seen["understood"] == {
        "id": "ID", "label": "LABEL", "score": "LABEL_SCORE", "site": "SITE",
        "measure_columns": 10, "connectome_columns": 10, "ignored_columns": 1, "ignored": ["age"],
    }  # fmt: skip
    assert seen["columns"] == list(table.columns[:12])
    assert len(seen["rows"]) == 5
    assert seen["rows"][0][:3] == ["p0", 0, 1.5]
    assert seen["rows"][0][seen["columns"].index("GMV_1")] == "inf"
    assert seen["rows"][1][2] is None
    assert [each["rule"] for each in dataset["findings"]] == ["infinite", "broken"]
    assert "data_id" not in dataset
    assert (dataset["data_name"], dataset["proj_id"]) == ("", "")
    assert names(small) == before


def test_a_preview_says_what_an_upload_would_be_refused_for(small: House) -> None:
    assert post(small, SIX, preview="true", data_name="small_SZ")["error_num"] == 6
    answer = post(small, SIX, preview="true", proj_id="P" * 33, data_name="n" * 65)
    assert {each["field"] for each in answer["errors"]} == {"proj_id", "data_name"}
    answer = post(small, b"ID,GMV_1\na,1\n", preview="true")
    assert answer["errors"] == [
        {
            "field": "datafile",
            "msg": "The dataset upload has no label: a column LABEL_GROUP or LABEL with integer "
            "classes (0 control, 1 patient) is needed.",
        }
    ]
    assert post(small, b"\x89PNG\r\n\x1a\n" + bytes(90), preview="true")["error_num"] == 7
    answer = post(small, SIX, preview="perhaps")
    assert answer["msg"] == "preview is 'perhaps'; it must be true or false."


@pytest.mark.parametrize("name", ["a/b", "../up", "50 % ?#&+", "漢字", "a//b", "x/"])
def test_a_dataset_of_any_name_is_shown(small: House, name: str) -> None:
    sent = post(small, SIX, proj_id="P", data_name=name)["dataset"]
    shown = small.http.get(f"{URL}/{quote(name, safe='')}").json()
    assert shown["dataset"] == sent


@pytest.mark.parametrize(
    "name", ["nowhere", "%00", "a" * 500, "SMALL_sz", "%ff", "' OR '1'='1", ""]
)
def test_a_dataset_that_is_not_there(small: House, name: str) -> None:
    reply = small.http.get(f"{URL}/{name}")
    assert (reply.status_code, reply.json()["error_num"]) == (404, 4)


def test_how_values_lie_is_told_by_measure_and_site(small: House) -> None:
    table = cohort_table("spread", 1, 9, seed=1, recipe=SMALL).assign(SITE=["A"] * 6 + ["B"] * 3)
    table.loc[:2, "LABEL_GROUP"] = 0
    table.loc[0, "GMV_1"] = 2.35e34
    body = table.to_csv(index=False).encode()
    post(small, body, proj_id="P", data_name="spread")
    shown = small.get(f"{URL}/spread")["dataset"]
    assert shown["by_site"] == {"A": {"0": 3, "1": 3}, "B": {"1": 3}}
    assert shown["distributions"] == distributions(from_table(read_table(body), "spread"))
    values = table.loc[:5, [f"GMV_{region}" for region in range(1, 13)]].to_numpy()
    box = shown["distributions"]["GMV"]["A"]
    assert box["n"] == 6
    assert box["median"] == pytest.approx(np.median(values[values < 1e9]), rel=1e-5)
    assert box["low"] < box["q1"] < box["median"] < box["q3"] < box["high"] < 1
    assert [each["rule"] for each in shown["findings"]] == ["absurd"]
    assert set(shown["rules"]) >= {"absurd", "missing"}


def write(house: House, statement: str, *values: object) -> int:
    with closing(sqlite3.connect(house.home / "sgn.sqlite3")) as connection, connection:
        return connection.execute(statement, values).rowcount


def test_a_profile_of_an_older_version_is_made_anew_once(small: House) -> None:
    sent = post(small, SIX, proj_id="P", data_name="older")["dataset"]
    kept = "SELECT profile FROM sgn_profiles WHERE data_id = ?"
    with closing(sqlite3.connect(small.home / "sgn.sqlite3")) as connection:
        profile = json.loads(connection.execute(kept, (sent["data_id"],)).fetchone()[0])
    for name in ("by_site", "distributions"):
        del profile[name]
    change = "UPDATE sgn_profiles SET profile = ? WHERE data_id = ?"
    assert write(small, change, json.dumps({**profile, "notes": ["old"]}), sent["data_id"]) == 1
    listed = {each["data_name"]: each for each in small.get(URL)["datasets"]}
    assert listed["older"]["notes"] == ["old"]  # a list reads no content
    assert small.get(f"{URL}/older")["dataset"] == sent
    listed = {each["data_name"]: each for each in small.get(URL)["datasets"]}
    assert listed["older"]["notes"] == sent["notes"]


def test_a_content_that_changed_is_looked_at_again(small: House) -> None:
    post(small, SIX, proj_id="P", data_name="changing")
    content = content_of(small, "changing")
    del content["ALFF_5"], content["GMV_5"]
    content = {name: cells for name, cells in content.items() if not name.startswith("FC_")}
    change = "UPDATE backend_datasets SET data_cont = ? WHERE data_name = ?"
    assert write(small, change, json.dumps(content), "changing") == 1
    assert small.get(f"{URL}/changing")["dataset"]["regions"] == 4


def test_pages_hold_every_dataset_once(small: House) -> None:
    whole = small.get(URL)
    assert whole["next_cursor"] is None
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = small.get(URL, limit="2", cursor=cursor)
        assert len(page["datasets"]) <= 2
        seen += [each["data_name"] for each in page["datasets"]]
        cursor = page["next_cursor"]
    assert seen == [each["data_name"] for each in whole["datasets"]]
    assert small.http.get(URL, params={"cursor": "x"}).status_code == 422
    assert small.http.get(URL, params={"limit": "501"}).status_code == 422


def test_tasks_are_found_by_their_name(small: House) -> None:
    posted = small.post(form(task_name="Depth 100%_x", param_set={"epochs": 1}))
    task_id = posted["task_form"]["task_id"]
    for text in ("depth", "100%_X", task_id.lower()):
        found = small.get("/api/v0/tasks", q=text)["tasks"]
        assert [each["task_id"] for each in found] == [task_id]
    assert small.get("/api/v0/tasks", q="100__x")["tasks"] == []
    for text in ("x" * 101, "a\x00b"):
        reply = small.http.get("/api/v0/tasks", params={"q": text})
        assert [each["field"] for each in reply.json()["errors"]] == ["q"]
    small.http.post(f"/api/v0/tasks/{task_id}/cancel").raise_for_status()


def test_four_times_an_upload_may_come_out_of_it(tmp_path: Path) -> None:
    with place_at(tmp_path, SGN_MAX_UPLOAD_MB="1", TMPDIR=str(tmp_path)) as place:
        for size, sentence in ((3_900_000, "has no table"), (4_100_000, "is more than 4 MB once")):
            stream = BytesIO()
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("ROISignals_a.txt", "0 " * (size // 2))
                archive.writestr("ROISignals_b.txt", "")
            reply = place.http.post(URL, params={"preview": "true"}, content=stream.getvalue())
            assert (reply.status_code, reply.json()["error_num"]) == (422, 7)
            assert sentence in reply.json()["msg"]
        assert not list(tmp_path.glob("sgn-upload-*"))
