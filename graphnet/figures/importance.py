"""Which regions the predictions depend on."""

import numpy as np

from graphnet.figures.drawing import (
    ACCENT,
    COLOURS,
    INK,
    MUTED,
    box,
    drawing,
    fitting,
    line,
    text,
)
from graphnet.figures.predictions import Evidence
from graphnet.messages import ENGLISH, Message, render

ROW = 22
MIDDLE, LONGEST = 440, 180
WIDEST = 30  # characters of a region's name


def importance(evidence: Evidence, top: int = 20, language: str = ENGLISH) -> str:
    """The ``top`` regions by share of the attribution, the bar to the right where they speak for.

    "" where nothing was explained.
    """
    stored = evidence.get("importance")
    if not stored:
        return ""
    share, direction = (np.asarray(stored[key], dtype=np.float64) for key in ("share", "direction"))
    order = np.argsort(-share, kind="stable")[:top]
    names = region_titles(evidence)
    largest = max(float(share[order].max()), 1e-12)
    bottom = 34 + ROW * len(order)
    parts = [
        text(MIDDLE - 10, 16, render(Message("figures.against"), language), anchor="end"),
        text(MIDDLE + 10, 16, render(Message("figures.for"), language)),
        line((MIDDLE, 24), (MIDDLE, bottom), stroke=MUTED),
    ]
    for number, region in enumerate(order):
        y, length = 30 + ROW * number, LONGEST * float(share[region]) / largest
        forward = direction[region] >= 0
        colour = COLOURS[1] if forward else ACCENT  # warm and cold, as in the glass brain
        parts += [
            text(
                MIDDLE - LONGEST - 56,
                y + 14,
                fitting(names[region], WIDEST),
                anchor="end",
                fill=INK,
            ),
            box(
                MIDDLE if forward else MIDDLE - length,
                y + 3,
                length,
                ROW - 7,
                fill=colour,
                radius=3,
            ),
            text(
                *(
                    MIDDLE + 8 + length if forward else MIDDLE - 8 - length,
                    y + 14,
                    f"{share[region]:.1%}",
                ),
                anchor="start" if forward else "end",
            ),
        ]
    summary = ", ".join(f"{names[region]} {share[region]:.1%}" for region in order)
    title = render(Message("figures.most-important-regions"), language)
    return drawing(690, bottom + 4, title, f"{summary}.", parts)


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
