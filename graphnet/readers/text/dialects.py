"""How the cells of a text are told apart: its separator, where its header stands, if it has two."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from math import isqrt

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.subjects.words import CLASSES, IDS, plain
from graphnet.readers.tables.sheet import is_number

BLANK = " "
SEPARATORS = ("\t", ";", "|", ",", "，", "；", BLANK)  # in this order where several fit
NAMES = {"\t": "tab", ";": "semicolon", "|": "bar", ",": "comma", BLANK: "blank",
         "，": "comma", "；": "semicolon"}  # fmt: skip
RULER = re.compile(r"[\s|+:]*([-=]{3,}[\s|+:]*)+")  # of Markdown, MySQL, PostgreSQL and sqlcmd
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
FENCE = "---"
YAML = re.compile(r"\s*(-\s.*|-|[\w.\-\"' ]+:(\s.*)?|#.*)|\s+.*|")
TOKEN = re.compile(r'"((?:[^"]|"")*)"|(\S+)')
SAMPLE_LINES, SAMPLE_TEXT = 40, 4_000_000


@dataclass(frozen=True)
class Dialect:
    """``separator`` of the cells, and how many lines stand before the header.

    ``comments`` says how many of these are comments, ``rulers`` how many are lines of dashes,
    ``marked`` whether the header begins with ``#``, ``quoted`` whether all its names stand in
    quotes.
    """

    separator: str
    before: int = 0
    comments: int = 0
    marked: bool = False
    quoted: bool = False
    rulers: int = 0


def is_ruler(cells: Sequence[str]) -> bool:
    """Whether a line of these cells holds dashes alone, at least three: it parts a header off."""
    return RULER.fullmatch(" ".join(cells).strip()) is not None


def detect_dialect(lines: Sequence[str]) -> Dialect:
    """The dialect of a text, by its first lines."""
    before = comments = front_matter(lines)
    rulers, declared = 0, None
    for line in lines[before:]:
        match = SEPARATOR_LINE.fullmatch(line) if not before else None
        declared = match.group(1) if match else declared
        ruler = is_ruler([line])
        if not (match or ruler) and line.strip() and not line.lstrip().startswith("#"):
            break
        comments += line.lstrip().startswith("#")
        rulers += ruler
        before += 1
    rest = [line for line in lines[before:] if line.strip() and not is_ruler([line])]
    separator = declared or _separator(rest)
    if before and not declared and _is_header(lines[before - 1], rest, separator):
        return Dialect(separator, before - 1, comments - 1, marked=True)
    quoted = bool(rest) and _quoted(rest[0], separator)
    return Dialect(separator, before, comments, quoted=quoted, rulers=rulers)


def front_matter(lines: Sequence[str]) -> int:
    """How many lines of YAML stand above the table, between lines of three dashes (csvy); 0."""
    if not lines or lines[0].strip() != FENCE:
        return 0
    for count, line in enumerate(lines[1:], 2):
        if line.strip() in {FENCE, "..."}:
            return count
        if not YAML.fullmatch(line.rstrip()):
            return 0
    return 0


def sample_lines(lines: Iterator[str], most: int) -> list[str]:
    """So many of the first lines, comments beside them, that the separator can be told.

    Raises:
        CohortError: a line has more than ``most`` cells.

    """
    first: list[str] = []
    size = rows_seen = 0
    in_front = False
    for place, line in enumerate(lines, 1):
        for separator in SEPARATORS:
            _check_width(line, separator, place, most)
        first.append(line.rstrip("\n"))
        size += len(line)
        is_fence = line.strip() in {FENCE, "..."}
        in_front = is_fence if place == 1 else in_front and not is_fence
        rows_seen += not (line.startswith("#") or in_front)
        if rows_seen == SAMPLE_LINES or size > SAMPLE_TEXT:
            break
    return first


def split_cells(line: str, separator: str) -> list[str]:
    """The cells of one line, without blanks around them. Raises csv.Error for broken quotes."""
    if separator == BLANK:
        if '"' not in line:
            return line.split()
        return [
            token.group(1).replace('""', '"') if token.group(1) is not None else token.group(2)
            for token in TOKEN.finditer(line)
        ]
    if '"' not in line:
        return [cell.strip() for cell in line.split(separator)]
    rows = list(csv.reader([line], delimiter=separator, skipinitialspace=True))
    return [cell.strip() for cell in rows[0]] if rows else []


def split_rows(lines: Iterator[str], separator: str, most: int) -> Iterator[tuple[int, list[str]]]:
    """The rows of a text, each with the number of its last line, counted from 1.

    Raises:
        CohortError: a line has more than ``most`` cells, or quotes that do not close.

    """
    guarded = _guarded(lines, separator, most)
    if separator == BLANK:
        yield from ((place, split_cells(line, BLANK)) for place, line in enumerate(guarded, 1))
        return
    reader = csv.reader(guarded, delimiter=separator, skipinitialspace=True, strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise CohortError(
            Message("readers_text.unbalanced-quotes", line=reader.line_num, error=str(error))
        ) from error


def _guarded(lines: Iterator[str], separator: str, most: int) -> Iterator[str]:
    """Before each cell becomes an object."""
    for place, line in enumerate(lines, 1):
        _check_width(line, separator, place, most)
        yield line


def _check_width(line: str, separator: str, place: int, most: int) -> None:
    # Blanks may stand side by side, to align columns.
    if line.count(separator) >= (8 * most if separator == BLANK else most):
        raise CohortError(Message("readers_text.too-many-cells-in-line", line=place, limit=most))


def _separator(lines: Sequence[str]) -> str:
    """The separator that gives all lines as many cells as the header; else of the most names."""
    first: dict[str, int] = {}
    for separator in SEPARATORS:
        widths = _widths(lines, separator)
        if _consistent(widths):
            return separator
        first[separator] = widths[0] if widths else 0
    best = max(first, key=lambda separator: first[separator])
    if best == BLANK and not any(_numeric(cell) for line in lines[1:] for cell in line.split()):
        return ","
    return best if first[best] > 1 else ","


def _widths(lines: Sequence[str], separator: str) -> list[int]:
    if separator == BLANK:
        return [len(split_cells(line, BLANK)) for line in lines]
    if not any('"' in line for line in lines):
        return [line.count(separator) + 1 for line in lines]
    rows = csv.reader(iter(lines), delimiter=separator, skipinitialspace=True)
    try:
        return [len(row) for row in rows if row]
    except csv.Error:
        return []


def _consistent(widths: Sequence[int]) -> bool:
    if not widths:
        return False
    usual = Counter(widths[1:] or widths).most_common(1)[0]
    return (
        widths[0] > 1
        and usual[0] > 1
        and abs(usual[0] - widths[0]) <= 1
        and usual[1] >= 0.8 * len(widths[1:] or widths)
    )


def _is_header(line: str, rest: Sequence[str], separator: str) -> bool:
    """Whether a line that begins with ``#`` names the columns of those below it."""
    if not rest or not line.lstrip().startswith("#"):
        return False
    names = split_cells(line.lstrip()[1:], separator)
    below = split_cells(rest[0], separator)
    known = any(plain(name) in IDS | CLASSES for name in names)
    above_rows = known or any(_numeric(cell) for cell in below)
    return len(names) > 1 and len(names) == len(below) and above_rows


def _quoted(line: str, separator: str) -> bool:
    return all(name.strip()[:1] == name.strip()[-1:] == '"' for name in line.split(separator))


def _numeric(cell: str) -> bool:
    return bool(re.fullmatch(r"[+-]?[\d.,]*\d[\d.,]*(?:[eE][+-]?\d+)?", cell))


UNNAMED = re.compile(r"Unnamed: [0-9]+_level_[0-9]+|")
WHOLE = re.compile(r"[0-9]{1,6}")
LEAST_REPEATED = 3  # columns of one name: a measure of as many regions
MOST_LINES = 4  # of names, that of the index among them


def names_of_lines(lines: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], int] | None:
    """The names in the first lines of a text, and in how many of them; None where it is in one.

    Measure, hemisphere and region may be in lines of their own, and pandas adds one for its index.
    """
    first, *below = lines
    two = _joined_names(first, below[0]) if below else None
    if two is not None:
        with_index = _index_names(two, below[1]) if len(below) > 1 else None
        return (two, 2) if with_index is None else (with_index, 3)
    for count in range(2, len(lines)):
        of_levels = _names_of_levels(lines[:count], lines[count])
        if of_levels is not None:
            return of_levels, count + 1
    if len(below) < 2 or len(below[0]) != len(below[1]) or any(map(_is_decimal, below[1])):
        return None
    three = _joined_names(first, [*map(_joined, below[0], below[1])])
    return None if three is None else (three, 3)


def lines_joined(
    lines: Sequence[Sequence[str]], names: Sequence[str], count: int, file: str
) -> Message:
    """That ``count`` lines of names were joined to ``names``, with one of these as an example."""
    known = {cell for line in lines[:count] for cell in line}
    example = next(name for name in names if name not in known)
    return Message("readers_text.lines-of-names", file=file, count=count, name=example)


def _names_of_levels(
    levels: Sequence[Sequence[str]], index: Sequence[str]
) -> tuple[str, ...] | None:
    """The names in lines that each begin with the name of a level, above that of the index."""
    filled = next((place for place, cell in enumerate(index) if not cell), len(index))
    is_index = 0 < filled < len(index) and not any(index[filled:])
    repeated = Counter(filter(None, levels[0][filled:])).most_common(1)
    if not is_index or not repeated or repeated[0][1] < LEAST_REPEATED:
        return None
    if {len(level) for level in levels} != {len(index)} or any(map(_is_decimal, levels[-1])):
        return None
    names = [reduce(_joined, cells) for cells in zip(*levels, strict=True)][filled:]
    return (*index[:filled], *names) if all(names) and len(set(names)) == len(names) else None


def _joined(one: str, other: str) -> str:
    return "_".join(filter(None, map(_without_filler, (one, other))))


def _is_decimal(cell: str) -> bool:
    return is_number(cell) and not WHOLE.fullmatch(cell)


def _joined_names(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...] | None:
    """``GMV_Precentral_L`` of ``GMV`` and ``Precentral_L``; None where the second is no header.

    The first line repeats a measure above its regions, or has it above the first of them, as merged
    cells become. Ids and classes have a name in one of the lines alone.
    """
    if len(first) != len(second):
        return None
    pairs = _filled([*zip(map(_without_filler, first), map(_without_filler, second), strict=True)])
    times = Counter(one for one, _ in pairs if one)
    repeated = {name for name, count in times.items() if count >= LEAST_REPEATED}
    if not repeated or any(one and other and one not in repeated for one, other in pairs):
        return None
    below = [other for one, other in pairs if one in repeated]
    if not all(below) or any(map(_is_decimal, below)):
        return None
    names = tuple(f"{one}_{other}".strip("_") for one, other in pairs)
    named = [name for name in names if name]
    return names if len(set(named)) == len(named) else None


def _filled(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """With the name of a first line for the columns behind it that have one in the second alone."""
    filled: list[tuple[str, str]] = []
    for one, other in pairs:
        before = filled[-1] if filled else ("", "")
        goes_on = not one and other and all(before)
        filled.append((before[0] if goes_on else one, other))
    return filled


def _index_names(names: Sequence[str], row: Sequence[str]) -> tuple[str, ...] | None:
    """The names with those of a third line, which pandas gives to the index alone."""
    filled = next((place for place, cell in enumerate(row) if not cell), len(row))
    if len(row) != len(names) or not 0 < filled < len(row):
        return None
    if any(row[filled:]) or not all(names[filled:]):
        return None
    known = any(plain(cell) in IDS | CLASSES for cell in row[:filled])
    return (*row[:filled], *names[filled:]) if known or not all(names[:filled]) else None


def _without_filler(name: str) -> str:
    return "" if UNNAMED.fullmatch(name) else name


USUAL_SEPARATORS = (",", "\t", ";")
LEAST_NUMBERS = 2  # numbers of a first line that is no header


def check_header_of_numbers(text: bytes, name: str) -> None:
    """Raises CohortError where a text starts with numbers, saying what it looks like.

    ``text`` is the start of a file.
    """
    lines = [_first_cells(line) for line in text.decode("latin-1").splitlines()[:3] if line.strip()]
    if not lines or len(lines[0]) < LEAST_NUMBERS or not all(map(is_number, lines[0])):
        return
    if not any("." in cell for line in lines for cell in line):
        return  # a header of whole numbers may be one
    raise CohortError(_without_header(lines, name))


def _first_cells(line: str) -> list[str]:
    separator = next((sign for sign in USUAL_SEPARATORS if sign in line), None)
    return [cell.strip() for cell in line.split(separator)]


def _without_header(lines: Sequence[Sequence[str]], name: str) -> Message:
    """What the numbers may be, by how many there are in a line."""
    width = len(lines[0])
    if width == 3 and all(cell.isdecimal() for line in lines for cell in line[:2]):
        return Message("readers_text.edge-list", file=name)
    side = isqrt(width)
    if side > 1 and side * side == width:
        return Message("readers_text.flat-matrices", file=name, regions=side)
    for after_class, edges in ((False, width), (True, width - 1)):
        regions = (1 + isqrt(1 + 8 * edges)) // 2
        if regions > 2 and regions * (regions - 1) // 2 == edges:
            return Message(
                "readers_text.flat-triangles",
                file=name,
                regions=regions,
                after_class=after_class,
            )
    return Message("readers_text.no-header", file=name, count=width)
