"""A service to talk to, and the command within this process."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from tests.service.cli.command import Command, Form
from tests.service.fake_service import FORM, FakeService


@pytest.fixture
def sgn(fake: FakeService) -> Command:
    def run(*arguments: str, **more: Any) -> Result:
        more = {"env": {"SGN_USER_ID": "U1"}, **more}
        result = CliRunner().invoke(main, ["--url", fake.url, *arguments], **more)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return run


@pytest.fixture
def form(tmp_path: Path) -> Form:
    def write(**fields: Any) -> str:
        file = tmp_path / "form.json"
        file.write_text(json.dumps({**FORM, **fields}))
        return str(file)

    return write
