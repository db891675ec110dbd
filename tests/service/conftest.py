"""A finished task of the installation; a service that is none, and a client of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from service.client import Client
from tests.installations import Installation
from tests.service.fake_service import FakeService, fake_service
from tests.service.forms import JUDGED, form


@pytest.fixture
def fake() -> Iterator[FakeService]:
    with fake_service() as service:
        yield service


@pytest.fixture
def client(fake: FakeService) -> Iterator[Client]:
    with Client(fake.url) as connected:
        yield connected


@pytest.fixture(scope="session")
def trained(small: Installation) -> dict[str, Any]:
    task = small.wait(small.post(form(param_set=JUDGED))["task_form"]["task_id"])
    assert task["task_status"] == "Finished", task["error"]
    return task
