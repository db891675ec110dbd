"""A task looked at: while it trains, when it has ended, and what is asked of its model."""

import csv
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from graphnet.data.synthetic import cohort_table
from tests.browser.conftest import serious
from tests.installations import Installation
from tests.service.forms import SMALL, form

pytestmark = pytest.mark.slow
PATIENCE_MS = 60_000
ENDLESS = {"epochs": 100_000, "cv_folds": 0, "baselines": False}


@pytest.fixture
def newcomers(tmp_path: Path) -> Path:
    """A table of subjects without labels, one of whom would be a formula in a spreadsheet."""
    table = cohort_table("new", 1, 6, seed=9, recipe=SMALL).drop(columns="LABEL_GROUP")
    table.loc[0, "ID"] = "=1+1"
    path = tmp_path / "Z_newcomers.csv"  # which names no site, as that of a dataset does
    table.to_csv(path, index=False)
    return path


def test_it_trains_before_ones_eyes_and_ends_by_itself(
    visit: Page, installation: Installation, trained: dict[str, Any]
) -> None:
    assert trained
    asked = {"epochs": 200, "cv_folds": 2, "batch_size": 8}
    task_id = installation.post(form(task_name="watched", param_set=asked))["task_form"]["task_id"]
    visit.goto(f"/tasks/{task_id}")
    visit.evaluate("window.loaded = 1")
    state = visit.locator("#state")
    curves = visit.get_by_role("img", name=re.compile("^Learning curves"))
    expect(curves).to_be_visible(timeout=PATIENCE_MS)
    expect(state).to_have_text("Finished", timeout=PATIENCE_MS)
    expect(visit.get_by_role("heading", name="Result", exact=True)).to_be_visible()
    for figure in ("ROC curves", "Calibration", "Confusion matrix", "Most important regions"):
        expect(visit.get_by_role("img", name=re.compile(f"^{figure}"))).to_be_visible()
    assert visit.evaluate("window.loaded") == 1
    visit.get_by_role("link", name="Report", exact=True).first.click()
    expect(visit.get_by_role("heading", name="watched")).to_be_visible()


SPY = """
window.notices = [];
window.Notification = class extends EventTarget {
  constructor(title, options) {
    super();
    window.notices.push([title, options.body, options.tag]);
    document.documentElement.dataset.notices = window.notices.length;
  }
  static get permission() { return window.allowed ?? "default"; }
  static async requestPermission() { window.allowed = "granted"; return "granted"; }
};
"""


@pytest.mark.parametrize("watched_at", ["/", pytest.param("/tasks/{}", marks=pytest.mark.nightly)])
def test_who_asked_is_told_of_the_end_by_the_browser(
    visit: Page, installation: Installation, trained: dict[str, Any], watched_at: str
) -> None:
    """A stand-in for the browser's Notification notes what it is told; headless ones show none."""
    assert trained
    visit.add_init_script(SPY)
    ahead = installation.post(form(param_set=ENDLESS))["task_form"]["task_id"]
    asked = {"epochs": 3, "cv_folds": 2, "batch_size": 8}
    task_id = installation.post(form(task_name="told of", param_set=asked))["task_form"]["task_id"]
    visit.goto(watched_at.format(task_id))
    switch = visit.get_by_role("button", name="Notify me when a task ends")
    expect(switch).to_have_attribute("aria-pressed", "false")
    assert visit.evaluate("window.allowed ?? 'nothing'") == "nothing"  # nobody was asked yet
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    installation.http.post(f"/api/v0/tasks/{ahead}/cancel").raise_for_status()
    expect(visit.locator("html")).to_have_attribute("data-notices", "1", timeout=PATIENCE_MS)
    ended = visit.locator("[data-said], #state[data-state='Finished']")
    expect(ended).to_contain_text("Finished", timeout=PATIENCE_MS)
    assert visit.evaluate("window.notices") == [["told of", "Finished", task_id]]


@pytest.mark.nightly
def test_a_phone_is_told_of_the_end_by_a_worker_of_the_page(
    visit: Page, trained: dict[str, Any]
) -> None:
    """Browsers of phones let no page make a notice itself."""
    assert trained
    visit.context.grant_permissions(["notifications"])
    visit.add_init_script("""
        localStorage.setItem("sgn-notices", "yes");
        window.Notification = new Proxy(Notification, {
          construct() { throw new TypeError("Illegal constructor"); },
        });
    """)
    visit.goto("/")
    visit.evaluate("notifyEnd('T 1', 'far away', 'Finished')")
    shown = visit.evaluate("""async () => {
        const registration = await navigator.serviceWorker.ready;
        const notices = await registration.getNotifications();
        return notices.map(({ title, body, tag, data }) => [title, body, tag, data]);
    }""")
    assert shown == [["far away", "Finished", "T 1", "/tasks/T%201"]]


@pytest.mark.nightly
def test_it_is_cancelled_where_it_is_looked_at(
    visit: Page, installation: Installation, trained: dict[str, Any]
) -> None:
    assert trained
    task_id = installation.post(form(param_set=ENDLESS))["task_form"]["task_id"]
    visit.goto(f"/tasks/{task_id}")
    expect(visit.locator("#state")).to_have_text("Running", timeout=PATIENCE_MS)
    visit.once("dialog", lambda dialog: dialog.accept())
    visit.get_by_role("button", name="Cancel").click()
    expect(visit.locator("#state")).to_have_text("Cancelled", timeout=PATIENCE_MS)
    expect(visit.get_by_role("button", name="Retry")).to_be_visible()


def test_figures_stand_beside_baselines_with_intervals(
    visit: Page, trained: dict[str, Any]
) -> None:
    visit.goto(f"/tasks/{trained['task_id']}")
    auc = trained["task_result"]["metrics"]["cv"]["auc"]
    expect(visit.locator(".headline").first).to_contain_text(f"AUC {auc:.3f} [")
    expect(visit.locator(".headline").first).to_contain_text("in cross-validation")
    row = visit.get_by_role("row", name=re.compile("^Logistic regression"))
    expect(row).to_contain_text(re.compile(r"[+-]\d\.\d{3} \["))
    expect(visit.get_by_text(re.compile("the graph helps|The graph"))).to_be_visible()
    expect(visit.get_by_text(trained["task_result"]["warnings"][0])).to_be_visible()


@pytest.mark.nightly
def test_people_are_found_by_id_and_by_split(visit: Page, trained: dict[str, Any]) -> None:
    visit.goto(f"/tasks/{trained['task_id']}")
    people = visit.locator("#people")
    expect(people.get_by_role("status")).to_have_text("Subjects: 40")
    name = people.locator("tbody th").nth(7).inner_text()
    people.get_by_role("searchbox").fill(name.lower())
    expect(people.locator("tbody tr")).to_have_count(1)
    expect(people.locator("tbody th")).to_have_text(name)
    people.get_by_label("Subjects from").select_option("train")
    expect(people.locator("tbody tr")).to_have_count(1)
    expect(people.get_by_label("Subjects from")).to_have_value("train")


@pytest.mark.nightly
def test_people_are_sorted_and_filtered(visit: Page, trained: dict[str, Any]) -> None:
    visit.goto(f"/tasks/{trained['task_id']}")
    people = visit.locator("#people")
    head = people.locator("th:has(#sort-share-1)")
    shares = people.locator("tbody td:nth-child(6)")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    rising = [float(text) for text in shares.all_inner_texts()]
    assert rising == sorted(rising)
    assert len(set(rising)) > 1
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert [float(text) for text in shares.all_inner_texts()] == sorted(rising, reverse=True)
    people.get_by_label("True class").select_option("1")
    expect(people.get_by_role("status")).to_have_text("Subjects: 20")
    assert set(people.locator("tbody td:nth-child(3)").all_inner_texts()) == {"1"}
    expect(head).to_have_attribute("aria-sort", "descending")  # it stays sorted
    right = people.locator("tbody tr:not(:has(.wrong))")
    wrong = people.locator("tbody tr:has(.wrong)").count()
    assert right.count()
    people.get_by_label("Only incorrect predictions").check()
    expect(people.get_by_role("status")).to_have_text(f"Subjects: {wrong}")


def test_figures_and_tables_are_taken_from_the_page(
    visit: Page, trained: dict[str, Any], tmp_path: Path
) -> None:
    """By the report's own script, under the policy of the pages."""
    task_id = trained["task_id"]
    visit.goto(f"/tasks/{task_id}")

    def saved(selector: str) -> Path:
        with visit.expect_download() as awaited:
            visit.locator(selector).first.click()
        path = tmp_path / awaited.value.suggested_filename
        awaited.value.save_as(path)
        return path

    drawn = saved('figure[data-name="roc"] button:text-is("SVG")')
    assert drawn.name == f"{task_id}-roc.svg"
    assert "var(" not in drawn.read_text("utf-8")
    picture = saved('figure[data-name="roc"] button:text-is("PNG")')
    assert picture.read_bytes().startswith(b"\x89PNG")
    table = saved('.scroll:has([data-name="metrics"]) + .tools button')
    rows = {row[0]: row[1:] for row in csv.reader(table.read_text("utf-8-sig").splitlines())}
    auc = trained["task_result"]["metrics"]["cv"]["auc"]
    assert rows["AUC"][0].startswith(f"{auc:.3f}")
    # A program reads a hyphen, a reader sees a minus.
    assert "[−" in visit.locator('[data-name="metrics"]').inner_text()
    assert "[-" in table.read_text("utf-8-sig")
    assert "−" not in table.read_text("utf-8-sig")
    named = visit.locator(".view figure:has(svg)")
    assert named.count() == visit.locator(".view figure[data-name]").count() > 4


def test_new_subjects_are_predicted_on_the_page(
    visit: Page, trained: dict[str, Any], newcomers: Path
) -> None:
    visit.goto(f"/tasks/{trained['task_id']}")
    visit.get_by_label("File with the subjects").set_input_files(newcomers)
    visit.get_by_role("button", name="Predict", exact=True).click()
    predicted = visit.locator("#predicted")
    expect(predicted.locator("tbody tr")).to_have_count(6, timeout=PATIENCE_MS)
    expect(predicted.get_by_role("rowheader", name="=1+1", exact=True)).to_be_visible()
    expect(predicted).to_contain_text("6 subjects have no site")
    predicted.get_by_text("Regions that contribute most").first.click()
    expect(predicted.locator("details[open] li").first).to_contain_text(re.compile(r"[+−-]\d\.\d"))
    assert serious(visit) == []
    with visit.expect_download() as awaited:
        visit.get_by_role("button", name="Download as CSV").click()
    rows = list(csv.DictReader(StringIO(awaited.value.path().read_text())))
    assert [row["id"] for row in rows][:1] == ["'=1+1"]
    for row in rows:
        shares = [float(row["probability_0"]), float(row["probability_1"])]
        assert sum(shares) == pytest.approx(1, abs=1e-5)
        assert row["predicted"] == str(int(shares[1] > shares[0]))


def test_what_is_no_table_is_said_on_the_page(
    visit: Page, trained: dict[str, Any], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("ID,AGE\n1,30\n")
    visit.goto(f"/tasks/{trained['task_id']}")
    visit.get_by_label("File with the subjects").set_input_files(bad)
    visit.get_by_role("button", name="Predict", exact=True).click()
    expect(visit.locator("#predicted").get_by_role("alert")).to_contain_text(
        re.compile("^bad has no column .* Its numeric columns are AGE.")
    )
