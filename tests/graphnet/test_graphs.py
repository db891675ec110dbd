"""Graphs against PyG's own normalisation and against their definition."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch_geometric.nn.conv.gcn_conv import gcn_norm

from graphnet import graphs
from graphnet.errors import SettingsError
from graphnet.graphs import Float32Array
from graphnet.scaling import Scaler
from tests.graphnet.people import cohort

REGIONS = 15
PAIRS = REGIONS * (REGIONS - 1) // 2
unhurried = settings(deadline=None)
DENSITIES = st.floats(0.01, 1)


def scaled(subjects: int = 12, measures: int = 4) -> Float32Array:
    """(S, 15, F), correlated over regions."""
    random = np.random.default_rng(2)
    shared = random.standard_normal((subjects, 1, measures))
    own = random.standard_normal((subjects, REGIONS, measures))
    return np.asarray(3 * shared + own, dtype=np.float32)


def dense(
    edges: NDArray[np.int64], weights: NDArray[np.float64], regions: int
) -> NDArray[np.float32]:
    """PyG's normalised edges as the matrix that its propagation multiplies with."""
    index, normalised = gcn_norm(
        torch.from_numpy(edges), torch.from_numpy(weights).float(), regions
    )
    matrix = np.zeros((regions, regions), dtype=np.float32)
    matrix[index[1], index[0]] = normalised  # an edge i → j brings i's message to row j
    return matrix


@pytest.mark.parametrize("regions", [1, 2, 5, 90])
def test_full_is_pygs_normalisation_of_the_edges_upwards(regions: int) -> None:
    edges = np.array(np.triu_indices(regions))
    expected = dense(edges, np.ones(edges.shape[1]), regions)
    assert graphs.full(regions).shape == (1, regions, regions)
    np.testing.assert_allclose(graphs.full(regions)[0], expected, rtol=1e-6)
    assert np.count_nonzero(graphs.full(regions)) == regions * (regions + 1) // 2


def test_propagation_is_pygs_normalisation_of_weighted_edges() -> None:
    weights = np.abs(np.random.default_rng(0).standard_normal((REGIONS, REGIONS)))
    weights = (weights + weights.T) / 2
    rows, columns = np.nonzero(~np.eye(REGIONS, dtype=bool))
    expected = dense(np.array([rows, columns]), weights[rows, columns], REGIONS)
    np.testing.assert_allclose(graphs.propagation(weights, 1.0), expected, rtol=1e-5)


@unhurried
@given(DENSITIES)
def test_the_density_is_as_asked_within_one_edge(density: float) -> None:
    weights = np.abs(np.corrcoef(np.random.default_rng(0).standard_normal((REGIONS, 30))))
    kept = np.count_nonzero(np.triu(graphs.propagation(weights, density), k=1))
    assert abs(kept - density * PAIRS) <= 1


def test_the_strongest_positive_pairs_are_kept() -> None:
    weights = np.array(
        [
            [1.0, 0.9, 0.1, -0.8],
            [0.9, 1.0, 0.5, 0.2],
            [0.1, 0.5, 1.0, -0.3],
            [-0.8, 0.2, -0.3, 1.0],
        ]
    )
    half = np.argwhere(np.triu(graphs.propagation(weights, 0.5), k=1)).tolist()
    assert half == [[0, 1], [1, 2], [1, 3]]
    everything = np.argwhere(np.triu(graphs.propagation(weights, 1.0), k=1)).tolist()
    assert everything == [[0, 1], [0, 2], [1, 2], [1, 3]]  # no negative pair


@unhurried
@given(density=DENSITIES, shared=st.booleans())
def test_data_driven_graphs_are_symmetric_and_normalised(*, density: float, shared: bool) -> None:
    x = scaled()
    found = graphs.covariance(x, density) if shared else graphs.similarity(x, density)
    assert found.shape == (1 if shared else len(x), REGIONS, REGIONS)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.swapaxes(found, 1, 2))
    assert (found >= 0).all()
    assert (np.diagonal(found, axis1=1, axis2=2) > 0).all()
    # D^-1/2 (A + I) D^-1/2 has the eigenvector D^1/2 of ones, with the eigenvalue 1.
    np.testing.assert_allclose(np.linalg.eigvalsh(found)[:, -1], 1, atol=1e-5)
    degree = 1 / np.diagonal(found, axis1=1, axis2=2)
    root = np.sqrt(degree)[..., None]
    np.testing.assert_allclose(found @ root, root, rtol=1e-4)


def test_covariance_is_the_mean_correlation_over_subjects() -> None:
    x = scaled(30, 3)
    by_measure = [np.corrcoef(x[:, :, measure].T) for measure in range(3)]
    expected = graphs.propagation(np.mean(by_measure, axis=0), 0.3)
    np.testing.assert_allclose(graphs.covariance(x, 0.3)[0], expected, rtol=1e-4)


def test_similarity_is_each_subjects_correlation_over_measures() -> None:
    x = scaled(6, 5)
    expected = [graphs.propagation(np.corrcoef(one), 0.3) for one in x]
    np.testing.assert_allclose(graphs.similarity(x, 0.3), expected, rtol=1e-4)
    np.testing.assert_array_equal(graphs.similarity(x[2:3], 0.3)[0], graphs.similarity(x, 0.3)[2])


@pytest.mark.parametrize("measures", [1, 2])
def test_similarity_needs_three_measures(measures: int) -> None:
    with pytest.raises(SettingsError) as caught:
        graphs.similarity(scaled(measures=measures), 0.1)
    assert caught.value.sentences == (
        "graph 'similarity' needs at least 3 measures a region; the data have "
        f"{measures}.",
    )  # fmt: skip


def test_a_region_without_signal_keeps_only_itself() -> None:
    x = scaled()
    x[:, 4] = 0
    for found in (graphs.covariance(x, 1.0), graphs.similarity(x, 1.0)):
        assert np.isfinite(found).all()
        np.testing.assert_array_equal(found[:, 4], np.tile(np.eye(REGIONS)[4], (len(found), 1)))


def test_one_subject_has_no_covariance_and_gets_no_edges() -> None:
    np.testing.assert_array_equal(graphs.covariance(scaled(1), 0.5)[0], np.eye(REGIONS))


def test_each_kind_is_built_from_training_subjects() -> None:
    x = scaled()
    full, covariance = graphs.build("full", x, 0.2), graphs.build("covariance", x, 0.2)
    np.testing.assert_array_equal(full, graphs.full(REGIONS))
    np.testing.assert_array_equal(covariance, graphs.covariance(x, 0.2))
    assert graphs.build("similarity", x, 0.2) is None


def test_covariance_finds_the_planted_networks() -> None:
    people = cohort(controls=150, patients=0)
    x = Scaler.fit(people.features).transform(people.features)
    within = np.arange(12)[:, None] % 3 == np.arange(12) % 3
    pairs = int(np.triu(within, k=1).sum())
    found = graphs.covariance(x, pairs / 66)[0]
    np.testing.assert_array_equal(found > 0, within)
