"""A task is begun on the page, from scratch or from a task, with its errors where they are."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PATIENCE_MS, serious
from tests.databases import query
from tests.installations import Installation

pytestmark = pytest.mark.slow
SMALL = ("small_SZ", "small_NC")


def begin(page: Page, **settings: str) -> None:
    """The form of project P with both small datasets to train on."""
    page.goto("/tasks/new?proj_id=P")
    for name in SMALL:
        page.get_by_label(f"Train: {name}", exact=True).check()
    for field, text in settings.items():
        page.locator(f"#f-{field}").fill(text)


def send(page: Page) -> str:
    """The id of the task that the page goes to."""
    page.get_by_role("button", name="Submit task").click()
    expect(page).to_have_url(re.compile(r"/tasks/TASK\d+$"))
    return page.url.rpartition("/")[2]


def test_what_the_page_shows_is_what_it_sends(
    visit: Page, installation: Installation, trained: dict[str, Any]
) -> None:
    assert trained
    begin(visit, task_name="as shown", epochs="3", cv_folds="0")
    visit.get_by_label("Baselines").evaluate("box => box.click()")
    visit.get_by_text("As JSON and as a shell command").click()
    expect(visit.locator("#sent-json")).to_contain_text('"baselines": false')
    shown = json.loads(visit.locator("#sent-json").inner_text())
    assert "-d '" + json.dumps(shown) + "'" in visit.locator("#sent-curl").inner_text()
    task = installation.get(f"/api/v0/tasks/{send(visit)}")["task"]
    assert task["task_name"] == shown["task_name"] == "as shown"
    kept = {"trained_task_id": "", "save_model_state": True}
    assert task["task_config"]["param_set"] == {**shown["param_set"], **kept}
    assert sorted(task["task_config"]["train_data"]) == sorted(shown["train_data"]) == sorted(SMALL)


def test_other_atlases_are_picked_below_the_sweep(visit: Page, trained: dict[str, Any]) -> None:
    assert trained
    visit.goto("/tasks/new?proj_id=none")
    visit.get_by_text("More settings", exact=True).click()
    visit.get_by_text("Other atlases", exact=True).click()
    visit.locator("#f-epochs").fill("3")
    visit.locator("#f-proj_id").fill("P")
    visit.locator("#f-proj_id").press("Tab")
    # The datasets are those of the project that is named now; what was unfolded stays so.
    place = visit.get_by_label("Atlas: small_NC", exact=True)
    expect(place).to_be_visible()
    expect(visit.locator("#f-proj_name")).to_be_focused()
    expect(visit.locator("#f-epochs")).to_have_value("3")
    place.select_option("2")
    visit.get_by_text("As JSON and as a shell command").click()
    expect(visit.locator("#sent-json")).to_contain_text(
        re.compile(r'"atlases": \[\s*\[\s*"small_NC"')
    )


def test_recommended_settings_follow_the_model(visit: Page, trained: dict[str, Any]) -> None:
    assert trained
    visit.goto("/tasks/new")
    expect(visit.locator("#f-learning_rate")).to_have_attribute("placeholder", "0.01 (FC: 0.0005)")
    visit.get_by_role("radio", name=re.compile("^GCN")).check()
    expect(visit.locator("#f-learning_rate")).to_have_attribute("placeholder", "0.05")
    recommended = visit.locator("#f-graph [data-recommended]")
    expect(recommended).to_have_text(
        re.compile("Recommended: full · Each region i receives from every region j ≤ i")
    )


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.nightly)])
def test_a_dataset_that_cannot_be_used_says_why_and_can_be_read(
    chromium: Browser, small: Installation, theme: Any
) -> None:
    """Written by NEURO-LEARN, as the service would not take it."""
    query(
        f"sqlite://{small.home / 'sgn.sqlite3'}",
        "DELETE FROM backend_datasets WHERE data_name = 'useless'",
        "INSERT INTO backend_datasets (data_id, proj_id, user_id, data_name, data_cont, "
        "hdfs_path) VALUES ('D2', 'P', 'u', 'useless', '{\"GMV_1\": {\"0\": 1}}', '')",
    )
    assert small.get("/api/v0/datasets/useless")["dataset"]["state"] == "refused"  # waits for it
    page = chromium.new_context(base_url=small.url, color_scheme=theme, locale="en-GB").new_page()
    page.goto("/tasks/new?proj_id=P")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="useless"))
    expect(row).to_contain_text("has no class and no clinical score")
    assert serious(page) == []


def test_errors_stand_beside_their_fields_and_what_was_typed_stays(
    chromium: Browser, installation: Installation, trained: dict[str, Any]
) -> None:
    assert trained
    page = chromium.new_context(
        base_url=installation.url, viewport=DESKTOP, locale="en-GB"
    ).new_page()
    begin(page, task_name="not yet", epochs="0")
    page.get_by_text("More settings").click()
    page.locator("#f-density").fill("dense")
    page.get_by_role("button", name="Submit task").click()
    epochs = page.locator("#f-epochs")
    expect(epochs).to_have_attribute("aria-invalid", "true", timeout=PATIENCE_MS)
    expect(epochs).to_be_focused()
    expect(epochs).to_have_value("0")
    expect(page.locator("#f-epochs-error")).to_contain_text("a whole number from 1 to 100,000")
    expect(page.locator("#f-density-error")).to_contain_text("'dense'")
    expect(page.locator("#f-density")).to_be_visible()
    expect(page.locator("#f-task_name")).to_have_value("not yet")
    expect(page.get_by_label("Train: small_SZ", exact=True)).to_be_checked()
    assert serious(page) == []
    page.get_by_role("alert").get_by_role("link", name=re.compile("density")).click()
    expect(page.locator("#f-density")).to_be_focused()
    page.context.close()


def test_going_back_and_sending_again_makes_no_second_task(
    chromium: Browser, installation: Installation, trained: dict[str, Any]
) -> None:
    assert trained
    page = chromium.new_context(
        base_url=installation.url, viewport=DESKTOP, locale="en-GB"
    ).new_page()
    begin(page, epochs="2", cv_folds="0")
    key = page.locator("[name=key]").input_value()
    first = send(page)
    begin(page, epochs="2", cv_folds="0")
    page.locator("[name=key]").evaluate("(field, key) => { field.value = key }", key)
    assert send(page) == first
    begin(page, epochs="3", cv_folds="0")
    page.locator("[name=key]").evaluate("(field, key) => { field.value = key }", key)
    page.get_by_role("button", name="Submit task").click()
    expect(page.get_by_role("alert")).to_contain_text(first)
    expect(page.locator("#f-epochs")).to_have_value("3")
    page.context.close()


def test_fine_tune_by_choosing(
    visit: Page, installation: Installation, trained: dict[str, Any]
) -> None:
    begin(visit, epochs="2", cv_folds="0")
    expect(visit.get_by_role("heading", name="Model", exact=True)).to_be_visible()
    visit.get_by_text("Fine-tune a stored model").click()
    expect(visit.get_by_role("heading", name="Model", exact=True)).to_be_hidden()
    visit.get_by_role("radio", name=re.compile(trained["task_id"])).check()
    task_id = send(visit)
    assert (
        installation.get(f"/api/v0/tasks/{task_id}")["task"]["parent_task_id"] == trained["task_id"]
    )
    installation.wait(task_id)
    visit.reload()
    family = visit.get_by_role("group", name=re.compile("^Lineage"))  # it holds links
    expect(family).to_contain_text(trained["task_id"])
    visit.goto(f"/tasks/new?parent={trained['task_id']}")
    expect(visit.get_by_role("radio", name=re.compile(trained["task_id"]))).to_be_checked()


@pytest.mark.nightly
def test_a_project_shows_its_datasets(visit: Page, trained: dict[str, Any]) -> None:
    assert trained
    visit.goto("/tasks/new?proj_id=P")
    visit.get_by_label("Project", exact=True).fill("nobody's")
    visit.get_by_label("Project", exact=True).press("Tab")
    expect(visit.get_by_text("This project has no datasets yet.")).to_be_visible()
    visit.get_by_label("Project", exact=True).fill("P")
    visit.get_by_label("Project", exact=True).press("Tab")
    expect(visit.get_by_label("Train: small_SZ", exact=True)).to_be_visible()


@pytest.mark.nightly
def test_a_draft_is_kept_until_it_is_sent_or_discarded(
    visit: Page, trained: dict[str, Any]
) -> None:
    assert trained
    begin(visit, task_name="half done", epochs="7", cv_folds="0")
    visit.get_by_label("Baselines").evaluate("box => box.click()")
    visit.get_by_label("Test: small_NC", exact=True).check()
    visit.goto("/tasks/new")
    visit.get_by_role("link", name="Continue with it").click()
    expect(visit.locator("#f-task_name")).to_have_value("half done")
    expect(visit.locator("#f-epochs")).to_have_value("7")
    expect(visit.get_by_label("Baselines")).not_to_be_checked()
    expect(visit.get_by_label("Test: small_NC", exact=True)).to_be_checked()
    for name in SMALL:
        expect(visit.get_by_label(f"Train: {name}", exact=True)).to_be_checked()
    expect(visit.locator("#draft")).to_be_hidden()
    visit.get_by_label("Test: small_NC", exact=True).uncheck()
    send(visit)
    visit.goto("/tasks/new")
    expect(visit.locator("#draft")).to_be_hidden()
    visit.locator("#f-epochs").fill("9")
    visit.goto("/tasks/new")
    visit.get_by_role("button", name="Discard it").click()
    visit.reload()
    expect(visit.locator("#draft")).to_be_hidden()


def test_a_task_like_another_has_the_same_form(
    visit: Page, installation: Installation, trained: dict[str, Any]
) -> None:
    assert trained
    begin(visit, task_name="to be repeated", epochs="2", cv_folds="0", seed="5")
    visit.get_by_role("radio", name=re.compile("^GCN")).check()
    visit.get_by_label("Baselines").evaluate("box => box.click()")
    first = send(visit)
    visit.get_by_role("link", name="A task like this one").click()
    expect(visit.locator("#f-task_name")).to_have_value("to be repeated")
    again = send(visit)
    one, other = (installation.get(f"/api/v0/tasks/{each}")["task"] for each in (first, again))
    assert again != first
    assert other["task_config"] == one["task_config"]
    assert one["task_config"]["model"] == "GCN"
    assert one["task_config"]["param_set"]["seed"] == 5
