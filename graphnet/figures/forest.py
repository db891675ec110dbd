"""Ranges beside each other: a metric with its interval per row, and measures by site."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from graphnet.artifacts.metrics import SplitMetrics
from graphnet.figures.drawing import (
    ACCENT,
    INK,
    MUTED,
    NARROW,
    PAPER,
    Axes,
    box,
    diamond,
    dot,
    drawing,
    fitting,
    line,
    padded,
    text,
    ticks,
)
from graphnet.messages import COLONS, ENGLISH, SEMICOLONS, Figure, Message, joined, render

ROW, TALL = 28, 46  # the second where a name stands above its range
MOST_LETTERS, MOST_SIGNS = 29, 15  # of such a name
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
    narrow: bool = False,
) -> str:
    """Rows of values; the dashed line at ``reference`` is chance, or no difference. "" of none.

    On a ``narrow`` screen a name and its value stand above their range.
    """
    measured = [row for row in rows if row.value is not None]
    if not measured:
        return ""
    spread = [
        bound for row in measured for bound in (row.interval or (row.value,)) if bound is not None
    ]
    across = padded([*spread, *([] if reference is None else [reference])])
    # The letters of languages that are not spelled are wider, and their words shorter.
    names = min(MOST_NAMES, max(NAMES, LETTER * max(len(row.name) for row in rows)))
    row_of, step = (_stacked, TALL) if narrow else (_row, ROW)
    place = (8, NARROW - 16) if narrow else (names + 12, RIGHT - names - 12)
    axes = Axes(place[0], 12, place[1], step * len(rows), across, (0.0, 1.0))
    bottom = axes.top + axes.height
    parts = []
    for value, label in ticks(*across):
        x = axes.x(value)
        parts += [line((x, axes.top), (x, bottom)), text(x, bottom + 18, label, anchor="middle")]
    if reference is not None:
        x = axes.x(reference)
        parts.append(line((x, axes.top), (x, bottom), stroke=MUTED, width=1.5, dash="4 4"))
    for number, row in enumerate(rows):
        parts += row_of(axes, axes.top + step * (number + 0.5), row)
    parts.append(text(axes.left + axes.width / 2, bottom + 38, title, anchor="middle"))
    summary = SEMICOLONS[language].join(
        f"{row.name}{COLONS[language]}{_value(row)}" for row in rows
    )
    intervals = render(Message("figures.with-intervals"), language)
    return drawing(NARROW if narrow else 756, bottom + 48, title, f"{intervals}. {summary}.", parts)


def _row(axes: Axes, y: float, row: Row) -> list[str]:
    weight = 600 if row.ours else 400
    parts = [
        text(axes.left - 12, y + 4, row.name, anchor="end", fill=INK, weight=weight),
        text(RIGHT + 14, y + 4, _value(row), fill=INK if row.ours else MUTED, weight=weight),
    ]
    return [*parts, *_range(axes, y, row)]


def _stacked(axes: Axes, y: float, row: Row) -> list[str]:
    weight, end = 600 if row.ours else 400, axes.left + axes.width
    colour = INK if row.ours else MUTED
    name = fitting(row.name, MOST_LETTERS if row.name.isascii() else MOST_SIGNS)
    return [
        # So that the lines of the axis do not cross out the words.
        box(axes.left, y - 17, axes.width, 18, fill=PAPER),
        text(axes.left, y - 4, name, fill=INK, weight=weight),
        text(end, y - 4, _value(row), anchor="end", fill=colour, weight=weight),
        *_range(axes, y + 11, row),
    ]


def _range(axes: Axes, y: float, row: Row) -> list[str]:
    if row.value is None:
        return []
    parts, colour = [], ACCENT if row.ours else MUTED
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


def distributions(boxes: Boxes, language: str = ENGLISH, *, narrow: bool = False) -> str:
    """A box per site in each measure: quartiles, median, and the 5th and 95th percentile.

    Args:
        boxes: by measure and site, ``low``, ``q1``, ``median``, ``q3``, ``high`` and ``n``.
        language: ``en`` or ``zh-CN``.
        narrow: for a phone.

    """
    if not boxes:
        return ""
    parts, y, medians = [], 8.0, []
    for measure, sites in boxes.items():
        measured = {
            site: metrics for site, metrics in sites.items() if metrics.get("median") is not None
        }
        if not measured:
            continue
        parts.append(text(8, y + 14, measure, fill=INK, weight=600, size=13))
        ends = [
            value
            for metrics in measured.values()
            for key in ("low", "high")
            if (value := metrics[key]) is not None
        ]
        left, width = (100, NARROW - 156) if narrow else (150, 420)
        axes = Axes(left, y + 24, width, BOX_ROW * len(measured), padded(ends), (0.0, 1.0))
        parts += _panel(axes, measured)
        median = render(Message("figures.median"), language)
        medians += [
            f"{joined((measure, site or '—'), language)}{COLONS[language]}"
            f"{median} {metrics['median']:.3g}"
            for site, metrics in measured.items()
        ]
        y += axes.height + 62
    title = render(Message("figures.distributions-by-site"), language)
    return drawing(
        NARROW if narrow else 640, y, title, f"{SEMICOLONS[language].join(medians)}.", parts
    )


def _panel(axes: Axes, sites: Mapping[str, Mapping[str, float | None]]) -> list[str]:
    bottom, most = axes.top + axes.height, int(axes.left / LETTER) - 2
    parts = []
    for value, label in ticks(*axes.across, most=5 if axes.width < NARROW else 6):
        x = axes.x(value)
        parts += [line((x, axes.top), (x, bottom)), text(x, bottom + 17, label, anchor="middle")]
    for number, (site, metrics) in enumerate(sites.items()):
        y = axes.top + BOX_ROW * (number + 0.5)
        low, q1, median, q3, high = (
            axes.x(metrics[key] or 0.0) for key in ("low", "q1", "median", "q3", "high")
        )
        parts += [
            text(axes.left - 10, y + 4, fitting(site or "—", most), anchor="end", fill=INK),
            line((low, y), (high, y), stroke=MUTED, width=1.5),
            box(q1, y - 7, q3 - q1, 14, fill=PAPER),
            box(q1, y - 7, q3 - q1, 14, fill=ACCENT, stroke=ACCENT, radius=3, opacity=0.25),
            line((median, y - 7), (median, y + 7), stroke=INK, width=2),
            text(axes.left + axes.width + 12, y + 4, f"n {metrics['n'] or 0:g}"),
        ]
    return parts
