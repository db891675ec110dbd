"""The screenshots of this folder, taken anew: ``nox -s docs -- pictures``.

It trains on synthetic subjects in a temporary folder and looks at the pages with Chromium.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pandas as pd
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from graphnet.data.synthetic import Recipe, cohort_table
from service.client import Client, local_service

FOLDER = Path(__file__).resolve().parent
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
WIDTH = 1280
PATIENCE_MS = 600_000
RECIPE = Recipe(effect=0.3, corrupt=2)
FORM = {
    "proj_id": "STUDY",
    "proj_name": "Two sites",
    "task_type": "dl_ts",
    "train_data": ["site_A"],
    "enable_test": True,
    "test_data": ["site_B"],
    "param_set": {"epochs": 60},
}


def main() -> int:
    """Take every picture; the exit status."""
    with (
        tempfile.TemporaryDirectory(prefix="sgn-pictures-") as folder,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=_program(), args=["--no-sandbox"])
        first, home = Path(folder) / "first", Path(folder) / "sgn-home"
        with local_service(first):
            _first_minutes(browser, _address(first))
        with local_service(home) as client:
            task, url = _train(client), _address(home)
            _take(browser, f"{url}/", "tasks", 620)
            _take(browser, f"{url}/tasks/{task}", "task", 1000)
            _take(browser, f"{url}/api/v0/tasks/{task}/report", "report", 1000, "#baselines")
        browser.close()
    return 0


def _address(home: Path) -> str:
    return (home / "address").read_text(encoding="utf-8").strip()


def _first_minutes(browser: Browser, url: str) -> None:
    """From an empty page to a report, by the example cohort; a picture of each step."""
    page = _opened(browser, 620)
    page.goto(f"{url}/")
    _save(page, "first-home")
    page.get_by_role("button", name="Load the example cohort").click()
    page.wait_for_url("**/tasks/new?**", timeout=PATIENCE_MS)
    page.set_viewport_size({"width": WIDTH, "height": 760})
    _save(page, "first-data")
    page.get_by_label("Epochs").first.evaluate("node => node.scrollIntoView({block: 'center'})")
    _save(page, "first-form")
    page.get_by_role("button", name="Submit task").click()
    half = "() => [...document.querySelectorAll('progress')].some((each) => each.value > 30)"
    page.wait_for_function(half, timeout=PATIENCE_MS)
    _save(page, "first-watching")
    report = page.get_by_role("link", name="Report", exact=True).first
    report.wait_for(timeout=PATIENCE_MS)
    page.reload()
    _save(page, "first-result")
    page.goto(f"{url}{report.get_attribute('href')}")
    _save(page, "first-report")
    page.context.close()


def _train(client: Client) -> str:
    """The id of a finished task; beside it are some others."""
    for site, subjects in (("A", 130), ("B", 45)):
        halves = [cohort_table(site, label, subjects, seed=7, recipe=RECIPE) for label in (0, 1)]
        table = pd.concat(halves, ignore_index=True)
        table.insert(2, "SITE", site)
        client.add_dataset(table, proj_id="STUDY", data_name=f"site_{site}")
    for model in ("Linear", "NoEdge"):
        client.wait(client.submit({**FORM, "model": model, "task_name": model}).task_id)
    task = client.wait(client.submit({**FORM, "task_name": "SGN, site A to site B"}).task_id)
    return task.task_id


def _program() -> str:
    found = os.environ.get("SGN_CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        raise SystemExit("Chromium is not on this machine; it takes the pictures.")
    return found


def _take(browser: Browser, url: str, name: str, height: int, part: str = "") -> None:
    """A picture of a page, from its top or from ``part`` on."""
    page = _opened(browser, height)
    page.goto(url)
    if part:
        page.locator(part).first.evaluate("node => node.scrollIntoView()")
    _save(page, name)
    page.context.close()


def _opened(browser: Browser, height: int) -> Page:
    context = browser.new_context(
        viewport={"width": WIDTH, "height": height}, locale="en-GB", color_scheme="light"
    )
    return context.new_page()


def _save(page: Page, name: str) -> None:
    """What the window shows, in at most 256 colours."""
    file = FOLDER / f"{name}.png"
    page.screenshot(path=file)
    with Image.open(file) as picture:
        picture.convert("RGB").quantize(256).save(file, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
