"""What can be known of compose.yaml without a container engine."""

import configparser
import json
import re
import shutil
import socket
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from actors.settings import ProcessSettings
from tests.databases import ServerSilent, mysql_database, query
from tests.deploy.front import REPOSITORY
from tests.deploy.rendered import Object, pod
from tests.deploy.security import is_pinned
from tests.deploy.topology import neuro_learn_statements

COMPOSE = REPOSITORY / "compose.yaml"
PROGRAMS = Path(sys.executable).parent
VERSION = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
MC = """#!{sh}
echo "$*" >>{log}
case "$*" in
    *attach*) exit "$ATTACHED" ;;
    *info*) echo "$USER_INFO" ;;
esac
"""
SHAPE = """
    SELECT table_name, column_name, column_type, is_nullable, column_key, extra, character_set_name
    FROM information_schema.columns WHERE table_schema = DATABASE()
    ORDER BY table_name, ordinal_position"""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return found


class Loader(yaml.SafeLoader):
    """Knows the tag by which a file of compose puts a list in the place of another's."""


def overriding(loader: yaml.SafeLoader, node: yaml.SequenceNode) -> list[Any]:
    return loader.construct_sequence(node, deep=True)


Loader.add_constructor("!override", overriding)


@pytest.fixture(scope="module")
def with_minio() -> dict[str, Any]:
    text = (REPOSITORY / "compose" / "minio.yaml").read_text()
    found: dict[str, Any] = yaml.load(text, Loader)
    return found


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which compose/prepare.sh was run."""
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "compose").mkdir()
    script = folder / "compose" / "prepare.sh"
    script.write_text((REPOSITORY / "compose" / "prepare.sh").read_text())
    subprocess.run(["sh", script], check=True)
    return folder


def test_it_fits_the_schema() -> None:
    program, schema = PROGRAMS / "check-jsonschema", "vendor.compose-spec"
    subprocess.run([program, "--builtin-schema", schema, COMPOSE], check=True)


def test_every_image_is_pinned(compose: dict[str, Any], with_minio: dict[str, Any]) -> None:
    services = (*compose["services"].values(), *with_minio["services"].values())
    images = [re.sub(r"\$\{\w+:-([^}]+)\}", r"\1", each["image"]) for each in services]
    assert [image for image in images if not is_pinned(image)] == []
    ours = {image.rpartition(":")[2] for image in images if image.startswith("nld-sgn/")}
    assert {tag.partition("-")[0] for tag in ours} == {VERSION}


def test_the_storage_is_the_one_of_the_cluster(compose: dict[str, Any], dev: list[Object]) -> None:
    (container,) = pod(dev, "seaweedfs").containers
    storage = compose["services"]["storage"]
    assert storage["image"] == container["image"]
    secret = {"/run/secrets/storage/s3.json": "/run/secrets/storage_identities"}
    assert storage["command"] == [
        "=".join(secret.get(part, part) for part in argument.split("="))
        for argument in container["args"]
    ]


def test_the_service_s_key_may_use_its_bucket_alone(
    compose: dict[str, Any], prepared: Path
) -> None:
    secrets = prepared / "compose" / "secrets"
    admin, sgn = json.loads((secrets / "storage_identities").read_text())["identities"]
    assert admin["actions"] == ["Admin"]
    assert {action.partition(":")[2] for action in sgn["actions"]} == {"sgn-models"}
    for identity, name in ((admin, "storage_admin"), (sgn, "s3_credentials")):
        keys = configparser.ConfigParser()
        keys.read(secrets / name)
        (credentials,) = identity["credentials"]
        assert list(credentials.values()) == list(keys["default"].values())
    for service in ("service", "worker"):
        assert "storage_admin" not in compose["services"][service]["secrets"]


def test_minio_takes_the_place_of_what_is_there(
    compose: dict[str, Any], with_minio: dict[str, Any]
) -> None:
    assert set(with_minio["services"]) <= set(compose["services"])
    for service in with_minio["services"].values():
        assert set(service["secrets"]) <= set(compose["secrets"]) | set(with_minio["secrets"])


def test_the_images_carry_the_version() -> None:
    assert f"\nARG VERSION={VERSION}\n" in (REPOSITORY / "Containerfile").read_text()


def test_what_is_mounted_is_there(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in compose["volumes"] or (REPOSITORY / source).exists()


def test_every_secret_is_made(
    compose: dict[str, Any], with_minio: dict[str, Any], prepared: Path
) -> None:
    made = {str(path.relative_to(prepared)) for path in (prepared / "compose/secrets").iterdir()}
    named = {**compose["secrets"], **with_minio["secrets"]}
    assert made == {secret["file"] for secret in named.values()}
    assert stat.S_IMODE((prepared / "compose/secrets").stat().st_mode) == 0o700
    used = [each for service in compose["services"].values() for each in service.get("secrets", [])]
    assert set(used) == set(compose["secrets"])


def test_secrets_that_are_there_are_kept(prepared: Path) -> None:
    before = {path: path.read_text() for path in (prepared / "compose/secrets").iterdir()}
    before[prepared / ".env"] = (prepared / ".env").read_text()
    subprocess.run(["sh", prepared / "compose" / "prepare.sh"], check=True)
    assert before == {path: path.read_text() for path in before}


def test_the_installation_can_read_its_secrets(compose: dict[str, Any], prepared: Path) -> None:
    secrets = prepared / "compose" / "secrets"
    given = {**compose["services"]["worker"]["environment"]}
    assert given.pop("SGN_PUBLIC_URL") == "${SGN_PUBLIC_URL:-}"  # of .env
    environment = {
        name: str(value).replace("/run/secrets", str(secrets)) for name, value in given.items()
    }
    settings = ProcessSettings.from_environment(environment)
    database, queue = urlsplit(settings.database_url), urlsplit(settings.redis_url)
    assert database.password == (secrets / "database_password").read_text()
    assert (secrets / "redis_conf").read_text() == f"requirepass {queue.password}\n"
    assert {database.hostname, queue.hostname} <= set(compose["services"])


def test_the_tables_are_those_that_django_makes() -> None:
    try:
        with mysql_database() as django, mysql_database(django=False) as own:
            query(own, *neuro_learn_statements())
            assert query(own, SHAPE) == query(django, SHAPE) != []
    except ServerSilent as silent:
        pytest.skip(str(silent))


@pytest.mark.parametrize(
    ("attached", "user", "status"),
    [(0, "", 0), (1, "PolicyName: sgn-models", 0), (1, "PolicyName: another", 1)],
)
def test_the_bucket_is_made_with_what_the_image_of_mc_has(
    prepared: Path, tmp_path: Path, attached: int, user: str, status: int
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "cat"):
        (programs / name).symlink_to(str(shutil.which(name)))
    mc = programs / "mc"
    mc.write_text(MC.format(sh=shutil.which("sh"), log=tmp_path / "log"))
    mc.chmod(0o755)
    secrets = prepared / "compose" / "secrets"
    told = {"PATH": str(programs), "SECRETS": str(secrets), "TMPDIR": str(tmp_path)}
    told |= {"ATTACHED": str(attached), "USER_INFO": user}
    script = REPOSITORY / "compose" / "bucket.sh"
    done = subprocess.run(
        [programs / "sh", script, "sgn-models"], env=told, check=False, capture_output=True
    )
    assert (done.returncode, done.stderr) == (status, b"")
    keys = configparser.ConfigParser()
    keys.read(secrets / "s3_credentials")
    name, secret = keys["default"].values()
    assert (tmp_path / "log").read_text().splitlines()[:4] == [
        "mb --ignore-existing store/sgn-models",
        f"admin policy create store sgn-models {tmp_path}/policy.json",
        f"admin user add store {name} {secret}",
        f"admin policy attach store sgn-models --user {name}",
    ]
    assert json.loads((tmp_path / "policy.json").read_text())["Statement"]


@pytest.mark.parametrize("name", ["prepare.sh", "bucket.sh"])
def test_the_scripts_are_plain_shell(name: str) -> None:
    subprocess.run(["sh", "-n", REPOSITORY / "compose" / name], check=True)


def test_every_builder_leaves_the_same_out() -> None:
    podman, docker = (
        (REPOSITORY / name).read_text()
        for name in (".containerignore", "Containerfile.dockerignore")
    )
    assert podman == docker


def stage(target: str) -> str:
    """The lines of a target of the Containerfile."""
    text = (REPOSITORY / "Containerfile").read_text()
    return text.partition(f" AS {target}\n")[2].partition("\nFROM ")[0]


def test_the_development_image_knows_its_version_and_runs_the_source() -> None:
    text = stage("development")
    assert "COPY --from=code /opt/nld-sgn /opt/nld-sgn\n" in text
    assert "PYTHONPATH=/src:/opt/nld-sgn\n" in text


@pytest.mark.parametrize(
    ("target", "variable"), [("service", "SGN_PORT"), ("worker", "SGN_METRICS_PORT")]
)
def test_the_health_checks_ask_the_port_that_is_set(target: str, variable: str) -> None:
    command = json.loads(
        stage(target).partition("HEALTHCHECK")[2].partition("CMD ")[2].partition("\n")[0]
    )
    assert command[0] == "python"
    with socket.create_server(("127.0.0.1", 0)) as server:
        told = {variable: str(server.getsockname()[1])}
        asked = subprocess.Popen([sys.executable, *command[1:]], env=told)
        client, _ = server.accept()
        with client:
            assert client.recv(1000).startswith(b"GET /healthz ")
            client.sendall(b"HTTP/1.0 200 OK\r\n\r\nok")
        assert asked.wait(10) == 0
    assert subprocess.run(
        [sys.executable, *command[1:]], env=told, check=False, stderr=subprocess.DEVNULL
    ).returncode


def test_hadolint_finds_nothing_in_the_containerfile() -> None:
    subprocess.run([PROGRAMS / "hadolint", REPOSITORY / "Containerfile"], check=True)
