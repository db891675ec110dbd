"""A house with two small datasets and a finished task."""

from typing import Any

import pytest

from tests.houses import House
from tests.service.forms import add_datasets, form


@pytest.fixture(scope="session")
def small(house: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    add_datasets(house, tmp_path_factory.mktemp("small"))
    return house


@pytest.fixture(scope="session")
def trained(small: House) -> dict[str, Any]:
    task = small.wait(small.post(form())["task_form"]["task_id"])
    assert task["task_status"] == "Finished", task["error"]
    return task
