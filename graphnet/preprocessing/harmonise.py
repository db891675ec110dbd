"""Take out what scanners add: ComBat, fitted on training subjects only.

Johnson et al. 2007, Biostatistics 8:118-127; for images Fortin et al. 2018, NeuroImage
167:104-120. The diagnosis is not protected as a covariate: that would carry the labels into the
features, and could not be done for a subject without one.
"""

import warnings
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
PARTS = ("slope", "intercept")


@dataclass(frozen=True)
class Harmoniser:
    """What ComBat does to a value of a site: ``slope`` times it, plus ``intercept``.

    Both are (sites, N, F). That is all there is to it once its empirical Bayes estimates are
    known, so a stored model needs neither the library nor the data they were made from.
    """

    sites: tuple[str, ...]
    slope: FloatArray
    intercept: FloatArray

    @classmethod
    def fit(cls, features: FloatArray, sites: Sequence[str]) -> Self:
        """Fit on the training subjects' ``features`` (S, N, F), NaN where missing, by site.

        A missing value counts as its site's mean; a column that does not vary is left alone.

        Raises:
            CohortError: fewer than two sites, or a site with fewer than three subjects.

        """
        _check(sites)
        names = tuple(sorted(set(sites)))
        flat = features.reshape(len(features), -1)
        filled = _filled(flat, sites, names)
        varies = _varies(filled, sites, names)
        slope = np.ones((len(names), flat.shape[1]))
        intercept = np.zeros_like(slope)
        if varies.any():
            slope[:, varies], intercept[:, varies] = _combat(filled[:, varies], sites, names)
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


def _filled(flat: FloatArray, sites: Sequence[str], names: Sequence[str]) -> FloatArray:
    """Missing values as their site's mean, the whole column's where a site has none."""
    filled = flat.copy()
    everywhere = _mean(flat, np.zeros(flat.shape[1]))
    for name in names:
        rows = _at(name, sites)
        there = filled[rows]
        filled[rows] = np.where(np.isnan(there), _mean(there, everywhere), there)
    return filled


def _mean(values: FloatArray, otherwise: FloatArray) -> FloatArray:
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), otherwise)


def _varies(filled: FloatArray, sites: Sequence[str], names: Sequence[str]) -> Any:
    """Columns that vary within every site: others have no scale that could be estimated."""
    within = [filled[_at(name, sites)].std(axis=0) for name in names]
    return np.min(within, axis=0) > 1e-9 * np.abs(filled).max(axis=0)


def _combat(
    columns: FloatArray, sites: Sequence[str], names: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    """Slope and intercept (sites, columns), read off what the fitted library does to 0 and 1."""
    import pandas as pd  # noqa: PLC0415 - slow to import, like the next
    from combatlearn import ComBat  # noqa: PLC0415

    width = columns.shape[1]
    probes = np.repeat(np.array([[0.0], [1.0]]), len(names), axis=0) * np.ones(width)
    batch = pd.Series([*sites, *names, *names])
    with warnings.catch_warnings():
        # One column has nothing to pool over; the result says so, see ``columns``.
        warnings.filterwarnings("ignore", "Only one feature", UserWarning)
        combat = ComBat(batch=batch).fit(pd.DataFrame(columns))
    index = range(len(columns), len(columns) + len(probes))
    mapped = np.asarray(combat.transform(pd.DataFrame(probes, index=index)))
    at_zero, at_one = mapped[: len(names)], mapped[len(names) :]
    return at_one - at_zero, at_zero
