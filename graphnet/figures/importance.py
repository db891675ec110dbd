"""Which regions the predictions depend on: as bars, and how they are marked in a brain.

The glass brain of a report and the brain that is turned on a page mark regions by this one rule.
Torch-free.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from graphnet.artifacts.evidence import Evidence, Importance
from graphnet.data.cohort import FloatArray
from graphnet.figures.drawing import (
    ACCENT,
    COLOURS,
    INK,
    MUTED,
    NARROW,
    PAPER,
    Axes,
    box,
    drawing,
    fitting,
    line,
    padded,
    text,
    ticks,
)
from graphnet.messages import ENGLISH, Figure, Message, render

ROW = 22
NAMES, LEFT, RIGHT = 216, 226, 610  # where names end; the bars' room
WIDEST = 30  # characters of a region's name
HEAD = 34
PALE = 0.25  # of a bar whose sign is not stable

# So that one extreme region does not make the others pale.
FULL_COLOUR = 95.0  # percentile of the magnitudes from which on a colour is full


@dataclass(frozen=True)
class RegionMarks:
    """Of N regions what is drawn: ``value`` (N,), whose magnitude is the size, and ``tone`` (N,).

    A value is a region's contribution, 0 where that is not known. A tone is above 0 for evidence
    for the positive class or a higher score, below 0 against it, and 0 where the sign is not stable
    or not known; it is in the units of the value, or of the mean attribution (see :meth:`of`).
    """

    value: FloatArray
    tone: FloatArray

    @classmethod
    def of(cls, importance: Importance) -> Self:
        """The marks of explained regions.

        Of an older version's evidence, which has no contributions, the value is the share of the
        attribution and the tone the mean attribution, whose stability is not known.
        """
        if importance.contribution is None:
            direction = importance.direction
            unknown = np.zeros_like(importance.share)
            return cls(importance.share, unknown if direction is None else np.nan_to_num(direction))
        value = np.nan_to_num(importance.contribution)
        stable = [importance.is_stable(region) is not False for region in range(len(value))]
        return cls(value, np.where(stable, value, 0.0))

    @property
    def depth(self) -> FloatArray:
        """The tones from -1 to 1, the full colours."""
        return np.clip(self.tone / full_tone(self.tone), -1.0, 1.0)


def full_tone(tone: FloatArray) -> float:
    """The magnitude from which on a colour is full."""
    return max(float(np.percentile(np.abs(tone), FULL_COLOUR)), 1e-12)


@dataclass(frozen=True)
class _Rows:
    """Where the rows of regions are: ``first`` their top, ``left`` and ``right`` the bars' ends.

    On a ``narrow`` screen name and value stand above the bar, else on its sides.
    """

    narrow: bool

    @property
    def step(self) -> float:
        """The height of a row."""
        return ROW + 17 if self.narrow else ROW

    @property
    def first(self) -> float:
        """The top of the first row."""
        return HEAD + 16 if self.narrow else HEAD

    @property
    def ends(self) -> tuple[float, float]:
        """Of the bars' room."""
        return (8, NARROW - 8) if self.narrow else (LEFT, RIGHT)

    def bar(self, number: int) -> float:
        """The top of a bar's part of its row."""
        return self.first + self.step * number + (17 if self.narrow else 0)

    def words(self, number: int, name: str, label: str) -> list[str]:
        """Name and value of a region."""
        y = self.first + self.step * number + 14
        if not self.narrow:
            return [text(NAMES, y, name, anchor="end", fill=INK), text(RIGHT + 12, y, label)]
        return [
            box(8, y - 12, NARROW - 16, 15, fill=PAPER),  # no line of the axis crosses the words
            text(8, y, name, fill=INK),
            text(NARROW - 8, y, label, anchor="end"),
        ]

    def sides(self, zero: float, against: str, toward: str) -> list[str]:
        """What the sides of zero mean."""
        if self.narrow:
            return [text(8, 16, against), text(NARROW - 8, 34, toward, anchor="end")]
        return [text(zero - 10, 16, against, anchor="end"), text(zero + 10, 16, toward)]


def importance(
    evidence: Evidence, top: int = 20, language: str = ENGLISH, *, narrow: bool = False
) -> str:
    """The ``top`` regions by share of the attribution, with what each contributes.

    Length and side of a bar are the contribution, its line the 95 % interval; a bar whose sign is
    not stable is pale. Of an older version's evidence the bars are shares, which have no side.
    "" where nothing was explained.
    """
    explained = evidence.importance
    if explained is None:
        return ""
    order, names = explained.order[:top], evidence.region_titles
    rows = _Rows(narrow)
    bottom = rows.first + rows.step * len(order)
    signed = explained.contribution is not None
    parts = [] if signed else _shares(explained, order, rows)
    if signed:
        parts = _signed(explained, order, rows, evidence, language)
    for number, region in enumerate(order):
        name = fitting(names[region], WIDEST)
        parts += rows.words(number, name, _label(explained, region))
    said = [f"{names[region]} {_label(explained, region)}" for region in order]
    title = render(Message("figures.most-important-regions"), language)
    return drawing(
        NARROW if narrow else 690,
        bottom + (30 if signed else 4),
        title,
        f"{', '.join(said)}.",
        parts,
    )


def _label(importance: Importance, region: int) -> str:
    """Such as ``+0.31``, ``+0.02 ±`` where the sign is not stable, or the share."""
    if importance.contribution is None:
        return f"{100 * importance.share[region]:.1f} %"
    unsure = " ±" if importance.is_stable(region) is False else ""
    return Figure(f"{importance.contribution[region]:+.3f}{unsure}")


def _shares(importance: Importance, order: list[int], rows: _Rows) -> list[str]:
    largest = max(float(importance.share[order].max()), 1e-12)
    left, right = rows.ends
    lengths = ((right - left) * importance.share[order] / largest).tolist()
    return [
        box(left, rows.bar(number) + 3, length, ROW - 7, fill=MUTED, radius=3)
        for number, length in enumerate(lengths)
    ]


def _signed(
    importance: Importance, order: list[int], rows: _Rows, evidence: Evidence, language: str
) -> list[str]:
    if importance.contribution is None or importance.low is None or importance.high is None:
        return []
    bounds = [*importance.low[order].tolist(), *importance.high[order].tolist(), 0.0]
    (left, right), tall = rows.ends, rows.step * len(order)
    axes = Axes(left, rows.first, right - left, tall, padded(bounds), (0.0, 1.0))
    bottom, zero = axes.top + axes.height, axes.x(0.0)
    kind = "score" if not evidence.classes else "two" if len(evidence.classes) == 2 else "more"
    against, toward = (
        render(side, language)
        for side in (Message("figures.against", kind=kind), Message("figures.for", kind=kind))
    )
    parts = [
        *rows.sides(zero, against, toward),
        *(
            part
            for value, label in ticks(*axes.across, most=5)
            for part in (
                line((axes.x(value), axes.top), (axes.x(value), bottom)),
                text(axes.x(value), bottom + 18, label, anchor="middle"),
            )
        ),
        line((zero, axes.top - 10), (zero, bottom), stroke=MUTED),
    ]
    for number, region in enumerate(order):
        y, end = rows.bar(number), axes.x(float(importance.contribution[region]))
        # Warm and cold, as in the glass brain.
        colour = COLOURS[1] if importance.contribution[region] >= 0 else ACCENT
        opacity = PALE if importance.is_stable(region) is False else 1.0
        middle = y + ROW / 2 - 0.5
        low, high = axes.x(float(importance.low[region])), axes.x(float(importance.high[region]))
        parts += [
            box(min(zero, end), y + 4, abs(end - zero), ROW - 9, fill=colour, opacity=opacity),
            line((low, middle), (high, middle), stroke=INK, width=1.5),
        ]
    return parts
