"""What the command shows on a terminal, of 80 columns unless a test says otherwise."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from pathlib import Path

import pytest

from tests.service.cli.command import COMMAND, Form, environment
from tests.service.fake_service import CSV, FakeService, task

TASK = "TASK20012912454500"
LONG = "A_181210_140_SZ_sfMRI_AAL90"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def terminal(*arguments: str, url: str, columns: int = 80) -> str:
    """All that the command writes to a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with (
        open(ours, "rb", buffering=0) as screen,  # noqa: PTH123
        subprocess.Popen(
            [*COMMAND, *arguments],
            env=environment(TERM="xterm-256color", SGN_URL=url),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        ) as running,
    ):
        os.close(theirs)
        written = b""
        try:
            while piece := screen.read(65_536):
                written += piece
        except OSError:  # how Linux says that the other end is closed
            pass
        assert running.wait(30) == 0
    return written.decode()


def lines(written: str) -> list[str]:
    """As they are read, without colours; a line that is written over counts each time."""
    return [line.rstrip() for line in re.split(r"[\r\n]+", CONTROL.sub("", written))]


def test_waiting_draws_a_bar_that_fits_and_ends_with_the_metrics(
    fake: FakeService, form: Form
) -> None:
    written = terminal("submit", form(), "--wait", url=fake.url)

    shown = lines(written)
    halfway = f"{TASK} Running [━╸╺]+ epoch 2 of 4, 50 %, 0:34 left"
    assert any(re.fullmatch(halfway, line) for line in shown)
    assert any(re.fullmatch(f"{TASK} Finished ━+ epoch 4 of 4, 100 %", line) for line in shown)
    assert max(map(len, shown)) <= 80
    assert "Balanced accuracy  0.810          0.810           -               0.810" in shown
    assert "                   [0.70-0.91]    [0.70-0.91]                     [0.70-0.91]" in shown
    assert "\x1b[32mFinished" in written


@pytest.mark.nightly(but=("command0-60",))
@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize(
    "command",
    [
        *(("tasks",), ("show", TASK), ("models",), ("data", "list"), ("lineage", TASK)),
        *(
            ("compare", TASK, f"{TASK}1"),
            ("predict", TASK, "new.csv", "--explain"),
            ("data", "show", "A"),
        ),
    ],
)
def test_every_listing_fits(
    fake: FakeService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    columns: int,
) -> None:
    (tmp_path / "new.csv").write_bytes(CSV)
    monkeypatch.chdir(tmp_path)
    name = "a rather long name, as people write them when they want to know later what it was"
    config = {"train_data": [LONG] * 5, "param_set": {"epochs": 200, "learning_rate": 0.05}}
    for each in (TASK, f"{TASK}1"):
        fake.looks[each] = [task(each, "Finished", task_name=name, task_config=config)]

    shown = lines(terminal(*command, url=fake.url, columns=columns))

    assert 30 < max(map(len, shown)) <= columns
    if command[0] == "show":
        assert " ".join(shown).count(LONG) == 5


@pytest.mark.nightly
def test_an_id_is_never_cut_however_narrow_the_terminal_is(fake: FakeService) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]

    shown = lines(terminal("models", url=fake.url, columns=12))
    listed = lines(terminal("tasks", url=fake.url, columns=30))

    assert any(line.startswith("SGN, GNN") for line in shown)
    assert any(line.startswith(f"{TASK}  Finished") for line in listed)
    assert not any("PROJ20191217104136" in line for line in listed)  # there is no room for it
