"""What says the version or tells of one agrees with pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
VERSION = PROJECT["project"]["version"]
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_changelog_keeps_its_form() -> None:
    text = (REPOSITORY / "CHANGELOG.md").read_text()
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert versions[0] == "Unreleased" or versions[0].startswith(f"{VERSION} - ")
    for version in versions[1:]:
        assert re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d{2}-\d{2}", version)
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= KINDS


def test_the_citation_is_of_this_version() -> None:
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text())
    assert citation["version"] == VERSION
    assert citation["license"] == PROJECT["project"]["license"]


def pins(name: str) -> set[str]:
    """Name and version of each package that a file pins."""
    return set(re.findall(r"^[^\s#]+==[^\s;]+", (REPOSITORY / name).read_text(), re.MULTILINE))


def required(*requirements: str) -> set[str]:
    """The name of each package, as pip writes it; our own extras stand for themselves."""
    names = {re.split(r"[\[<>=~!; ]", requirement)[0] for requirement in requirements}
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names} - {PROJECT["project"]["name"]}


def test_what_has_hashes_is_what_the_tests_run_with() -> None:
    hashed = pins("requirements.txt")
    extras = PROJECT["project"]["optional-dependencies"].values()
    wanted = required(
        *PROJECT["project"]["dependencies"], *(name for extra in extras for name in extra)
    )
    assert {"numpy", "starlette", "torch", "fluent-runtime"} <= wanted
    assert wanted <= {pin.partition("==")[0].partition("[")[0] for pin in hashed}
    assert hashed <= pins("constraints.txt")


@pytest.mark.parametrize("package", PROJECT["tool"]["importlinter"]["root_packages"])
def test_every_package_says_that_it_is_typed(package: str) -> None:
    assert (REPOSITORY / package / "py.typed").is_file()


def test_the_hooks_run_sessions_that_are_there() -> None:
    config = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text())
    sessions = set(
        re.findall(
            r"^@nox\.session.*\ndef (\w+)", (REPOSITORY / "noxfile.py").read_text(), re.MULTILINE
        )
    )
    hooks = [hook["entry"].split() for repo in config["repos"] for hook in repo["hooks"]]
    assert {entry[entry.index("-s") + 1] for entry in hooks} <= sessions
