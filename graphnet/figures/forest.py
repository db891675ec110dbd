"""A forest plot: a metric and its interval per row."""

from collections.abc import Sequence
from typing import NamedTuple

from graphnet.artifacts.metrics import SplitMetrics
from graphnet.figures.drawing import (
    ACCENT,
    INK,
    MUTED,
    Axes,
    diamond,
    dot,
    drawing,
    line,
    padded,
    text,
    ticks,
)
from graphnet.messages import ENGLISH, Message, render

ROW = 28
NAMES, RIGHT = 206, 550  # where names end, and the axis


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
    axes = Axes(NAMES + 12, 12, RIGHT - NAMES - 12, ROW * len(rows), across, (0.0, 1.0))
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
    parts.append(text((NAMES + 12 + RIGHT) / 2, bottom + 38, title, anchor="middle"))
    summary = "; ".join(f"{row.name}: {_value(row)}" for row in rows)
    intervals = render(Message("figures.with-intervals"), language)
    return drawing(730, bottom + 48, title, f"{intervals}. {summary}.", parts)


def _row(axes: Axes, y: float, row: Row) -> list[str]:
    weight = 600 if row.ours else 400
    parts = [
        text(NAMES, y + 4, row.name, anchor="end", fill=INK, weight=weight),
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
        return f"{row.value:.3f}"
    return f"{row.value:.3f} [{row.interval[0]:.2f}, {row.interval[1]:.2f}]"
