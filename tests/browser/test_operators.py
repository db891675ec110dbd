"""The page for operators in Chromium, on a desk and a phone, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import SCREENS, serious, watched
from tests.installations import new_token, process
from tests.places import WORKER, Place, place_at

pytestmark = [pytest.mark.slow, pytest.mark.nightly]


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, str]]:
    """A service with a worker, a task that was submitted and a refused form; a token for it."""
    folder: Path = tmp_path_factory.mktemp("operated")
    with place_at(folder) as place:
        place.submit(task_name="in the queue", param_set={"epochs": 100_000})
        place.http.post("/api/v0/new_task", content='{"proj_id": "REFUSEDONE"}')
        token = new_token(place.variables, "*", "admin")
        with process(*WORKER, log=folder / "worker.log", **place.variables):
            yield place, token


@pytest.mark.parametrize(("locale", "size"), SCREENS)
def test_an_operator_sees_what_to_do(
    chromium: Browser, operated: tuple[Place, str], locale: str, size: dict[str, int]
) -> None:
    place, token = operated
    url = str(place.http.base_url).rstrip("/")
    context = chromium.new_context(base_url=url, viewport=size, locale=locale)  # type: ignore[arg-type]
    context.add_cookies([{"name": "sgn_token", "value": token, "url": url}])
    for page in watched(context):
        page.goto("/")
        page.locator('a[href="/operators"]').click()
        expect(page.locator("h1")).to_have_text("Operation" if locale == "en-GB" else "运维")
        expect(page.locator("#workers ~ table .mono").first).to_have_text(re.compile(r".+:\d+"))
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
