"""The pages build without a warning, need no other host, and what they point to is there."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.pages import DOCS, ROOT

# What a browser fetches by itself: not the links that a reader may follow.
FETCHED = re.compile(
    r"""<(?:script|img|source|iframe|embed|object)\b[^>]*?\b(?:src|srcset|data)=["']?([^"'\s>]+)"""
    r"""|<link\b[^>]*?\bhref=["']?([^"'\s>]+)|url\(["']?([^"')]+)|@import\s+["']([^"']+)"""
)
FOREIGN = re.compile(r"(?:[a-z]+:)?//", re.IGNORECASE)
MOST_BYTES = 200_000  # of a picture
LINK = re.compile(r"\]\(([^)#\s]+)")


def build(source: Path, target: Path) -> "subprocess.CompletedProcess[str]":
    """What ``nox -s docs`` runs."""
    if importlib.util.find_spec("sphinx") is None:
        pytest.skip("Sphinx is not installed here; it comes with the dependency group docs.")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    return subprocess.run(
        [*command, source, target], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("built")
    ran = build(DOCS, target)
    assert ran.returncode == 0, ran.stderr
    return target


def fetched(text: str) -> set[str]:
    """Addresses that a browser asks for because of this text."""
    return {next(filter(None, found)) for found in FETCHED.findall(text)}


@pytest.mark.nightly
def test_every_page_is_reached_from_the_first(built: Path) -> None:
    pages = {page.stem for page in DOCS.glob("*.md")} - {"index"}
    linked = set(re.findall(r'href="([\w-]+)\.html"', (built / "index.html").read_text()))
    assert pages <= linked


def test_nothing_is_fetched_from_another_host(built: Path) -> None:
    texts = [*built.rglob("*.html"), *built.rglob("*.css")]
    assert len(texts) > 20
    asked = {address for file in texts for address in fetched(file.read_text(encoding="utf-8"))}
    assert any(".css" in address for address in asked)
    assert not {address for address in asked if FOREIGN.match(address)}


def test_a_foreign_address_is_seen() -> None:
    assert fetched('<link rel="stylesheet" href="https://a.example/x.css">') == {
        "https://a.example/x.css"
    }
    assert fetched("@font-face { src: url(//a.example/f.woff2) }") == {"//a.example/f.woff2"}
    assert not fetched('<a href="https://a.example/">read more</a>')


def test_a_link_to_nowhere_fails_the_build(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text((DOCS / "conf.py").read_text())
    (tmp_path / "index.md").write_text("# Title\n\n[nowhere](nowhere.md)\n")
    ran = build(tmp_path, tmp_path / "built")
    assert ran.returncode != 0
    assert "nowhere" in ran.stderr


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md"])
def test_links_from_the_root_lead_to_files(name: str) -> None:
    links = LINK.findall((ROOT / name).read_text(encoding="utf-8"))
    inside = [unquote(link) for link in links if "://" not in link]
    assert inside
    assert [link for link in inside if not (ROOT / link).exists()] == []


def test_every_picture_is_small_and_shown() -> None:
    pictures = [file for file in (DOCS / "pictures").iterdir() if file.suffix in {".png", ".svg"}]
    shown = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob("*.md"))
    assert len(pictures) >= 4
    for picture in pictures:
        assert picture.stat().st_size < MOST_BYTES, picture.name
        assert f"](pictures/{picture.name})" in shown
