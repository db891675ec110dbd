"""How the values of a cohort lie, by measure and site, as the file has them."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from graphnet.cohort import Cohort, FloatArray, IntArray

QUANTILES = {"low": 0.05, "q1": 0.25, "median": 0.5, "q3": 0.75, "high": 0.95}
MOST_SITES = 50
MOST_MEASURES = 50
OTHER = "other"
CONNECTIVITY = "FC"
DIGITS = 6

Box = dict[str, float | int | None]


def distributions(cohort: Cohort) -> dict[str, dict[str, Box]]:
    """By measure and site: subjects ``n``, and the 5, 25, 50, 75 and 95 % of their values.

    Over all regions and subjects of the site that are usable; nothing is filled, scaled or clipped.
    None where there is no value. Connectivity, over the pairs of regions, stands as ``FC``. The
    smallest of more than 50 sites are taken together as ``other``; of more than 50 measures the
    first are told.
    """
    rows = _rows(cohort)
    found = {
        measure: _boxes(cohort.features[:, :, place], rows)
        for place, measure in enumerate(_measures(cohort))
    }
    if cohort.connectomes is not None:
        pairs = np.triu_indices(len(cohort.regions), 1)
        found[CONNECTIVITY] = _boxes(cohort.connectomes[:, pairs[0], pairs[1]], rows)
    return found


def classes_by_site(cohort: Cohort) -> dict[str, dict[str, int]]:
    """How many subjects of each class every site has; the smallest sites as above."""
    counts = {site: Counter(cohort.labels[rows].tolist()) for site, rows in _rows(cohort).items()}
    return {
        site: {str(label): by_class[label] for label in sorted(by_class)}
        for site, by_class in counts.items()
    }


def _measures(cohort: Cohort) -> tuple[str, ...]:
    """Those of the table; a connectome that stands in their place is told as one."""
    rows = tuple(f"{CONNECTIVITY}_{region}" for region in cohort.regions)
    return () if cohort.measures == rows else cohort.measures[:MOST_MEASURES]


def _rows(cohort: Cohort) -> dict[str, IntArray]:
    """The subjects of each site, by name."""
    counts = Counter(cohort.sites)
    apart = {site for site, _ in counts.most_common(MOST_SITES)}
    names = np.array([site if site in apart else OTHER for site in cohort.sites], dtype=object)
    return {str(name): np.flatnonzero(names == name) for name in sorted(set(names.tolist()))}


def _boxes(values: FloatArray, rows: Mapping[str, IntArray]) -> dict[str, Box]:
    """A box for each site of ``values`` (S, …)."""
    return {site: {"n": len(own), **_quantiles(values[own])} for site, own in rows.items()}


def _quantiles(values: FloatArray) -> dict[str, float | None]:
    usable = values[np.isfinite(values)]
    if not usable.size:
        return dict.fromkeys(QUANTILES)
    found = np.quantile(usable, list(QUANTILES.values()))
    return {
        name: float(f"{value:.{DIGITS}g}") for name, value in zip(QUANTILES, found, strict=True)
    }
