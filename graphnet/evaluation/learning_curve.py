"""The learning curve over subjects: the same training on growing shares of its subjects.

Figueroa et al. 2012, BMC Medical Informatics and Decision Making 12:8. Nothing is extrapolated:
how such a curve goes on is not known from four points.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
import torch

from graphnet.artifacts.further_trainings import HALF, CurvePoint, LearningCurve
from graphnet.artifacts.metrics import UNKNOWN, Estimate
from graphnet.artifacts.result import CV
from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.errors import CohortError, GraphnetError
from graphnet.evaluation.clusters import count, of_rows
from graphnet.evaluation.cross_validation import pooled
from graphnet.evaluation.fine_tuning import seen_by_parent
from graphnet.evaluation.folds import Fold
from graphnet.evaluation.resampling import fold_widening, paired_difference
from graphnet.evaluation.validation import ValidationResult, summary
from graphnet.messages import Message
from graphnet.plan import ExperimentPlan
from graphnet.training.callbacks import Callback
from graphnet.training.progress import LEARNING_CURVE
from graphnet.training.stacked import FitSpec, MonitoredFit, fit_all

SHARES = (0.25, HALF, 0.75)
DRAWS = 5  # of each share where there are no folds: which subjects it has is chance
LEAST = 5  # subjects of each class to train on


def curve_subjects(plan: ExperimentPlan) -> tuple[str, Sequence[Fold]] | None:
    """The split of the learning curve of a task, and the rows that each model may be trained on.

    Out-of-fold predictions where there are folds, of their first repeat; else the test subjects, if
    no model was trained on any. None where there are neither, or where no curve is asked for.
    """
    if not plan.evaluation.learning_curve:
        return None
    for fold_plan in plan.fold_plans:
        if fold_plan.kind == CV and fold_plan.folds:
            return CV, [fold for fold in fold_plan.folds if fold.repeat == 0]
    test = plan.data.test
    if test is None or plan.data.shared("train", "test"):
        return None
    if plan.parent is not None and seen_by_parent(plan.parent, test).any():
        return None
    everyone: IntArray = np.arange(len(plan.data.train))
    nobody: IntArray = np.arange(0)
    return "test", [Fold(everyone, nobody, draw, f"draw {draw + 1}") for draw in range(DRAWS)]


def learning_curve(
    plan: ExperimentPlan,
    fit: MonitoredFit,
    validated: ValidationResult,
    *,
    device: torch.device,
    callback: Callback,
) -> LearningCurve | None:
    """Train on a quarter, half and three quarters of the training subjects, and compare.

    Shares are drawn by class and grow: each has all subjects of the smaller ones; rows of a person
    stay together. Everything is fitted anew on them. The figures of all subjects rest on what the
    task has trained already.

    Args:
        plan: of the task.
        fit: its model, trained on all training subjects.
        validated: what its folds gave.
        device: to train on.
        callback: follows the trainings.

    """
    if not plan.evaluation.learning_curve:
        return None
    found = curve_subjects(plan)
    if found is None:
        return LearningCurve(reason=Message("evaluation.learning-curve-nobody"))
    curve = _Curve(plan, fit, *found)
    whole = curve.of_all(validated)
    if whole is None:
        return LearningCurve(reason=Message("evaluation.learning-curve-no-folds"))
    predicted: dict[float, FloatArray] = {}
    points = []
    ends = [end / sum(SHARES) for end in accumulate(SHARES)]
    with callback.progress.step(LEARNING_CURVE):
        for share, begin, end in zip(SHARES, [0.0, *ends], ends, strict=False):
            with callback.progress.part(begin, end):
                rows = [share_of(plan, fold, share) for fold in curve.folds]
                size = curve.mean_size(rows)
                try:
                    predicted[share] = curve.of_rows(rows, device, callback)
                except GraphnetError as error:
                    points.append(CurvePoint(share, size, reason=error.messages[0]))
                else:
                    points.append(curve.point(share, size, predicted[share]))
    points.append(curve.point(1.0, curve.mean_size([fold.train for fold in curve.folds]), whole))
    gain = curve.gain(whole, predicted.get(HALF))
    tested = count(curve.cohort.subjects, len(curve.cohort))
    return LearningCurve(curve.split, curve.metric, tested, points, gain)


def share_of(plan: ExperimentPlan, fold: Fold, share: float) -> IntArray:
    """The rows of a share of a fold's training subjects: of each class as large a share."""
    train = plan.data.train
    random = np.random.default_rng([plan.start.settings.seed, fold.repeat, *fold.name.encode()])
    persons = np.array(train.persons)[fold.train]
    people, first = np.unique(persons, return_index=True)
    whole = np.zeros(len(people), dtype=np.int64)
    classes = whole if plan.start.scale is not None else train.labels[fold.train][first]
    chosen: list[str] = []
    for label in np.unique(classes):
        members = random.permutation(people[classes == label])
        chosen += members[: round(share * len(members))].tolist()
    return fold.train[np.isin(persons, chosen)]


@dataclass(frozen=True)
class _Curve:
    """On whom a curve is computed, and by which models; ``fit`` is that of all subjects."""

    plan: ExperimentPlan
    fit: MonitoredFit
    split: str
    folds: Sequence[Fold]  # for the test subjects as many draws of all training subjects

    @property
    def is_test(self) -> bool:
        return self.split == "test"

    @property
    def cohort(self) -> Cohort:
        test = self.plan.data.test
        return test if self.is_test and test is not None else self.plan.data.train

    def mean_size(self, parts: Sequence[IntArray]) -> float:
        """How many subjects these rows are on average."""
        subjects = self.plan.data.train.subjects
        return float(np.mean([count(of_rows(subjects, rows), len(rows)) for rows in parts]))

    @property
    def metric(self) -> str:
        if self.fit.model.scale is not None:
            return "r2"
        return "auc" if len(self.fit.model.classes) == 2 else "balanced_accuracy"

    def of_rows(
        self, parts: Sequence[IntArray], device: torch.device, callback: Callback
    ) -> FloatArray:
        """Predictions (R, S, C) by models of these rows of each fold. Raises GraphnetError."""
        train, start = self.plan.data.train, self.plan.start
        for rows in parts:
            counts = [int((train.labels[rows] == label).sum()) for label in start.classes]
            if min(counts, default=len(rows)) < LEAST:
                raise CohortError(Message("evaluation.learning-curve-few", least=LEAST))
        settings, parent = start.settings, self.plan.fold_parent
        if self.is_test:
            settings, parent = replace(settings, epochs=self.fit.epoch), self.plan.parent
        specs = [FitSpec(rows, settings) for rows in parts]
        fits = fit_all(train, specs, start.classes, device=device, parent=parent, callback=callback)
        if self.is_test:
            return np.stack([fit.model.predict(self.cohort) for fit in fits])
        tested = [
            (fit.predicted if fit.log_probabilities is None else np.exp(fit.log_probabilities))
            for fit in fits
        ]
        held_out = [
            predicted[fold.test] for fold, predicted in zip(self.folds, tested, strict=True)
        ]
        return pooled(self.folds, held_out, len(train))

    def of_all(self, validated: ValidationResult) -> FloatArray | None:
        """Likewise by the models of all training subjects; None where folds came to nothing."""
        if self.is_test:
            return replace(self.fit.model, calibration=None).predict(self.cohort)[None]
        folds = validated.outcomes.get(CV)
        return None if folds is None else folds.before_calibration[:1]

    def point(self, share: float, subjects: float, values: FloatArray) -> CurvePoint:
        """The metric of predictions (R, S, C)."""
        measured = summary(self.fit.model, self.cohort, values)
        return CurvePoint(share, subjects, measured.estimate(self.metric))

    def gain(self, whole: FloatArray, half: FloatArray | None) -> Estimate:
        """What all training subjects give more than half of them; nothing known of a score."""
        if half is None or self.fit.model.scale is not None:
            return UNKNOWN
        labels = self.fit.model.targets(self.cohort).numpy()
        subjects = self.cohort.subjects
        difference = paired_difference(labels, whole, half, subjects=subjects)[self.metric]
        return difference if self.is_test else difference.widened(fold_widening(len(self.folds)))
