"""Predicted clinical scores against the true ones."""

from collections.abc import Callable

import numpy as np

from graphnet.data.cohort import FloatArray
from graphnet.figures.classification import SPLITS, Evidence, shown
from graphnet.figures.drawing import MUTED, Axes, dot, drawing, line, padded, text

MOST_POINTS = 1000


def scatter(evidence: Evidence, words: Callable[[str], str] = str) -> str:
    """The fairest split's subjects, at most 1,000 of them; "" where no score was predicted."""
    split = next(iter(shown(evidence)), "")
    true, predicted = _scores(evidence, split)
    if not len(true):
        return ""
    both = low, high = padded([*true, *predicted])
    axes = Axes(62, 34, 300, 300, both, both)
    parts = [text(62, 18, words(SPLITS[split]), weight=600)]
    parts += axes.frame(words("True score"), words("Predicted score"))
    parts.append(line(axes.at(low, low), axes.at(high, high), stroke=MUTED, dash="3 4"))
    every = -(-len(true) // MOST_POINTS)
    parts += [dot(axes.at(*pair)) for pair in zip(true[::every], predicted[::every], strict=True)]
    parts.append(text(392, 60, words("On the dashed line the prediction is right.")))
    error = float(np.abs(predicted - true).mean())
    told = f"{words(SPLITS[split])}: n {len(true)}; {words('Mean absolute error')} {error:.3g}."
    return drawing(760, 382, words("Predicted and true scores"), told, parts)


def _scores(evidence: Evidence, split: str) -> tuple[FloatArray, FloatArray]:
    """True and predicted scores (S,) of whose true one is known."""
    found = evidence["predictions"].get(split) or {}
    if not found.get("predicted"):
        return np.zeros(0), np.zeros(0)
    true = np.array(found["label"], dtype=np.float64)  # None is NaN
    known = np.isfinite(true)
    return true[known], np.array(found["predicted"], dtype=np.float64)[known]
