"""Finds sentences in English where all is to be in Chinese."""

import re
from html.parser import HTMLParser

# What stands in quotes or in a name of a file is no sentence; two blanks separate columns.
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\S*/\S*")
# Words that no Chinese text has: a title such as "AAL, 90 regions" is no sentence.
WORDS = re.compile(
    r"(?<![\w.=:-])(?:and|are|by|cortical|for|from|has|have|in|is|networks?|not|of|or|regions|"
    r"subcortical|subjects|than|that|the|this|to|was|were|with)(?![\w.=:-])"
)
SENTENCE = re.compile(r"[A-Za-z][a-z']*(?:,? [A-Za-z][a-z'-]*){3,}")

# Beside Chinese letters stand Chinese marks; those of ASCII are half as wide and belong to English.
HAN = "[\u4e00-\u9fff]"
MARKS = re.compile(rf"{HAN} ?[,;:!?(]|[,;:!?] ?{HAN}|\){HAN}")

NO_PROSE = ("code", "pre", "script", "style", "textarea")
VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
SPOKEN = ("alt", "aria-label", "placeholder", "title", "data-label")


def english_in(text: str, names: tuple[str, ...] = ()) -> list[str]:
    """Every run of four or more words in English, and every line with a common word.

    ``names`` are left aside where they stand alone: one of two letters is no part of a word.
    """
    for name in filter(None, names):
        text = re.sub(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", "", text)
    return [
        found[0] if pattern is SENTENCE else f"{found[0]}: {line}"
        for line in text.splitlines()
        for pattern in (SENTENCE, WORDS)
        for found in pattern.finditer(QUOTED.sub("·", line))
    ]


class Shown(HTMLParser):
    """The texts of a page in the language of the page, a line each.

    Left aside is what is marked as English, code, and names that people gave.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._aside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID and (self._aside or tag in NO_PROSE or _is_english(tag, attrs)):
            self._aside.append(tag)
        if not self._aside:
            self.lines += [text for name, text in attrs if name in SPOKEN and text]

    def handle_endtag(self, tag: str) -> None:
        if self._aside and tag == self._aside[-1]:
            self._aside.pop()

    def handle_data(self, data: str) -> None:
        if not self._aside:
            self.lines.append(" ".join(data.split()))


def _is_english(tag: str, attrs: list[tuple[str, str | None]]) -> bool:
    """Whether a part of a page is marked as English; the page as a whole is no part."""
    return tag != "html" and ("lang", "en") in attrs


def shown_by(page: str) -> str:
    """What a page in HTML shows and says, a line per text."""
    parser = Shown()
    parser.feed(page)
    return "\n".join(parser.lines)


def english_on(page: str, names: tuple[str, ...] = ()) -> list[str]:
    """English in what a Chinese page shows or says, and marks of ASCII beside Chinese letters."""
    shown = shown_by(page)
    marks = [f"{found[0]}: {line}" for line in shown.splitlines() for found in MARKS.finditer(line)]
    return english_in(shown, names) + marks
