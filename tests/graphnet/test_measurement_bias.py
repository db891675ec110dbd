"""What is measured of one class otherwise than of another is said, or refused."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import Cohort, merge
from graphnet.data.splits import Splits
from graphnet.data.synthetic import Recipe, cohort_table
from graphnet.errors import CohortError
from graphnet.evaluation.measurement_bias import check_missing, measured_differently, missing
from graphnet.experiment import run
from graphnet.messages import render
from graphnet.readers import from_table

NOISE = Recipe(regions=10, effect=0.0, corrupt=0)
FIRST = 0  # the measure of which values are missing


def noise(subjects: int = 30) -> Cohort:
    """As many subjects of each of two classes between which nothing differs."""
    tables = [
        cohort_table(f"s{label}", label, subjects, seed=label, recipe=NOISE) for label in (0, 1)
    ]
    return merge([from_table(table, "noise") for table in tables])


def without(cohort: Cohort, lacks: NDArray[np.bool_]) -> Cohort:
    """The cohort where ``lacks`` (S, N) of the first measure is missing."""
    features = cohort.features.copy()
    features[:, :, FIRST][lacks] = np.nan
    return replace(cohort, features=features)


def of_class(cohort: Cohort, share: float) -> NDArray[np.bool_]:
    """Which values are missing, if a share of those of class 1 are."""
    random = np.random.default_rng(0).random(cohort.features.shape[:2])
    return np.asarray((cohort.labels == 1)[:, None] & (random < share))


def test_noise_would_be_told_apart_by_a_measure_of_one_class_alone_and_is_refused() -> None:
    cohort = noise()
    lacking = without(cohort, of_class(cohort, 1.0))
    with pytest.raises(
        CohortError, match="no subject of class 1 has a usable value of ALFF, but subj"
    ):
        run(Splits(lacking), TrainingSettings(epochs=1))
    with pytest.raises(CohortError, match="test_data: no subject of class 1"):
        run(Splits(cohort, test=lacking), TrainingSettings(epochs=1))


def test_what_a_class_lacks_more_of_is_said_with_figures() -> None:
    cohort = noise()
    lacking = without(cohort, of_class(cohort, 0.2))
    outcome = run(
        Splits(lacking), TrainingSettings(epochs=1), evaluation=Evaluation(baselines=False)
    )
    (said,) = [
        warning
        for warning in outcome.result.warnings
        if warning.code == "warnings.measure-missing-by-class"
    ]
    counts = np.isnan(lacking.features[:, :, FIRST]).sum(axis=1)
    patients, controls = counts[lacking.labels == 1], counts[lacking.labels == 0]
    pairs = patients[:, None] - controls
    auc = ((pairs > 0) + (pairs == 0) / 2).mean()
    assert render(said).startswith(
        "train_data: of 10 values of ALFF, subjects of class 0 and class 1 lack 0.0 and "
        f"{patients.mean():.1f} on average; the number of missing or unusable values alone tells "
        f"classes apart with an AUC of {auc:.2f}."
    )


@pytest.mark.parametrize("seed", range(5))
def test_what_is_missing_by_chance_or_of_all_is_not_said(seed: int) -> None:
    cohort = noise()
    random = np.random.default_rng(seed).random(cohort.features.shape[:2])
    for lacks in (random < 0.2, random < 1, random < 0):
        data = Splits(without(cohort, lacks))
        check_missing(data)
        assert measured_differently(data) == []


def test_few_subjects_who_lack_values_are_no_evidence() -> None:
    cohort = noise()
    lacks = of_class(cohort, 1.0)
    lacks[np.flatnonzero(cohort.labels == 1)[4:]] = False
    assert measured_differently(Splits(without(cohort, lacks))) == []
    controls, patients = np.flatnonzero(cohort.labels == 0), np.flatnonzero(cohort.labels == 1)
    check_missing(Splits(cohort, test=without(cohort, lacks).rows(np.r_[controls, patients[:4]])))


def test_scans_of_one_subject_are_one_piece_of_evidence() -> None:
    cohort = noise(12)
    lacking = without(cohort, of_class(cohort, 0.9))
    assert measured_differently(Splits(lacking)) != []
    scans = np.repeat(np.flatnonzero(cohort.labels == 1)[:2], 6)
    controls = np.flatnonzero(cohort.labels == 0)
    few = lacking.rows(np.concatenate([controls, scans]))
    assert measured_differently(Splits(few)) == []


def test_missing_edges_are_counted_once_each() -> None:
    weights = np.zeros((4, 3, 3))
    weights[0, 1, :] = weights[0, :, 1] = np.nan
    weights[0, 1, 1] = 0
    cohort = replace(noise(2), regions=("a", "b", "c"), connectomes=weights)
    (edges, *_) = missing(replace(cohort, features=np.zeros((4, 3, len(cohort.measures)))))
    assert (edges.counts.tolist(), edges.values) == ([2, 0, 0, 0], 3)


@pytest.mark.parametrize(("points", "is_said"), [((120, 240), True), ((120, 120), False)])
def test_series_that_are_shorter_in_one_class_are_said(
    points: tuple[int, int], *, is_said: bool
) -> None:
    cohort = noise(12)
    random = np.random.default_rng(0)
    series = tuple(
        random.normal(size=(points[label] + random.integers(3), len(cohort.regions)))
        for label in cohort.labels
    )
    said = measured_differently(Splits(replace(cohort, series=series)))
    assert [warning.code for warning in said] == ["warnings.series-by-class"] * is_said
    if is_said:
        assert "AUC of 1.00" in render(said[0])
