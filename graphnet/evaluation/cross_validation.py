"""Cross-validation: predictions for each training subject by models that never saw them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from graphnet.artifacts.model import StoredModel
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.evaluation.assessment import NO_EDGE, has_graph, simple_baselines
from graphnet.evaluation.folds import Fold
from graphnet.evaluation.nested_cv import choose
from graphnet.training.callbacks import Callback
from graphnet.training.stacked import FitResult, FitSpec, fit_all


@dataclass(frozen=True)
class CrossValidation:
    """What folds gave.

    ``predicted`` (R, S, C) are the out-of-fold predictions of R repeats, NaN for subjects that no
    fold tested; ``baselines`` the same by name, None with a sentence in ``reasons`` where a
    baseline could not be fitted; ``models`` one a fold; ``chosen`` the settings that nested
    selection took.
    """

    folds: Sequence[Fold]
    predicted: FloatArray
    baselines: Mapping[str, FloatArray | None]
    models: Sequence[StoredModel]
    reasons: Mapping[str, str] = field(default_factory=dict)
    chosen: Sequence[Mapping[str, float]] = ()


def cross_validate(
    cohort: Cohort,
    settings: TrainingSettings,
    folds: Sequence[Fold],
    classes: tuple[int, ...],
    *,
    device: torch.device,
    nested: bool = False,
    baselines: bool = True,
    parent: StoredModel | None = None,
    journal: Callback | None = None,
) -> CrossValidation:
    """Train on all folds at once, the net with and without its graph, and the baselines.

    Every step, scaling and graph included, is fitted on the training subjects of a fold.

    Raises:
        CohortError, SettingsError: folds that cannot be trained on.
        TrainingError: a loss that is no longer a number.

    """
    asked = [FitSpec(fold.train, settings) for fold in folds]
    if nested:
        asked = choose(cohort, asked, classes, device=device, parent=parent, journal=journal)
    ours = fit_all(cohort, asked, classes, device=device, parent=parent, journal=journal)
    found: dict[str, FloatArray | None] = {}
    reasons: dict[str, str] = {}
    if baselines:
        found, reasons = _baselines(cohort, folds, ours, journal or Callback())
        if has_graph(ours[0].model) and parent is None:
            without = [replace(fit, settings=replace(fit.settings, graph="none")) for fit in asked]
            edgeless = fit_all(cohort, without, classes, device=device, journal=journal)
            found[NO_EDGE] = pooled(folds, [each.predicted for each in edgeless])
    return CrossValidation(
        folds=folds,
        predicted=pooled(folds, [each.predicted for each in ours]),
        baselines=found,
        models=[each.model for each in ours],
        reasons=reasons,
        chosen=[_chosen(fit.settings, parent) for fit in asked] if nested else [],
    )


def pooled(folds: Sequence[Fold], predicted: Sequence[FloatArray]) -> FloatArray:
    """Out-of-fold predictions (R, S, C) from those of each fold's model for all (S, C)."""
    repeats = 1 + max(fold.repeat for fold in folds)
    kept = np.full((repeats, *predicted[0].shape), np.nan)
    for fold, values in zip(folds, predicted, strict=True):
        kept[fold.repeat, fold.test] = values[fold.test]
    return kept


def _baselines(
    cohort: Cohort, folds: Sequence[Fold], ours: Sequence[FitResult], journal: Callback
) -> tuple[dict[str, FloatArray | None], dict[str, str]]:
    """FitResult to the very measures that each fold's net had."""
    by_fold = []
    for fold, fitted in zip(folds, ours, strict=True):
        journal.pause()
        x = fitted.model.preprocessing.scaled(cohort).reshape(len(cohort), -1)
        train = cohort.rows(fold.train)
        by_fold.append(simple_baselines(fitted.model, train, x[fold.train], {"all": x}))
    found: dict[str, FloatArray | None] = {}
    reasons: dict[str, str] = {}
    for name in by_fold[0]:
        each = [fold[name] for fold in by_fold]
        missing = next((one.reason for one in each if one.reason), None)
        if missing:
            found[name], reasons[name] = None, missing
            continue
        found[name] = pooled(folds, [one.predicted["all"] for one in each])
    return found, reasons


def _chosen(settings: TrainingSettings, parent: StoredModel | None) -> dict[str, float]:
    graph = () if parent is not None else ("density",)
    return {name: getattr(settings, name) for name in ("learning_rate", "weight_decay", *graph)}
