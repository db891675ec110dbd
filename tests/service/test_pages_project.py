"""The page of a project: what belongs to it and nothing else, for those who may see it."""

import re
from typing import Any

import httpx
import pytest

from service.pages.formats import path_of
from tests.installations import Installation
from tests.service.english import english_on
from tests.service.forms import names_given

PATH = "/projects/P"


def seen(small: Installation, path: str = PATH, language: str = "en") -> httpx.Response:
    headers = {"accept": "text/html", "accept-language": language}
    return httpx.get(small.url + path, headers=headers)


def test_it_shows_datasets_tasks_and_models(small: Installation, trained: dict[str, Any]) -> None:
    reply = seen(small)
    assert reply.status_code == 200
    datasets, tasks, models = re.split(r'<h2 id="(?:tasks|models)">', reply.text)
    names = [each["data_name"] for each in small.get("/api/v0/datasets", proj_id="P")["datasets"]]
    assert names
    for name in names[:50]:
        assert f'<a href="/datasets/{path_of(name)}">' in datasets
    address = f'<a href="/tasks/{trained["task_id"]}">'
    stored = [
        each["task_id"]
        for each in small.get("/api/v0/tasks", proj_id="P", status="Finished")["tasks"]
    ]
    assert trained["task_id"] in stored
    assert tasks.count("<tr>") - 1 == min(10, len(small.get("/api/v0/tasks", proj_id="P")["tasks"]))
    if stored.index(trained["task_id"]) < 20:
        assert address in models
        assert f'href="/api/v0/tasks/{trained["task_id"]}/model"' in models
        assert f'href="/tasks/new?parent={trained["task_id"]}"' in models
        assert re.search(r"AUC <strong>[01]\.\d\d</strong>", models)
    assert re.search(
        r'<dt>Finished</dt><dd><a href="/\?proj_id=P&amp;status=Finished">\d+', datasets
    )


def test_lists_lead_to_it(small: Installation, trained: dict[str, Any]) -> None:
    assert trained
    for path in ("/", "/datasets"):
        assert 'href="/projects/P"' in seen(small, path).text, path


@pytest.mark.parametrize("path", ["/projects/NOBODYS", "/projects/p", f"/projects/{'x' * 40}"])
def test_a_project_without_anything_is_not_there(
    small: Installation, trained: dict[str, Any], path: str
) -> None:
    assert trained
    assert seen(small, path).status_code == 404


def test_in_chinese_no_sentence_is_english(small: Installation, trained: dict[str, Any]) -> None:
    text = seen(small, language="zh-CN").text
    assert "此项目的所有任务" in text
    assert english_on(text, names_given(small)) == []
    assert trained["task_id"] in text
