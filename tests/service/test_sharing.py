"""The report of one task by a link: until it expires or the secret changes, and for no more."""

import re
import time
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from service.pages.access import DAY_SECONDS, SharedReport
from tests.places import PLAIN, Place, place_at
from tests.service.english import english_on

SECRET, OTHER = "of this installation", "of another installation"
NOW = 1_704_110_400.0
SHARED = SharedReport("TASK24010112000000001", int(NOW) + DAY_SECONDS)


def test_a_link_is_good_until_it_expires() -> None:
    token = SHARED.token(SECRET)
    assert re.fullmatch(r"[\w-]+\.[\w-]+", token)
    assert SharedReport.of_token(SECRET, token, NOW) == SHARED
    assert SharedReport.of_token(SECRET, token, NOW + DAY_SECONDS - 1) == SHARED
    assert SharedReport.of_token(SECRET, token, NOW + DAY_SECONDS) is None


@pytest.mark.parametrize("secret", [OTHER, ""])
def test_another_secret_makes_it_void(secret: str) -> None:
    assert SharedReport.of_token(secret, SHARED.token(SECRET), NOW) is None


def test_nothing_of_it_can_be_changed() -> None:
    token = SHARED.token(SECRET)
    content, signature = token.split(".")
    later = SharedReport(SHARED.task_id, SHARED.until + 1).token(OTHER).split(".")[0]
    wrong = [f"{later}.{signature}", content, f"{content}.", f".{signature}", "", ".", "a.b.c"]
    wrong += [f"{content}.{signature}x", f"{token}.{signature}", "é.é", "x" * 10_000]
    for place in range(len(token)):
        changed = "A" if token[place] != "A" else "B"
        wrong.append(token[:place] + changed + token[place + 1 :])
    for text in wrong:
        found = SharedReport.of_token(SECRET, text, NOW)
        # The last character of a part may hold bits that do not count.
        assert found in (None, SHARED), text
    assert sum(SharedReport.of_token(SECRET, text, NOW) is not None for text in wrong) <= 2


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_at(tmp_path_factory.mktemp("sharing"), SGN_SHARE_SECRET=SECRET) as found:
        yield found


@pytest.fixture(scope="module")
def task_id(place: Place) -> str:
    task_id = place.submit(task_name="to share", param_set={**PLAIN, "epochs": 2, "cv_folds": 2})
    place.wait(task_id)
    return task_id


def made(place: Place, task_id: str, language: str = "en") -> httpx.Response:
    headers = {
        "accept": "text/html",
        "accept-language": language,
        "origin": str(place.http.base_url).rstrip("/"),
    }
    return place.http.post(f"/tasks/{task_id}/share", data={"days": "7"}, headers=headers)


def link_in(text: str) -> str:
    found = re.search(r'<input id="link" value="([^"]+)"', text)
    assert found
    return unescape(found[1])


def test_whoever_has_the_link_reads_the_report_and_nothing_else(place: Place, task_id: str) -> None:
    page = place.http.get(f"/tasks/{task_id}", headers={"accept": "text/html"}).text
    assert f'action="/tasks/{task_id}/share"' in page
    reply = made(place, task_id)
    assert (reply.status_code, reply.headers["cache-control"]) == (200, "no-store")
    link = link_in(reply.text)
    # As somebody else, by a name of the host that needs a token otherwise.
    stranger = {"host": "stranger.example.org", "accept": "text/html"}
    path = link.removeprefix(str(place.http.base_url).rstrip("/"))
    report = place.http.get(path, headers=stranger)
    assert report.status_code == 200
    assert "to share" in report.text
    assert report.headers["content-type"].startswith("text/html")
    assert report.headers["cache-control"] == "no-store"
    assert report.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in report.headers["x-robots-tag"]
    for other in (f"/tasks/{task_id}", f"/api/v0/tasks/{task_id}/report", "/", "/shared"):
        assert place.http.get(other, headers=stranger).status_code in (401, 403), other
    assert place.http.get(path + "x", headers=stranger).status_code == 404
    log = (place.folder / "serve.log").read_text()
    assert f"task {task_id}: report shared until " in log
    assert f"task {task_id}: shared report opened" in log
    assert path.rpartition("/")[2] not in log
    audit = place.http.get("/api/v0/audit").json()["audit"]
    assert [(each["action"], each["object_id"]) for each in audit][:1] == [("share", task_id)]


def test_links_are_made_void_and_later_ones_are_good(place: Place, task_id: str) -> None:
    origin = str(place.http.base_url).rstrip("/")
    first, second = (link_in(made(place, task_id).text) for _ in range(2))
    old = f"{origin}/shared/{SharedReport(task_id, int(time.time()) + 86_400).token(SECRET)}"
    assert [place.http.get(link).status_code for link in (first, second, old)] == [200] * 3
    headers = {"accept": "text/html", "origin": origin}
    reply = place.http.post(f"/tasks/{task_id}/unshare", headers=headers)
    assert reply.status_code == 200
    assert "links to this report that were made until now are void" in reply.text
    for link in (first, second, old):
        gone = place.http.get(link, headers={"accept": "text/html"})
        assert gone.status_code == 404
        assert "to share" not in gone.text
    assert place.http.get("/api/v0/audit").json()["audit"][0]["action"] == "unshare"
    assert place.http.get(link_in(made(place, task_id).text)).status_code == 200


def test_it_speaks_chinese(place: Place, task_id: str) -> None:
    text = made(place, task_id, "zh-CN").text
    assert "分享报告" in text
    assert english_on(text, names=("to share",)) == []


def test_what_has_no_report_is_not_shared(place: Place) -> None:
    reply = made(place, place.submit(task_name="waits"))
    assert reply.status_code == 404
    assert "has not finished" in reply.text
    assert made(place, "TASK1").status_code == 404
