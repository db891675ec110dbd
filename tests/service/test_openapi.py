"""The OpenAPI document describes every route, and every number an answer may carry."""

import asyncio
import re
from pathlib import Path

from starlette.routing import Route

from actors.settings import ProcessSettings
from graphnet.data.interpretation import Choice, Interpretation, Question
from graphnet.messages import finished
from service.api.endpoints import ENDPOINTS
from service.api.openapi import openapi
from service.app import wire
from service.http.responses import MEANINGS, ErrorNum
from service.pages.table import PAGES
from service.settings import HttpSettings
from tests.installations import Installation

DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "reference.md"


def test_no_route_is_missing(tmp_path: Path) -> None:
    where = ProcessSettings("sqlite:///x", "redis://127.0.0.1:1/0", tmp_path.as_uri())
    described = openapi((*ENDPOINTS, *PAGES))["paths"]
    for route in wire(HttpSettings(where), asyncio.Event()).routes:
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


def test_every_route_that_reads_a_file_says_how_it_is_meant_and_asked_about() -> None:
    document = openapi(ENDPOINTS)
    reading = [
        *("/api/v0/datasets", "/api/v0/datasets/{data_name}/mapping"),
        "/api/v0/tasks/{task_id}/predict",
    ]
    for path in reading:
        operation = document["paths"][path]["post"]
        assert "error_num 20: " in operation["responses"]["422"]["description"], path
        named = {each["name"] for each in operation["parameters"]}
        assert named >= {"map", "mapping"}, path
        assert ("upload" in named) == (not path.endswith("/mapping"))
    refusal = document["components"]["schemas"]["Refusal"]["properties"]
    assert set(refusal) == {
        *("questions", "preview", "upload", "suggested", "errors", "code"),
        *("dependents", "others"),
    }


def test_what_is_said_of_an_interpretation_is_all_of_it() -> None:
    schemas = openapi(ENDPOINTS)["components"]["schemas"]
    described = set(schemas["Interpretation"]["properties"])
    assert described == set(Interpretation("csv").as_dict())
    question = Question("id", finished("Which?"), (Choice("a", finished("A")),)).as_dict()
    assert set(schemas["Question"]["properties"]) == set(question)
    assert set(schemas["Choice"]["properties"]) == set(question["choices"][0])


def test_every_status_of_an_address_is_told() -> None:
    paths = openapi((*ENDPOINTS, *PAGES))["paths"]
    always = {"401", "403", "405", "500", "503"}
    of_a_body = {"400", "408", "413", "415"}
    model = set(paths["/api/v0/tasks/{task_id}/model"]["get"]["responses"])
    assert model >= always | {"206", "304", "404", "416", "502"}
    uploads = set(paths["/api/v0/datasets"]["post"]["responses"])
    assert uploads >= always | of_a_body | {"404", "409", "422", "429"}
    assert "404" in paths["/api/v0/tasks"]["get"]["responses"]  # of another project
    assert "204" in paths["/api/v0/tasks/{task_id}/events"]["get"]["responses"]
    assert set(paths["/sign-in"]["post"]["responses"]) >= always | of_a_body | {"303"}
    for path, methods in paths.items():
        for method, operation in methods.items():
            told = set(operation["responses"])
            assert told >= always, (method, path)
            assert min(told) in {"200", "201", "204"}, (method, path)
            assert ("404" in told) >= ("{" in path), (method, path)
            assert ("416" in told) == ("206" in told) == ("304" in told), (method, path)


def test_it_is_served(small: Installation) -> None:
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


def test_every_json_route_carries_a_number_and_a_sentence(small: Installation) -> None:
    names = {"task_id": "TASK0", "data_name": "none", "upload_id": "UP0"}
    for endpoint in ENDPOINTS:
        if endpoint.method != "GET" or endpoint.media_type != "application/json":
            continue
        answer = small.get(endpoint.template.format(**names))
        assert isinstance(answer["error_num"], int), endpoint.path
        assert answer["msg"], endpoint.path
