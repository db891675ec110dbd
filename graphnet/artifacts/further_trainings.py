"""What a task trained beside its model, typed: a sweep, a learning curve. Free of NumPy and torch.

A sweep compares many settings; a learning curve says how well a model predicts by how many subjects
it was trained on. ``as_dict`` gives the JSON of a stored result, ``from_json`` reads it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphnet.artifacts.metrics import UNKNOWN, Estimate
from graphnet.artifacts.stored_json import Json, as_interval, as_number
from graphnet.messages import Figure, Message
from graphnet.names import metric_name

HALF = 0.5  # the share of training subjects that all of them are compared with


@dataclass(frozen=True)
class CurvePoint:
    """Models trained on a ``share`` of the training subjects, on average ``subjects`` of them.

    ``metric`` is that of the subjects of the curve; ``reason`` says why nothing could be trained.
    """

    share: float
    subjects: float
    metric: Estimate = UNKNOWN
    reason: Message | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "share": self.share,
            "subjects": self.subjects,
            "value": self.metric.value,
            "ci": None if self.metric.interval is None else list(self.metric.interval),
            "reason": None if self.reason is None else self.reason.as_dict(),
        }

    @classmethod
    def from_json(cls, stored: Json) -> "CurvePoint":
        """Read back :meth:`as_dict`."""
        reason = stored.get("reason")
        return cls(
            float(stored["share"]),
            float(stored["subjects"]),
            Estimate.of(stored.get("value"), as_interval(stored.get("ci"))),
            None if reason is None else Message.from_json(reason),
        )


@dataclass(frozen=True)
class LearningCurve:
    """The ``metric`` of growing shares of the training subjects, on the same ``n`` subjects.

    ``split`` is ``cv``, of the out-of-fold subjects of one repeat, or ``test``. All figures are of
    probabilities before calibration. ``gain`` is what all training subjects give more than half of
    them, paired; unknown where nobody can say. ``reason`` says why there is no curve.
    """

    split: str = ""
    metric: str = ""
    n: int = 0
    points: Sequence[CurvePoint] = ()
    gain: Estimate = UNKNOWN
    reason: Message | None = None

    @property
    def message(self) -> Message:
        """What more subjects may bring, and what cannot be said of it."""
        if self.reason is not None:
            return Message("evaluation.no-learning-curve", reason=self.reason)
        half = next((point for point in self.points if point.share == HALF), None)
        gain = self.gain
        if gain.value is None or gain.interval is None or half is None:
            return Message("evaluation.learning-curve-unknown", metric=metric_name(self.metric))
        low, high = gain.interval
        trend = {1: "up", -1: "down", 0: "open"}[gain.sign]
        return Message(
            "evaluation.learning-curve",
            trend=trend,
            metric=metric_name(self.metric),
            fewer=str(round(half.subjects)),
            more=str(round(self.points[-1].subjects)),
            gain=Figure(f"{gain.value:+.3f}"),
            low=Figure(f"{low:+.3f}"),
            high=Figure(f"{high:+.3f}"),
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "split": self.split,
            "metric": self.metric,
            "n": self.n,
            "points": [point.as_dict() for point in self.points],
            "gain": self.gain.value,
            "gain_ci": None if self.gain.interval is None else list(self.gain.interval),
            "reason": None if self.reason is None else self.reason.as_dict(),
            "sentence": str(self.message),
            "message": self.message.as_dict(),
        }

    @classmethod
    def from_json(cls, stored: Any) -> "LearningCurve | None":
        """None where none was asked for, as in every result of an older version."""
        if not isinstance(stored, Mapping):
            return None
        reason = stored.get("reason")
        return cls(
            split=str(stored.get("split", "")),
            metric=str(stored.get("metric", "")),
            n=int(stored.get("n", 0)),
            points=[CurvePoint.from_json(point) for point in stored.get("points", ())],
            gain=Estimate.of(stored.get("gain"), as_interval(stored.get("gain_ci"))),
            reason=None if reason is None else Message.from_json(reason),
        )


Value = str | int | float | None
AUC, MAE = "auc", "mae"  # by which classes, and a clinical score, are compared
LOWER_IS_BETTER = (MAE,)
ATLAS = "atlas"  # among the values of a candidate, where several atlases were compared


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
            as_number(named.get("figure")),
            as_number(named.get("in_folds")),
            int(as_number(named.get("chosen")) or 0),
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
    def best_settings(self) -> Mapping[str, Value]:
        """What the best candidate has of the settings that were listed; {} where it uses none."""
        listed = self.candidates[0].settings if self.candidates else {}
        return {
            name: value for name, value in listed.items() if value is not None and name != ATLAS
        }

    @property
    def atlases(self) -> tuple[str, ...]:
        """The datasets of each atlas that was compared, the best one's first; () of one alone."""
        named = (
            str(candidate.settings[ATLAS])
            for candidate in self.candidates
            if ATLAS in candidate.settings
        )
        return tuple(dict.fromkeys(named))

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
            [Candidate.from_json(candidate) for candidate in listed]
            if isinstance(listed, list)
            else [],
            int(as_number(stored.get("inner_folds")) or 0),
            int(as_number(stored.get("folds")) or 0),
            as_number(stored.get("nested")),
            as_number(stored.get("optimism")),
        )
