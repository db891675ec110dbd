"""Loss and accuracy over the epochs."""

from collections.abc import Callable, Sequence

from graphnet.figures.drawing import (
    COLOURS,
    DASHES,
    INK,
    Axes,
    drawing,
    legend,
    line,
    padded,
    path,
    text,
)
from graphnet.training.history import Epoch, History

MOST_POINTS = 400
SPLITS = ("Train", "Val", "Test")
NAMES = {"Train": "Training", "Val": "Validation", "Test": "Test"}
Series = dict[str, list[tuple[int, float]]]


def curves(
    lines: Sequence[str], selected: int | None = None, words: Callable[[str], str] = str
) -> str:
    """What the lines of ``train_epochs`` tell, at most 400 points a curve.

    A score has no accuracy, so a single panel. ``selected`` is the epoch whose parameters were
    kept. "" where no line holds a figure.
    """
    each = {kind: series(lines, kind) for kind in ("Loss", "Accuracy")}
    found = {kind: points for kind, points in each.items() if points}
    if "Loss" not in found:
        return ""
    last = max(epoch for curve in found["Loss"].values() for epoch, _ in curve)
    parts: list[str] = []
    for place, (kind, points) in enumerate(found.items()):
        parts += _panel(_axes(place, kind, points, last), kind, points, selected, words)
    known = [split for split in SPLITS if split in found["Loss"]]
    keys = [(words(NAMES[s]), *_look(s)) for s in known]
    for place, key in enumerate(keys):
        parts += legend(62 + 118 * place, 12, [key])
    return drawing(
        20 + 400 * len(found), 320, words("Learning curves"), _summary(found, last, words), parts
    )


def series(lines: Sequence[str], kind: str) -> Series:
    """Epoch and value by split; of many epochs evenly chosen ones and the last."""
    every = max(1, -(-len(lines) // MOST_POINTS))
    chosen = [
        Epoch.from_line(told, place)
        for place, told in enumerate(lines, 1)
        if place % every == 0 or place in (1, len(lines))
    ]
    points = History(chosen).series(kind.lower())
    return {split.capitalize(): curve for split, curve in points.items()}


def _look(split: str) -> tuple[str, str]:
    place = SPLITS.index(split) if split in SPLITS else len(SPLITS)
    return COLOURS[place], DASHES[place]


def _panel(
    axes: Axes, kind: str, found: Series, selected: int | None, words: Callable[[str], str]
) -> list[str]:
    parts = axes.frame(words("Epoch"), words(kind))
    first, last = axes.across
    if selected is not None and first <= selected <= last:
        x, bottom = axes.x(selected), axes.top + axes.height
        near = x < axes.left + 0.7 * axes.width
        at = (x + 5, "start") if near else (x - 5, "end")
        parts += [
            line((x, axes.top), (x, bottom), stroke=INK, dash="3 3"),
            text(at[0], bottom - 6, words("kept"), anchor=at[1], fill=INK),
        ]
    for split, points in found.items():
        colour, dash = _look(split)
        parts.append(path([axes.at(*point) for point in points], stroke=colour, dash=dash))
    return parts


def _axes(place: int, kind: str, found: Series, last: int) -> Axes:
    values = [value for points in found.values() for _, value in points]
    up = (0.0, 1.0) if kind == "Accuracy" else padded(values, zero=True)
    return Axes(62 + 400 * place, 34, 320, 232, (1.0, float(max(last, 2))), up)


def _summary(found: dict[str, Series], last: int, words: Callable[[str], str]) -> str:
    ends = [
        f"{words(NAMES.get(split, split))} {words(kind)}: {points[0][1]:.3f} → {points[-1][1]:.3f}"
        for kind, each in found.items()
        for split, points in each.items()
        if points
    ]
    return f"{words('Epoch')} 1–{last}. {'; '.join(ends)}."
