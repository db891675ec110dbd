"""Covariates as numbers, and measures without what covariates explain of them.

Everything is fitted to training subjects. Regressing covariates out is what neuroimaging calls
confound regression (Snoek, Miletić & Scholte 2019, NeuroImage 184:741-760): within folds, so that
nothing of the test subjects is in it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from graphnet.data.cohort import Cohort, FloatArray
from graphnet.data.dataset import CATEGORICAL, NUMERIC, Covariate, covariate_key
from graphnet.errors import CohortError, ModelError
from graphnet.messages import Message, first_of

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


@dataclass(frozen=True)
class Numeric:
    """Standardised by training subjects; a missing value is their mean, and says so."""

    key: str
    mean: float
    sd: float
    had_missing: bool
    kind = NUMERIC

    def missing(self, covariate: Covariate) -> int:
        """How many subjects lack it."""
        if covariate.kind != NUMERIC:
            return len(covariate.values)
        return int(np.isnan(covariate.numbers).sum())

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
    kind = CATEGORICAL

    def missing(self, covariate: Covariate) -> int:
        """How many subjects lack it, or have a word that no training subject had."""
        return sum(word not in self.levels for word in _words(covariate))

    def columns(self, covariate: Covariate | None, count: int) -> FloatArray:
        """(S, L) of L words, 0 or 1."""
        words = ("",) * count if covariate is None else _words(covariate)
        marks = [[word == level for level in self.levels] for word in words]
        return np.array(marks, np.float64).reshape(len(words), len(self.levels))


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


def checked(cohort: Cohort) -> tuple[Covariate, ...]:
    """The covariates of a cohort that its results are checked against."""
    return tuple(each for each in cohort.covariates if each.name in cohort.confounds)


LEAST_SUBJECTS = 3  # per column of covariates, and at least 10
FEWEST = 10


@dataclass(frozen=True)
class CovariateAdjuster:
    """Takes out what covariates explain: ``slopes`` (P, N, F) of P columns, about their ``means``.

    ``names`` are the covariates', as the training data call them.
    """

    names: tuple[str, ...]
    design: Design
    means: FloatArray
    slopes: FloatArray

    @classmethod
    def fit(cls, features: FloatArray, cohort: Cohort, *, controls_only: bool) -> Self:
        """Fit by least squares on training subjects' ``features`` (S, N, F), NaN where missing.

        Args:
            features: of all subjects of the cohort.
            cohort: whose ``confounds`` are taken out.
            controls_only: fit on the subjects of the first class alone, so that what the disease
                changes stays where it goes with a covariate (Dukart et al. 2011).

        Raises:
            CohortError: no covariate, or too few subjects.

        """
        covariates = checked(cohort)
        if not covariates:
            raise CohortError(Message("data.adjust-no-covariates"))
        design = Design.fit(covariates)
        x = design.of(covariates, len(cohort))
        rows = np.ones(len(cohort), dtype=bool)
        if controls_only:
            rows = cohort.labels == cohort.classes[0]
        least = max(FEWEST, LEAST_SUBJECTS * (x.shape[1] + 1))
        if rows.sum() < least:
            values = {"count": int(rows.sum()), "least": least, "columns": x.shape[1]}
            raise CohortError(Message("data.adjust-few-subjects", **values))
        means = x[rows].mean(axis=0)
        flat = features[rows].reshape(int(rows.sum()), -1)
        slopes = _slopes(x[rows] - means, flat)
        names = tuple(covariate.name for covariate in covariates)
        return cls(names, design, means, slopes.reshape(-1, *features.shape[1:]))

    def transform(self, features: FloatArray, cohort: Cohort) -> FloatArray:
        """``features`` (S, N, F) as they would be at the training subjects' mean covariates."""
        x = self.design.of(cohort.covariates, len(cohort)) - self.means
        moved: FloatArray = features - np.tensordot(x, self.slopes, axes=1)
        return moved

    def missing(self, cohort: Cohort) -> dict[str, int]:
        """How many subjects lack each covariate; their value is taken to be the mean."""
        by_key = {covariate.key: covariate for covariate in cohort.covariates}
        counts = {}
        for name, part in zip(self.names, self.design.parts, strict=True):
            covariate = by_key.get(part.key)
            counts[name] = len(cohort) if covariate is None else part.missing(covariate)
        return {name: count for name, count in counts.items() if count}

    def as_dict(self) -> dict[str, Any]:
        """For a manifest."""
        return {
            "names": list(self.names),
            "design": [{"kind": part.kind, **asdict(part)} for part in self.design.parts],
            "means": self.means.tolist(),
            "slopes": self.slopes.tolist(),
        }

    @classmethod
    def from_dict(cls, stored: Any) -> Self:
        """From a manifest. Raises ModelError if it is none of ours."""
        try:
            names = tuple(str(name) for name in stored["names"])
            design = Design(tuple(map(_stored_part, stored["design"])))
            means = np.array(stored["means"], dtype=np.float64)
            slopes = np.array(stored["slopes"], dtype=np.float64)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(Message("model.adjuster-damaged")) from error
        width = design.of((), 0).shape[1]
        is_whole = slopes.ndim == 3 and len(slopes) == width and means.shape == (width,)
        finite = np.isfinite(means).all() and np.isfinite(slopes).all()
        if not (is_whole and finite and len(names) == len(design.parts)):
            raise ModelError(Message("model.adjuster-damaged"))
        return cls(names, design, means, slopes)


def _slopes(x: FloatArray, values: FloatArray) -> FloatArray:
    """Least squares (P, M) of each column of ``values`` (S, M) with an intercept, without NaN.

    A column of fewer subjects than covariates are, or that does not vary, is left as it is.
    """
    slopes = np.zeros((x.shape[1], values.shape[1]))
    present = ~np.isnan(values)
    whole = present.all(axis=0)
    slopes[:, whole] = _least_squares(x, values[:, whole])
    for column in np.flatnonzero(~whole):
        rows = present[:, column]
        if rows.sum() > x.shape[1] + 1:
            slopes[:, [column]] = _least_squares(x[rows], values[rows][:, [column]])
    return slopes


def _least_squares(x: FloatArray, values: FloatArray) -> FloatArray:
    with_intercept = np.column_stack([np.ones(len(x)), x])
    return np.asarray(np.linalg.lstsq(with_intercept, values, rcond=None)[0][1:])


def _stored_part(stored: Any) -> Numeric | Categorical:
    if stored["kind"] == NUMERIC:
        return Numeric(
            str(stored["key"]), float(stored["mean"]), float(stored["sd"]),
            bool(stored["had_missing"]),
        )  # fmt: skip
    return Categorical(str(stored["key"]), tuple(map(str, stored["levels"])))
