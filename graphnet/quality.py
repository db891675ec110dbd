"""What is wrong in a table of measures, found per subject and per measure, by stated rules.

Every rule looks at one subject alone, so a verdict on one person never depends on another,
and a stored model treats a new subject just as it treated those it was trained on. Columns
that hardly vary and values far outside the training range are matters of scaling, which is
fitted on training subjects: see :mod:`graphnet.scaling`.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ABSURD_RATIO = 1e3
ABSURD_VALUE = 1e9
BROKEN_SHARE = 0.1

RULES = {
    "missing": (
        "A missing value is filled with the median of the training subjects in that column."
    ),
    "infinite": "An infinite value is treated as missing.",
    "absurd": (
        "A value more than 1,000 times the subject's own median of that measure, or beyond 1e9, "
        "is treated as missing."
    ),
    "constant": (
        "A measure with one and the same value in all regions of a subject holds no signal; "
        "it is treated as missing for that subject."
    ),
    "broken": (
        "A measure of a subject with more than 10 % infinite or absurd values is treated as "
        "missing as a whole: its other values come from the same failed computation."
    ),
    "missing-edge": (
        "An edge of the connectome that is missing or infinite is filled with its mean over the "
        "training subjects."
    ),
    "near-constant": (
        "A column that hardly varies among the training subjects tells nothing; it is set to 0."
    ),
    "clipped": (
        "A value further than 5 standard deviations from the training subjects' mean "
        "is drawn in to that distance."
    ),
}


@dataclass(frozen=True)
class Finding:
    """One thing found: ``count`` regions of one ``measure`` of one ``subject`` under ``rule``."""

    rule: str
    site: str
    subject: str
    measure: str
    count: int

    def as_dict(self) -> dict[str, Any]:
        """For a JSON report."""
        return asdict(self)


def screen(
    features: NDArray[np.float64], ids: tuple[str, ...], measures: tuple[str, ...], site: str
) -> tuple[NDArray[np.float64], tuple[Finding, ...]]:
    """Apply the rules to ``features`` (S, N, F): NaN for what cannot be used, and the findings."""
    with np.errstate(invalid="ignore", over="ignore"):
        masks = _masks(features)
    unusable = np.zeros(features.shape, dtype=bool)
    for mask in masks.values():
        unusable |= mask
    findings = tuple(
        Finding(rule, site, ids[subject], measures[measure], int(count))
        for rule, mask in masks.items()
        for (subject, measure), count in _counts(mask)
    )
    return np.where(unusable, np.nan, features), findings


def _masks(features: NDArray[np.float64]) -> dict[str, NDArray[np.bool_]]:
    missing = np.isnan(features)
    infinite = np.isinf(features)
    finite = np.where(missing | infinite, np.nan, features)
    typical = _median_magnitude(finite)
    absurd = np.abs(finite) > np.where(typical > 0, ABSURD_RATIO * typical, np.inf)
    absurd |= np.abs(finite) > ABSURD_VALUE
    constant = _constant(features)
    broken = (infinite | absurd).mean(axis=1, keepdims=True) > BROKEN_SHARE
    rest = broken & ~(missing | infinite | absurd)
    return {
        "missing": missing,
        "infinite": infinite,
        "absurd": absurd,
        "constant": constant & ~missing,
        "broken": rest,
    }


def _median_magnitude(finite: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median |value| over regions of each subject and measure, (S, 1, F); 0 if there is none."""
    empty = np.isnan(finite).all(axis=1, keepdims=True)
    filled = np.where(empty, 0.0, np.abs(finite))
    median: NDArray[np.float64] = np.nanmedian(filled, axis=1, keepdims=True)
    return median


def _constant(features: NDArray[np.float64]) -> NDArray[np.bool_]:
    regions = features.shape[1]
    if regions < 3:
        return np.zeros(features.shape, dtype=bool)
    same = (features == features[:, :1]).all(axis=1, keepdims=True)
    return np.broadcast_to(same, features.shape)


def _counts(mask: NDArray[np.bool_]) -> list[tuple[tuple[int, int], int]]:
    counts = mask.sum(axis=1)
    return [
        ((int(subject), int(measure)), int(counts[subject, measure]))
        for subject, measure in np.argwhere(counts)
    ]
