"""What a workbook shows of a whole number: ``0050950`` of 50950 by the format ``0000000``.

Only formats that pad with zeros, or put words or signs beside digits, are followed. Dates,
decimals, percents and the like show a number that is the same one.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<bracket>[^\]]*)\]|_.|(?P<plain>.)')
CONDITION = re.compile(r"(=|<>|<=|>=|<|>)(-?[0-9]+(?:\.[0-9]+)?)")
COMPARE = {"=": (0,), "<>": (-1, 1), "<": (-1,), ">": (1,), "<=": (-1, 0), ">=": (0, 1)}
DIGIT, OPTIONAL = "0", "#?"
SIGNS = "-+() "  # that stand for themselves
TIME = re.compile(r"h+|m+|s+", re.IGNORECASE)
TRIED = range(-1, 10)  # whole numbers that tell whether a format is followed

Token = tuple[str, bool]  # a text, and whether it is the place of a digit


def formats_of(styles: Path) -> tuple[str, ...]:
    """The format of each cell style of a workbook by its number, "" where it need not be followed.

    Raises:
        ElementTree.ParseError, ValueError: it is no list of styles.

    """
    codes: dict[str, str] = {}
    formats: list[str] = []
    if not styles.is_file():
        return ()
    for element in ElementTree.parse(styles).getroot().iter():  # noqa: S314 - expat bounds entities
        kind = element.tag.rpartition("}")[2]
        if kind == "numFmt":
            codes[element.get("numFmtId", "")] = element.get("formatCode", "")
        elif kind == "cellXfs":
            formats = [style.get("numFmtId", "") for style in element]
    return tuple(code if is_followed(code) else "" for code in (codes.get(f, "") for f in formats))


def is_followed(code: str) -> bool:
    """Whether a whole number may be shown otherwise than by its digits."""
    shown = {number: displayed(number, code) for number in TRIED}
    return any(text not in (None, str(number)) for number, text in shown.items())


def has_words(code: str) -> bool:
    """Whether letters stand beside the digits, or instead of them."""
    return any(
        any(map(str.isalpha, match["quoted"] or match["escaped"] or ""))
        for match in TOKEN.finditer(code)
    )


def displayed(number: float, code: str) -> str | None:
    """How ``number`` is shown; None where the format is not followed."""
    section = _section(number, _sections(code))
    tokens = None if section is None else _tokens(section)
    if not tokens:
        return None
    places = sum(is_digit for _, is_digit in tokens)
    if not places:
        return "".join(text for text, _ in tokens).strip() or None
    if not float(number).is_integer():
        return None
    return _filled(tokens, str(abs(int(number))), places)


def _filled(tokens: Sequence[Token], digits: str, places: int) -> str:
    """The digits from the right in their places; more than there are places stand in the first."""
    written: list[str] = []
    for text, is_digit in reversed(tokens):
        if not is_digit:
            written.append(text)
            continue
        places -= 1
        last = digits[-1:] if places else digits
        digits = digits[:-1] if places else ""
        written.append(last or (DIGIT if text == DIGIT else ""))
    return "".join(reversed(written)).strip()


def _sections(code: str) -> list[str]:
    sections = [""]
    for match in TOKEN.finditer(code):
        if match["plain"] == ";":
            sections.append("")
        else:
            sections[-1] += match.group()
    return sections


def _section(number: float, sections: Sequence[str]) -> str | None:
    """The section that holds for a number: by its condition, else by its sign."""
    conditions = [CONDITION.search(section.partition('"')[0]) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None:
                return section
            other = float(condition[2])
            if (number > other) - (number < other) in COMPARE[condition[1]]:
                return section
        return None
    if number < 0:
        return sections[1] if len(sections) > 1 else None
    return sections[2] if number == 0 and len(sections) > 2 else sections[0]


def _tokens(section: str) -> list[Token] | None:
    """The texts and places of digits; None where something else is in a section."""
    tokens: list[Token] = []
    for match in TOKEN.finditer(section):
        plain, bracket = match["plain"], match["bracket"]
        if match["quoted"] is not None or match["escaped"] is not None:
            tokens.append((match["quoted"] or match["escaped"] or "", False))
        elif plain is not None and plain in DIGIT + OPTIONAL:
            tokens.append((plain, True))
        elif plain is not None and plain in SIGNS:
            tokens.append((plain, False))
        elif plain is not None or (bracket is not None and TIME.fullmatch(bracket)):
            return None
    return tokens
