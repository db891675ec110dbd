"""Ranges beside each other: a metric with its interval per row, and measures by site."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from graphnet.artifacts.metrics import SplitMetrics
from graphnet.figures.drawing import (
    ACCENT,
    INK,
    MUTED,
    PAPER,
    Axes,
    box,
    diamond,
    dot,
    drawing,
    line,
    padded,
    text,
    ticks,
)
from graphnet.messages import ENGLISH, Figure, Message, render

ROW = 28
NAMES, RIGHT = 206, 550  # where names end, and the axis
LETTER, MOST_NAMES = 6.6, 320  # of long names: the width of a letter, and how far they may reach


class Row(NamedTuple):
    """A name, its value and 95 % interval (None where they are not known); ``ours`` is marked."""

    name: str
    value: float | None
    interval: tuple[float, float] | None = None
    ours: bool = False

    @classmethod
    def of(
        cls, name: str, metrics: SplitMetrics | None, metric: str, *, ours: bool = False
    ) -> "Row":
        """The row of one metric; without a value where there are no metrics."""
        if metrics is None:
            return cls(name, None, None, ours)
        return cls(name, metrics[metric], metrics.interval(metric), ours)


def forest(
    rows: Sequence[Row],
    title: str,
    *,
    reference: float | None = None,
    language: str = ENGLISH,
) -> str:
    """Rows of values; the dashed line at ``reference`` is chance, or no difference. "" of none."""
    measured = [row for row in rows if row.value is not None]
    if not measured:
        return ""
    spread = [
        bound for row in measured for bound in (row.interval or (row.value,)) if bound is not None
    ]
    across = padded([*spread, *([] if reference is None else [reference])])
    # The letters of languages that are not spelled are wider, and their words shorter.
    names = min(MOST_NAMES, max(NAMES, LETTER * max(len(row.name) for row in rows)))
    axes = Axes(names + 12, 12, RIGHT - names - 12, ROW * len(rows), across, (0.0, 1.0))
    bottom = axes.top + axes.height
    parts = []
    for value, label in ticks(*across):
        x = axes.x(value)
        parts += [line((x, axes.top), (x, bottom)), text(x, bottom + 18, label, anchor="middle")]
    if reference is not None:
        x = axes.x(reference)
        parts.append(line((x, axes.top), (x, bottom), stroke=MUTED, width=1.5, dash="4 4"))
    for number, row in enumerate(rows):
        parts += _row(axes, axes.top + ROW * (number + 0.5), row)
    parts.append(text((names + 12 + RIGHT) / 2, bottom + 38, title, anchor="middle"))
    summary = "; ".join(f"{row.name}: {_value(row)}" for row in rows)
    intervals = render(Message("figures.with-intervals"), language)
    return drawing(756, bottom + 48, title, f"{intervals}. {summary}.", parts)


def _row(axes: Axes, y: float, row: Row) -> list[str]:
    weight = 600 if row.ours else 400
    parts = [
        text(axes.left - 12, y + 4, row.name, anchor="end", fill=INK, weight=weight),
        text(RIGHT + 14, y + 4, _value(row), fill=INK if row.ours else MUTED, weight=weight),
    ]
    if row.value is None:
        return parts
    colour = ACCENT if row.ours else MUTED
    if row.interval:
        low, high = (axes.x(bound) for bound in row.interval)
        parts.append(line((low, y), (high, y), stroke=colour, width=2.5 if row.ours else 1.5))
    at = (axes.x(row.value), y)
    return [*parts, diamond(at, radius=7, fill=colour) if row.ours else dot(at, fill=colour)]


def _value(row: Row) -> str:
    if row.value is None:
        return "—"
    if row.interval is None:
        return Figure(f"{row.value:.3f}")
    return Figure(f"{row.value:.3f} [{row.interval[0]:.3f}, {row.interval[1]:.3f}]")


BOX_ROW = 24
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
        axes = Axes(150, y + 24, 420, BOX_ROW * len(measured), padded(ends), (0.0, 1.0))
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
        y = axes.top + BOX_ROW * (number + 0.5)
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
