"""The addresses of forms, the code of each answer, and who hears of a form that was refused."""

import gzip
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from graphnet.messages import Message
from service.api.endpoints import ENDPOINTS
from service.forms.refusal_log import MOST_OF_PROJECT
from service.http.exception_handlers import ACCEPTED, FORM_ADDRESSES, REFUSED
from service.http.responses import ErrorNum
from service.pages.table import PAGES
from tests.installations import Installation
from tests.places import Place, place_at
from tests.service.forms import body, form, heard, tasks
from tests.service.test_access import client, sgn_token, wait_until_closed

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 30
ADDRESSES = {
    *("/api/v0/new_task", "/api/v0/new_sgn_task", "/api/v0/newtask"),
    *("/rest/sgnservice/v0/task/insert", "/rest/sgnservice/v0/new_sgn_task"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service without a worker, where three tasks may wait."""
    with place_at(tmp_path_factory.mktemp("refused"), SGN_MAX_WAITING="3") as found:
        yield found


def test_the_five_addresses_are_all() -> None:
    assert set(FORM_ADDRESSES) == ADDRESSES


def test_the_old_question_whether_the_database_answers(small: Installation) -> None:
    for path in ("/api/v0/test_db", "/rest/sgnservice/v0/test_db"):
        reply = small.http.get(path)
        assert (reply.status_code, reply.text) == (200, "success")


@pytest.mark.parametrize("path", sorted(ADDRESSES))
def test_each_address_takes_a_form_and_says_code(small: Installation, path: str) -> None:
    reply = small.http.post(path, content=body())
    answer = reply.json()
    assert (reply.status_code, answer["error_num"], answer["code"]) == (200, 0, ACCEPTED)
    assert answer["task_form"]["task_id"].startswith("TASK")
    key = {"idempotency-key": f"code at {path}"}
    twice = [small.http.post(path, content=body(), headers=key).json() for _ in "ab"]
    assert twice[0] == twice[1]
    assert twice[0]["code"] == ACCEPTED


GZIP = {"content-encoding": "gzip"}
REFUSALS: dict[str, tuple[str, bytes, dict[str, str], int, ErrorNum]] = {
    "unreadable": ("POST", b'{"proj_id"', {}, 400, ErrorNum.BODY_UNREADABLE),
    "empty": ("POST", b"", {}, 400, ErrorNum.BODY_UNREADABLE),
    "wrong": ("POST", b'{"proj_id": "P"}', {}, 422, ErrorNum.FORM_INVALID),
    "a key": ("POST", body().encode(), {"idempotency-key": ""}, 422, ErrorNum.FORM_INVALID),
    "large": ("POST", b" " * 1_000_001, {}, 413, ErrorNum.TOO_LARGE),
    "compressed": ("POST", gzip.compress(body().encode()), GZIP, 415, ErrorNum.UNSUPPORTED_BODY),
    "another host": ("POST", body().encode(), {"host": "x.example"}, 403, ErrorNum.FORBIDDEN),
    "no token": ("POST", b"{}", {"authorization": "Bearer no"}, 401, ErrorNum.NO_TOKEN),
    "GET": ("GET", b"", {}, 405, ErrorNum.METHOD_NOT_ALLOWED),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_each_address_refuses_with_its_number_and_with_code(small: Installation, kind: str) -> None:
    method, content, headers, status, number = REFUSALS[kind]
    for path in sorted(ADDRESSES):
        reply = small.http.request(method, path, content=content, headers=headers)
        answer = reply.json()
        assert (reply.status_code, answer["error_num"]) == (status, number), answer
        assert answer["code"] == REFUSED
        assert answer["msg"]
        assert ("task_form" in answer) == (method == "POST")


def test_a_code_is_of_forms_alone(small: Installation) -> None:
    for path in ("/api/v0/tasks", "/api/v0/tasks/TASK0", "/healthz"):
        assert "code" not in small.get(path)


def test_too_many_faults_and_a_silent_database_say_code_too(place: Place) -> None:
    """Told apart by number; each is among the refused forms of its project."""
    database = place.folder / "sgn.sqlite3"
    for _ in range(3):
        place.submit()
    refusals = {429: ErrorNum.TOO_MANY}
    found = _posted_everywhere(place, refusals)
    for task in place.http.get("/api/v0/tasks").json()["tasks"]:
        place.http.post(f"/api/v0/tasks/{task['task_id']}/cancel").raise_for_status()
    trigger = "CREATE TRIGGER broken BEFORE INSERT ON sgn_runs BEGIN SELECT RAISE(ABORT, 'x'); END"
    _on(database, trigger)
    found |= _posted_everywhere(place, {500: ErrorNum.INTERNAL})
    _on(database, "DROP TRIGGER broken", "ALTER TABLE sgn_runs RENAME TO away")
    found |= _posted_everywhere(place, {503: ErrorNum.DATABASE_UNAVAILABLE})
    _on(database, "ALTER TABLE away RENAME TO sgn_runs")
    assert len(found) == 15
    for request_id, number in found.items():
        kept = heard(place.http, request_id)
        assert (kept["error_num"], kept["proj_id"]) == (number, "P")


def _posted_everywhere(place: Place, refusal: dict[int, ErrorNum]) -> dict[str, ErrorNum]:
    """What each address refuses a good form with, by the request's id."""
    ((status, number),) = refusal.items()
    found = {}
    for path in sorted(ADDRESSES):
        reply = place.http.post(path, content=body())
        answer = reply.json()
        assert (reply.status_code, answer["error_num"], answer["code"]) == (status, number, REFUSED)
        assert answer["task_form"] == form()
        found[reply.headers["x-request-id"]] = number
    return found


def _on(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_a_refused_form_is_one_line_of_the_log_and_stands_in_the_list(place: Place) -> None:
    bad = body(proj_id="L", task_type="x\ny", param_set={"epochs": 0}, train_data=["<b>gone</b>"])
    reply = place.http.post("/api/v0/newtask", content=bad, headers={"x-request-id": "heard-1"})
    kept = heard(place.http, "heard-1", proj_id="L")
    assert kept["msg"] == reply.json()["msg"]
    messages = [Message.from_json(error.pop("message")) for error in kept["errors"]]
    assert kept["errors"] == reply.json()["errors"]
    assert [str(message) for message in messages] == [error["msg"] for error in kept["errors"]]
    assert Message.from_json(kept["message"]).code == "api.first-of-errors"
    assert (kept["error_num"], kept["proj_id"]) == (2, "L")
    assert re.fullmatch(r"2\d{3}-\d\d-\d\dT[\d:.]+\+00:00", kept["refused_at"])
    (line,) = lines(place, "heard-1")
    assert line.endswith(reply.json()["msg"].replace("\n", "?"))
    assert "WARNING" in line
    for part in ("error_num 2", "project L", "task_type", "param_set.epochs", "train_data"):
        assert part in line, part


def lines(place: Place, request_id: str) -> list[str]:
    """What the service logged for this request."""
    text = (place.folder / "serve.log").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if f"[{request_id}]" in line]


def test_a_line_holds_no_secret_no_content_and_no_second_line(place: Place) -> None:
    secret = "x" * 20 + "Yz-_" + "0" * 19
    odd = f"sgn_0123456789abcdef_{secret}\u2028\x1b[2J\r\nforged"
    for number, name in enumerate((odd, "n" * 100_000)):
        content, known = body(proj_id="S", model=name), f"odd-{number}"
        place.http.post("/api/v0/newtask", content=content, headers={"x-request-id": known})
        kept = heard(place.http, known)
        (line,) = lines(place, known)
        for shown in (line, json.dumps(kept)):
            assert secret[:12] not in shown
            assert len(shown) < 1500
        assert line.isprintable()
        assert "model" in line


def test_what_cannot_be_read_belongs_to_no_project(place: Place) -> None:
    for number, content in enumerate((b"", b"{", b"[1]", b"\xff\xfe\x00")):
        known = {"x-request-id": f"unread-{number}"}
        reply = place.http.post("/rest/sgnservice/v0/task/insert", content=content, headers=known)
        assert reply.status_code == 400
        kept = heard(place.http, f"unread-{number}")
        assert (kept["proj_id"], kept["error_num"], kept["errors"]) == ("", 1, [])
    known = {"x-request-id": "by-another-name", "host": "elsewhere.example"}
    place.http.post("/rest/sgnservice/v0/task/insert", content=body(), headers=known)
    assert "SGN_HOST_NAMES" in heard(place.http, "by-another-name")["msg"]


def test_the_form_of_our_own_page_is_heard_too(place: Place) -> None:
    known = {"x-request-id": "from-a-page", "accept": "text/html"}
    fields = {"proj_id": "W", "task_type": "dl_ts", "train_data": "<b>gone</b>"}
    place.http.post("/tasks/new", data=fields, headers=known)
    assert heard(place.http, "from-a-page")["proj_id"] == "W"
    page = place.http.get("/refused", headers={"accept": "text/html"}).text
    assert "from-a-page" in page
    assert "&lt;b&gt;gone&lt;/b&gt;" in page
    assert "<b>gone" not in page
    assert "from-a-page" not in place.http.get("/refused", params={"proj_id": "X"}).text
    assert 'href="/refused"' in place.http.get("/", headers={"accept": "text/html"}).text


def test_nobody_waits_until_a_refusal_is_written(place: Place) -> None:
    known = {"x-request-id": "locked"}
    with locked(place.folder / "sgn.sqlite3"):
        reply = place.http.post(
            "/api/v0/newtask", content=body(task_type="", proj_id="K"), headers=known
        )
        assert reply.json()["code"] == REFUSED
        listed = place.http.get("/api/v0/refused_forms", params={"proj_id": "K"}).json()
        assert listed["refused_forms"] == []
    assert heard(place.http, "locked")["proj_id"] == "K"


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Nobody else can write."""
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.rollback()


def test_a_missing_table_hinders_no_answer(place: Place) -> None:
    database = place.folder / "sgn.sqlite3"
    _on(database, "ALTER TABLE sgn_refused_forms RENAME TO gone")
    try:
        reply = place.http.post("/api/v0/newtask", content=b"{}", headers={"x-request-id": "lost"})
        assert (reply.status_code, reply.json()["code"]) == (422, REFUSED)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "refused forms are not kept" not in (place.folder / "serve.log").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        _on(database, "ALTER TABLE gone RENAME TO sgn_refused_forms")
    place.http.post("/api/v0/newtask", content=b"{}", headers={"x-request-id": "found"})
    assert heard(place.http, "found")["error_num"] == 2
    assert lines(place, "lost")


def test_a_flood_is_not_written(place: Place) -> None:
    for number in range(3 * MOST_OF_PROJECT):
        known = {"x-request-id": f"flood-{number}"}
        place.http.post("/api/v0/newtask", content=body(proj_id="F", task_type=""), headers=known)
    assert all(lines(place, f"flood-{number}") for number in range(3 * MOST_OF_PROJECT))
    assert heard(place.http, "flood-0")["proj_id"] == "F"
    listed = place.http.get("/api/v0/refused_forms", params={"proj_id": "F", "limit": "500"}).json()
    # A minute may have ended meanwhile.
    assert MOST_OF_PROJECT <= len(listed["refused_forms"]) <= 2 * MOST_OF_PROJECT


def test_what_is_asked_for_wrongly_is_refused(small: Installation) -> None:
    for query in ({"limit": "0"}, {"cursor": "x"}, {"proj_id": "P" * 33}):
        reply = small.http.get("/api/v0/refused_forms", params=query)
        assert (reply.status_code, reply.json()["error_num"]) == (422, 2)


def test_no_compressed_body_is_taken_anywhere(small: Installation) -> None:
    for endpoint in (*ENDPOINTS, *PAGES):
        if endpoint.method != "POST":
            continue
        path = endpoint.template.format(task_id="TASK0", data_name="none", upload_id="none")
        for coding in ("gzip", "br", "identity, GZIP"):
            reply = small.http.post(path, content=b"{}", headers={"content-encoding": coding})
            assert (reply.status_code, reply.json()["error_num"]) == (415, 21), (path, coding)
            assert reply.headers["accept-encoding"] == "identity"
    plain = small.http.post(
        "/api/v0/newtask", content=b"{}", headers={"content-encoding": "identity"}
    )
    assert plain.status_code == 422


NAME = "Größe, naïve: ÄÖÜß ±µ"


def test_a_body_in_latin_1_is_read_and_said_to_be(small: Installation) -> None:
    text = json.dumps(form(task_name=NAME), ensure_ascii=False)
    reply = small.http.post("/rest/sgnservice/v0/task/insert", content=text.encode("latin-1"))
    answer = reply.json()
    assert (answer["code"], answer["task_form"]["task_name"]) == (ACCEPTED, NAME)
    assert [each for each in answer["warnings"] if "Latin-1" in each]
    task = small.get(f"/api/v0/tasks/{answer['task_form']['task_id']}")["task"]
    assert task["task_name"] == NAME
    log = (small.home / "up.log").read_text(encoding="utf-8")
    assert f"[{reply.headers['x-request-id']}] The body is not UTF-8" in log
    wrong = json.dumps(form(train_data=["gibt es nöt"]), ensure_ascii=False)
    refusal = small.http.post("/api/v0/new_task", content=wrong.encode("latin-1")).json()
    assert "gibt es nöt" in refusal["msg"]
    assert "Latin-1" in refusal["warnings"][0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_what_unicode_says_of_itself_is_read_as_that(small: Installation, encoding: str) -> None:
    text = json.dumps(form(task_name=f"{NAME} 精神"), ensure_ascii=False)
    answer = small.http.post("/api/v0/new_task", content=text.encode(encoding)).json()
    assert answer["task_form"]["task_name"] == f"{NAME} 精神"
    assert not [each for each in answer["warnings"] if "Latin-1" in each]


def test_bytes_of_another_encoding_are_named_and_not_kept(small: Installation) -> None:
    """Of Windows-1252 the euro sign is in Latin-1 a control character."""
    before = tasks(small)
    content = json.dumps(form(task_name="x €"), ensure_ascii=False).encode("cp1252")
    answer = small.http.post("/api/v0/new_task", content=content).json()
    assert [each["field"] for each in answer["errors"]] == ["task_name"]
    assert "Latin-1" in answer["warnings"][0]
    assert tasks(small) == before


@pytest.fixture
def own_place(tmp_path: Path) -> Iterator[Place]:
    """A service of the test's own: once there is a token, nobody comes in without one."""
    with place_at(tmp_path) as found:
        yield found


def test_each_project_hears_of_its_own_refusals_alone(own_place: Place) -> None:
    place, url = own_place, "/api/v0/refused_forms"
    place.http.post("/api/v0/newtask", content=b"{", headers={"x-request-id": "unread"})
    made = {
        name: sgn_token(place, "new", "--project", project, "--role", "submit")
        for name, project in (("of T", "T"), ("of U", "U"), ("of all", "*"))
    }
    wait_until_closed(place)
    posts = (("of T", "T", "t-own"), ("of U", "T", "u-of-t"), ("of all", "T", "all-t"))
    for name, proj_id, known in posts:
        with client(place, made[name], **{"x-request-id": known}) as http:
            reply = http.post("/api/v0/newtask", content=body(proj_id=proj_id, train_data=["x"]))
            assert reply.json()["code"] == REFUSED
    reader = sgn_token(place, "new", "--project", "T", "--role", "read")
    with client(place, reader, **{"x-request-id": "by-a-reader"}) as http:
        assert http.post("/api/v0/newtask", content=body(proj_id="T")).status_code == 403
    with client(place, **{"x-request-id": "by-nobody"}) as http:
        assert http.post("/api/v0/newtask", content=body(proj_id="T")).status_code == 401
        assert http.get(url).status_code == 401
    seen = {}
    for name, token in made.items():
        with client(place, token, accept="text/html, */*") as http:
            if name == "of all":
                heard(http, "by-nobody")
            rows = http.get(url).json()["refused_forms"]
            assert f"{rows[0]['request_id']}" in http.get("/refused").text
            seen[name] = {row["request_id"] for row in rows}
            other = "T" if name == "of U" else "U"
            status = 200 if name == "of all" else 404
            assert http.get(url, params={"proj_id": other}).status_code == status
            assert http.get("/refused", params={"proj_id": other}).status_code == status
    assert seen["of T"] == {"t-own", "all-t", "by-a-reader"}
    assert seen["of U"] == {"u-of-t"}
    assert seen["of all"] >= {"t-own", "all-t", "u-of-t", "by-nobody", "unread"}
