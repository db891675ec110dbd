"""Which regions the predictions depend on."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from graphnet.artifacts.explanation import STABLE, sign_is_stable
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
from graphnet.figures.predictions import Evidence
from graphnet.messages import ENGLISH, Message, render

ROW = 22
NAMES, LEFT, RIGHT = 216, 226, 610  # where names end; the bars' room
WIDEST = 30  # characters of a region's name
HEAD = 34
PALE = 0.25  # of a bar whose sign is not stable


@dataclass(frozen=True)
class Importance:
    """What is stored of all N regions: ``share`` of the attribution, and what has a sign.

    ``contribution`` with ``low`` and ``high``, and ``agreement`` of the folds' models in its sign,
    each (N,); None in what an older version stored, or where it cannot be computed. ``slope``
    (N, F): by how much the score rises with a measure; ``slope_agreement`` likewise of the folds.
    """

    share: FloatArray
    contribution: FloatArray | None
    low: FloatArray | None
    high: FloatArray | None
    agreement: FloatArray | None
    slope: FloatArray | None
    slope_agreement: FloatArray | None

    @classmethod
    def of(cls, evidence: Evidence) -> "Importance | None":
        """None where nothing was explained."""
        stored = evidence.get("importance")
        if not stored:
            return None
        share = np.asarray(stored["share"], dtype=np.float64)
        more = [field.name for field in fields(cls) if field.name != "share"]
        return cls(share, *(_array(stored.get(name)) for name in more))

    @property
    def order(self) -> list[int]:
        """The regions by share, the largest first."""
        return [int(region) for region in np.argsort(-self.share, kind="stable")]

    def is_stable(self, region: int) -> bool | None:
        """Whether the sign of a region can be relied on; None where it is not known."""
        low, high, agreement = (
            None if values is None else float(values[region])
            for values in (self.low, self.high, self.agreement)
        )
        return sign_is_stable(low, high, agreement)

    def signs(self, region: int) -> list[str]:
        """How the score goes with each measure: ``+``, ``−``, or ``±`` where folds disagree."""
        if self.slope is None:
            return []
        sure = self.slope_agreement
        return [
            _sign(slope, None if sure is None else float(sure[region][place]))
            for place, slope in enumerate(self.slope[region].tolist())
        ]


def _array(stored: Any) -> FloatArray | None:
    return None if stored is None else np.asarray(stored, dtype=np.float64)


def _sign(slope: float, agreement: float | None) -> str:
    if not slope:
        return "0"
    if agreement is not None and agreement < STABLE:
        return "±"
    return "+" if slope > 0 else "−"


def importance(evidence: Evidence, top: int = 20, language: str = ENGLISH) -> str:
    """The ``top`` regions by share of the attribution, with what each contributes.

    Length and side of a bar are the contribution, its line the 95 % interval; a bar whose sign is
    not stable is pale. Of an older version's evidence the bars are shares, which have no side.
    "" where nothing was explained.
    """
    found = Importance.of(evidence)
    if found is None:
        return ""
    order, names = found.order[:top], region_titles(evidence)
    bottom = HEAD + ROW * len(order)
    signed = found.contribution is not None
    parts = _signed(found, order, evidence, language) if signed else _shares(found, order)
    for number, region in enumerate(order):
        name = fitting(names[region], WIDEST)
        parts.append(text(NAMES, HEAD + ROW * number + 14, name, anchor="end", fill=INK))
    said = [f"{names[region]} {_label(found, region)}" for region in order]
    title = render(Message("figures.most-important-regions"), language)
    return drawing(690, bottom + (30 if signed else 4), title, f"{', '.join(said)}.", parts)


def _label(found: Importance, region: int) -> str:
    """Such as ``+0.31``, ``+0.02 ±`` where the sign is not stable, or the share."""
    if found.contribution is None:
        return f"{found.share[region]:.1%}"
    unsure = " ±" if found.is_stable(region) is False else ""
    return f"{found.contribution[region]:+.3f}{unsure}"


def _shares(found: Importance, order: list[int]) -> list[str]:
    largest = max(float(found.share[order].max()), 1e-12)
    parts = []
    for number, region in enumerate(order):
        y, length = HEAD + ROW * number, (RIGHT - LEFT) * float(found.share[region]) / largest
        parts += [
            box(LEFT, y + 3, length, ROW - 7, fill=MUTED, radius=3),
            text(LEFT + length + 8, y + 14, _label(found, region)),
        ]
    return parts


def _signed(found: Importance, order: list[int], evidence: Evidence, language: str) -> list[str]:
    if found.contribution is None or found.low is None or found.high is None:
        return []
    bounds = [*found.low[order].tolist(), *found.high[order].tolist(), 0.0]
    axes = Axes(LEFT, HEAD, RIGHT - LEFT, ROW * len(order), padded(bounds), (0.0, 1.0))
    bottom, zero = axes.top + axes.height, axes.x(0.0)
    kind = (
        "score" if not evidence["classes"] else "two" if len(evidence["classes"]) == 2 else "more"
    )
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
        y, end = axes.top + ROW * number, axes.x(float(found.contribution[region]))
        # Warm and cold, as in the glass brain.
        colour = COLOURS[1] if found.contribution[region] >= 0 else ACCENT
        opacity = PALE if found.is_stable(region) is False else 1.0
        middle = y + ROW / 2 - 0.5
        low, high = axes.x(float(found.low[region])), axes.x(float(found.high[region]))
        parts += [
            box(min(zero, end), y + 4, abs(end - zero), ROW - 9, fill=colour, opacity=opacity),
            line((low, middle), (high, middle), stroke=INK, width=1.5),
            text(RIGHT + 12, y + 14, _label(found, region)),
        ]
    return parts


def region_titles(evidence: Evidence) -> list[str]:
    """The N regions as people read them: with the atlas' names where these are known."""
    names = (evidence.get("importance") or {}).get("names")
    regions = [str(region) for region in evidence["regions"]]
    if not names:
        return regions
    return [
        f"{name} ({region})" if name != region else region
        for name, region in zip(names, regions, strict=True)
    ]
