"""Tasks are chosen and stand side by side."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, SMALL_LETTERS, WIDER, serious, watched
from tests.installations import Installation
from tests.service.forms import form

pytestmark = [pytest.mark.slow, pytest.mark.nightly]


@pytest.fixture(scope="module")
def other(installation: Installation, trained: dict[str, Any]) -> dict[str, Any]:
    """Another model on the same subjects."""
    assert trained
    asked = {"epochs": 3, "batch_size": 8, "cv_folds": 3, "explain": False}
    posted = installation.post(form(model="Linear", task_name="linear", param_set=asked))
    return installation.wait(posted["task_form"]["task_id"])


def test_two_are_chosen_and_compared(
    visit: Page, trained: dict[str, Any], other: dict[str, Any]
) -> None:
    visit.goto(f"/compare?task={trained['task_id']}")
    compare = visit.get_by_role("button", name="Compare")
    expect(compare).to_be_disabled()
    visit.get_by_role("checkbox", name=re.compile(other["task_id"])).check()
    compare.click()
    expect(visit.get_by_role("heading", name="On the same subjects")).to_be_visible()
    aucs = [task["task_result"]["metrics"]["cv"]["auc"] for task in (other, trained)]
    row = visit.get_by_role("row", name=re.compile("−")).filter(has_text="40").first
    expect(row).to_contain_text(f"{aucs[0] - aucs[1]:+.3f}"[1:])
    together = visit.locator("#together")
    expect(together).to_contain_text("40 subjects were predicted by both.")
    minus = together.get_by_role("row", name=re.compile("^Both together −"))
    expect(minus).to_have_count(2)
    expect(together).to_contain_text("the same measures of the same regions")
    settings = visit.locator("#settings")
    expect(settings.get_by_role("row", name=re.compile("^model"))).to_contain_text("Linear")
    expect(settings.get_by_role("row", name=re.compile("^epochs"))).to_be_hidden()
    settings.get_by_label("Show identical settings too").check()
    expect(settings.get_by_role("row", name=re.compile("^epochs"))).to_be_visible()


def test_it_is_read_by_everybody(
    reader: tuple[Page, int], trained: dict[str, Any], other: dict[str, Any]
) -> None:
    page, width = reader
    page.goto(f"/compare?task={trained['task_id']}&task={other['task_id']}")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.get_by_role("heading", name="同一批受试者上的差异")).to_be_visible()
    expect(page.locator("#together")).to_contain_text("两个任务都预测了 40 名受试者。")


def test_on_a_phone_nothing_is_pushed_sideways_and_every_figure_names_its_task(
    chromium: Browser, installation: Installation, trained: dict[str, Any], other: dict[str, Any]
) -> None:
    context = chromium.new_context(base_url=installation.url, viewport=PHONE, locale="en-GB")
    for page in watched(context):
        page.goto(f"/compare?task={trained['task_id']}&task={other['task_id']}")
        page.get_by_label("Show identical settings too").check()
        page.locator("main details").evaluate_all(
            "all => all.forEach((each) => { each.open = true; })"
        )
        assert page.evaluate(WIDER) == []
        assert page.evaluate(SMALL_LETTERS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        said = page.locator("table.sides td, table.pairs td.number").evaluate_all(
            "all => all.map((each) => getComputedStyle(each, '::before').content)"
        )
        assert len(said) > 100
        assert not {"none", "normal", '""', "attr(data-label)"} & set(said)
        assert any("linear" in each for each in said)
        link = page.locator("ul.compared").get_by_role("link", name=re.compile("linear"))
        expect(link).to_have_attribute("href", f"/tasks/{other['task_id']}")


def test_what_is_not_there_is_said(visit: Page, trained: dict[str, Any]) -> None:
    visit.goto(f"/compare?task={trained['task_id']}&task=TASK0")
    expect(visit.get_by_role("alert")).to_contain_text("there is no task of that id")
