"""``sgn tasks --refused``: forms that were refused, for people and for programs."""

import json
from typing import Any

from service.client import Client
from tests.service.cli.command import Command
from tests.service.fake_service import FakeService, Reply, success

TWO = [
    {
        "refused_at": "2026-11-28T20:15:00.123+00:00",
        "proj_id": "PROJ1",
        "request_id": "abc",
        "error_num": 2,
        "msg": "task_type is missing. (and 1 more)",
        "errors": [
            {"field": "task_type", "msg": "task_type is missing."},
            {"field": "param_set.epochs", "msg": "param_set.epochs is \x1b[2J0."},
        ],
        "later": "a later service says more",
    },
    {
        "refused_at": "2026-11-28T20:14:00.000+00:00",
        "proj_id": "",
        "request_id": "def",
        "error_num": 1,
        "msg": "The body is empty.",
        "errors": [],
    },
]


def reply(rows: list[dict[str, Any]]) -> Reply:
    return success(refused_forms=rows, next_cursor=None)


def test_refused_forms_are_listed_with_all_that_was_wrong(sgn: Command, fake: FakeService) -> None:
    fake.forced = [reply(TWO)]
    ran = sgn("tasks", "--refused", "--proj", "PROJ1", "--limit", "5")
    assert ran.exit_code == 0
    assert ran.stdout.splitlines() == [
        "Refused (UTC)        Project  Error  Request  Why",
        "2026-11-28 20:15:00  PROJ1        2  abc      "
        "task_type is missing. param_set.epochs is �[2J0.",
        "2026-11-28 20:14:00  -            1  def      The body is empty.",
    ]
    assert fake.seen[0].path == "/api/v0/refused_forms"
    assert fake.seen[0].query == {"proj_id": "PROJ1", "limit": "5"}


def test_as_json_they_are_all_that_the_service_said(sgn: Command, fake: FakeService) -> None:
    fake.forced = [reply(TWO), reply([])]
    assert json.loads(sgn("tasks", "--refused", "--json").stdout) == TWO
    assert json.loads(sgn("tasks", "--refused", "--json").stdout) == []


def test_that_there_are_none_is_said_beside_the_output(sgn: Command, fake: FakeService) -> None:
    fake.forced = [reply([])]
    ran = sgn("tasks", "--refused")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr == "No form was refused in the last 30 days.\n"


def test_a_refused_form_has_no_status(sgn: Command, fake: FakeService) -> None:
    ran = sgn("tasks", "--refused", "--status", "Failed")
    assert ran.exit_code == 2
    assert not fake.seen


def test_a_notebook_gets_them_as_messages(client: Client, fake: FakeService) -> None:
    fake.forced = [reply(TWO)]
    first, second = client.refused_forms()
    assert (first.proj_id, first.error_num, first.errors[0]["field"]) == ("PROJ1", 2, "task_type")
    assert (second.proj_id, second.errors, second.facts) == ("", (), TWO[1])
