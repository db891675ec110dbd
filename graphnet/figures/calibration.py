"""Calibration: how often what is predicted comes true."""

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

import numpy as np

from graphnet.cohort import FloatArray
from graphnet.figures.axes import Axes
from graphnet.figures.drawing import ACCENT, MUTED, box, diamond, drawing, line, text
from graphnet.figures.predicted import SPLITS, Evidence, of_class, shown

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
