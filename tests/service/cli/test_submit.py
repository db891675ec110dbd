"""``sgn submit``, with and without waiting."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.installations import run_sgn
from tests.service.cli.command import INTERRUPTIBLE, Command, Form, environment
from tests.service.fake_service import (
    FORM,
    RESULT,
    FakeService,
)

TASK = "TASK20012912454500"


def test_submitting_prints_the_tasks_id_alone(sgn: Command, form: Form, fake: FakeService) -> None:
    ran = sgn("submit", form(colour="red"))

    assert (ran.exit_code, ran.stdout) == (0, f"{TASK}\n")
    assert ran.stderr == "colour was not used.\n"
    assert fake.seen[0].json == {**FORM, "colour": "red"}


def test_a_form_may_come_from_standard_input(sgn: Command, fake: FakeService) -> None:
    ran = sgn("submit", "-", "--json", input=b"\xef\xbb\xbf" + json.dumps(FORM).encode())

    said = json.loads(ran.stdout)
    assert ran.exit_code == 0
    assert said["task_id"] == said["task_form"]["task_id"] == TASK
    assert fake.seen[0].json == FORM


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", " is not JSON: see line 1, column 2."),
        (b"", " is not JSON: see line 1, column 1."),
        (b"\xff\xfe\xff", " is not JSON."),
        (b"[" * 100_000, " is not JSON."),
        (b"[]", " must hold one JSON object, the form's fields."),
    ],
)
def test_what_is_no_form_is_not_sent(
    sgn: Command, fake: FakeService, tmp_path: Path, content: bytes, sentence: str
) -> None:
    (tmp_path / "form.json").write_bytes(content)

    ran = sgn("submit", str(tmp_path / "form.json"))

    assert ran.exit_code == 1
    assert f"form.json{sentence}" in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert fake.seen == []


def test_a_refused_form_gives_one_line_a_field(sgn: Command, form: Form) -> None:
    ran = sgn("submit", form(task_type="", proj_id=""), "--wait")

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.splitlines() == [
        "task_type is missing.",
        "proj_id is missing.",
    ]


def test_waiting_says_how_far_it_is_and_ends_with_the_metrics(
    fake: FakeService, form: Form
) -> None:
    ran = run_sgn("submit", form(), "--wait", SGN_URL=fake.url, FORCE_COLOR="1")

    assert ran.returncode == 0
    assert ran.stderr.splitlines() == [
        f"{TASK} Submitted",
        f"{TASK} Running: epoch 2 of 4, 50 %, 0:34 left",
        f"{TASK} Finished: epoch 4 of 4, 100 %",
    ]
    assert "\x1b" not in ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[:3] == [
        f"Task    {TASK}",
        "Name    schizophrenia, site A",
        "Status  Finished",
    ]
    assert (
        "AUC                0.930 [0.85-0.99]  0.930 [0.85-0.99]  -                  "
        "0.930 [0.85-0.99]\n"
    ) in ran.stdout
    assert "Subjects           58                 58                 29   " in ran.stdout
    assert "\nWarnings\n-  3 columns hardly vary among the training" in ran.stdout
    assert not any(line.endswith(" ") for line in ran.stdout.splitlines())


def test_a_failed_task_is_a_failure_with_its_sentence(sgn: Command, form: Form) -> None:
    ran = sgn("submit", form(task_name="unlucky"), "--wait")

    assert ran.exit_code == 1
    assert ran.stderr.splitlines()[-1] == (
        "train_data holds class 1 only; give subjects of at least two classes."
    )
    assert "Failed" in ran.stdout


def test_waiting_can_end_with_json_alone(sgn: Command, form: Form) -> None:
    finished = sgn("submit", form(), "--wait", "--json")
    failed = sgn("submit", form(task_name="unlucky"), "--wait", "--json")

    assert finished.exit_code == 0
    assert json.loads(finished.stdout)["task_result"] == RESULT
    assert failed.exit_code == 1
    assert json.loads(failed.stdout)["task_status"] == "Failed"


def test_an_interrupted_wait_says_that_the_task_goes_on(fake: FakeService, form: Form) -> None:
    with subprocess.Popen(
        [*INTERRUPTIBLE, "submit", form(task_name="endless"), "--wait"],
        env=environment(SGN_URL=fake.url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as waiting:
        assert waiting.stderr is not None
        waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        output, errors = waiting.communicate(timeout=30)

    assert waiting.returncode == 130
    assert output == ""
    assert errors.splitlines()[-1] == f"{TASK} continues; 'sgn show {TASK}' shows its progress."
    assert "Traceback" not in errors
