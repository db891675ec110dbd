"""Take out what scanners add: ComBat, fitted on training subjects only.

Johnson et al. 2007, Biostatistics 8:118-127; for images Fortin et al. 2018, NeuroImage
167:104-120. The diagnosis is not protected as a covariate: that would carry the labels into the
features, and could not be done for a subject without one. Covariates such as age may be: what they
explain within sites is set aside first (:mod:`graphnet.preprocessing.covariates`) and put back
after, which is the published estimator with these covariates in its design.

Our own, because no library that is kept up is the published estimator: combatlearn 2.3 pools its
priors over sites instead of columns, and neuroHarmonize 2.5 gives NaN for a site that it has not
seen. The tests compare it with neuroCombat, the authors' own.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from graphnet.data.cohort import FloatArray, IntArray
from graphnet.errors import CohortError, ModelError
from graphnet.messages import Message, first_of

LEAST_SUBJECTS = 3
CONSTANT = 1e-9  # of the largest value
MOST_STEPS = 1000
STILL = 1e-10  # in standard deviations
PARTS = ("slope", "intercept")


@dataclass(frozen=True)
class Harmoniser:
    """What ComBat does to a value of a site: ``slope`` times it, plus ``intercept``.

    Both are (sites, N, F). That is all there is to it once its empirical Bayes estimates are
    known, so a stored model does not need the data that they were made from.
    """

    sites: tuple[str, ...]
    slope: FloatArray
    intercept: FloatArray

    @classmethod
    def fit(cls, features: FloatArray, sites: Sequence[str]) -> Self:
        """Fit on the training subjects' ``features`` (S, N, F), NaN where missing, by site.

        Missing values are left out. A column that does not vary at some site, or has fewer than
        three values there, stays as it is at all sites.

        Raises:
            CohortError: fewer than two sites, or a site with fewer than three subjects.

        """
        _check(sites)
        names = tuple(sorted(set(sites)))
        flat = features.reshape(len(features), -1)
        usable = _usable(flat, sites, names)
        slope = np.ones((len(names), flat.shape[1]))
        intercept = np.zeros_like(slope)
        if usable.any():
            slope[:, usable], intercept[:, usable] = _estimates(flat[:, usable], sites, names)
        shape = (len(names), *features.shape[1:])
        return cls(names, slope.reshape(shape), intercept.reshape(shape))

    def transform(self, features: FloatArray, sites: Sequence[str]) -> FloatArray:
        """``features`` (S, N, F) without the effect of their site.

        Each subject is treated by itself. Nothing is known of a site that was not in the training
        data, so its subjects stay as they are.
        """
        moved = features.copy()
        for place, name in enumerate(self.sites):
            rows = _at(name, sites)
            moved[rows] = features[rows] * self.slope[place] + self.intercept[place]
        return moved

    @property
    def columns(self) -> int:
        """How many measures of regions it moves at any site."""
        moved = (self.slope != 1) | (self.intercept != 0)
        return int(moved.any(axis=0).sum())

    def unseen(self, sites: Sequence[str]) -> dict[str, int]:
        """Subjects by site that the training data did not have."""
        return dict(Counter(site for site in sites if site not in self.sites))

    def as_dict(self) -> dict[str, Any]:
        """For a manifest."""
        return {"sites": list(self.sites)} | {part: getattr(self, part).tolist() for part in PARTS}

    @classmethod
    def from_dict(cls, stored: Any) -> Self:
        """From a manifest. Raises ModelError if it is not a harmoniser's."""
        try:
            sites = tuple(str(name) for name in stored["sites"])
            slope, intercept = (np.array(stored[part], dtype=np.float64) for part in PARTS)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(Message("model.harmoniser-damaged", problem="json")) from error
        if slope.ndim != 3 or slope.shape != intercept.shape or len(slope) != len(sites):
            raise ModelError(Message("model.harmoniser-damaged", problem="shape"))
        if not (np.isfinite(slope).all() and np.isfinite(intercept).all()):
            raise ModelError(Message("model.harmoniser-damaged", problem="infinite"))
        return cls(sites, slope, intercept)


def sites_of_one_class(sites: Sequence[str], labels: IntArray) -> list[str]:
    """Sites with subjects of one class only, where there are several: site and class are one."""
    classes: dict[str, set[int]] = {site: set() for site in sorted(set(sites))}
    for site, label in zip(sites, labels, strict=True):
        classes[site].add(int(label))
    if len(classes) < 2 or len(set.union(*classes.values())) < 2:
        return []
    return [site for site, found in classes.items() if len(found) == 1]


def _check(sites: Sequence[str]) -> None:
    counts = Counter(sites)
    if len(counts) < 2:
        raise CohortError(Message("data.harmonise-one-site", site=next(iter(counts))))
    few = [
        Message("data.site-has", site=site, count=count)
        for site, count in counts.items()
        if count < LEAST_SUBJECTS
    ]
    if few:
        raise CohortError(
            Message("data.harmonise-few-subjects", least=LEAST_SUBJECTS, sites=first_of(few))
        )


def _at(name: str, sites: Sequence[str]) -> NDArray[np.bool_]:
    """Which subjects are of the site, (S,)."""
    return np.array([site == name for site in sites], dtype=bool)


def _estimates(
    columns: FloatArray, sites: Sequence[str], names: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    """Slope and intercept (sites, columns) of what ComBat does to a value of each site.

    Parametric empirical Bayes (Johnson et al. 2007, sections 3.1 and 3.2): the location and scale
    of each column at a site are drawn to what the site's columns have in common. ``columns`` is
    (S, columns), NaN where missing: a value that is missing is left out of every sum.
    """
    parts = [columns[_at(name, sites)] for name in names]
    counts = np.array([(~np.isnan(part)).sum(axis=0) for part in parts])  # (sites, columns)
    means = np.array([np.nanmean(part, axis=0) for part in parts])
    shares = np.array([[len(part)] for part in parts]) / len(columns)
    grand = (shares * means).sum(axis=0)
    errors = [
        np.nansum((part - mean) ** 2, axis=0) for part, mean in zip(parts, means, strict=True)
    ]
    spread = np.sqrt(np.sum(errors, axis=0) / counts.sum(axis=0))
    slopes, intercepts = [], []
    for part, count in zip(parts, counts, strict=True):
        shift, stretch = _drawn_together((part - grand) / spread, count)
        slope = 1 / np.sqrt(stretch)
        slopes.append(slope)
        intercepts.append(grand - slope * (grand + shift * spread))
    return np.array(slopes), np.array(intercepts)


def _drawn_together(values: FloatArray, count: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The site's shift and variance in each column, given standardised ``values`` (S, columns).

    The modes of the posteriors, a normal one and an inverse gamma one, found in turn until both
    stand still. ``count`` values are known in each column. One column has nothing to be drawn to.
    """
    mean, variance = np.nanmean(values, axis=0), np.nanvar(values, axis=0, ddof=1)
    if values.shape[1] < 2 or np.ptp(variance) == 0:
        return mean, variance
    prior_mean, prior_variance = mean.mean(), mean.var(ddof=1)
    m, v = variance.mean(), variance.var(ddof=1)
    alpha, beta = 2 + m**2 / v, m + m**3 / v
    shift, stretch = mean, variance
    for _ in range(MOST_STEPS):
        before = shift, stretch
        weight = count * prior_variance
        shift = (weight * mean + stretch * prior_mean) / (weight + stretch)
        squares = np.nansum((values - shift) ** 2, axis=0)
        stretch = (beta + squares / 2) / (alpha + count / 2 - 1)
        if all(
            np.allclose(now, then, rtol=0, atol=STILL)
            for now, then in zip((shift, stretch), before, strict=True)
        ):
            break
    return shift, stretch


def _usable(columns: FloatArray, sites: Sequence[str], names: Sequence[str]) -> Any:
    """Columns with several values at every site that are not all the same: (columns,).

    Of others nothing can be estimated; they stay as they are.
    """
    usable = np.ones(columns.shape[1], dtype=bool)
    for name in names:
        part = columns[_at(name, sites)]
        known = ~np.isnan(part)
        least = np.where(known, part, np.inf).min(axis=0)
        greatest = np.where(known, part, -np.inf).max(axis=0)
        size = np.where(known, np.abs(part), 0.0).max(axis=0)
        usable &= (known.sum(axis=0) >= LEAST_SUBJECTS) & (greatest - least > CONSTANT * size)
    return usable
