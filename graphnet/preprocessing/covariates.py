"""Covariates as numbers, and measures without what covariates explain of them.

Everything is fitted to training subjects. Regressing covariates out is what neuroimaging calls
confound regression (Snoek, Miletić & Scholte 2019, NeuroImage 184:741-760): within folds, so that
nothing of the test subjects is in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from graphnet.data.cohort import NO_CLASS, Cohort, FloatArray
from graphnet.data.dataset import CATEGORICAL, NUMERIC, RECOGNISED, Covariate, covariate_key
from graphnet.errors import CohortError, ModelError
from graphnet.messages import Message, first_of

NONE = "none"  # in place of names
MOST_LEVELS = 20  # of a word, each of which is a column


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
    """Standardised by the training subjects; ``had_missing``: whether one of them lacks it."""

    key: str
    mean: float
    sd: float
    had_missing: bool
    kind = NUMERIC

    def values(self, covariate: Covariate | None, count: int) -> FloatArray:
        """(S, 1), NaN where missing."""
        if covariate is None or covariate.kind != NUMERIC:
            return np.full((count, 1), np.nan)
        return (covariate.numbers[:, None] - self.mean) / self.sd


@dataclass(frozen=True)
class Categorical:
    """A column for each word of the training subjects."""

    key: str
    levels: tuple[str, ...]
    had_missing: bool
    kind = CATEGORICAL

    def values(self, covariate: Covariate | None, count: int) -> FloatArray:
        """(S, L) of L words, 0 or 1; NaN of who has none of these words."""
        words = ("",) * count if covariate is None else _words(covariate)
        marks = [[word == level for level in self.levels] for word in words]
        found = np.array(marks, np.float64).reshape(count, len(self.levels))
        found[~found.any(axis=1)] = np.nan
        return found


Part = Numeric | Categorical
Float32Array = NDArray[np.float32]


@dataclass(frozen=True)
class Design:
    """Covariates of any subjects as numbers, by what was fitted to training subjects."""

    parts: tuple[Part, ...]

    @classmethod
    def fit(cls, covariates: Sequence[Covariate]) -> "Design":
        """Fit to those of the training subjects."""
        return cls(tuple(map(_part, covariates)))

    def values(self, covariates: Sequence[Covariate], count: int) -> FloatArray:
        """(S, P) of ``count`` subjects, NaN in all columns of a covariate that one lacks."""
        columns = [values for _, values in self.each(covariates, count)]
        return np.concatenate(columns, axis=1) if columns else np.zeros((count, 0))

    def marked(self, covariates: Sequence[Covariate], count: int) -> FloatArray:
        """The same with 0 in place of NaN, and a column for who lacks a covariate.

        That column is there for covariates that some training subject lacked.
        """
        columns: list[FloatArray] = [np.zeros((count, 0))]
        for part, values in self.each(covariates, count):
            columns.append(np.asarray(np.where(np.isnan(values), 0.0, values)))
            if part.had_missing:
                lacks = np.asarray(np.isnan(values).any(axis=1))
                columns.append(lacks[:, None].astype(np.float64))
        return np.concatenate(columns, axis=1)

    def missing(self, covariates: Sequence[Covariate], count: int) -> list[int]:
        """How many subjects lack each covariate, or have it otherwise than any training subject."""
        return [int(np.isnan(values).any(axis=1).sum())
                for _, values in self.each(covariates, count)]  # fmt: skip

    def as_list(self) -> list[dict[str, Any]]:
        """For a manifest."""
        return [{"kind": part.kind, **asdict(part)} for part in self.parts]

    @classmethod
    def from_list(cls, stored: Any) -> Self:
        """From a manifest. Raises KeyError, TypeError or ValueError if it is damaged."""
        return cls(tuple(map(_stored_part, stored)))

    def each(
        self, covariates: Sequence[Covariate], count: int
    ) -> Iterator[tuple[Part, FloatArray]]:
        """Each covariate's values (S, columns), NaN where one lacks it."""
        by_key = {covariate.key: covariate for covariate in covariates}
        for part in self.parts:
            yield part, part.values(by_key.get(part.key), count)


def _part(covariate: Covariate) -> Part:
    if covariate.kind == NUMERIC:
        values = covariate.numbers
        present = values[~np.isnan(values)]
        mean = float(present.mean()) if len(present) else 0.0
        spread = float(np.ptp(present)) if len(present) else 0.0
        varies = spread > CONSTANT * float(np.abs(present).max(initial=0.0))
        sd = float(present.std()) if varies else 1.0
        return Numeric(covariate.key, mean, sd, len(present) < len(values))
    words = covariate.words
    levels = tuple(sorted({word for word in words if word}))
    return Categorical(covariate.key, levels, not all(words))


def _words(covariate: Covariate) -> tuple[str, ...]:
    if covariate.kind == NUMERIC:
        return tuple("" if np.isnan(number) else f"{number:g}" for number in covariate.numbers)
    return covariate.words


def checked(cohort: Cohort) -> tuple[Covariate, ...]:
    """The covariates of a cohort that its results are checked against."""
    return tuple(covariate for covariate in cohort.covariates if covariate.name in cohort.confounds)


CONSTANT = 1e-9  # of the largest value: what varies by less is rounding
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
    def fit(
        cls,
        features: FloatArray,
        cohort: Cohort,
        *,
        controls_only: bool = False,
        within_sites: bool = False,
    ) -> Self:
        """Fit by least squares on training subjects' ``features`` (S, N, F), NaN where missing.

        Args:
            features: of all subjects of the cohort.
            cohort: whose ``confounds`` are taken out.
            controls_only: fit on the subjects of the first class alone, so that what the disease
                changes stays where it goes with a covariate (Dukart et al. 2011).
            within_sites: fit beside a mean for each site, so that what sites differ in is not
                taken for an effect of a covariate.

        Raises:
            CohortError: no covariate, too few subjects, or a covariate that tells the site.

        """
        covariates = checked(cohort)
        if not covariates:
            raise CohortError(Message("data.adjust-no-covariates"))
        design = Design.fit(covariates)
        x = design.values(covariates, len(cohort))
        rows = np.ones(len(cohort), dtype=bool)
        if controls_only:
            rows = _controls(cohort)
        least = max(FEWEST, LEAST_SUBJECTS * (x.shape[1] + 1))
        if rows.sum() < least:
            values = {"count": int(rows.sum()), "least": least, "columns": x.shape[1]}
            raise CohortError(Message("data.adjust-few-subjects", **values))
        means = column_means(x[rows])
        flat = features[rows].reshape(int(rows.sum()), -1)
        base = np.ones((int(rows.sum()), 1))
        if within_sites:
            base = _by_site(np.array(cohort.sites)[rows])
            _check_within_sites(covariates, base)
        slopes = _slopes(centred(x[rows], means), flat, base)
        names = tuple(covariate.name for covariate in covariates)
        return cls(names, design, means, slopes.reshape(-1, *features.shape[1:]))

    def transform(self, features: FloatArray, cohort: Cohort) -> FloatArray:
        """``features`` (S, N, F) as they would be at the training subjects' mean covariates.

        A covariate that a subject lacks is taken to be that mean, so nothing of it is taken out.
        """
        x = self.design.values(cohort.covariates, len(cohort))
        moved: FloatArray = features - np.tensordot(centred(x, self.means), self.slopes, axes=1)
        return moved

    def missing(self, cohort: Cohort) -> dict[str, int]:
        """How many subjects lack each covariate; their value is taken to be the mean."""
        counts = self.design.missing(cohort.covariates, len(cohort))
        return {name: count for name, count in zip(self.names, counts, strict=True) if count}

    def as_dict(self) -> dict[str, Any]:
        """For a manifest."""
        return {
            "names": list(self.names),
            "design": self.design.as_list(),
            "means": self.means.tolist(),
            "slopes": self.slopes.tolist(),
        }

    @classmethod
    def from_dict(cls, stored: Any) -> Self:
        """From a manifest. Raises ModelError if it is damaged."""
        try:
            names = tuple(str(name) for name in stored["names"])
            design = Design.from_list(stored["design"])
            means = np.array(stored["means"], dtype=np.float64)
            slopes = np.array(stored["slopes"], dtype=np.float64)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(Message("model.adjuster-damaged")) from error
        width = design.values((), 0).shape[1]
        is_whole = slopes.ndim == 3 and len(slopes) == width and means.shape == (width,)
        finite = np.isfinite(means).all() and np.isfinite(slopes).all()
        if not (is_whole and finite and len(names) == len(design.parts)):
            raise ModelError(Message("model.adjuster-damaged"))
        return cls(names, design, means, slopes)


def _controls(cohort: Cohort) -> NDArray[np.bool_]:
    """The subjects of the first class (S,). Raises CohortError where there are not two classes."""
    classes = [label for label in cohort.classes if label != NO_CLASS]
    if len(classes) < 2:
        raise CohortError(Message("data.adjust-no-controls"))
    return np.asarray(cohort.labels == classes[0])


def column_means(x: FloatArray) -> FloatArray:
    """The mean of each column of those who have it; 0 of a column that nobody has."""
    present = ~np.isnan(x)
    counts = present.sum(axis=0)
    return np.asarray(np.where(present, x, 0.0).sum(axis=0) / np.maximum(counts, 1))


def centred(x: FloatArray, means: FloatArray) -> FloatArray:
    """The distance of each value from the mean; 0 where it is missing."""
    return np.where(np.isnan(x), 0.0, x - means)


def _by_site(sites: NDArray[np.str_]) -> FloatArray:
    """A column (S, sites) for each site, 1 where a subject is of it."""
    return np.asarray(sites[:, None] == np.unique(sites)[None], dtype=np.float64)


def _check_within_sites(covariates: Sequence[Covariate], base: FloatArray) -> None:
    """Refuse covariates that do not vary beyond the sites (S, sites). Raises CohortError."""
    alone = [covariate.name for covariate in covariates if _lies_in((covariate,), base)]
    if not alone and _lies_in(covariates, base):
        alone = [covariate.name for covariate in covariates]
    if alone:
        raise CohortError(Message("data.combat-confounded", names=alone))


def _lies_in(covariates: Sequence[Covariate], base: FloatArray) -> bool:
    """Whether some of what the covariates vary in is fixed by the site."""
    x = Design.fit(covariates).values(covariates, len(base))
    apart = centred(x, column_means(x))
    overall = np.linalg.matrix_rank(apart)
    within = apart - base @ np.linalg.lstsq(base, apart, rcond=None)[0]
    return bool(np.linalg.matrix_rank(within, tol=CONSTANT * max(1.0, np.sqrt(x.size))) < overall)


def _slopes(x: FloatArray, values: FloatArray, base: FloatArray) -> FloatArray:
    """Least squares (P, M) of each column of ``values`` (S, M) beside ``base``, without NaN.

    ``base`` (S, B) is an intercept, or one for each site.

    A column of fewer subjects than covariates are, or that does not vary, is left as it is.
    """
    slopes = np.zeros((x.shape[1], values.shape[1]))
    present = ~np.isnan(values)
    whole = present.all(axis=0)
    slopes[:, whole] = _least_squares(x, values[:, whole], base)
    for column in np.flatnonzero(~whole):
        rows = present[:, column]
        if rows.sum() > x.shape[1] + base.shape[1]:
            own = values[rows][:, [column]]
            slopes[:, [column]] = _least_squares(x[rows], own, base[rows])
    return slopes


def _least_squares(x: FloatArray, values: FloatArray, base: FloatArray) -> FloatArray:
    found = np.linalg.lstsq(np.column_stack([base, x]), values, rcond=None)[0]
    return np.asarray(found[base.shape[1] :])


def _stored_part(stored: Any) -> Part:
    if stored["kind"] == NUMERIC:
        return Numeric(
            str(stored["key"]), float(stored["mean"]), float(stored["sd"]),
            bool(stored["had_missing"]),
        )  # fmt: skip
    levels = tuple(map(str, stored["levels"]))
    return Categorical(str(stored["key"]), levels, bool(stored["had_missing"]))
