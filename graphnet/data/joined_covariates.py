"""Covariates of several groups of subjects put below each other, where they mean the same.

Groups are datasets, or the sites of one. A sex that is 1 and 2 at one site and 0 and 1 at another,
or ages in years and in months, are no covariate of both.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from graphnet.data.dataset import (
    AGE_KEYS,
    CATEGORICAL,
    NUMERIC,
    SEX_KEYS,
    Covariate,
    FloatArray,
    usable,
)
from graphnet.messages import Message

Part = tuple[tuple[Covariate, ...], int]  # covariates, and of how many subjects
MOST_YEARS = 125.0  # of age
TIMES_OF_AGE = 8.0  # months are twelve times years, but one group may be older
TIMES = 20.0  # between two units, where no value lies between the groups
LEAST = 3  # values of a group
MOST_SHOWN = 5


def joined_covariates(
    parts: Sequence[Part],
) -> tuple[tuple[Covariate, ...], tuple[Message, ...]]:
    """The covariates of several cohorts, each with its number of subjects, one below the other.

    One that a cohort does not have is missing for its subjects. One that means something else in
    one cohort than in another is left out; why comes besides.
    """
    own: dict[str, list[Covariate]] = {}
    for covariates, _ in parts:
        for covariate in covariates:
            own.setdefault(covariate.key, []).append(covariate)
    odd = {key: why for key, same in own.items() if (why := difference(same)) is not None}
    joined = (_joined(same[0], parts) for key, same in own.items() if key not in odd)
    return tuple(joined), tuple(odd.values())


def difference(groups: Sequence[Covariate]) -> Message | None:
    """Why one covariate cannot mean the same in all groups; None where nothing says so."""
    name = groups[0].name
    if len({covariate.kind for covariate in groups}) > 1:
        return Message("data.covariate-kinds", covariate=name)
    if groups[0].key in SEX_KEYS:
        codes = _codes([usable(covariate)[0] for covariate in groups])
        return Message("data.covariate-codes", covariate=name, codes=codes) if codes else None
    if groups[0].kind == NUMERIC:
        sizes = _sizes(groups)
        if sizes is not None:
            low, high = (f"{size:.3g}" for size in sizes)
            return Message("data.covariate-units", covariate=name, low=low, high=high)
    return None


def _codes(groups: Sequence[Covariate]) -> list[str]:
    """The codes of each group, where each has at most two and all together more; [] otherwise."""
    if any(covariate.kind != CATEGORICAL for covariate in groups):
        return []
    codes = [tuple(sorted({*covariate.words} - {""})) for covariate in groups]
    distinct = [pair for pair in dict.fromkeys(codes) if pair]
    several = len({code for pair in distinct for code in pair}) > 2
    if not several or any(len(pair) > 2 for pair in distinct):
        return []
    return ["/".join(pair) for pair in distinct[:MOST_SHOWN]]


def _sizes(groups: Sequence[Covariate]) -> tuple[float, float] | None:
    """The medians of two groups that cannot be in one unit."""
    finite = [numbers[np.isfinite(numbers)] for numbers in (group.numbers for group in groups)]
    finite = [numbers for numbers in finite if len(numbers) >= LEAST and numbers.min() >= 0]
    ordered = sorted(finite, key=lambda numbers: float(np.median(numbers)))
    for lower, upper in pairwise(ordered):
        low, high = float(np.median(lower)), float(np.median(upper))
        if _are_two_units(lower, upper, high / low if low else 0, groups[0].key):
            return low, high
    return None


def _are_two_units(lower: FloatArray, upper: FloatArray, times: float, key: str) -> bool:
    if key in AGE_KEYS:
        return times >= TIMES_OF_AGE and upper.max() > MOST_YEARS >= lower.max()
    return times >= TIMES and bool(lower.max() < upper.min())


def _joined(named: Covariate, parts: Sequence[Part]) -> Covariate:
    numbers: list[FloatArray] = []
    words: list[str] = []
    for covariates, count in parts:
        own = next((covariate for covariate in covariates if covariate.key == named.key), None)
        if named.kind == NUMERIC:
            numbers.append(np.full(count, np.nan) if own is None else own.numbers)
        else:
            words += [""] * count if own is None else own.words
    values = np.concatenate(numbers) if named.kind == NUMERIC else tuple(words)
    return Covariate(named.name, named.kind, values)


def by_site(covariate: Covariate, sites: Sequence[str]) -> list[Covariate]:
    """The covariate of the subjects of each site."""
    places = np.array(sites)
    return [covariate.rows(np.flatnonzero(places == site)) for site in dict.fromkeys(sites) if site]
