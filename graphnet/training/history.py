"""A training's epochs as records; lines of text are made, and read back, here alone. Torch-free."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

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
        for split, kind, value in _scores(line):
            values.setdefault(split, {})[kind] = value
        scores = {
            split: Score(named.get(LOSS, math.nan), named.get(ACCURACY))
            for split, named in values.items()
        }
        return cls(place if number is None else int(number[1]), scores)

    def values(self) -> dict[str, float]:
        """Loss and accuracy by name, such as ``train_loss``; NaN where one is no number."""
        return {
            f"{split}_{kind}": value
            for split, score in self.scores.items()
            for kind, value in ((LOSS, score.loss), (ACCURACY, score.accuracy))
            if value is not None
        }


@dataclass(frozen=True, eq=False)
class History:
    """All epochs of one training, in their order.

    Lines are read when their epochs are first asked for: most readers of a result ask for none.
    """

    entries: Sequence[Epoch | str] = ()

    @classmethod
    def from_lines(cls, lines: Iterable[object]) -> "History":
        """Read back :meth:`lines`, also those of older versions and of the predecessor."""
        return cls(tuple(map(str, lines)))

    @cached_property
    def epochs(self) -> tuple[Epoch, ...]:
        """The epochs as records."""
        return tuple(
            Epoch.from_line(entry, place) if isinstance(entry, str) else entry
            for place, entry in enumerate(self.entries, 1)
        )

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Epoch]:
        return iter(self.epochs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and self.epochs == other.epochs

    def __hash__(self) -> int:
        return hash(self.epochs)

    def lines(self) -> list[str]:
        """A line per epoch, as the contract's ``train_epochs`` has them."""
        return [epoch.line() for epoch in self.epochs]

    def without(self, split: str) -> "History":
        """The same epochs without the scores of a split."""
        return History(
            tuple(
                Epoch(epoch.number, {k: v for k, v in epoch.scores.items() if k != split})
                for epoch in self.epochs
            )
        )

    def series(self, kind: str) -> dict[str, list[tuple[int, float]]]:
        """Number of the epoch and its loss or accuracy, by split; without what is no number."""
        points: dict[str, list[tuple[int, float]]] = {}
        for epoch in self.epochs:
            for split, score in epoch.scores.items():
                value = score.loss if kind == LOSS else score.accuracy
                if value is not None and math.isfinite(value):
                    points.setdefault(split, []).append((epoch.number, value))
        return points


def line_values(line: str) -> dict[str, float]:
    """Loss and accuracy that a line names, such as ``train_loss``; NaN where one is no number."""
    return {f"{split}_{kind}": value for split, kind, value in _scores(line)}


def _scores(line: str) -> Iterator[tuple[str, str, float]]:
    for split, kind, text in SCORE.findall(line):
        yield split.lower(), kind.lower(), _number(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
