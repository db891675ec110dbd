"""What somebody finds who has just started the service and has no data of their own."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import DESKTOP, SCREENS, serious, watched
from tests.installations import Installation, sgn_up

pytestmark = [pytest.mark.slow, pytest.mark.nightly]
PATIENCE_MS = 120_000
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation without tasks and datasets."""
    with sgn_up(tmp_path_factory.mktemp("empty")) as running:
        yield running


@pytest.mark.parametrize(("locale", "size"), SCREENS)
def test_what_is_empty_says_what_to_do(
    chromium: Browser, empty: Installation, locale: str, size: dict[str, int]
) -> None:
    """Each page that has nothing to show leads on, and nothing on it is wider than the window."""
    context = chromium.new_context(base_url=empty.url, viewport=size, locale=locale)  # type: ignore[arg-type]
    for page in watched(context):
        for path, onward in (
            ("/", 'form[action="/example"] button'),
            ("/datasets", 'form[action="/example"] button'),
            ("/tasks/new", '#datasets a[href="/"]'),
        ):
            page.goto(path)
            expect(page.locator(onward)).to_be_visible()
            assert bool(CHINESE.search(page.locator(onward).inner_text())) == (locale == "zh-CN")
            assert serious(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        page.goto("/")
        expect(page.get_by_role("search")).to_have_count(0)


def test_the_example_cohort_leads_from_one_button_to_a_report(
    chromium: Browser, empty: Installation
) -> None:
    context = chromium.new_context(base_url=empty.url, viewport=DESKTOP, locale="en-GB")
    for page in watched(context):
        page.goto("/")
        page.get_by_role("button", name="Load the example cohort").click()
        expect(page).to_have_url(re.compile("/tasks/new"), timeout=PATIENCE_MS)
        expect(page.get_by_label("Train: example", exact=True)).to_be_checked()
        dataset = empty.get("/api/v0/datasets/example")["dataset"]
        assert dataset["subjects"] == 208
        assert dataset["interpretation"]["atlas"]["name"] == "aal90"
        assert {each["name"] for each in dataset["interpretation"]["covariates"]} == {"AGE", "SEX"}
        page.locator("#f-epochs").fill("2")  # of the form as it stands only the time is cut
        page.locator("#f-cv_folds").fill("2")
        page.get_by_role("button", name="Submit task").click()
        expect(page.locator("#state")).to_have_text("Finished", timeout=PATIENCE_MS)
        page.get_by_role("link", name="Report", exact=True).first.click()
        expect(page.get_by_role("heading", name="example").first).to_be_visible()


def test_the_example_is_stored_once(chromium: Browser, empty: Installation) -> None:
    assert chromium.is_connected()
    for _ in range(2):
        reply = empty.http.post("/example", headers={"accept": "text/html"})
        assert reply.status_code == 303
        assert "train_data=example" in reply.headers["location"]
    names = [each["data_name"] for each in empty.get("/api/v0/datasets")["datasets"]]
    assert names == ["example"]
