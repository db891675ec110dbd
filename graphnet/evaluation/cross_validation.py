"""Cross-validation: predictions for each training subject by models that never saw them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import torch

from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import NO_EDGE
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.errors import GraphnetError
from graphnet.evaluation.assessment import has_graph, pooled_baselines, simple_baselines
from graphnet.evaluation.folds import Fold
from graphnet.evaluation.model_selection import (
    Arm,
    Comparison,
    all_candidates,
    arm_of,
    compare,
    figure,
)
from graphnet.evaluation.nested_selection import choose
from graphnet.evaluation.recalibration import (
    Fitting,
    InnerFold,
    calibrate_folds,
    calibrate_nested,
)
from graphnet.messages import Message
from graphnet.training.callbacks import Callback
from graphnet.training.initialisation import without_graph
from graphnet.training.progress import (
    CALIBRATION,
    CHOOSING,
    COMPARING,
    FOLD_BASELINES,
    FOLDS,
    FOLDS_NO_GRAPH,
    FOLDS_OTHER,
)
from graphnet.training.stacked import FitResult, FitSpec, fit_all

if TYPE_CHECKING:
    from graphnet.evaluation.baselines import Baseline  # scikit-learn is slow to import

TEST = "test"


@dataclass(frozen=True)
class CrossValidation:
    """What folds gave.

    ``predicted`` (R, S, C) are the out-of-fold predictions of R repeats, NaN for subjects that no
    fold tested, calibrated where that could be; ``log_probabilities`` (R, S, C) are those before.
    ``uncalibrated`` says why some are not. ``baselines`` are predictions by name, None where one
    could not be fitted: ``reasons`` says why. ``models``: one per fold. ``chosen``: the settings
    that nested selection took, one mapping per fold. ``baselines_ranked`` are what subjects are
    ranked by where that is not the predictions themselves: those before calibration. ``slopes``:
    those of the folds' calibrations, None of one without. ``others`` are the out-of-fold
    predictions of the same folds from another start, ``others_ranked`` what subjects are ranked by
    there, ``other_reasons`` why there are none. ``comparisons``: of the candidates of a sweep, one
    per fold.
    """

    folds: Sequence[Fold]
    predicted: FloatArray
    baselines: Mapping[str, FloatArray | None]
    models: Sequence[StoredModel]
    baselines_ranked: Mapping[str, FloatArray] = field(default_factory=dict)
    reasons: Mapping[str, Message] = field(default_factory=dict)
    chosen: Sequence[Mapping[str, float]] = ()
    others: Mapping[str, FloatArray] = field(default_factory=dict)
    others_ranked: Mapping[str, FloatArray] = field(default_factory=dict)
    other_reasons: Mapping[str, Message] = field(default_factory=dict)
    log_probabilities: FloatArray | None = None
    slopes: Sequence[float | None] = ()
    uncalibrated: Message | None = None
    comparisons: Sequence[Comparison] = ()

    @property
    def before_calibration(self) -> FloatArray:
        """The out-of-fold predictions (R, S, C) of the networks themselves."""
        if self.log_probabilities is None:
            return self.predicted
        return np.asarray(np.exp(self.log_probabilities))

    @property
    def ranked(self) -> FloatArray:
        """What subjects of several folds are ranked by, (R, S, C): before calibration.

        Each fold is calibrated by its own factor. Within a fold that changes no order; of few
        subjects the factors differ so much that between folds it would.
        """
        return self.before_calibration if self.slopes else self.predicted


@dataclass(frozen=True)
class OtherStart:
    """What the folds are trained from a second time, to be compared: a parent, or from scratch."""

    parent: StoredModel | None
    settings: TrainingSettings


def cross_validate(
    cohort: Cohort,
    settings: TrainingSettings,
    folds: Sequence[Fold],
    classes: tuple[int, ...],
    *,
    device: torch.device,
    nested: bool = False,
    arms: Sequence[Arm] = (),
    baselines: bool = True,
    parent: StoredModel | None = None,
    ancestors: Sequence[Cohort] = (),
    others: Mapping[str, OtherStart] = MappingProxyType({}),
    inner: Sequence[Sequence[InnerFold]] = (),
    callback: Callback | None = None,
) -> CrossValidation:
    """Train on all folds at once: the network with and without its graph, and the baselines.

    Every step, scaling and graph included, is fitted on the training subjects of a fold.

    Args:
        cohort: S subjects.
        settings: of each fold's training.
        folds: rows of the cohort to train on and to test, of all repeats.
        classes: the labels, ascending; () of a clinical score.
        device: to train on.
        nested: whether inner folds choose learning rate, weight decay and density.
        arms: what inner folds choose among, in place of ``settings``, on one atlas or several.
        baselines: whether baselines are fitted on the same folds.
        parent: the model that each fold starts from; None: from scratch.
        ancestors: training subjects of the parent and its own, none of them in ``cohort``, to whom
            baselines are fitted a second time, with those of each fold.
        others: other starts of the same folds, by name; that one fails ends nothing else. A parent
            that has seen some of the subjects calibrates what starts from it.
        inner: of each fold, what its calibration is fitted on; () to calibrate none. Where settings
            are ``nested``, the folds that choose them serve instead.
        callback: follows the trainings.

    Raises:
        CohortError, SettingsError: folds that cannot be trained on.
        TrainingError: a loss that is no longer finite.

    """
    callback = callback or Callback()
    fitting = Fitting(cohort, classes, device, parent, callback)
    comparisons: list[Comparison] = []
    cohorts = _FoldCohorts([Arm.of(cohort, [settings])], [0] * len(folds))
    if arms:
        specs, ours, comparisons, cohorts = _swept(fitting, arms, folds)
        reason = None
        if inner:
            logs = [comparison.logs for comparison in comparisons if comparison.logs is not None]
            ours, reason = calibrate_nested(fitting, specs, logs, ours)
    else:
        specs, ours, reason = _trained(fitting, settings, folds, inner, nested=nested, step=FOLDS)
    rivals: dict[str, FloatArray | None] = {}
    ranks: dict[str, FloatArray] = {}
    reasons: dict[str, Message] = {}
    if baselines:
        with callback.progress.step(FOLD_BASELINES):
            rivals, reasons = _baselines(cohorts, ancestors, folds, ours, callback)
        if any(has_graph(fit.model) for fit in ours) and parent is None:
            starts = [without_graph(fit.model) for fit in ours]
            alike = [
                replace(spec, settings=start.settings)
                for spec, start in zip(specs, starts, strict=True)
            ]
            with callback.progress.step(FOLDS_NO_GRAPH):
                no_graph = cohorts.fit_all(fitting, alike, starts)
            # By the factor of the fold's own network, or probabilities would be compared that are
            # calibrated with the graph and not without it.
            no_graph = [
                fit.calibrated(own.model.calibration)
                for fit, own in zip(no_graph, ours, strict=True)
            ]
            without = pooled(folds, _tested(folds, no_graph), len(cohort))
            rivals[NO_EDGE], ranks[NO_EDGE] = without, _ranked(folds, no_graph, without)
    predicted: dict[str, FloatArray] = {}
    before: dict[str, FloatArray] = {}
    failed: dict[str, Message] = {}
    for name, start in others.items():
        try:
            fits = _from_other(replace(fitting, parent=start.parent), start, folds, inner, nested)
            predicted[name] = pooled(folds, _tested(folds, fits), len(cohort))
            before[name] = _ranked(folds, fits, predicted[name])
        except GraphnetError as error:
            failed[name] = error.messages[0]
    return CrossValidation(
        folds=folds,
        predicted=pooled(folds, _tested(folds, ours), len(cohort)),
        baselines=rivals,
        baselines_ranked=ranks,
        models=[fit.model for fit in ours],
        reasons=reasons,
        chosen=[_chosen(one.settings, parent) for one in specs] if nested else [],
        others=predicted,
        others_ranked=before,
        other_reasons=failed,
        log_probabilities=_logs(folds, ours, len(cohort)),
        slopes=[_slope(fit.model) for fit in ours] if inner else [],
        uncalibrated=reason,
        comparisons=comparisons,
    )


@dataclass(frozen=True)
class _FoldCohorts:
    """The measures that each fold is trained on: ``of_folds`` are the numbers of their arms.

    One arm after the other, as one atlas at a time is in memory.
    """

    arms: Sequence[Arm]
    of_folds: Sequence[int]

    def by_atlas(self) -> Iterator[tuple[Cohort, list[int]]]:
        """Each cohort with the places of its folds."""
        for number, arm in enumerate(self.arms):
            places = [place for place, own in enumerate(self.of_folds) if own == number]
            if places:
                yield arm.train(), places

    def fit_all(
        self,
        fitting: Fitting,
        specs: Sequence[FitSpec],
        starts: Sequence[StoredModel] | None = None,
    ) -> list[FitResult]:
        """One fit per fold, as :func:`graphnet.training.stacked.fit_all`."""
        train, progress = partial(fit_all, device=fitting.device), fitting.callback.progress
        results: dict[int, FitResult] = {}
        for cohort, places in self.by_atlas():
            own = None if starts is None else [starts[place] for place in places]
            begin = len(results) / len(specs)
            with progress.part(begin, begin + len(places) / len(specs)):
                fits = train(
                    *(cohort, [specs[place] for place in places], fitting.classes),
                    starts=own,
                    callback=fitting.callback,
                )
            results |= dict(zip(places, fits, strict=True))
        return [results[place] for place in range(len(specs))]


def _swept(
    fitting: Fitting, arms: Sequence[Arm], folds: Sequence[Fold]
) -> tuple[list[FitSpec], list[FitResult], list[Comparison], _FoldCohorts]:
    """The folds' fits, each with the candidate that is best on inner folds of its subjects."""
    cohort, classes, progress = fitting.cohort, fitting.classes, fitting.callback.progress
    with progress.step(COMPARING):
        comparisons = compare(fitting, [fold.train for fold in folds], arms)
    candidates = all_candidates(arms)
    specs = [
        FitSpec(fold.train, candidates[comparison.best])
        for fold, comparison in zip(folds, comparisons, strict=True)
    ]
    cohorts = _FoldCohorts(arms, [arm_of(arms, comparison.best) for comparison in comparisons])
    with progress.step(FOLDS):
        fits = cohorts.fit_all(fitting, specs)
    tested = [
        replace(comparison, tested=figure(cohort, fold.test, fit.predicted[fold.test], classes))
        for comparison, fold, fit in zip(comparisons, folds, fits, strict=True)
    ]
    return specs, fits, tested, cohorts


def _trained(
    fitting: Fitting,
    settings: TrainingSettings,
    folds: Sequence[Fold],
    inner: Sequence[Sequence[InnerFold]],
    *,
    nested: bool,
    step: str,
) -> tuple[list[FitSpec], list[FitResult], Message | None]:
    """The folds' fits and what came of them, and why some are not calibrated."""
    cohort, classes, progress = fitting.cohort, fitting.classes, fitting.callback.progress
    specs = [FitSpec(fold.train, settings) for fold in folds]
    chosen_by: list[FloatArray] = []
    if nested:
        with progress.step(CHOOSING):
            specs, chosen_by = choose(
                *(cohort, specs, classes),
                device=fitting.device,
                parent=fitting.parent,
                callback=fitting.callback,
            )
    with progress.step(step):
        fits = fit_all(
            *(cohort, specs, classes),
            device=fitting.device,
            parent=fitting.parent,
            callback=fitting.callback,
        )
    if not inner:
        return specs, fits, None
    if nested:
        return specs, *calibrate_nested(fitting, specs, chosen_by, fits)
    with progress.step(CALIBRATION):
        return specs, *calibrate_folds(fitting, specs, inner, fits)


def _from_other(
    fitting: Fitting,
    start: OtherStart,
    folds: Sequence[Fold],
    inner: Sequence[Sequence[InnerFold]],
    nested: bool,  # noqa: FBT001
) -> list[FitResult]:
    own = () if fitting.parent is not None else inner
    _, fits, _ = _trained(fitting, start.settings, folds, own, nested=nested, step=FOLDS_OTHER)
    if inner and fitting.parent is not None:
        return [fit.calibrated(fitting.parent.calibration) for fit in fits]
    return fits


def pooled(folds: Sequence[Fold], tested: Sequence[FloatArray], subjects: int) -> FloatArray:
    """Out-of-fold predictions (R, S, C) from those of each fold's test subjects (S', C)."""
    repeats = 1 + max(fold.repeat for fold in folds)
    out_of_fold = np.full((repeats, subjects, tested[0].shape[1]), np.nan)
    for fold, values in zip(folds, tested, strict=True):
        out_of_fold[fold.repeat, fold.test] = values
    return out_of_fold


def _logs(folds: Sequence[Fold], fits: Sequence[FitResult], subjects: int) -> FloatArray | None:
    logs = [fit.log_probabilities for fit in fits]
    known = [
        fold_logs[fold.test]
        for fold, fold_logs in zip(folds, logs, strict=True)
        if fold_logs is not None
    ]
    return pooled(folds, known, subjects) if known else None


def _ranked(folds: Sequence[Fold], fits: Sequence[FitResult], predicted: FloatArray) -> FloatArray:
    """What subjects of several folds are ranked by, (R, S, C): before calibration."""
    logs = _logs(folds, fits, predicted.shape[1])
    return predicted if logs is None else np.asarray(np.exp(logs))


def _slope(model: StoredModel) -> float | None:
    return None if model.calibration is None else model.calibration.slope


def _tested(folds: Sequence[Fold], fits: Sequence[FitResult]) -> list[FloatArray]:
    return [fit.predicted[fold.test] for fold, fit in zip(folds, fits, strict=True)]


def _baselines(
    cohorts: _FoldCohorts,
    ancestors: Sequence[Cohort],
    folds: Sequence[Fold],
    ours: Sequence[FitResult],
    callback: Callback,
) -> tuple[dict[str, FloatArray | None], dict[str, Message]]:
    """Fitted to the very measures that each fold's network had, and to those of ancestors too."""
    fitted: dict[int, Mapping[str, Baseline]] = {}
    for cohort, places in cohorts.by_atlas():
        for place in places:
            callback.raise_if_cancelled()
            done = len(fitted)
            span = done / len(folds), (done + 1) / len(folds)
            with callback.progress.part(*span, (done + 1, done + 1)):
                fitted[place] = _baselines_of(cohort, ancestors, folds[place], ours[place])
    by_fold = [fitted[place] for place in range(len(folds))]
    subjects = len(ours[0].predicted)
    predicted: dict[str, FloatArray | None] = {}
    reasons: dict[str, Message] = {}
    for name in [name for name in by_fold[0] if all(name in fold for fold in by_fold)]:
        found = [baselines[name] for baselines in by_fold]
        missing = next((one.reason for one in found if one.reason is not None), None)
        if missing is not None:
            predicted[name], reasons[name] = None, missing
            continue
        predicted[name] = pooled(folds, [one.predicted[TEST] for one in found], subjects)
    return predicted, reasons


def _baselines_of(
    cohort: Cohort, ancestors: Sequence[Cohort], fold: Fold, fit: FitResult
) -> "Mapping[str, Baseline]":
    """Those of one fold."""
    x = fit.model.preprocessing.flat(cohort)
    train = cohort.rows(fold.train)
    tested = {TEST: x[fold.test]}, {TEST: cohort.rows(fold.test)}
    fitted = simple_baselines(fit.model, train, x[fold.train], *tested)
    if ancestors:
        fitted |= pooled_baselines(fit.model, train, ancestors, tested[1])
    return fitted


def _chosen(settings: TrainingSettings, parent: StoredModel | None) -> dict[str, float]:
    graph = () if parent is not None else ("density",)
    return {name: getattr(settings, name) for name in ("learning_rate", "weight_decay", *graph)}
