"""A real Chromium before a real service; each page must be free of errors and foreign hosts."""

import os
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.installations import Installation
from tests.service.forms import form

# WebGL without a graphics card; what no page draws by it is drawn sooner without.
WEBGL = ["--use-gl=angle", "--use-angle=swiftshader"]
NO_WEBGL = ["--disable-gpu"]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)
WIDER = """() => [...document.querySelectorAll("main *")]
  .filter((each) => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0)
  .filter((each) => ["auto", "scroll"].includes(getComputedStyle(each).overflowX))
  .filter((each) => !each.matches("pre, .scroll:has(table.cells)"))
  .map((each) => each.outerHTML.slice(0, 120))"""
# What of the figures is written in fewer than 11 pixels, and how many pixels.
SMALL_LETTERS = """() => [...document.querySelectorAll("svg text")]
  .filter((each) => each.getClientRects().length > 0)
  .map((each) => [parseFloat(getComputedStyle(each).fontSize) * each.getScreenCTM().a, each])
  .map(([size, each]) => [each.transform.baseVal.numberOfItems ? 11 : size, each.textContent])
  .filter(([size]) => size < 11)"""
PATIENCE_MS = 300_000  # on a loaded machine
SERIOUS = {"serious", "critical"}
# English on a desk and Chinese on a phone differ in both; the other two are looked at by night.
SCREENS = [
    pytest.param("en-GB", DESKTOP, id="en-GB-desk"),
    pytest.param("zh-CN", PHONE, id="zh-CN-phone"),
    pytest.param("en-GB", PHONE, id="en-GB-phone", marks=pytest.mark.nightly),
    pytest.param("zh-CN", DESKTOP, id="zh-CN-desk", marks=pytest.mark.nightly),
]
# Contrast depends on the theme, the layout on the width.
LOOKS = [
    pytest.param(("dark", PHONE), id="dark-phone"),
    pytest.param(("light", DESKTOP), id="light-desk", marks=pytest.mark.nightly),
    pytest.param(("dark", DESKTOP), id="dark-desk", marks=pytest.mark.nightly),
    pytest.param(("light", PHONE), id="light-phone", marks=pytest.mark.nightly),
]


@pytest.fixture(scope="module")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """The distribution's Chromium, without a screen; SGN_CHROMIUM may name another.

    With WebGL for a module that is marked ``webgl``.
    Of a module: while it runs, a loop does in this thread, and no other test could have one.
    """
    program = os.environ.get("SGN_CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), "")
    if not program:
        pytest.skip("Chromium is not on this machine; it looks at the pages.")
    drawing = WEBGL if request.node.get_closest_marker("webgl") else NO_WEBGL
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", *drawing]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def trained(small: Installation) -> dict[str, Any]:
    """A finished task with everything in it, on small datasets."""
    asked = {"epochs": 3, "batch_size": 8, "cv_folds": 3}
    task = small.wait(small.post(form(param_set=asked))["task_form"]["task_id"])
    assert task["task_status"] == "Finished", task["error"]
    return task


@pytest.fixture(params=LOOKS)
def reader(
    request: pytest.FixtureRequest, chromium: Browser, installation: Installation
) -> Iterator[tuple[Page, int]]:
    """A page in Chinese, in both themes, on a desk and on a phone, and how wide its window is."""
    theme, size = request.param
    context = chromium.new_context(
        base_url=installation.url, viewport=size, color_scheme=theme, locale="zh-CN"
    )
    for page in watched(context):
        yield page, size["width"]


@pytest.fixture
def visit(chromium: Browser, installation: Installation) -> Iterator[Page]:
    """A page on a desk, in English and light; see what must not happen on one."""
    context = chromium.new_context(
        base_url=installation.url, viewport=DESKTOP, locale="en-GB", color_scheme="light"
    )
    yield from watched(context)


def watched(context: BrowserContext) -> Iterator[Page]:
    """A page of the context; at its end there were no errors and no foreign hosts."""
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)  # what a worker is to answer takes its time
    page, faults, hosts = context.new_page(), list[str](), set[str | None]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    yield page
    context.close()
    assert not faults
    assert hosts <= {"127.0.0.1", "", None}  # data: has none


def serious(page: Page) -> list[str]:
    """What axe-core finds of serious or critical violations, each in a line."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}"
        for each in found
        if each["impact"] in SERIOUS
    ]
