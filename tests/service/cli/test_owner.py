"""Whose a dataset is that ``sgn data add`` brings in."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from service.client import Client, Owners
from tests.service.cli.command import Command
from tests.service.fake_service import CSV, FakeService, Reply, success

NOBODY: dict[str, Any] = {"env": {"SGN_USER_ID": ""}}


@pytest.fixture
def added(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "a.csv").write_bytes(CSV)
    return ("data", "add", str(tmp_path / "a.csv"), "--proj", "PROJ1")


def project(*user_ids: str, needed: bool = True) -> Reply:
    """What the service says of a project with datasets of these users."""
    rows = [{"data_name": f"D{at}", "user_id": user} for at, user in enumerate(user_ids)]
    return success(datasets=rows, next_cursor=None, owner_needed=needed)


def owner_sent(fake: FakeService) -> str:
    assert fake.seen[-1].body == CSV
    return fake.seen[-1].query["user_id"]


def test_the_owner_is_remembered_in_a_variable_and_an_option_goes_first(
    sgn: Command, fake: FakeService, added: tuple[str, ...]
) -> None:
    assert sgn(*added, env={"SGN_USER_ID": "ann"}).exit_code == 0
    assert owner_sent(fake) == "ann"
    assert sgn(*added, "--user", " bob ", env={"SGN_USER_ID": "ann"}).exit_code == 0
    assert owner_sent(fake) == "bob"
    assert sgn(*added, "--user", "", env={"SGN_USER_ID": "ann"}).exit_code == 0
    assert owner_sent(fake) == ""
    assert len(fake.seen) == 3  # nobody was asked


def test_the_one_owner_of_a_project_s_datasets_is_taken_and_named(
    sgn: Command, fake: FakeService, added: tuple[str, ...]
) -> None:
    fake.forced = [project("ann", "", "ann")]
    ran = sgn(*added, **NOBODY)
    assert (ran.exit_code, owner_sent(fake)) == (0, "ann")
    assert ran.stderr.startswith("The user is ann, as for the project's other datasets.\n")
    assert fake.seen[0].query == {"proj_id": "PROJ1", "limit": "100"}


@pytest.mark.parametrize("users", [(), ("ann", "bob")])
def test_where_neuro_learn_asks_for_an_owner_so_does_the_command(
    sgn: Command, fake: FakeService, added: tuple[str, ...], users: tuple[str, ...]
) -> None:
    fake.forced = [project(*users)]
    ran = sgn(*added, **NOBODY)
    assert (ran.exit_code, len(fake.seen)) == (1, 1)
    assert "--user ID or SGN_USER_ID" in ran.stderr
    fake.forced = [project(*users)]
    with patch("service.cli.data.can_ask", lambda: True):
        ran = sgn(*added, **NOBODY, input="\nbob\n")
    assert (ran.exit_code, owner_sent(fake)) == (0, "bob")
    assert all(user in ran.stderr for user in users)


def test_one_s_own_service_needs_no_owner(
    sgn: Command, fake: FakeService, added: tuple[str, ...]
) -> None:
    fake.forced = [project(needed=False)]
    ran = sgn(*added, **NOBODY)
    assert (ran.exit_code, owner_sent(fake)) == (0, "")
    assert sgn(*added[:3], "--preview", **NOBODY).exit_code == 0
    assert len(fake.seen) == 3  # a preview is nobody's, so nobody was asked


def test_the_client_tells_owners_of_an_older_service_too(client: Client, fake: FakeService) -> None:
    fake.forced = [success(datasets=[{"data_name": "A"}], next_cursor=None)]
    assert client.owners("P") == Owners((), needed=False)
    fake.forced = [project("bob", "ann")]
    assert client.owners("P") == Owners(("ann", "bob"), needed=True)
