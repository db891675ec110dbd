"""A web hook against a receiver over HTTP: what is told, signed, tried again, refused, and once."""

import asyncio
import hashlib
import hmac
import json
import logging
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from actors.redis_connection import Names, asyncio_redis_client
from actors.settings import ProcessSettingsError
from db.queue.queue_state import EndedTask
from service import webhooks
from service.settings import WebhookSettings
from service.webhooks import PAUSES, Webhook, body_of, is_public, signature
from tests.places import names_of, place_at
from tests.servers import queue_server

SECRET = "a secret of this test"
PAGES = "https://sgn.example.org"
TASK = EndedTask("TASK1", "Finished", 1_704_110_400_000)


@dataclass
class Told:
    """What a receiver was sent."""

    body: bytes
    signature: str
    host: str
    path: str


class Receiver(ThreadingHTTPServer):
    """Answers ``statuses`` in turn, the last again and again."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.told: list[Told] = []
        self.statuses = [204]

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server_port}/hook?of=sgn"


class _Taking(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        statuses = self.server.statuses
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.told.append(
            Told(body, self.headers["x-sgn-signature"], self.headers["host"], self.path)
        )
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.send_header("location", "/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@contextmanager
def receiving() -> Iterator[Receiver]:
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def settings(url: str, hosts: str = "localhost") -> WebhookSettings:
    found = WebhookSettings.from_environment(
        {"SGN_WEBHOOK_URL": url, "SGN_WEBHOOK_SECRET": SECRET, "SGN_WEBHOOK_HOSTS": hosts}
    )
    assert found is not None
    return found


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority (``ca``) and certificates by it: of localhost, and of another."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes certificates, is not on this machine.")
    folder = tmp_path_factory.mktemp("certificates")

    def made(*arguments: str) -> None:
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        command = ["openssl", "req", "-x509", *key, "-days", "2", *arguments]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)

    made("-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Authority of a clinic")
    for name in ("localhost", "other.lan"):
        files = ("-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}")
        names = ("-addext", f"subjectAltName=DNS:{name}")
        leaf = ("-addext", "basicConstraints=critical,CA:FALSE")
        made(*files, *names, *leaf, "-CA", "ca.pem", "-CAkey", "ca.key")
    return folder


def over_tls(receiver: Receiver, certificates: Path, name: str = "localhost") -> str:
    """The address of the receiver, which shows the certificate of ``name`` from now on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")
    receiver.socket = context.wrap_socket(receiver.socket, server_side=True)
    return receiver.url.replace("http://", "https://")


@dataclass
class Clock:
    """The time of the database and of the process, and what has ended there."""

    ended: list[EndedTask]
    seconds: float = 1_704_110_400.0

    async def ms(self) -> int:
        return int(1000 * self.seconds)

    async def since(self, since: int) -> list[EndedTask]:
        return [task for task in self.ended if task.finished_at >= since]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock([])
    monkeypatch.setattr(webhooks, "now_ms", clock.ms)
    monkeypatch.setattr(webhooks, "ended_since", clock.since)
    monkeypatch.setattr(time, "time", lambda: clock.seconds)
    return clock


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with queue_server(tmp_path_factory.mktemp("queue")) as url:
        yield url


def rounds(redis_url: str, name: str, given: WebhookSettings, *, number: int = 1) -> None:
    """So many rounds of a process of its own, of the installation ``name``."""

    async def run() -> None:
        redis = asyncio_redis_client(redis_url)
        hook = Webhook(given, redis, Names(name), PAGES)
        for _ in range(number):
            await hook.tell()
        await redis.aclose()

    asyncio.run(run())


def test_what_ends_is_told_once_and_signed(
    receiver: Receiver, clock: Clock, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    given = settings(receiver.url)
    clock.ended = [EndedTask("TASK0", "Failed", TASK.finished_at - 1)]  # before it was set up
    rounds(redis_url, "once", given)
    assert receiver.told == []
    clock.ended += [TASK, EndedTask("TASK2", "Cancelled", TASK.finished_at + 5)]
    clock.seconds += 1
    with caplog.at_level(logging.INFO):
        rounds(redis_url, "once", given)
        rounds(redis_url, "once", given, number=2)
    told = {json.loads(each.body)["task_id"]: each for each in receiver.told}
    assert len(receiver.told) == 2
    assert set(told) == {"TASK1", "TASK2"}
    assert json.loads(told["TASK1"].body) == {
        "event": "task.ended",
        "task_id": "TASK1",
        "task_status": "Finished",
        "finished_at": TASK.finished_at,
        "page": f"{PAGES}/tasks/TASK1",
    }
    assert told["TASK1"].path == "/hook?of=sgn"
    assert told["TASK1"].host == f"localhost:{receiver.server_port}"
    fields = dict(part.split("=", 1) for part in told["TASK1"].signature.split(","))
    signed = f"{fields['t']}.".encode() + told["TASK1"].body
    assert fields["v1"] == hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert "task TASK1: told by web hook: Finished" in caplog.messages
    clock.seconds += 3600  # what was told is forgotten, and not told again
    rounds(redis_url, "once", given, number=2)
    assert len(receiver.told) == 2


def test_a_failure_is_tried_again_and_given_up_at_last(
    receiver: Receiver, clock: Clock, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    given = settings(receiver.url)
    rounds(redis_url, "again", given)
    clock.ended, receiver.statuses = [TASK], [500]
    for number, pause in enumerate(PAUSES, 1):
        rounds(redis_url, "again", given, number=2)
        assert len(receiver.told) == number
        clock.seconds += pause + 0.1
    assert not any("given up" in line for line in caplog.messages)
    rounds(redis_url, "again", given, number=2)
    clock.seconds += 1e5
    rounds(redis_url, "again", given, number=2)
    assert len(receiver.told) == len(PAUSES) + 1
    assert "localhost answers 500" in caplog.text
    assert sum("is given up after 6 tries" in line for line in caplog.messages) == 1


def test_after_a_failure_comes_a_success(receiver: Receiver, clock: Clock, redis_url: str) -> None:
    given = settings(receiver.url)
    rounds(redis_url, "success", given)
    clock.ended, receiver.statuses = [TASK], [503, 200]
    rounds(redis_url, "success", given)
    clock.seconds += PAUSES[0] + 1
    rounds(redis_url, "success", given, number=3)
    clock.seconds += 1e5
    rounds(redis_url, "success", given, number=2)
    assert len(receiver.told) == 2


def test_a_redirect_is_not_followed(
    receiver: Receiver, clock: Clock, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    given = settings(receiver.url)
    rounds(redis_url, "redirect", given)
    clock.ended, receiver.statuses = [TASK], [302]
    rounds(redis_url, "redirect", given)
    assert [each.path for each in receiver.told] == ["/hook?of=sgn"]
    assert "localhost answers 302" in caplog.text


def test_a_private_address_is_not_called_unless_it_is_listed(
    receiver: Receiver, clock: Clock, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where the address is of a name that looks like any other."""
    url = receiver.url.replace("http://", "https://")
    given = settings(url, hosts="another.lan")
    rounds(redis_url, "private", given)
    clock.ended = [TASK]
    rounds(redis_url, "private", given)
    assert receiver.told == []
    assert "which is not public, and SGN_WEBHOOK_HOSTS does not list it" in caplog.text


def test_an_authority_of_the_clinic_is_believed_where_it_is_named(
    receiver: Receiver,
    clock: Clock,
    redis_url: str,
    certificates: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Refused, said how to help, and tried again after the operator has named it."""
    url = over_tls(receiver, certificates)
    rounds(redis_url, "tls", settings(url))
    clock.ended = [TASK]
    rounds(redis_url, "tls", settings(url))
    assert receiver.told == []
    assert "CERTIFICATE_VERIFY_FAILED" in caplog.text
    assert "SGN_WEBHOOK_AUTHORITIES" in caplog.text
    clock.seconds += PAUSES[0] + 1
    named = replace(settings(url), authorities=str(certificates / "ca.pem"))
    rounds(redis_url, "tls", named, number=2)
    assert [json.loads(each.body)["task_id"] for each in receiver.told] == ["TASK1"]


def test_a_certificate_of_another_host_is_refused(
    receiver: Receiver,
    clock: Clock,
    redis_url: str,
    certificates: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = over_tls(receiver, certificates, "other.lan")
    given = replace(settings(url), authorities=str(certificates / "ca.pem"))
    rounds(redis_url, "other host", given)
    clock.ended = [TASK]
    rounds(redis_url, "other host", given)
    assert receiver.told == []
    assert "Hostname mismatch" in caplog.text


def test_a_receiver_that_is_away_is_told_later(
    clock: Clock, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with receiving() as server:
        given = settings(server.url)
    rounds(redis_url, "away", given)
    clock.ended = [TASK]
    rounds(redis_url, "away", given)
    assert "the web hook is tried again in 10 s" in caplog.text


def test_two_processes_tell_it_once(receiver: Receiver, clock: Clock, redis_url: str) -> None:
    given = settings(receiver.url)
    rounds(redis_url, "two", given)
    clock.ended = [TASK]

    async def both() -> None:
        redis = asyncio_redis_client(redis_url)
        hooks = [Webhook(given, redis, Names("two"), PAGES) for _ in range(4)]
        await asyncio.gather(*(hook.tell() for hook in hooks))
        await redis.aclose()

    asyncio.run(both())
    assert len(receiver.told) == 1


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
    ],
)
def test_what_is_public(address: str, *, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SGN_WEBHOOK_SECRET": "short"}, "at least 16 characters"),
        ({"SGN_WEBHOOK_URL": "http://hooks.example.org"}, "without TLS"),
        ({"SGN_WEBHOOK_URL": "ftp://hooks.example.org"}, "must look like"),
        ({"SGN_WEBHOOK_URL": "https://user:pw@hooks.example.org"}, "must look like"),
        ({"SGN_WEBHOOK_URL": "https://"}, "must look like"),
        ({"SGN_WEBHOOK_AUTHORITIES": "/nowhere/ca.pem"}, "/nowhere/ca.pem cannot be used"),
        ({"SGN_WEBHOOK_AUTHORITIES": __file__}, "holds no certificate in PEM"),
    ],
)
def test_what_cannot_be_used_is_said(changes: dict[str, str], said: str) -> None:
    given = {"SGN_WEBHOOK_URL": "https://hooks.example.org", "SGN_WEBHOOK_SECRET": SECRET}
    assert WebhookSettings.from_environment(given) is not None
    with pytest.raises(ProcessSettingsError, match=said):
        WebhookSettings.from_environment(given | changes)


def test_it_is_off_unless_set_and_needs_a_secret() -> None:
    assert WebhookSettings.from_environment({"SGN_WEBHOOK_SECRET": SECRET}) is None
    with pytest.raises(ProcessSettingsError, match="SGN_WEBHOOK_SECRET"):
        WebhookSettings.from_environment({"SGN_WEBHOOK_URL": "https://hooks.example.org"})


def test_the_secret_is_nowhere_shown() -> None:
    assert SECRET not in repr(settings("https://hooks.example.org"))
    assert SECRET not in signature(SECRET, 1, body_of(TASK, PAGES))


def test_the_service_tells_of_a_task_that_is_cancelled(tmp_path: Path) -> None:
    """A real service, without a worker."""
    with (
        receiving() as receiver,
        place_at(
            tmp_path,
            SGN_WEBHOOK_URL=receiver.url,
            SGN_WEBHOOK_SECRET=SECRET,
            SGN_WEBHOOK_HOSTS="localhost",
            SGN_PUBLIC_URL=PAGES,
        ) as place,
    ):
        names = names_of(place.variables)
        assert names.known
        task_id = place.submit()
        deadline = time.monotonic() + 60
        time.sleep(webhooks.ROUND_SECONDS)  # the first round says from when on
        assert place.http.post(f"/api/v0/tasks/{task_id}/cancel").json()["error_num"] == 0
        while not receiver.told and time.monotonic() < deadline:
            time.sleep(0.1)
        (told,) = receiver.told
        content = json.loads(told.body)
        assert content.pop("finished_at") > 0
        assert content == {
            "event": "task.ended",
            "task_id": task_id,
            "task_status": "Cancelled",
            "page": f"{PAGES}/tasks/{task_id}",
        }
