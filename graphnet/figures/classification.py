"""Reading an evidence's predictions: who was predicted how, by split."""

from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from typing import Any, NamedTuple

import numpy as np

from graphnet.data.class_names import called, names_of
from graphnet.data.cohort import FloatArray
from graphnet.evaluation.headline import FAIREST, leakage_rank, seen_of_split
from graphnet.figures.drawing import (
    ACCENT,
    COLOURS,
    DASHES,
    INK,
    LINE,
    MUTED,
    Axes,
    box,
    diamond,
    drawing,
    fitting,
    legend,
    line,
    path,
    text,
)

Evidence = Mapping[str, Any]

SPLITS = {
    "train": "Training",
    "val": "Validation",
    "test": "Test",
    "cv": "Cross-validation",
    "leave_site_out": "Left-out sites",
}


def of_class(evidence: Evidence, split: str, column: int) -> tuple[FloatArray, FloatArray]:
    """Probabilities (S,) of a class, by its column, and 1 for who is of it; empty of a score."""
    found = evidence["predictions"].get(split) or {}
    if column >= len(evidence["classes"]) or not found.get("probability"):
        return np.zeros(0), np.zeros(0)
    probability = np.asarray(found["probability"], dtype=np.float64)[:, column]
    truth = np.asarray(found["label"]) == evidence["classes"][column]
    return probability, truth.astype(np.float64)


def shown(evidence: Evidence) -> list[str]:
    """The splits with predictions, the fairest first: those of new subjects alone, then others."""
    there = [split for split in FAIREST if (evidence["predictions"].get(split) or {}).get("id")]
    return sorted(there, key=lambda split: leakage_rank(split, seen_of_split(evidence, split)))


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
    trained_on = split != "train" and seen_of_split(evidence, split)
    return f"{name} ({words('trained on')})" if trained_on else name


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    every = max(1, len(points) // MOST_POINTS)
    return points if every == 1 else [*points[:-1:every], points[-1]]


BINS = 10
FEWEST = 5  # subjects in a bin
Z = 1.959963984540054


class Bin(NamedTuple):
    """Subjects of about one probability: the mean of it, the share it came true for, Wilson's."""

    n: int
    predicted: float
    observed: float
    low: float
    high: float


def calibration(evidence: Evidence, words: Callable[[str], str] = str) -> str:
    """The fairest split's; of more than two classes that of all of them together. "" of none."""
    splits = shown(evidence)
    found = bins(*_pooled(evidence, splits[0])) if splits else []
    if not found:
        return ""
    axes = Axes(62, 34, 300, 300, (0.0, 1.0), (0.0, 1.0))
    parts = [text(62, 18, words(SPLITS[splits[0]]), weight=600)]
    parts += axes.frame(words("Predicted probability"), words("Observed share"))
    parts.append(line(axes.at(0, 0), axes.at(1, 1), stroke=MUTED, dash="3 4"))
    largest = max(each.n for each in found)
    for each in found:
        x = axes.x(each.predicted)
        parts += [
            box(
                x - 5,
                axes.y(0) - 46 * each.n / largest,
                10,
                46 * each.n / largest,
                fill=MUTED,
                opacity=0.28,
            ),
            line((x, axes.y(each.low)), (x, axes.y(each.high)), stroke=ACCENT, width=1.5),
            diamond((x, axes.y(each.observed))),
        ]
    parts += [
        text(392, 60, words("On the dashed line what is predicted comes true as often.")),
        text(392, 80, words("Bars: 95 % intervals (Wilson). Grey: how many subjects.")),
    ]
    told = "; ".join(f"{e.predicted:.2f} → {e.observed:.2f} (n {e.n})" for e in found)
    return drawing(760, 382, words("Calibration"), f"{told}.", parts)


def bins(probability: FloatArray, truth: FloatArray) -> list[Bin]:
    """Ten bins of equally many subjects, fewer where a bin would have less than five.

    Quantile bins: Nixon et al. 2019, arXiv:1904.01685.
    """
    number = min(BINS, len(probability) // FEWEST)
    if not number:
        return []
    order = np.argsort(probability, kind="stable")
    return [_bin(probability[part], truth[part]) for part in np.array_split(order, number)]


def _bin(probability: FloatArray, truth: FloatArray) -> Bin:
    n, share = len(truth), float(truth.mean())
    centre = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return Bin(
        n, float(probability.mean()), share, max(centre - half, 0.0), min(centre + half, 1.0)
    )


def _pooled(evidence: Evidence, split: str) -> tuple[FloatArray, FloatArray]:
    columns = range(len(evidence["classes"])) if len(evidence["classes"]) > 2 else (1,)
    found = [of_class(evidence, split, column) for column in columns]
    return np.concatenate([p for p, _ in found]), np.concatenate([t for _, t in found])


CELL = 84
LONGEST = 11  # characters of a class name beside a cell


def confusion(
    matrix: Sequence[Sequence[int]], classes: Sequence[object], words: Callable[[str], str] = str
) -> str:
    """Counts (C, C), rows the true classes, by name; each shade is the share of its row."""
    if not matrix:
        return ""
    shown = [fitting(str(name), LONGEST) for name in classes]
    side, left, top = CELL * len(classes), 96, 44
    parts = [
        text(left + side / 2, 16, words("Predicted"), anchor="middle"),
        text(20, top + side / 2, words("True"), anchor="middle", turn=-90),
    ]
    for row, counts in enumerate(matrix):
        y, total = top + CELL * row, sum(counts)
        parts += [
            text(left - 12, y + CELL / 2 + 4, shown[row], anchor="end", fill=INK),
            text(left + CELL * (row + 0.5), top - 10, shown[row], anchor="middle", fill=INK),
        ]
        for column, count in enumerate(counts):
            x, share = left + CELL * column, count / total if total else 0.0
            parts += [
                box(x + 2, y + 2, CELL - 4, CELL - 4, stroke=LINE, radius=6),
                box(x + 2, y + 2, CELL - 4, CELL - 4, fill=ACCENT, radius=6, opacity=0.38 * share),
                text(
                    x + CELL / 2,
                    y + CELL / 2,
                    str(count),
                    anchor="middle",
                    size=20,
                    fill=INK,
                    weight=600,
                ),
                text(x + CELL / 2, y + CELL / 2 + 20, f"{share:.0%}", anchor="middle"),
            ]
    told = "; ".join(
        f"{words('True')} {classes[row]}: "
        + ", ".join(f"{classes[column]} {count}" for column, count in enumerate(counts))
        for row, counts in enumerate(matrix)
    )
    return drawing(left + side + 8, top + side + 8, words("Confusion matrix"), f"{told}.", parts)
