"""How measures are spread at each site."""

from collections.abc import Mapping

from graphnet.figures.drawing import (
    ACCENT,
    INK,
    MUTED,
    PAPER,
    Axes,
    box,
    drawing,
    line,
    padded,
    text,
    ticks,
)
from graphnet.messages import ENGLISH, Message, render

ROW = 24
Boxes = Mapping[str, Mapping[str, Mapping[str, float | None]]]


def distributions(boxes: Boxes, language: str = ENGLISH) -> str:
    """A box per site in each measure: quartiles, median, and the 5th and 95th percentile.

    Args:
        boxes: by measure and site, ``low``, ``q1``, ``median``, ``q3``, ``high`` and ``n``.
        language: ``en`` or ``zh-CN``.

    """
    if not boxes:
        return ""
    parts, y, medians = [], 8.0, []
    for measure, sites in boxes.items():
        measured = {site: each for site, each in sites.items() if each.get("median") is not None}
        if not measured:
            continue
        parts.append(text(8, y + 14, measure, fill=INK, weight=600, size=13))
        ends = [
            value
            for each in measured.values()
            for key in ("low", "high")
            if (value := each[key]) is not None
        ]
        axes = Axes(150, y + 24, 420, ROW * len(measured), padded(ends), (0.0, 1.0))
        parts += _panel(axes, measured)
        median = render(Message("figures.median"), language)
        medians += [
            f"{measure}, {site or '—'}: {median} {each['median']:.3g}"
            for site, each in measured.items()
        ]
        y += axes.height + 62
    title = render(Message("figures.distributions-by-site"), language)
    return drawing(640, y, title, f"{'; '.join(medians)}.", parts)


def _panel(axes: Axes, sites: Mapping[str, Mapping[str, float | None]]) -> list[str]:
    bottom = axes.top + axes.height
    parts = []
    for value, label in ticks(*axes.across):
        x = axes.x(value)
        parts += [line((x, axes.top), (x, bottom)), text(x, bottom + 17, label, anchor="middle")]
    for number, (site, each) in enumerate(sites.items()):
        y = axes.top + ROW * (number + 0.5)
        low, q1, median, q3, high = (
            axes.x(each[key] or 0.0) for key in ("low", "q1", "median", "q3", "high")
        )
        parts += [
            text(140, y + 4, site or "—", anchor="end", fill=INK),
            line((low, y), (high, y), stroke=MUTED, width=1.5),
            box(q1, y - 7, q3 - q1, 14, fill=PAPER),
            box(q1, y - 7, q3 - q1, 14, fill=ACCENT, stroke=ACCENT, radius=3, opacity=0.25),
            line((median, y - 7), (median, y + 7), stroke=INK, width=2),
            text(582, y + 4, f"n {each['n'] or 0:g}"),
        ]
    return parts
