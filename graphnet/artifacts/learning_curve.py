"""How well a model predicts by how many subjects it was trained on, typed. Free of NumPy and torch.

``as_dict`` gives the JSON of a stored result, ``from_json`` reads it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphnet.artifacts.metrics import UNKNOWN, Estimate
from graphnet.artifacts.stored_json import Json, as_interval
from graphnet.messages import Message
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
            gain=f"{gain.value:+.3f}",
            low=f"{low:+.3f}",
            high=f"{high:+.3f}",
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
