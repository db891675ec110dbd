"""One scale for every column, from training subjects alone."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from graphnet.data.quality import screen
from graphnet.errors import ModelError
from graphnet.preprocessing.scaling import CLIP, Scaler

Features = NDArray[np.float64]
unhurried = settings(deadline=None)
VALUES = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from(
    [0.0, 1.0, 1 + 1e-12, 1e9, -1e9, 1e300, 5e-324, np.nan, np.inf, -np.inf]
)


def regular(subjects: int = 50, seed: int = 0) -> Features:
    """(S, 6, 2) of different centres and spreads."""
    random = np.random.default_rng(seed)
    centre, spread = random.uniform(-50, 50, (6, 2)), random.uniform(0.1, 20, (6, 2))
    return np.asarray(centre + spread * random.standard_normal((subjects, 6, 2)))


def features(subjects: int) -> st.SearchStrategy[Features]:
    return arrays.arrays(np.float64, (subjects, 4, 2), elements=VALUES)


def screened(values: Features) -> Features:
    ids = tuple(str(row) for row in range(len(values)))
    regions = tuple(str(place) for place in range(values.shape[1]))
    return screen(values, ids, ("DC", "GMV"), regions, "site")[0]


def test_regular_columns_are_standardised() -> None:
    train, other = regular(), regular(20, seed=1)
    scaler = Scaler.fit(train)
    reference = StandardScaler().fit(train.reshape(50, 12))
    for values in (train, other):
        expected = reference.transform(values.reshape(-1, 12)).reshape(values.shape)
        np.testing.assert_allclose(
            scaler.transform(values), np.clip(expected, -CLIP, CLIP), rtol=1e-5, atol=1e-6
        )
    assert scaler.transform(train).dtype == np.float32


def test_a_gap_is_filled_with_the_training_median() -> None:
    train = regular(51)
    scaler = Scaler.fit(train)
    gap = np.full((1, 6, 2), np.nan)
    median = np.median(train, axis=0, keepdims=True)
    np.testing.assert_array_equal(scaler.transform(gap), scaler.transform(median))


def test_gaps_in_training_do_not_move_the_scale() -> None:
    train = regular()
    with_gaps = np.concatenate([train, np.full((5, 6, 2), np.nan)])
    np.testing.assert_allclose(Scaler.fit(with_gaps).center, Scaler.fit(train).center)
    np.testing.assert_allclose(Scaler.fit(with_gaps).scale, Scaler.fit(train).scale)


@pytest.mark.parametrize("value", [0.0, 0.1, -3.7e8, np.nan])
def test_a_column_that_hardly_varies_is_zero_for_everyone(value: float) -> None:
    train = regular()
    train[:, 2, 1] = value * (1 + 1e-9 * np.arange(50))
    scaler = Scaler.fit(train)
    assert scaler.scale[2, 1] == 0
    assert (scaler.scale > 0).sum() == 11
    other = regular(20, seed=1)
    other[:, 2, 1] = 1e6
    assert (scaler.transform(other)[:, 2, 1] == 0).all()
    assert (scaler.clipped(other)[:, 1] < 6).all()  # a column that is ignored is not clipped


def test_values_far_outside_are_drawn_in_and_counted() -> None:
    scaler = Scaler.fit(regular())
    other = np.broadcast_to(scaler.center, (3, 6, 2)).copy()
    other[1, :2, 0] += 5.1 * scaler.scale[:2, 0]
    other[2, 3, 1] -= 400 * scaler.scale[3, 1]
    other[2, 4, 1] -= 4.9 * scaler.scale[4, 1]
    assert scaler.clipped(other).tolist() == [[0, 0], [2, 0], [0, 1]]
    scaled = scaler.transform(other)
    assert scaled[1, 0, 0] == scaled[1, 1, 0] == 5
    assert scaled[2, 3, 1] == -5
    assert scaled[2, 4, 1] == pytest.approx(-4.9)


@unhurried
@given(features(5), features(3))
def test_any_numbers_come_out_finite_within_the_clip(train: Features, other: Features) -> None:
    scaler = Scaler.fit(screened(train))
    for values in (train, other):
        scaled = scaler.transform(screened(values))
        assert np.isfinite(scaled).all()
        assert (np.abs(scaled) <= CLIP).all()


@unhurried
@given(features(5), features(3))
def test_a_scaler_survives_json_exactly(train: Features, other: Features) -> None:
    scaler = Scaler.fit(screened(train))
    again = Scaler.from_dict(json.loads(json.dumps(scaler.as_dict(), allow_nan=False)))
    for part in ("center", "scale", "filling"):
        assert getattr(again, part).tobytes() == getattr(scaler, part).tobytes()
    values = screened(other)
    assert again.transform(values).tobytes() == scaler.transform(values).tobytes()


@pytest.mark.parametrize(
    "change",
    [
        {"center": None},
        {"scale": [[1.0, 2.0]]},
        {"scale": "wide"},
        {"filling": [1.0]},
        {"center": [[10**400] * 2] * 6},
        {"center": [[float("inf")] * 2] * 6},
        {"clip": 8},
    ],
)
def test_what_is_no_scaler_is_refused(change: dict[str, object]) -> None:
    stored = Scaler.fit(regular()).as_dict()
    with pytest.raises(ModelError, match="scaler"):
        Scaler.from_dict(stored | change)
    with pytest.raises(ModelError, match="scaler"):
        Scaler.from_dict({key: value for key, value in stored.items() if key not in change})


def test_connectomes_have_one_scale_and_subjects_one_size() -> None:
    """A connectome that is stronger as a whole is the same to a net; edges keep their spread."""
    random = np.random.default_rng(4)
    raw = random.standard_normal((40, 5, 5)) * random.uniform(0.5, 2, (5, 5)) + 3
    train = raw + raw.transpose(0, 2, 1)
    train[:, np.arange(5), np.arange(5)] = 0
    scaler = Scaler.fit_connectomes(train)
    usable = scaler.scale > 0
    assert not usable.diagonal().any()
    assert len(set(scaler.scale[usable])) == 1
    scaled = scaler.transform(train)
    np.testing.assert_allclose(np.square(scaled[:, usable]).mean(axis=1), 1, rtol=1e-5)
    stronger = scaler.center + 2 * (train - scaler.center)
    moderate = np.abs(stronger - scaler.center).max(axis=(1, 2)) < CLIP * scaler.scale.max()
    assert moderate.any()
    np.testing.assert_allclose(scaler.transform(stronger)[moderate], scaled[moderate], atol=1e-5)
    again = Scaler.from_dict(json.loads(json.dumps(scaler.as_dict(), allow_nan=False)))
    np.testing.assert_array_equal(again.transform(train), scaled)
    assert not scaler.transform(scaler.center[None]).any()
    with pytest.raises(ModelError):
        Scaler.from_dict(scaler.as_dict() | {"per_subject": "yes"})
