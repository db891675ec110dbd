"""How often 95 % intervals hold the truth where subjects have several scans: ``bench.scans``.

With each scan counted as a subject's, and by subject. Scores of scans are normal, patients' higher
by an effect; of a scan's variance a share is its subject's. The truth is known.
"""

import sys
from collections.abc import Iterator
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from graphnet.artifacts.metrics import Estimate
from graphnet.data.cohort import FloatArray, IntArray
from graphnet.evaluation.calibration import calibration_slope
from graphnet.evaluation.clusters import Subjects
from graphnet.evaluation.intervals import area, difference_of_areas, difference_of_shares, share
from graphnet.evaluation.metrics import difference_of_means, mean
from graphnet.evaluation.resampling import auc, bootstrapped, p_value, paired_difference

WITHIN, WEAKER = 0.6, 0.7  # of a score's noise what two models share; the other's effect
LARGE = 4_000_000  # scans by which the true Brier scores are known
RESAMPLED = 200  # cohorts; those of the bootstrap are slow


class Design(NamedTuple):
    """So many ``subjects`` a class; the ``scans`` of each, 0: 1 to 8; the share of ``alike``."""

    subjects: int
    scans: int
    alike: float = 0.8
    converting: float = 0.0  # share of subjects whose scans are of either class
    effect: float = 1.2


DESIGNS = (
    Design(8, 5), Design(20, 2), Design(20, 5), Design(20, 0), Design(20, 5, converting=0.4),
    Design(50, 5), Design(20, 5, alike=0.0), Design(8, 5, effect=2.4), Design(20, 5, effect=2.4),
)  # fmt: skip


class Cohort(NamedTuple):
    """Scans: whose, of which class, and the scores of two models."""

    subjects: IntArray
    labels: IntArray
    ours: FloatArray
    theirs: FloatArray


def drawn(design: Design, random: np.random.Generator) -> Cohort:
    """One cohort."""
    count = 2 * design.subjects
    scans = np.full(count, design.scans) if design.scans else random.integers(1, 9, count)
    subjects = np.repeat(np.arange(count), scans)
    labels = subjects % 2
    converts = (random.random(count) < design.converting)[subjects]
    labels = np.where(converts & (random.random(len(labels)) < 0.5), 1 - labels, labels)
    own = sqrt(design.alike) * random.standard_normal((3, count))[:, subjects]
    noise = own + sqrt(1 - design.alike) * random.standard_normal((3, len(labels)))
    shared, rest = sqrt(WITHIN) * noise[0], sqrt(1 - WITHIN) * noise[1:]
    signal = design.effect * labels
    return Cohort(subjects, labels, signal + shared + rest[0], WEAKER * signal + shared + rest[1])


def chance(scores: FloatArray, effect: float) -> FloatArray:
    """The true probability of a patient where scores have this effect."""
    return np.asarray(1 / (1 + np.exp(-(effect * scores - effect**2 / 2))))


def estimates(cohort: Cohort, effect: float, subjects: Subjects) -> dict[str, Estimate]:
    """By formulas."""
    positive = cohort.labels == 1
    ours, theirs = chance(cohort.ours, effect), chance(cohort.theirs, effect)
    errors = (ours - positive) ** 2, (theirs - positive) ** 2
    right = (ours > 0.5) == positive, (theirs > 0.5) == positive
    return {
        "AUC": area(positive, cohort.ours, auc(positive, cohort.ours), subjects),
        "accuracy": share(right[0], subjects),
        "Brier": mean(errors[0], highest=1.0, subjects=subjects),
        "slope": calibration_slope(ours, positive.astype(np.float64), subjects),
        "AUC, paired": difference_of_areas(positive, cohort.ours, cohort.theirs, subjects),
        "accuracy, paired": difference_of_shares(right[0], right[1], subjects),
        "Brier, paired": difference_of_means(errors[0], errors[1], subjects),
    }


def resampled(cohort: Cohort, subjects: Subjects) -> dict[str, Estimate]:
    """By the bootstrap."""
    both = [np.stack([-each, each], axis=1)[None] for each in (cohort.ours, cohort.theirs)]
    drawn = bootstrapped(cohort.labels, both[0], subjects=subjects, resamples=400)
    interval = drawn["auc"].interval
    apart = paired_difference(cohort.labels, *both, subjects=subjects, resamples=400)["auc"]
    return {"AUC, drawn": Estimate.of(0.0, interval), "AUC, paired, drawn": apart}


def truths(effect: float) -> dict[str, float]:
    """What a cohort without end would have."""
    normal = NormalDist()
    labels = np.arange(LARGE) % 2
    noise = np.random.default_rng(99).standard_normal(LARGE)
    ours, theirs = (
        float(((chance(part * effect * labels + noise, effect) - labels) ** 2).mean())
        for part in (1.0, WEAKER)
    )
    found = {
        "AUC": normal.cdf(effect / sqrt(2)),
        "accuracy": normal.cdf(effect / 2),
        "Brier": ours,
        "slope": 1.0,
        "AUC, paired": normal.cdf(effect / sqrt(2)) - normal.cdf(WEAKER * effect / sqrt(2)),
        "accuracy, paired": (
            normal.cdf(effect / 2) - normal.cdf(WEAKER * effect - effect / 2)
        ) / 2,
        "Brier, paired": ours - theirs,
    }  # fmt: skip
    drawn_too = {f"{name}, drawn": found[name] for name in ("AUC", "AUC, paired")}
    return found | drawn_too


def held(design: Design, cohorts: int) -> Iterator[tuple[str, float, float]]:
    """By name in which share of cohorts the interval holds the truth: by scans, by subjects."""
    random, known = np.random.default_rng(5), truths(design.effect)
    inside: dict[str, list[list[bool]]] = {}
    for number in range(cohorts):
        cohort = drawn(design, random)
        for place, subjects in enumerate((None, cohort.subjects)):
            found = estimates(cohort, design.effect, subjects)
            if number < RESAMPLED:
                found |= resampled(cohort, subjects)
            for name, estimate in found.items():
                if estimate.interval is not None:
                    low, high = estimate.interval
                    sides = inside.setdefault(name, [[], []])
                    sides[place].append(low <= known[name] <= high)
    for name, (scans, people) in inside.items():
        yield name, float(np.mean(scans)), float(np.mean(people))


def significant(design: Design, cohorts: int) -> tuple[float, float]:
    """How often p is at most 0.05 where scores say nothing: by scans, by subjects."""
    random, found = np.random.default_rng(6), np.zeros(2)
    for number in range(cohorts):
        cohort = drawn(design._replace(effect=0.0), random)
        scores = np.stack([-cohort.ours, cohort.ours], axis=1)[None]
        for place, subjects in enumerate((None, cohort.subjects)):
            test = p_value(cohort.labels, scores, permutations=39, subjects=subjects, seed=number)
            found[place] += test.p is not None and test.p <= 0.05
    return float(found[0] / cohorts), float(found[1] / cohorts)


def main() -> None:
    """Print the shares; the number of cohorts is the argument, by default 500."""
    cohorts = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    for design in DESIGNS:
        print(design)
        for name, scans, people in held(design, cohorts):
            print(f"  {name}: {100 * scans:.1f} % by scans, {100 * people:.1f} % by subjects")
        scans, people = significant(design, min(cohorts, RESAMPLED))
        print(f"  p ≤ 0.05: {100 * scans:.1f} % by scans, {100 * people:.1f} % by subjects")


if __name__ == "__main__":
    main()
