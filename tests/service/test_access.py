"""Who may do what: nobody comes in without a token once there is one, nor sees another's."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from graphnet.data.synthetic import cohort_table
from service.api.endpoints import ENDPOINTS
from service.http.auth import READING, is_public
from service.pages.table import PAGES
from tests.databases import migrated
from tests.installations import run_sgn, serving
from tests.places import Place, add_small, place_at
from tests.reading import reading
from tests.service.forms import SMALL, form

pytestmark = pytest.mark.slow
PUBLIC = {"/healthz", "/readyz"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service that was open for as long as it had no token, then had four."""
    with place_at(tmp_path_factory.mktemp("access")) as found:
        assert found.http.get("/api/v0/tasks").status_code == 200
        yield found


@pytest.fixture(scope="module")
def tokens(place: Place) -> dict[str, str]:
    task_id = place.submit()
    place.wait(task_id)
    made = {
        "reader": sgn_token(place, "new", "--project", "P", "--role", "read"),
        "submitter": sgn_token(place, "new", "--project", "P", "--role", "submit"),
        "stranger": sgn_token(place, "new", "--project", "Q", "--role", "submit"),
        "everywhere": sgn_token(place, "new", "--project", "*", "--role", "submit"),
    }
    wait_until_closed(place)
    return {**made, "task": task_id}


def wait_until_closed(place: Place) -> None:
    """Wait until the service knows that there are tokens: it looks once a second."""
    while place.http.get("/api/v0/tasks").status_code != 401:
        time.sleep(0.1)


def sgn_token(place: Place, *arguments: str) -> str:
    done = run_sgn("token", *arguments, **place.variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def client(place: Place, token: str = "", **headers: str) -> Iterator[httpx.Client]:
    given = {"authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(
        base_url=place.http.base_url, headers={**given, **headers}, timeout=30
    ) as http:
        yield http


def test_every_route_but_two_asks_for_a_token(place: Place, tokens: dict[str, str]) -> None:
    assert tokens
    asked = [(each.method, each.path) for each in ENDPOINTS]
    asked += [(each.method, each.path) for each in PAGES if not is_public(each.path)]
    asked += [("GET", "/openapi.json"), ("GET", "/nothing"), ("POST", "/"), ("OPTIONS", "/x")]
    with client(place) as http:
        for method, path in asked:
            reply = http.request(method, re.sub(r"{\w+}", "TASK1", path))
            if path in PUBLIC:
                assert reply.status_code == 200, path
                continue
            assert reply.status_code == 401, (method, path)
            assert reply.headers["www-authenticate"].startswith("Bearer")
            if method != "OPTIONS":
                assert reply.json()["error_num"] == 12


@pytest.mark.parametrize("scheme", ["Basic ", "Bearer ", "bearer sgn_", "Bearer  x", "Token "])
def test_what_is_no_token_lets_nobody_in(place: Place, tokens: dict[str, str], scheme: str) -> None:
    with client(place, authorization=scheme + tokens["stranger"][:-1]) as http:
        assert http.get("/api/v0/tasks").status_code == 401


def test_a_reader_reads_and_no_more(place: Place, tokens: dict[str, str]) -> None:
    with client(place, tokens["reader"]) as http:
        task = f"/api/v0/tasks/{tokens['task']}"
        for path in (
            task,
            f"{task}/model",
            f"{task}/manifest",
            f"{task}/lineage",
            f"{task}/events",
        ):
            assert http.get(path).status_code == 200, path
        for path in ("/api/v0/new_task", f"{task}/cancel", f"{task}/retry", "/api/v0/datasets"):
            reply = http.post(path, content=json.dumps(form()))
            assert (reply.status_code, reply.json()["error_num"]) == (403, 13), path


def test_another_project_s_things_are_not_there(place: Place, tokens: dict[str, str]) -> None:
    stranger = sgn_token(place, "new", "--project", "S", "--role", "submit")
    with client(place, stranger) as http:
        task = f"/api/v0/tasks/{tokens['task']}"
        for suffix in ("", "/model", "/manifest", "/lineage", "/events"):
            assert http.get(task + suffix).status_code == 404, suffix
        for suffix in ("/cancel", "/retry"):
            assert http.post(task + suffix).status_code == 404, suffix
        assert http.get("/api/v0/tasks").json()["tasks"] == []
        assert http.get("/api/v0/datasets").json()["datasets"] == []
        assert http.get("/api/v0/datasets/small_SZ").status_code == 404
        for path in ("/api/v0/tasks", "/api/v0/datasets"):
            assert http.get(path, params={"proj_id": "P"}).status_code == 404
        refused = http.post("/api/v0/new_task", content=json.dumps(form()))
        assert refused.status_code == 403
        with reading(place.variables):
            add_small(http, "S", "other")
        theirs = http.post("/api/v0/new_task", content=json.dumps(form(proj_id="S"))).json()
        assert [error["field"] for error in theirs["errors"]] == ["train_data", "train_data"]
        assert "there is no dataset of that name" in theirs["msg"]
        tuned = form(
            proj_id="S", task_type="dl_ft", trained_task_id=tokens["task"],
            train_data=["other_SZ", "other_NC"],
        )  # fmt: skip
        parent = http.post("/api/v0/new_task", content=json.dumps(tuned)).json()
        assert "there is no task of that id" in parent["msg"]
        query = {"proj_id": "P", "data_name": "x"}
        for preview in ("true", "false"):
            query["preview"] = preview
            assert http.post("/api/v0/datasets", params=query, content="ID\n1").status_code == 403


def test_the_name_of_another_project_s_dataset_is_not_confirmed(
    place: Place, tokens: dict[str, str]
) -> None:
    url, content = "/api/v0/datasets", cohort_table("small", 1, 6, seed=1, recipe=SMALL)
    body = content.to_csv(index=False)
    query = {"proj_id": "Q", "data_name": "small_SZ"}
    with client(place, tokens["stranger"]) as http, reading(place.variables):
        seen = http.post(url, params={**query, "preview": "true"}, content=body).json()
        assert seen["error_num"] == 0  # many names could be asked for so
        told = {
            name: http.post(url, params={**query, "data_name": name}, content="ID\n1\n").json()
            for name in ("small_SZ", "of nobody")
        }
        assert told["small_SZ"]["error_num"] == 7  # no dataset, whatever it is to be called
        assert told["small_SZ"]["msg"].replace("small_SZ", "of nobody") == told["of nobody"]["msg"]
        taken = http.post(url, params=query, content=body)
        answer = taken.json()
        assert (taken.status_code, answer["error_num"]) == (422, 2)
        assert [each["field"] for each in answer["errors"]] == ["data_name"]
        assert "which cannot be used here; choose another, such as 'Q small_SZ'." in answer["msg"]
        # Not by that name: other tests look for the other project's among what is shown.
        other = {**query, "data_name": "Q's own", "upload": seen["upload"]}
        assert http.post(url, params=other).json()["error_num"] == 0
        again = http.post(url, params={**query, "data_name": "Q's own"}, content=body)
        assert (again.status_code, again.json()["error_num"]) == (409, 6)  # its own
    query["proj_id"] = "P"
    with client(place, tokens["submitter"]) as http:
        assert http.post(url, params=query, content=body).json()["error_num"] == 6


def test_a_project_s_token_sees_the_figures_of_that_project(
    place: Place, tokens: dict[str, str]
) -> None:
    def figures(token: str) -> list[str]:
        with client(place, tokens[token]) as http:
            reply = http.get("/metrics")
        assert reply.status_code == 200
        assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
        return [line for line in reply.text.splitlines() if not line.startswith("#")]

    assert 'sgn_tasks{state="Finished"} 0.0' in figures("stranger")
    mine = figures("reader")
    with client(place, tokens["reader"]) as http:
        listed = http.get("/api/v0/tasks", params={"status": "Finished", "limit": "500"}).json()
    assert listed["tasks"]
    assert f'sgn_tasks{{state="Finished"}} {len(listed["tasks"])}.0' in mine
    assert {line.partition("{")[0] for line in mine} <= {"sgn_tasks", "sgn_oldest_task_seconds"}
    assert any(line.startswith("sgn_http_requests_total") for line in figures("everywhere"))


def test_an_upload_is_its_project_s_own(place: Place, tokens: dict[str, str]) -> None:
    content = cohort_table("small", 1, 6, seed=1, recipe=SMALL).to_csv(index=False)
    url = "/api/v0/datasets"

    def posted(token: str, body: str = "", **query: str) -> dict[str, Any]:
        with client(place, tokens[token]) as http:
            found: dict[str, Any] = http.post(url, params=query, content=body).json()
        return found

    sent = posted("submitter", content, preview="true")
    assert sent["error_num"] == 19  # no worker runs
    for token, number in (("stranger", 4), ("submitter", 19), ("everywhere", 19)):
        assert posted(token, preview="true", upload=sent["upload"])["error_num"] == number
    of_all = posted("everywhere", content, preview="true")["upload"]
    assert posted("submitter", preview="true", upload=of_all)["error_num"] == 4


def of_a_task() -> list[tuple[str, str]]:
    """Every address of the API and of the pages that names a task."""
    listed = [(each.method, each.path) for each in (*ENDPOINTS, *PAGES)]
    return [(method, path) for method, path in listed if "{task_id}" in path]


def test_no_address_shows_another_project_s_task(place: Place, tokens: dict[str, str]) -> None:
    task_id = tokens["task"]
    assert len(of_a_task()) >= 19
    with client(place, tokens["stranger"], accept="text/html, */*") as http:
        for method, path in of_a_task():
            reply = http.request(method, path.format(task_id=task_id), content=b"ID\n1\n")
            assert reply.status_code == 404, (method, path)
        for path in ("/", f"/?q={task_id}", "/compare", "/tasks/new", "/datasets", "/metrics"):
            assert f"/tasks/{task_id}" not in http.get(path).text, path
            assert "small_SZ" not in http.get(path).text, path
        for path in (f"/tasks/new?parent={task_id}&proj_id=P", f"/compare?task={task_id}&task=x"):
            assert "small_SZ" not in http.get(path).text, path
        both = http.get("/api/v0/compare", params={"task_ids": f"{task_id},{task_id}0"})
        assert both.json()["error_num"] == 2
        assert "there is no task" in both.json()["msg"]
        assert http.get("/datasets/small_SZ").status_code == 404
        assert http.get("/projects/P").status_code == 404
        assert http.get("/api/v0/events", params={"proj_id": "P"}).status_code == 404


def test_a_model_of_another_project_brings_no_dataset_s_name_along(
    place: Place, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sees all projects may fine-tune one's model in another, as NEURO-LEARN's server may."""
    owner = sgn_token(place, "new", "--project", "R", "--role", "submit")
    with client(place, tokens["everywhere"]) as http:
        with reading(place.variables):
            add_small(http, "R", "tuned")
        tuned = form(
            proj_id="R", task_type="dl_ft", trained_task_id=tokens["task"],
            train_data=["tuned_SZ", "tuned_NC"],
        )  # fmt: skip
        task_id = http.post("/api/v0/new_task", content=json.dumps(tuned)).json()["task_form"][
            "task_id"
        ]
    monkeypatch.setitem(place.http.headers, "authorization", f"Bearer {owner}")
    (task,) = place.wait(task_id)
    assert task["task_status"] == "Finished", task["error"]
    with client(place, owner, accept="text/html, */*") as http:
        url = f"/api/v0/tasks/{task_id}"
        told = {
            path: http.get(path)
            for path in (
                *(url, f"{url}/report", f"{url}/report?fresh=true", f"{url}/manifest"),
                *(f"{url}/evidence", f"{url}/predictions.csv", f"{url}/lineage", f"{url}/log"),
                *(f"{url}/events", f"/tasks/{task_id}", f"/tasks/new?parent={task_id}"),
            )
        }
    for path, reply in told.items():
        assert reply.status_code == 200, path
        assert not re.search(r"small_(SZ|NC)\b", reply.text), path  # subjects are small_SZ_0001
    assert "of another project (20)" in told[f"{url}/report"].text


def test_no_page_of_another_site_can_post_by_a_cookie(place: Place, tokens: dict[str, str]) -> None:
    posts = [(each.method, each.path) for each in (*ENDPOINTS, *PAGES)
             if each.method not in READING]  # fmt: skip
    cookie = f"sgn_token={tokens['submitter']}"
    for headers in (
        {"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "same-site"},
    ):  # fmt: skip
        with client(place, cookie=cookie, **headers) as http:
            for method, path in posts:
                of = path.replace("{data_name:path}", "small_SZ")
                reply = http.request(method, of.format(task_id=tokens["task"], upload_id="UP1"))
                assert reply.status_code == 403, (method, path, headers)


def test_a_token_of_all_projects_sees_all(place: Place, tokens: dict[str, str]) -> None:
    with client(place, tokens["everywhere"]) as http:
        assert http.get(f"/api/v0/tasks/{tokens['task']}").status_code == 200
        accepted = http.post("/api/v0/new_task", content=json.dumps(form())).json()
        assert accepted["error_num"] == 0
        http.post(f"/api/v0/tasks/{accepted['task_form']['task_id']}/cancel").raise_for_status()


def test_the_command_takes_a_token_and_says_where_from(
    place: Place, tokens: dict[str, str]
) -> None:
    url = str(place.http.base_url)
    for token, status in ((tokens["reader"], 0), ("", 1)):
        known = {"SGN_TOKEN": token} if token else {}
        done = run_sgn("--url", url, "tasks", **known)
        assert done.returncode == status, done.stderr
    assert "SGN_TOKEN" in done.stderr


def test_a_revoked_token_ends_at_once(place: Place, tokens: dict[str, str]) -> None:
    assert tokens
    text = sgn_token(place, "new", "--project", "P", "--role", "read")
    with client(place, text) as http:
        assert http.get("/api/v0/tasks").status_code == 200
        sgn_token(place, "revoke", text.split("_")[1])
        assert http.get("/api/v0/tasks").status_code == 401
    listed = sgn_token(place, "list")
    assert text.split("_")[1] in listed
    assert text.split("_", 2)[2] not in listed


def test_no_secret_is_in_a_log_or_among_the_metrics(place: Place, tokens: dict[str, str]) -> None:
    with client(place, tokens["everywhere"]) as http:
        http.get("/api/v0/tasks/x", headers={"authorization": f"Bearer {tokens['reader']}"})
        http.get(f"/{tokens['reader']}")
        shown = http.get("/metrics")
    assert "sgn_http_requests_total" in shown.text
    logs = "".join(path.read_text() for path in place.folder.glob("*.log"))
    assert logs
    for name in ("reader", "submitter", "stranger", "everywhere"):
        assert tokens[name].split("_", 2)[2] not in logs
        assert tokens[name].split("_", 2)[2] not in shown.text
    for name in ("SGN_DATABASE_URL", "SGN_REDIS_URL", "SGN_REGISTRY_URL"):
        assert place.variables[name] not in shown.text


def test_a_request_s_id_goes_through_to_the_worker_s_log(
    place: Place, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with client(place, tokens["submitter"], **{"x-request-id": "made.by-me_1"}) as http:
        reply = http.post("/api/v0/new_task", content=json.dumps(form()))
        assert reply.headers["x-request-id"] == "made.by-me_1"
        task_id = reply.json()["task_form"]["task_id"]
        bearer = f"Bearer {tokens['submitter']}"
        monkeypatch.setitem(place.http.headers, "authorization", bearer)
        assert place.wait(task_id)[0]["request_id"] == "made.by-me_1"
        assert '"request_id": "made.by-me_1"' in http.get(f"/api/v0/tasks/{task_id}/events").text
    assert f"[made.by-me_1] task {task_id}" in (place.folder / "worker.log").read_text()
    with client(place, tokens["reader"], **{"x-request-id": "evil\tvalue"}) as http:
        assert re.fullmatch(r"[0-9a-f]{32}", http.get("/healthz").headers["x-request-id"])


def test_every_answer_keeps_browsers_careful(place: Place) -> None:
    with client(place) as http:
        for path in ("/healthz", "/api/v0/tasks", "/nothing"):
            headers = http.get(path).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["cache-control"] == "no-store"


def test_behind_tls_the_cookie_is_for_tls_alone(place: Place, tokens: dict[str, str]) -> None:
    with client(place) as http:
        host = http.base_url.netloc.decode()
        for headers, secure in (
            ({"origin": f"http://{host}"}, False),
            ({"origin": f"https://{host}"}, True),
            ({"x-forwarded-proto": "https"}, True),
        ):
            reply = http.post("/sign-in", data={"token": tokens["reader"]}, headers=headers)
            cookie = reply.headers["set-cookie"]
            assert ("; Secure" in cookie) is secure
            assert "HttpOnly" in cookie
            assert "SameSite=lax" in cookie


@contextmanager
def listening(folder: Path, **variables: str) -> Iterator[httpx.Client]:
    from tests.servers import queue_server

    with ExitStack() as stack:
        (folder / "registry").mkdir()
        known = {
            "SGN_DATABASE_URL": f"sqlite://{folder / 'sgn.sqlite3'}",
            "SGN_REGISTRY_URL": (folder / "registry").as_uri(),
            "SGN_REDIS_URL": stack.enter_context(queue_server(folder)),
            **variables,
        }
        migrated(known["SGN_DATABASE_URL"])
        yield stack.enter_context(serving(folder, **known))


def test_a_trusted_network_needs_no_token_and_nobody_else_comes_in(tmp_path: Path) -> None:
    with listening(tmp_path, SGN_TRUSTED_NETWORKS="127.0.0.0/8") as http:
        assert http.get("/api/v0/tasks").status_code == 200
    (tmp_path / "registry").rmdir()
    with listening(tmp_path, SGN_TRUSTED_NETWORKS="10.0.0.0/8") as http:
        headers = {"x-forwarded-for": "10.0.0.1", "forwarded": "for=10.0.0.1"}
        assert http.get("/api/v0/tasks", headers=headers).status_code == 401


def test_pages_of_other_sites_may_not_use_an_open_service(tmp_path: Path) -> None:
    with listening(tmp_path) as http:
        for headers in (
            {"origin": "https://evil.example"},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-origin", "host": "evil.example"},
            {"origin": "http://evil.example:7014", "host": "evil.example:7014"},
        ):
            reply = http.post("/api/v0/new_task", content=json.dumps(form()), headers=headers)
            assert reply.status_code == 403, headers
        same = {"origin": str(http.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
        assert http.get("/api/v0/tasks", headers=same).status_code == 200


def refused_to_serve(folder: Path, **variables: str) -> Any:
    known = {
        "SGN_DATABASE_URL": f"sqlite://{folder / 'sgn.sqlite3'}",
        "SGN_REGISTRY_URL": folder.as_uri(),
        "SGN_REDIS_URL": "redis://127.0.0.1:1/0",
        "SGN_HOST": "0.0.0.0",
        "SGN_PORT": "7019",
        **variables,
    }
    migrated(known["SGN_DATABASE_URL"])
    return run_sgn("serve", **known)


def test_beyond_loopback_it_is_refused_to_listen_without_tokens(tmp_path: Path) -> None:
    done = refused_to_serve(tmp_path)
    assert done.returncode == 1
    assert "sgn token new" in done.stderr
    assert "Traceback" not in done.stderr


def test_told_so_it_listens_and_says_so_loudly(tmp_path: Path) -> None:
    with listening(tmp_path, SGN_HOST="0.0.0.0", SGN_ALLOW_ANONYMOUS="1") as http:
        assert http.get("/api/v0/tasks").status_code == 200
    assert "ANYONE who reaches 0.0.0.0" in (tmp_path / "serve.log").read_text()
