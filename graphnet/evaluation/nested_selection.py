"""Settings chosen on inner folds within each outer fold: nested selection."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
import torch

from graphnet.artifacts.model import StoredModel
from graphnet.catalogue import INNER_FOLDS, WITHOUT_DENSITY
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.evaluation.folds import stratified
from graphnet.evaluation.model_selection import inner_settings, mean_loss, out_of_fold
from graphnet.graphs.edges import leaves_edges
from graphnet.preprocessing.pipeline import rule
from graphnet.training.callbacks import Callback
from graphnet.training.stacked import FitResult, FitSpec, fit_all

RATES = (0.3, 1.0, 3.0)  # times the learning rate
DECAYS = (0.0, 0.1)
DENSITIES = (0.05, 0.1, 0.2)


def choose(
    cohort: Cohort,
    specs: Sequence[FitSpec],
    classes: tuple[int, ...],
    *,
    device: torch.device,
    parent: StoredModel | None = None,
    callback: Callback | None = None,
) -> tuple[list[FitSpec], list[FloatArray]]:
    """Each fit with the settings of least inner loss; no subject outside its ``rows`` is used.

    Beside them the log probabilities (S of the fit, C) that the inner folds gave with these, of a
    clinical score (S of the fit, 0).

    Cawley & Talbot 2010, Journal of Machine Learning Research 11:2079-2107.

    Args:
        cohort: S subjects.
        specs: the outer fits, each with its rows of the cohort.
        classes: the labels, ascending; () of a clinical score.
        device: to train on.
        parent: the model that the fits start from, whose graph stays as it is; None: from scratch.
        callback: follows the trainings.

    Raises:
        CohortError: too few subjects of a class for the inner folds.

    """
    callback = callback or Callback()
    fit_inner = partial(fit_all, device=device, parent=parent, callback=callback)
    chosen, predicted = [], []
    for place, spec in enumerate(specs):
        span = place / len(specs), (place + 1) / len(specs)
        with callback.progress.part(*span, (place + 1, place + 1)):
            one, logs = _chosen(cohort, spec, classes, fit_inner, inherited=parent is not None)
        chosen.append(one)
        predicted.append(logs)
    return chosen, predicted


def grid(
    settings: TrainingSettings, regions: int, *, inherited: bool = False
) -> list[TrainingSettings]:
    """What is tried: learning rates and weight decays, and densities where the graph has one.

    Densities that leave no edge between so many ``regions`` are not tried. A graph that is
    ``inherited`` from a parent is as dense as it is.
    """
    densities = [
        density
        for density in DENSITIES
        if leaves_edges(rule(replace(settings, density=density)), regions)
    ]
    fixed = inherited or settings.graph in WITHOUT_DENSITY or settings.threshold is not None
    return [
        replace(
            settings,
            learning_rate=min(10.0, rate * settings.learning_rate),
            weight_decay=decay,
            density=density,
        )
        for rate, decay, density in product(
            RATES, DECAYS, (settings.density,) if fixed or not densities else densities
        )
    ]


def _chosen(
    cohort: Cohort,
    spec: FitSpec,
    classes: tuple[int, ...],
    fit_inner: Callable[[Cohort, Sequence[FitSpec], tuple[int, ...]], list[FitResult]],
    *,
    inherited: bool,
) -> tuple[FitSpec, FloatArray]:
    inside = cohort.rows(spec.rows)
    folds = stratified(
        None if spec.settings.label == "score" else inside.labels,
        inside.persons,
        folds=INNER_FOLDS,
        repeats=1,
        seed=spec.settings.seed,
    )
    settings = inner_settings(spec.settings, inherited=inherited)
    candidates = grid(settings, len(cohort.regions), inherited=inherited)
    inner = [FitSpec(fold.train, settings) for settings in candidates for fold in folds]
    fits = fit_inner(inside, inner, classes)
    losses = [
        mean_loss(inside, fold, fit.predicted, classes)
        for fold, fit in zip([*folds] * len(candidates), fits, strict=True)
    ]
    by_settings = np.array(losses).reshape(len(candidates), len(folds)).mean(axis=1)
    best = int(by_settings.argmin())
    chosen = replace(candidates[best], seeds=spec.settings.seeds)
    own = fits[best * len(folds) : (best + 1) * len(folds)]
    return replace(spec, settings=chosen), out_of_fold(folds, own, len(inside), len(classes))
