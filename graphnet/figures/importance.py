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


def importance(evidence: Evidence, top: int = 20, language: str = ENGLISH) -> str:
    """The ``top`` regions by share of the attribution, with what each contributes.

    Length and side of a bar are the contribution, its line the 95 % interval; a bar whose sign is
    not stable is pale. Of an older version's evidence the bars are shares, which have no side.
    "" where nothing was explained.
    """
    explained = evidence.importance
    if explained is None:
        return ""
    order, names = explained.order[:top], evidence.region_titles
    bottom = HEAD + ROW * len(order)
    signed = explained.contribution is not None
    parts = _signed(explained, order, evidence, language) if signed else _shares(explained, order)
    for number, region in enumerate(order):
        name = fitting(names[region], WIDEST)
        parts.append(text(NAMES, HEAD + ROW * number + 14, name, anchor="end", fill=INK))
    said = [f"{names[region]} {_label(explained, region)}" for region in order]
    title = render(Message("figures.most-important-regions"), language)
    return drawing(690, bottom + (30 if signed else 4), title, f"{', '.join(said)}.", parts)


def _label(importance: Importance, region: int) -> str:
    """Such as ``+0.31``, ``+0.02 ±`` where the sign is not stable, or the share."""
    if importance.contribution is None:
        return f"{100 * importance.share[region]:.1f} %"
    unsure = " ±" if importance.is_stable(region) is False else ""
    return Figure(f"{importance.contribution[region]:+.3f}{unsure}")


def _shares(importance: Importance, order: list[int]) -> list[str]:
    largest = max(float(importance.share[order].max()), 1e-12)
    parts = []
    for number, region in enumerate(order):
        y, length = HEAD + ROW * number, (RIGHT - LEFT) * float(importance.share[region]) / largest
        parts += [
            box(LEFT, y + 3, length, ROW - 7, fill=MUTED, radius=3),
            text(LEFT + length + 8, y + 14, _label(importance, region)),
        ]
    return parts


def _signed(
    importance: Importance, order: list[int], evidence: Evidence, language: str
) -> list[str]:
    if importance.contribution is None or importance.low is None or importance.high is None:
        return []
    bounds = [*importance.low[order].tolist(), *importance.high[order].tolist(), 0.0]
    axes = Axes(LEFT, HEAD, RIGHT - LEFT, ROW * len(order), padded(bounds), (0.0, 1.0))
    bottom, zero = axes.top + axes.height, axes.x(0.0)
    kind = "score" if not evidence.classes else "two" if len(evidence.classes) == 2 else "more"
    against, toward = (
        render(side, language)
        for side in (Message("figures.against", kind=kind), Message("figures.for", kind=kind))
    )
    parts = [
        text(zero - 10, 16, against, anchor="end"),
        text(zero + 10, 16, toward),
        *(
            part
            for value, label in ticks(*axes.across, most=5)
            for part in (
                line((axes.x(value), HEAD), (axes.x(value), bottom)),
                text(axes.x(value), bottom + 18, label, anchor="middle"),
            )
        ),
        line((zero, 24), (zero, bottom), stroke=MUTED),
    ]
    for number, region in enumerate(order):
        y, end = axes.top + ROW * number, axes.x(float(importance.contribution[region]))
        # Warm and cold, as in the glass brain.
        colour = COLOURS[1] if importance.contribution[region] >= 0 else ACCENT
        opacity = PALE if importance.is_stable(region) is False else 1.0
        middle = y + ROW / 2 - 0.5
        low, high = axes.x(float(importance.low[region])), axes.x(float(importance.high[region]))
        parts += [
            box(min(zero, end), y + 4, abs(end - zero), ROW - 9, fill=colour, opacity=opacity),
            line((low, middle), (high, middle), stroke=INK, width=1.5),
            text(RIGHT + 12, y + 14, _label(importance, region)),
        ]
    return parts
