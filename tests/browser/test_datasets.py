"""A file is looked at before it is kept, and stays chosen while what is wrong is mended."""

import re
from base64 import b64decode
from collections.abc import Iterator
from hashlib import md5
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from graphnet.data.synthetic import cohort_table
from tests.browser.conftest import PATIENCE_MS, serious
from tests.installations import Installation
from tests.places import Place, place_at
from tests.reading import reading
from tests.servers import ServerMissing
from tests.service.forms import SMALL

pytestmark = pytest.mark.slow


@pytest.mark.nightly
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


@pytest.mark.nightly
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


@pytest.mark.nightly
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


@pytest.mark.nightly
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
    expect(visit.get_by_label("Project id")).to_have_value("OWNED")
    visit.evaluate("localStorage.clear()")
    visit.goto("/datasets")
    expect(owner).to_have_value("")
    visit.goto("/datasets?proj_id=OWNED")  # whose datasets are all of one user
    expect(owner).to_have_value("ann")
    expect(visit.locator("#owners option[value=ann]")).to_have_count(1)


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


@pytest.mark.nightly
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


def folder_of_series(tmp_path: Path, subjects: int = 12) -> Path:
    """Time series as DPABI leaves them, with a table and what a Mac adds."""
    rng = np.random.default_rng(3)
    folder = tmp_path / "cohort"
    (folder / "series").mkdir(parents=True)
    (folder / ".DS_Store").write_text("x")
    rows = [f"s{number:02},{number % 2}" for number in range(subjects)]
    (folder / "subjects.csv").write_text("\n".join(["ID,LABEL", *rows, ""]))
    for number in range(subjects):
        np.savetxt(folder / "series" / f"ROISignals_s{number:02}.txt", rng.normal(size=(60, 6)))
    return folder


@pytest.mark.nightly
def test_a_folder_is_chosen_as_it_is(visit: Page, tmp_path: Path) -> None:
    folder = folder_of_series(tmp_path)
    visit.goto("/datasets")
    with visit.expect_file_chooser() as chooser:
        visit.get_by_role("button", name="Choose a folder").click()
    chooser.value.set_files(folder)
    expect(visit.locator("#understood")).to_contain_text("12 · class 0: 6 · class 1: 6")
    expect(visit.get_by_label("Name")).to_have_value("cohort")
    assert serious(visit) == []


@pytest.mark.nightly
def test_several_files_are_joined(visit: Page, tmp_path: Path) -> None:
    folder = folder_of_series(tmp_path)
    files = [folder / "subjects.csv", *sorted((folder / "series").iterdir())]
    visit.goto("/datasets")
    visit.get_by_label("File, several").set_input_files(files)
    expect(visit.locator("#understood")).to_contain_text("12 · class 0: 6 · class 1: 6")


def test_the_zip_file_of_a_page_is_one_to_others(visit: Page) -> None:
    """Written by the page, read by Python."""
    visit.goto("/datasets")
    content = visit.evaluate(
        """async () => {
            const entries = [["b/ü.txt", "zwei"], ["a.bin", new Uint8Array(5_000_000).fill(7)], ["c", ""]];
            const made = await zipOf(entries.map(([path, text]) => ({ path, file: new File([text], path) })), "x.zip");
            const bytes = new Uint8Array(await made.arrayBuffer());
            let text = "";
            for (let at = 0; at < bytes.length; at += 30_000) { text += String.fromCharCode(...bytes.subarray(at, at + 30_000)); }
            return btoa(text);
        }"""  # noqa: E501
    )
    with ZipFile(BytesIO(b64decode(content))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["b/ü.txt", "a.bin", "c"]
        assert archive.read("b/ü.txt") == b"zwei"
        assert archive.read("a.bin") == bytes([7]) * 5_000_000


@pytest.fixture
def shaken(chromium: Browser, installation: Installation) -> Iterator[Page]:
    """A page on which errors may stand in the console: of lines that are cut, of refusals."""
    context = chromium.new_context(base_url=installation.url, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.mark.nightly
def test_a_large_file_goes_in_pieces_and_on_after_a_cut(shaken: Page, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    file = tmp_path / "large.npz"
    values: dict[str, Any] = {
        "features": rng.normal(size=(40, 90, 700)),
        "labels": np.arange(40) % 2,
    }
    np.savez(file, **values, measures=[f"m{chr(97 + n % 26)}{n}x" for n in range(700)])
    pieces: list[str] = []

    def sometimes(route: Route) -> None:
        pieces.append(route.request.headers["upload-offset"])
        if len(pieces) == 2:
            route.abort()
        else:
            route.continue_()

    shaken.route("**/api/v0/uploads/*", lambda route: (
        sometimes(route) if route.request.method == "PATCH" else route.continue_()
    ))  # fmt: skip
    shaken.goto("/datasets")
    shaken.get_by_label("File, several").set_input_files(file)
    expect(shaken.locator("#understood")).to_contain_text("40 · class 0: 20", timeout=60_000)
    assert pieces == ["0", "8000000", "8000000", "16000000"]
    shaken.get_by_label("Project id").fill("P")
    shaken.get_by_role("button", name="Store").click()
    expect(shaken).to_have_url(re.compile("/datasets/large$"), timeout=60_000)


def large(folder: Path, name: str) -> Path:
    rng = np.random.default_rng(0)
    file = folder / f"{name}.npz"
    values: dict[str, Any] = {"features": rng.normal(size=(40, 90, 700))}
    names = [f"m{chr(97 + n % 26)}{n}x" for n in range(700)]
    np.savez(file, **values, labels=np.arange(40) % 2, measures=names)
    return file


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service whose pages may write into its bucket, and a reader of files."""
    try:
        with (
            place_at(tmp_path_factory.mktemp("bucket"), "bucket") as place,
            reading(place.variables),
        ):
            yield place
    except ServerMissing as missing:
        pytest.skip(str(missing))


def test_the_page_computes_the_sums_that_storage_compares(visit: Page) -> None:
    visit.goto("/datasets")
    rng = np.random.default_rng(0)
    for size in (0, 1, 55, 56, 63, 64, 65, 100_000):
        data = rng.integers(0, 256, size, dtype=np.uint8).tobytes()
        found = visit.evaluate("bytes => md5(Uint8Array.from(bytes))", list(data))
        assert found == md5(data, usedforsecurity=False).hexdigest()


@pytest.mark.nightly
def test_a_large_file_goes_from_the_page_straight_to_the_bucket(
    chromium: Browser, bucket: Place, tmp_path: Path
) -> None:
    """A part that breaks off is sent again; where CORS forbids it all, the service takes it."""
    page = chromium.new_context(base_url=str(bucket.http.base_url), locale="en-GB").new_page()
    storage = bucket.variables["SGN_S3_PUBLIC_URL"]
    puts, patches = list[str](), list[str]()
    page.on("request", lambda request: (
        patches.append(request.url) if request.method == "PATCH" else None
    ))  # fmt: skip

    def sometimes(route: Route) -> None:
        puts.append(route.request.url)
        if len(puts) == 2:
            route.abort()
        else:
            route.continue_()

    page.route(f"{storage}/**", sometimes)
    page.goto("/datasets")
    page.get_by_label("File, several").set_input_files(large(tmp_path, "direct"))
    expect(page.locator("#understood")).to_contain_text("40 · class 0: 20", timeout=60_000)
    numbers = [re.findall(r"partNumber=(\d+)", url)[0] for url in puts]
    assert (numbers, patches) == (["1", "2", "2", "3"], [])
    page.get_by_label("Project id").fill("P")
    page.get_by_role("button", name="Store").click()
    expect(page).to_have_url(re.compile("/datasets/direct$"), timeout=60_000)
    page.unroute_all()
    page.route(f"{storage}/**", lambda route: route.abort())
    page.goto("/datasets")
    page.get_by_label("File, several").set_input_files(large(tmp_path, "around"))
    expect(page.locator("#understood")).to_contain_text("40 · class 0: 20", timeout=60_000)
    assert len(patches) == 3
    page.context.close()


def test_a_file_that_is_too_large_is_said_at_once(shaken: Page, tmp_path: Path) -> None:
    file = tmp_path / "huge.npz"
    with file.open("wb") as opened:
        opened.truncate(2_000_000_001)
    shaken.goto("/datasets")
    shaken.get_by_label("File, several").set_input_files(file)
    expect(shaken.locator("#trouble")).to_contain_text("more than 2000 MB")


def test_columns_are_read_otherwise_by_choosing(
    visit: Page, installation: Installation, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame({
        "ID": [f"s{number:02}" for number in range(24)],
        "DX": ["HC", "SZ"] * 12,
        "SEX": ["M", "M", "F", "F"] * 6,
        "AGE": rng.integers(18, 60, 24),
        "SCANNER": ["S1"] * 12 + ["S2"] * 12,
        **{f"GMV_{number}": rng.normal(0.4, 0.05, 24) for number in range(1, 7)},
    })  # fmt: skip
    table.to_csv(tmp_path / "columns.csv", index=False)
    visit.goto("/datasets")
    visit.get_by_label("File, several").set_input_files(tmp_path / "columns.csv")
    expect(visit.locator("#understood")).to_contain_text("HC: 12 · SZ: 12")
    visit.get_by_text("Read columns otherwise").click()
    assert serious(visit) == []
    visit.locator("#role-site").select_option("SCANNER")
    expect(visit.locator("#understood")).to_contain_text("S1, S2")
    expect(visit.locator("#role-site")).to_have_value("site=SCANNER")
    visit.locator("[data-covariate=AGE]").uncheck()
    expect(visit.locator("#understood")).to_contain_text("covariates=SEX")
    expect(visit.locator("[data-covariate=AGE]")).not_to_be_checked()
    visit.get_by_label("Project id").fill("P")
    visit.get_by_role("button", name="Store").click()
    expect(visit).to_have_url(re.compile("/datasets/columns$"))
    kept = installation.get("/api/v0/datasets/columns")["dataset"]["interpretation"]
    assert (kept["site"], kept["label"]["column"]) == ("SCANNER", "DX")
    assert [each["name"] for each in kept["covariates"]] == ["SEX"]
    assert kept["answers"] == {"site": "SCANNER", "covariates": "SEX"}
