"""When a model is cross-validated, on which folds, and what comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from graphnet.artifacts.fine_tuning import SCRATCH, TUNED
from graphnet.artifacts.metrics import WITHIN_SITES, Estimates, FoldsResult, SplitMetrics
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import CV, LEAVE_SITE_OUT, USUAL_FOLDS
from graphnet.config import Evaluation
from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.data.dataset import NUMERIC, Covariate
from graphnet.data.splits import Splits
from graphnet.errors import GraphnetError
from graphnet.evaluation.areas import GroupAreas
from graphnet.evaluation.assessment import differences, split_metrics
from graphnet.evaluation.cross_validation import CrossValidation
from graphnet.evaluation.fine_tuning import Predicted, TunedFolds
from graphnet.evaluation.folds import Fold, leave_one_out_by, most_folds, stratified
from graphnet.evaluation.metrics import evaluate_repeats
from graphnet.evaluation.model_selection import Comparison
from graphnet.evaluation.recalibration import InnerFold, inner_folds
from graphnet.evaluation.resampling import p_value
from graphnet.messages import Message
from graphnet.preprocessing.covariates import checked
from graphnet.training.progress import EVALUATION, Progress


@dataclass(frozen=True)
class ValidationResult:
    """What folds add to a result, by kind: ``cv`` and ``leave_site_out``.

    ``outcomes``: of the folds that could be trained. ``baselines`` are by name and kind. ``tuned``
    is what a fine-tuning is compared by.
    """

    metrics: dict[str, SplitMetrics | None] = field(default_factory=dict)
    baselines: dict[str, dict[str, SplitMetrics | None]] = field(default_factory=dict)
    differences: dict[str, dict[str, Estimates | None]] = field(default_factory=dict)
    folds: dict[str, FoldsResult] = field(default_factory=dict)
    warnings: list[Message] = field(default_factory=list)
    outcomes: dict[str, CrossValidation] = field(default_factory=dict)
    tuned: dict[str, TunedFolds] = field(default_factory=dict)

    @property
    def models(self) -> list[StoredModel]:
        """The models of all folds."""
        return [model for outcome in self.outcomes.values() for model in outcome.models]

    @property
    def predicted(self) -> dict[str, FloatArray]:
        """Predictions (S, C), the mean over repeats; NaN for subjects that no fold tested."""
        return {kind: outcome.predicted.mean(axis=0) for kind, outcome in self.outcomes.items()}

    @property
    def ranked(self) -> dict[str, FloatArray]:
        """What subjects of several folds are ranked by (S, C), likewise: before calibration."""
        return {kind: outcome.ranked.mean(axis=0) for kind, outcome in self.outcomes.items()}

    @property
    def log_probabilities(self) -> dict[str, FloatArray]:
        """Those (R, S, C) before calibration, where there are some."""
        by_kind = {kind: outcome.log_probabilities for kind, outcome in self.outcomes.items()}
        return {kind: logs for kind, logs in by_kind.items() if logs is not None}

    @property
    def comparisons(self) -> Sequence[Comparison]:
        """Those of a sweep in each fold of the cross-validation; () of a task without a sweep."""
        return self.outcomes[CV].comparisons if CV in self.outcomes else ()


@dataclass(frozen=True)
class FoldsPlan:
    """The folds of one kind and why there are some; or no folds, and why they cannot be cut.

    ``from_parent``: whether each begins from the parent of a fine-tuning. ``inner`` is what the
    calibration of each is fitted on; () where none is calibrated.
    """

    kind: str
    folds: Sequence[Fold]
    why: Message
    from_parent: bool = False
    inner: Sequence[Sequence[InnerFold]] = ()

    def some(self, first: int, last: int) -> "FoldsPlan":
        """Those from ``first`` up to but not ``last``."""
        return replace(self, folds=self.folds[first:last], inner=self.inner[first:last])

    @property
    def count(self) -> int:
        """Folds per repeat: each repeat cuts folds of the same names."""
        return len({fold.name for fold in self.folds})


def plan_folds(
    data: Splits, evaluation: Evaluation, *, is_regression: bool, calibrate: bool, seed: int
) -> list[FoldsPlan]:
    """The folds that the form asks for or its data call for, and what calibrates them.

    Raises:
        CohortError: folds that were asked for and cannot be cut.

    """
    labels = None if is_regression else data.train.labels
    plans = []
    count, why = _number(data, evaluation, labels)
    if count and why is not None:
        folds = stratified(
            labels,
            data.train.persons,
            folds=count,
            repeats=evaluation.cv_repeats,
            seed=seed,
            names=data.train.class_names,
            marks=_marks(data.train, evaluation.cv_balance),
        )
        plans.append(FoldsPlan(CV, folds, why))
    elif why is not None:
        plans.append(FoldsPlan(CV, (), why))
    if evaluation.leave_site_out:
        folds = leave_one_out_by(data.train.sites, labels, data.train.persons)
        plans.append(FoldsPlan(LEAVE_SITE_OUT, folds, Message("evaluation.leave-site-out-asked")))
    if labels is None or not calibrate:
        return plans
    persons = data.train.persons
    return [
        replace(plan, inner=inner_folds(plan.folds, labels, persons, seed=seed)) for plan in plans
    ]


def _marks(train: Cohort, balance: str) -> list[Sequence[str]]:
    """What folds are balanced by beside the class: the site, and covariates if they are to be."""
    if balance == "class":
        return []
    marks: list[Sequence[str]] = [train.sites]
    if balance == "covariates":
        marks += [_words(covariate) for covariate in checked(train)]
    return marks


def _words(covariate: Covariate) -> Sequence[str]:
    """The levels of a covariate: words, or thirds of numbers; "" of who lacks it."""
    if covariate.kind != NUMERIC:
        return covariate.words
    values = covariate.numbers
    present = values[~np.isnan(values)]
    if not len(present):
        return [""] * len(values)
    third = np.searchsorted(np.quantile(present, (1 / 3, 2 / 3)), values)
    return [
        "" if np.isnan(value) else str(place) for value, place in zip(values, third, strict=True)
    ]


def validate(
    model: StoredModel,
    train: Cohort,
    plans: Sequence[FoldsPlan],
    evaluation: Evaluation,
    cross_validate: Callable[[FoldsPlan], CrossValidation],
    *,
    progress: Progress | None = None,
) -> ValidationResult:
    """Evaluate a model by every kind of folds; what cannot be computed is None, with a warning.

    Args:
        model: the task's own model: its settings and classes.
        train: the training subjects, S, which the folds cut.
        plans: the kinds of folds.
        evaluation: what the form asks for.
        cross_validate: trains on the folds of a plan; raises GraphnetError.
        progress: of the task.

    """
    result, progress = ValidationResult(), progress or Progress()
    for plan in plans:
        result.folds[plan.kind] = FoldsResult(plan.count, plan.why)
        result.metrics[plan.kind] = None
        if not plan.folds:
            result.warnings.append(plan.why)
            continue
        try:
            outcome = cross_validate(plan)
        except GraphnetError as error:
            result.warnings.extend(_failed(plan.kind, reason) for reason in error.messages)
            continue
        with progress.step(EVALUATION):
            _add(result, plan, outcome, (model, train))
            if evaluation.permutations and model.scale is None:
                _add_permutation(result, plan, outcome, (model, train), evaluation.permutations)
    return result


def _add_permutation(
    result: ValidationResult,
    plan: FoldsPlan,
    outcome: CrossValidation,
    trained: tuple[StoredModel, Cohort],
    permutations: int,
) -> None:
    model, train = trained
    permutation = p_value(
        model.targets(train).numpy(),
        outcome.ranked,
        permutations=permutations,
        # Each site has a model of its own, and sites that differ in both are no evidence.
        strata=train.sites if plan.kind == LEAVE_SITE_OUT else None,
        subjects=train.subjects,
    )
    result.folds[plan.kind] = replace(result.folds[plan.kind], permutation=permutation)


def _failed(kind: str, reason: Message) -> Message:
    code = "evaluation.cv-failed" if kind == CV else "evaluation.leave-site-out-failed"
    return Message(code, reason=reason)


def _number(
    data: Splits, evaluation: Evaluation, labels: IntArray | None
) -> tuple[int, Message | None]:
    """How many folds and why; 0 and a reason where folds are called for but cannot be cut."""
    if evaluation.cv_folds is not None:
        asked = Message("evaluation.cv-folds-asked", folds=evaluation.cv_folds)
        return evaluation.cv_folds, asked if evaluation.cv_folds else None
    new = any(not data.shared("train", split) for split, _ in data.held_out())
    if new and not evaluation.compares:
        return 0, None
    possible = most_folds(labels, data.train.persons)
    if possible >= 2 and new:
        return min(USUAL_FOLDS, possible), Message("evaluation.cv-of-sweep")
    if possible < 2:
        return 0, Message("evaluation.cv-impossible")
    return min(USUAL_FOLDS, possible), Message("evaluation.cv-called-for")


def _add(
    result: ValidationResult,
    plan: FoldsPlan,
    outcome: CrossValidation,
    trained: tuple[StoredModel, Cohort],
) -> None:
    (model, train), kind, predicted = trained, plan.kind, outcome.predicted
    result.outcomes[kind] = outcome
    result.metrics[kind] = _summary(kind, model, train, predicted, outcome.ranked)
    ours = Predicted(predicted, outcome.ranked) if plan.from_parent else None
    rivals = {
        name: Predicted(values, outcome.others_ranked[name])
        for name, values in outcome.others.items()
    }
    result.tuned[kind] = TunedFolds(
        plan.folds,
        rivals.get(TUNED, ours),
        rivals.get(SCRATCH),
        outcome.other_reasons.get(SCRATCH),
    )
    if outcome.uncalibrated is not None:
        reason = outcome.uncalibrated
        result.warnings.append(Message("evaluation.folds-uncalibrated", reason=reason, split=kind))
    for name, values in outcome.baselines.items():
        by_rank = outcome.baselines_ranked.get(name)
        metrics = None if values is None else _summary(kind, model, train, values, by_rank)
        result.baselines.setdefault(name, {})[kind] = metrics
    sites = {}
    if kind == LEAVE_SITE_OUT:
        sites = {
            fold.name: split_metrics(model, train.rows(fold.test), predicted[0, fold.test])
            for fold in plan.folds
        }
    result.folds[kind] = replace(
        result.folds[kind],
        repeats=len(predicted),
        reasons=dict(outcome.reasons),
        chosen=list(outcome.chosen),
        sites=sites,
        slopes=list(outcome.slopes),
    )
    if model.scale is None:
        number = len({fold.name for fold in plan.folds})
        result.differences[kind] = differences(
            *(model, train, predicted, outcome.baselines),
            ranked=outcome.ranked,
            their_ranked=outcome.baselines_ranked,
            groups=train.sites if kind == LEAVE_SITE_OUT else None,
            folds=number,
        )


def _summary(
    kind: str,
    model: StoredModel,
    train: Cohort,
    predicted: FloatArray,
    ranked: FloatArray | None,
) -> SplitMetrics:
    """:func:`summary`; of left-out sites and two classes with the mean of the sites' AUCs, too.

    Each site has a model of its own.
    """
    measured = summary(model, train, predicted, ranked)
    if kind != LEAVE_SITE_OUT or model.scale is not None or len(model.classes) != 2:
        return measured
    scores = (predicted if ranked is None else ranked)[0, :, 1]
    positive = model.targets(train).numpy() == 1
    mean = GroupAreas.of(positive, scores, train.sites, train.subjects).mean
    return replace(
        measured,
        values={**measured.values, WITHIN_SITES: mean.value},
        ci={**measured.ci, WITHIN_SITES: mean.interval},
    )


def summary(
    model: StoredModel, train: Cohort, predicted: FloatArray, ranked: FloatArray | None = None
) -> SplitMetrics:
    """Metrics of out-of-fold predictions (R, S, C), for the AUC of what they are ranked by."""
    if model.scale is not None:
        return split_metrics(model, train, predicted.mean(axis=0))
    if len(predicted) == 1:
        return split_metrics(model, train, predicted[0], None if ranked is None else ranked[0])
    labels = model.targets(train).numpy()
    return evaluate_repeats(labels, predicted, ranked, subjects=train.subjects)
