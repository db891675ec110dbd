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

from graphnet.data.profile import distributions
from graphnet.data.synthetic import cohort_table
from graphnet.readers import from_table, read_table
from tests.graphnet.formats import FOLDERS, IDS, LABELS, SERIES, WHOLE, columns
from tests.installations import Installation
from tests.places import place_at
from tests.reading import reading
from tests.service.forms import SMALL, form

pytestmark = pytest.mark.slow

URL = "/api/v0/datasets"
SIX = pd.DataFrame(columns()).to_csv(index=False).encode()


def post(installation: Installation, content: bytes, **query: str) -> dict[str, Any]:
    answer: dict[str, Any] = installation.http.post(URL, params=query, content=content).json()
    return answer


def names(installation: Installation) -> list[str]:
    return [each["data_name"] for each in installation.get(URL)["datasets"]]


def content_of(installation: Installation, name: str) -> dict[str, Any]:
    with closing(sqlite3.connect(installation.home / "sgn.sqlite3")) as connection:
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
def test_a_file_of_any_format_becomes_the_dataset(
    small: Installation, kind: str, tmp_path: Path
) -> None:
    body = body_of(WHOLE[kind](tmp_path))
    dataset = post(small, body, proj_id="P", data_name=f"as {kind}")["dataset"]
    assert (dataset["subjects"], dataset["classes"]) == (6, {"0": 3, "1": 3})
    assert (dataset["regions"], dataset["measures"]) == (5, ["ALFF", "GMV"])
    assert (dataset["connectome"], dataset["scores"]) == (True, 5)
    kept, sent = content_of(small, f"as {kind}"), pd.read_csv(BytesIO(SIX))
    assert list(kept["ID"].values()) == IDS
    np.testing.assert_allclose(list(kept["GMV_3"].values()), sent["GMV_3"], atol=1e-9)


def test_a_folder_comes_through_a_form_as_the_page_sends_it(
    small: Installation, tmp_path: Path
) -> None:
    body = body_of(FOLDERS["BIDS time series"](tmp_path))
    file = {"datafile": ("derivatives.zip", body, "application/zip")}
    reply = small.http.post(URL, params={"preview": "true"}, files=file).json()
    assert reply["preview"]["kind"] == "folder"
    assert reply["dataset"]["interpretation"]["connectome"]["triangle"] == "series"
    reply = small.http.post(URL, data={"proj_id": "P"}, files=file).json()
    assert reply["dataset"]["data_name"] == "derivatives"
    assert list(reply["dataset"]["distributions"]) == ["FC"]


def test_a_preview_keeps_nothing_and_says_what_was_understood(small: Installation) -> None:
    before = names(small)
    table = pd.read_csv(BytesIO(SIX)).assign(age=40, SITE="Here")
    table.loc[0, "GMV_1"] = np.inf
    answer = post(small, table.to_csv(index=False, sep=";").encode(), preview="true")
    assert answer["error_num"] == 0
    seen, dataset = answer["preview"], answer["dataset"]
    assert seen["kind"] == "csv"
    how = dataset["interpretation"]
    assert (how["id"], how["label"]["column"], how["score"], how["site"]) == (
        *("ID", "LABEL", "LABEL_SCORE", "SITE"),
    )
    assert how["text"] == {"encoding": "utf-8", "separator": ";", "decimal": "."}
    assert [each["name"] for each in how["covariates"]] == ["age"]
    assert seen["columns"][:5] == ["subject", "class", "score", "site", "age"]
    assert len(seen["rows"]) == 5
    assert seen["rows"][0][:5] == ["p0", "0", 1.5, "Here", 40.0]
    assert seen["rows"][0][seen["columns"].index("GMV 1")] == "inf"
    assert seen["rows"][1][2] is None
    assert [each["rule"] for each in dataset["findings"]] == ["infinite", "broken"]
    assert "data_id" not in dataset
    assert (dataset["data_name"], dataset["proj_id"]) == ("", "")
    assert names(small) == before


def test_a_preview_says_what_an_upload_would_be_refused_for(small: Installation) -> None:
    assert post(small, SIX, preview="true", data_name="small_SZ")["error_num"] == 6
    long = {"proj_id": "P" * 33, "user_id": "u" * 33, "data_name": "n" * 65}
    answer = post(small, SIX, preview="true", **long)
    assert {each["field"] for each in answer["errors"]} == set(long)
    assert post(small, SIX, proj_id="P", data_name="ours", user_id="u" * 33)["msg"] == (
        f"user_id is {'u' * 33!r}; it must be at most 32 printable characters."
    )
    answer = post(small, b"ID,GMV_1\na,1\n", preview="true")
    assert [each["field"] for each in answer["errors"]] == ["datafile"]
    assert "The dataset upload has no class and no clinical score." in answer["msg"]
    assert post(small, b"\x89PNG\r\n\x1a\n" + bytes(90), preview="true")["error_num"] == 7
    answer = post(small, SIX, preview="perhaps")
    assert answer["msg"] == "preview is 'perhaps'; it must be true or false."


@pytest.mark.parametrize("name", ["a/b", "../up", "50 % ?#&+", "漢字", "a//b", "x/"])
def test_a_dataset_of_any_name_is_shown(small: Installation, name: str) -> None:
    sent = post(small, SIX, proj_id="P", data_name=name)["dataset"]
    shown = small.http.get(f"{URL}/{quote(name, safe='')}").json()
    assert shown["dataset"] == sent


@pytest.mark.parametrize(
    "name", ["nowhere", "%00", "a" * 500, "SMALL_sz", "%ff", "' OR '1'='1", ""]
)
def test_a_dataset_that_is_not_there(small: Installation, name: str) -> None:
    reply = small.http.get(f"{URL}/{name}")
    assert (reply.status_code, reply.json()["error_num"]) == (404, 4)


def test_how_values_lie_is_told_by_measure_and_site(small: Installation) -> None:
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


def write(installation: Installation, statement: str, *values: object) -> int:
    with closing(sqlite3.connect(installation.home / "sgn.sqlite3")) as connection, connection:
        return connection.execute(statement, values).rowcount


def test_a_profile_of_an_older_version_is_made_anew_once(small: Installation) -> None:
    sent = post(small, SIX, proj_id="P", data_name="older")["dataset"]
    kept = "SELECT profile FROM sgn_profiles WHERE data_id = ?"
    with closing(sqlite3.connect(small.home / "sgn.sqlite3")) as connection:
        profile = json.loads(connection.execute(kept, (sent["data_id"],)).fetchone()[0])
    for name in ("by_site", "distributions"):
        del profile[name]
    change = "UPDATE sgn_profiles SET profile = ? WHERE data_id = ?"
    assert (
        write(
            small,
            change,
            json.dumps({**profile, "notes": ["old"], "note_messages": None}),
            sent["data_id"],
        )
        == 1
    )
    listed = {each["data_name"]: each for each in small.get(URL)["datasets"]}
    assert listed["older"]["notes"] == ["old"]  # a list reads no content
    assert small.get(f"{URL}/older")["dataset"] == sent
    listed = {each["data_name"]: each for each in small.get(URL)["datasets"]}
    assert listed["older"]["notes"] == sent["notes"]


def asking(labels: str = "ab") -> bytes:
    """A file of six of whom it does not say which class is which."""
    table = pd.read_csv(BytesIO(SIX)).rename(columns={"LABEL": "diagnosis"})
    table["diagnosis"] = [*labels] * (6 // len(labels))
    return table.to_csv(index=False).encode()


def test_a_file_of_two_readings_is_asked_about_and_sent_once(small: Installation) -> None:
    answer = post(small, asking(), proj_id="ASK", data_name="asked")
    assert answer["error_num"] == 20
    (question,) = answer["questions"]
    assert question["id"] == "class.positive"
    assert {each["value"] for each in question["choices"]} == {"a", "b"}
    assert answer["errors"] == [{"field": "mapping", "msg": question["sentence"]}]
    assert answer["preview"]["rows"][0][0] == "p0"
    assert answer["suggested"] is None
    assert "asked" not in names(small)
    again = {"proj_id": "ASK", "data_name": "asked", "upload": answer["upload"]}
    wrong = post(small, b"", **again, map="class.positive=c")
    assert (wrong["error_num"], "must be one of" in wrong["msg"]) == (7, True)
    seen = post(small, b"", **again, map="class.positive=a", preview="true")
    assert seen["dataset"]["class_names"] == {"0": "b", "1": "a"}
    kept = post(small, b"", **again, mapping='{"class.positive": "b"}')["dataset"]
    assert kept["class_names"] == {"0": "a", "1": "b"}
    assert kept["interpretation"]["answers"] == {"class.positive": "b"}
    assert small.get(f"{URL}/asked")["dataset"] == kept
    # An answer that got lost is given again; what was kept as a dataset is no upload any more.
    assert post(small, b"", **again, map="class.positive=b")["dataset"] == kept
    gone = post(small, b"", upload=answer["upload"], preview="true")
    assert (gone["error_num"], gone["errors"][0]["field"]) == (4, "upload")
    # Nor does it become another dataset, or the same one read otherwise.
    other = {**again, "data_name": "asked too", "map": "class.positive=b"}
    assert "has become the dataset 'asked'" in post(small, b"", **other)["msg"]
    assert "asked too" not in names(small)
    assert post(small, b"", **again, map="class.positive=a")["error_num"] == 6
    assert small.get(f"{URL}/asked")["dataset"] == kept


def test_a_mapping_is_suggested_for_the_next_file_that_looks_the_same(small: Installation) -> None:
    query = {"proj_id": "SAME", "data_name": "same 1", "map": "class.positive=b"}
    assert post(small, asking(), **query)["error_num"] == 0
    answer = post(small, asking("ba"), proj_id="SAME", preview="true")
    assert answer["suggested"] == {"class.positive": "b"}
    assert post(small, asking(), proj_id="OTHER", preview="true")["suggested"] is None


@pytest.mark.parametrize(
    "query",
    [
        {"map": "class.positive"},
        {"map": "=b"},
        {"mapping": "{"},
        {"mapping": "[1]"},
        {"mapping": '{"class.positive": {}}'},
        {"mapping": json.dumps({"x": "y" * 1001})},
        {"map": ["class.positive=a", "class.positive=b"]},
        {"map": "class.positive=a", "mapping": '{"class.positive": "b"}'},
        {"mapping": json.dumps({str(number): "x" for number in range(501)})},
    ],
)
def test_a_mapping_that_is_none_is_refused(small: Installation, query: dict[str, Any]) -> None:
    answer = post(small, asking(), preview="true", **query)
    assert (answer["error_num"], answer["errors"][0]["field"]) == (2, "mapping")


def test_classes_that_are_numbers_are_shown_as_they_count(small: Installation) -> None:
    answer = post(small, asking("12"), preview="true", map="class.positive=1")
    cells = [row[answer["preview"]["columns"].index("class")] for row in answer["preview"]["rows"]]
    assert cells[:2] == ["1", "2 → 0"]
    assert answer["dataset"]["classes"] == {"0": 3, "1": 3}
    assert answer["dataset"]["class_names"] == {}


def test_answers_may_come_with_the_form_that_has_the_file(small: Installation) -> None:
    file = {"datafile": ("a.csv", asking(), "text/csv")}
    for fields in ({"map": "class.positive=b"}, {"mapping": '{"class.positive": "b"}'}):
        reply = small.http.post(URL, params={"preview": "true"}, data=fields, files=file).json()
        assert reply["dataset"]["class_names"] == {"0": "a", "1": "b"}


def test_a_file_beside_an_upload_is_refused_and_a_form_may_answer(small: Installation) -> None:
    upload = post(small, asking(), preview="true")["upload"]
    query = {"preview": "true", "upload": upload}
    both = post(small, asking(), **query, map="class.positive=a")
    assert (both["error_num"], both["errors"][0]["field"]) == (2, "upload")
    form = {"upload": upload, "map": "class.positive=b"}
    for file, expected in (((None, b""), 0), (("a.csv", b""), 0), (("a.csv", asking()), 2)):
        sent: dict[str, Any] = {
            "files": {"datafile": file},
            "params": {"preview": "true"},
            "data": form,
        }
        assert small.http.post(URL, **sent).json()["error_num"] == expected
    answered = small.http.post(
        URL, params=query, data={"map": "class.positive=b"}, files={"datafile": ("", b"")}
    ).json()
    assert answered["dataset"]["class_names"] == {"0": "a", "1": "b"}


@pytest.mark.parametrize("upload", ["UP1", "../..", "", "%00", "UP" + "x" * 30])
def test_an_upload_that_is_not_there(small: Installation, upload: str) -> None:
    answer = post(small, b"", upload=upload, preview="true")
    assert answer["error_num"] == (4 if upload else 7)


def put_row(installation: Installation, name: str, content: str) -> None:
    """As NEURO-LEARN writes a dataset."""
    statement = (
        "INSERT INTO backend_datasets (data_id, proj_id, user_id, data_name, data_cont, hdfs_path) "
        "VALUES (?, 'P', 'u', ?, ?, '')"
    )
    write(installation, statement, f"NL{abs(hash(name)) % 10**9}", name, content)


def state(installation: Installation, name: str) -> str:
    """The list says it, which waits for no worker."""
    found: str = {each["data_name"]: each for each in installation.get(URL)["datasets"]}[name][
        "state"
    ]
    return found


def test_a_row_of_neuro_learn_is_read_by_a_worker_when_it_is_first_seen(
    small: Installation,
) -> None:
    put_row(small, "theirs.csv", pd.read_csv(BytesIO(SIX)).to_json())
    assert state(small, "theirs.csv") in {"unread", "ready"}
    assert small.get(f"{URL}/theirs.csv")["dataset"]["subjects"] == 6
    assert state(small, "theirs.csv") == "ready"


def test_a_row_of_two_readings_asks_until_somebody_answers(small: Installation) -> None:
    put_row(small, "theirs asks", pd.read_csv(BytesIO(asking())).to_json())
    shown = small.get(f"{URL}/theirs asks")["dataset"]
    assert shown["state"] == "asks"
    assert [each["id"] for each in shown["questions"]] == ["class.positive"]
    refused = small.post(form(train_data=["theirs asks"]))
    assert [each["field"] for each in refused["errors"]] == ["train_data"]
    assert "more than one way" in refused["msg"]
    url = f"{URL}/{quote('theirs asks')}/mapping"

    def answer(**sent: Any) -> dict[str, Any]:
        found: dict[str, Any] = small.http.post(url, **sent).json()
        return found

    assert answer()["errors"][0]["field"] == "mapping"
    assert answer(content=b"{")["error_num"] == 1
    assert answer(json={"class.positive": "c"})["error_num"] == 7
    assert state(small, "theirs asks") == "asks"
    found = answer(json={"class.positive": "b"})["dataset"]
    assert (found["state"], found["class_names"]) == ("ready", {"0": "a", "1": "b"})
    assert answer(params={"map": "class.positive=a"})["dataset"]["class_names"]["1"] == "a"
    assert small.http.post(f"{URL}/nowhere/mapping", json={"x": "y"}).status_code == 404


NUMBERED = pd.DataFrame(
    {
        "ID": [f"s{row}" for row in range(12)],
        "LABEL_GROUP": [0, 1] * 6,
        **{
            f"GMV_{number}": np.random.default_rng(number).normal(2, 0.3, 12)
            for number in range(1, 91)
        },
    }
)


def test_the_atlas_of_numbered_regions_may_be_said_with_the_file_or_later(
    small: Installation,
) -> None:
    """And need not be; the row of NEURO-LEARN and the uploaded file are alike."""
    content = NUMBERED.to_csv(index=False).encode()
    post(small, content, proj_id="P", data_name="numbered")
    put_row(small, "their numbers", NUMBERED.to_json())
    for name in ("numbered", "their numbers"):
        url = f"{URL}/{quote(name)}"
        before = small.get(url)["dataset"]
        assert before["state"] == "ready"
        assert before["interpretation"]["atlas"] is None
        (offer,) = before["interpretation"]["offers"]
        assert [each["value"] for each in offer["choices"]] == ["aal90", "none"]
        shown = small.http.get(f"/datasets/{quote(name)}", headers={"accept": "text/html"}).text
        assert 'value="atlas=aal90"' in shown
        refused = small.http.post(f"{url}/mapping", json={"atlas": "cc200"}).json()
        assert refused["error_num"] == 7
        assert "CC200" in refused["msg"]
        answered = small.http.post(f"{url}/mapping", json={"atlas": "aal90"}).json()["dataset"]
        kept = small.get(url)["dataset"]
        for found in (answered, kept):
            assert found["interpretation"]["atlas"]["name"] == "aal90"
            assert found["interpretation"]["offers"] == []
        for part in ("subjects", "classes", "measures", "findings", "by_site", "distributions"):
            assert kept[part] == before[part]
    answer = post(small, content, preview="true", map="atlas=aal90")
    assert answer["dataset"]["interpretation"]["atlas"]["name"] == "aal90"
    form_of = {"train_data": ["numbered"], "model": "GCN", "param_set": {"graph": "spatial"}}
    assert small.post(form(**form_of))["error_num"] == 0


def test_measures_of_series_need_the_repetition_time(small: Installation, tmp_path: Path) -> None:
    """Which may be answered later; the model then measures new subjects by what they have."""
    regions = np.array(list("abcde"))
    np.savez(tmp_path / "x.npz", ids=IDS, labels=LABELS, regions=regions, timeseries=SERIES)
    content = (tmp_path / "x.npz").read_bytes()
    for name in ("untimed", "series"):
        post(small, content, proj_id="P", data_name=name)
    url = f"{URL}/series"
    settings = {"series_measures": "sd,low_frequency", "epochs": 1, "cv_folds": 0,
                "baselines": False, "explain": False}  # fmt: skip
    asked = form(train_data=["series"], model="GCN", param_set=settings)
    refused = small.post({**asked, "train_data": ["untimed"]})
    assert "low_frequency needs the repetition time" in refused["msg"]
    assert small.http.post(f"{url}/mapping", json={"series.tr": "two"}).json()["error_num"] == 7
    answered = small.http.post(f"{url}/mapping", json={"series.tr": "2"}).json()["dataset"]
    assert answered["interpretation"]["repetition_time"] == 2
    assert small.get(url)["dataset"]["interpretation"]["answers"]["series.tr"] == "2"
    posted = small.post(asked)
    assert posted["error_num"] == 0, posted["msg"]
    task = posted["task_form"]["task_id"]
    assert small.wait(task)["task_status"] == "Finished"
    assert small.get(f"/api/v0/tasks/{task}/manifest")["measures"] == ["sd", "low_frequency"]
    predict = f"/api/v0/tasks/{task}/predict"
    without = small.http.post(predict, content=content).json()
    assert "series.tr" in without["msg"]
    given = small.http.post(predict, params={"map": "series.tr=2"}, content=content).json()
    assert len(given["predictions"]) == len(IDS)


def test_a_content_that_changed_is_looked_at_again(small: Installation) -> None:
    post(small, SIX, proj_id="P", data_name="changing")
    content = content_of(small, "changing")
    del content["ALFF_5"], content["GMV_5"]
    content = {name: cells for name, cells in content.items() if not name.startswith("FC_")}
    change = "UPDATE backend_datasets SET data_cont = ? WHERE data_name = ?"
    assert write(small, change, json.dumps(content), "changing") == 1
    assert small.get(f"{URL}/changing")["dataset"]["regions"] == 4


def test_pages_hold_every_dataset_once(small: Installation) -> None:
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


def test_tasks_are_found_by_their_name(small: Installation) -> None:
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


@pytest.mark.nightly
def test_twice_the_largest_file_may_come_out_of_an_upload(tmp_path: Path) -> None:
    with (
        place_at(tmp_path, SGN_MAX_FILE_MB="2", SGN_MAX_UPLOAD_MB="1") as place,
        reading(place.variables),
    ):
        for size, sentence in ((3_900_000, "has no table"), (4_100_000, "is more than 4 MB once")):
            stream = BytesIO()
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("ROISignals_a.txt", "0 " * (size // 2))
                archive.writestr("ROISignals_b.txt", "")
            reply = place.http.post(URL, params={"preview": "true"}, content=stream.getvalue())
            assert (reply.status_code, reply.json()["error_num"]) == (422, 7)
            assert sentence in reply.json()["msg"]
