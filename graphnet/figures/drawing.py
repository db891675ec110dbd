"""Elements of SVG as text, and the frame with title and description around them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, isfinite, log10
from textwrap import wrap
from typing import Any

from graphnet.messages import Figure, readable

INK = "var(--ink,#1a1e26)"
MUTED = "var(--muted,#566070)"
LINE = "var(--line,#d8dde5)"
PAPER = "var(--paper,#fff)"
ACCENT = "var(--accent,#2457c5)"
COLOURS = (ACCENT, "var(--second,#b4500f)", "var(--third,#22704a)", "var(--fourth,#7b3fa0)")
DASHES = ("", "7 4", "2 3", "10 3 2 3")
FONT = "font-family:system-ui,'Noto Sans','Noto Sans CJK SC',sans-serif"
SMALL, USUAL = 12, 13
Point = tuple[float, float]
# Of a drawing for a phone: 12 units of its text are at least 11 pixels there.
NARROW = 340
LEAST_LETTER = 11  # pixels of the smallest text
# Kinds of wide drawings by their width. A page's sheet shows one where its text has 11 pixels.
WIDTHS = (480, 690, 760, 820, 1220)
LETTERS, SIGNS = 46, 26  # of a line that is so wide, in letters and in Chinese


def text(
    x: float, y: float, content: str, *, anchor: str = "start", size: int = SMALL,
    fill: str = MUTED, weight: int = 400, turn: float = 0.0,
) -> str:  # fmt: skip
    """Text at (x, y), in the drawing's units; ``turn`` in degrees."""
    turned = f' transform="rotate({turn:g} {_n(x)} {_n(y)})"' if turn else ""
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{fill}"{bold}{turned}>{escape(readable(content))}</text>'
    )


def line(
    start: Point, end: Point, *, stroke: str = LINE, width: float = 1.0, dash: str = ""
) -> str:
    """A straight line."""
    return (
        f'<line x1="{_n(start[0])}" y1="{_n(start[1])}" x2="{_n(end[0])}" y2="{_n(end[1])}" '
        f'stroke="{stroke}" stroke-width="{width:g}"{_dashed(dash)}/>'
    )


def path(
    points: Sequence[Point], *, stroke: str = ACCENT, width: float = 2.0, dash: str = ""
) -> str:
    """A line through points."""
    if not points:
        return ""
    through = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    return (
        f'<path d="M{through}" fill="none" stroke="{stroke}" stroke-width="{width:g}" '
        f'stroke-linejoin="round"{_dashed(dash)}/>'
    )


def band(points: Sequence[Point], *, fill: str = ACCENT) -> str:
    """A pale area within a closed line through points."""
    if not points:
        return ""
    through = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    return f'<path d="M{through}Z" fill="{fill}" fill-opacity="0.15" stroke="none"/>'


def box(
    x: float, y: float, width: float, height: float, *, fill: str = "none",
    stroke: str = "none", radius: float = 0.0, opacity: float = 1.0,
) -> str:  # fmt: skip
    """A rectangle."""
    shade = f' fill-opacity="{opacity:.3g}"' if opacity != 1 else ""
    round_ = f' rx="{radius:g}"' if radius else ""
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0))}" height="{_n(max(height, 0))}" '
        f'fill="{fill}" stroke="{stroke}"{round_}{shade}/>'
    )


def dot(at: Point, *, radius: float = 4.0, fill: str = ACCENT, stroke: str = PAPER) -> str:
    """A round marker."""
    return (
        f'<circle cx="{_n(at[0])}" cy="{_n(at[1])}" r="{radius:g}" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="1.5"/>'
    )


def diamond(at: Point, *, radius: float = 5.0, fill: str = ACCENT) -> str:
    """A marker with corners."""
    x, y = at
    corners = [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)]
    listed = " ".join(f"{_n(a)},{_n(b)}" for a, b in corners)
    return f'<polygon points="{listed}" fill="{fill}" stroke="{PAPER}" stroke-width="1"/>'


def drawing(
    width: float,
    height: float,
    title: str,
    summary: str,
    parts: Iterable[str],
    *,
    role: str = "img",
) -> str:
    """The whole figure; ``summary`` describes it in words for a screen reader.

    A figure with links has the ``role`` ``group``: an image would hide them from a screen reader.
    """
    return (
        f'<svg viewBox="0 0 {_n(width)} {_n(height)}" width="100%" role="{role}" '
        f'aria-label="{escape(f"{title}. {summary}")}" style="{FONT};max-width:{_n(width)}px" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
        f"<desc>{escape(summary)}</desc>{''.join(parts)}</svg>"
    )


def _dashed(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""


def _n(value: float) -> str:
    """With at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def on_screens(draw: Callable[..., str], *given: Any, **named: Any) -> str:
    """The drawing for a wide place and paper, and its ``narrow`` one; pages show what fits there.

    "" where there is nothing to draw.
    """
    wide = draw(*given, **named)
    if not wide:
        return ""
    narrow = draw(*given, **named, narrow=True)
    kind = next((width for width in WIDTHS if width >= _width(wide)), WIDTHS[-1])
    return (
        f'<div class="drawn of-{kind}"><div class="on-wide">{wide}</div>'
        f'<div class="on-narrow">{narrow}</div></div>'
    )


def _width(drawn: str) -> float:
    """Of a drawing, in its units."""
    return float(drawn.split('"', 2)[1].split()[2])


def sheet_rules() -> list[str]:
    """What a page's style sheet says of the places that are too narrow for a wide drawing."""
    rules = []
    for width in WIDTHS:
        most = ceil(width * LEAST_LETTER / SMALL) - 1
        wide, narrow = f".of-{width} > .on-wide", f".of-{width} > .on-narrow"
        shown = f"{wide} {{ display: none; }} {narrow} {{ display: block; }}"
        rules.append(f"@container (max-width: {most}px) {{ {shown} }}")
    return rules


def lines_of(words: str) -> list[str]:
    """A sentence in lines that fit into a narrow drawing."""
    return wrap(words, LETTERS if words.isascii() else SIGNS)


def fitting(name: str, most: int) -> str:
    """A name cut to ``most`` characters: its beginning and its end, where names differ."""
    if len(name) <= most:
        return name
    end = most // 2
    return f"{name[: most - end - 1]}…{name[-end:]}"


SLACK = 1e-9
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Axes:
    """A panel: place and size in the drawing's units, and the ranges of values on both axes."""

    left: float
    top: float
    width: float
    height: float
    across: tuple[float, float]
    up: tuple[float, float]

    def at(self, x: float, y: float) -> Point:
        """The place of a pair of values."""
        return self.x(x), self.y(y)

    def x(self, value: float) -> float:
        """The horizontal place of a value."""
        low, high = self.across
        return self.left + self.width * (value - low) / (high - low)

    def y(self, value: float) -> float:
        """The vertical place of a value."""
        low, high = self.up
        return self.top + self.height * (high - value) / (high - low)

    def frame(self, name_across: str, name_up: str) -> list[str]:
        """Grid lines, ticks and the names of both axes."""
        bottom, right = self.top + self.height, self.left + self.width
        parts = []
        for value, label in ticks(*self.up):
            y = self.y(value)
            parts += [
                line((self.left, y), (right, y)),
                text(self.left - 8, y + 4, label, anchor="end"),
            ]
        for value, label in ticks(*self.across):
            x = self.x(value)
            parts += [
                line((x, bottom), (x, bottom + 5), stroke=MUTED),
                text(x, bottom + 19, label, anchor="middle"),
            ]
        middle = self.top + self.height / 2
        return [
            *parts,
            line((self.left, bottom), (right, bottom), stroke=MUTED),
            text(self.left + self.width / 2, bottom + 38, name_across, anchor="middle"),
            text(self.left - 44, middle, name_up, anchor="middle", turn=-90),
        ]


def ticks(low: float, high: float, most: int = 6) -> list[tuple[float, Figure]]:
    """At most ``most`` round values within a range, each with its label."""
    step = _step((high - low) / max(most - 1, 1))
    first, slack = ceil(low / step - SLACK), SLACK * step
    values = [number * step for number in range(first, first + 2 * most)]
    return [(v, Figure(f"{v:.{_digits(step)}f}")) for v in values if v <= high + slack]


def _digits(step: float) -> int:
    """Decimals, so that no two ticks read alike."""
    size = floor(log10(step) + SLACK)
    halved = abs(step / 10.0**size - 2.5) < SLACK
    return max(0, -size + halved)


def _step(least: float) -> float:
    """The smallest round number not below ``least``."""
    size = 10.0 ** floor(log10(least))
    return next(size * step for step in STEPS if size * step >= least * (1 - SLACK))


def padded(values: Iterable[float], *, zero: bool = False) -> tuple[float, float]:
    """A range around the finite values, with some room and never empty; from 0 with ``zero``."""
    finite = [value for value in values if isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    low = min(low, 0.0) if zero else low
    room = (high - low) * 0.06 or 0.5
    return (low if zero and low == 0 else low - room), high + room


def legend(
    left: float, top: float, entries: Sequence[tuple[str, str, str]], row: float = 20
) -> list[str]:
    """Labels beside a piece of their line; an entry is label, colour and dash."""
    parts = []
    for number, (label, colour, dash) in enumerate(entries):
        y = top + row * number
        parts += [
            line((left, y), (left + 24, y), stroke=colour, width=2.5, dash=dash),
            text(left + 32, y + 4, label),
        ]
    return parts
