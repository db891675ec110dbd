"""A researcher's way through the pages: bring data in, start a task, watch it, read the report."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from graphnet.data.synthetic import cohort_table
from tests.browser.conftest import PHONE, SMALL_LETTERS, WIDER, serious, watched
from tests.databases import query
from tests.installations import Installation
from tests.service.forms import SMALL, form
from tests.shared_table import inserted, row

pytestmark = pytest.mark.slow
PATIENCE_MS = 60_000


def test_bring_data_in_and_see_what_is_in_it(visit: Page, tmp_path: Path) -> None:
    table = tmp_path / "newcomers.csv"
    cohort_table("new", 1, 12, seed=3, recipe=SMALL).to_csv(table, index=False)
    visit.goto("/datasets")
    visit.get_by_label("Project id").fill("P")
    visit.get_by_label("File").set_input_files(table)
    expect(visit.get_by_label("Name")).to_have_value("newcomers")
    visit.get_by_role("button", name="Store").click()
    expect(visit).to_have_url(re.compile("/datasets/newcomers$"))
    expect(visit.get_by_text("12 · class 1: 12")).to_be_visible()


def test_what_is_no_dataset_is_said_where_it_was_chosen(
    chromium: Browser, installation: Installation, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("ID,AGE\n1,30\n")
    page = chromium.new_context(base_url=installation.url, locale="en-GB").new_page()
    page.goto("/datasets")
    page.get_by_label("Project id").fill("P")
    page.get_by_label("File").set_input_files(bad)
    page.get_by_role("button", name="Store").click()
    expect(page.get_by_role("alert")).to_contain_text("has no column named after a measure")
    expect(page.get_by_role("alert")).to_contain_text("Its numeric columns are AGE.")
    page.context.close()


def test_a_new_task_comes_into_the_list_and_ends_there(
    visit: Page, installation: Installation, trained: dict[str, Any]
) -> None:
    visit.goto("/")
    expect(visit.locator(f'[data-task="{trained["task_id"]}"]')).to_be_visible()
    posted = installation.post(
        form(task_name="from elsewhere", param_set={"epochs": 3, "cv_folds": 0})
    )
    row = visit.locator(f'[data-task="{posted["task_form"]["task_id"]}"]')
    expect(row).to_contain_text("from elsewhere", timeout=PATIENCE_MS)
    expect(row.locator(".state")).to_have_text("Finished", timeout=PATIENCE_MS)


WIDTHS = (360, 390, 480, 600, 641, 700, 768, 860, 960, 1024, 1100, 1200, 1280, 1440, 1600)


@pytest.mark.nightly
def test_letters_of_figures_are_large_enough_at_every_width(
    visit: Page, trained: dict[str, Any]
) -> None:
    task_id = trained["task_id"]
    paths = (f"/tasks/{task_id}", f"/api/v0/tasks/{task_id}/report", "/datasets/small_SZ")
    for path in paths:
        visit.goto(path)
        visit.locator("main details").evaluate_all(
            "all => all.forEach((each) => { each.open = true; })"
        )
        for width in WIDTHS:
            visit.set_viewport_size({"width": width, "height": 900})
            assert visit.evaluate(SMALL_LETTERS) == [], (path, width)
            for drawn in visit.locator(".drawn:visible").all():
                expect(drawn.locator("svg:visible")).to_have_count(1)
            assert visit.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_a_time_is_of_the_readers_zone_and_names_it(
    chromium: Browser, installation: Installation, trained: dict[str, Any], language: str
) -> None:
    context = chromium.new_context(
        base_url=installation.url, locale=language, timezone_id="Asia/Shanghai"
    )
    for page in watched(context):
        for path in ("/", "/projects/P", f"/tasks/{trained['task_id']}"):
            page.goto(path)
            times = page.locator("time[datetime]").all_text_contents()
            assert times
            assert all("GMT+8" in time for time in times), times


def test_the_list_is_filtered_as_one_types(visit: Page, trained: dict[str, Any]) -> None:
    visit.goto("/")
    visit.get_by_label("Search").fill("nothing is called so")
    expect(visit.get_by_text("No matching tasks.")).to_be_visible()
    visit.get_by_label("Search").fill(trained["task_id"][-6:])
    expect(visit.locator(f'[data-task="{trained["task_id"]}"]')).to_be_visible()


@pytest.fixture(scope="module")
def old(installation: Installation) -> Iterator[str]:
    """A task of this service's predecessor."""
    result = {"train_epochs": ["Epoch 001, Train Loss: 0.7", "Epoch 002, Train Loss: 0.6"]}
    values = row("TASKBEFORE", "dl_ts", "Success", json.dumps(result))
    url = f"sqlite://{installation.home / 'sgn.sqlite3'}"
    query(url, inserted(values))
    yield "TASKBEFORE"
    query(url, "DELETE FROM backend_submissions WHERE task_id = 'TASKBEFORE'")


def test_everybody_can_read_every_page(
    reader: tuple[Page, int], trained: dict[str, Any], old: str
) -> None:
    """By axe-core, in both themes and on a phone; nothing is wider than the window."""
    page, width = reader
    for path in (
        "/",
        "/tasks/new",
        f"/tasks/new?parent={trained['task_id']}",
        f"/tasks/{trained['task_id']}",
        f"/tasks/{old}",
        f"/compare?task={trained['task_id']}",
        "/datasets",
        "/datasets/small_SZ",
        "/refused",
        "/projects/P",
    ):
        page.goto(path)
        assert serious(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert page.locator("html").get_attribute("lang") == "zh-CN"


@pytest.mark.nightly
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_nothing_on_a_phone_is_pushed_sideways(
    chromium: Browser, installation: Installation, trained: dict[str, Any], locale: str
) -> None:
    """Tables are cards and figures are seen whole; files' first rows and commands may be wider."""
    context = chromium.new_context(base_url=installation.url, viewport=PHONE, locale=locale)
    for page in watched(context):
        task = f"/tasks/{trained['task_id']}"
        for path in (
            "/",
            "/tasks/new",
            task,
            "/datasets",
            "/datasets/small_SZ",
            "/refused",
            "/projects/P",
        ):
            page.goto(path)
            page.locator("main details").evaluate_all(
                "all => all.forEach((each) => { each.open = true; })"
            )
            assert page.evaluate(WIDER) == [], path
            assert page.evaluate(SMALL_LETTERS) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        page.goto(f"/api/v0/tasks/{trained['task_id']}/report?fresh=true")
        assert page.evaluate(SMALL_LETTERS) == []
        assert serious(page) == []  # what is wider there is scrolled by keys too
