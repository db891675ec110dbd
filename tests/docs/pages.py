"""The documentation as the tests read it: its files and their fenced blocks."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str]]:
    """Each fenced block of a page: its language and its text."""
    return FENCED.findall(page.read_text(encoding="utf-8"))


def as_shown(shown: str, real: str) -> bool:
    """Whether an output is as a page shows it.

    A line ``…`` stands for any lines, or none; ``…`` in a line for any text in it. How many blanks
    there are makes no difference.
    """
    lines = [f"{re.escape(line).replace('…', '.*')}\n" for line in _words(shown)]
    pattern = "".join("(.*\n)*" if line == ".*\n" else line for line in lines)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _words(real))) is not None


def _words(text: str) -> list[str]:
    """The lines that are not empty, with one blank between words."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]
