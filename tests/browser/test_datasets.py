"""A file is looked at before it is kept, and stays chosen while what is wrong is mended."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from graphnet.data.synthetic import cohort_table
from tests.browser.conftest import serious
from tests.installations import Installation
from tests.service.forms import SMALL

pytestmark = pytest.mark.slow


def test_a_file_is_shown_before_it_is_kept(
    visit: Page, installation: Installation, tmp_path: Path
) -> None:
    table = tmp_path / "looked_at.tsv"
    cohort_table("new", 1, 12, seed=4, recipe=SMALL).to_csv(table, index=False, sep="\t")
    visit.goto("/datasets")
    visit.get_by_label("File").set_input_files(table)
    expect(visit.get_by_role("heading", name="How the file would be read")).to_be_visible()
    expect(visit.locator("#understood")).to_contain_text("12 · class 1: 12")
    expect(visit.get_by_role("img", name=re.compile("Distributions"))).to_be_visible()
    assert serious(visit) == []
    kept = {each["data_name"] for each in installation.get("/api/v0/datasets")["datasets"]}
    assert "looked_at" not in kept
    visit.get_by_label("Project id").fill("P")
    visit.get_by_role("button", name="Store").click()
    expect(visit).to_have_url(re.compile("/datasets/looked_at$"))
    expect(visit.get_by_role("link", name="Train on this dataset")).to_be_visible()


def test_a_name_that_is_taken_is_said_beside_it_and_mended(
    chromium: Browser, installation: Installation, tmp_path: Path
) -> None:
    table = tmp_path / "twice.csv"
    cohort_table("new", 1, 12, seed=5, recipe=SMALL).to_csv(table, index=False)
    installation.upload(table)
    page = chromium.new_context(base_url=installation.url, locale="en-GB").new_page()
    page.goto("/datasets")
    owner = page.get_by_label("NEURO-LEARN user")
    owner.evaluate("each => each.removeAttribute('maxlength')")
    owner.fill("u" * 33)
    page.get_by_label("File").set_input_files(table)
    expect(page.locator("#user_id-error")).to_contain_text("must be at most 32 printable")
    expect(owner).to_have_attribute("aria-invalid", "true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    owner.fill("ann")
    owner.blur()
    expect(page.locator("#data_name-error")).to_contain_text("twice")
    expect(page.locator("#user_id-error")).to_be_empty()
    page.get_by_label("Name").fill("thrice")
    page.get_by_label("Name").blur()
    expect(page.get_by_role("heading", name="How the file would be read")).to_be_visible()
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
    expect(visit.get_by_role("heading", name="How the file would be read")).to_be_visible()
    expect(visit.get_by_label("Name")).to_have_value("my own")


def test_the_owner_is_asked_for_remembered_and_suggested(
    visit: Page, installation: Installation, tmp_path: Path
) -> None:
    table = tmp_path / "owned.csv"
    cohort_table("new", 1, 12, seed=8, recipe=SMALL).to_csv(table, index=False)
    visit.goto("/datasets")
    owner = visit.get_by_label("NEURO-LEARN user")
    expect(owner).to_have_value("")
    assert owner.get_attribute("required") is None  # of one's own database
    owner.fill("ann")
    visit.get_by_label("Project id").fill("OWNED")
    visit.get_by_label("File").set_input_files(table)
    expect(visit.get_by_role("heading", name="How the file would be read")).to_be_visible()
    visit.get_by_role("button", name="Store").click()
    expect(visit).to_have_url(re.compile("/datasets/owned$"))
    assert installation.get("/api/v0/datasets/owned")["dataset"]["user_id"] == "ann"
    visit.goto("/datasets")
    expect(owner).to_have_value("ann")
    expect(visit.locator("#owners option[value=ann]")).to_have_count(1)
    visit.evaluate("localStorage.clear()")
    visit.goto("/datasets")
    expect(owner).to_have_value("")
    visit.goto("/datasets?proj_id=OWNED")  # whose datasets are all of one user
    expect(owner).to_have_value("ann")


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """Classes by words of which none is known for controls."""
    table = cohort_table("new", 1, 12, seed=7, recipe=SMALL).drop(columns="LABEL_SCORE")
    table["LABEL_GROUP"] = ["alpha", "beta"] * 6
    table.to_csv(tmp_path / "in_words.csv", index=False)
    return tmp_path / "in_words.csv"


def test_a_question_is_answered_beside_the_preview_and_the_file_goes_once(
    visit: Page, words: Path
) -> None:
    sizes: list[tuple[str, int]] = []

    def sent(request: Request) -> None:
        if request.method == "POST":
            size = int(request.all_headers()["content-length"])
            sizes.append((request.url.partition("/datasets")[2], size))

    visit.goto("/datasets")
    visit.on("requestfinished", sent)
    visit.get_by_label("File").set_input_files(words)
    expect(visit.get_by_text("Waiting for a worker to read the file…")).to_be_visible()
    expect(visit.get_by_role("heading", name="How should the file be read?")).to_be_visible()
    expect(visit.get_by_text("Waiting for a worker to read the file…")).to_be_hidden()
    expect(visit.get_by_role("heading", name="How the file would be read")).to_be_visible()
    question = visit.get_by_label(re.compile("Which one is the positive class"))
    expect(question).to_have_value("")
    assert serious(visit) == []
    question.select_option("class.positive=beta")
    visit.get_by_role("button", name="Preview with these answers").click()
    expect(visit.locator("#understood")).to_contain_text("alpha: 6 · beta: 6")
    expect(visit.get_by_text("Nothing is stored yet.", exact=True)).to_be_visible()
    expect(visit.get_by_role("heading", name="How it was read")).to_be_visible()
    visit.get_by_label("Project id").fill("P")
    visit.get_by_label("Name").fill("kept")  # the name of the file stays free for others
    visit.get_by_role("button", name="Store").click()
    expect(visit).to_have_url(re.compile("/datasets/kept$"))
    expect(visit.locator("main")).to_contain_text("alpha: 6 · beta: 6")
    assert [path for path, _ in sizes] == ["?preview=true", "?preview=true", ""]
    assert sizes[0][1] > words.stat().st_size > max(size for _, size in sizes[1:])


def test_another_file_takes_no_answer_of_the_one_before(visit: Page, words: Path) -> None:
    other = words.with_name("other.csv")
    other.write_bytes(words.read_bytes().replace(b"alpha", b"gamma"))
    visit.goto("/datasets")
    visit.get_by_label("File").set_input_files(words)
    visit.get_by_label(re.compile("Which one is the positive")).select_option(index=1)
    visit.get_by_role("button", name="Preview with these answers").click()
    visit.get_by_label("File").set_input_files(other)  # while the answer is still on its way
    question = visit.get_by_label(re.compile("gamma"))
    expect(question).to_be_visible()
    expect(question).to_have_value("")


def test_questions_fit_every_screen(reader: tuple[Page, int], words: Path) -> None:
    page, width = reader
    page.goto("/datasets")
    page.locator("#datafile").set_input_files(words)
    expect(page.get_by_role("heading", name="该文件应如何读取？")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious(page) == []
    page.locator("select[name=map]").select_option(index=1)
    page.get_by_role("button", name="按这些回答预览").click()
    expect(page.get_by_role("heading", name="读取方式")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious(page) == []
