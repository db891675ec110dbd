"""The secrets that the overlay dev makes are those its pods mount, and give usable settings."""

import configparser
import json
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from actors.settings import ProcessSettingsError
from service.settings import HttpSettings
from tests.deploy.references import secret_keys
from tests.deploy.rendered import KUSTOMIZE, Object, environment, pod


def test_every_secret_that_is_mounted_is_made_by_the_script_of_dev(
    dev: list[Object], alternatives: list[Object], secrets: dict[str, dict[str, str]]
) -> None:
    for name, key in (*secret_keys(dev), *secret_keys(alternatives)):
        assert key in {"", *secrets[name]}, (name, key)
    database = urlsplit(secrets["sgn-database"]["url"])
    settings = {each["name"]: each["value"] for each in pod(dev, "mariadb").containers[0]["env"]}
    assert database.username == settings["MARIADB_USER"]
    assert database.password == secrets["sgn-mariadb"]["password"]
    assert database.path == f"/{settings['MARIADB_DATABASE']}"
    file = configparser.ConfigParser()
    file.read_string(secrets["sgn-s3"]["credentials"])
    pair = tuple(file["default"].values())
    storage = secrets["sgn-storage"]
    assert pair == (storage["user"], storage["password"])
    ((told,),) = (each["credentials"] for each in json.loads(storage["s3.json"])["identities"])
    assert pair == (told["accessKey"], told["secretKey"])


def test_no_two_runs_of_the_script_give_the_same_password(
    secrets: dict[str, dict[str, str]],
) -> None:
    again = subprocess.run(
        [KUSTOMIZE / "overlays" / "dev" / "secrets.sh"], capture_output=True, text=True, check=True
    ).stdout
    assert secrets["sgn-mariadb"]["password"] not in again
    assert secrets["sgn-mariadb"]["password"] != secrets["sgn-mariadb"]["root-password"]


@pytest.mark.parametrize("name", ["service", "worker-cpu"])
def test_the_settings_can_be_used(
    objects: list[Object], secrets: dict[str, dict[str, str]], name: str, tmp_path: Path
) -> None:
    files = {
        "database_url": secrets["sgn-database"]["url"],
        "redis_url": secrets["sgn-redis"]["url"],
    }
    given = environment(objects, name, tmp_path, **files)
    settings = HttpSettings.from_environment(given)
    assert settings.process.database_url == files["database_url"]
    assert settings.host == "0.0.0.0"
    assert settings.port == 7014
    assert not settings.anonymous
    assert settings.trusted
    (tmp_path / "redis-url").unlink()
    with pytest.raises(ProcessSettingsError, match="SGN_REDIS_URL_FILE"):
        HttpSettings.from_environment(given)
