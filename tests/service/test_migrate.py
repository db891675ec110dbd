"""What an operator reads when the tables are migrated on a MariaDB."""

import secrets
from urllib.parse import urlsplit

import pytest

from service.local.processes import run_migration
from tests.databases import ServerSilent, mysql_database, query


def test_the_id_alone_is_printed_and_a_missing_right_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where tables are there already, of which the server warns."""
    user = f"sgn_{secrets.token_hex(4)}"
    try:
        with mysql_database() as url:
            monkeypatch.setenv("SGN_DATABASE_URL", url)
            assert run_migration() == run_migration("0004") == run_migration() == 0
            printed = capsys.readouterr().err.splitlines()
            assert len(printed) == 2
            assert all(line.startswith("The installation's id is ") for line in printed)
            server, name = f"mysql://{urlsplit(url).netloc}", urlsplit(url).path[1:]
            query(server, f"CREATE USER {user}@'127.0.0.1' IDENTIFIED BY 'hidden'")
            query(server, f"GRANT SELECT ON {name}.* TO {user}@'127.0.0.1'")
            port = urlsplit(url).port
            monkeypatch.setenv("SGN_DATABASE_URL", f"mysql://{user}:hidden@127.0.0.1:{port}/{name}")
            try:
                assert run_migration("0004") == 1
            finally:
                query(server, f"DROP USER {user}@'127.0.0.1'")
    except ServerSilent as silent:
        pytest.skip(str(silent))
    printed = capsys.readouterr().err.splitlines()
    assert "lacks a right: " in printed[-1]
    assert f"command denied to user '{user}'" in printed[-1]
    assert "hidden" not in printed[-1]
