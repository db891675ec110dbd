"""``sgn token`` and ``sgn migrate`` as a program reads them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from service.cli import main


def said(*arguments: str, **variables: str) -> Any:
    ran = CliRunner().invoke(main, [*arguments, "--json"], env=variables)
    assert (ran.exit_code, ran.stderr) == (0, "")
    return json.loads(ran.stdout)


def test_a_token_is_made_listed_without_its_secret_and_revoked(tmp_path: Path) -> None:
    home = ("--home", str(tmp_path))

    made = said("token", "new", "--project", "P", "--role", "read", *home)
    (listed,) = said("token", "list", *home)

    assert made["token"].startswith(f"sgn_{made['token_id']}_")
    assert listed == {name: value for name, value in made.items() if name != "token"}
    assert (listed["proj_id"], listed["role"], listed["revoked_at"]) == ("P", "read", None)
    assert said("token", "revoke", made["token_id"], *home) == {
        "token_id": made["token_id"],
        "revoked": True,
    }
    assert said("token", "list", *home)[0]["revoked_at"] is not None


def test_a_migration_says_that_it_is_done(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'sgn.sqlite3'}"

    done = said("migrate", SGN_DATABASE_URL=url)
    assert (done["migrated"], done["to"], len(done["installation"])) == (True, None, 12)


@pytest.mark.parametrize("arguments", [("token", "revoke", "0" * 16), ("migrate", "--to", "9999")])
def test_a_refusal_is_one_sentence_and_no_json(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    url = f"sqlite://{tmp_path / 'sgn.sqlite3'}"
    said("migrate", SGN_DATABASE_URL=url)

    ran = CliRunner().invoke(main, [*arguments, "--json"], env={"SGN_DATABASE_URL": url})

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.count("\n") == 1


def test_an_installation_gets_an_id_and_another_on_purpose(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'sgn.sqlite3'}"

    def told(*options: str) -> str:
        ran = CliRunner().invoke(main, ["migrate", *options], env={"SGN_DATABASE_URL": url})
        assert ran.exit_code == 0, ran.output
        return ran.stderr.removeprefix("The installation's id is ").removesuffix(".\n")

    first = told()
    assert told() == first
    assert told("--installation-id", "site-b") == "site-b" == told()
    assert told("--new-installation") not in {first, "site-b"}
