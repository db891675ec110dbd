"""The commands that start processes, which stand-ins take the place of."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from graphnet.messages import ENGLISH
from service.cli import main

TASK = "TASK20012912454500"


def stand_in(
    monkeypatch: pytest.MonkeyPatch, name: str, run: Callable[..., int], function: str = "run"
) -> None:
    module = ModuleType(name)
    setattr(module, function, run)
    monkeypatch.setitem(sys.modules, name, module)


def test_up_is_told_where_to_live_and_gives_its_status(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told: list[tuple[object, ...]] = []

    def run(
        home: Path,
        host: str,
        port: int,
        *,
        open_browser: bool,
        exit_on_stdin_eof: bool,
        language: str,
    ) -> int:
        assert language == ENGLISH
        told.append((home, host, port, open_browser, exit_on_stdin_eof))
        return 3

    stand_in(monkeypatch, "service.local.up", run)
    monkeypatch.chdir(tmp_path)

    first = CliRunner().invoke(main, ["up", "--home", "here", "--port", "7", "--host", "::1"])
    second = CliRunner().invoke(main, ["up"])
    CliRunner().invoke(main, ["up", "--open", "--until-stdin-ends"])

    assert first.exit_code == second.exit_code == 3
    assert told == [
        (tmp_path / "here", "::1", 7, False, False),
        (tmp_path / "sgn-home", "127.0.0.1", 7014, False, False),
        (tmp_path / "sgn-home", "127.0.0.1", 7014, True, True),
    ]


def test_a_demonstration_may_be_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told: list[Path | None] = []

    def run(home: Path | None, *_: object) -> int:
        told.append(home)
        return 0

    stand_in(monkeypatch, "service.local.demo", run)

    CliRunner().invoke(main, ["demo"])
    ran = CliRunner().invoke(main, ["demo", "--home", str(tmp_path)])

    assert ran.exit_code == 0
    assert told == [None, tmp_path]


@pytest.mark.parametrize(
    ("command", "module", "function"),
    [
        ("serve", "service.serve", "run"),
        ("worker", "service.local.processes", "run_worker"),
        ("migrate", "service.local.processes", "run_migration"),
    ],
)
def test_what_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, command: str, module: str, function: str
) -> None:
    def run(*_: str) -> int:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    stand_in(monkeypatch, module, lambda *_: 0, function)
    assert CliRunner().invoke(main, [command]).exit_code == 0

    stand_in(monkeypatch, module, run, function)
    ran = CliRunner().invoke(main, [command])

    assert ran.exit_code == 1
    assert ran.stderr == (
        "This command needs torch, which is not installed: run pip install 'nld-sgn[all]'.\n"
    )
