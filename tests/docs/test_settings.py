"""docs/settings.md names every variable, with an example that can be used and the real default."""

import re
from pathlib import Path

import pytest

from actors import settings as process_settings
from service import settings
from service.settings import HttpSettings
from tests.docs.pages import DOCS

ROW = re.compile(r"^\| `(\w+)` \| .* \| `([^`]+)` \| (.+) \|$", re.MULTILINE)
ROWS = {
    name: (example, default)
    for name, example, default in ROW.findall((DOCS / "settings.md").read_text(encoding="utf-8"))
}
REQUIRED = {name: example for name, (example, default) in ROWS.items() if default == "required"}

HOOK = {  # another than in the examples
    "SGN_WEBHOOK_URL": "https://other.example.org",
    "SGN_WEBHOOK_SECRET": "of another installation",
    "SGN_WEBHOOK_HOSTS": "",
    "SGN_WEBHOOK_AUTHORITIES": "",
}


def test_no_variable_is_missing() -> None:
    sources = [
        Path(str(module.__file__)).read_text(encoding="utf-8")
        for module in (process_settings, settings)
    ]
    read = set(re.findall(r'"((?:SGN|OTEL)_[A-Z0-9_]+)"', "".join(sources)))
    assert set(ROWS) == read


def test_what_is_required_suffices() -> None:
    assert HttpSettings.from_environment(REQUIRED).process.redis_url == REQUIRED["SGN_REDIS_URL"]
    for name in REQUIRED:
        with pytest.raises(process_settings.ProcessSettingsError, match=name):
            HttpSettings.from_environment(_without(name))


def _without(name: str) -> dict[str, str]:
    return {known: text for known, text in REQUIRED.items() if known != name}


@pytest.mark.parametrize("name", sorted(set(ROWS) - set(REQUIRED)))
def test_an_example_can_be_used_and_is_not_the_default(name: str) -> None:
    others = (
        {} if name == "SGN_HOST" else {"SGN_HOST": ROWS["SGN_HOST"][0]}
    )  # some matter there only
    if name in HOOK:
        others |= HOOK
    given = HttpSettings.from_environment({**REQUIRED, **others, name: ROWS[name][0]})
    assert given != HttpSettings.from_environment({**REQUIRED, **others})


def test_a_default_is_what_the_service_takes() -> None:
    told = {
        name: default.strip("`")
        for name, (_, default) in ROWS.items()
        if re.fullmatch(r"`[^`]+`", default)
    }
    assert len(told) > 15
    assert HttpSettings.from_environment({**REQUIRED, **told}) == HttpSettings.from_environment(
        REQUIRED
    )
