"""A report is shared from the task's page, and read by somebody without a token."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import SCREENS, serious, watched
from tests.places import PLAIN, Place, place_at

pytestmark = [pytest.mark.slow, pytest.mark.nightly]


@pytest.fixture(scope="module")
def sharing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, str]]:
    secret = {"SGN_SHARE_SECRET": "a secret of this test"}
    with place_at(tmp_path_factory.mktemp("sharing"), **secret) as place:
        task_id = place.submit(task_name="to share", param_set={**PLAIN, "epochs": 2})
        place.wait(task_id)
        yield place, task_id


@pytest.mark.parametrize(("locale", "size"), SCREENS)
def test_a_link_is_made_and_followed(
    chromium: Browser, sharing: tuple[Place, str], locale: str, size: dict[str, int]
) -> None:
    place, task_id = sharing
    url = str(place.http.base_url).rstrip("/")
    context = chromium.new_context(base_url=url, viewport=size, locale=locale)  # type: ignore[arg-type]
    for page in watched(context):
        page.goto(f"/tasks/{task_id}")
        menu = page.locator('details:has(form[action$="/share"])')
        menu.locator("summary").click()
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        menu.locator("select").select_option("30")
        menu.locator("button").first.click()
        link = page.locator("#link").input_value()
        assert link.startswith(f"{url}/shared/")
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page.goto(link)
        expect(page.get_by_role("heading", name="to share").first).to_be_visible()
        page.goto(f"/tasks/{task_id}")
        menu.locator("summary").click()
        menu.locator("button").last.click()
        expect(page.get_by_role("status")).to_be_visible()
        assert serious(page) == []
        assert page.request.get(link).status == 404
