"""Which candidate of a sweep is best, compared on inner folds.

Whoever compares many candidates and reports the best reports chance, too. So the choice is a part
of the training: each outer fold compares all candidates anew, on inner folds of its own training
subjects, and its test subjects have no part in it (Varma & Simon 2006, BMC Bioinformatics 7:91).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import accumulate
from statistics import fmean
from typing import Any

import numpy as np

from graphnet.artifacts.further_trainings import (
    ATLAS,
    AUC,
    LOWER_IS_BETTER,
    MAE,
    Candidate,
    SweepResult,
)
from graphnet.catalogue import INNER_FOLDS
from graphnet.config import TrainingSettings, swept_values
from graphnet.data.cohort import Cohort, FloatArray, IntArray, Layout
from graphnet.data.splits import Splits
from graphnet.errors import CohortError, SettingsError, TrainingError
from graphnet.evaluation.folds import Fold, stratified
from graphnet.evaluation.recalibration import Fitting
from graphnet.evaluation.resampling import auc
from graphnet.messages import Message
from graphnet.training.stacked import FitResult, FitSpec, fit_all


@dataclass(frozen=True)
class Arm:
    """The ``candidates`` of a sweep that are trained on one atlas, which is called ``atlas``.

    All arms have the same subjects in the same order, with the same classes. ``data`` gives them,
    reading them if need be; ``layout`` is known without, and ``content``, which names the datasets
    by what they hold where there are several atlases.
    """

    atlas: str
    data: Callable[[], Splits]
    candidates: Sequence[TrainingSettings]
    layout: Layout
    content: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def of(cls, train: Cohort, candidates: Sequence[TrainingSettings]) -> "Arm":
        """Of training subjects who are in memory."""
        name = ", ".join(dict.fromkeys(train.datasets))
        return cls(name, lambda: Splits(train), candidates, train.layout)

    def train(self) -> Cohort:
        """The training subjects."""
        return self.data().train


def all_candidates(arms: Sequence[Arm]) -> list[TrainingSettings]:
    """Those of all arms, in the order of their numbers."""
    return [candidate for arm in arms for candidate in arm.candidates]


def arm_of(arms: Sequence[Arm], number: int) -> int:
    """The number of the arm that the candidate of a ``number`` is of."""
    ends = accumulate(len(arm.candidates) for arm in arms)
    return next(place for place, end in enumerate(ends) if number < end)


@dataclass(frozen=True)
class Comparison:
    """The candidates on inner folds of some subjects.

    ``figures`` are their means over the inner folds, None where there is none; ``best`` is the
    number of the best. ``reasons`` say by number why one could not be trained. ``tested`` is the
    best one's figure on the test subjects of the outer fold, who had no part in this; None before
    it is known. ``logs`` (S of the subjects, C) are the best one's out-of-fold log probabilities.
    """

    figures: Sequence[float | None]
    best: int
    reasons: dict[int, Message] = field(default_factory=dict)
    tested: float | None = None
    logs: FloatArray | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON, without the predictions."""
        return {
            "figures": list(self.figures),
            "best": self.best,
            "reasons": {str(number): reason.as_dict() for number, reason in self.reasons.items()},
            "tested": self.tested,
        }

    @classmethod
    def from_json(cls, stored: Any) -> "Comparison":
        """Read what :meth:`as_dict` gave."""
        reasons = {int(number): Message.from_json(e) for number, e in stored["reasons"].items()}
        return cls(stored["figures"], stored["best"], reasons, stored["tested"])


def compare(fitting: Fitting, places: Sequence[IntArray], arms: Sequence[Arm]) -> list[Comparison]:
    """The candidates on inner folds of each of ``places``; no subject outside one is used in it.

    Classes are compared by the area under the ROC curve, since the probabilities are calibrated
    afterwards; a clinical score by the mean absolute error. Of equals the one with the lower loss
    is better, then the first. One seed of each inner fit will do. All candidates have the same
    folds, on whatever atlas; one atlas after the other is read.

    Args:
        fitting: how models are trained, and on which subjects; without a parent.
        places: rows of the cohort: the training subjects of outer folds, or all.
        arms: what is compared.

    Raises:
        CohortError: too few subjects of a class for the inner folds.
        TrainingError: no candidate could be trained.

    """
    classes, candidates = fitting.classes, all_candidates(arms)
    folds = [_inner(fitting.cohort, rows, classes, candidates[0].seed) for rows in places]
    scored: list[list[_Scored]] = []
    done = list(accumulate((candidate.epochs for candidate in candidates), initial=0))
    for arm in arms:
        cohort = arm.train()
        train = partial(
            fit_all, cohort, classes=classes, device=fitting.device, callback=fitting.callback
        )
        for candidate in arm.candidates:
            number = len(scored) + 1
            span = done[number - 1] / done[-1], done[number] / done[-1]
            with fitting.callback.progress.part(*span, (number, number)):
                settings = inner_settings(candidate, inherited=False)
                fits = _fits(train, folds, settings)
            scored.append(
                [
                    _Scored(reason=fitted)
                    if isinstance(fitted, Message)
                    else _scored(cohort, inner, fitted, classes)
                    for inner, fitted in zip(folds, fits, strict=True)
                ]
            )
    of_places = zip(*scored, strict=True)
    return [_compared(of_place, rows) for of_place, rows in zip(of_places, places, strict=True)]


@dataclass(frozen=True)
class _Scored:
    """One candidate on the inner folds of one place; ``reason`` says why there is nothing."""

    figure: float | None = None
    loss: float = float("inf")
    logs: FloatArray | None = None  # (S of the cohort, C)
    reason: Message | None = None


def _inner(cohort: Cohort, rows: IntArray, classes: tuple[int, ...], seed: int) -> tuple[Fold, ...]:
    inside = cohort.rows(rows)
    cut = stratified(
        inside.labels if classes else None,
        inside.persons,
        folds=INNER_FOLDS,
        repeats=1,
        seed=seed,
        names=cohort.class_names,
    )
    return tuple(Fold(rows[fold.train], rows[fold.test], 0, fold.name) for fold in cut)


Train = Callable[[Sequence[FitSpec]], list[FitResult]]


def _fits(
    train: Train, folds: Sequence[Sequence[Fold]], candidate: TrainingSettings
) -> list[list[FitResult] | Message]:
    """One candidate at all places, trained together; each by itself where one of them fails.

    A message says why there is nothing at a place.
    """
    specs = [[FitSpec(fold.train, candidate) for fold in inner] for inner in folds]
    try:
        fits = train([spec for of_place in specs for spec in of_place])
    except (CohortError, SettingsError, TrainingError) as error:
        if len(folds) == 1:
            return [error.messages[0]]
        return [_alone(train, of_place) for of_place in specs]
    return [fits[first : first + INNER_FOLDS] for first in range(0, len(fits), INNER_FOLDS)]


def _alone(train: Train, specs: Sequence[FitSpec]) -> list[FitResult] | Message:
    try:
        return train(specs)
    except (CohortError, SettingsError, TrainingError) as error:
        return error.messages[0]


def _scored(
    cohort: Cohort, folds: Sequence[Fold], fits: Sequence[FitResult], classes: tuple[int, ...]
) -> _Scored:
    pairs = list(zip(folds, fits, strict=True))
    figures = [figure(cohort, fold.test, fit.predicted[fold.test], classes) for fold, fit in pairs]
    known = [value for value in figures if value is not None]
    logs = out_of_fold(folds, fits, len(cohort), len(classes))
    loss = fmean(mean_loss(cohort, fold, fit.predicted, classes) for fold, fit in pairs)
    return _Scored(fmean(known) if known else None, loss, logs)


def figure(
    cohort: Cohort, rows: IntArray, predicted: FloatArray, classes: tuple[int, ...]
) -> float | None:
    """What candidates are compared by, of some rows (S',) that are predicted (S', C) or (S', 1).

    The area under the ROC curve, of several classes its mean over each against the others; the mean
    absolute error of a clinical score. None where a class is missing.
    """
    if not classes:
        return float(np.abs(predicted[:, 0] - cohort.scores[rows]).mean())
    labels = cohort.labels[rows]
    if any((labels == label).sum() in (0, len(labels)) for label in classes):
        return None
    if len(classes) == 2:
        return auc(labels == classes[1], predicted[:, 1])
    return fmean(auc(labels == label, predicted[:, k]) for k, label in enumerate(classes))


def _compared(scored: Sequence[_Scored], rows: IntArray) -> Comparison:
    reasons = {
        n: candidate.reason for n, candidate in enumerate(scored) if candidate.reason is not None
    }
    if len(reasons) == len(scored):
        raise TrainingError(next(iter(reasons.values())))
    is_regression = any(
        candidate.logs is not None and not candidate.logs.shape[1] for candidate in scored
    )

    def rank(number: int) -> tuple[bool, float, float]:
        each = scored[number]
        unknown = float("inf")
        if each.figure is not None:
            unknown = each.figure if is_regression else -each.figure
        return number in reasons, unknown, each.loss

    best = min(range(len(scored)), key=rank)
    logs = scored[best].logs
    return Comparison(
        [candidate.figure for candidate in scored],
        best,
        reasons,
        logs=None if logs is None else logs[rows],
    )


def summarise(
    own: Comparison,
    in_folds: Sequence[Comparison],
    arms: Sequence[Arm],
    sweep: str,
    *,
    is_regression: bool,
) -> SweepResult:
    """What a sweep gave.

    Args:
        own: the comparison on all training subjects, whose best candidate is the model.
        in_folds: those of the outer folds.
        arms: what was compared.
        sweep: the settings that it lists.
        is_regression: whether a clinical score is predicted.

    """
    metric = MAE if is_regression else AUC
    sign = -1 if metric in LOWER_IS_BETTER else 1
    listed = [
        Candidate(
            values,
            own.figures[number],
            _mean([fold.figures[number] for fold in in_folds]),
            sum(fold.best == number for fold in in_folds),
            own.reasons.get(number),
        )
        for number, values in enumerate(_values_of(arms, sweep))
    ]
    worst = float("inf")

    def rank(number: int) -> tuple[bool, float, int]:
        value = own.figures[number]
        return number != own.best, worst if value is None else -sign * value, number

    gaps = []
    for comparison in in_folds:
        inner = comparison.figures[comparison.best]
        gaps.append(
            None
            if inner is None or comparison.tested is None
            else sign * (inner - comparison.tested)
        )
    return SweepResult(
        metric,
        [listed[number] for number in sorted(range(len(listed)), key=rank)],
        INNER_FOLDS,
        len(in_folds),
        _mean([fold.tested for fold in in_folds]),
        _mean(gaps),
    )


def _values_of(arms: Sequence[Arm], sweep: str) -> list[dict[str, Any]]:
    """What each candidate has of its own; the atlas where there are several."""
    return [
        ({ATLAS: arm.atlas} if len(arms) > 1 else {}) | swept_values(candidate, sweep)
        for arm in arms
        for candidate in arm.candidates
    ]


def _mean(values: Sequence[float | None]) -> float | None:
    """Of those that are known."""
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


TINY = 1e-12


def inner_settings(settings: TrainingSettings, *, inherited: bool) -> TrainingSettings:
    """One seed of each inner fit will do; a parent has as many models as it has."""
    return settings if inherited else replace(settings, seeds=1)


def out_of_fold(
    folds: Sequence[Fold], fits: Sequence[FitResult], subjects: int, classes: int
) -> FloatArray:
    """Log probabilities (S, C) of each subject by the fit that held it out; NaN of the others."""
    logs = np.full((subjects, classes), np.nan)
    for fold, fit in zip(folds, fits, strict=True):
        if fit.log_probabilities is not None:
            logs[fold.test] = fit.log_probabilities[fold.test]
    return logs


def mean_loss(cohort: Cohort, fold: Fold, predicted: FloatArray, classes: tuple[int, ...]) -> float:
    """Mean log loss of the held-out subjects, or mean squared error of their scores."""
    held_out = predicted[fold.test]
    if held_out.shape[1] == 1:
        return float(np.mean((held_out[:, 0] - cohort.scores[fold.test]) ** 2))
    index: IntArray = np.searchsorted(classes, cohort.labels[fold.test])
    probability = held_out[np.arange(len(index)), index]
    return float(-np.log(np.maximum(probability, TINY)).mean())
