"""Which regions the predictions come from."""

from collections.abc import Callable

import numpy as np

from graphnet.figures.classification import Evidence
from graphnet.figures.drawing import ACCENT, COLOURS, INK, MUTED, box, drawing, fitting, line, text

ROW = 22
MIDDLE, LONGEST = 440, 180
WIDEST = 30  # characters of a region's name


def importance(evidence: Evidence, top: int = 20, words: Callable[[str], str] = str) -> str:
    """The regions with the largest share, the bar to the side of the class they speak for.

    "" where nothing was explained.
    """
    found = evidence.get("importance")
    if not found:
        return ""
    share, direction = (np.asarray(found[key], dtype=np.float64) for key in ("share", "direction"))
    order = np.argsort(-share, kind="stable")[:top]
    names = named(evidence)
    largest = max(float(share[order].max()), 1e-12)
    bottom = 34 + ROW * len(order)
    parts = [
        text(MIDDLE - 10, 16, words("← speaks against"), anchor="end"),
        text(MIDDLE + 10, 16, words("speaks for →")),
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
    told = ", ".join(f"{names[region]} {share[region]:.1%}" for region in order)
    title = words("Most important regions")
    return drawing(690, bottom + 4, title, f"{told}.", parts)


def named(evidence: Evidence) -> list[str]:
    """The regions as they are read: with the atlas' names where these are known."""
    names = (evidence.get("importance") or {}).get("names")
    regions = [str(region) for region in evidence["regions"]]
    if not names:
        return regions
    return [
        f"{name} ({region})" if name != region else region
        for name, region in zip(names, regions, strict=True)
    ]
