"""``python -m graphnet.readers`` and ``python -m graphnet.predecessor``: help and errors."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from graphnet.messages import CHINESE, Message, render
from graphnet.predecessor.__main__ import main as predecessor
from graphnet.readers.__main__ import main as readers
from tests.service.english import english_in

Main = Callable[[list[str]], int]
EACH = pytest.mark.parametrize(
    ("main", "program"),
    [(readers, "python -m graphnet.readers"), (predecessor, "python -m graphnet.predecessor")],
)
KEPT = ("NEURO-LEARN", "JSON", "FILE", "OUT")


def said(
    main: Main, arguments: list[str], capsys: pytest.CaptureFixture[str], status: int = 0
) -> str:
    """What a command line prints that ends at once, without a run."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == status
    printed = capsys.readouterr()
    return printed.err if status else printed.out


@EACH
def test_help_is_in_the_chosen_language(
    main: Main,
    program: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    english = said(main, ["--help"], capsys)
    assert english.startswith(f"Usage: {program} [-h] [--lang")
    assert "An empty folder for the outcome." in english

    chinese = said(main, ["--help", "--lang", "zh-CN"], capsys)
    prose = chinese.partition("\n\n")[2]
    assert render(Message("help.read-out"), CHINESE) in prose
    assert english_in(prose, KEPT) == []
    assert not re.search(r"usage|options:|positional|show this", chinese, re.IGNORECASE)

    monkeypatch.setenv("SGN_LANG", "zh-CN")
    assert said(main, ["--help"], capsys) == chinese
    assert said(main, ["--help", "--lang=en"], capsys) == english
    monkeypatch.delenv("SGN_LANG")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert said(main, ["--help"], capsys) == chinese


@EACH
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], Message("help.missing", names="FILE, OUT")),
        (
            ["a", "b", "--most", "x"],
            Message(
                "help.of-argument",
                argument="--most",
                sentence=Message("help.not-a-number", value="'x'"),
            ),
        ),
        (["a", "b", "--fly"], Message("help.unrecognised", names="--fly")),
    ],
)
def test_an_invalid_command_line_is_refused_in_the_chosen_language(
    main: Main,
    program: str,
    arguments: list[str],
    message: Message,
    capsys: pytest.CaptureFixture[str],
) -> None:
    refused = said(main, [*arguments, "--lang", "zh-CN"], capsys, status=2).splitlines()[-1]
    assert refused == render(Message("help.error", program=program, sentence=message), CHINESE)
    assert english_in(refused) == []
    assert f"{program}: error: " in said(main, arguments, capsys, status=2)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("[]", "cli.not-a-mapping"),
        ('{"a": 1}', "cli.not-a-mapping"),
        ("a=b", "cli.not-json"),
        (None, ""),
    ],
)
def test_answers_that_cannot_be_read_are_refused(
    content: str | None, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "answers"
    if content is None:
        reason = Message("system.no-such-file")
        sentence = Message("readers.file-unusable", file=str(path), reason=reason)
    else:
        path.write_text(content)
        sentence = Message(code, file=str(path))
    command = ["a", "b", "--mapping", str(path)]
    for language in ("en", CHINESE):
        refused = said(readers, [*command, f"--lang={language}"], capsys, status=2)
        assert refused.endswith(f"{render(sentence, language)}\n")


@pytest.mark.nightly
def test_a_folder_is_read_and_named_by_all_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "cohort"
    folder.mkdir()
    sums = []
    for number, changed in enumerate(("0.5", "0.5", "0.25")):
        for group, first in (("SZ", "0.75"), ("NC", changed)):
            rows = [f"{group}{subject},{group},{first},2,3,4,5,6" for subject in range(5)]
            table = "\n".join(["subject,group,r1,r2,r3,r4,r5,r6", *rows])
            (folder / f"{group}.csv").write_text(table)
        out = tmp_path / f"out{number}"
        out.mkdir()
        command = [sys.executable, "-m", "graphnet.readers", str(folder), str(out)]
        environment = {**os.environ, "SGN_LANG": "en"}
        subprocess.run(command, check=True, env=environment, timeout=120)
        outcome = json.loads((out / "outcome.json").read_text())
        assert outcome.get("questions") == [], outcome
        sums.append(json.loads((out / "dataset.json").read_text())["sha256"])
    assert sums[0] == sums[1] != sums[2]
