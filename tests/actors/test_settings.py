"""Settings are read once, and an error names its variable and shows no secret."""

from pathlib import Path

import pytest

from actors.settings import ProcessSettings, ProcessSettingsError
from service.settings import HttpSettings

GOOD = {
    "SGN_DATABASE_URL": "mysql://sgn:hidden@db/neurolearn",
    "SGN_REDIS_URL": "redis://:hidden@redis/0",
    "SGN_REGISTRY_URL": "s3://models/sgn",
}


def test_what_is_not_given_has_a_default() -> None:
    settings = ProcessSettings.from_environment(GOOD)
    assert settings.device == "auto"
    assert settings.lease_ms == 30_000
    assert settings.s3_endpoint_url is None


@pytest.mark.parametrize("name", GOOD)
def test_what_is_required_is_named(name: str) -> None:
    with pytest.raises(ProcessSettingsError, match=name):
        ProcessSettings.from_environment({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "ten", ""])
def test_a_number_that_is_none_is_shown(text: str) -> None:
    with pytest.raises(ProcessSettingsError, match=r"SGN_LEASE_MS.*above 0"):
        ProcessSettings.from_environment({**GOOD, "SGN_LEASE_MS": text})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://sgn.example.org/", "https://sgn.example.org"),
        (" http://10.1.2.3:7014/nl/ ", "http://10.1.2.3:7014/nl"),
        ("", ""),
    ],
)
def test_where_people_reach_the_pages(text: str, found: str) -> None:
    assert ProcessSettings.from_environment({**GOOD, "SGN_PUBLIC_URL": text}).public_url == found


@pytest.mark.parametrize(
    "text",
    ["sgn.example.org", "ftp://a", "https://", "https://a/?b=1", "https://a#b", "https://ü.de",
     "https://u:secret@a", "https://a:port"],
)  # fmt: skip
def test_what_is_no_address_of_pages_is_refused(text: str) -> None:
    with pytest.raises(
        ProcessSettingsError, match=r"SGN_PUBLIC_URL.*https://sgn\.example\.org"
    ) as wrong:
        ProcessSettings.from_environment({**GOOD, "SGN_PUBLIC_URL": text})
    assert "secret" not in str(wrong.value)


def test_a_secret_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("mysql://sgn:secret@db/x\n")
    given = {key: value for key, value in GOOD.items() if key != "SGN_DATABASE_URL"}
    settings = ProcessSettings.from_environment({**given, "SGN_DATABASE_URL_FILE": str(file)})
    assert settings.database_url == "mysql://sgn:secret@db/x"
    assert "secret" not in repr(settings)
    assert "hidden" not in repr(settings)
    with pytest.raises(ProcessSettingsError, match="SGN_DATABASE_URL_FILE"):
        ProcessSettings.from_environment({**given, "SGN_DATABASE_URL_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])
def test_beyond_loopback_nobody_is_anonymous_unless_told(host: str) -> None:
    assert not HttpSettings.from_environment({**GOOD, "SGN_HOST": host}).anonymous
    told = {**GOOD, "SGN_HOST": host, "SGN_ALLOW_ANONYMOUS": "1"}
    assert HttpSettings.from_environment(told).anonymous


def test_networks_are_read_once_and_a_wrong_one_is_named() -> None:
    told = {**GOOD, "SGN_TRUSTED_NETWORKS": "10.1.0.0/16, ::1"}
    found = HttpSettings.from_environment(told).trusted
    assert [str(network) for network in found] == ["10.1.0.0/16", "::1/128"]
    with pytest.raises(ProcessSettingsError, match=r"SGN_TRUSTED_NETWORKS.*10\.1\.0\.1/16"):
        HttpSettings.from_environment({**GOOD, "SGN_TRUSTED_NETWORKS": "10.1.0.1/16"})


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_is_free(host: str) -> None:
    assert HttpSettings.from_environment({**GOOD, "SGN_HOST": host}).anonymous
