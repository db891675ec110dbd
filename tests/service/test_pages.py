"""The pages' words in every language, their files, and what they say to whom; without a browser."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jinja2.ext import extract_from_ast

from graphnet.artifacts.metrics import SplitMetrics
from graphnet.config import OPTIONS
from graphnet.report.tables import KEPT, with_interval
from service import pages
from service.forms.schema import ParamSet, PostedForm
from service.pages.formats import (
    ACTIONS,
    CHECK_STATES,
    DATASET_STATES,
    STATES,
    duration,
    figure,
    interval,
)
from service.pages.site import CHINESE, LANGUAGES, catalogue, environment, own
from tests.installations import Installation
from tests.service.english import english_in, english_on, shown_by
from tests.service.forms import names_given

TEMPLATES = Path(str(pages.__file__)).parent / "templates"
MOST_BYTES = 300_000


def said() -> set[str]:
    """Every string that a page may say."""
    every = (STATES, DATASET_STATES, ACTIONS, CHECK_STATES)
    found = {text for named in every for text in named.values()}
    english = environment("en")
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        messages = [message for _, _, message in extract_from_ast(english.parse(text))]
        found |= {str(each[0]) if isinstance(each, tuple) else str(each) for each in messages}
    return found


def test_everything_is_said_in_chinese_and_nothing_else_is() -> None:
    known = {message.id: message.string for message in catalogue(CHINESE.tag) if message.id}
    assert set(known) == said()
    for asked, answered in known.items():
        assert answered
        assert re.findall(r"%\(\w+\)s", str(asked)) == re.findall(r"%\(\w+\)s", str(answered))


@pytest.fixture
def browser(small: Installation) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=small.url, headers={"accept": "text/html"}) as http:
        yield http


@pytest.mark.parametrize(
    "path",
    ["/", "/datasets", "/tasks/new", "/sign-in", "/?status=Failed&q=x", "/refused", "/audit"],
)
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_page_is_there_in_every_language(
    browser: httpx.Client, path: str, language: str
) -> None:
    reply = browser.get(path, headers={"accept-language": language})
    assert reply.status_code == 200
    assert f'lang="{language}"' in reply.text
    assert "script-src 'self'" in reply.headers["content-security-policy"]
    assert not re.search(r"<script(?! src=)|\son\w+=", reply.text)


def test_every_time_names_its_zone(browser: httpx.Client, trained: dict[str, Any]) -> None:
    """As the browser's script does for those who let it run."""
    paths = ("/", "/projects/P", "/refused", "/audit", "/compare", "/tasks/new?task_type=dl_ft")
    times = []
    for path in (*paths, f"/tasks/{trained['task_id']}"):
        text = browser.get(path).text
        times += re.findall(r"<time datetime=[^>]*>(.*?)</time>", text)
        outside = re.sub(r"<time datetime=.*?</time>", "", text)
        assert not re.search(r"\d\d:\d\d(?! UTC)", shown_by(outside)), path
    assert len(times) >= 5
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d UTC", time) for time in times)


def test_no_page_says_a_sentence_in_english_in_chinese(
    browser: httpx.Client, small: Installation, trained: dict[str, Any]
) -> None:
    task_id = trained["task_id"]
    small.post({"proj_id": "P", "task_type": "dl_ts", "train_data": ["none"]})  # is refused
    of_task = (
        f"/tasks/{task_id}", f"/tasks/{task_id}/predict", f"/compare?task={task_id}",
        f"/tasks/new?like={task_id}", f"/tasks/new?parent={task_id}",
        f"/tasks/{task_id}/predictions?wrong=true", f"/tasks/{task_id}/predictions?q=nobody",
    )  # fmt: skip
    others = (
        "/",
        "/datasets",
        "/datasets/small_SZ",
        "/tasks/new",
        "/sign-in",
        "/refused",
        "/audit",
    )
    empty = (
        "/?q=nothing",
        "/datasets?tag=none",
        "/datasets?proj_id=none",
        "/tasks/new?proj_id=none",
    )
    example = "/tasks/new?proj_id=P&train_data=small_SZ&example=true"
    in_english: list[str] = []
    for path in (*others, *of_task, *empty, example, "/compare", "/tasks/TASK0", "/none"):
        page = browser.get(path, headers={"accept-language": "zh-CN"}).text
        assert english_on(page, names_given(small)) == [], path
        in_english += english_in(shown_by(browser.get(path).text))
    assert len(in_english) > 20  # so many would have been found


def test_what_is_answered_to_a_form_is_chinese_too(
    browser: httpx.Client, small: Installation
) -> None:
    """A wrong form, files that cannot be read or ask, and a preview, as the pages answer them."""
    chinese = {"accept-language": "zh-CN"}
    wrong = {
        "task_type": "dl_ts", "proj_id": "P", "train_data": "none", "param_set:epochs": "0",
        "param_set:learning_rate": "fast", "param_set:cv_folds": "1",
        "param_set:covariates": "AGE", "param_set:dropout": "2",
    }  # fmt: skip
    pages = [browser.post("/tasks/new", data=wrong, headers=chinese)]
    cells = ((row % 2, "AB"[row % 3 > 0], 20 + row, row / 7, "" if row == 3 else row / 9)
             for row in range(12))  # fmt: skip
    lines = [f"S{row}," + ",".join(map(str, line)) for row, line in enumerate(cells)]
    good = "\n".join(["ID,LABEL_GROUP,SITE,AGE,GMV_1,GMV_2", *lines])
    for content in (
        good,
        good.replace(",0,", ",1,").replace(",1,", ",2,", 4),
        "ID,AGE\n1,30\n",
        "?",
    ):
        files = {"datafile": ("cohort.csv", content.encode(), "text/csv")}
        data = {"proj_id": "P"}
        address = "/datasets?preview=true"
        pages.append(browser.post(address, files=files, data=data, headers=chinese, timeout=60))
    assert [page.status_code for page in pages][:2] == [422, 200]
    for page in pages:
        assert english_on(page.text, names_given(small)) == [], page.request.url
        assert re.search("[\u4e00-\u9fff]", page.text)
    assert 'id="f-epochs-error"' in pages[0].text
    assert re.findall(r'<th scope="col">([^<]*)</th>', pages[1].text)[:4] == [
        "受试者编号", "类别", "站点名称", "AGE",
    ]  # fmt: skip


def test_all_of_a_page_is_small_and_from_here(browser: httpx.Client) -> None:
    reply = browser.get("/")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', reply.text)
    assert all(address.startswith(("/", "#")) for address in addresses)
    files = {address for address in addresses if address.startswith("/static/")}
    content = [browser.get(address) for address in files]
    assert len(files) >= 4
    assert all("immutable" in each.headers["cache-control"] for each in content)
    assert len(reply.content) + sum(len(each.content) for each in content) < MOST_BYTES


def test_a_file_comes_compressed_and_only_ours_do(browser: httpx.Client) -> None:
    (address,) = set(re.findall(r'href="(/static/\w+/page.css)"', browser.get("/").text))
    with browser.stream("GET", address, headers={"accept-encoding": "gzip"}) as reply:
        raw = b"".join(reply.iter_raw())
    assert b"--accent" in gzip.decompress(raw)
    old = browser.get("/static/000000000000/page.css", headers={"accept-encoding": "identity"})
    assert old.headers["cache-control"] == "no-cache"
    assert browser.get("/static/1/..%2Fsite.py").status_code == 404
    assert browser.get("/static/1/site.py").status_code == 404


def test_a_fault_is_a_page_for_a_person_and_json_for_a_program(browser: httpx.Client) -> None:
    shown = browser.get("/tasks/TASK0")
    assert shown.status_code == 404
    assert "There is no task &#39;TASK0&#39;." in shown.text
    told = browser.get("/tasks/TASK0", headers={"accept": "*/*"})
    assert told.json()["error_num"] == 4


def test_what_others_named_cannot_run_here(browser: httpx.Client) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    reply = browser.get("/", params={"q": hostile, "proj_id": "x"})
    assert hostile not in reply.text
    assert "&lt;img" in reply.text


def test_no_setting_of_the_form_is_missing(browser: httpx.Client) -> None:
    text = browser.get("/tasks/new?proj_id=P").text
    names = set(re.findall(r'name="param_set:(\w+)"', text))
    # Datasets of other atlases are picked, each with the number of its atlas.
    assert names | {"trained_task_id", "atlases"} == set(ParamSet.model_fields)
    assert set(OPTIONS) - {"atlases"} < names
    assert 'name="atlas_of"' in text
    beside = set(re.findall(r'name="(\w+)"', text)) - {"key", "viewport", "next", "atlas_of"}
    assert beside == set(PostedForm.model_fields) - {"param_set"}
    assert {"small_SZ", "small_NC"} <= set(re.findall(r'name="train_data" value="([^"]+)"', text))


def test_a_wrong_form_comes_back_with_all_its_errors(browser: httpx.Client) -> None:
    form: dict[str, Any] = {
        "task_type": "dl_ts", "proj_id": "P", "train_data": "small_SZ", "task_name": "mine",
        "param_set:epochs": "0", "param_set:learning_rate": "fast", "param_set:seed": "",
    }  # fmt: skip
    reply = browser.post("/tasks/new", data=form)
    assert reply.status_code == 422
    assert 'id="f-epochs-error"' in reply.text
    assert 'id="f-learning_rate-error"' in reply.text
    assert 'value="fast"' in reply.text
    assert 'value="mine"' in reply.text
    assert re.search(r'name="train_data" value="small_SZ"[^>]* checked', reply.text)
    assert reply.text.count("autofocus") == 1


def test_only_a_page_of_ours_is_gone_on_to() -> None:
    assert own("/tasks/T?x=1") == "/tasks/T?x=1"
    for foreign in ("//evil", "https://evil", "/\\evil", "evil", "", "/a\nb", "//[", "//\u2100"):
        assert own(foreign) == "/"


def test_an_address_that_is_none_is_not_gone_on_to(browser: httpx.Client) -> None:
    reply = browser.get("/sign-in", params={"next": "//["})
    assert reply.status_code == 200
    assert 'name="next" value="/"' in reply.text
    assert browser.get("/preferences", params={"next": "//["}).headers["location"] == "/"
    assert browser.get("/%2F[").status_code == 404


def test_what_no_database_can_look_for_is_not_looked_for(browser: httpx.Client) -> None:
    """PostgreSQL refuses a statement with such a letter."""
    assert browser.get("/?q=%00").status_code == 422
    text = browser.get("/tasks/new?proj_id=%00").text
    assert 'name="train_data"' not in text
    form = {"task_type": "dl_ts", "proj_id": "\0", "train_data": "small_SZ"}
    assert browser.post("/tasks/new", data=form).status_code == 422


def test_numbers_are_written_as_they_are_known() -> None:
    assert figure(None) == "—"
    auc = SplitMetrics(20, {"auc": 0.8123}, {"auc": (0.7, 0.9)})
    assert with_interval(auc, "auc") == f"0.812 [0.700,{KEPT}0.900]"
    assert with_interval(SplitMetrics(20, {"auc": None}, {"auc": (0.7, 0.9)}), "auc") == "—"
    assert interval([0.7, 0.9]) == "[0.70, 0.90]"
    assert interval(None) == ""
    assert [duration(each) for each in (None, 4.4, 61, 3660, 90_000)] == [
        "—", "4 s", "1 min 1 s", "1 h 1 min", "1 d 1 h"
    ]  # fmt: skip
    assert [duration(each, CHINESE.tag) for each in (4.4, 61, 3660, 90_000)] == [
        "4 秒", "1 分 1 秒", "1 小时 1 分", "1 天 1 小时"
    ]  # fmt: skip


@pytest.mark.parametrize(("tag", "soon"), [("en", "any moment"), ("zh-CN", "即将完成")])
def test_what_still_runs_is_not_shown_as_done(tag: str, soon: str) -> None:
    progress = {"percent": 99.9, "epoch": 3, "epochs": 3, "eta_seconds": 0.2}
    task = {"task_status": "Running", "progress": progress}
    shown = shown_by(environment(tag).get_template("task_live.html").render(task=task))
    assert "99 %" in shown
    assert "100" not in shown
    assert soon in shown
