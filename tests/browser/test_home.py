"""The list of tasks: what it shows of each, and what can be done from it."""

import pytest
from playwright.sync_api import Page, expect

from tests.installations import Installation
from tests.service.forms import form

pytestmark = [pytest.mark.slow, pytest.mark.nightly]
PATIENCE_MS = 60_000
PLAIN = {"cv_folds": 0, "baselines": False, "explain": False, "batch_size": 8}


def post(installation: Installation, name: str, **settings: object) -> str:
    answer = installation.post(form(task_name=name, param_set={**PLAIN, **settings}))
    task_id: str = answer["task_form"]["task_id"]
    return task_id


def test_a_finished_task_shows_its_figure_with_its_interval(
    visit: Page, small: Installation
) -> None:
    task_id = post(small, "folded", epochs=2, cv_folds=3)
    small.wait(task_id)
    visit.goto("/?q=folded")
    row = visit.locator(f'[data-task="{task_id}"]')
    expect(row).to_contain_text("AUC")
    expect(row).to_contain_text("Cross-validation")


def test_a_task_is_cancelled_and_tried_again_from_the_list(
    visit: Page, small: Installation
) -> None:
    task_id = post(small, "endless", epochs=100_000)
    visit.goto("/")
    row = visit.locator(f'[data-task="{task_id}"]')
    expect(row.locator("[data-far]")).to_contain_text("%", timeout=PATIENCE_MS)
    visit.once("dialog", lambda dialog: dialog.dismiss())
    row.get_by_role("button").click()
    assert small.get(f"/api/v0/tasks/{task_id}")["task"]["task_status"] == "Running"
    visit.once("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button").click()
    expect(row.locator(".state")).to_have_text("Cancelled", timeout=PATIENCE_MS)
    expect(visit.locator("[data-said]")).to_have_text("endless: Cancelled")
    row.get_by_role("button", name="Retry").click()
    again = visit.locator("tr", has_text="endless").first
    expect(again.locator(".state")).to_have_text("Running", timeout=PATIENCE_MS)
    visit.once("dialog", lambda dialog: dialog.accept())
    again.get_by_role("button").click()
    expect(again.locator(".state")).to_have_text("Cancelled", timeout=PATIENCE_MS)
