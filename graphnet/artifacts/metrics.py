"""Metrics with their intervals, and what folds gave, as results store them. Free of NumPy.

``as_dict`` gives the JSON of a stored result, ``from_json`` reads it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from graphnet.artifacts.stored_json import (
    Interval,
    Json,
    as_interval,
    as_items,
    as_mapping,
    as_message,
    as_number,
    as_numbers,
    as_text,
    as_whole,
    coded_json,
    messages_by_name,
    sentences_json,
)
from graphnet.messages import Figure, Message

# Of a split's metrics, beside its values.
MORE = ("subjects", "ci", "confusion", "repeats", "sd_over_repeats")
WITHIN_SITES = "auc_within_sites"  # of left-out sites: the mean of their AUCs
ENOUGH_PERMUTATIONS = 1000  # of fewer a p-value is only said to be at most so much


@dataclass(frozen=True)
class Estimate:
    """A value, or a difference of two, with its 95 % interval from ``low`` to ``high``.

    None where it cannot be computed, or where the data do not allow an interval.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, value: float | None, interval: Interval | None) -> Self:
        """With the interval as a pair."""
        low, high = interval or (None, None)
        return cls(value, low, high)

    @property
    def interval(self) -> Interval | None:
        """Low and high; None where there is no interval."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def sign(self) -> int:
        """1 or -1 where the interval lies above or below 0; 0 where it does not, or is unknown."""
        if self.low is None or self.high is None:
            return 0
        return int(self.low > 0) - int(self.high < 0)

    def widened(self, by: float) -> Self:
        """With an interval ``by`` times as wide on each side of the value."""
        if self.value is None or self.low is None or self.high is None:
            return self
        low, high = (self.value + by * (bound - self.value) for bound in (self.low, self.high))
        return type(self)(self.value, low, high)


UNKNOWN = Estimate()


@dataclass(frozen=True)
class SplitMetrics:
    """Metrics of one split's predictions: ``metrics["auc"]``, ``metrics.ci["auc"]``.

    ``n`` subjects; or ``n`` scans of fewer ``subjects``, who are None where nobody has several (or
    an older version counted scans alone). ``values`` by name: of classes those of
    :func:`graphnet.evaluation.metrics.evaluate`, of a clinical score those of
    :func:`~graphnet.evaluation.metrics.evaluate_scores`; None where one cannot be computed. Where
    sites were left out, ``auc`` is that of all of them together, :data:`WITHIN_SITES` the mean of
    each one's (:class:`graphnet.evaluation.areas.GroupAreas`). ``ci`` are 95 % intervals (low,
    high). ``confusion``: C rows, the true classes, of C counts. ``repeats`` of a cross-validation
    and the standard deviations over them, if there are several.
    """

    n: int
    values: Mapping[str, float | None] = field(default_factory=dict)
    ci: Mapping[str, Interval | None] = field(default_factory=dict)
    confusion: tuple[tuple[int, ...], ...] | None = None
    repeats: int = 1
    sd_over_repeats: Mapping[str, float | None] = field(default_factory=dict)
    subjects: int | None = None

    def __getitem__(self, name: str) -> float | None:
        return self.values.get(name)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def estimate(self, name: str) -> Estimate:
        """A metric with its interval; unknown where it could not be computed."""
        return Estimate.of(self[name], self.interval(name))

    def interval(self, name: str) -> Interval | None:
        """The 95 % interval of a metric; None where it has none."""
        return self.ci.get(name)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        stored: dict[str, Any] = {"n": self.n, **self.values, "ci": _intervals(self.ci)}
        if self.subjects is not None:
            stored["subjects"] = self.subjects
        if self.confusion is not None:
            stored["confusion"] = [list(row) for row in self.confusion]
        if self.repeats > 1:
            stored |= {"repeats": self.repeats, "sd_over_repeats": dict(self.sd_over_repeats)}
        return stored

    @classmethod
    def from_json(cls, stored: Any) -> "SplitMetrics | None":
        """None where it is no table of metrics."""
        if not isinstance(stored, Mapping):
            return None
        bounds = as_mapping(stored.get("ci"))
        return cls(
            n=as_whole(stored.get("n")) or 0,
            values={
                str(name): as_number(value)
                for name, value in stored.items()
                if name not in {"n", *MORE} and (value is None or as_number(value) is not None)
            },
            ci={str(name): as_interval(bound) for name, bound in bounds.items()},
            confusion=_table(stored.get("confusion")),
            subjects=as_whole(stored.get("subjects")),
            repeats=as_whole(stored.get("repeats")) or 1,
            sd_over_repeats=as_numbers(stored.get("sd_over_repeats")),
        )


Estimates = Mapping[str, Estimate]  # by name of the metric


def difference_json(difference: Estimate) -> Json:
    """A paired difference as results store it."""
    bounds = difference.interval
    return {
        "difference": difference.value,
        "ci": None if bounds is None else list(bounds),
        "excludes_zero": None if bounds is None else difference.sign != 0,
    }


def difference_of(stored: Any) -> Estimate:
    """Read back :func:`difference_json`; unknown where it is no difference."""
    named = as_mapping(stored)
    return Estimate.of(as_number(named.get("difference")), as_interval(named.get("ci")))


@dataclass(frozen=True)
class GraphHelps:
    """The difference of AUC to the same network without its graph, on the subjects of ``split``."""

    split: str
    difference: Estimate

    @property
    def message(self) -> Message:
        """What follows from it."""
        value, (low, high) = self.difference.value or 0.0, self.difference.interval or (0.0, 0.0)
        shown = {name: Figure(f"{number:+.3f}") for name, number in (("low", low), ("high", high))}
        code = "evaluation.graph-unclear"
        if self.difference.sign:
            code = "evaluation.graph-helps" if value > 0 else "evaluation.graph-harms"
        return Message(code, split=self.split, difference=Figure(f"{value:+.3f}"), **shown)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        said = {"sentence": str(self.message), "message": self.message.as_dict()}
        return {"split": self.split, **difference_json(self.difference), **said}

    @classmethod
    def from_json(cls, stored: Any) -> "GraphHelps | None":
        """None where nothing is said."""
        difference = difference_of(stored)
        if difference.interval is None:
            return None
        return cls(str(stored.get("split", "")), difference)


@dataclass(frozen=True)
class Permutation:
    """A permutation test: the p-value of the ``auc`` by so many shufflings of the labels."""

    p: float | None
    permutations: int
    auc: float | None

    @property
    def is_bound(self) -> bool:
        """Whether ``p`` is the most that is known: the least of so many, or of less than 1,000."""
        few = self.permutations < ENOUGH_PERMUTATIONS
        return self.p is not None and (few or self.p <= 1 / (self.permutations + 1))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "p": self.p,
            "at_most": self.is_bound,
            "permutations": self.permutations,
            "auc": self.auc,
        }

    @classmethod
    def from_json(cls, stored: Any) -> "Permutation | None":
        """None where there was none."""
        if not isinstance(stored, Mapping):
            return None
        return cls(
            as_number(stored.get("p")),
            as_whole(stored.get("permutations")) or 0,
            as_number(stored.get("auc")),
        )


@dataclass(frozen=True)
class FoldsResult:
    """How one kind of folds was cut and what it gave beside metrics.

    ``why`` says why there are folds, or why there are none although they are called for;
    ``repeats`` is None where nothing came of them. ``reasons``: why a baseline has no metrics here.
    ``chosen``: the settings that nested selection took, one mapping per fold. ``sites``: metrics of
    each site that was left out. ``slopes``: of each fold's calibration, None of one without; () of
    folds that were not to be calibrated.
    """

    folds: int
    why: Message | None
    repeats: int | None = None
    reasons: Mapping[str, Message] = field(default_factory=dict)
    chosen: Sequence[Mapping[str, float]] = ()
    sites: Mapping[str, SplitMetrics] = field(default_factory=dict)
    permutation: Permutation | None = None
    slopes: Sequence[float | None] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        stored: dict[str, Any] = {
            "folds": self.folds,
            "why": "" if self.why is None else str(self.why),
        }
        if self.repeats is not None:
            stored |= {"repeats": self.repeats, "reasons": sentences_json(self.reasons)}
        if self.chosen:
            stored["chosen"] = [dict(settings) for settings in self.chosen]
        if self.sites:
            stored["sites"] = {site: metrics.as_dict() for site, metrics in self.sites.items()}
        if self.permutation is not None:
            stored["permutation"] = self.permutation.as_dict()
        if self.slopes:
            stored["calibration_slopes"] = list(self.slopes)
        stored["why_message"] = None if self.why is None else self.why.as_dict()
        stored["reason_messages"] = coded_json(self.reasons)
        return stored

    @classmethod
    def from_json(cls, stored: Any) -> "FoldsResult":
        """Of no folds where it says nothing."""
        named = as_mapping(stored)
        sites = {
            str(site): SplitMetrics.from_json(metrics)
            for site, metrics in as_mapping(named.get("sites")).items()
        }
        return cls(
            folds=as_whole(named.get("folds")) or 0,
            why=as_message(named.get("why_message") or named.get("why") or None),
            repeats=as_whole(named.get("repeats")),
            reasons=messages_by_name(named, "reason_messages", "reasons"),
            chosen=list(map(_settings, as_items(named.get("chosen")))),
            sites={site: metrics for site, metrics in sites.items() if metrics is not None},
            permutation=Permutation.from_json(named.get("permutation")),
            slopes=[as_number(slope) for slope in as_items(named.get("calibration_slopes"))],
        )


@dataclass(frozen=True)
class CalibrationResult:
    """How the model's probabilities were calibrated: by which ``slope``, fitted on whom.

    ``source``: ``cv`` or ``leave_site_out``, the folds whose ``subjects`` predictions served;
    ``inner``, folds that were trained for it; ``parent``, the parent's calibration, kept; "" where
    nothing is calibrated. ``why`` says why there is none, or none of its own.
    """

    source: str = ""
    slope: float | None = None
    subjects: int = 0
    why: Message | None = None

    def warnings(self) -> list[Message]:
        """That nothing is calibrated, or nothing by the model's own predictions."""
        if self.why is None:
            return []
        code = "evaluation.calibration-inherited" if self.source else "evaluation.uncalibrated"
        return [Message(code, reason=self.why)]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "source": self.source,
            "slope": self.slope,
            "subjects": self.subjects,
            "why": "" if self.why is None else str(self.why),
            "why_message": None if self.why is None else self.why.as_dict(),
        }

    @classmethod
    def from_json(cls, stored: Any) -> "CalibrationResult | None":
        """None where nothing is said, as in a result of an older version."""
        if not isinstance(stored, Mapping):
            return None
        return cls(
            as_text(stored.get("source")),
            as_number(stored.get("slope")),
            as_whole(stored.get("subjects")) or 0,
            as_message(stored.get("why_message") or stored.get("why") or None),
        )


def _settings(stored: Any) -> dict[str, float]:
    return {name: value for name, value in as_numbers(stored).items() if value is not None}


def _intervals(ci: Mapping[str, Interval | None]) -> dict[str, list[float] | None]:
    return {name: None if bounds is None else list(bounds) for name, bounds in ci.items()}


def _table(stored: Any) -> tuple[tuple[int, ...], ...] | None:
    rows = [tuple(as_whole(count) or 0 for count in as_items(row)) for row in as_items(stored)]
    return tuple(rows) if rows else None
