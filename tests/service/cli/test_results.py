"""``sgn report``, ``predictions``, ``log``, ``watch`` and ``compare``."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from graphnet.messages import CHINESE, Message, render
from service.cli import tasks as cli_tasks
from service.client import tasks
from tests.installations import run_sgn
from tests.service.cli.command import Command, rows
from tests.service.fake_service import (
    METRICS,
    PREDICTIONS,
    REPORT,
    RESULT,
    FakeService,
    refused,
    running,
    task,
)

TASK = "TASK20012912454500"
SCORE = {"n": 20, "mae": 3.25, "rmse": 4.0, "r2": -0.5, "ci": {"r2": [-0.9, 0.1]}}


def test_a_report_is_rendered_again_and_takes_an_older_ones_place(
    sgn: Command, fake: FakeService, tmp_path: Path
) -> None:
    file = tmp_path / "made" / "report.html"

    for _ in range(2):
        ran = sgn("report", TASK, "-o", str(file))
        assert (ran.exit_code, ran.stdout) == (0, f"{file}\n")

    assert file.read_text(encoding="utf-8") == REPORT
    assert list(file.parent.iterdir()) == [file]
    assert fake.seen[0].query == {"fresh": "true"}


def test_a_report_may_be_the_stored_one_on_standard_output(sgn: Command, fake: FakeService) -> None:
    ran = sgn("report", TASK, "--stored", "-o", "-")

    assert (ran.exit_code, ran.stdout) == (0, REPORT)
    assert fake.seen[0].query == {}
    assert json.loads(sgn("report", TASK, "-o", "-", "--json").stdout)["html"] == REPORT


def test_a_report_is_written_in_a_language(sgn: Command, fake: FakeService) -> None:
    sgn("report", TASK, "-o", "-")
    sgn("report", TASK, "--lang", "zh-CN", "-o", "-")

    assert [seen.headers["accept-language"] for seen in fake.seen] == ["en", "zh-CN"]
    ran = sgn("report", TASK, "--stored", "--lang", "zh-CN", "-o", "-")
    assert ran.exit_code == 2
    assert render(Message("cli.stored-report-is-english"), CHINESE) in ran.stderr


def test_a_device_stays_a_device(sgn: Command, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    ran = sgn("report", TASK, "-o", str(pipe))

    assert ran.exit_code == 0
    assert os.read(reader, 1000).decode() == REPORT
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    os.close(reader)


@pytest.mark.parametrize("verb", ["report", "predictions"])
def test_what_cannot_be_written_is_one_sentence(sgn: Command, tmp_path: Path, verb: str) -> None:
    (tmp_path / "file").write_text("not a folder")

    ran = sgn(verb, TASK, "-o", str(tmp_path / "file" / "out"))

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "cannot be written: " in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_predictions_are_csv_or_json(sgn: Command, tmp_path: Path) -> None:
    file = tmp_path / "predictions.csv"

    assert sgn("predictions", TASK).stdout == PREDICTIONS
    assert sgn("predictions", TASK, "-o", str(file)).stdout == f"{file}\n"
    assert file.read_text() == PREDICTIONS
    said = json.loads(sgn("predictions", TASK, "--json").stdout)
    assert said["predictions"][0]["id"] == "007"
    said = json.loads(sgn("predictions", TASK, "-o", str(file), "--json").stdout)
    assert said == {"task_id": TASK, "file": str(file)}


def test_a_log_cannot_steer_the_terminal(sgn: Command) -> None:
    ran = sgn("log", TASK)

    assert ran.stdout.splitlines() == ["It was claimed.", "It �[2Jtrained."]
    assert json.loads(sgn("log", TASK, "--json").stdout)["log"][0] == "It was claimed."


def test_a_log_is_followed_until_the_task_has_ended(
    sgn: Command, fake: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_tasks, "PAUSE", 0.01)
    fake.looks[TASK] = [task(TASK), running(TASK, 1), task(TASK, "Finished")]

    ran = sgn("log", TASK, "--follow")

    assert ran.stdout.splitlines() == ["It was claimed.", "It �[2Jtrained."]
    assert sum(seen.path.endswith("/log") for seen in fake.seen) == 3


def told(status: str) -> list[tuple[str, str, dict[str, Any]]]:
    done = {
        "epoch": 2,
        "epochs": 4,
        "percent": 50.0,
        "eta_seconds": 34.5,
        "stage": "Training the model",
    }
    return [
        ("0.1", "status", {"task_status": "Running"}),
        ("1.1", "epoch", {"epoch": 1, "line": "Epoch 001"}),
        ("2.1", "progress", done),
        ("4.2", "status", {"task_status": status}),
    ]


def test_watching_says_how_far_it_is_over_a_break_and_ends_with_the_metrics(
    sgn: Command, fake: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "PAUSE", 0.01)
    fake.looks[TASK] = [task(TASK), task(TASK, "Finished")]
    fake.told, fake.portion = told("Finished"), 1

    ran = sgn("watch", TASK)

    assert ran.exit_code == 0
    assert ran.stderr.splitlines() == [
        f"{TASK} Submitted",
        f"{TASK} Running",
        f"{TASK} Running: epoch 2 of 4, 50 %, 0:34 left, Training the model",
        f"{TASK} Finished: epoch 2 of 4, 50 %",
    ]
    assert ["Status", "Finished"] in rows(ran.stdout)
    asked = [seen.headers.get("last-event-id") for seen in fake.seen if "events" in seen.path]
    assert asked == [None, "0.1", "1.1", "2.1"]


def test_watching_what_failed_is_a_failure_with_its_sentence(
    sgn: Command, fake: FakeService
) -> None:
    fake.looks[TASK] = [task(TASK), task(TASK, "Failed", error="It went wrong.")]
    fake.told = told("Failed")

    ran = sgn("watch", TASK, "--json")

    assert ran.exit_code == 1
    assert json.loads(ran.stdout)["task_status"] == "Failed"
    assert ran.stderr.splitlines()[-1] == "It went wrong."


def test_watching_what_has_ended_asks_for_no_events(sgn: Command, fake: FakeService) -> None:
    fake.looks[TASK] = [task(TASK, "Finished")]

    assert sgn("watch", TASK).exit_code == 0
    assert not any("events" in seen.path for seen in fake.seen)


def test_tasks_are_compared_by_what_they_have(sgn: Command, fake: FakeService) -> None:
    fake.looks = {
        "TASK1": [task("TASK1", "Finished")],
        "TASK2": [running("TASK2", 1)],
    }

    ran = sgn("compare", "TASK1", "TASK2", "TASK1", "--split", "test")

    assert ran.exit_code == 0
    assert ran.stderr == ""
    assert ran.stdout.splitlines()[1] == "Test, with 95 % intervals"
    shown = rows(ran.stdout)[3:]
    assert [row[0] for row in shown] == ["TASK1", "TASK2"]
    assert shown[0][-2:] == ["0.930", "[0.85-0.99]"]
    assert shown[1][-4:] == ["-"] * 4


def test_a_comparison_of_different_subjects_says_so(sgn: Command, fake: FakeService) -> None:
    fake.looks = {
        "TASK1": [task("TASK1", "Finished", task_config={"test_data": ["A"]})],
        "TASK2": [task("TASK2", "Finished", task_config={"test_data": ["B"]})],
    }

    said = sgn("compare", "TASK1", "TASK2").stderr.splitlines()

    assert said == [
        "Test: the tasks were evaluated on different datasets, so a difference may be due to the "
        "data rather than the models."
    ]


def test_a_comparison_leads_with_subjects_new_to_all(sgn: Command, fake: FakeService) -> None:
    known = {**RESULT, "known_subjects": {"train": 58, "val": None, "test": 3, "cv": 0}}
    fake.looks = {
        "TASK1": [task("TASK1", "Finished")],
        "TASK2": [task("TASK2", "Finished", task_result=known)],
    }

    ran = sgn("compare", "TASK1", "TASK2")

    headings = [line for line in ran.stdout.splitlines() if line.endswith("intervals")]
    splits = [line.split(",")[0] for line in headings]
    assert splits == ["Cross-validation", "Validation", "Test", "Training"]
    assert ran.stderr.splitlines() == [
        "Validation: it is unknown whether TASK2 was trained on these subjects.",
        "Test: TASK2 was trained on 3 of these subjects; its result is optimistic.",
    ]


def test_a_result_leads_with_new_subjects(sgn: Command, fake: FakeService) -> None:
    known = {**RESULT, "known_subjects": {"train": 58, "val": None, "test": 3, "cv": 0}}
    known |= {"baselines": {"majority": {"test": METRICS, "cv": METRICS}}}
    fake.looks[TASK] = [task(TASK, "Finished", task_result=known)]

    shown = sgn("show", TASK).stdout

    titles = next(line for line in shown.splitlines() if "Cross-val." in line)
    assert titles.split() == ["Cross-val.", "Validation", "Test", "Training"]
    assert ["Used", "for", "training", "0", "?", "3", "58"] in rows(shown)
    assert "Compared with simple methods (cross-validation)" in shown


def test_a_comparison_is_json_too(sgn: Command, fake: FakeService) -> None:
    fake.looks = {"TASK1": [task("TASK1", "Finished")]}

    said = json.loads(sgn("compare", "TASK1", "--split", "cv", "--json").stdout)

    assert [each["task_id"] for each in said] == ["TASK1"]
    assert said[0]["metrics"] == {"cv": METRICS}


def added(**changes: Any) -> dict[str, Any]:
    """Two tasks added up, as the service answers it."""
    apart = {"difference": 0.014, "ci": [-0.007, 0.033], "excludes_zero": False}
    return {
        "split": "test",
        "first": "TASK1",
        "second": "TASK2",
        "n": 58,
        "only_first": 2,
        "only_second": 0,
        "left_out": 0,
        "metrics": dict.fromkeys(("together", "first", "second"), METRICS),
        "differences": {name: {"auc": apart, "brier": apart} for name in ("first", "second")},
        "everybody": {**METRICS, "n": 60},
        "reason": None,
        "notes": ["Not calibrated: TASK2."],
        **changes,
    }


def test_what_two_say_together_is_shown(sgn: Command, fake: FakeService) -> None:
    fake.looks = {name: [task(name, "Finished", task_name="")] for name in ("TASK1", "TASK2")}
    fake.together = [added(), added(split="cv", n=3, reason="Fewer than 5.", metrics=None)]

    ran = sgn("compare", "TASK1", "TASK2", "--split", "test", env={"COLUMNS": "120"})

    lines = ran.stdout.splitlines()
    start = lines.index("Test: TASK1 + TASK2")
    assert lines[start + 1] == (
        "58 subjects were predicted by both. 2 were predicted by TASK1 alone and keep its "
        "probability."
    )
    table = rows("\n".join(lines[start + 3 :]))
    assert table[0][:5] == ["Both", "together", "58", "0.930", "[0.85-0.99]"]
    assert table[3][:7] == ["Both", "together", "−", "TASK1", "58", "+0.014", "[-0.007,"]
    assert table[5][:3] == ["Everybody,", "also", "those"]
    assert ran.stderr == "Not calibrated: TASK2.\n"
    assert "Fewer than 5." in sgn("compare", "TASK1", "TASK2").stderr
    both = json.loads(sgn("compare", "TASK1", "TASK2", "--split", "test", "--json").stdout)
    assert [each["together"] for each in both] == [[added()], []]


def test_metrics_are_shown_where_the_service_compares_no_tasks(
    sgn: Command, fake: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.looks = {name: [task(name, "Finished")] for name in ("TASK1", "TASK2")}
    busy = refused(17, 503, "8 comparisons are already being made; try again in 5 seconds.")
    monkeypatch.setattr(FakeService, "compare", lambda *_: busy)

    ran = sgn("compare", "TASK1", "TASK2", "--split", "test")

    assert ran.exit_code == 0
    assert "Test, with 95 % intervals" in ran.stdout
    assert "8 comparisons are already being made" in ran.stderr


def test_nothing_to_compare_is_said(sgn: Command, fake: FakeService) -> None:
    fake.looks[TASK] = [running(TASK, 1)]

    assert sgn("compare", TASK).stderr == "None of these tasks has metrics to compare.\n"


def test_the_figures_of_a_score_are_its_own(sgn: Command, fake: FakeService) -> None:
    result = {
        "metrics": {"leave_site_out": SCORE},
        "baselines": {"mean": {"leave_site_out": SCORE}},
    }
    fake.looks[TASK] = [task(TASK, "Finished", task_result=result)]

    shown = sgn("show", TASK).stdout

    assert "\nR²                      -0.500 [-0.90, 0.10]\n" in shown
    assert "Compared with simple methods (left-out sites)" in shown
    assert "Sensitivity" not in shown
    assert "Mean absolute error" in sgn("compare", TASK).stdout


def test_refusals_are_one_sentence_with_json_too(sgn: Command, fake: FakeService) -> None:
    for verb in ("log", "predictions", "watch", "compare", "cancel", "retry"):
        fake.forced = [refused(4, 404, "There is no task.")]
        ran = sgn(verb, TASK, "--json")
        assert (ran.exit_code, ran.stdout, ran.stderr) == (1, "", "There is no task.\n")


def test_an_interrupted_pipe_is_no_fault(fake: FakeService) -> None:
    ran = run_sgn("report", TASK, "-o", "-", SGN_URL=fake.url)

    assert ran.stdout == REPORT
