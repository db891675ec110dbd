"""A finished task of the house."""

from typing import Any

import pytest

from tests.houses import House
from tests.service.forms import form


@pytest.fixture(scope="session")
def trained(small: House) -> dict[str, Any]:
    task = small.wait(small.post(form())["task_form"]["task_id"])
    assert task["task_status"] == "Finished", task["error"]
    return task
