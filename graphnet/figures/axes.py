"""A panel with two axes: from numbers to places, with ticks at round numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

from graphnet.figures.drawing import MUTED, Point, line, text

SLACK = 1e-9
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Axes:
    """A panel at (left, top), of a size, both in the drawing's units, over two ranges."""

    left: float
    top: float
    width: float
    height: float
    across: tuple[float, float]
    up: tuple[float, float]

    def at(self, x: float, y: float) -> Point:
        """Where a pair of numbers is."""
        return self.x(x), self.y(y)

    def x(self, value: float) -> float:
        """How far across a number is."""
        low, high = self.across
        return self.left + self.width * (value - low) / (high - low)

    def y(self, value: float) -> float:
        """How far down a number is."""
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


def ticks(low: float, high: float, most: int = 6) -> list[tuple[float, str]]:
    """Round numbers within a range, at most so many, with how they are written."""
    step = _step((high - low) / max(most - 1, 1))
    first, slack = ceil(low / step - SLACK), SLACK * step
    values = [number * step for number in range(first, first + 2 * most)]
    return [(v, f"{v:.{_digits(step)}f}") for v in values if v <= high + slack]


def _digits(step: float) -> int:
    """After the point, so that no two ticks read alike."""
    size = floor(log10(step) + SLACK)
    halved = abs(step / 10.0**size - 2.5) < SLACK
    return max(0, -size + halved)


def _step(least: float) -> float:
    """The smallest round number that is not below."""
    size = 10.0 ** floor(log10(least))
    return next(size * each for each in STEPS if size * each >= least * (1 - SLACK))


def padded(values: Iterable[float], *, zero: bool = False) -> tuple[float, float]:
    """A range that holds the finite ones of these with some room; never empty."""
    known = [value for value in values if isfinite(value)] or [0.0, 1.0]
    low, high = min(known), max(known)
    low = min(low, 0.0) if zero else low
    room = (high - low) * 0.06 or 0.5
    return (low if zero and low == 0 else low - room), high + room


def legend(
    left: float, top: float, entries: Sequence[tuple[str, str, str]], row: float = 20
) -> list[str]:
    """Names beside a piece of their line: label, colour, dash."""
    parts = []
    for number, (label, colour, dash) in enumerate(entries):
        y = top + row * number
        parts += [
            line((left, y), (left + 24, y), stroke=colour, width=2.5, dash=dash),
            text(left + 32, y + 4, label),
        ]
    return parts
