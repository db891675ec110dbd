"""The regions of a task in a brain that is turned: drawn by WebGL, in software where need be."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from graphnet.data.synthetic import Recipe, cohort_table
from tests.browser.conftest import DESKTOP, PHONE, serious, watched
from tests.installations import Installation
from tests.service.forms import form

pytestmark = [pytest.mark.slow, pytest.mark.webgl, pytest.mark.nightly]
BUTTON = "Turn the brain in 3-D"
DRAWN = re.compile(r"\d")  # once, or again as the page settles
AAL = Recipe(regions=90, affected=(2, 5, 7), effect=1.0, corrupt=0)
# Two coloured pixels in a hundred is a brain; the picture as a text tells two views apart.
PIXELS = """canvas => {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext("2d");
  context.drawImage(canvas, 0, 0);
  const found = context.getImageData(0, 0, copy.width, copy.height).data;
  let drawn = 0;
  for (let place = 3; place < found.length; place += 4) { drawn += found[place] > 0; }
  return drawn / (copy.width * copy.height);
}"""


@pytest.fixture(scope="module")
def placed(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A task whose regions are those of an atlas."""
    folder = tmp_path_factory.mktemp("placed")
    for label, name in ((1, "placed_SZ"), (0, "placed_NC")):
        path = folder / f"{name}.csv"
        cohort_table("placed", label, 20, seed=label, recipe=AAL).to_csv(path, index=False)
        query = {"proj_id": "P", "data_name": name, "mapping": json.dumps({"atlas": "aal90"})}
        reply = installation.http.post(
            "/api/v0/datasets", params=query, content=path.read_bytes()
        ).json()
        assert reply["error_num"] == 0, reply
    asked = {"epochs": 3, "batch_size": 8, "cv_folds": 0, "baselines": False}
    names = ["placed_SZ", "placed_NC"]
    task_id = installation.post(form(train_data=names, param_set=asked))["task_form"]["task_id"]
    task = installation.wait(task_id)
    assert task["task_status"] == "Finished", task["error"]
    return task


@pytest.fixture(
    params=[
        pytest.param(("light", DESKTOP), id="desk"),
        pytest.param(("dark", PHONE), id="dark phone", marks=pytest.mark.nightly),
    ]
)
def looking(
    request: pytest.FixtureRequest, chromium: Browser, installation: Installation
) -> Iterator[Page]:
    theme, size = request.param
    context = chromium.new_context(
        base_url=installation.url, viewport=size, color_scheme=theme, locale="en-GB"
    )
    yield from watched(context)


def opened(page: Page, task: dict[str, Any]) -> None:
    page.goto(f"/tasks/{task['task_id']}")
    page.get_by_role("button", name=BUTTON).click()
    expect(page.locator("[data-brain]")).to_have_attribute("data-drawn", DRAWN)


def picture(page: Page) -> bytes:
    """The picture once it is drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return page.locator("canvas").screenshot()


def test_nothing_is_loaded_before_it_is_asked_for(visit: Page, placed: dict[str, Any]) -> None:
    asked: list[str] = []
    visit.on("request", lambda request: asked.append(request.url))
    visit.goto(f"/tasks/{placed['task_id']}")
    expect(visit.get_by_role("button", name=BUTTON)).to_be_visible()
    assert asked
    assert not [url for url in asked if "brain.js" in url or "brain.bin" in url]
    visit.get_by_role("button", name=BUTTON).click()
    expect(visit.locator("[data-brain]")).to_have_attribute("data-drawn", DRAWN)
    assert {url.rpartition("/")[2] for url in asked} >= {"brain", "brain.js", "brain.bin"}


@pytest.mark.nightly
def test_it_is_drawn_and_turned_by_keys(looking: Page, placed: dict[str, Any]) -> None:
    opened(looking, placed)
    canvas = looking.locator("canvas")
    expect(canvas).to_be_focused()
    looking.keyboard.press("Home")  # the ring of the focus is shown from the first key on
    first = picture(looking)
    for key in ("ArrowRight", "ArrowUp", "+"):
        before = picture(looking)
        looking.keyboard.press(key)
        assert picture(looking) != before, key
    looking.keyboard.press("Home")
    assert picture(looking) == first
    looking.get_by_role("button", name="Top", exact=True).click()
    assert picture(looking) != first
    assert serious(looking) == []


@pytest.mark.nightly
def test_the_canvas_is_not_blank_and_can_be_saved(
    visit: Page, placed: dict[str, Any], tmp_path: Path
) -> None:
    opened(visit, placed)
    with visit.expect_download() as download:
        visit.get_by_role("button", name="PNG", exact=True).click()
    assert download.value.suggested_filename == f"{placed['task_id']}-brain.png"
    download.value.save_as(tmp_path / "saved.png")
    saved = (tmp_path / "saved.png").read_bytes()
    assert saved.startswith(b"\x89PNG")
    # The buffer of WebGL is only there within the frame that drew it.
    share = visit.evaluate(
        f"() => new Promise(done => {{ const canvas = document.querySelector('canvas');"
        "canvas.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft'}));"
        f"requestAnimationFrame(() => done(({PIXELS})(canvas))); }})"
    )
    assert 0.1 < share < 0.9


def test_regions_are_named_by_keys_and_stand_in_the_table(
    looking: Page, placed: dict[str, Any]
) -> None:
    opened(looking, placed)
    rows = looking.locator("[data-brain] tbody tr")
    expect(rows).to_have_count(90)
    values = [abs(float(row.get_attribute("data-value") or "nan")) for row in rows.all()]
    assert values == sorted(values, reverse=True)
    numbers = " ".join(rows.locator("td").all_inner_texts())
    assert "−" in numbers
    assert "-" not in numbers
    label = looking.locator("[data-brain-label]")
    expect(label).to_be_empty()
    looking.keyboard.press("PageDown")
    expect(label).to_have_text(rows.first.get_attribute("data-said") or "?")
    expect(rows.first).to_have_class("chosen")
    looking.keyboard.press("Escape")
    expect(label).to_be_empty()


@pytest.mark.nightly
def test_without_webgl_the_page_says_so(visit: Page, placed: dict[str, Any]) -> None:
    visit.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    visit.goto(f"/tasks/{placed['task_id']}")
    visit.get_by_role("button", name=BUTTON).click()
    expect(visit.get_by_text("WebGL 2 is missing")).to_be_visible()
    expect(visit.locator("canvas")).to_be_hidden()
    expect(visit.locator("[data-brain] tbody tr")).to_have_count(90)
    expect(visit.locator(".brain img")).to_be_visible()


@pytest.fixture(scope="module")
def connected(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """A task on connectomes of an atlas; the classes differ in one connection."""
    rng = np.random.default_rng(1)
    rows, columns = np.triu_indices(90, k=1)
    values = rng.normal(0, 0.2, (40, len(rows)))
    label = np.arange(40) % 2
    values[label == 1, 100] += 1.0
    names = [f"FC_{i + 1}_{j + 1}" for i, j in zip(rows, columns, strict=True)]
    table = pd.DataFrame(values, columns=names)
    ids = {"ID": [f"s{number}" for number in range(40)], "LABEL_GROUP": label}
    path = tmp_path_factory.mktemp("connected") / "connected.csv"
    pd.concat([pd.DataFrame(ids), table], axis=1).to_csv(path, index=False)
    query = {"proj_id": "P", "data_name": "connected", "mapping": json.dumps({"atlas": "aal90"})}
    installation.http.post("/api/v0/datasets", params=query, content=path.read_bytes())
    asked = {"cv_folds": 0, "baselines": False}
    wanted = form(train_data=["connected"], model="LinearSVM", param_set=asked)
    task = installation.wait(installation.post(wanted)["task_form"]["task_id"])
    assert task["task_status"] == "Finished", task["error"]
    return task


def test_connections_are_drawn_named_and_chosen_by_a_slider(
    looking: Page, connected: dict[str, Any]
) -> None:
    opened(looking, connected)
    rows = looking.locator("tr[data-ends]")
    expect(rows).to_have_count(100)
    expect(rows.locator("visible=true")).to_have_count(20)
    # The 101st pair of regions is that of the regions 2 and 14: 89 pairs begin with region 1.
    expect(rows.first).to_contain_text("Precentral_R (2) – Frontal_Inf_Tri_R (14)")
    with_some = picture(looking)
    slider = looking.get_by_role("slider", name="Connections shown")
    slider.focus()
    looking.keyboard.press("Home")
    expect(rows.locator("visible=true")).to_have_count(0)
    assert picture(looking) != with_some
    looking.keyboard.press("End")
    expect(rows.locator("visible=true")).to_have_count(100)
    looking.locator("canvas").focus()
    looking.keyboard.press(".")
    said = rows.first.get_attribute("data-said") or "?"
    expect(looking.locator("[data-brain-label]")).to_have_text(said)
    expect(rows.first).to_have_class("chosen")
    looking.keyboard.press(",")
    expect(rows.last).to_have_class("chosen")
    assert serious(looking) == []
    assert (
        looking.evaluate("document.documentElement.scrollWidth")
        <= (looking.viewport_size or DESKTOP)["width"]
    )


@pytest.mark.nightly
def test_a_task_on_measures_has_no_connections(visit: Page, placed: dict[str, Any]) -> None:
    opened(visit, placed)
    expect(visit.locator("[data-edges]")).to_have_count(0)
    expect(visit.locator("tr[data-ends]")).to_have_count(0)


def test_regions_without_centres_have_no_button(visit: Page, trained: dict[str, Any]) -> None:
    visit.goto(f"/tasks/{trained['task_id']}")
    expect(visit.get_by_text("it is not known where their centres are")).to_be_visible()
    expect(visit.get_by_role("button", name=BUTTON)).to_have_count(0)
