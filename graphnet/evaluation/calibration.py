"""Whether probabilities mean what they say: how they are made to, and how far they do.

A network that was trained long is more certain than it is right. :class:`Calibration` takes that
back by one number, fitted to predictions of training subjects by models that have not seen them
(:mod:`graphnet.evaluation.recalibration`). Torch-free.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from graphnet.data.cohort import FloatArray, IntArray

LEAST_SUBJECTS = 5  # of each class: of fewer there is nothing to be learnt
# A slope of 0 would make all subjects alike; the order of subjects, and the AUC, are to stay.
LEAST_SLOPE, MOST_SLOPE = 0.02, 10.0
HALVINGS = 60
DIGITS = 6


@dataclass(frozen=True)
class Calibration:
    """Log probabilities drawn towards those of the class shares, by one factor.

    With the log probabilities z (C) of a subject and the shares q (C) of the training subjects'
    classes, the calibrated ones are softmax(log q + ``slope`` · (z - log q)): temperature scaling
    (Guo et al. 2017, ICML) around the base rate. A slope of 1 changes nothing, one below 1 makes
    the model less certain; towards 0 every subject has the base rate, whatever the classes' sizes.
    The order of subjects stays as it is where there are two classes.

    ``subjects`` is how many predictions it was fitted to, ``source`` of which folds they were.
    """

    slope: float
    shares: tuple[float, ...]
    subjects: int
    source: str = ""

    @classmethod
    def fit(
        cls, log_probabilities: FloatArray, labels: IntArray, shares: FloatArray, source: str
    ) -> Self | None:
        """The slope of most likelihood, with a standard normal prior that holds few subjects back.

        Args:
            log_probabilities: (S, C), by models that were not trained on these subjects.
            labels: (S,), their classes, 0 to C-1.
            shares: (C,), of the classes among the training subjects.
            source: of which folds the predictions are.

        Returns:
            None where a class has fewer than five subjects.

        """
        counts = np.bincount(labels, minlength=len(shares))
        if counts.min() < LEAST_SUBJECTS or shares.min() <= 0:
            return None
        base = np.log(shares)
        beyond = np.maximum(log_probabilities, LOWEST) - base
        truth = beyond[np.arange(len(labels)), labels].sum()

        def falls(slope: float) -> bool:
            """Whether the penalised loss still falls at a slope; it is convex."""
            weights = _softmax(base + slope * beyond)
            return bool((weights * beyond).sum() - truth + slope < 0)

        low, high = LEAST_SLOPE, MOST_SLOPE
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if falls(middle) else (low, middle)
        slope = round((low + high) / 2, DIGITS)
        return cls(slope, tuple(shares.tolist()), len(labels), source)

    def apply(self, log_probabilities: FloatArray) -> FloatArray:
        """Calibrated probabilities (S, C) of log probabilities (S, C), in single precision."""
        base = np.log(np.asarray(self.shares))
        calibrated = _softmax(base + self.slope * (np.maximum(log_probabilities, LOWEST) - base))
        return calibrated.astype(np.float32).astype(np.float64)

    def as_dict(self) -> dict[str, Any]:
        """For a manifest."""
        return {
            "slope": self.slope,
            "shares": list(self.shares),
            "subjects": self.subjects,
            "source": self.source,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Read back :meth:`as_dict`. Raises KeyError, TypeError or ValueError."""
        slope, shares = float(stored["slope"]), tuple(map(float, stored["shares"]))
        sound = 0 < slope < float("inf") and all(0 < share < 1 for share in shares)
        if not sound:
            raise ValueError("no calibration")
        return cls(slope, shares, int(stored["subjects"]), str(stored["source"]))


LOWEST = -700.0  # a log probability below it is that of a number too small to be stored


def _softmax(logits: FloatArray) -> FloatArray:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def class_shares(labels: IntArray, classes: int) -> FloatArray:
    """The share (C,) of each class among subjects (S,)."""
    return np.bincount(labels, minlength=classes) / len(labels)
