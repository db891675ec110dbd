"""When a model is cross-validated, on which folds, and what is said of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphnet.artifacts.model import StoredModel
from graphnet.config import Evaluation
from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.data.splits import Splits
from graphnet.errors import GraphnetError
from graphnet.evaluation.assessment import differences, split_metrics
from graphnet.evaluation.cross_validation import CrossValidation
from graphnet.evaluation.folds import Fold, leave_one_out_by, most_folds, stratified
from graphnet.evaluation.metrics import evaluate_repeats
from graphnet.evaluation.resampling import p_value

FOLDS = 10
CV, SITES = "cv", "leave_site_out"


@dataclass(frozen=True)
class ValidationResult:
    """What folds add to a result: figures under ``cv`` and ``leave_site_out``, and how.

    ``predicted`` (S, C) by kind is the mean over repeats, NaN for whom no fold tested.
    """

    metrics: dict[str, Any] = field(default_factory=dict)
    baselines: dict[str, dict[str, Any]] = field(default_factory=dict)
    differences: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    models: list[StoredModel] = field(default_factory=list)
    predicted: dict[str, FloatArray] = field(default_factory=dict)


@dataclass(frozen=True)
class FoldsPlan:
    """The folds of one kind, and the sentence why they are there; or only why they are not."""

    kind: str
    folds: Sequence[Fold]
    why: str


def plan_folds(data: Splits, asked: Evaluation, *, by_score: bool, seed: int) -> list[FoldsPlan]:
    """The folds that the form asks for or its data call for.

    Raises:
        CohortError: folds that were asked for and cannot be.

    """
    labels = None if by_score else data.train.labels
    found = []
    folds, why = _number(data, asked, labels)
    if folds:
        cut = stratified(
            labels,
            data.train.persons,
            folds=folds,
            repeats=asked.cv_repeats,
            seed=seed,
            names=data.train.class_names,
        )
        found.append(FoldsPlan(CV, cut, why))
    elif why:
        found.append(FoldsPlan(CV, (), why))
    if asked.leave_site_out:
        cut = leave_one_out_by(data.train.sites, labels, data.train.persons)
        found.append(FoldsPlan(SITES, cut, "leave_site_out was asked for."))
    return found


def validate(
    model: StoredModel,
    train: Cohort,
    plans: Sequence[FoldsPlan],
    asked: Evaluation,
    judged: Callable[[FoldsPlan], CrossValidation],
) -> ValidationResult:
    """Judge ``model`` by every kind of folds, of which ``judged`` says what they gave.

    What cannot be computed is null, with a warning.
    """
    found = ValidationResult()
    for plan in plans:
        cut = len({fold.name for fold in plan.folds})  # each repeat cuts folds of the same names
        found.facts[plan.kind] = {"folds": cut, "why": plan.why}
        if not plan.folds:
            found.metrics[plan.kind] = None
            found.warnings.append(plan.why)
            continue
        try:
            validated = judged(plan)
        except GraphnetError as error:
            found.metrics[plan.kind] = None
            how = "cross-validated" if plan.kind == CV else "judged on sites that are left out"
            found.warnings.append(f"The model could not be {how}. {error}")
            continue
        _add(found, plan, validated, (model, train))
        if asked.permutations and model.scale is None:
            # Each site has a model of its own, and sites that differ in both are no evidence.
            found.facts[plan.kind]["permutation"] = p_value(
                model.targets(train).numpy(),
                validated.predicted,
                permutations=asked.permutations,
                strata=train.sites if plan.kind == SITES else None,
            )
    return found


def _number(data: Splits, asked: Evaluation, labels: IntArray | None) -> tuple[int, str]:
    """How many folds and why; 0 and a sentence where folds are called for but cannot be."""
    if asked.cv_folds is not None:
        return asked.cv_folds, f"cv_folds is {asked.cv_folds}." if asked.cv_folds else ""
    fresh = [name for name, _ in data.held_out() if not data.shared("train", name)]
    if fresh:
        return 0, ""
    possible = most_folds(labels, data.train.persons)
    reason = "The form has no subjects who are new to the model, so"
    if possible < 2:
        return 0, (
            f"{reason} it should be cross-validated, but train_data has fewer than 2 subjects of a "
            "class; nothing here says how it does on new subjects."
        )
    return min(FOLDS, possible), (f"{reason} it was cross-validated: look at the figures under cv.")


def _add(
    found: ValidationResult,
    plan: FoldsPlan,
    validated: CrossValidation,
    whose: tuple[StoredModel, Cohort],
) -> None:
    (model, train), kind, ours = whose, plan.kind, validated.predicted
    found.models.extend(validated.models)
    found.metrics[kind] = summary(model, train, ours)
    found.predicted[kind] = ours.mean(axis=0)
    for name, values in validated.baselines.items():
        shown = None if values is None else summary(model, train, values)
        found.baselines.setdefault(name, {})[kind] = shown
    facts = found.facts[kind]
    facts["repeats"] = len(ours)
    facts["reasons"] = dict(validated.reasons)
    if validated.chosen:
        facts["chosen"] = list(validated.chosen)
    if kind == SITES:
        facts["sites"] = {
            fold.name: split_metrics(model, train.rows(fold.test), ours[0, fold.test])
            for fold in plan.folds
        }
    if model.scale is not None:
        return
    found.differences[kind] = differences(model, train, ours, validated.baselines)


def summary(model: StoredModel, train: Cohort, predicted: FloatArray) -> dict[str, Any]:
    """Figures of out-of-fold predictions (R, S, C)."""
    if model.scale is not None:
        return split_metrics(model, train, predicted.mean(axis=0))
    if len(predicted) == 1:
        return split_metrics(model, train, predicted[0])
    return evaluate_repeats(model.targets(train).numpy(), predicted)
