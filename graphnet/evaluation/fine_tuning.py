"""Whether a fine-tuning helped: tuned model, parent and others on subjects that are new to all.

The parent is also tried with another threshold alone: if it then does as well as the tuned model,
the fine-tuning has learned how many patients there are, and nothing else.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from graphnet.artifacts.fine_tuning import (
    CLASS_FIGURES,
    MOVED,
    PARENT,
    SCORE_FIGURES,
    SCRATCH,
    SEVERAL_FIGURES,
    FineTuning,
    Rival,
    TuningComparison,
)
from graphnet.artifacts.manifest import is_complete, subjects_seen
from graphnet.artifacts.metrics import UNKNOWN, Estimate, Estimates
from graphnet.artifacts.model import StoredModel
from graphnet.data import provenance
from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.data.splits import Splits
from graphnet.evaluation.calibration import squared_errors
from graphnet.evaluation.clusters import Subjects, count, of_rows
from graphnet.evaluation.folds import Fold
from graphnet.evaluation.intervals import difference_of_areas, difference_of_shares
from graphnet.evaluation.metrics import difference_of_means, evaluate, mean
from graphnet.evaluation.resampling import fold_widening
from graphnet.messages import Message

Mask = NDArray[np.bool_]
SMALLEST = 1e-6  # probability, before its logit is taken
WIDEST = 60.0  # logits between which a threshold is looked for


@dataclass(frozen=True)
class Predicted:
    """Predictions (R, S, C) of R repeats, and what the AUC ranks them by, likewise.

    The latter are those before calibration where each fold has a calibration of its own, which puts
    subjects of different folds into another order.
    """

    values: FloatArray
    ranked: FloatArray

    @classmethod
    def of_one_model(cls, values: FloatArray) -> "Predicted":
        """Of one model (S, C), whose calibration changes no order."""
        return cls(values[None], values[None])

    def rows(self, rows: IntArray) -> "Predicted":
        """Of some subjects."""
        return Predicted(self.values[:, rows], self.ranked[:, rows])


@dataclass(frozen=True)
class TunedFolds:
    """Out-of-fold predictions of the training subjects by models of the same folds.

    ``tuned`` begin from the parent; ``scratch`` do not, or ``scratch_reason`` says why there are
    none.
    """

    folds: Sequence[Fold]
    tuned: Predicted | None
    scratch: Predicted | None = None
    scratch_reason: Message | None = None


@dataclass(frozen=True)
class TunedModels:
    """A tuned model and what it is compared with.

    ``scratch`` was trained from scratch on the same subjects, or ``scratch_reason`` says why not;
    both are None where nobody asked.
    """

    model: StoredModel
    parent: StoredModel
    scratch: StoredModel | None = None
    scratch_reason: Message | None = None


def seen_by_parent(parent: StoredModel, cohort: Cohort) -> Mask:
    """Whom of a cohort (S,) the parent, or its own, was trained on, as far as its manifest says."""
    seen = provenance.seen_in_training(subjects_seen(parent.facts), cohort)
    return np.array([subject in seen for subject in cohort.ids], dtype=bool)


def compare_tuning(
    models: TunedModels, data: Splits, predicted: FloatArray | None, folds: Mapping[str, TunedFolds]
) -> FineTuning:
    """Compare a tuned model with its parent on the test subjects and on those of folds.

    Args:
        models: the tuned model and what it is compared with.
        data: its training subjects, and test subjects if there are any.
        predicted: (S, C), what the tuned model predicts of the test subjects.
        folds: out-of-fold predictions of the training subjects, by kind.

    """
    groups = [*_test(models, data, predicted), *_folds(models, data.train, folds)]
    comparisons = [_compared(models, group) for group in groups]
    comparisons.sort(
        key=lambda each: (not each.is_enough, not each.tuned)
    )  # stable: test comes first
    if not comparisons:
        comparisons = [TuningComparison("cv", 0, reason=Message("tuning.nobody-held-out"))]
    return FineTuning(tuple(comparisons), parent_is_known=is_complete(models.parent.facts))


@dataclass(frozen=True)
class _Group:
    """Subjects (S,) of a split, who of them counts, and what each model predicts of them."""

    split: str
    cohort: Cohort
    tuned: Predicted
    rivals: Mapping[str, Predicted] = field(default_factory=dict)
    reasons: Mapping[str, Message] = field(default_factory=dict)
    by_parent: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    in_training: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    widening: float = 1.0  # of the intervals of differences


def _test(models: TunedModels, data: Splits, predicted: FloatArray | None) -> Iterator[_Group]:
    test, train = data.test, data.train
    if test is None or predicted is None:
        return
    shared = set(data.shared("test", "train"))
    theirs = models.parent.predict(test)
    rivals, reasons = {PARENT: Predicted.of_one_model(theirs)}, {}
    if models.model.scale is None and len(models.model.classes) == 2:
        known = ~seen_by_parent(models.parent, train)
        shift = _shift(models.parent.predict(train)[known], _labels(models.model, train)[known])
        rivals[MOVED] = Predicted(_moved(theirs, shift)[None], theirs[None])
    if models.scratch is not None:
        rivals[SCRATCH] = Predicted.of_one_model(models.scratch.predict(test))
    elif models.scratch_reason is not None:
        reasons[SCRATCH] = models.scratch_reason
    yield _Group(
        *("test", test, Predicted.of_one_model(predicted), rivals, reasons),
        seen_by_parent(models.parent, test),
        np.array([subject in shared for subject in test.ids], dtype=bool),
    )


def _folds(models: TunedModels, train: Cohort, folds: Mapping[str, TunedFolds]) -> Iterator[_Group]:
    for kind, outcome in folds.items():
        theirs, seen = models.parent.predict(train), seen_by_parent(models.parent, train)
        if outcome.tuned is None:  # the parent was trained on all of them
            nothing = Predicted.of_one_model(np.full(theirs.shape, np.nan))
            yield _Group(kind, train, nothing, by_parent=seen, in_training=np.zeros_like(seen))
            continue
        rivals, reasons = {PARENT: Predicted.of_one_model(theirs)}, {}
        if models.model.scale is None and len(models.model.classes) == 2:
            moved = _moved_by_fold(models, train, outcome, theirs, seen)
            # A threshold ranks nobody anew: that each fold has one of its own would only add noise.
            rivals[MOVED] = Predicted(moved, np.broadcast_to(theirs, moved.shape))
        if outcome.scratch is not None:
            rivals[SCRATCH] = outcome.scratch
        elif outcome.scratch_reason is not None:
            reasons[SCRATCH] = outcome.scratch_reason
        nobody = np.zeros(len(train), dtype=bool)
        widening = fold_widening(len({fold.name for fold in outcome.folds}))
        yield _Group(kind, train, outcome.tuned, rivals, reasons, seen, nobody, widening)


def _moved_by_fold(
    models: TunedModels, train: Cohort, each: TunedFolds, theirs: FloatArray, seen: Mask
) -> FloatArray:
    """The parent with a threshold of each fold's training subjects, whom it has not seen."""
    repeats = 1 + max(fold.repeat for fold in each.folds)
    labels, moved = _labels(models.model, train), np.full((repeats, *theirs.shape), np.nan)
    for fold in each.folds:
        fitted_on = fold.train[~seen[fold.train]]
        shift = _shift(theirs[fitted_on], labels[fitted_on])
        moved[fold.repeat, fold.test] = _moved(theirs[fold.test], shift)
    return moved


def _labels(model: StoredModel, cohort: Cohort) -> IntArray:
    return np.asarray(model.targets(cohort).numpy(), dtype=np.int64)


def _logit(probabilities: FloatArray) -> FloatArray:
    patient = np.clip(probabilities[:, 1], SMALLEST, 1 - SMALLEST)
    return np.asarray(np.log(patient) - np.log1p(-patient))


def _shift(probabilities: FloatArray, labels: IntArray) -> float:
    """What is added to the logits so that their mean probability (S, 2) is the share of patients.

    Half a subject is added to each class, so a class that none has is not impossible. 0 of nobody.
    """
    if not len(labels):
        return 0.0
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import
    from scipy.special import expit  # noqa: PLC0415

    logits, wanted = _logit(probabilities), (labels.sum() + 0.5) / (len(labels) + 1)
    return float(brentq(lambda by: expit(logits + by).mean() - wanted, -WIDEST, WIDEST))


def _moved(probabilities: FloatArray, shift: float) -> FloatArray:
    patient = 1 / (1 + np.exp(-(_logit(probabilities) + shift)))
    return np.column_stack([1 - patient, patient])


def _compared(models: TunedModels, group: _Group) -> TuningComparison:
    counted = ~(group.by_parent | group.in_training)
    counted &= ~np.isnan(group.tuned.values).any(axis=(0, 2))
    rows = np.flatnonzero(counted)

    def people(of: Mask) -> int:
        return count(of_rows(group.cohort.subjects, of), int(of.sum()))

    cohort = group.cohort.rows(rows) if len(rows) else None
    by_class: dict[str, int] = {}
    if models.model.scale is None:
        labels = group.cohort.labels
        by_class = {
            str(label): people(counted & (labels == label)) for label in models.model.classes
        }
    empty = TuningComparison(
        *(group.split, people(counted), by_class, people(group.by_parent)),
        people(group.in_training & ~group.by_parent),
    )
    if cohort is None:
        return replace(empty, reason=Message("tuning.nobody-new"))
    judge = _judge(models.model, cohort)
    tuned = group.tuned.rows(rows)
    rivals = {name: Rival(reason=reason) for name, reason in group.reasons.items()}
    for name, values in group.rivals.items():
        theirs = values.rows(rows)
        apart = judge.differences(tuned, theirs)
        widened = {
            metric: difference.widened(group.widening) for metric, difference in apart.items()
        }
        rivals[name] = Rival(judge.figures(theirs), widened)
    return replace(empty, tuned=judge.figures(tuned), rivals=rivals)


@dataclass(frozen=True)
class _Judge:
    """Judges predictions of scans whose ``truth`` (S,) are C ``classes``, or scores (0).

    ``subjects`` (S,) are whose they are; None where each is another's.
    """

    truth: NDArray[np.int64] | FloatArray
    classes: int
    subjects: Subjects = None

    def figures(self, predicted: Predicted) -> Estimates:
        """Metrics of predictions: the means over repeats, of intervals too."""
        pairs = zip(predicted.values, predicted.ranked, strict=True)
        return _means([self._of(*repeat) for repeat in pairs])

    def differences(self, ours: Predicted, theirs: Predicted) -> Estimates:
        """Ours less theirs, likewise; of R repeats of each, or one of theirs."""
        repeats = (
            np.broadcast_to(array, ours.values.shape) for array in (theirs.values, theirs.ranked)
        )
        pairs = zip(ours.values, ours.ranked, *repeats, strict=True)
        return _means([self._apart(*pair) for pair in pairs])

    def _of(self, predicted: FloatArray, ranked: FloatArray) -> Estimates:
        if not self.classes:
            errors = self._errors(predicted)
            return {"mae": mean(errors, highest=math.inf, subjects=self.subjects)}
        metrics = evaluate(self.truth.astype(np.int64), predicted, ranked, self.subjects)
        names = CLASS_FIGURES if self.classes == 2 else SEVERAL_FIGURES
        return {name: metrics.estimate(name) for name in names}

    def _apart(
        self, ours: FloatArray, our_rank: FloatArray, theirs: FloatArray, their_rank: FloatArray
    ) -> Estimates:
        errors = difference_of_means(self._errors(ours), self._errors(theirs), self.subjects)
        if not self.classes:
            return {SCORE_FIGURES[0]: errors}
        hits = [probabilities.argmax(axis=1) == self.truth for probabilities in (ours, theirs)]
        if self.classes > 2:
            apart = difference_of_shares(hits[0], hits[1], self.subjects)
            return {"accuracy": apart, "brier": errors}
        patient = self.truth == 1
        return {
            "auc": difference_of_areas(patient, our_rank[:, 1], their_rank[:, 1], self.subjects),
            "brier": errors,
            "sensitivity": self._of_shares(hits, patient),
            "specificity": self._of_shares(hits, ~patient),
        }

    def _of_shares(self, hits: Sequence[Mask], rows: Mask) -> Estimate:
        ours, theirs = (hit[rows] for hit in hits)
        return difference_of_shares(ours, theirs, of_rows(self.subjects, rows))

    def _errors(self, predicted: FloatArray) -> FloatArray:
        """The absolute error of each subject's score, or the squared one of probabilities."""
        if not self.classes:
            return np.abs(predicted[:, 0] - self.truth)
        return squared_errors(self.truth.astype(np.int64), predicted)


def _judge(model: StoredModel, cohort: Cohort) -> _Judge:
    if model.scale is not None:
        return _Judge(cohort.scores, 0, cohort.subjects)
    return _Judge(_labels(model, cohort), len(model.classes), cohort.subjects)


def _means(repeats: Sequence[Estimates]) -> Estimates:
    """Means of values and of bounds: to cut the folds anew makes no subject more."""
    return {name: _mean([repeat.get(name, UNKNOWN) for repeat in repeats]) for name in repeats[0]}


def _mean(estimates: Sequence[Estimate]) -> Estimate:
    values = [estimate.value for estimate in estimates if estimate.value is not None]
    bounds = [estimate.interval for estimate in estimates if estimate.interval is not None]
    if len(values) < len(estimates):
        return Estimate()
    value = float(np.mean(values))
    if len(bounds) < len(estimates):
        return Estimate(value)
    low, high = np.mean(bounds, axis=0)
    return Estimate(value, float(low), float(high))
