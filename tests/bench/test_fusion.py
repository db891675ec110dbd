"""Two modalities together: what each adds is found, nothing is found in noise, nobody is seen."""

from dataclasses import replace

import numpy as np
import pytest

from bench.fusion import EQUAL, FUSED, Fused, Fusion, People, fuse
from bench.simulated import Maps, Study
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.evaluation.calibration import Calibration
from graphnet.evaluation.resampling import auc

SUBJECTS = 160
NETWORK = {"regions": 8, "networks": 2, "affected": tuple(range(4))}
MEASURES, EDGES = "measures", "connectomes"


def cohorts(region_effect: float = 0.5, edge_effect: float = 0.1) -> dict[str, Cohort]:
    """Of the same subjects, both drawn by themselves: given the class they say different things."""
    random = np.random.default_rng(3)
    measures = Study(Maps(4, region_effect=region_effect, **NETWORK))  # type: ignore[arg-type]
    series = Study(None, Maps(30, edge_effect=edge_effect, **NETWORK))  # type: ignore[arg-type]
    return {
        EDGES: series.cohort(SUBJECTS, random),
        MEASURES: measures.cohort(SUBJECTS, random),
    }


def together(given: dict[str, Cohort]) -> People:
    settings = {
        EDGES: TrainingSettings.for_connectomes("SGN", learning_rate=0.005),
        MEASURES: TrainingSettings.for_model("SGN", epochs=20),
    }
    return People.of({name: (cohort, settings[name]) for name, cohort in given.items()})


def fused(given: dict[str, Cohort]) -> Fused:
    people = together(given)
    return fuse(people, people.folds(5, 1))


def area(found: Fused, name: str) -> float:
    return auc(found.people.labels == 1, found.ranked[name][0])


EVERYBODY = np.arange(SUBJECTS)


def test_effects_in_both_add_up() -> None:
    found = fused(cohorts())
    best = max(area(found, MEASURES), area(found, EDGES))
    assert min(area(found, MEASURES), area(found, EDGES)) > 0.7
    for name in (FUSED, EQUAL):
        assert area(found, name) > best + 0.03
    apart = found.difference(EDGES, EVERYBODY)
    assert apart.value == pytest.approx(area(found, FUSED) - area(found, EDGES))
    together, alone = (found.metrics(name, EVERYBODY)["brier"] for name in (FUSED, EDGES))
    assert together is not None
    assert alone is not None
    assert together < alone < 0.25


def test_a_modality_of_noise_is_given_little_weight() -> None:
    found = fused(cohorts(region_effect=0.9, edge_effect=0.0))
    assert area(found, FUSED) > area(found, MEASURES) - 0.01
    of_edges, of_measures = found.slopes.mean(axis=0)
    assert of_measures > 3 * of_edges


def test_shuffled_labels_leave_nothing() -> None:
    given = cohorts(region_effect=0.9, edge_effect=0.3)
    shuffled = np.random.default_rng(0).permutation(given[EDGES].labels)
    found = fused({name: replace(each, labels=shuffled) for name, each in given.items()})
    metrics = found.metrics(FUSED, EVERYBODY)
    low, high = metrics.ci["auc"] or (1.0, 0.0)
    assert low < 0.5 < high
    assert metrics["brier"] == pytest.approx(0.25, abs=0.01)


def test_who_lacks_one_has_the_calibrated_probability_of_the_other() -> None:
    given = cohorts()
    lacks_measures, lacks_edges = np.arange(0, 40), np.arange(40, 80)
    given[MEASURES] = given[MEASURES].rows(np.setdiff1d(EVERYBODY, lacks_measures))
    given[EDGES] = given[EDGES].rows(np.setdiff1d(EVERYBODY, lacks_edges))
    found = fused(given)
    number = {name: place for place, name in enumerate(found.people.ids)}
    for lacking, other, absent in (
        (lacks_measures, EDGES, MEASURES),
        (lacks_edges, MEASURES, EDGES),
    ):
        rows = [number[f"S{subject:05d}"] for subject in lacking]
        np.testing.assert_array_equal(found.odds[FUSED][0, rows], found.odds[other][0, rows])
        np.testing.assert_allclose(found.odds[absent][0, rows], 0.0, atol=0.1)  # the prior
    assert np.isfinite(found.odds[FUSED]).all()


def test_of_one_modality_it_is_the_calibration_of_a_task() -> None:
    random = np.random.default_rng(1)
    labels = random.integers(0, 2, 60)
    odds = 3 * random.standard_normal(60) + labels
    shares = np.array([0.4, 0.6])
    logs = np.stack([-np.logaddexp(0, odds), -np.logaddexp(0, -odds)], axis=1)
    expected = Calibration.fit(logs, labels, shares, "")
    assert expected is not None
    fusion = Fusion.fit(odds[:, None], labels, float(np.log(1.5)))
    assert fusion.slopes[0] == pytest.approx(expected.slope, abs=1e-5)
    probability: FloatArray = 1 / (1 + np.exp(-fusion.apply(odds[:, None])))
    np.testing.assert_allclose(probability, expected.apply(logs)[:, 1], atol=1e-5)


def test_no_test_subject_is_seen() -> None:
    """The values and labels of the tested change; what is predicted for the others does not."""
    given = cohorts()
    people = together(given)
    folds = people.folds(5, 1)[:1]
    tested = folds[0].test
    before = fuse(people, folds).odds[FUSED][0, tested]
    changed = {}
    for name, cohort in given.items():
        features, labels = cohort.features.copy(), cohort.labels.copy()
        features[tested[0]] *= -0.5
        labels[tested] = 1 - labels[tested]
        changed[name] = replace(cohort, features=features, labels=labels)
    after = fuse(together(changed), folds).odds[FUSED][0, tested]
    np.testing.assert_array_equal(before[1:], after[1:])
    assert before[0] != after[0]


def test_a_subject_of_two_classes_is_refused() -> None:
    given = cohorts()
    labels = given[EDGES].labels.copy()
    labels[0] = 1 - labels[0]
    given[EDGES] = replace(given[EDGES], labels=labels)
    with pytest.raises(ValueError, match="S00000"):
        together(given)
