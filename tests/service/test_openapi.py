"""The OpenAPI document describes every route, and every number an answer may carry."""

import asyncio
import re
from pathlib import Path

from starlette.routing import Route

from actors import settings as house
from service.app import wire
from service.endpoints import ENDPOINTS
from service.openapi import openapi
from service.pages.table import PAGES
from service.replies import MEANINGS, ErrorNum
from service.settings import Settings
from tests.houses import House

DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "reference.md"


def test_no_route_is_missing(tmp_path: Path) -> None:
    where = house.Settings("sqlite:///x", "redis://127.0.0.1:1/0", tmp_path.as_uri())
    described = openapi((*ENDPOINTS, *PAGES))["paths"]
    for route in wire(Settings(where), asyncio.Event()).routes:
        assert isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}:
            path = route.path.replace(":path}", "}")
            described_or_itself = path == "/openapi.json" or method.lower() in described[path]
            assert described_or_itself, (method, route.path)


def test_every_reference_leads_somewhere() -> None:
    document = openapi((*ENDPOINTS, *PAGES))
    names = re.findall(r"#/components/schemas/(\w+)", str(document))
    assert names
    assert set(names) <= set(document["components"]["schemas"])


def test_it_is_served(small: House) -> None:
    document = small.get("/openapi.json")
    assert document["openapi"].startswith("3.1")
    assert document["error_num"] == 0
    assert "/api/v0/new_task" in document["paths"]


def test_every_error_number_is_documented() -> None:
    assert set(MEANINGS) == set(ErrorNum)
    text = DOCUMENTED.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (\d+) \|", text, re.MULTILINE)
    assert {int(number): int(status) for number, status in rows} == {
        int(number): status for number, (status, _) in MEANINGS.items()
    }


def test_every_json_route_carries_a_number_and_a_sentence(small: House) -> None:
    for endpoint in ENDPOINTS:
        if endpoint.method != "GET" or endpoint.media_type != "application/json":
            continue
        answer = small.get(endpoint.template.format(task_id="TASK0", data_name="none"))
        assert isinstance(answer["error_num"], int), endpoint.path
        assert answer["msg"], endpoint.path
