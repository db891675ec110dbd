"""Two modalities together: a model of each, their log odds added up; a subject may lack one.

log odds = prior + Σ slope · (a model's log odds - prior), over the modalities that a subject has.
The prior is that of the class shares. The slopes are fitted by likelihood, with a standard normal
prior each, to predictions of training subjects by models that had no part of them: those on which a
task's folds are calibrated. Each set of modalities has slopes of its own, by the training subjects
who have all of the set, so a subject with one modality has that model's calibrated probability.
With equal weights every slope is 1: what the service does where it compares two tasks
(:mod:`graphnet.evaluation.fusion`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Self

import numpy as np
import torch
from scipy.optimize import minimize
from scipy.special import expit

from graphnet.artifacts.metrics import Estimate, SplitMetrics
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.evaluation.calibration import LEAST_SLOPE, MOST_SLOPE
from graphnet.evaluation.folds import Fold, stratified
from graphnet.evaluation.fusion import add_up
from graphnet.evaluation.metrics import evaluate_repeats
from graphnet.evaluation.recalibration import InnerFold, inner_folds
from graphnet.evaluation.resampling import fold_widening, paired_difference
from graphnet.training.stacked import FitSpec, fit_all

FUSED, EQUAL = "both", "both, equal weights"
CPU = torch.device("cpu")
ABSENT = -1


@dataclass(frozen=True)
class Modality:
    """What was measured of some of S people, and how its model is trained.

    ``rows`` (S,): of each of the people in the cohort, -1 of who is not there.
    """

    name: str
    cohort: Cohort
    settings: TrainingSettings
    rows: IntArray

    @property
    def known(self) -> np.typing.NDArray[np.bool_]:
        """Who has it, (S,)."""
        return np.asarray(self.rows != ABSENT)

    def log_odds(self, trained: Sequence[IntArray]) -> FloatArray:
        """(J, S) of class 1, by models trained on J sets of people; NaN of who lacks it."""
        inside = [np.sort(self.rows[people[self.known[people]]]) for people in trained]
        specs = [FitSpec(rows, self.settings) for rows in inside]
        fits = fit_all(self.cohort, specs, self.cohort.classes, device=CPU)
        found = np.full((len(trained), len(self.rows)), np.nan)
        for odds, fit in zip(found, fits, strict=True):
            if fit.log_probabilities is None:
                raise ValueError("a clinical score has no log odds")
            apart = fit.log_probabilities[:, 1] - fit.log_probabilities[:, 0]
            odds[self.known] = apart[self.rows[self.known]]
        return found


@dataclass(frozen=True)
class People:
    """S people by their ids, with ``labels`` (S,) 0 or 1, each of whom has some modality."""

    ids: tuple[str, ...]
    labels: IntArray
    modalities: tuple[Modality, ...]

    @classmethod
    def of(cls, measured: Mapping[str, tuple[Cohort, TrainingSettings]]) -> Self:
        """Everybody in one of the cohorts, by the ids that these write; two classes in each.

        Raises:
            ValueError: an id on two rows of a cohort, or of two classes.

        """
        cohorts = [cohort for cohort, _ in measured.values()]
        labels: dict[str, int] = {}
        for cohort in cohorts:
            own = dict(zip(cohort.ids, (cohort.labels == cohort.classes[1]).tolist(), strict=True))
            odd = [name for name, label in own.items() if labels.get(name, label) != label]
            if odd or len(own) < len(cohort):
                raise ValueError(
                    f"ids on two rows, or of two classes: {odd or cohort.repeated_ids}"
                )
            labels |= own
        modalities = []
        for name, (cohort, settings) in measured.items():
            places = {person: row for row, person in enumerate(cohort.ids)}
            rows = np.array([places.get(person, ABSENT) for person in labels])
            modalities.append(Modality(name, cohort, settings, rows))
        return cls(tuple(labels), np.array(list(labels.values()), np.int64), tuple(modalities))

    @property
    def known(self) -> np.typing.NDArray[np.bool_]:
        """Who has what, (S, M)."""
        return np.stack([each.known for each in self.modalities], axis=1)

    def folds(self, count: int, repeats: int) -> tuple[Fold, ...]:
        """Those that a task would cut of the same people."""
        return stratified(self.labels, self.ids, folds=count, repeats=repeats, seed=0)


@dataclass(frozen=True)
class Fusion:
    """The slope of each of M models' log odds beyond the ``prior``, that of the class shares.

    Of one model it is a task's calibration (:class:`graphnet.evaluation.calibration.Calibration`).
    """

    prior: float
    slopes: FloatArray

    @classmethod
    def fit(cls, odds: FloatArray, labels: IntArray, prior: float) -> Self:
        """Of most likelihood, with a standard normal prior of each slope, bounded as there.

        Args:
            odds: (S, M), by models that were not trained on these subjects.
            labels: (S,), 0 or 1.
            prior: log odds of the class shares of the training subjects.

        """
        beyond = odds - prior

        def loss(slopes: FloatArray) -> tuple[float, FloatArray]:
            found = prior + beyond @ slopes
            value = np.logaddexp(0, found).sum() - found[labels == 1].sum() + slopes @ slopes / 2
            return float(value), (expit(found) - labels) @ beyond + slopes

        count = odds.shape[1]
        bounds = [(LEAST_SLOPE, MOST_SLOPE)] * count
        options = {"gtol": 1e-6, "ftol": 0.0}
        best = minimize(
            loss, np.ones(count), jac=True, bounds=bounds, method="L-BFGS-B", options=options
        )
        return cls(prior, np.asarray(best.x))

    def apply(self, odds: FloatArray) -> FloatArray:
        """Log odds (S,) by those of M models (S, M)."""
        return np.asarray(self.prior + (odds - self.prior) @ self.slopes)


@dataclass(frozen=True)
class Fused:
    """Out-of-fold log odds (R, S), by name: of both, with equal weights, and of each modality.

    ``ranked`` has what subjects are ranked by: of one modality its model's log odds before they
    are calibrated, as in a task's result. Who lacks a modality has the prior there. ``slopes`` of
    who has all modalities, (J, M), are those of each fold.
    """

    people: People
    count: int  # of folds per repeat
    odds: Mapping[str, FloatArray]
    ranked: Mapping[str, FloatArray]
    slopes: FloatArray

    def metrics(self, name: str, rows: IntArray) -> SplitMetrics:
        """As a task's result has them, of these people."""
        given = (_classes(each[name][:, rows]) for each in (self.odds, self.ranked))
        return evaluate_repeats(self.people.labels[rows], *given)

    def difference(self, name: str, rows: IntArray) -> Estimate:
        """The AUC of both minus it: paired, and widened for what folds share."""
        odds, ranked = (
            (_classes(each[FUSED][:, rows]), _classes(each[name][:, rows]))
            for each in (self.odds, self.ranked)
        )
        found = paired_difference(self.people.labels[rows], *odds, ranked=ranked)["auc"]
        return found.widened(fold_widening(self.count))


def _classes(odds: FloatArray) -> FloatArray:
    """Class probabilities (R, S, 2) of log odds (R, S)."""
    return np.stack([expit(-odds), expit(odds)], axis=-1)


def fuse(people: People, folds: Sequence[Fold]) -> Fused:
    """Out-of-fold predictions; all that is fitted is fitted to a fold's training subjects."""
    inner = inner_folds(folds, people.labels, people.ids, seed=0)
    rows = [fold.train for fold in folds] + [part.train for part in chain.from_iterable(inner)]
    trained = {each.tobytes(): each for each in rows}
    sets = list(trained.values())
    by_model = np.stack([each.log_odds(sets) for each in people.modalities], axis=2)
    by_set = dict(zip(trained, by_model, strict=True))
    everything = np.ones(len(people.modalities), dtype=bool)
    names = (FUSED, EQUAL, *(each.name for each in people.modalities))
    shape = 1 + max(fold.repeat for fold in folds), len(people.ids)
    found, ranked = ({name: np.full(shape, np.nan) for name in names} for _ in range(2))
    slopes = []
    for fold, own in zip(folds, inner, strict=True):
        place = fold.repeat, fold.test
        tested = by_set[fold.train.tobytes()][fold.test]
        of_fold = _Inner.of(people, fold, own, by_set)
        added = []
        for column, modality in enumerate(people.modalities):
            alone = np.where(np.arange(tested.shape[1]) == column, tested, np.nan)
            calibrated, plain = of_fold.calibrated(alone), tested[:, column]
            found[modality.name][place] = calibrated
            ranked[modality.name][place] = np.where(np.isnan(plain), of_fold.prior, plain)
            added.append(calibrated)
        for name, odds in (
            (FUSED, of_fold.calibrated(tested)),
            (EQUAL, add_up(np.stack(added), np.array(of_fold.prior))),
        ):
            found[name][place] = ranked[name][place] = odds
        slopes.append(of_fold.fitted(everything).slopes)
    count = len({fold.name for fold in folds})
    return Fused(people, count, found, ranked, np.array(slopes))


@dataclass(frozen=True)
class _Inner:
    """Predictions of a fold's training subjects by models that had no part of them.

    ``odds`` (S', M) with NaN of who lacks a modality, ``labels`` (S',); ``prior`` of the class
    shares of all training subjects of the fold.
    """

    odds: FloatArray
    labels: IntArray
    prior: float

    @classmethod
    def of(
        cls,
        people: People,
        fold: Fold,
        inner: Sequence[InnerFold],
        by_set: Mapping[bytes, FloatArray],
    ) -> Self:
        """Of a fold, by the predictions of each training set."""
        odds = np.concatenate([by_set[part.train.tobytes()][part.test] for part in inner])
        labels = np.concatenate([people.labels[part.test] for part in inner])
        share = people.labels[fold.train].mean()
        return cls(odds, labels, float(np.log(share / (1 - share))))

    def fitted(self, chosen: np.typing.NDArray[np.bool_]) -> Fusion:
        """The fusion of the ``chosen`` of M modalities, by who has all of them."""
        odds = self.odds[:, chosen]
        rows = ~np.isnan(odds).any(axis=1)
        return Fusion.fit(odds[rows], self.labels[rows], self.prior)

    def calibrated(self, tested: FloatArray) -> FloatArray:
        """Log odds (S,) of test subjects (S, M), each by what is known; by nothing the prior."""
        known = ~np.isnan(tested)
        found = np.full(len(tested), self.prior)
        for chosen in np.unique(known, axis=0):
            if chosen.any():
                rows = (known == chosen).all(axis=1)
                found[rows] = self.fitted(chosen).apply(tested[np.ix_(rows, chosen)])
        return found
