"""A training's epochs as records; lines of text are made, and read back, here alone. Torch-free."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

LOSS, ACCURACY = "loss", "accuracy"
NUMBER = re.compile(r"Epoch:? *(\d+)")
SCORE = re.compile(r"(\w+) (Loss|Accuracy): ([^\s,]+)")


@dataclass(frozen=True)
class Score:
    """Mean loss of the first replica on one split, and its accuracy from 0 to 1.

    The loss is the cross-entropy (natural log) or, where a clinical score is predicted, the mean
    squared error of the scaled score; the accuracy is then None. Either is NaN where it was no
    number any more, and the loss where a line does not name it.
    """

    loss: float
    accuracy: float | None = None


@dataclass(frozen=True)
class Epoch:
    """One finished epoch, counted from 1, and its scores by split: train, val, test."""

    number: int
    scores: Mapping[str, Score] = field(default_factory=dict)

    def line(self) -> str:
        """``Epoch 001, Train Loss: 0.6931, Train Accuracy: 0.5000``, as ``train_epochs`` has it."""
        parts = [f"Epoch {self.number:03d}"]
        for split, score in self.scores.items():
            parts.append(f"{split.capitalize()} Loss: {score.loss:.4f}")
            if score.accuracy is not None:
                parts.append(f"{split.capitalize()} Accuracy: {score.accuracy:.4f}")
        return ", ".join(parts)

    @classmethod
    def from_line(cls, line: str, place: int = 1) -> "Epoch":
        """Read back :meth:`line`, also as the predecessor wrote it.

        ``place`` is the number of an epoch whose line names none.
        """
        number = NUMBER.search(line)
        values: dict[str, dict[str, float]] = {}
        for split, kind, text in SCORE.findall(line):
            values.setdefault(split.lower(), {})[kind.lower()] = _number(text)
        scores = {
            split: Score(named.get(LOSS, math.nan), named.get(ACCURACY))
            for split, named in values.items()
        }
        return cls(place if number is None else int(number[1]), scores)

    def values(self) -> dict[str, float]:
        """Loss and accuracy by name, such as ``train_loss``; NaN where it is no number."""
        return {
            f"{split}_{kind}": value
            for split, score in self.scores.items()
            for kind, value in ((LOSS, score.loss), (ACCURACY, score.accuracy))
            if value is not None
        }


@dataclass(frozen=True)
class History:
    """All epochs of one training, in their order."""

    epochs: tuple[Epoch, ...] = ()

    def __len__(self) -> int:
        return len(self.epochs)

    def __iter__(self) -> Iterator[Epoch]:
        return iter(self.epochs)

    @classmethod
    def from_lines(cls, lines: Iterable[object]) -> "History":
        """Read back :meth:`lines`, also those of older versions and of the predecessor."""
        return cls(tuple(Epoch.from_line(str(line), place) for place, line in enumerate(lines, 1)))

    def lines(self) -> list[str]:
        """A line per epoch, as the contract's ``train_epochs`` has them."""
        return [epoch.line() for epoch in self.epochs]

    def series(self, kind: str) -> dict[str, list[tuple[int, float]]]:
        """Number of the epoch and its loss or accuracy, by split; without what is no number."""
        points: dict[str, list[tuple[int, float]]] = {}
        for epoch in self.epochs:
            for split, score in epoch.scores.items():
                value = score.loss if kind == LOSS else score.accuracy
                if value is not None and math.isfinite(value):
                    points.setdefault(split, []).append((epoch.number, value))
        return points


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
