"""Several scans of one subject: estimates count scans, their intervals and tests count subjects.

Two scans of one subject say less than scans of two subjects. Each interval is therefore the usual
one of as many independent scans as say as much: the scans, divided by the design effect (Kish 1965,
Survey Sampling; Rao & Scott 1992, Biometrics 48:577-585). An estimate is, up to a constant, a sum
of what each scan adds to it, its influence. Its variance by subjects is the sum of the squared sums
of each subject's influences: of an AUC this is the variance of Obuchowski 1997 (Biometrics
53:567-578), also where subjects have scans of both classes. The design effect is that sum over the
sum of the squared influences of the scans.

Everywhere ``subjects`` (S,) are numbers from 0 that say whose scan each row is; None where each row
is another subject's, which leaves the usual formulas as they are.
"""

import numpy as np
from numpy.typing import NDArray

from graphnet.data.cohort import FloatArray, IntArray

Subjects = IntArray | None

# Scans of few subjects may look independent by chance. To what was seen, a little of what would be
# seen if the scans of a subject said all the same is added. How much was chosen by simulation, for
# intervals that hold with eight subjects, too (docs/science.md).
PRIOR = 2.0  # scans of average influence
PRIOR_OF_SHARES = 0.25  # of a scan that is right and of one that is wrong


def sums(values: FloatArray, subjects: IntArray) -> FloatArray:
    """The sum over each subject's scans: (..., K) of (..., S)."""
    if values.ndim == 1:
        return np.bincount(subjects, weights=values).astype(np.float64)
    return np.stack([sums(column, subjects) for column in values])


def scans_per_subject(subjects: IntArray) -> float:
    """The mean number over scans: as many as all of a subject's count if they say the same."""
    sizes = np.bincount(subjects).astype(np.float64)
    return float((sizes**2).sum() / sizes.sum())


def design_effect(influence: FloatArray, subjects: Subjects, prior: float | None = None) -> float:
    """How many times as large a variance is as if all scans were of different subjects; at least 1.

    Args:
        influence: (S,), what each scan adds to the estimate.
        subjects: (S,), or None: 1.
        prior: squared influence of a scan that a subject's others repeat; None: by :data:`PRIOR`.

    """
    if subjects is None or len(np.unique(subjects)) == len(subjects):
        return 1.0
    size, squares = scans_per_subject(subjects), float((influence**2).sum())
    if prior is None:
        prior = PRIOR * squares / len(influence)
    apart = squares + size * prior
    if not apart > 0:  # nothing varies
        return size
    together = float((sums(influence, subjects) ** 2).sum()) + size**2 * prior
    return max(1.0, together / apart)


def effect_of_share(is_hit: NDArray[np.bool_], subjects: Subjects) -> float:
    """The design effect of a share of hits (S,)."""
    if subjects is None or not len(is_hit):
        return 1.0
    rate, count = float(is_hit.mean()), len(is_hit)
    prior = PRIOR_OF_SHARES * ((1 - rate) ** 2 + rate**2) / count**2
    return design_effect(influence_on_mean(is_hit.astype(np.float64)), subjects, prior)


def influence_on_mean(values: FloatArray) -> FloatArray:
    """What each of the values (S,) adds to their mean."""
    return np.asarray((values - values.mean()) / len(values))


def influence_on_area(
    positive: NDArray[np.bool_], scores: FloatArray, subjects: Subjects
) -> FloatArray:
    """What each scan (S,) adds to the AUC: the squares sum to the variance of DeLong et al. 1988.

    Those of subjects' sums to that of Obuchowski 1997. Both classes must occur.
    """
    above, below = placements(positive, scores)
    influence = np.empty(len(scores))
    for rows, values in ((positive, above), (~positive, below)):
        own = len(values) if subjects is None else len(np.unique(subjects[rows]))
        few = np.sqrt(own / max(own - 1, 1))
        influence[rows] = few * influence_on_mean(values)
    return influence


def placements(positive: NDArray[np.bool_], scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Of each positive the share of negatives below, of each negative that of positives above.

    A tie counts half.
    """
    of_class, of_others = scores[positive], scores[~positive]
    below = _twice_below(of_class, of_others) / (2 * len(of_others))
    above = 2 * len(of_class) - _twice_below(of_others, of_class)
    return below, above / (2 * len(of_class))


def _twice_below(scores: FloatArray, others: FloatArray) -> IntArray:
    """How many of the others are below each score, and how many are not above it, together."""
    ordered = np.sort(others)
    sides = [np.searchsorted(ordered, scores, side=side) for side in ("left", "right")]
    return np.asarray(sides[0] + sides[1], dtype=np.int64)


def correlations(influences: FloatArray, subjects: Subjects) -> FloatArray | None:
    """Of G estimates of different scans, by their influences (G, S): (G, G).

    None where they are independent, as no subject has scans in two of them.
    """
    if subjects is None:
        return None
    by_subject = sums(influences, subjects)
    products = by_subject @ by_subject.T
    lengths = np.sqrt(np.diag(products))
    scale = np.outer(lengths, lengths)
    found = np.divide(products, scale, out=np.eye(len(scale)), where=scale > 0)
    np.fill_diagonal(found, 1.0)
    return None if np.array_equal(found, np.eye(len(found))) else found


def correlation(one: FloatArray, other: FloatArray, subjects: Subjects) -> float:
    """Of two estimates of the same scans, by their influences (S,); 0 where one never varies."""
    if subjects is not None:
        one, other = sums(one, subjects), sums(other, subjects)
    spread = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / spread if spread > 0 else 0.0


def averaged(
    values: FloatArray, targets: FloatArray, subjects: Subjects, *, of_classes: bool
) -> tuple[FloatArray, FloatArray]:
    """The mean of each subject's scans, (K, T) of (S, T), and of their targets (S,).

    NaN is left out. ``of_classes``: targets are classes, with a mean in each for a subject.
    """
    if subjects is None:
        return values, targets
    keys = np.stack([subjects, targets]) if of_classes else subjects[None].astype(np.float64)
    members = np.unique(keys, axis=1, return_inverse=True)[1].ravel()
    both = np.column_stack([values, targets]).astype(np.float64)
    shape = (int(members.max()) + 1, both.shape[1])
    totals, numbers = np.zeros(shape), np.zeros(shape)
    np.add.at(totals, members, np.nan_to_num(both))
    np.add.at(numbers, members, ~np.isnan(both))
    means = np.divide(totals, numbers, out=np.full(shape, np.nan), where=numbers > 0)
    return means[:, :-1], means[:, -1]


def count(subjects: Subjects, rows: int) -> int:
    """How many subjects have so many rows."""
    return rows if subjects is None else len(np.unique(subjects))


def fewer(subjects: Subjects) -> int | None:
    """How many subjects there are; None where each row is another's."""
    return None if subjects is None else count(subjects, len(subjects))


def counts_by_class(labels: IntArray, subjects: Subjects, classes: int) -> IntArray:
    """How many subjects have a scan of each class, (C,)."""
    if subjects is None:
        return np.bincount(labels, minlength=classes)
    pairs = np.unique(np.stack([labels, subjects]), axis=1)
    return np.bincount(pairs[0], minlength=classes)


def of_rows(subjects: Subjects, rows: NDArray[np.bool_] | IntArray) -> Subjects:
    """Whose each of some rows is."""
    return None if subjects is None else renumbered(subjects[rows])


def renumbered(subjects: IntArray) -> Subjects:
    """From 0, without gaps, by first appearance; None where each row is another subject's."""
    _, first, member = np.unique(subjects, return_index=True, return_inverse=True)
    if len(first) == len(subjects):
        return None
    place = np.empty(len(first), dtype=np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(len(first))
    return np.asarray(place[member], dtype=np.int64)


def first_rows(subjects: Subjects, rows: int) -> IntArray:
    """The first row of each subject (K,), by their numbers."""
    if subjects is None:
        return np.arange(rows)
    return np.unique(subjects, return_index=True)[1].astype(np.int64)
