"""The page for operators: who may see it, and what it says of a real installation."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from db.datasets import stored_by_project
from db.queue.queue_state import RunningTask
from db.server.connection import close_database, open_database
from service.pages.formats import size
from service.pages.operators import Worker, disk_of, workers_at_work
from tests.databases import blocking
from tests.installations import new_token, process
from tests.places import WORKER, Place, place_at
from tests.service.english import english_on

PATH = "/operators"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service without a worker, that has accepted one form and refused another."""
    with place_at(tmp_path_factory.mktemp("operators")) as found:
        found.submit(task_name="waits")
        refused = found.http.post("/api/v0/new_task", content='{"proj_id": "REFUSEDONE"}')
        assert refused.json()["error_num"] != 0
        yield found


@pytest.fixture(scope="module")
def tokens(place: Place) -> dict[str, str]:
    return {
        name: new_token(place.variables, project, role)
        for name, project, role in (
            ("operator", "*", "admin"),
            ("of a project", "P", "admin"),
            ("submitter", "*", "submit"),
        )
    }


def seen(place: Place, token: str, language: str = "en", path: str = PATH) -> httpx.Response:
    headers = {
        "authorization": f"Bearer {token}",
        "accept": "text/html",
        "accept-language": language,
    }
    return place.http.get(path, headers=headers)


def until(place: Place, tokens: dict[str, str], is_so: Callable[[str], bool]) -> str:
    """The page once it is so: what was found last is good for some seconds."""
    deadline = time.monotonic() + 60
    while not is_so(text := seen(place, tokens["operator"]).text):
        assert time.monotonic() < deadline, text
        time.sleep(0.3)
    return text


@pytest.mark.parametrize("name", ["of a project", "submitter"])
def test_only_operators_see_it(place: Place, tokens: dict[str, str], name: str) -> None:
    reply = seen(place, tokens[name])
    assert reply.status_code == 403
    assert "role admin for all projects" in reply.text
    assert f'href="{PATH}"' not in seen(place, tokens[name], path="/").text


def test_it_says_what_is_wrong_and_what_to_do(place: Place, tokens: dict[str, str]) -> None:
    assert f'href="{PATH}"' in seen(place, tokens["operator"], path="/").text
    reply = seen(place, tokens["operator"])
    assert reply.status_code == 200
    problems = reply.text.partition('id="queue"')[0]
    assert "No worker is running" in problems
    assert "→ Start a worker:" in problems
    assert "No worker shows life." in reply.text
    assert re.search(r"<dt>Waiting</dt><dd>1</dd>", reply.text)
    assert "Longest wait" in reply.text
    assert "REFUSEDONE" in reply.text
    of_project = r"<td[^>]*>(<a [^>]*>)?P(</a>)?</td><td[^>]*>2</td><td[^>]*>[\d.]+ kB</td>"
    assert re.search(of_project, reply.text)
    assert re.search(r"SQLite [\d.]+", reply.text)
    assert re.search(r"(Valkey|Redis) [\d.]+", reply.text)
    assert re.search(r"nld-sgn [\d.]+", reply.text)
    assert "Objects can be written" in reply.text


def test_in_chinese_no_sentence_is_english(place: Place, tokens: dict[str, str]) -> None:
    reply = seen(place, tokens["operator"], "zh-CN")
    assert "没有工作进程" in reply.text
    assert english_on(reply.text) == []


@pytest.mark.nightly
def test_a_worker_is_shown_with_its_device(place: Place, tokens: dict[str, str]) -> None:
    with process(*WORKER, log=place.folder / "worker.log", **place.variables):
        worker = re.compile(r'<span class="mono">[^<]+:\d+</span>')
        text = until(place, tokens, lambda text: worker.search(text) is not None)
        assert "No worker shows life." not in text
        assert "No worker is running" not in text


def test_what_is_away_stands_among_the_problems(place: Place, tokens: dict[str, str]) -> None:
    """A registry that has lost its folder; the rest of the page is as ever."""
    folder = place.folder / "registry"
    folder.rename(place.folder / "lost")
    try:
        text = until(place, tokens, lambda text: "Fault: registry." in text)
        assert "<dt>Waiting</dt>" in text
        assert "The folder cannot be looked at." in text
    finally:
        (place.folder / "lost").rename(folder)


def test_the_largest_project_comes_first(place: Place) -> None:
    async def ask() -> list[tuple[str, int, bool]]:
        await open_database(place.variables["SGN_DATABASE_URL"])
        found = await stored_by_project()
        await close_database()
        return [(each.proj_id, each.datasets, each.stored_bytes > 0) for each in found]

    assert blocking(ask()) == [("P", 2, True)]


def test_a_task_stands_by_its_worker() -> None:
    task, lost = RunningTask("T1", "a:1", "cuda:0", 5.0), RunningTask("T2", "c:3", "cpu", 9.0)
    assert workers_at_work({"b:2": "cpu", "a:1": "cuda"}, [lost, task]) == (
        [Worker("a:1", "cuda", (task,)), Worker("b:2", "cpu")],
        [lost],
    )


def test_the_disk_is_that_of_the_folder(tmp_path: Path) -> None:
    found = disk_of(tmp_path.as_uri())
    assert found is not None
    assert 0 < found.free <= found.total
    assert 0 <= found.share_used < 1
    assert disk_of("s3://models/sgn") is None
    with pytest.raises(OSError, match="not there"):
        disk_of((tmp_path / "not there").as_uri())


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_960, "1.0 MB"), (1_530_000_000, "1.5 GB")],
)
def test_sizes_are_in_decimal_units(number: int, shown: str) -> None:
    assert size(number) == shown
