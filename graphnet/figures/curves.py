"""Learning curves: loss and accuracy over the epochs, and a metric over training subjects."""

from graphnet.artifacts.further_trainings import LearningCurve
from graphnet.figures.drawing import (
    ACCENT,
    COLOURS,
    DASHES,
    INK,
    NARROW,
    Axes,
    dot,
    drawing,
    legend,
    line,
    padded,
    path,
    text,
)
from graphnet.messages import COLONS, ENGLISH, SEMICOLONS, Message, joined, render
from graphnet.names import metric_name, split_name
from graphnet.training.history import ACCURACY, LOSS, History

MOST_POINTS = 400
BELOW = 296  # from a panel to the one below it
SPLITS = ("train", "val", "test")
KINDS = {LOSS: Message("figures.loss"), ACCURACY: Message("figures.accuracy")}
Series = dict[str, list[tuple[int, float]]]


def curves(
    history: History,
    selected: int | None = None,
    language: str = ENGLISH,
    *,
    narrow: bool = False,
) -> str:
    """Learning curves by split: a panel of losses and, where there are any, one of accuracies.

    Args:
        history: at most 400 of its epochs are drawn.
        selected: the epoch whose parameters were kept; it is marked.
        language: ``en`` or ``zh-CN``.
        narrow: for a phone, with the panels below each other.

    Returns:
        SVG; "" where no epoch has a loss.

    """
    drawn = thinned(history)
    panels = {kind: points for kind in KINDS if (points := drawn.series(kind))}
    if LOSS not in panels:
        return ""
    last = max(epoch for curve in panels[LOSS].values() for epoch, _ in curve)
    parts: list[str] = []
    for place, (kind, points) in enumerate(panels.items()):
        axes = _axes(place, kind, points, last, narrow=narrow)
        parts += _panel(axes, kind, points, selected, language)
    for place, split in enumerate(split for split in SPLITS if split in panels[LOSS]):
        parts += legend(
            *(8 + 112 * place if narrow else 62 + 118 * place, 12),
            [(render(split_name(split), language), *_look(split))],
        )
    title = render(Message("figures.learning-curves"), language)
    wide, tall = (1, len(panels)) if narrow else (len(panels), 1)
    size = (NARROW if narrow else 20 + 400 * wide, 320 + BELOW * (tall - 1))
    return drawing(*size, title, _summary(panels, last, language), parts)


def by_subjects(curve: LearningCurve, language: str = ENGLISH, *, narrow: bool = False) -> str:
    """A metric with its 95 % interval by the number of training subjects, as SVG.

    From 0 subjects on, so that no rise looks steeper than it is; "" of fewer than two points.
    """
    points = [
        (point, point.metric.value) for point in curve.points if point.metric.value is not None
    ]
    if len(points) < 2:
        return ""
    bounds = [bound for point, value in points for bound in (value, *(point.metric.interval or ()))]
    up = (min(0.4, *bounds), 1.0) if curve.metric != "r2" else padded(bounds, zero=True)
    axes = Axes(
        62, 20, NARROW - 76 if narrow else 380, 232, (0.0, 1.08 * points[-1][0].subjects), up
    )
    name = render(metric_name(curve.metric), language)
    parts = axes.frame(render(Message("figures.training-subjects"), language), name)
    parts.append(path([axes.at(point.subjects, value) for point, value in points]))
    for point, value in points:
        if point.metric.interval is not None:
            ends = [axes.at(point.subjects, bound) for bound in point.metric.interval]
            parts.append(line(*ends, stroke=ACCENT, width=1.5))
        parts.append(dot(axes.at(point.subjects, value)))
    title = render(Message("figures.learning-curve"), language)
    described = SEMICOLONS[language].join(
        f"n = {point.subjects:.0f}: {value:.3f}" for point, value in points
    )
    said = f"{name}{COLONS[language]}{described}."
    return drawing(NARROW if narrow else 470, 310, title, said, parts)


def thinned(history: History) -> History:
    """Of many epochs the first, the last, and evenly chosen ones between."""
    every = max(1, -(-len(history) // MOST_POINTS))
    places = range(1, len(history) + 1)
    return History(
        tuple(
            epoch
            for place, epoch in zip(places, history, strict=True)
            if place in (1, len(history)) or place % every == 0
        )
    )


def _look(split: str) -> tuple[str, str]:
    place = SPLITS.index(split) if split in SPLITS else len(SPLITS)
    return COLOURS[place], DASHES[place]


def _panel(
    axes: Axes, kind: str, curves_: Series, selected: int | None, language: str
) -> list[str]:
    parts = axes.frame(render(Message("figures.epoch"), language), render(KINDS[kind], language))
    first, last = axes.across
    if selected is not None and first <= selected <= last:
        x, bottom = axes.x(selected), axes.top + axes.height
        near = x < axes.left + 0.7 * axes.width
        at = (x + 5, "start") if near else (x - 5, "end")
        parts += [
            line((x, axes.top), (x, bottom), stroke=INK, dash="3 3"),
            text(
                at[0], bottom - 6, render(Message("figures.kept"), language), anchor=at[1], fill=INK
            ),
        ]
    for split, points in curves_.items():
        colour, dash = _look(split)
        parts.append(path([axes.at(*point) for point in points], stroke=colour, dash=dash))
    return parts


def _axes(place: int, kind: str, curves_: Series, last: int, *, narrow: bool) -> Axes:
    values = [value for points in curves_.values() for _, value in points]
    up = (0.0, 1.0) if kind == ACCURACY else padded(values, zero=True)
    across = (1.0, float(max(last, 2)))
    if narrow:
        return Axes(62, 34 + BELOW * place, NARROW - 76, 232, across, up)
    return Axes(62 + 400 * place, 34, 320, 232, across, up)


def _summary(panels: dict[str, Series], last: int, language: str) -> str:
    ends = [
        joined((split_name(split), KINDS[kind]), language)
        + COLONS[language]
        + f"{points[0][1]:.3f} → {points[-1][1]:.3f}"
        for kind, curves_ in panels.items()
        for split, points in curves_.items()
        if points
    ]
    listed = SEMICOLONS[language].join(ends)
    return f"{render(Message('figures.epoch'), language)} 1–{last}. {listed}."
