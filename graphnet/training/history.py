"""One epoch of a training, as it is told."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """Mean loss of the first replica on one group of subjects, and its accuracy.

    The loss is the cross-entropy (natural log); of a score on a scale, the mean squared error,
    and then the accuracy is None.
    """

    loss: float
    accuracy: float | None


@dataclass(frozen=True)
class Epoch:
    """One finished epoch, counted from 1, and the scores after it by group."""

    number: int
    scores: Mapping[str, Score]

    def line(self) -> str:
        """As ``train_epochs`` shows it."""
        parts = [f"Epoch {self.number:03d}"]
        for group, score in self.scores.items():
            parts.append(f"{group} Loss: {score.loss:.4f}")
            if score.accuracy is not None:
                parts.append(f"{group} Accuracy: {score.accuracy:.4f}")
        return ", ".join(parts)
