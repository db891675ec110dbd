"""Covariates as numbers: which of them may confound a result, and what they alone predict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import RidgeCV
from threadpoolctl import threadpool_limits

from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.data.dataset import CATEGORICAL, NUMERIC, Covariate, covariate_key
from graphnet.errors import CohortError
from graphnet.evaluation import logistic
from graphnet.evaluation.baselines import RIDGES, STRENGTHS, Baseline, inner_folds, spread
from graphnet.messages import Message, first_of

COVARIATES, SITE = "covariates", "site"  # the baselines
NONE = "none"  # in place of names
MOST_LEVELS = 20  # of a word, each of which is a column
# What the field controls for, as tables call it (see Covariate.key).
RECOGNISED = {
    *("age", "ageatscan", "ageatmri", "ageyears", "ageyrs", "ageinyears", "scanage"),
    *("sex", "gender", "sexatbirth"),
    *("fd", "meanfd", "fdmean", "meanfdjenkinson", "fdjenkinson", "meanfdpower", "fdpower"),
    *("funcmeanfd", "meanframewisedisplacement", "framewisedisplacement", "fwd", "meanfwd"),
    *("motion", "headmotion", "meanmotion", "rmsmotion"),
    *("icv", "tiv", "etiv", "intracranialvolume", "totalintracranialvolume"),
    *("estimatedtotalintracranialvol", "estimatedtotalintracranialvolume"),
    *("hand", "handedness", "education", "educationyears", "yearsofeducation", "edu", "eduyears"),
    *("eyestatus", "eyestatusatscan", "eyes"),
    *("scanner", "scannertype", "manufacturer", "fieldstrength", "coil"),
}


def confounds_of(train: Cohort, asked: Sequence[str] | None) -> tuple[str, ...]:
    """The covariates that results are checked against: those asked for, or those recognised.

    Raises:
        CohortError: the training subjects do not have one that is asked for.

    """
    present = {covariate.key: covariate.name for covariate in train.covariates}
    if asked is None:
        keys = (covariate.key for covariate in train.covariates if _is_usable(covariate))
        return tuple(present[key] for key in keys if key in RECOGNISED)
    if [name.casefold() for name in asked] == [NONE]:
        return ()
    unknown = [name for name in asked if covariate_key(name) not in present]
    if unknown:
        known = first_of(present.values()) if present else Message("evaluation.no-covariates")
        raise CohortError(Message("evaluation.covariate-unknown", names=unknown, known=known))
    return tuple(dict.fromkeys(present[covariate_key(name)] for name in asked))


def _is_usable(covariate: Covariate) -> bool:
    """Whether it varies among the subjects, and has no more words than columns may have."""
    if covariate.kind == NUMERIC:
        present = covariate.numbers[~np.isnan(covariate.numbers)]
        return bool(len(present)) and bool((present != present[0]).any())
    return 1 < len({word for word in covariate.words if word}) <= MOST_LEVELS


def checked(cohort: Cohort) -> tuple[Covariate, ...]:
    """Those of a cohort that results are checked against."""
    return tuple(each for each in cohort.covariates if each.name in cohort.confounds)


@dataclass(frozen=True)
class Numeric:
    """Standardised by training subjects; a missing value is their mean, and says so."""

    key: str
    mean: float
    sd: float
    had_missing: bool

    def columns(self, covariate: Covariate | None, count: int) -> FloatArray:
        """(S, 1), or (S, 2) with whether it is missing."""
        values = np.full(count, np.nan)
        if covariate is not None and covariate.kind == NUMERIC:
            values = covariate.numbers
        missing = np.isnan(values)
        scaled = np.where(missing, 0.0, (np.where(missing, 0.0, values) - self.mean) / self.sd)
        both = [scaled, missing.astype(np.float64)] if self.had_missing else [scaled]
        return np.stack(both, axis=1)


@dataclass(frozen=True)
class Categorical:
    """A column for each word of the training subjects; a word that none of them has is none."""

    key: str
    levels: tuple[str, ...]

    def columns(self, covariate: Covariate | None, count: int) -> FloatArray:
        """(S, L) of L words, 0 or 1."""
        words = ("",) * count if covariate is None else _words(covariate)
        return np.array([[word == level for level in self.levels] for word in words], np.float64)


@dataclass(frozen=True)
class Design:
    """Covariates of any subjects as numbers (S, P), by what was fitted to training subjects."""

    parts: tuple[Numeric | Categorical, ...]

    @classmethod
    def fit(cls, covariates: Sequence[Covariate]) -> "Design":
        """Fit to those of the training subjects."""
        return cls(tuple(map(_part, covariates)))

    def of(self, covariates: Sequence[Covariate], count: int) -> FloatArray:
        """The numbers of ``count`` subjects."""
        by_key = {covariate.key: covariate for covariate in covariates}
        columns = [part.columns(by_key.get(part.key), count) for part in self.parts]
        return np.concatenate(columns, axis=1) if columns else np.zeros((count, 0))


def _part(covariate: Covariate) -> Numeric | Categorical:
    if covariate.kind == NUMERIC:
        values = covariate.numbers
        present = values[~np.isnan(values)]
        mean = float(present.mean()) if len(present) else 0.0
        sd = float(present.std()) if len(present) else 0.0
        return Numeric(covariate.key, mean, sd or 1.0, len(present) < len(values))
    return Categorical(covariate.key, tuple(sorted({word for word in covariate.words if word})))


def _words(covariate: Covariate) -> tuple[str, ...]:
    if covariate.kind == NUMERIC:
        return tuple("" if np.isnan(each) else f"{each:g}" for each in covariate.numbers)
    return covariate.words


def covariate_baselines(
    train: Cohort, held_out: Mapping[str, Cohort], targets: IntArray | FloatArray, classes: int
) -> dict[str, Baseline]:
    """What covariates alone predict, and the site alone: as the other baselines.

    Logistic regression (L2, strength by inner folds) of classes, ridge regression of a score. None
    where there are no covariates to check, or one site.

    Args:
        train: S subjects.
        held_out: the subjects to predict, by group.
        targets: (S,), classes from 0 on, or scores.
        classes: C; 0 of a score.

    """
    sources: dict[str, Callable[[Cohort], tuple[Covariate, ...]]] = {COVARIATES: checked}
    if len(set(train.sites)) > 1:
        sources[SITE] = _site
    found = {}
    with threadpool_limits(1):
        for name, covariates_of in sources.items():
            own = covariates_of(train)
            if not own:
                continue
            design = Design.fit(own)
            groups = {
                group: design.of(covariates_of(cohort), len(cohort))
                for group, cohort in held_out.items()
            }
            fit = _of_classes if classes else _of_score
            found[name] = fit(design.of(own, len(train)), targets, groups, classes)
    return found


def _site(cohort: Cohort) -> tuple[Covariate, ...]:
    """The site as a covariate."""
    return (Covariate(SITE, CATEGORICAL, cohort.sites),)


def _of_classes(
    x: FloatArray, targets: IntArray | FloatArray, groups: Mapping[str, FloatArray], classes: int
) -> Baseline:
    labels = targets.astype(np.int64)
    present, places = np.unique(labels, return_inverse=True)
    if len(present) < 2:
        return Baseline(reason=Message("evaluation.baseline-one-class"))
    folds = inner_folds(places)
    if folds:
        model = logistic.fit_strongest(x, places, STRENGTHS, folds)
    else:
        model = logistic.fit(x, places, STRENGTHS[1])
    predicted = {name: np.exp(model.log_probabilities(each)) for name, each in groups.items()}
    return spread(Baseline(predicted), present, classes)


def _of_score(
    x: FloatArray, targets: IntArray | FloatArray, groups: Mapping[str, FloatArray], _: int
) -> Baseline:
    model = RidgeCV(alphas=RIDGES).fit(x, targets)
    return Baseline(
        {name: np.asarray(model.predict(each))[:, None] for name, each in groups.items()}
    )
