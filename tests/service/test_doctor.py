"""What ``sgn doctor`` finds, on real servers, with what they are not as they should be."""

import json
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
import redis
from click.testing import CliRunner
from tortoise.backends.base.executor import EXECUTOR_CACHE

from actors.queue import send_heartbeat
from graphnet.messages import CHINESE, Message, render
from service.cli import main
from service.doctor import checks, examination, storage
from service.doctor.checks import CheckResult, State, clock_result
from service.local.processes import run_migration as migrate
from service.settings import HttpSettings
from tests.databases import ServerSilent, mysql_database, query
from tests.places import names_of
from tests.servers import queue_server

PAGE = Path(__file__).parents[2] / "docs" / "neuro-learn.md"
REQUIRED = ("SGN_DATABASE_URL", "SGN_REDIS_URL", "SGN_REGISTRY_URL")


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with queue_server(tmp_path_factory.mktemp("queue")) as url:
        yield url


@pytest.fixture
def variables(queue: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Those of an installation in a folder, whose tables are made."""
    for name in [each for each in os.environ if each.startswith("SGN_") and "TEST" not in each]:
        monkeypatch.delenv(name)
    (tmp_path / "registry").mkdir()
    found = {
        "SGN_DATABASE_URL": f"sqlite://{tmp_path / 'sgn.sqlite3'}",
        "SGN_REDIS_URL": queue,
        "SGN_REGISTRY_URL": (tmp_path / "registry").as_uri(),
        "SGN_SPOOL": str(tmp_path / "spool"),
    }
    monkeypatch.setenv("SGN_DATABASE_URL", found["SGN_DATABASE_URL"])
    assert migrate() == 0
    monkeypatch.setattr(
        examination,
        "check_device",
        lambda _: [CheckResult("torch", State.OK, Message("doctor.torch-absent"))],
    )
    return found


def found(variables: dict[str, str], state: State | None = None) -> dict[str, CheckResult]:
    EXECUTOR_CACHE.clear()  # of statements, by the kind of database that this process saw first
    every = examination.examine(variables, None)
    return {each.check: each for each in every if state in (None, each.state)}


def values(result: CheckResult) -> dict[str, object]:
    return dict(result.found.values)


def test_a_sound_installation_has_no_fault(variables: dict[str, str]) -> None:
    with closing(redis.Redis.from_url(variables["SGN_REDIS_URL"])) as client:
        names = names_of(variables)
        send_heartbeat(client, names, "host:1", "cpu")
        send_heartbeat(client, names, "host:2", "cuda")
        client.config_set("appendonly", "yes")
        every = found(variables)
        client.flushall()
    assert {each.state for each in every.values()} == {State.OK}, every
    assert str(every["workers"].found) == "Workers running: 1 on cpu and 1 on cuda"
    assert values(every["database"])["name"] == "SQLite"
    assert values(every["redis"])["name"] in ("Valkey", "Redis")
    left = list(Path(variables["SGN_REGISTRY_URL"].removeprefix("file://")).rglob("*"))
    assert [path.name for path in left] == ["checkpoints"], "what was tried is removed"
    assert set(every) <= set(examination.ORDER)


def test_everything_wrong_is_said_at_once_and_no_secret_is_shown(
    variables: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "plain").write_text("")
    wrong = {
        "SGN_DATABASE_URL": "mysql://sgn:hidden@127.0.0.1:1/x",
        "SGN_REDIS_URL": "redis://:hidden@127.0.0.1:1/0",
        "SGN_REGISTRY_URL": "file:///nowhere/at/all",
        "SGN_PORT": "http",
        "SGN_LEASE_MS_FILE": "/nowhere",
        "SGN_GPU_SHARE": "2",
        "SGN_SPOOL": str(tmp_path / "plain" / "spool"),
        "SGN_THREADS": "4096",
    }
    ran = CliRunner().invoke(main, ["doctor", "--json"], env={**variables, **wrong})
    assert ran.exit_code == 1
    assert "hidden" not in ran.output
    answer = json.loads(ran.stdout)
    assert answer["sound"] is False
    faults = [each for each in answer["checks"] if each["state"] == "fault"]
    assert [each["check"] for each in faults] == [
        *("settings", "settings", "settings"),
        *("spool", "database", "redis", "registry"),
    ]
    assert all(each["fix"] for each in faults)
    said = " ".join(each["found"] for each in faults)
    assert all(name in said for name in ("SGN_PORT", "SGN_LEASE_MS", "SGN_GPU_SHARE"))
    (cores,) = [each for each in answer["checks"] if each["check"] == "cores"]
    assert cores["state"] == "warning"


def test_an_installation_without_its_parts_is_told_what_to_run(variables: dict[str, str]) -> None:
    path = Path(variables["SGN_DATABASE_URL"].removeprefix("sqlite://"))
    path.unlink()
    (fault,) = found(variables, State.FAULT).values()
    assert fault.fix == Message("doctor.create-database")
    assert not path.exists(), "looking makes nothing"
    path.touch()
    (fault,) = found(variables, State.FAULT).values()
    assert (fault.check, fault.fix) == ("schema", Message("doctor.migrate"))


def test_a_queue_that_forgets_is_found(variables: dict[str, str]) -> None:
    with closing(redis.Redis.from_url(variables["SGN_REDIS_URL"])) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("appendonly", "no")
        try:
            every = found(variables)
        finally:
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("appendonly", "yes")
    assert every["eviction"].state == State.FAULT
    assert every["appendonly"].state == every["workers"].state == State.WARNING


def test_a_queue_that_is_full_is_found(variables: dict[str, str]) -> None:
    with closing(redis.Redis.from_url(variables["SGN_REDIS_URL"])) as client:
        client.config_set("maxmemory", "1")
        try:
            (fault,) = found(variables, State.FAULT).values()
        finally:
            client.config_set("maxmemory", "0")
    assert fault.check == "redis"
    assert fault.found == Message("queue.full")
    assert fault.fix == Message("doctor.raise-maxmemory")


@pytest.mark.nightly
def test_a_database_that_is_read_only_is_found(variables: dict[str, str]) -> None:
    """For one user alone, as the server is everybody's."""
    try:
        with mysql_database(user="sgn_reader") as url:
            os.environ["SGN_DATABASE_URL"] = url
            assert migrate() == 0
            session = urlencode({"init_command": "SET SESSION TRANSACTION READ ONLY"})
            given = {**variables, "SGN_DATABASE_URL": f"{url}?{session}"}
            (fault,) = found(given, State.FAULT).values()
    except ServerSilent as silent:
        pytest.skip(str(silent))
    assert (fault.check, fault.found) == ("writes", Message("database.read-only"))
    assert fault.fix == Message("doctor.let-database-write")


@pytest.mark.nightly
def test_rights_and_limits_of_a_database_server(variables: dict[str, str]) -> None:
    user = f"sgn_{secrets.token_hex(4)}"
    try:
        with mysql_database(charset="latin1") as url:
            server = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
            name = urlsplit(url).path[1:]
            given = {**variables, "SGN_DATABASE_URL": url, "SGN_MAX_UPLOAD_MB": "100000"}
            os.environ["SGN_DATABASE_URL"] = url
            assert migrate() == 0
            every = found(given)
            assert every["rights"].state == State.OK, every
            assert every["packet"].state == State.WARNING
            assert every["packet"].found.code == "doctor.packet-small"
            query(server, f"CREATE USER {user}@'127.0.0.1' IDENTIFIED BY 'hidden'")
            query(server, f"GRANT SELECT, INSERT, UPDATE ON {name}.* TO {user}@'127.0.0.1'")
            port = urlsplit(url).port
            given["SGN_DATABASE_URL"] = f"mysql://{user}:hidden@127.0.0.1:{port}/{name}"
            (fault,) = found(given, State.FAULT).values()
            assert fault.check == "rights"
            assert "DELETE on sgn_outbox" in str(fault.found)
            assert "INSERT" not in str(fault.found)
            query(server, f"REVOKE ALL ON {name}.* FROM {user}@'127.0.0.1'")
            query(server, *_granted(name, user))
            every = found(given)
            assert every["rights"].state == State.OK, every
            assert every["charset"].state == State.WARNING
            assert every["charset"].found == Message("database.charsets", names=["latin1"])
            query(server, f"DROP USER {user}@'127.0.0.1'")
    except ServerSilent as silent:
        pytest.skip(str(silent))


def _granted(database: str, user: str) -> list[str]:
    """What docs/neuro-learn.md says that the service's user may do."""
    lines = PAGE.read_text().splitlines()
    return [
        line.removesuffix(";")
        .replace("neurolearn.", f"{database}.")
        .replace("'sgn'@'10.20.0.%'", f"{user}@'127.0.0.1'")
        for line in lines
        if line.startswith("GRANT") and "'sgn'@" in line
    ]


@pytest.mark.parametrize(
    ("name", "url", "check"),
    [
        ("SGN_REDIS_URL", "redis://a..b:6379/0", "redis"),
        ("SGN_REDIS_URL", "redis://127.0.0.1/0?socket_timeout=hidden", "redis"),
        ("SGN_DATABASE_URL", "mysql://root:hidden@a..b/x", "database"),
        ("SGN_DATABASE_URL", "mysql://root@127.0.0.1/x?foo=hidden", "database"),
    ],
)
def test_what_nobody_thought_of_is_a_finding_beside_the_others(
    variables: dict[str, str], name: str, url: str, check: str
) -> None:
    every = found({**variables, name: url})
    assert every[check].state == State.FAULT
    assert every["registry"].state == State.OK
    assert "hidden" not in str(every)


def test_an_installation_in_a_folder_is_looked_at_whether_it_runs_or_not(
    variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in REQUIRED:
        monkeypatch.delenv(name, raising=False)
    ran = CliRunner().invoke(main, ["doctor", "--home", str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    assert "The local service is not running" in ran.output
    assert "tables are those of this version" in ran.output
    chinese = CliRunner().invoke(main, ["doctor", "--home", str(tmp_path), "--lang", CHINESE])
    assert chinese.exit_code == 0, chinese.output
    for code in ("state-warning", "found", "not-running", "start-local", "schema"):
        assert render(Message(f"doctor.{code}"), CHINESE) in chinese.output
    nothing = CliRunner().invoke(main, ["doctor"], env=dict.fromkeys(variables))
    assert nothing.exit_code == 1
    assert nothing.stderr.startswith("There is nothing to examine: set the SGN_ variables")


@pytest.mark.parametrize(
    ("changes", "tokens", "state", "code"),
    [
        ({}, False, State.OK, "from-here"),
        ({"SGN_HOST": "0.0.0.0"}, True, State.OK, "by-token"),
        ({"SGN_HOST": "0.0.0.0"}, False, State.FAULT, "undecided"),
        ({"SGN_HOST": "::", "SGN_ALLOW_ANONYMOUS": "1"}, False, State.WARNING, "to-anyone"),
        (
            {"SGN_HOST": "::", "SGN_TRUSTED_NETWORKS": "10.0.0.0/8"},
            False,
            State.OK,
            "from-networks",
        ),
        ({"SGN_TRUSTED_NETWORKS": "0.0.0.0/0"}, True, State.WARNING, "to-everyone"),
    ],
)
def test_who_may_come_in(
    variables: dict[str, str], changes: dict[str, str], *, tokens: bool, state: State, code: str
) -> None:
    settings = HttpSettings.from_environment({**variables, **changes})
    result = checks.access(settings, tokens=tokens)
    assert (result.state, result.found.code) == (state, f"doctor.access-{code}")


@pytest.mark.parametrize(
    ("ahead_ms", "signed", "state"),
    [
        (4_000, False, State.OK),
        (-6_000, False, State.WARNING),
        (-901_000, False, State.WARNING),
        (901_000, True, State.FAULT),
    ],
)
def test_a_clock_that_goes_wrong(ahead_ms: int, *, signed: bool, state: State) -> None:
    result = clock_result("database", ahead_ms, signed=signed)
    assert result.state == state
    assert ("behind" in str(result.found)) == (ahead_ms < 0)


class Late(BaseHTTPRequestHandler):
    """Storage that refuses whom it does not know, an hour behind."""

    def do_HEAD(self) -> None:
        self.send_response_only(403)
        self.send_header("date", formatdate(time.time() - 3600, usegmt=True))
        self.end_headers()


def test_the_clock_of_storage_is_read_from_whatever_it_answers() -> None:
    with HTTPServer(("127.0.0.1", 0), Late) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        (result,) = storage.storage_clock(f"http://127.0.0.1:{server.server_port}")
    assert result.state == State.FAULT
    assert "3600." in str(result.found) or "3599." in str(result.found)
    assert storage.storage_clock("http://127.0.0.1:1") == []


@pytest.mark.parametrize(
    ("said", "states", "words"),
    [
        ({"torch": None}, ["ok"], "service image"),
        (
            {"torch": "2", "cuda": "13.0", "driver": "580", "device": "cuda (H100)",
             "warning": None, "memory": 80_000_000_000},
            ["ok", "ok"], "80.0 GB, 40.0 GB per worker",
        ),
        (
            {"torch": "2", "cuda": None, "driver": "580", "errors": ["No.", "Install it."]},
            ["ok", "fault"], "Install it.",
        ),
        (
            {"torch": "2", "cuda": None, "driver": None, "device": "cpu", "warning": "Slow.",
             "memory": None},
            ["ok", "warning"], "Slow",
        ),
    ],
)  # fmt: skip
def test_what_a_worker_would_train_on(
    said: dict[str, object], states: list[str], words: str
) -> None:
    every = examination.device_results(said, 0.5)
    assert [each.state.value for each in every] == states
    assert any(words in f"{each.found} {each.fix}" for each in every)


@pytest.mark.nightly
def test_this_machine_s_torch_is_found_by_another_process(queue: str) -> None:
    settings = HttpSettings.from_environment(
        {**dict.fromkeys(REQUIRED, queue), "SGN_DEVICE": "cpu", "SGN_SPOOL": "/tmp"}
    )
    torch, chosen = examination.check_device(settings)
    assert (torch.state, str(chosen.found)) == (State.OK, "cpu")
    assert values(checks.check_machine(settings)[0])["distribution"] == "nld-sgn"
