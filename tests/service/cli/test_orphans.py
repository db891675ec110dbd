"""``sgn tasks end-orphans`` on a database that others write into, too."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from tests.databases import query
from tests.service.cli.command import rows
from tests.shared_table import inserted, row, run_row

OLD, NEW, STAMPLESS = "TASK19060312000001", "TASK99060312000001", "TASKOLD"
SENTENCE = (
    "This service's predecessor left this task {} and no longer trains it; an operator has ended "
    "it. Submit the form again to train it."
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with orphans and with rows that are none."""
    url = f"sqlite://{tmp_path / 'sgn.sqlite3'}"
    assert CliRunner().invoke(main, ["migrate"], env={"SGN_DATABASE_URL": url}).exit_code == 0
    kept = (
        row("TASKDONE", "dl_ts", "Success"),
        row("TASKFAILED", "dl_ts", "Failed"),
        row("TASKTTEST", "sa_da_ttest", "Running"),
        row("TASKOURS", "dl_ts", "Running"),
    )
    orphans = (
        row(OLD, "dl_ts", "Running", "", proj_id="P1"),
        row(STAMPLESS, "dl_ft", "Submitted", "", proj_id="P2"),
    )
    run = inserted(run_row("TASKOURS", "Running"), table="sgn_runs")
    query(url, *(inserted(each) for each in (*kept, *orphans)), run)
    return url


def end_orphans(url: str, *options: str, said: str = "") -> Result:
    command = ["tasks", "end-orphans", *options]
    return CliRunner().invoke(main, command, env={"SGN_DATABASE_URL": url}, input=said)


def table(url: str) -> dict[str, tuple[Any, ...]]:
    found = query(url, "SELECT task_id, task_status, task_result FROM backend_submissions")
    return {str(task_id): (status, result) for task_id, status, result in found}


def test_they_are_listed_and_ended_once_confirmed(url: str) -> None:
    before = table(url)
    ran = end_orphans(url, said="y\n")
    assert ran.exit_code == 0, ran.stderr
    first, second = (words for words in rows(ran.stdout) if words[0].startswith("TASK"))
    assert (first[:2], first[3]) == ([OLD, "Running"], "P1")
    assert int(first[2]) > 2000
    assert second[:3] == [STAMPLESS, "Submitted", "P2"]
    assert "Mark these 2 tasks as Failed?" in ran.stderr
    assert "2 ended, 0 unchanged." in ran.stderr
    assert table(url) == before | {
        OLD: ("Failed", SENTENCE.format("Running")),
        STAMPLESS: ("Failed", SENTENCE.format("Submitted")),
    }
    again = end_orphans(url, "--yes")
    assert (again.exit_code, again.stdout) == (0, "")


@pytest.mark.parametrize(
    ("options", "said", "status"),
    [((), "n\n", 130), ((), "", 130), (("--dry-run",), "", 0), (("--dry-run", "--yes"), "", 0)],
)
def test_without_a_yes_nothing_is_written(
    url: str, options: tuple[str, ...], said: str, status: int
) -> None:
    before = table(url)
    ran = end_orphans(url, *options, said=said)
    assert ran.exit_code == status
    assert OLD in ran.stdout
    assert table(url) == before


@pytest.mark.parametrize(
    ("options", "ended"),
    [
        (("--older-than", "30"), {OLD}),
        (("--older-than", "36500"), set()),
        (("--proj", "P2"), {STAMPLESS}),
        (("--proj", "P"), set()),
    ],
)
def test_some_of_them_are_chosen(url: str, options: tuple[str, ...], ended: set[str]) -> None:
    ran = end_orphans(url, "--yes", "--json", *options)
    assert {each["task_id"] for each in json.loads(ran.stdout)["tasks"]} == ended
    failed = {task_id for task_id, (status, _) in table(url).items() if status == "Failed"}
    assert failed == {"TASKFAILED"} | ended


def test_a_program_is_not_asked_and_must_say_yes(url: str) -> None:
    before = table(url)
    listed = json.loads(end_orphans(url, "--json").stdout)["tasks"]
    assert [(each["task_id"], each["ended"]) for each in listed] == [
        (OLD, False),
        (STAMPLESS, False),
    ]
    assert table(url) == before
    listed = json.loads(end_orphans(url, "--json", "--yes").stdout)["tasks"]
    assert [each["ended"] for each in listed] == [True, True]


def test_a_folder_is_named_in_place_of_the_database(url: str, tmp_path: Path) -> None:
    ran = end_orphans("", "--home", str(tmp_path), "--dry-run")
    assert (ran.exit_code, OLD in ran.stdout) == (0, True)
    ran = end_orphans(url, "--home", str(tmp_path / "none"))
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "is not the folder of an 'sgn up'" in ran.stderr
