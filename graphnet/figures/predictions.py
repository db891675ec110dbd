"""What was predicted, by split: ROC curves, calibration, confusion matrix, scatter of scores.

All take the stored predictions of a task.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphnet.artifacts.evidence import Evidence
from graphnet.data.class_names import called
from graphnet.data.cohort import FloatArray
from graphnet.evaluation.calibration import THRESHOLDS, bins, calibration_error, net_benefit
from graphnet.evaluation.headline import FAIREST, leakage_rank
from graphnet.evaluation.resampling import benefit_band
from graphnet.figures.drawing import (
    ACCENT,
    COLOURS,
    DASHES,
    INK,
    LINE,
    MUTED,
    NARROW,
    Axes,
    Point,
    band,
    box,
    diamond,
    dot,
    drawing,
    fitting,
    legend,
    line,
    lines_of,
    padded,
    path,
    text,
)
from graphnet.messages import COLONS, ENGLISH, SEMICOLONS, Message, joined, render
from graphnet.names import metric_name, split_name


def predicted_splits(evidence: Evidence) -> list[str]:
    """The splits with predictions, those first whose subjects are all new to the model."""
    splits = [split for split in FAIREST if evidence.of(split).ids]
    return sorted(splits, key=lambda split: leakage_rank(split, evidence.of(split).seen))


@dataclass(frozen=True)
class _Square:
    """A square panel with words beside it, or below it on a narrow screen.

    ``first`` is how far down the words begin beside it, ``tall`` their room below that on a
    narrow screen.
    """

    top: float
    first: float
    tall: float
    width: float
    narrow: bool

    def axes(self, across: Point, up: Point) -> Axes:
        """The panel."""
        return Axes(62, self.top, self.side, self.side, across, up)

    @property
    def side(self) -> float:
        """Of the panel."""
        return NARROW - 76 if self.narrow else 300

    def beside(self, y: float) -> Point:
        """Where words begin that are ``y`` below the top of a wide drawing."""
        below = self.top + self.side + 64
        return (8, below + y - self.first) if self.narrow else (392, y)

    @property
    def size(self) -> Point:
        """Of the whole drawing."""
        under = self.top + self.side
        return (NARROW, under + 64 + self.tall) if self.narrow else (self.width, under + 48)

    def said(self, y: float, words: str) -> list[str]:
        """Words, in lines on a narrow screen."""
        left, first = self.beside(y)
        lines = lines_of(words) if self.narrow else [words]
        return [text(left, first + 16 * number, printed) for number, printed in enumerate(lines)]


MOST_POINTS = 300
Curve = tuple[str, list[tuple[float, float]], float]


def roc(evidence: Evidence, language: str = ENGLISH, *, narrow: bool = False) -> str:
    """A ROC curve per split or, of more than two classes, per class on the fairest split.

    "" where no split holds subjects both of a class and of another.
    """
    curves = _curves(evidence, language)
    if not curves:
        return ""
    square = _Square(16, 40, 34 + 20 * len(curves), 640, narrow)
    axes = square.axes((0.0, 1.0), (0.0, 1.0))
    parts = axes.frame(
        render(Message("figures.one-minus-specificity"), language),
        render(metric_name("sensitivity"), language),
    )
    parts.append(line(axes.at(0, 0), axes.at(1, 1), stroke=MUTED, dash="3 4"))
    keys = []
    for number, (name, points, area_under) in enumerate(curves):
        colour, dash = COLOURS[number % 4], DASHES[number % 4]
        parts.append(path([axes.at(*point) for point in points], stroke=colour, dash=dash))
        keys.append((f"{name}{COLONS[language]}{area_under:.3f}", colour, dash))
    title = render(Message("figures.area-under-curve"), language)
    parts.append(text(*square.beside(40), title, weight=600))
    parts += legend(
        *square.beside(64), [*keys, (render(Message("figures.chance"), language), MUTED, "3 4")]
    )
    summary = SEMICOLONS[language].join(label for label, _, _ in keys)
    return drawing(
        *square.size,
        render(Message("figures.roc-curves"), language),
        f"{title}{COLONS[language]}{summary}.",
        parts,
    )


def roc_points(score: FloatArray, truth: FloatArray) -> list[tuple[float, float]]:
    """False and true positive rates from (0, 0) to (1, 1); Fawcett 2006, Pattern Recognit. Lett.

    Args:
        score: (S,), higher for the positive class; equal scores are one step.
        truth: (S,), 1 for subjects of the positive class, else 0.

    Returns:
        The points; [] where all subjects are of one class.

    """
    positives = truth.sum()
    negatives = len(truth) - positives
    if not positives or not negatives:
        return []
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    hits = np.cumsum(truth[order])[ends]
    misses = ends + 1 - hits
    rates = zip(misses / negatives, hits / positives, strict=True)
    return [(0.0, 0.0), *((float(x), float(y)) for x, y in rates)]


def area(points: list[tuple[float, float]]) -> float:
    """The area under a curve, by trapezoids: ties count half."""
    x, y = np.array(points).T
    return float(np.trapezoid(y, x))


def _curves(evidence: Evidence, language: str) -> list[Curve]:
    classes, splits = evidence.classes, predicted_splits(evidence)
    wanted = [(_split_title(evidence, split, language), split, 1) for split in splits[:4]]
    if len(classes) > 2:
        names = evidence.class_names
        wanted = [
            (called(names, label), splits[0], column)
            for column, label in enumerate(classes)
            if splits
        ]
    curves = []
    for name, split, column in wanted:
        points = roc_points(*evidence.of_class(split, column, ranked=True))
        if points:
            curves.append((name, _thinned(points), area(points)))
    return curves


def _split_title(evidence: Evidence, split: str, language: str) -> str:
    name = split_name(split)
    if split != "train" and evidence.of(split).seen:
        name = Message("figures.seen-in-training", split=name)
    return render(name, language)


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    every = max(1, len(points) // MOST_POINTS)
    return points if every == 1 else [*points[:-1:every], points[-1]]


def calibration(evidence: Evidence, language: str = ENGLISH, *, narrow: bool = False) -> str:
    """The calibration curve of the fairest split; of more than two classes, of all together.

    "" where there are no probabilities.
    """
    splits = predicted_splits(evidence)
    pooled = _pooled(evidence, splits[0]) if splits else (np.zeros(0), np.zeros(0))
    subjects = evidence.of(splits[0]).subjects if splits else None
    if subjects is not None:  # of several classes each scan is there once for each
        subjects = np.tile(subjects, len(pooled[0]) // len(subjects))
    points, error = bins(*pooled, subjects), calibration_error(*pooled).value
    if not points or error is None:
        return ""
    square = _Square(34, 60, 82, 760, narrow)
    axes = square.axes((0.0, 1.0), (0.0, 1.0))
    parts = [text(62, 18, render(split_name(splits[0]), language), weight=600)]
    parts += axes.frame(
        render(Message("figures.predicted-probability"), language),
        render(Message("figures.observed-share"), language),
    )
    parts.append(line(axes.at(0, 0), axes.at(1, 1), stroke=MUTED, dash="3 4"))
    largest = max(point.n for point in points)
    for point in points:
        x, height = axes.x(point.predicted), 46 * point.n / largest
        parts += [
            box(x - 5, axes.y(0) - height, 10, height, fill=MUTED, opacity=0.28),
            line((x, axes.y(point.low)), (x, axes.y(point.high)), stroke=ACCENT, width=1.5),
            diamond((x, axes.y(point.observed))),
        ]
    called = render(metric_name("calibration_error"), language)
    parts += [
        *square.said(60, f"{called}{COLONS[language]}{error:.3f}"),
        *square.said(80, render(Message("figures.well-calibrated"), language)),
        *square.said(116 if narrow else 100, render(Message("figures.calibration-bars"), language)),
    ]
    summary = SEMICOLONS[language].join(
        f"{p.predicted:.2f} → {p.observed:.2f} (n {p.n})" for p in points
    )
    title = render(Message("figures.calibration"), language)
    return drawing(*square.size, title, f"{summary}.", parts)


def _pooled(evidence: Evidence, split: str) -> tuple[FloatArray, FloatArray]:
    columns = range(len(evidence.classes)) if len(evidence.classes) > 2 else (1,)
    pairs = [evidence.of_class(split, column) for column in columns]
    return np.concatenate([p for p, _ in pairs]), np.concatenate([t for _, t in pairs])


LOWEST_BENEFIT = -0.05


def decision_curve(evidence: Evidence, language: str = ENGLISH, *, narrow: bool = False) -> str:
    """Net benefit of the fairest split over thresholds, beside that of treating all and nobody.

    With a band of 95 % intervals where each class has subjects enough. "" where there are not two
    classes, or no probabilities.
    """
    splits = predicted_splits(evidence)
    if not splits or len(evidence.classes) != 2:
        return ""
    probability, truth = evidence.of_class(splits[0], 1)
    if not 0 < truth.sum() < len(truth):
        return ""
    share = float(truth.mean())
    benefit = net_benefit(probability, truth)
    everyone = net_benefit(np.ones_like(truth), truth)
    square = _Square(34, 60, 96, 760, narrow)
    axes = square.axes((0.0, 1.0), (LOWEST_BENEFIT, 1.08 * share))
    name = render(split_name(splits[0]), language)
    parts = [text(62, 18, name, weight=600)]
    parts += axes.frame(
        render(Message("figures.threshold"), language),
        render(Message("figures.net-benefit"), language),
    )
    interval = benefit_band(probability, truth, subjects=evidence.of(splits[0]).subjects)
    if interval is not None:
        lower, upper = (values.clip(LOWEST_BENEFIT, share) for values in interval)
        there = [axes.at(*pair) for pair in zip(THRESHOLDS, upper, strict=True)]
        back = [axes.at(*pair) for pair in zip(THRESHOLDS, lower, strict=True)]
        parts.append(band([*there, *reversed(back)]))
        parts += square.said(130, render(Message("figures.with-band"), language))
    drawn = (
        ("figures.model-decides", benefit, COLOURS[0], DASHES[0]),
        ("figures.treat-all", everyone, COLOURS[1], DASHES[1]),
        ("figures.treat-none", np.zeros_like(benefit), MUTED, "3 4"),
    )
    keys = []
    for code, values, colour, dash in drawn:
        kept = values >= LOWEST_BENEFIT
        parts.append(
            path(
                [axes.at(*pair) for pair in zip(THRESHOLDS[kept], values[kept], strict=True)],
                stroke=colour,
                dash=dash,
            )
        )
        keys.append((render(Message(code), language), colour, dash))
    parts += legend(*square.beside(60), keys)
    best = np.maximum(everyone, 0.0)
    said = [_best_at(THRESHOLDS[benefit > best + NEGLIGIBLE])]
    if interval is not None:
        # The bootstrap keeps the shares of the classes, so treating all has no interval here.
        said.append(_surely_best_at(THRESHOLDS[interval[0] > best + NEGLIGIBLE]))
    sentences = (" " if language == ENGLISH else "").join(
        render(message, language) for message in said
    )
    summary = f"{name}{COLONS[language]}n {len(truth)}. {sentences}"
    title = render(Message("figures.decision-curve"), language)
    return drawing(*square.size, title, summary, parts)


NEGLIGIBLE = 1e-9  # of a net benefit: what rounding adds where all are treated


def _best_at(thresholds: FloatArray) -> Message:
    """Where the model's net benefit (T,) is the highest."""
    if not len(thresholds):
        return Message("figures.benefit-nowhere")
    low, high = f"{thresholds.min():.2f}", f"{thresholds.max():.2f}"
    return Message("figures.benefit-between", low=low, high=high)


def _surely_best_at(thresholds: FloatArray) -> Message:
    """Where its whole interval is above both others."""
    if not len(thresholds):
        return Message("figures.benefit-by-chance")
    low, high = f"{thresholds.min():.2f}", f"{thresholds.max():.2f}"
    return Message("figures.benefit-sure", low=low, high=high)


CELL = 84
LONGEST = 11  # characters of a class name beside a cell


def confusion(
    matrix: Sequence[Sequence[int]],
    classes: Sequence[object],
    language: str = ENGLISH,
    *,
    narrow: bool = False,
) -> str:
    """A confusion matrix of counts (C, C), rows the true classes, shaded by the share of the row.

    ``classes`` are the C names.
    """
    if not matrix:
        return ""
    names = [fitting(str(name), LONGEST) for name in classes]
    left, top = 96, 44
    cell = min(CELL, (NARROW - left - 8) / len(classes)) if narrow else CELL
    side = cell * len(classes)
    true = render(Message("figures.true-class"), language)
    parts = [
        text(
            left + side / 2,
            16,
            render(Message("figures.predicted-class"), language),
            anchor="middle",
        ),
        text(20, top + side / 2, true, anchor="middle", turn=-90),
    ]
    for row, counts in enumerate(matrix):
        y, total = top + cell * row, sum(counts)
        parts += [
            text(left - 12, y + cell / 2 + 4, names[row], anchor="end", fill=INK),
            text(left + cell * (row + 0.5), top - 10, names[row], anchor="middle", fill=INK),
        ]
        for column, count in enumerate(counts):
            parts += _cell((left + cell * column, y), cell, count, count / total if total else 0.0)
    summary = SEMICOLONS[language].join(
        f"{true} {classes[row]}: "
        + joined((f"{classes[column]} {count}" for column, count in enumerate(counts)), language)
        for row, counts in enumerate(matrix)
    )
    title = render(Message("figures.confusion-matrix"), language)
    return drawing(left + side + 8, top + side + 8, title, f"{summary}.", parts)


def _cell(at: Point, wide: float, count: int, share: float) -> list[str]:
    (x, y), middle, size = at, at[0] + wide / 2, wide - 4
    return [
        box(x + 2, y + 2, size, size, stroke=LINE, radius=6),
        box(x + 2, y + 2, size, size, fill=ACCENT, radius=6, opacity=0.38 * share),
        text(middle, y + wide / 2, str(count), anchor="middle", size=20, fill=INK, weight=600),
        text(middle, y + wide / 2 + 20, f"{100 * share:.0f} %", anchor="middle"),
    ]


MOST_SUBJECTS = 1000


def scatter(evidence: Evidence, language: str = ENGLISH, *, narrow: bool = False) -> str:
    """Predicted against true scores of the fairest split, of at most 1,000 subjects.

    "" where no score was predicted.
    """
    split = next(iter(predicted_splits(evidence)), "")
    true, predicted = _scores(evidence, split)
    if not len(true):
        return ""
    both = low, high = padded([*true, *predicted])
    square = _Square(34, 60, 26, 760, narrow)
    axes = square.axes(both, both)
    name = render(split_name(split), language)
    parts = [text(62, 18, name, weight=600)]
    parts += axes.frame(
        render(Message("figures.true-score"), language),
        render(Message("figures.predicted-score"), language),
    )
    parts.append(line(axes.at(low, low), axes.at(high, high), stroke=MUTED, dash="3 4"))
    every = -(-len(true) // MOST_SUBJECTS)
    parts += [dot(axes.at(*pair)) for pair in zip(true[::every], predicted[::every], strict=True)]
    parts += square.said(60, render(Message("figures.equal-scores"), language))
    error = float(np.abs(predicted - true).mean())
    mean_error = f"{render(metric_name('mae'), language)} {error:.3g}"
    summary = f"{name}{COLONS[language]}n {len(true)}{SEMICOLONS[language]}{mean_error}."
    title = render(Message("figures.predicted-and-true"), language)
    return drawing(*square.size, title, summary, parts)


def _scores(evidence: Evidence, split: str) -> tuple[FloatArray, FloatArray]:
    """True and predicted scores (S,) of the subjects whose true score is known."""
    subjects = evidence.of(split)
    if not len(subjects.predicted):
        return np.zeros(0), np.zeros(0)
    true = np.array(subjects.labels, dtype=np.float64)  # None is NaN
    known = np.isfinite(true)
    return true[known], subjects.predicted[known]
