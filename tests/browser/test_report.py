"""A report in Chromium, under the policy that it is served with: what can be saved, and read."""

import csv
import gzip
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page

from graphnet.messages import LANGUAGES
from graphnet.report.page import render_report
from service.routes.stored import REPORT_POLICY
from tests.browser.conftest import PATIENCE_MS, serious
from tests.graphnet.test_report import explained, stored, task


class Served(BaseHTTPRequestHandler):
    """Answers every path with the report."""

    def do_GET(self) -> None:
        content = render_report(task(), **stored(evidence=explained()), others=LANGUAGES).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-security-policy", REPORT_POLICY)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


@pytest.fixture
def report(chromium: Browser) -> Iterator[Page]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Served)
    Thread(target=server.serve_forever, daemon=True).start()
    page = chromium.new_page()
    page.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.goto(f"http://127.0.0.1:{server.server_port}/report")
    yield page
    page.close()
    server.shutdown()
    server.server_close()
    assert not faults


def saved(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.locator(button).first.click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def test_figures_tables_and_methods_can_be_saved(report: Page, tmp_path: Path) -> None:
    drawn = saved(report, 'figure[data-name="importance"] button:text-is("SVG")', tmp_path)
    assert drawn.name == "TASK1-importance.svg"
    assert "var(" not in drawn.read_text("utf-8")
    assert ET.parse(drawn).getroot().get("width") == "690"
    picture = saved(report, 'figure[data-name="importance"] button:text-is("PNG")', tmp_path)
    assert picture.read_bytes().startswith(b"\x89PNG")
    table = saved(report, '.scroll:has([data-name="metrics"]) + .tools button', tmp_path)
    rows = list(csv.reader(table.read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["Metric", "Test", "Training"]
    assert ["AUC", "0.900 [0.780, 0.960]", "0.900 [0.780, 0.960]"] in rows
    works = saved(report, 'button:text-is("references.bib")', tmp_path)
    assert "@inproceedings{kipf," in works.read_text("utf-8")
    volume = saved(report, 'button:text-is("regions.nii.gz")', tmp_path)
    assert volume.name == "TASK1-regions.nii.gz"
    assert gzip.decompress(volume.read_bytes())[344:348] == b"n+1\0"


def test_the_language_is_chosen_by_the_reader(report: Page) -> None:
    assert report.locator("h2").first.text_content() == "Limits and warnings"
    report.get_by_role("button", name="中文").click()
    assert report.evaluate("document.documentElement.lang") == "zh-CN"
    assert report.locator("h2").first.text_content() == "局限与警告"
    assert not report.get_by_text("Limits and warnings").count()
    report.get_by_role("button", name="English").click()
    assert report.locator("h2").first.text_content() == "Limits and warnings"
    assert serious(report) == []


@pytest.mark.nightly(but=("A4",))
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_it_prints_without_buttons_and_contents(report: Page, paper: str) -> None:
    assert report.pdf(format=paper).startswith(b"%PDF")
    report.emulate_media(media="print")
    assert not report.locator(".tools button").first.is_visible()
    assert not report.locator("nav").is_visible()
    assert re.fullmatch(r"avoid.*", report.evaluate(
        "getComputedStyle(document.querySelector('tbody tr')).breakInside"
    ))  # fmt: skip
