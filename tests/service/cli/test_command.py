"""The ``sgn`` command as such: help, version, errors, addresses."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from service.cli import main
from tests.installations import run_sgn
from tests.servers import free_ports
from tests.service.cli.command import COMMAND, INTERRUPTIBLE, ROOT, Command, environment
from tests.service.fake_service import (
    FakeService,
    Reply,
    task,
)

TASK = "TASK20012912454500"


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "service.cli", "--help"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in ran.stderr.splitlines()}
    heavy = {"torch", "pandas", "numpy", "starlette", "dramatiq", "tortoise", "httpx", "rich"}
    assert "click" in loaded
    assert not loaded & heavy
    for command in main.commands:
        assert f"\n  {command} " in ran.stdout
    assert "..." not in ran.stdout.partition("Getting started:")[2]


def every_command(
    group: click.Group = main, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))


@pytest.mark.parametrize("command", list(every_command()), ids=" ".join)
def test_every_help_has_an_example_of_the_command(command: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*command, "--help"], prog_name="sgn")

    assert shown.exit_code == 0
    example = shown.stdout.partition("Example:\n")[2]
    assert f"sgn {' '.join(command)}" in example
    assert max(map(len, example.splitlines())) <= 80


def test_every_verb_that_answers_takes_json() -> None:
    lasting = {"up", "demo", "serve", "worker"}
    groups = {"data", "model", "token"}
    answering = [path for path in every_command() if path[-1] not in lasting | groups]
    without = [path for path in answering if "--json" not in options(path)]

    assert len(answering) >= 25
    assert without == []


def options(path: tuple[str, ...]) -> set[str]:
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    return {option for parameter in command.params for option in parameter.opts}


def test_the_help_says_what_the_exit_status_means() -> None:
    shown = CliRunner().invoke(main, ["--help"], prog_name="sgn").stdout

    assert "Exit status:\n    0    success\n    1    failure" in shown


def test_a_listing_loads_no_more_than_it_needs(fake: FakeService) -> None:
    code = "import sys; from service.cli import main\ntry: main()\nfinally: print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code, "models"],
        env=environment(SGN_URL=fake.url),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    loaded = set(ran.stdout.splitlines()[-1].split())
    assert {"httpx", "rich"} <= loaded
    assert not loaded & {"torch", "pandas", "numpy", "starlette", "dramatiq", "tortoise"}


def test_the_version_is_the_installed_one(tmp_path: Path) -> None:
    installed = tmp_path / "nld_sgn-9.8.7.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: nld-sgn\nVersion: 9.8.7\n")

    ran = run_sgn("--version", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "sgn 9.8.7\n", "")
    said = run_sgn("version", "--json", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}").stdout
    assert json.loads(said) == {"version": "9.8.7"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fly"], "No such command 'fly'. See 'sgn --help'."),
        (["submit"], "Missing argument 'FORM.json'. See 'sgn submit --help'."),
        (["tasks", "--limit", "0"], "Invalid value for '--limit': 0 is not in the range x>=1."),
        (["data", "add", "x.csv"], "Path 'x.csv' does not exist. See 'sgn data add --help'."),
        (["data", "add", __file__], "Missing option '--proj'. See 'sgn data add --help'."),
        (["model", TASK], "Missing option '-o' / '--output'. See 'sgn model get --help'."),
        (["compare"], "Missing argument 'TASK...'. See 'sgn compare --help'."),
        (["completion", "cmd"], "'cmd' is not one of 'bash', 'zsh', 'fish'."),
    ],
)
def test_a_wrong_command_line_is_one_sentence(arguments: list[str], sentence: str) -> None:
    ran = CliRunner().invoke(main, arguments, prog_name="sgn")

    assert ran.exit_code == 2
    assert ran.stdout == ""
    assert sentence in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_without_a_command_the_help_is_shown() -> None:
    ran = CliRunner().invoke(main, [], prog_name="sgn")

    assert ran.exit_code == 2
    assert "Getting started:" in ran.stderr


def test_nobody_there_is_one_sentence_that_names_the_address() -> None:
    url = f"http://127.0.0.1:{free_ports(1)[0]}"

    ran = run_sgn("tasks", SGN_URL=url)

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        f"{url} does not answer (Connection refused): start a service with 'sgn up', or give "
        "the address of a running one with --url or SGN_URL.\n"
    )


def test_the_url_may_stand_in_the_environment_and_before_or_after_the_command(
    fake: FakeService,
) -> None:
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"
    runner = CliRunner()

    for arguments, variable in (
        (["data", "list"], fake.url),
        (["--url", fake.url, "data", "list"], nobody),
        (["--url", nobody, "data", "list", "--url", fake.url], nobody),
    ):
        ran = runner.invoke(main, arguments, env={"SGN_URL": variable})
        assert ran.exit_code == 0, ran.stderr
    assert runner.invoke(main, ["data", "list"], env={"SGN_URL": nobody}).exit_code == 1


def test_what_is_not_the_service_is_one_sentence(sgn: Command, fake: FakeService) -> None:
    fake.forced = [Reply(b"<h1>It works!</h1>", kind="text/html")]

    ran = sgn("tasks")

    assert ran.exit_code == 1
    assert fake.url in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.nightly
def test_a_reader_that_goes_away_is_no_fault_of_the_command(fake: FakeService) -> None:
    fake.looks = {f"TASK{number:03}": [task(f"TASK{number:03}")] for number in range(300)}

    with subprocess.Popen(
        [*COMMAND, "tasks", "--limit", "300"],
        env=environment(SGN_URL=fake.url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running_process:
        assert running_process.stdout is not None
        assert running_process.stderr is not None
        running_process.stdout.close()
        assert running_process.stderr.read() == ""


def test_an_interrupt_ends_any_command_without_a_traceback(fake: FakeService) -> None:
    fake.forced = [Reply(b"{}", delay=20)]

    with subprocess.Popen(
        [*INTERRUPTIBLE, "tasks"],
        env=environment(SGN_URL=fake.url),
        stderr=subprocess.PIPE,
        text=True,
    ) as asking:
        while not fake.seen and asking.poll() is None:
            time.sleep(0.01)
        asking.send_signal(signal.SIGINT)
        errors = asking.communicate(timeout=10)[1]

    assert asking.returncode == 130
    assert errors.strip() == ""


@pytest.mark.nightly
def test_letters_that_the_terminal_lacks_are_no_fault(fake: FakeService) -> None:
    fake.looks = {"TASK1": [task("TASK1", task_name="精神 n")]}

    ran = run_sgn("tasks", SGN_URL=fake.url, PYTHONIOENCODING="latin-1")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[1].endswith("  ?? n")
