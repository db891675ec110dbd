"""How well a model predicts by how many subjects it was trained on, typed. Free of NumPy and torch.

``as_dict`` gives the JSON of a stored result, ``from_json`` reads it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphnet.messages import Message
from graphnet.names import metric_name

Interval = tuple[float, float]
HALF = 0.5  # the share of training subjects that all of them are compared with


@dataclass(frozen=True)
class CurvePoint:
    """Models trained on a ``share`` of the training subjects, on average ``subjects`` of them.

    ``value`` is the metric on the subjects of the curve, ``ci`` its 95 % interval; None where it
    cannot be computed: ``reason`` says why nothing could be trained.
    """

    share: float
    subjects: float
    value: float | None = None
    ci: Interval | None = None
    reason: Message | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "share": self.share,
            "subjects": self.subjects,
            "value": self.value,
            "ci": None if self.ci is None else list(self.ci),
            "reason": None if self.reason is None else self.reason.as_dict(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "CurvePoint":
        """Read back :meth:`as_dict`."""
        ci, reason = stored.get("ci"), stored.get("reason")
        return cls(
            float(stored["share"]),
            float(stored["subjects"]),
            stored.get("value"),
            None if ci is None else (float(ci[0]), float(ci[1])),
            None if reason is None else Message.from_json(reason),
        )


@dataclass(frozen=True)
class LearningCurve:
    """The ``metric`` of growing shares of the training subjects, on the same ``n`` subjects.

    ``split`` is ``cv``, of the out-of-fold subjects of one repeat, or ``test``. All figures are of
    probabilities before calibration. ``gain`` is what all training subjects give more than half of
    them, ``gain_ci`` its 95 % interval, paired; None where nobody can say. ``reason`` says why
    there is no curve.
    """

    split: str = ""
    metric: str = ""
    n: int = 0
    points: Sequence[CurvePoint] = ()
    gain: float | None = None
    gain_ci: Interval | None = None
    reason: Message | None = None

    @property
    def message(self) -> Message:
        """What more subjects may bring, and what cannot be said of it."""
        if self.reason is not None:
            return Message("evaluation.no-learning-curve", reason=self.reason)
        half = next((point for point in self.points if point.share == HALF), None)
        if self.gain is None or self.gain_ci is None or half is None:
            return Message("evaluation.learning-curve-unknown", metric=metric_name(self.metric))
        low, high = self.gain_ci
        trend = "up" if low > 0 else "down" if high < 0 else "open"
        return Message(
            "evaluation.learning-curve",
            trend=trend,
            metric=metric_name(self.metric),
            fewer=str(round(half.subjects)),
            more=str(round(self.points[-1].subjects)),
            gain=f"{self.gain:+.3f}",
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
            "gain": self.gain,
            "gain_ci": None if self.gain_ci is None else list(self.gain_ci),
            "reason": None if self.reason is None else self.reason.as_dict(),
            "sentence": str(self.message),
            "message": self.message.as_dict(),
        }

    @classmethod
    def from_json(cls, stored: Any) -> "LearningCurve | None":
        """None where none was asked for, as in every result of an older version."""
        if not isinstance(stored, Mapping):
            return None
        ci, reason = stored.get("gain_ci"), stored.get("reason")
        return cls(
            split=str(stored.get("split", "")),
            metric=str(stored.get("metric", "")),
            n=int(stored.get("n", 0)),
            points=[CurvePoint.from_json(point) for point in stored.get("points", ())],
            gain=stored.get("gain"),
            gain_ci=None if ci is None else (float(ci[0]), float(ci[1])),
            reason=None if reason is None else Message.from_json(reason),
        )
