"""Receiver operating characteristic: what is found against what is falsely found."""

from collections.abc import Callable

import numpy as np

from graphnet.class_names import called, names_of
from graphnet.cohort import FloatArray
from graphnet.figures.axes import Axes, legend
from graphnet.figures.drawing import COLOURS, DASHES, MUTED, drawing, line, path, text
from graphnet.figures.predicted import SPLITS, Evidence, of_class, shown
from graphnet.headline import known_of

MOST_POINTS = 300
Curve = tuple[str, list[tuple[float, float]], float]


def roc(evidence: Evidence, words: Callable[[str], str] = str) -> str:
    """A curve a split; of more than two classes one against the rest on the fairest split.

    "" where no split holds subjects both of a class and not of it.
    """
    found = _curves(evidence, words)
    if not found:
        return ""
    axes = Axes(62, 16, 300, 300, (0.0, 1.0), (0.0, 1.0))
    parts = axes.frame(words("1 − specificity"), words("Sensitivity"))
    parts.append(line(axes.at(0, 0), axes.at(1, 1), stroke=MUTED, dash="3 4"))
    keys = []
    for number, (name, points, area) in enumerate(found):
        colour, dash = COLOURS[number % 4], DASHES[number % 4]
        parts.append(path([axes.at(*point) for point in points], stroke=colour, dash=dash))
        keys.append((f"{name}: {area:.3f}", colour, dash))
    parts.append(text(392, 40, words("Area under the curve"), weight=600))
    parts += legend(392, 64, [*keys, (words("chance: 0.500"), MUTED, "3 4")])
    told = "; ".join(f"{name}: {area:.3f}" for name, _, area in found)
    return drawing(
        640, 362, words("ROC curves"), f"{words('Area under the curve')}: {told}.", parts
    )


def roc_points(score: FloatArray, truth: FloatArray) -> list[tuple[float, float]]:
    """False and true positive rates from (0, 0) to (1, 1), of scores (S,) and 0 or 1 (S,).

    Equal scores are one step. Fawcett 2006, Pattern Recognit. Lett. 27:861-874. [] of one class.
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


def _curves(evidence: Evidence, words: Callable[[str], str]) -> list[Curve]:
    classes, splits = evidence["classes"], shown(evidence)
    asked = [(_called(evidence, split, words), split, 1) for split in splits]
    if len(classes) > 2:
        names = names_of(evidence)
        asked = [
            (called(names, label), splits[0], place)
            for place, label in enumerate(classes)
            if splits
        ]
    found = []
    for name, split, column in asked[:4] if len(classes) <= 2 else asked:
        points = roc_points(*of_class(evidence, split, column))
        if points:
            found.append((name, _thinned(points), area(points)))
    return found


def _called(evidence: Evidence, split: str, words: Callable[[str], str]) -> str:
    name = words(SPLITS[split])
    trained_on = split != "train" and known_of(evidence, split)
    return f"{name} ({words('trained on')})" if trained_on else name


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    every = max(1, len(points) // MOST_POINTS)
    return points if every == 1 else [*points[:-1:every], points[-1]]
