"""A figure and its interval a row, one below the other."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

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

ROW = 28


class Row(NamedTuple):
    """A name, its value and 95 % interval (None where they are not known); ``ours`` is marked."""

    name: str
    value: float | None
    interval: tuple[float, float] | None = None
    ours: bool = False


def forest(
    rows: Sequence[Row],
    title: str,
    *,
    reference: float | None = None,
    words: Callable[[str], str] = str,
) -> str:
    """Rows of values, with a dashed line at ``reference`` (chance, or no difference)."""
    known = [row for row in rows if row.value is not None]
    if not known:
        return ""
    spread = [
        bound for row in known for bound in (row.interval or (row.value,)) if bound is not None
    ]
    across = padded([*spread, *([] if reference is None else [reference])])
    axes = Axes(190, 12, 360, ROW * len(rows), across, (0.0, 1.0))
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
    parts.append(text(370, bottom + 38, title, anchor="middle"))
    told = "; ".join(f"{row.name}: {_told(row)}" for row in rows)
    return drawing(730, bottom + 48, title, f"{words('With 95 % intervals')}. {told}.", parts)


def _row(axes: Axes, y: float, row: Row) -> list[str]:
    weight = 600 if row.ours else 400
    parts = [
        text(178, y + 4, row.name, anchor="end", fill=INK, weight=weight),
        text(564, y + 4, _told(row), fill=INK if row.ours else MUTED, weight=weight),
    ]
    if row.value is None:
        return parts
    colour = ACCENT if row.ours else MUTED
    if row.interval:
        low, high = (axes.x(bound) for bound in row.interval)
        parts.append(line((low, y), (high, y), stroke=colour, width=2.5 if row.ours else 1.5))
    at = (axes.x(row.value), y)
    return [*parts, diamond(at, radius=7, fill=colour) if row.ours else dot(at, fill=colour)]


def _told(row: Row) -> str:
    if row.value is None:
        return "—"
    if row.interval is None:
        return f"{row.value:.3f}"
    return f"{row.value:.3f} [{row.interval[0]:.2f}, {row.interval[1]:.2f}]"
