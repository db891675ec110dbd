"""What is predicted: a class, or a clinical score on a scale."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from graphnet.data.cohort import Cohort, FloatArray
from graphnet.errors import CohortError, ModelError
from graphnet.messages import Message


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation of the training subjects' scores, which a net learns scaled."""

    center: float
    spread: float

    @classmethod
    def fit(cls, train: Cohort) -> Self:
        """From the training subjects. Raises CohortError where all have the same score."""
        spread = float(train.scores.std())
        if not spread > 0:
            raise CohortError(Message("data.score-constant"))
        return cls(float(train.scores.mean()), spread)

    def scaled(self, scores: FloatArray) -> FloatArray:
        """Scores (S,) as the net learns them."""
        return np.asarray((scores - self.center) / self.spread, dtype=np.float64)

    def unscaled(self, outputs: FloatArray) -> FloatArray:
        """Outputs of the net in the score's own units."""
        return np.asarray(outputs * self.spread + self.center, dtype=np.float64)

    def as_dict(self) -> dict[str, float]:
        """For a manifest."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Any) -> Self:
        """From a manifest. Raises ModelError."""
        try:
            scale = cls(float(stored["center"]), float(stored["spread"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(Message("model.target-damaged", problem="json")) from error
        if not (math.isfinite(scale.center) and 0 < scale.spread < math.inf):
            raise ModelError(Message("model.target-damaged", problem="scale"))
        return scale
