"""Predictions to calibrate on: of training subjects, by models that were trained on others.

A model's own folds serve where there are some. A fold is itself a model, whose training subjects
need predictions that its test subjects have no part in: the folds are put into groups, and a model
is trained without each pair of groups. It predicts one group of the pair for all folds of the
other, so that ten models give nine in ten training subjects of ten folds a prediction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeVar

import numpy as np
import torch

from graphnet.artifacts.metrics import CalibrationResult
from graphnet.artifacts.model import StoredModel
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.errors import GraphnetError
from graphnet.evaluation.calibration import LEAST_SUBJECTS, Calibration, class_shares
from graphnet.evaluation.folds import Fold, most_folds, stratified
from graphnet.messages import Message
from graphnet.training.callbacks import Callback
from graphnet.training.stacked import FitResult, FitSpec, fit_all

GROUPS = 5
FEWEST_GROUPS = 4  # of three, each model would have a third of the subjects
PARENT_SAW = Message("evaluation.calibration-parent-saw")
OWN_FOLDS = 3  # of a model without folds that could serve
INNER, PARENT = "inner", "parent"
Key = TypeVar("Key")
TOO_FEW = Message("evaluation.calibration-too-few", least=LEAST_SUBJECTS)


@dataclass(frozen=True)
class InnerFold:
    """Rows of the cohort to train on and to predict, all of them training rows of one fold."""

    train: IntArray
    test: IntArray


def inner_folds(
    folds: Sequence[Fold], labels: IntArray, persons: Sequence[str], *, seed: int
) -> list[tuple[InnerFold, ...]]:
    """What each fold's calibration is fitted on; () of a fold with too few subjects for that.

    Args:
        folds: of all repeats.
        labels: (S,), the classes.
        persons: (S,), whose each row is; rows of one person stay together.
        seed: of folds that are cut anew.

    """
    by_repeat: dict[int, list[int]] = {}
    for place, fold in enumerate(folds):
        by_repeat.setdefault(fold.repeat, []).append(place)
    inner: dict[int, tuple[InnerFold, ...]] = {}
    for places in by_repeat.values():
        if len(places) >= FEWEST_GROUPS:
            inner |= _by_groups(folds, places, labels)
        else:
            inner |= {
                place: _cut_anew(folds[place].train, labels, persons, seed) for place in places
            }
    return [inner[place] for place in range(len(folds))]


def _by_groups(
    folds: Sequence[Fold], places: Sequence[int], labels: IntArray
) -> dict[int, tuple[InnerFold, ...]]:
    groups = np.array_split(np.array(places), min(GROUPS, len(places)))
    inner: dict[int, tuple[InnerFold, ...]] = {}
    for number, group in enumerate(groups):
        for place in group.tolist():
            pairs = []
            for other in groups[:number] + groups[number + 1 :]:
                left_out = [folds[place] for place in (*group, *other)]
                train = reduce(np.intersect1d, (fold.train for fold in left_out))
                tested = np.concatenate([folds[place].test for place in other])
                test = np.intersect1d(tested, folds[place].train)
                if len(test) and len(np.unique(labels[train])) == len(np.unique(labels)):
                    pairs.append(InnerFold(train, test))
            inner[place] = tuple(pairs)
    return inner


def _cut_anew(
    rows: IntArray, labels: IntArray, persons: Sequence[str], seed: int
) -> tuple[InnerFold, ...]:
    inside, people = labels[rows], [persons[row] for row in rows.tolist()]
    if most_folds(inside, people) < OWN_FOLDS:
        return ()
    cut = stratified(inside, people, folds=OWN_FOLDS, repeats=1, seed=seed)
    return tuple(InnerFold(rows[fold.train], rows[fold.test]) for fold in cut)


@dataclass(frozen=True)
class Fitting:
    """How inner models are trained: as those that they calibrate."""

    cohort: Cohort
    classes: tuple[int, ...]
    device: torch.device
    parent: StoredModel | None
    callback: Callback

    @property
    def labels(self) -> IntArray:
        """The index (S,) of each subject's class."""
        return np.searchsorted(self.classes, self.cohort.labels)


def calibrate_folds(
    fitting: Fitting,
    specs: Sequence[FitSpec],
    inner: Sequence[Sequence[InnerFold]],
    fits: Sequence[FitResult],
) -> tuple[list[FitResult], Message | None]:
    """Each fold's model and predictions calibrated; the reason where some could not be.

    Args:
        fitting: how inner models are trained.
        specs: the folds' fits.
        inner: the inner folds of each; () of one that cannot be calibrated.
        fits: what came of the folds.

    """
    wanted = {
        (fold.train.tobytes(), spec.settings): FitSpec(fold.train, spec.settings)
        for spec, folds in zip(specs, inner, strict=True)
        for fold in folds
    }
    try:
        trained = _fit(fitting, wanted)
    except GraphnetError as error:
        return list(fits), error.messages[0]
    calibrated = []
    for spec, folds, fit in zip(specs, inner, fits, strict=True):
        parts = [(fold.test, trained[fold.train.tobytes(), spec.settings]) for fold in folds]
        calibrated.append(fit.calibrated(_of_parts(fitting, spec.rows, parts)))
    missing = any(fit.model.calibration is None for fit in calibrated)
    return calibrated, TOO_FEW if missing else None


def calibrate_nested(
    fitting: Fitting,
    specs: Sequence[FitSpec],
    chosen_by: Sequence[FloatArray],
    fits: Sequence[FitResult],
) -> tuple[list[FitResult], Message | None]:
    """Likewise on the predictions (S of the fold, C) of the folds that chose its settings."""
    calibrated = [
        fit.calibrated(_of_parts(fitting, spec.rows, [(spec.rows, _at(fitting, spec.rows, logs))]))
        for spec, logs, fit in zip(specs, chosen_by, fits, strict=True)
    ]
    missing = any(fit.model.calibration is None for fit in calibrated)
    return calibrated, TOO_FEW if missing else None


def calibrate_model(
    model: StoredModel,
    fitting: Fitting,
    settings: TrainingSettings,
    by_folds: Mapping[str, FloatArray],
) -> tuple[StoredModel, CalibrationResult]:
    """A model calibrated on out-of-fold predictions of its training subjects, and on which.

    Args:
        model: trained on the cohort of ``fitting``.
        fitting: how inner models are trained, where they are needed.
        settings: those of the inner models.
        by_folds: log probabilities (R, S, C) by kind of folds, whose models were trained as this
            one was; NaN of untested subjects. Where there are none, three folds are trained.

    """
    labels = fitting.labels
    shares = class_shares(labels, len(fitting.classes))
    everyone: IntArray = np.arange(len(labels))
    for kind, logs in by_folds.items():
        tested = [(repeat, ~np.isnan(repeat).any(axis=1)) for repeat in logs]
        stacked = np.concatenate([repeat[rows] for repeat, rows in tested])
        of_whom = np.concatenate([labels[rows] for _, rows in tested])
        return _calibrated(model, Calibration.fit(stacked, of_whom, shares, kind))
    folds = _cut_anew(everyone, labels, fitting.cohort.persons, settings.seed)
    try:
        trained = _fit(fitting, {fold.train.tobytes(): FitSpec(fold.train, settings)
                                 for fold in folds})  # fmt: skip
    except GraphnetError as error:
        return replace(model, calibration=None), CalibrationResult(why=error.messages[0])
    parts = [(fold.test, trained[fold.train.tobytes()]) for fold in folds]
    return _calibrated(model, _of_parts(fitting, everyone, parts))


def inherited(
    model: StoredModel, parent: StoredModel, why: Message = PARENT_SAW
) -> tuple[StoredModel, CalibrationResult]:
    """A fine-tuned model with its parent's calibration, and ``why`` it has none of its own."""
    calibration = parent.calibration
    if calibration is None:
        return replace(model, calibration=None), CalibrationResult(why=why)
    result = CalibrationResult(PARENT, calibration.slope, calibration.subjects, why)
    return replace(model, calibration=replace(calibration, source=PARENT)), result


def _calibrated(
    model: StoredModel, calibration: Calibration | None
) -> tuple[StoredModel, CalibrationResult]:
    calibrated = replace(model, calibration=calibration)
    if calibration is None:
        return calibrated, CalibrationResult(why=TOO_FEW)
    result = CalibrationResult(calibration.source, calibration.slope, calibration.subjects)
    return calibrated, result


def _fit(fitting: Fitting, wanted: Mapping[Key, FitSpec]) -> dict[Key, FloatArray]:
    """Log probabilities (S, C) of the whole cohort by each model. Raises GraphnetError."""
    if not wanted:
        return {}
    fits = fit_all(
        fitting.cohort,
        list(wanted.values()),
        fitting.classes,
        device=fitting.device,
        parent=fitting.parent,
        callback=fitting.callback,
    )
    return {
        key: fit.log_probabilities
        for key, fit in zip(wanted, fits, strict=True)
        if fit.log_probabilities is not None
    }


def _of_parts(
    fitting: Fitting, rows: IntArray, parts: Sequence[tuple[IntArray, FloatArray]]
) -> Calibration | None:
    """Fitted to predictions of the whole cohort, at the rows that each part is to give."""
    if not parts:
        return None
    labels = fitting.labels
    shares = class_shares(labels[rows], len(fitting.classes))
    logs = np.concatenate([predicted[test] for test, predicted in parts])
    return Calibration.fit(logs, np.concatenate([labels[test] for test, _ in parts]), shares, INNER)


def _at(fitting: Fitting, rows: IntArray, logs: FloatArray) -> FloatArray:
    whole = np.full((len(fitting.cohort), logs.shape[1]), np.nan)
    whole[rows] = logs
    return whole
