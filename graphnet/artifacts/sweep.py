"""What a sweep compared and what its selection is worth, typed. Free of NumPy and torch.

``as_dict`` gives the JSON of a stored result, ``from_json`` reads it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphnet.messages import Message

Value = str | int | float | None
AUC, MAE = "auc", "mae"  # by which classes, and a clinical score, are compared
LOWER_IS_BETTER = (MAE,)


@dataclass(frozen=True)
class Candidate:
    """One combination: the ``settings`` that are its own, None of one that it makes no use of.

    ``figure``: the mean over inner folds of all training subjects. ``in_folds``: the mean of the
    same within the outer folds. ``chosen``: of how many outer folds it was the best. ``reason``
    says why it could not be trained.
    """

    settings: Mapping[str, Value]
    figure: float | None = None
    in_folds: float | None = None
    chosen: int = 0
    reason: Message | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "settings": dict(self.settings),
            "figure": self.figure,
            "in_folds": self.in_folds,
            "chosen": self.chosen,
            "reason": None if self.reason is None else self.reason.as_dict(),
        }

    @classmethod
    def from_json(cls, stored: Any) -> "Candidate":
        """Read what :meth:`as_dict` gave."""
        named = stored if isinstance(stored, Mapping) else {}
        settings = named.get("settings")
        reason = named.get("reason")
        return cls(
            dict(settings) if isinstance(settings, Mapping) else {},
            _number(named.get("figure")),
            _number(named.get("in_folds")),
            int(_number(named.get("chosen")) or 0),
            Message.from_json(reason) if reason else None,
        )


@dataclass(frozen=True)
class SweepResult:
    """All candidates, the best first, and how optimistic the best one's figure is.

    ``figure`` is that of the best by inner folds of all training subjects, which is why it is the
    best. ``nested`` is the mean over ``folds`` outer folds of the same metric on subjects who had
    no part in choosing; ``optimism`` the mean over these folds of the best candidate's inner figure
    less that, or of that less the inner one where lower is better. ``corrected`` is ``figure``
    without it where that is above 0. The outer folds train on more subjects than the inner ones, so
    it may be below 0. None where there are no outer folds.
    """

    metric: str
    candidates: Sequence[Candidate] = field(default_factory=list)
    inner_folds: int = 0
    folds: int = 0
    nested: float | None = None
    optimism: float | None = None

    @property
    def tried(self) -> int:
        """How many candidates were compared."""
        return len(self.candidates)

    @property
    def figure(self) -> float | None:
        """That of the best."""
        return self.candidates[0].figure if self.candidates else None

    @property
    def corrected(self) -> float | None:
        """The best figure without its optimism; never a better one, whatever the folds gave."""
        if self.figure is None or self.optimism is None:
            return None
        sign = -1 if self.metric in LOWER_IS_BETTER else 1
        return self.figure - sign * max(0.0, self.optimism)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "metric": self.metric,
            "tried": self.tried,
            "inner_folds": self.inner_folds,
            "folds": self.folds,
            "figure": self.figure,
            "nested": self.nested,
            "optimism": self.optimism,
            "corrected": self.corrected,
            "candidates": [candidate.as_dict() for candidate in self.candidates],
        }

    @classmethod
    def from_json(cls, stored: Any) -> "SweepResult | None":
        """None of a task that was no sweep."""
        if not isinstance(stored, Mapping):
            return None
        listed = stored.get("candidates")
        return cls(
            str(stored.get("metric", AUC)),
            [Candidate.from_json(each) for each in listed] if isinstance(listed, list) else [],
            int(_number(stored.get("inner_folds")) or 0),
            int(_number(stored.get("folds")) or 0),
            _number(stored.get("nested")),
            _number(stored.get("optimism")),
        )


def _number(stored: Any) -> float | None:
    is_number = isinstance(stored, (int, float)) and not isinstance(stored, bool)
    return stored if is_number else None
