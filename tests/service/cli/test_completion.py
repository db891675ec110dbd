"""``sgn completion``, run by a real shell where there is one."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import free_ports
from tests.service.cli.command import Command, environment
from tests.service.fake_service import FakeService, Reply, task

HOW = {
    "bash": """
source <(sgn completion bash)
COMP_WORDS=(%s) COMP_CWORD=%d
_sgn_completion sgn
printf '%%s\\n' "${COMPREPLY[@]}"
""",
    "fish": 'sgn completion fish | source; complete -C "%s" # %d',
}


PATIENT = """#!{python}
from service.cli import main, options

options.SECONDS = 30.0  # a machine with much to do is no service that does not answer
main(prog_name="sgn")
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH with the command on it, which waits for as long as it takes."""
    return _with_command(tmp_path, PATIENT.format(python=sys.executable))


def _with_command(tmp_path: Path, script: str) -> str:
    command = tmp_path / "sgn"
    command.write_text(script)
    command.chmod(0o755)
    return f"{tmp_path}:{environment()['PATH']}"


def completed(line: str, path: str, url: str, shell: str = "bash") -> set[str]:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not on this machine.")
    words = line.split(" ")
    ran = subprocess.run(
        [shell, "-c", HOW[shell] % (line if shell == "fish" else _quoted(words), len(words) - 1)],
        env=environment(PATH=path, SGN_URL=url),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stderr == ""
    return {found.partition("\t")[0] for found in ran.stdout.splitlines() if found}


def _quoted(words: list[str]) -> str:
    return " ".join(f"'{word}'" for word in words)


@pytest.mark.nightly(but=("bash",))
@pytest.mark.parametrize("shell", HOW)
def test_a_shell_completes_commands_and_what_the_service_knows(
    fake: FakeService, path: str, shell: str
) -> None:
    fake.looks = {"TASK1": [task("TASK1")], "TASK22": [task("TASK22")]}

    assert {"predict", "predictions"} == completed("sgn pred", path, fake.url, shell)
    assert completed("sgn show TASK", path, fake.url, shell) == {"TASK1", "TASK22"}
    assert completed("sgn compare TASK1 TASK2", path, fake.url, shell) == {"TASK22"}
    assert completed("sgn data show B", path, fake.url, shell) == {"B_190416_58_sfMRI_AAL90"}


@pytest.mark.nightly
def test_a_service_that_is_slow_is_not_waited_for(fake: FakeService, tmp_path: Path) -> None:
    listed = {"error_num": 0, "msg": "success", "tasks": [task("TASK1")], "next_cursor": None}
    fake.forced = [Reply(json.dumps(listed).encode(), delay=2)]
    path = _with_command(tmp_path, f'#!/bin/sh\nexec {sys.executable} -m service.cli "$@"\n')

    assert completed("sgn show T", path, fake.url) == set()


@pytest.mark.nightly
def test_a_service_that_does_not_answer_is_no_noise(path: str) -> None:
    assert completed("sgn show T", path, f"http://127.0.0.1:{free_ports(1)[0]}") == set()
    assert completed("sgn show T", path, "no address") == set()


def test_the_address_on_the_line_is_asked(fake: FakeService, path: str) -> None:
    fake.looks = {"TASK1": [task("TASK1")]}
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"

    assert completed(f"sgn --url {fake.url} show T", path, nobody) == {"TASK1"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_names_the_command_and_needs_no_shell(sgn: Command, shell: str) -> None:
    script = sgn("completion", shell).stdout

    assert "_SGN_COMPLETE" in script
    assert json.loads(sgn("completion", shell, "--json").stdout) == {
        "shell": shell,
        "script": script.removesuffix("\n"),
    }
