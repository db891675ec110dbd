"""How a file is met on the pages: read, asked about or refused; without a script, by its fields."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

import httpx
import pytest

from graphnet.data.synthetic import cohort_table
from tests.databases import query
from tests.installations import GIVE_UP_SECONDS, Installation
from tests.service.english import english_on
from tests.service.forms import SMALL

ROW = "INSERT INTO backend_datasets (data_id, proj_id, user_id, data_name, data_cont, hdfs_path) "


@pytest.fixture
def browser(installation: Installation) -> Iterator[httpx.Client]:
    headers = {"accept": "text/html"}
    with httpx.Client(base_url=installation.url, headers=headers, timeout=60) as http:
        yield http


def table(first: str, second: str, column: str = "group") -> str:
    """Twenty subjects of two classes by these words, as CSV."""
    found = cohort_table("words", 0, 20, seed=3, recipe=SMALL)
    labels = list(found.columns).index("LABEL_GROUP")
    found = found.drop(columns=["LABEL_GROUP", "LABEL_SCORE"])
    found.insert(labels, column, [first, second] * 10)
    return str(found.to_csv(index=False))


def fields(page: str) -> dict[str, str]:
    """The hidden fields of a page, as a browser sends them."""
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in pairs}


def posted(browser: httpx.Client, path: str, text: str, form: Mapping[str, str]) -> httpx.Response:
    """A form with its file, which is empty where none was chosen."""
    file = ("words.csv" if text else "", text.encode())
    return browser.post(path, data=dict(form), files={"datafile": file})


def written(installation: Installation, name: str, text: str) -> None:
    """A row that NEURO-LEARN writes."""
    rows = [line.split(",") for line in text.split()]
    columns = {
        column: {
            str(row): cells[place] if place < 2 else float(cells[place])
            for row, cells in enumerate(rows[1:])
        }
        for place, column in enumerate(rows[0])
    }
    content = json.dumps(columns)
    query(
        f"sqlite://{installation.home / 'sgn.sqlite3'}",
        f"{ROW} VALUES ('NL{name}', 'P', 'u', '{name}', '{content}', '')",
    )


def test_a_file_is_asked_about_and_stored_without_being_sent_again(browser: httpx.Client) -> None:
    preview = "/datasets?preview=true"
    asked = posted(browser, preview, table("alpha", "beta"), {"proj_id": "", "data_name": ""})
    assert asked.status_code == 422
    assert "Questions about the file: 1" in asked.text
    assert 'value="words"' in asked.text  # its name stands in the form
    assert '<option value="class.positive=alpha">' in asked.text
    assert (
        "selected" not in asked.text.partition('name="map" required')[2].partition("</select>")[0]
    )
    assert not re.search(r'name="datafile" type="file" required', asked.text)

    again = posted(browser, preview, "", {**fields(asked.text), "map": ""})
    assert again.status_code == 422
    assert "Choose one of the answers." in again.text

    answer = {**fields(again.text), "map": "class.positive=beta"}
    seen = posted(browser, preview, "", answer)
    assert seen.status_code == 200
    assert "Nothing is stored yet." in seen.text
    assert "alpha: 10 · beta: 10" in seen.text
    assert "<code>alpha</code> (control), <code>beta</code>" in seen.text
    assert fields(seen.text)["map"] == "class.positive=beta"

    taken = posted(browser, "/datasets", "", {**fields(seen.text), "proj_id": "", "data_name": "w"})
    assert taken.status_code == 422  # the project is missing; the file and the answer are not
    form = {**fields(taken.text), "proj_id": "PW", "data_name": "in words"}
    stored = posted(browser, "/datasets", "", form)
    assert (stored.status_code, stored.headers["location"]) == (303, "/datasets/in%20words")
    shown = browser.get("/datasets/in%20words").text
    assert "How it was read" in shown
    assert "<code>class.positive=beta</code>" in shown
    assert "alpha: 10, beta: 10" in browser.get("/datasets?proj_id=PW").text
    assert "alpha: 10" in browser.get("/tasks/new?proj_id=PW").text

    suggested = posted(browser, preview, table("alpha", "beta"), {"proj_id": "PW"})
    assert "This answer was given for a similar file." in suggested.text
    assert 'value="class.positive=beta" selected' in suggested.text


def test_a_file_that_cannot_be_read_says_so_beside_it(browser: httpx.Client) -> None:
    refused = posted(browser, "/datasets?preview=true", table("a", "b", "hobby"), {})
    assert refused.status_code == 422
    assert "class=COLUMN" in refused.text
    assert "Questions about the file" not in refused.text
    meant = {"map": "class=hobby"}
    asked = posted(browser, "/datasets?preview=true", table("a", "b", "hobby"), meant)
    assert "Questions about the file: 1" in asked.text
    assert fields(asked.text)["map"] == "class=hobby"


def test_a_row_that_can_be_read_in_two_ways_is_asked_about(
    browser: httpx.Client, installation: Installation
) -> None:
    written(installation, "of_django", table("gamma", "delta"))
    page = browser.get("/datasets/of_django")
    assert page.status_code == 200
    assert "It has open questions." in page.text
    assert "Train on this dataset" not in page.text
    assert "It has open questions." in browser.get("/datasets").text
    assert "It has open questions." in browser.get("/tasks/new?proj_id=P").text
    refused, deadline = "", time.monotonic() + GIVE_UP_SECONDS
    # An answer does not wait for the form to be kept, and the tests before may have refused as many
    # as a minute keeps.
    while "of_django" not in refused:
        assert time.monotonic() < deadline
        installation.post({"proj_id": "P", "task_type": "dl_ts", "train_data": ["of_django"]})
        time.sleep(0.5)
        refused = browser.get("/refused", headers={"accept-language": "zh-CN"}).text
    assert english_on(refused) == []

    where = "/datasets/of_django/mapping"
    unanswered = browser.post(where, data={"asked": "class.positive", "map": ""})
    assert unanswered.status_code == 422
    assert "mapping is missing" in unanswered.text
    wrong = browser.post(where, data={"map": "class.positive=nobody"})
    assert wrong.status_code == 422
    assert "nobody" in wrong.text
    answered = browser.post(where, data={"map": "class.positive=delta"})
    assert (answered.status_code, answered.headers["location"]) == (303, "/datasets/of_django")
    shown = browser.get("/datasets/of_django").text
    assert "gamma: 10 · delta: 10" in shown
    assert "Train on this dataset" in shown


def test_a_row_whose_class_has_no_name_that_is_known_can_be_mended(
    browser: httpx.Client, installation: Installation
) -> None:
    written(installation, "of_hobbies", table("chess", "football", "hobby"))
    page = browser.get("/datasets/of_hobbies").text
    assert "It cannot be read as subjects and regions." in page
    assert "class=COLUMN" in page
    assert browser.post("/datasets/of_hobbies/mapping", data={"map": "x"}).status_code == 422
    answers = {"map": ["class=hobby", "class.positive=football"]}
    mended = browser.post("/datasets/of_hobbies/mapping", data=answers)
    assert mended.status_code == 303
    assert "chess: 10 · football: 10" in browser.get("/datasets/of_hobbies").text


def test_questions_are_said_in_chinese(browser: httpx.Client) -> None:
    browser.headers["accept-language"] = "zh-CN"
    asked = posted(browser, "/datasets?preview=true", table("alpha", "beta"), {})
    assert "关于该文件的问题：1 个" in asked.text
    assert "请选择…" in asked.text


def test_new_subjects_are_asked_about_too(browser: httpx.Client, trained: dict[str, Any]) -> None:
    where = f"/tasks/{trained['task_id']}/predict"
    columns = [f"V{number}" for number in range(1, 16)]
    rows = [",".join(["s" + str(row), *(f"0.{row}{n}" for n in range(15))]) for row in range(1, 5)]
    asked = posted(browser, where, "\n".join([",".join(["ID", *columns]), *rows]), {})
    assert asked.status_code == 422
    assert f'action="{where}"' in asked.text
    assert '<option value="regions.V=edges">' in asked.text

    again = posted(browser, where, "", {**fields(asked.text), "map": ""})
    assert "Choose one of the answers." in again.text
    other = posted(browser, where, "", {**fields(again.text), "map": "regions.V=other"})
    assert other.status_code == 422
    assert "Questions about the file" not in other.text
    gone = posted(browser, where, "", {**fields(again.text), "map": "regions.V=other"})
    assert "send the file again" in gone.text.lower()


def test_a_task_calls_classes_by_their_names(
    browser: httpx.Client, installation: Installation
) -> None:
    text = table("HC", "SZ")
    query = {"proj_id": "PN", "user_id": "u", "data_name": "named"}
    assert browser.post("/api/v0/datasets", params=query, content=text).json()["error_num"] == 0
    settings = {"epochs": 1, "cv_folds": 2}
    form = {"task_type": "dl_ts", "proj_id": "PN", "train_data": "named", "param_set": settings}
    task = installation.wait(installation.post(form)["task_form"]["task_id"])
    assert task["task_status"] == "Finished", task["error"]
    page = browser.get(f"/tasks/{task['task_id']}").text
    assert "Probability of HC" in page
    assert "Probability of SZ" in page
    assert re.search(r"<th[^>]*>Class SZ|<th[^>]*>SZ", page)
    assert re.search(r'<td class="number"[^>]*>SZ</td>', page)
    new = posted(browser, f"/tasks/{task['task_id']}/predict", text, {})
    assert "Probability of SZ" in new.text
    assert re.search(r"<strong>(HC|SZ)</strong>", new.text)
    saved = posted(browser, f"/tasks/{task['task_id']}/predict", text, {"as": "csv"})
    assert saved.text.splitlines()[0].startswith("id,site,predicted,class_name,probability_0")
