"""The Chinese documents have what the English ones have: sections, commands, tables, links."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, blocks

NAMES = ("tutorial.md", "data.md", "neuro-learn.md", "operations.md")
PAIRS = {
    "README.md": (ROOT / "README.md", ROOT / "README.zh-CN.md"),
    **{name: (DOCS / name, DOCS / "zh-CN" / name) for name in NAMES},
}
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
ROW = re.compile(r"^\|.*\|$", re.MULTILINE)
TARGET = re.compile(r"\]\(([^)\s]+)\)")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LEAST_CHINESE = 0.15  # of the letters outside code

pairs = pytest.mark.parametrize("name", PAIRS)


def prose(path: Path) -> str:
    """What is no block of code."""
    return FENCED.sub("", path.read_text(encoding="utf-8"))


def of_both(name: str) -> tuple[str, str]:
    english, chinese = PAIRS[name]
    return prose(english), prose(chinese)


def linked(path: Path) -> set[Path]:
    """The files that a document links to."""
    targets = [link.partition("#")[0] for link in TARGET.findall(prose(path)) if "://" not in link]
    return {(path.parent / target).resolve() for target in targets if target}


@pairs
def test_they_have_the_same_sections(name: str) -> None:
    english, chinese = (HEADING.findall(text) for text in of_both(name))
    assert chinese == english


@pairs
def test_their_commands_and_what_these_print_are_the_same(name: str) -> None:
    english, chinese = PAIRS[name]
    assert blocks(chinese) == blocks(english)


@pairs
def test_they_name_the_same_fields_and_files(name: str) -> None:
    english, chinese = (sorted(CODE.findall(text)) for text in of_both(name))
    assert chinese == english


@pairs
def test_their_tables_have_the_same_cells(name: str) -> None:
    english, chinese = (
        [row.replace(r"\|", "").count("|") for row in ROW.findall(text)] for text in of_both(name)
    )
    assert chinese == english


@pairs
def test_their_links_lead_to_the_same_places(name: str) -> None:
    """A link to a document that is there in Chinese leads to the Chinese one."""
    english, chinese = PAIRS[name]
    of_english, of_chinese = linked(english), linked(chinese)
    translated = {pair[0].resolve(): pair[1].resolve() for pair in PAIRS.values()}
    wanted = {translated.get(path, path) for path in of_english}
    each_other = {english.resolve(), chinese.resolve()}
    assert of_chinese - each_other == wanted - each_other
    assert english.resolve() in of_chinese
    assert chinese.resolve() in of_english


@pairs
def test_they_are_chinese(name: str) -> None:
    text = CODE.sub("", of_both(name)[1])
    assert len(CHINESE.findall(text)) > LEAST_CHINESE * len(re.findall(r"\w", text))
