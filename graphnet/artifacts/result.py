"""What came of a task, typed: the one place that reads a stored result, of whatever version.

Free of torch and NumPy, as the service, the client and the command read results too. ``as_dict``
gives the JSON that is stored and answered, ``from_json`` reads it back; what an older version did
not say is empty or None.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from graphnet.artifacts.confounds import Confounds, GroupDifference
from graphnet.artifacts.explanation import Explanation
from graphnet.artifacts.fine_tuning import FineTuning, PooledBaselines
from graphnet.artifacts.further_trainings import LearningCurve, SweepResult
from graphnet.artifacts.metrics import (
    UNKNOWN,
    CalibrationResult,
    Estimate,
    Estimates,
    FoldsResult,
    GraphHelps,
    SplitMetrics,
    difference_json,
    difference_of,
)
from graphnet.artifacts.stored_json import (
    Json,
    as_items,
    as_mapping,
    as_messages,
    as_text,
    as_whole,
    coded_json,
    messages_by_name,
    sentences_json,
)
from graphnet.messages import Message, as_warnings
from graphnet.training.history import History

SPLITS = ("train", "val", "test")
CV, LEAVE_SITE_OUT = "cv", "leave_site_out"
FOLDS = (CV, LEAVE_SITE_OUT)
USUAL_FOLDS = 10
COMPARED = ("auc", "accuracy", "balanced_accuracy")
NO_EDGE = "no_edge"  # the baseline that is the same network trained without its graph


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
        named = as_mapping(stored)
        regions = named.get("regions")
        return cls(
            rule=as_text(named.get("rule")),
            site=as_text(named.get("site")),
            subject=as_text(named.get("subject")),
            measure=as_text(named.get("measure")),
            count=as_whole(named.get("count")) or 0,
            regions=None if regions is None else tuple(map(str, as_items(regions))),
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
        named = as_mapping(stored)
        return cls(
            {str(rule): str(text) for rule, text in as_mapping(named.get("rules")).items()},
            {
                str(split): [QualityFinding.from_json(finding) for finding in as_items(findings)]
                for split, findings in as_mapping(named.get("findings")).items()
            },
        )


@dataclass(frozen=True)
class ModelSize:
    """How large a model is: numbers of one network, of which it averages ``networks``.

    ``parameters`` that training could change, of which ``trained`` were trained: fewer in a
    fine-tuning of the last layers. ``inputs``: values of a subject that the network sees, without
    those that hardly vary in training subjects; of connectomes each connection once.
    ``connections``: those that it sees beside them, as the edges of the subject's own graph.
    """

    parameters: int
    trained: int
    networks: int
    inputs: int
    connections: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Any) -> "ModelSize | None":
        """None where an older version stored none, or it cannot be read."""
        if not isinstance(stored, Mapping):
            return None
        names = ("parameters", "trained", "networks", "inputs", "connections")
        counts = [as_whole(stored.get(name)) for name in names]
        known = [count for count in counts if count is not None]
        return cls(*known) if len(known) == len(names) else None


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
    old model. ``classes`` are the labels, ascending; () of a clinical score, and in results of
    older versions. ``confounds`` says how far covariates may explain the metrics; None where the
    subjects have no covariates. ``group_differences``: whether the AUC differs between strata or
    sites; () in results of older versions. ``fine_tuning`` says whether a fine-tuning helped; None
    of a training from scratch. ``sweep`` is what was compared to choose the settings; None of a
    task that compared nothing. ``calibration`` is None where probabilities were not to be
    calibrated, and in results of older versions. ``learning_curve`` is None where none was asked
    for. ``size`` says how large the model is; None in results of older versions. ``pooled`` says
    whose data the pooled baselines of a fine-tuning were fitted to; None where there are none, and
    nobody has looked for such data.
    """

    history: History = field(default_factory=History)
    metrics: BySplit = field(default_factory=dict)
    baselines: Mapping[str, BySplit] = field(default_factory=dict)
    baselines_left_out: Mapping[str, Message] = field(default_factory=dict)
    differences: Mapping[str, Mapping[str, Estimates | None]] = field(default_factory=dict)
    graph_helps: GraphHelps | None = None
    cross_validation: Mapping[str, FoldsResult] = field(default_factory=dict)
    seen_in_training: Mapping[str, int | None] | None = None
    class_names: Mapping[int, str] = field(default_factory=dict)
    classes: Sequence[int] = ()
    warnings: Sequence[Message] = ()
    selected_epoch: int | None = None
    code_version: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    quality: Quality = field(default_factory=Quality)
    explanation: Explanation | None = None
    confounds: Confounds | None = None
    group_differences: Sequence[GroupDifference] = ()
    fine_tuning: FineTuning | None = None
    sweep: SweepResult | None = None
    calibration: CalibrationResult | None = None
    pooled: PooledBaselines | None = None
    learning_curve: LearningCurve | None = None
    size: ModelSize | None = None
    covariate_inputs: Sequence[str] = ()
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

    def baseline(self, name: str, split: str) -> SplitMetrics | None:
        """Metrics of a baseline; None where it has none there."""
        return self.baselines.get(name, {}).get(split)

    def difference(self, split: str, baseline: str, metric: str = "auc") -> Estimate:
        """The model's metric less the baseline's; unknown where nothing is stored of it."""
        differences = self.differences.get(split, {}).get(baseline)
        return UNKNOWN if differences is None else differences.get(metric, UNKNOWN)

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
            "baselines": {name: _metrics_json(metrics) for name, metrics in self.baselines.items()},
            "baselines_left_out": sentences_json(self.baselines_left_out),
            "baselines_left_out_messages": coded_json(self.baselines_left_out),
            "differences": {
                split: {
                    name: _differences_json(differences) for name, differences in by_name.items()
                }
                for split, by_name in self.differences.items()
            },
            "graph_helps": None if self.graph_helps is None else self.graph_helps.as_dict(),
            "cross_validation": {
                kind: folds.as_dict() for kind, folds in self.cross_validation.items()
            },
            "known_subjects": {} if self.seen_in_training is None else dict(self.seen_in_training),
            "class_names": _named(self.class_names),
            "classes": list(self.classes),
            "selected_epoch": self.selected_epoch,
            "code_version": self.code_version,
            "versions": dict(self.versions),
            "quality": self.quality.as_dict(),
            "explanation": None if self.explanation is None else self.explanation.as_dict(),
            "confounds": None if self.confounds is None else self.confounds.as_dict(),
            "group_differences": [asdict(difference) for difference in self.group_differences],
            "fine_tuning": None if self.fine_tuning is None else self.fine_tuning.as_dict(),
            "sweep": None if self.sweep is None else self.sweep.as_dict(),
            "calibration": None if self.calibration is None else self.calibration.as_dict(),
            "learning_curve": (
                None if self.learning_curve is None else self.learning_curve.as_dict()
            ),
            "model_size": None if self.size is None else self.size.as_dict(),
            "covariate_inputs": list(self.covariate_inputs),
            "device": self.device,
            **({} if self.pooled is None else {"pooled_baselines": self.pooled.as_dict()}),
        }

    @classmethod
    def from_json(cls, stored: Any) -> "TaskResult":
        """Read what any version stored; an empty result where there is none."""
        named = as_mapping(stored)
        seen = named.get("known_subjects")
        baselines = as_mapping(named.get("baselines"))
        differences = as_mapping(named.get("differences"))
        folds = as_mapping(named.get("cross_validation"))
        coded = named.get("warning_messages")
        return cls(
            history=History.from_lines(as_items(named.get("train_epochs"))),
            metrics=_by_split(named.get("metrics")),
            baselines={str(name): _by_split(by_split) for name, by_split in baselines.items()},
            baselines_left_out=messages_by_name(
                named, "baselines_left_out_messages", "baselines_left_out"
            ),
            differences={
                str(split): {
                    str(name): _differences(by_split)
                    for name, by_split in as_mapping(named_).items()
                }
                for split, named_ in differences.items()
            },
            graph_helps=GraphHelps.from_json(named.get("graph_helps")),
            cross_validation={
                str(kind): FoldsResult.from_json(outcome) for kind, outcome in folds.items()
            },
            seen_in_training=(
                {str(split): as_whole(count) for split, count in seen.items()}
                if isinstance(seen, Mapping)
                else None
            ),
            class_names=_class_names(named.get("class_names")),
            classes=tuple(
                label
                for value in as_items(named.get("classes"))
                if (label := as_whole(value)) is not None
            ),
            warnings=as_messages(named.get("warnings") if coded is None else coded),
            selected_epoch=as_whole(named.get("selected_epoch")),
            code_version=as_text(named.get("code_version")),
            versions={str(k): str(v) for k, v in as_mapping(named.get("versions")).items()},
            quality=Quality.from_json(named.get("quality")),
            explanation=Explanation.from_json(named.get("explanation")),
            confounds=Confounds.from_json(named.get("confounds")),
            group_differences=GroupDifference.all_of(named.get("group_differences")),
            fine_tuning=FineTuning.from_json(named.get("fine_tuning")),
            sweep=SweepResult.from_json(named.get("sweep")),
            calibration=CalibrationResult.from_json(named.get("calibration")),
            pooled=PooledBaselines.from_json(named.get("pooled_baselines")),
            learning_curve=LearningCurve.from_json(named.get("learning_curve")),
            size=ModelSize.from_json(named.get("model_size")),
            covariate_inputs=tuple(map(str, as_items(named.get("covariate_inputs")))),
            device=as_text(named.get("device")),
            evidence_sha256=as_text(named.get("evidence_sha256")),
            storage=_storage(named),
            imported=named["imported"] if isinstance(named.get("imported"), Mapping) else None,
            unknown=tuple(map(str, as_items(named.get("unknown")))),
        )


def _metrics_json(metrics: BySplit) -> dict[str, Any]:
    return {
        split: None if measured is None else measured.as_dict()
        for split, measured in metrics.items()
    }


def _differences_json(differences: Estimates | None) -> dict[str, Any] | None:
    if differences is None:
        return None
    return {metric: dict(difference_json(difference)) for metric, difference in differences.items()}


def _by_split(stored: Any) -> dict[str, SplitMetrics | None]:
    return {
        str(split): SplitMetrics.from_json(measured)
        for split, measured in as_mapping(stored).items()
    }


def _differences(stored: Any) -> Estimates | None:
    if not isinstance(stored, Mapping):
        return None
    return {str(metric): difference_of(difference) for metric, difference in stored.items()}


def _storage(named: Json) -> StoredObjects | None:
    if "model_state_path" not in named:
        return None
    return StoredObjects(
        as_text(named.get("model_state_path")),
        as_text(named.get("manifest_sha256")),
        {str(name): str(digest) for name, digest in as_mapping(named.get("stored")).items()},
    )


def _named(names: Mapping[int, str]) -> dict[str, str]:
    return {str(label): name for label, name in names.items()}


def _class_names(stored: Any) -> dict[int, str]:
    names = as_mapping(stored)
    return {
        int(label): str(name) for label, name in names.items() if str(label).lstrip("-").isdigit()
    }
