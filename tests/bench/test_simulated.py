"""What is said of simulated cohorts is true: their best AUC, their effects, their test."""

import math

import numpy as np
import pytest
from scipy import stats

from bench.graph_helps import WEAK_AND_STRONG, Measured, cases, mean_interval, null, simulate
from bench.science import error_by_chance
from bench.simulated import Maps, Study
from graphnet.artifacts.metrics import Estimate
from graphnet.config import TrainingSettings
from graphnet.evaluation.resampling import auc

NETWORK = Maps(4, region_effect=0.7)


def test_the_best_auc_of_a_shift_is_that_of_the_linear_discriminant() -> None:
    """In closed form: the distance of the means by the covariance that both classes share."""
    shift = NETWORK.mean(1) - NETWORK.mean(0)
    distance = 4 * shift @ np.linalg.solve(NETWORK.covariance(0), shift)
    expected = stats.norm.cdf(math.sqrt(distance / 2))
    assert Study(NETWORK).best_auc(5000) == pytest.approx(expected, abs=0.012)


@pytest.mark.parametrize("place", sorted(WEAK_AND_STRONG))
def test_the_weak_and_the_strong_effects_reach_what_the_page_says(place: str) -> None:
    names = {
        "regions of one network": "measures: a network",
        "scattered regions": "measures: scattered regions",
        "edges of measures": "measures: edges",
        "edges of series": "connectome: edges",
    }
    case = next(case for case in cases() if case.name == names[place])
    weak, strong = (study.best_auc(5000) for study in case.studies)
    assert weak == pytest.approx(0.75, abs=0.015)
    assert strong == pytest.approx(0.95, abs=0.01)


def test_no_effect_leaves_nothing_to_be_seen() -> None:
    assert Study(Maps(4), Maps(30)).best_auc(500) == 0.5


def test_edges_alone_leave_the_mean_of_every_region_as_it_is() -> None:
    maps = Maps(30, edge_effect=0.3)
    cohort = Study(series=maps).cohort(2000, np.random.default_rng(0))
    assert cohort.layout.is_connectome
    assert cohort.connectomes is not None
    patients, controls = (
        cohort.connectomes[cohort.labels == label].mean(axis=0) for label in (1, 0)
    )
    fallen = np.tanh(controls) - np.tanh(patients)
    affected = fallen[:5, :5][np.triu_indices(5, 1)]
    assert affected == pytest.approx(0.3, abs=0.03)
    assert np.abs(fallen[5:, 5:]).max() < 0.03
    only_measures = Study(Maps(4, edge_effect=0.4)).cohort(4000, np.random.default_rng(0))
    shift = [only_measures.features[only_measures.labels == label].mean(axis=0) for label in (0, 1)]
    assert np.abs(shift[0] - shift[1]).max() < 0.15


def test_nobody_is_better_than_the_likelihood_ratio() -> None:
    random = np.random.default_rng(1)
    maps = [NETWORK.draw(label, 4000, random) for label in (0, 1)]
    patients = np.repeat([False, True], 4000)
    of_sum = auc(patients, -np.concatenate(maps)[:, :, :5].sum(axis=(1, 2)))
    of_region = auc(patients, -np.concatenate(maps)[:, :, 0].sum(axis=1))
    best = auc(patients, np.concatenate([NETWORK.evidence(each) for each in maps]))
    assert best >= of_sum > of_region > 0.6


@pytest.mark.nightly
def test_every_case_has_a_cohort_that_its_net_can_learn() -> None:
    found = list(cases())
    assert {case.name.split(": ")[1] for case in found} >= {"a network", "edges", "both"}
    for case in found:
        row = simulate(case, 1, 24, 2, 0.95)
        assert 0 <= row.without <= 1
        assert row.difference.value == pytest.approx(row.with_graph - row.without)


def test_a_comparison_without_an_effect_counts_its_findings() -> None:
    study = Study(Maps(4, regions=8, networks=2))
    found = null("few", study, TrainingSettings.for_model("SGN", epochs=2), 3)
    assert 0 <= found.excluded <= found.cohorts == 3


def test_the_subjects_needed_grow_with_the_square_of_what_is_too_small() -> None:
    """A difference of twice its standard error is short of the 2.8 of a power of 0.8."""
    error = 0.01
    reach = 1.959964 * error
    found = Measured("c", 100, "g", 0.7, 0.68, Estimate(0.02, 0.02 - reach, 0.02 + reach))
    assert found.smallest == pytest.approx(0.028016, abs=1e-5)
    assert found.needed == pytest.approx(100 * (2.8016 / 2) ** 2, rel=1e-3)
    none = Measured("c", 100, "g", 0.7, 0.7, Estimate(0.0, -reach, reach))
    assert math.isinf(none.needed)


def test_the_interval_over_trainings_is_that_of_student() -> None:
    values = np.array([0.01, 0.03, -0.02, 0.04])
    low, high = stats.t.interval(0.95, 3, loc=values.mean(), scale=stats.sem(values))
    found = mean_interval(values)
    assert (found.low, found.high) == pytest.approx((low, high))


def test_the_calibration_error_of_right_probabilities_is_that_of_shares() -> None:
    """Bins of n subjects: the mean distance of a binomial share, √(2 p (1 - p) / (π n))."""
    few, many = (error_by_chance(np.linspace(0.4999, 0.5001, count)) for count in (170, 1700))
    for (mean, most), subjects in ((few, 17), (many, 170)):
        assert mean == pytest.approx(math.sqrt(0.5 / (math.pi * subjects)), rel=0.03)
        assert mean < most < 2 * mean
