"""A file is looked at before it is kept, and stays chosen while what is wrong is mended."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from graphnet.synthetic import cohort_table
from tests.browser.conftest import serious
from tests.houses import House
from tests.service.forms import SMALL

pytestmark = pytest.mark.slow


def test_a_file_is_shown_before_it_is_kept(visit: Page, house: House, tmp_path: Path) -> None:
    table = tmp_path / "looked_at.tsv"
    cohort_table("new", 1, 12, seed=4, recipe=SMALL).to_csv(table, index=False, sep="\t")
    visit.goto("/datasets")
    visit.get_by_label("File").set_input_files(table)
    expect(visit.get_by_role("heading", name="What was understood")).to_be_visible()
    expect(visit.locator("#understood")).to_contain_text("12 · class 1: 12")
    expect(visit.get_by_role("img", name=re.compile("Distributions"))).to_be_visible()
    assert serious(visit) == []
    kept = {each["data_name"] for each in house.get("/api/v0/datasets")["datasets"]}
    assert "looked_at" not in kept
    visit.get_by_label("Project id").fill("P")
    visit.get_by_role("button", name="Store").click()
    expect(visit).to_have_url(re.compile("/datasets/looked_at$"))
    expect(visit.get_by_role("link", name="Train on this")).to_be_visible()


def test_a_name_that_is_taken_is_said_beside_it_and_mended(
    chromium: Browser, house: House, tmp_path: Path
) -> None:
    table = tmp_path / "twice.csv"
    cohort_table("new", 1, 12, seed=5, recipe=SMALL).to_csv(table, index=False)
    house.upload(table)
    page = chromium.new_context(base_url=house.url, locale="en-GB").new_page()
    page.goto("/datasets")
    page.get_by_label("File").set_input_files(table)
    expect(page.locator("#data_name-error")).to_contain_text("twice")
    page.get_by_label("Name").fill("thrice")
    page.get_by_label("Name").blur()
    expect(page.get_by_role("heading", name="What was understood")).to_be_visible()
    expect(page.locator("#data_name-error")).to_be_empty()
    page.context.close()


def test_another_file_takes_another_name_and_a_typed_one_stays(visit: Page, tmp_path: Path) -> None:
    tables = [tmp_path / f"{name}.csv" for name in ("mistaken", "meant", "last")]
    for table in tables:
        cohort_table("new", 1, 12, seed=6, recipe=SMALL).to_csv(table, index=False)
    visit.goto("/datasets")
    for table in tables[:2]:
        visit.get_by_label("File").set_input_files(table)
        expect(visit.get_by_label("Name")).to_have_value(table.stem)
    visit.get_by_label("Name").fill("my own")
    visit.get_by_label("File").set_input_files(tables[2])
    expect(visit.get_by_role("heading", name="What was understood")).to_be_visible()
    expect(visit.get_by_label("Name")).to_have_value("my own")
