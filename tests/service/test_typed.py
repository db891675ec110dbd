"""A command that is suggested can be typed as it stands, also where PATH does not find ``sgn``."""

import re
import sys
from pathlib import Path

import pytest

from graphnet.messages import LANGUAGES, Message
from service.local.typed import PROGRAM, SUGGESTED, render_typed, typed

LOCALE = Path(__file__).parents[2] / "graphnet/locale"
MENTIONED = ("Another sgn up", "另一个 sgn up")  # these are not to be typed


@pytest.fixture
def unfound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an ``sgn`` that PATH does not find."""
    programs = tmp_path / ".nox/demo/bin"
    programs.mkdir(parents=True)
    (programs / PROGRAM).write_text("#!/bin/sh\n")
    (programs / PROGRAM).chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.chdir(tmp_path)
    return programs


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_next_step_of_sgn_up_can_be_typed(unfound: Path, language: str) -> None:
    assert unfound.exists()
    said = render_typed(Message("local.up-next", url="http://127.0.0.1:7014"), language)
    assert "SGN_URL=http://127.0.0.1:7014 .nox/demo/bin/sgn data add FILE.csv" in said


def test_each_way_to_suggest_a_command(unfound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for sentence in ("with 'sgn data add'", "echo '{}' | sgn submit -", 'eval "$(sgn completion)"'):
        assert typed(sentence) == sentence.replace("sgn", ".nox/demo/bin/sgn")
    assert typed("Another sgn up is running on x") == "Another sgn up is running on x"
    monkeypatch.chdir(unfound)
    assert typed("sgn up --open") == "./sgn up --open"
    monkeypatch.chdir(Path(__file__).parent)
    assert typed("sgn up --open") == f"{unfound}/sgn up --open"
    monkeypatch.setenv("PATH", f"/nowhere:{unfound}")
    assert typed("sgn up --open") == "sgn up --open"


def test_another_sgn_on_the_path_is_not_suggested(
    unfound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / PROGRAM).write_text("#!/bin/sh\n")
    (other / PROGRAM).chmod(0o755)
    monkeypatch.setenv("PATH", str(other))
    assert typed("'sgn up'") == "'.nox/demo/bin/sgn up'"
    (unfound / PROGRAM).unlink()
    assert typed("'sgn up'") == "'sgn up'"
    monkeypatch.setenv("PATH", "/nowhere")
    assert typed("'sgn up'") == f"'{sys.executable} -m service.cli up'"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_suggests_commands_so_that_they_are_found(language: str) -> None:
    lines = [
        line.partition(" = ")[2].replace("{ $url }", "URL")
        for file in (LOCALE / language).glob("*.ftl")
        for line in file.read_text("utf-8").splitlines()
        if " = " in line and not line.startswith("#")
    ]
    unmarked = [
        line
        for line in lines
        if len(re.findall(r"\bsgn (?=[a-z-])", line)) > len(SUGGESTED.findall(line))
        and not any(mention in line for mention in MENTIONED)
    ]
    assert unmarked == []
    assert sum(map(len, map(SUGGESTED.findall, lines))) > 30
