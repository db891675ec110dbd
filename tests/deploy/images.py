"""Both images, built and started for real. Takes minutes and gigabytes: `nox -s images`."""

import contextlib
import json
import logging
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.databases import ServerSilent
from tests.deploy.engine import Engine, Image, engine
from tests.deploy.front import REPOSITORY
from tests.deploy.topology import servers
from tests.places import PLAIN, add_small, stream
from tests.servers import ServerMissing, free_ports
from tests.service.forms import form

pytestmark = pytest.mark.slow

log = logging.getLogger(__name__)

URL = "http://127.0.0.1:7014"
USER = 10014
INSTALLED = """
import importlib.metadata as m, json
print(json.dumps({d.metadata["Name"]: d.version for d in m.distributions()}))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    try:
        with engine(tmp_path_factory.mktemp("engine")) as found:
            yield found
    except ServerMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def service(built: Engine) -> Image:
    return _measured(built, "service")


@pytest.fixture(scope="module")
def worker(built: Engine) -> Image:
    return _measured(built, "worker")


def _measured(built: Engine, target: str) -> Image:
    start = time.monotonic()
    image = built.build(target)
    log.info("%s: %.0f MB, built in %.0f s", target, image.size / 1e6, time.monotonic() - start)
    return image


def test_the_service_is_free_of_torch(service: Image) -> None:
    assert "No module named 'torch'" in service.run("python", "-c", "import torch").stderr
    assert service.run("python", "-c", "import service.serve").returncode == 0


def test_nothing_is_compiled_again_at_each_start(service: Image) -> None:
    seen = service.run("python", "-v", "-c", "import service.serve").stderr
    read = re.findall(r"# code object from '?(/opt/[^'\n]+)", seen)
    assert read != []
    assert [path for path in read if not path.endswith(".pyc")] == []


@pytest.mark.parametrize("name", ["service", "worker"])
def test_what_is_installed_is_what_was_tested(name: str, request: pytest.FixtureRequest) -> None:
    image: Image = request.getfixturevalue(name)
    done = image.run("python", "-c", INSTALLED)
    installed = {_plain(key): value for key, value in json.loads(done.stdout).items()}
    pins = (REPOSITORY / "constraints.txt").read_text()
    tested = {
        _plain(key): value for key, value in re.findall(r"^(\S+)==([^\s;]+)", pins, re.MULTILINE)
    }
    assert installed.pop("nld-sgn") in image.config["Labels"]["org.opencontainers.image.version"]
    unknown = {
        key: value for key, value in installed.items() if tested.get(key) != value.split("+")[0]
    }
    assert unknown == {}


@pytest.mark.parametrize("name", ["service", "worker"])
def test_nothing_can_be_written_but_what_is_meant(
    name: str, request: pytest.FixtureRequest
) -> None:
    image: Image = request.getfixturevalue(name)
    assert image.run("id", "-u").stdout.strip() == str(USER)
    for folder in ("/", "/home/sgn", "/opt/sgn", "/opt/nld-sgn", "/var/spool/sgn"):
        assert "Read-only" in image.run("touch", f"{folder}/x").stderr
    assert image.run("touch", "/tmp/x").returncode == 0


def test_a_form_ends_in_finished(service: Image, worker: Image, tmp_path: Path) -> None:
    try:
        with servers(tmp_path) as (outside, _):
            folder = tmp_path / "secrets"
            inside = {
                key: each.replace(f"{folder}", "/run/secrets") for key, each in outside.items()
            }
            inside |= {"SGN_HOST": "127.0.0.1"}
            (port,) = free_ports(1)  # both run on this machine's one network
            own = inside | {"SGN_METRICS_PORT": str(port)}
            with _running(service, own, tmp_path, folder) as process:
                _is_up(process)
                with _running(worker, inside, tmp_path, folder):
                    _trains()
    except ServerSilent as silent:
        pytest.skip(str(silent))


def _is_up(process: "subprocess.Popen[bytes]") -> None:
    start = time.monotonic()
    while True:
        assert process.poll() is None
        with contextlib.suppress(httpx.TransportError):
            assert httpx.get(f"{URL}/readyz").json()["error_num"] == 0
            break
        time.sleep(0.02)
    log.info("service: answers %.1f s after its start", time.monotonic() - start)
    assert set(psutil.Process(process.pid).uids()) == {USER}


def _trains() -> None:
    start = time.monotonic()
    with httpx.Client(base_url=URL, timeout=60) as http:
        add_small(http)
        posted = form(param_set={**PLAIN, "epochs": 2})
        answer = http.post("/api/v0/new_task", content=json.dumps(posted)).json()
        *_, (_, _, last) = stream(URL, answer["task_form"]["task_id"])
    assert last["task_status"] == "Finished", last["error"]
    log.info("worker: the first task had ended %.1f s after its start", time.monotonic() - start)


def test_the_health_check_tells_a_service_that_is_away(service: Image) -> None:
    assert _health(service) != 0


@contextlib.contextmanager
def _running(
    image: Image, variables: dict[str, str], folder: Path, secrets: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """The process that the image names; it ends well when it is asked to."""
    command, environment = image.command(image.start, variables, secrets)
    path = folder / f"{image.config['Cmd'][0]}.log"
    with path.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield process
        assert _health(image) == 0
    finally:
        process.terminate()
        status = process.wait(60)
        log.info("%s: %s", image.name, path.read_text()[-2000:])
    assert status == 0


def _health(image: Image) -> int:
    kind, *arguments = image.config["Healthcheck"]["Test"]
    assert kind == "CMD"
    return image.run(*arguments).returncode


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
