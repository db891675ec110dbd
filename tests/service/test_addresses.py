"""What is counted by address stays bounded, whatever is asked for."""

from inspect import iscoroutinefunction

import pytest

from service.api.endpoint import Endpoint
from service.api.endpoints import ENDPOINTS
from service.app import ADDRESSES
from service.metrics import method
from service.pages.table import PAGES


def test_every_route_is_known_by_its_template() -> None:
    for endpoint in ENDPOINTS:
        named = {"task_id": "TASK26112502415320", "data_name": "a/b", "upload_id": "UP1"}
        path = endpoint.template.format(**named)
        assert ADDRESSES.template(path) == endpoint.path


@pytest.mark.parametrize("endpoint", [*ENDPOINTS, *PAGES], ids=lambda endpoint: endpoint.handler)
def test_every_address_has_a_function_that_answers(endpoint: Endpoint) -> None:
    assert iscoroutinefunction(endpoint.load())


@pytest.mark.parametrize(
    "path",
    ["", "//", "/nothing", "/api/v0/tasks/", "/api/v0/tasks/a/b", "/api/v0/tasks/a\n/model/x"],
)
def test_any_other_path_is_one_kind(path: str) -> None:
    assert ADDRESSES.template(path) == "other"


def test_so_is_any_word_that_is_no_method() -> None:
    assert [method(word) for word in ("GET", "get", "BREW")] == ["GET", "other", "other"]
