"""What came of a task, typed: the one place that reads a stored result, of whatever version.

Free of torch and NumPy, as the service, the client and the command read results too. ``as_dict``
gives the JSON that is stored and answered, ``from_json`` reads it back; what an older version did
not say is empty or None.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from graphnet.artifacts.confounds import Confounds
from graphnet.artifacts.fine_tuning import FineTuning
from graphnet.artifacts.learning_curve import LearningCurve
from graphnet.artifacts.sweep import SweepResult
from graphnet.messages import Message, as_warnings
from graphnet.training.history import History

Json = Mapping[str, Any]
Interval = tuple[float, float]

SPLITS = ("train", "val", "test")
CV, LEAVE_SITE_OUT = "cv", "leave_site_out"
FOLDS = (CV, LEAVE_SITE_OUT)
USUAL_FOLDS = 10
MORE = ("ci", "confusion", "repeats", "sd_over_repeats")  # of a split's metrics, beside its values
COMPARED = ("auc", "accuracy", "balanced_accuracy")
METHOD = "integrated gradients, and occlusion of single regions"
ENOUGH_PERMUTATIONS = 1000  # of fewer a p-value is only said to be at most so much
USUAL_STEPS = 32  # of results that do not say how many
NO_EDGE = "no_edge"  # the baseline that is the same network trained without its graph


@dataclass(frozen=True)
class SplitMetrics:
    """Metrics of one split's predictions: ``metrics["auc"]``, ``metrics.ci["auc"]``.

    ``n`` subjects. ``values`` by name: of classes those of
    :func:`graphnet.evaluation.metrics.evaluate`, of a clinical score those of
    :func:`~graphnet.evaluation.metrics.evaluate_scores`; None where one cannot be computed. ``ci``
    are 95 % intervals (low, high). ``confusion``: C rows, the true classes, of C counts.
    ``repeats`` of a cross-validation and the standard deviations over them, if there are several.
    """

    n: int
    values: Mapping[str, float | None] = field(default_factory=dict)
    ci: Mapping[str, Interval | None] = field(default_factory=dict)
    confusion: tuple[tuple[int, ...], ...] | None = None
    repeats: int = 1
    sd_over_repeats: Mapping[str, float | None] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float | None:
        return self.values.get(name)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def interval(self, name: str) -> Interval | None:
        """The 95 % interval of a metric; None where it has none."""
        return self.ci.get(name)

    def ranked_as(self, other: "SplitMetrics") -> "SplitMetrics":
        """With the AUC of other predictions for the same subjects."""
        spread = dict(self.sd_over_repeats)
        if "auc" in other.sd_over_repeats:
            spread["auc"] = other.sd_over_repeats["auc"]
        return replace(
            self,
            values={**self.values, "auc": other["auc"]},
            ci={**self.ci, "auc": other.interval("auc")},
            sd_over_repeats=spread,
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        stored: dict[str, Any] = {"n": self.n, **self.values, "ci": _intervals(self.ci)}
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
        bounds = _mapping(stored.get("ci"))
        return cls(
            n=_whole(stored.get("n")) or 0,
            values={
                str(name): _number(value)
                for name, value in stored.items()
                if name not in {"n", *MORE} and (value is None or _number(value) is not None)
            },
            ci={str(name): _interval(bound) for name, bound in bounds.items()},
            confusion=_table(stored.get("confusion")),
            repeats=_whole(stored.get("repeats")) or 1,
            sd_over_repeats=_numbers(stored.get("sd_over_repeats")),
        )


@dataclass(frozen=True)
class Difference:
    """A paired difference, ours minus theirs, with its 95 % interval; None if it is not known."""

    value: float | None = None
    ci: Interval | None = None

    @property
    def excludes_zero(self) -> bool | None:
        """Whether the interval lies on one side of 0; None if it is not known."""
        return None if self.ci is None else self.ci[0] > 0 or self.ci[1] < 0

    @property
    def is_worse(self) -> bool:
        """Whether theirs is better beyond chance."""
        return self.ci is not None and self.ci[1] < 0

    def widened(self, by: float) -> "Difference":
        """With an interval ``by`` times as wide on each side of the value."""
        if self.value is None or self.ci is None:
            return self
        low, high = (self.value + by * (bound - self.value) for bound in self.ci)
        return Difference(self.value, (low, high))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        ci = None if self.ci is None else list(self.ci)
        return {"difference": self.value, "ci": ci, "excludes_zero": self.excludes_zero}

    @classmethod
    def from_json(cls, stored: Any) -> "Difference":
        """Of nothing known where it is no difference."""
        named = _mapping(stored)
        return cls(_number(named.get("difference")), _interval(named.get("ci")))


Differences = Mapping[str, Difference]  # by name of the metric


@dataclass(frozen=True)
class GraphHelps:
    """The difference of AUC to the same network without its graph, on the subjects of ``split``."""

    split: str
    difference: Difference

    @property
    def message(self) -> Message:
        """What follows from it."""
        value, (low, high) = self.difference.value or 0.0, self.difference.ci or (0.0, 0.0)
        shown = {name: f"{number:+.3f}" for name, number in (("low", low), ("high", high))}
        code = "evaluation.graph-unclear"
        if self.difference.excludes_zero:
            code = "evaluation.graph-helps" if value > 0 else "evaluation.graph-harms"
        return Message(code, split=self.split, difference=f"{value:+.3f}", **shown)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        said = {"sentence": str(self.message), "message": self.message.as_dict()}
        return {"split": self.split, **self.difference.as_dict(), **said}

    @classmethod
    def from_json(cls, stored: Any) -> "GraphHelps | None":
        """None where nothing is said."""
        difference = Difference.from_json(stored)
        if difference.ci is None:
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
            _number(stored.get("p")),
            _whole(stored.get("permutations")) or 0,
            _number(stored.get("auc")),
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
            stored |= {"repeats": self.repeats, "reasons": _sentences(self.reasons)}
        if self.chosen:
            stored["chosen"] = [dict(settings) for settings in self.chosen]
        if self.sites:
            stored["sites"] = {site: metrics.as_dict() for site, metrics in self.sites.items()}
        if self.permutation is not None:
            stored["permutation"] = self.permutation.as_dict()
        if self.slopes:
            stored["calibration_slopes"] = list(self.slopes)
        stored["why_message"] = None if self.why is None else self.why.as_dict()
        stored["reason_messages"] = _coded(self.reasons)
        return stored

    @classmethod
    def from_json(cls, stored: Any) -> "FoldsResult":
        """Of no folds where it says nothing."""
        named = _mapping(stored)
        sites = {
            str(site): SplitMetrics.from_json(metrics)
            for site, metrics in _mapping(named.get("sites")).items()
        }
        return cls(
            folds=_whole(named.get("folds")) or 0,
            why=_message(named.get("why_message") or named.get("why") or None),
            repeats=_whole(named.get("repeats")),
            reasons=_messages_by_name(named, "reason_messages", "reasons"),
            chosen=[_known_numbers(each) for each in _list(named.get("chosen"))],
            sites={site: metrics for site, metrics in sites.items() if metrics is not None},
            permutation=Permutation.from_json(named.get("permutation")),
            slopes=[_number(each) for each in _list(named.get("calibration_slopes"))],
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
            _text(stored.get("source")),
            _number(stored.get("slope")),
            _whole(stored.get("subjects")) or 0,
            _message(stored.get("why_message") or stored.get("why") or None),
        )


@dataclass(frozen=True)
class QualityFinding:
    """What a rule of quality found: ``count`` values of a measure of a subject, at a dataset.

    ``subject`` may name several where what is wrong is the same. ``regions``: where, if few; None
    where that is not told of such a rule.
    """

    rule: str
    site: str
    subject: str
    measure: str
    count: int
    regions: tuple[str, ...] | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        named = {
            name: getattr(self, name) for name in ("rule", "site", "subject", "measure", "count")
        }
        return named if self.regions is None else {**named, "regions": list(self.regions)}

    @classmethod
    def from_json(cls, stored: Any) -> "QualityFinding":
        """Empty texts where it says nothing."""
        named = _mapping(stored)
        regions = named.get("regions")
        return cls(
            rule=_text(named.get("rule")),
            site=_text(named.get("site")),
            subject=_text(named.get("subject")),
            measure=_text(named.get("measure")),
            count=_whole(named.get("count")) or 0,
            regions=None if regions is None else tuple(map(str, _list(regions))),
        )


@dataclass(frozen=True)
class Quality:
    """The rules of quality, a sentence each, and what they found in each split."""

    rules: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, Sequence[QualityFinding]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        found = {
            split: [finding.as_dict() for finding in findings]
            for split, findings in self.findings.items()
        }
        return {"rules": dict(self.rules), "findings": found}

    @classmethod
    def from_json(cls, stored: Any) -> "Quality":
        """Of no rule where it says nothing."""
        named = _mapping(stored)
        return cls(
            {str(rule): str(text) for rule, text in _mapping(named.get("rules")).items()},
            {
                str(split): [QualityFinding.from_json(each) for each in _list(findings)]
                for split, findings in _mapping(named.get("findings")).items()
            },
        )


STABLE = 0.9  # of the folds' models, which have the same sign


@dataclass(frozen=True)
class RegionImportance:
    """What one region adds: its ``share`` of all, the signed sum, and the shift by occlusion.

    ``contribution`` to telling subjects apart
    (:func:`graphnet.evaluation.effects.contribution`) with its 95 % interval; ``agreement`` is the
    share of the folds' models in which it has the same sign. None where it is not known.
    """

    region: str
    share: float
    direction: float
    occlusion: float
    contribution: float | None = None
    low: float | None = None
    high: float | None = None
    agreement: float | None = None

    @property
    def is_stable(self) -> bool | None:
        """Whether its sign can be relied on; None where there is nothing to judge that by."""
        return sign_is_stable(self.low, self.high, self.agreement)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, region: Json) -> "RegionImportance":
        """NaN, or None, where it says nothing."""
        return cls(
            str(region.get("region", "")),
            *(_real(region.get(name)) for name in ("share", "direction", "occlusion")),
            *(_number(region.get(name)) for name in ("contribution", "low", "high", "agreement")),
        )


def sign_is_stable(low: float | None, high: float | None, agreement: float | None) -> bool | None:
    """Whether an interval excludes 0 and nine in ten models of the folds have that sign.

    By the interval alone where there are no folds; None without an interval.
    """
    if low is None or high is None:
        return None
    return (low > 0 or high < 0) and (agreement is None or agreement >= STABLE)


@dataclass(frozen=True)
class MeasureImportance:
    """The ``share`` of all attributions that falls on one measure."""

    measure: str
    share: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"measure": self.measure, "share": self.share}


@dataclass(frozen=True)
class Stability:
    """How far the rankings of regions by several models agree, from -1 to 1; None if unknown.

    ``spearman``: mean rank correlation of two models. ``overlap``: mean share of the first ``top``
    regions that two have in common, corrected for chance.
    """

    models: int
    top: int
    spearman: float | None
    overlap: float | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {name: getattr(self, name) for name in ("models", "top", "spearman", "overlap")}

    @classmethod
    def from_json(cls, stored: Any) -> "Stability | None":
        """None where there were fewer than two models."""
        if not isinstance(stored, Mapping):
            return None
        counts = (_whole(stored.get(name)) or 0 for name in ("models", "top"))
        return cls(*counts, *(_number(stored.get(name)) for name in ("spearman", "overlap")))


@dataclass(frozen=True)
class RandomisedCheck:
    """How the ranking of regions correlates with that of ``models`` copies of shuffled weights.

    ``spearman``: the mean rank correlation; None if one of the rankings is constant.
    """

    models: int
    spearman: float | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"models": self.models, "spearman": self.spearman}

    @classmethod
    def from_json(cls, stored: Any) -> "RandomisedCheck | None":
        """None where an older version made no such check."""
        if not isinstance(stored, Mapping):
            return None
        return cls(_whole(stored.get("models")) or 0, _number(stored.get("spearman")))


@dataclass(frozen=True)
class Explanation:
    """Which regions and measures the predictions of ``subjects`` subjects come from.

    ``gap``: mean distance between the sum of a subject's attributions and the score explained.
    ``steps``: of the integral, None where it is exact.
    ``agreement_of_methods``: rank correlation of attribution and occlusion; None if one is
    constant. ``randomised``: the comparison with copies of shuffled weights.
    """

    subjects: int
    gap: float
    regions: Sequence[RegionImportance] = ()
    measures: Sequence[MeasureImportance] = ()
    agreement_of_methods: float | None = None
    stability: Stability | None = None
    steps: int | None = None
    randomised: RandomisedCheck | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "method": METHOD,
            "subjects": self.subjects,
            "gap": self.gap,
            "steps": self.steps,
            "regions": [region.as_dict() for region in self.regions],
            "measures": [measure.as_dict() for measure in self.measures],
            "agreement_of_methods": self.agreement_of_methods,
            "stability": None if self.stability is None else self.stability.as_dict(),
            "randomised": None if self.randomised is None else self.randomised.as_dict(),
        }

    @classmethod
    def from_json(cls, stored: Any) -> "Explanation | None":
        """None where nothing was explained."""
        if not isinstance(stored, Mapping):
            return None
        regions = map(_mapping, _list(stored.get("regions")))
        measures = map(_mapping, _list(stored.get("measures")))
        return cls(
            subjects=_whole(stored.get("subjects")) or 0,
            gap=_real(stored.get("gap")),
            regions=[RegionImportance.from_json(region) for region in regions],
            measures=[
                MeasureImportance(str(measure.get("measure", "")), _real(measure.get("share")))
                for measure in measures
            ],
            agreement_of_methods=_number(stored.get("agreement_of_methods")),
            stability=Stability.from_json(stored.get("stability")),
            steps=_whole(stored.get("steps", USUAL_STEPS)),
            randomised=RandomisedCheck.from_json(stored.get("randomised")),
        )


@dataclass(frozen=True)
class StoredObjects:
    """Where the parameters are ("": nowhere); SHA-256 of the manifest and of each object."""

    model_state_path: str = ""
    manifest_sha256: str = ""
    stored: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "model_state_path": self.model_state_path,
            "manifest_sha256": self.manifest_sha256,
            "stored": dict(self.stored),
        }


BySplit = Mapping[str, SplitMetrics | None]


@dataclass(frozen=True)
class TaskResult:
    """The result of a training, of one that was cancelled, or of an imported model.

    ``metrics`` by split (``train``, ``val``, ``test``, and ``cv``, ``leave_site_out`` of folds),
    None where there are no such subjects; {} of a training that was not evaluated. ``baselines`` by
    name and split, {} of one that was left out: ``baselines_left_out`` says why. ``differences`` by
    split and baseline. ``seen_in_training``: how many subjects of each split the model was trained
    on, None where nobody can say; None as a whole in a result that does not say so. ``storage`` is
    None before anything was stored. ``imported`` and ``unknown`` are what an import notes of the
    old model. ``confounds`` says how far covariates may explain the metrics; None where the
    subjects have no covariates. ``fine_tuning`` says whether a fine-tuning helped; None of a
    training from scratch. ``sweep`` is what was compared to choose the settings; None of a task
    that compared nothing. ``calibration`` is None where probabilities were not to be
    calibrated, and in results of older versions. ``learning_curve`` is None where none was asked
    for.
    """

    history: History = field(default_factory=History)
    metrics: BySplit = field(default_factory=dict)
    baselines: Mapping[str, BySplit] = field(default_factory=dict)
    baselines_left_out: Mapping[str, Message] = field(default_factory=dict)
    differences: Mapping[str, Mapping[str, Differences | None]] = field(default_factory=dict)
    graph_helps: GraphHelps | None = None
    cross_validation: Mapping[str, FoldsResult] = field(default_factory=dict)
    seen_in_training: Mapping[str, int | None] | None = None
    class_names: Mapping[int, str] = field(default_factory=dict)
    warnings: Sequence[Message] = ()
    selected_epoch: int | None = None
    code_version: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    quality: Quality = field(default_factory=Quality)
    explanation: Explanation | None = None
    confounds: Confounds | None = None
    fine_tuning: FineTuning | None = None
    sweep: SweepResult | None = None
    calibration: CalibrationResult | None = None
    learning_curve: LearningCurve | None = None
    device: str = ""
    evidence_sha256: str = ""
    storage: StoredObjects | None = None
    imported: Json | None = None
    unknown: Sequence[str] = ()

    @property
    def model_state_path(self) -> str:
        """Where the parameters are; "" where none are kept."""
        return "" if self.storage is None else self.storage.model_state_path

    @property
    def measured(self) -> dict[str, SplitMetrics]:
        """Metrics by split, only of splits that have some."""
        return {split: metrics for split, metrics in self.metrics.items() if metrics is not None}

    def as_dict(self) -> dict[str, Any]:
        """For JSON: as it is stored and answered."""
        stored: dict[str, Any] = {"train_epochs": self.history.lines()}
        if self.metrics:
            stored |= self._evaluated()
        if self.evidence_sha256:
            stored["evidence_sha256"] = self.evidence_sha256
        if self.storage is not None:
            stored |= self.storage.as_dict()
        if self.imported is not None:
            stored |= {"class_names": _named(self.class_names), "imported": dict(self.imported)}
            stored["unknown"] = list(self.unknown)
        return stored | as_warnings(self.warnings)

    def _evaluated(self) -> dict[str, Any]:
        return {
            "metrics": _metrics_json(self.metrics),
            "baselines": {name: _metrics_json(each) for name, each in self.baselines.items()},
            "baselines_left_out": _sentences(self.baselines_left_out),
            "baselines_left_out_messages": _coded(self.baselines_left_out),
            "differences": {
                split: {name: _differences_json(each) for name, each in by_name.items()}
                for split, by_name in self.differences.items()
            },
            "graph_helps": None if self.graph_helps is None else self.graph_helps.as_dict(),
            "cross_validation": {
                kind: folds.as_dict() for kind, folds in self.cross_validation.items()
            },
            "known_subjects": dict(self.seen_in_training or {}),
            "class_names": _named(self.class_names),
            "selected_epoch": self.selected_epoch,
            "code_version": self.code_version,
            "versions": dict(self.versions),
            "quality": self.quality.as_dict(),
            "explanation": None if self.explanation is None else self.explanation.as_dict(),
            "confounds": None if self.confounds is None else self.confounds.as_dict(),
            "fine_tuning": None if self.fine_tuning is None else self.fine_tuning.as_dict(),
            "sweep": None if self.sweep is None else self.sweep.as_dict(),
            "calibration": None if self.calibration is None else self.calibration.as_dict(),
            "learning_curve": (
                None if self.learning_curve is None else self.learning_curve.as_dict()
            ),
            "device": self.device,
        }

    @classmethod
    def from_json(cls, stored: Any) -> "TaskResult":
        """Read what any version stored; an empty result where there is none."""
        named = _mapping(stored)
        seen = named.get("known_subjects")
        baselines = _mapping(named.get("baselines"))
        differences = _mapping(named.get("differences"))
        folds = _mapping(named.get("cross_validation"))
        coded = named.get("warning_messages")
        return cls(
            history=History.from_lines(_list(named.get("train_epochs"))),
            metrics=_by_split(named.get("metrics")),
            baselines={str(name): _by_split(each) for name, each in baselines.items()},
            baselines_left_out=_messages_by_name(
                named, "baselines_left_out_messages", "baselines_left_out"
            ),
            differences={
                str(split): {
                    str(name): _differences(each) for name, each in _mapping(named_).items()
                }
                for split, named_ in differences.items()
            },
            graph_helps=GraphHelps.from_json(named.get("graph_helps")),
            cross_validation={
                str(kind): FoldsResult.from_json(each) for kind, each in folds.items()
            },
            seen_in_training=(
                {str(split): _whole(count) for split, count in seen.items()}
                if isinstance(seen, Mapping)
                else None
            ),
            class_names=_class_names(named.get("class_names")),
            warnings=_messages(named.get("warnings") if coded is None else coded),
            selected_epoch=_whole(named.get("selected_epoch")),
            code_version=_text(named.get("code_version")),
            versions={str(k): str(v) for k, v in _mapping(named.get("versions")).items()},
            quality=Quality.from_json(named.get("quality")),
            explanation=Explanation.from_json(named.get("explanation")),
            confounds=Confounds.from_json(named.get("confounds")),
            fine_tuning=FineTuning.from_json(named.get("fine_tuning")),
            sweep=SweepResult.from_json(named.get("sweep")),
            calibration=CalibrationResult.from_json(named.get("calibration")),
            learning_curve=LearningCurve.from_json(named.get("learning_curve")),
            device=_text(named.get("device")),
            evidence_sha256=_text(named.get("evidence_sha256")),
            storage=_storage(named),
            imported=named["imported"] if isinstance(named.get("imported"), Mapping) else None,
            unknown=tuple(map(str, _list(named.get("unknown")))),
        )


def _metrics_json(metrics: BySplit) -> dict[str, Any]:
    return {
        split: None if measured is None else measured.as_dict()
        for split, measured in metrics.items()
    }


def _differences_json(differences: Differences | None) -> dict[str, Any] | None:
    if differences is None:
        return None
    return {metric: difference.as_dict() for metric, difference in differences.items()}


def _intervals(ci: Mapping[str, Interval | None]) -> dict[str, list[float] | None]:
    return {name: None if bounds is None else list(bounds) for name, bounds in ci.items()}


def _sentences(messages: Mapping[str, Message]) -> dict[str, str]:
    return {name: str(message) for name, message in messages.items()}


def _coded(messages: Mapping[str, Message]) -> dict[str, Any]:
    return {name: message.as_dict() for name, message in messages.items()}


def _by_split(stored: Any) -> dict[str, SplitMetrics | None]:
    return {
        str(split): SplitMetrics.from_json(measured) for split, measured in _mapping(stored).items()
    }


def _differences(stored: Any) -> Differences | None:
    if not isinstance(stored, Mapping):
        return None
    return {str(metric): Difference.from_json(difference) for metric, difference in stored.items()}


def _storage(named: Json) -> StoredObjects | None:
    if "model_state_path" not in named:
        return None
    return StoredObjects(
        _text(named.get("model_state_path")),
        _text(named.get("manifest_sha256")),
        {str(name): str(digest) for name, digest in _mapping(named.get("stored")).items()},
    )


def _named(names: Mapping[int, str]) -> dict[str, str]:
    return {str(label): name for label, name in names.items()}


def _class_names(stored: Any) -> dict[int, str]:
    names = _mapping(stored)
    return {
        int(label): str(name) for label, name in names.items() if str(label).lstrip("-").isdigit()
    }


def _messages_by_name(named: Json, coded: str, sentences: str) -> dict[str, Message]:
    stored = _mapping(named.get(coded) or named.get(sentences))
    messages = {str(name): _message(message) for name, message in stored.items()}
    return {name: message for name, message in messages.items() if message is not None}


def _messages(stored: Any) -> tuple[Message, ...]:
    messages: Iterator[Message | None] = (_message(message) for message in _list(stored))
    return tuple(message for message in messages if message is not None)


def _message(stored: Any) -> Message | None:
    """A coded message or a finished sentence; None where it is neither."""
    try:
        return Message.from_json(stored)
    except (AttributeError, KeyError, TypeError):
        return None


def _mapping(stored: Any) -> Json:
    return stored if isinstance(stored, Mapping) else {}


def _list(stored: Any) -> Iterable[Any]:
    return stored if isinstance(stored, (list, tuple)) else ()


def _text(stored: Any) -> str:
    return stored if isinstance(stored, str) else ""


def _number(stored: Any) -> float | None:
    is_number = isinstance(stored, (int, float)) and not isinstance(stored, bool)
    return stored if is_number else None


def _real(stored: Any) -> float:
    number = _number(stored)
    return math.nan if number is None else float(number)


def _whole(stored: Any) -> int | None:
    return stored if isinstance(stored, int) and not isinstance(stored, bool) else None


def _numbers(stored: Any) -> dict[str, float | None]:
    return {str(name): _number(value) for name, value in _mapping(stored).items()}


def _known_numbers(stored: Any) -> dict[str, float]:
    return {name: value for name, value in _numbers(stored).items() if value is not None}


def _interval(stored: Any) -> Interval | None:
    bounds = [_number(bound) for bound in _list(stored)]
    if len(bounds) != 2 or bounds[0] is None or bounds[1] is None:
        return None
    return bounds[0], bounds[1]


def _table(stored: Any) -> tuple[tuple[int, ...], ...] | None:
    rows = [tuple(_whole(count) or 0 for count in _list(row)) for row in _list(stored)]
    return tuple(rows) if rows else None
