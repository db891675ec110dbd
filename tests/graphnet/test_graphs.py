"""Graphs against PyG's own normalisation, nilearn's measures, and their definition."""

import networkx
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nilearn.connectome import ConnectivityMeasure
from numpy.typing import NDArray
from torch_geometric.nn.conv.gcn_conv import gcn_norm

from graphnet.catalogue import GRAPHS
from graphnet.errors import ModelError, SettingsError
from graphnet.graphs import Float32Array, GraphRule, Graphs
from graphnet.graphs.edges import covariance, nearest, partial, similarity, thin, tree
from graphnet.graphs.fitted import OWN
from graphnet.messages import Message
from graphnet.models.net import normalised
from graphnet.preprocessing.scaling import Scaler
from tests.graphnet.people import cohort

REGIONS, SUBJECTS = 15, 12
PAIRS = REGIONS * (REGIONS - 1) // 2
unhurried = settings(deadline=None)
DENSITIES = st.floats(0.01, 1)
COORDINATES = np.random.default_rng(5).normal(scale=40, size=(REGIONS, 3))


def scaled(subjects: int = SUBJECTS, measures: int = 4, seed: int = 2) -> Float32Array:
    """(S, 15, F), correlated over regions."""
    random = np.random.default_rng(seed)
    shared = random.standard_normal((subjects, 1, measures))
    own = random.standard_normal((subjects, REGIONS, measures))
    return np.asarray(3 * shared + own, dtype=np.float32)


def series(subjects: int = SUBJECTS, seed: int = 3) -> list[NDArray[np.float64]]:
    random = np.random.default_rng(seed)
    return [random.standard_normal((40 + row, REGIONS)) @ random.standard_normal((REGIONS, REGIONS))
            for row in range(subjects)]  # fmt: skip


def connectomes(subjects: int = SUBJECTS) -> NDArray[np.float64]:
    found = np.stack([np.corrcoef(one.T) for one in series(subjects)])
    diagonal = np.arange(REGIONS)
    found[:, diagonal, diagonal] = 0
    return found


def fitted(rule: GraphRule, subjects: int = SUBJECTS) -> Graphs:
    return Graphs.fit(
        rule,
        scaled()[:subjects],
        connectomes()[:subjects],
        series=series()[:subjects],
        coordinates=COORDINATES,
    )


def edges(adjacency: NDArray[np.floating]) -> list[int]:
    return [int(np.count_nonzero(np.triu(one, k=1))) for one in adjacency]


def dense(edges: NDArray[np.int64], weights: NDArray[np.float64], regions: int) -> Float32Array:
    """PyG's normalised edges as the matrix that its propagation multiplies with."""
    index, scaled = gcn_norm(torch.from_numpy(edges), torch.from_numpy(weights).float(), regions)
    matrix = np.zeros((regions, regions), dtype=np.float32)
    matrix[index[1], index[0]] = scaled  # an edge i → j brings i's message to row j
    return matrix


@pytest.mark.parametrize("regions", [1, 2, 5, 90])
def test_full_is_pygs_normalisation_of_the_edges_upwards(regions: int) -> None:
    pairs = np.array(np.triu_indices(regions))
    expected = dense(pairs, np.ones(pairs.shape[1]), regions)
    graph = Graphs.fit(GraphRule("full"), np.zeros((1, regions, 1), np.float32), None)
    found = graph.adjacency(np.zeros((3, regions, 1), np.float32), None)
    assert found.shape == (1, regions, regions)
    np.testing.assert_allclose(normalised(torch.from_numpy(found))[0], expected, rtol=1e-6)


def test_normalised_is_pygs_normalisation_of_weighted_edges() -> None:
    weights = np.abs(np.random.default_rng(0).standard_normal((REGIONS, REGIONS)))
    weights = (weights + weights.T) / 2
    np.fill_diagonal(weights, 0)
    rows, columns = np.nonzero(weights)
    expected = dense(np.array([rows, columns]), weights[rows, columns], REGIONS)
    np.testing.assert_allclose(normalised(torch.from_numpy(weights)), expected, rtol=1e-5)


@unhurried
@given(density=DENSITIES, sign=st.sampled_from(["absolute", "signed"]))
def test_the_density_is_as_asked_within_one_edge(density: float, sign: str) -> None:
    weights = np.asarray(np.corrcoef(np.random.default_rng(0).standard_normal((REGIONS, 30))))
    (kept,) = edges(thin(weights[np.newaxis], GraphRule(density=density, sign=sign)))
    assert abs(kept - density * PAIRS) <= 1


@pytest.mark.parametrize("kind", ["covariance", "similarity", "connectome", "mst", "tangent"])
@pytest.mark.parametrize("density", [0.2, 0.5, 1.0])
def test_each_kind_has_the_density_that_was_asked_for(kind: str, density: float) -> None:
    rule = GraphRule(kind, density=density, sign="absolute")
    found = fitted(rule).adjacency(scaled(), connectomes(), series())
    assert all(abs(count - density * PAIRS) <= 1 for count in edges(found))


WEIGHTS = np.array(
    [[1, 0.9, 0.1, -0.8], [0.9, 1, 0.5, 0.2], [0.1, 0.5, 1, -0.3], [-0.8, 0.2, -0.3, 1]]
)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (GraphRule(density=0.5), {(0, 1): 0.9, (1, 2): 0.5, (1, 3): 0.2}),
        (GraphRule(density=1), {(0, 1): 0.9, (0, 2): 0.1, (1, 2): 0.5, (1, 3): 0.2}),
        (GraphRule(density=0.5, sign="absolute"), {(0, 1): 0.9, (0, 3): 0.8, (1, 2): 0.5}),
        (GraphRule(density=0.5, sign="signed"), {(0, 1): 0.9, (0, 3): -0.8, (1, 2): 0.5}),
        (GraphRule(threshold=0.3, sign="absolute"),
         {(0, 1): 0.9, (0, 3): 0.8, (1, 2): 0.5, (2, 3): 0.3}),
        (GraphRule(threshold=0.5), {(0, 1): 0.9, (1, 2): 0.5}),
    ],
)  # fmt: skip
def test_edges_are_the_strongest_under_the_sign_policy(
    rule: GraphRule, expected: dict[tuple[int, int], float]
) -> None:
    found = thin(WEIGHTS, rule)
    np.testing.assert_array_equal(found, found.T)
    upper = {(int(i), int(j)): float(found[i, j]) for i, j in np.argwhere(np.triu(found, k=1))}
    assert upper == expected


def test_the_tree_is_the_maximum_spanning_tree_of_networkx() -> None:
    random = np.random.default_rng(1).uniform(0.1, 1, (REGIONS, REGIONS))
    weights = (random + random.T) / 2
    found = tree(weights, GraphRule("mst", density=0.01))
    np.fill_diagonal(weights, 0)
    expected = networkx.maximum_spanning_tree(networkx.from_numpy_array(weights))
    assert {(i, j) for i, j in np.argwhere(np.triu(found, 1)).tolist()} == {
        (min(edge), max(edge)) for edge in expected.edges
    }
    more = tree(weights, GraphRule("mst", density=0.5))
    assert (more[found != 0] == weights[found != 0]).all()
    assert edges(more[None]) == [round(0.5 * PAIRS)]


def test_the_nearest_are_those_nearest_by_distance() -> None:
    graph = fitted(GraphRule("spatial", neighbours=3)).adjacency(scaled(), None)[0]
    distance = np.linalg.norm(COORDINATES[:, None] - COORDINATES, axis=-1)
    closest = [set(np.argsort(row)[1:4].tolist()) for row in distance]
    for i in range(REGIONS):
        for j in range(REGIONS):
            assert graph[i, j] == (i != j and (j in closest[i] or i in closest[j]))
    assert nearest(-distance, 99).sum() == REGIONS * (REGIONS - 1)


@pytest.mark.parametrize("unit", [1e-15, 1e9])
def test_weights_are_the_same_in_any_unit(unit: float) -> None:
    x = np.random.default_rng(0).standard_normal((20, 5, 3))
    for weights in (covariance, similarity):
        np.testing.assert_allclose(weights(unit * x), weights(x), atol=1e-12)


def test_covariance_is_the_mean_correlation_over_subjects() -> None:
    x = scaled(30, 3)
    mean = np.mean([np.corrcoef(x[:, :, measure].T) for measure in range(3)], axis=0)
    rule = GraphRule(density=0.3)
    found = Graphs.fit(rule, x, None).adjacency(x, None)
    np.testing.assert_allclose(found[0], thin(mean, rule), rtol=1e-4)


def test_similarity_is_each_subjects_correlation_over_measures() -> None:
    x = scaled(6, 5)
    rule = GraphRule("similarity", density=0.3)
    found = Graphs.fit(rule, x, None).adjacency(x, None)
    np.testing.assert_allclose(found, [thin(np.corrcoef(one), rule) for one in x], rtol=1e-4)


@pytest.mark.parametrize("measures", [1, 2])
def test_similarity_needs_three_measures(measures: int) -> None:
    with pytest.raises(SettingsError) as caught:
        Graphs.fit(GraphRule("similarity"), scaled(measures=measures), None)
    assert caught.value.sentences == (
        f"graph 'similarity' needs at least 3 measures per region; the data have {measures}.",
    )


def test_tangent_is_nilearns_for_subjects_never_seen() -> None:
    rule = GraphRule("tangent", density=1.0, sign="signed")
    train, others = series(), series(4, seed=9)
    graph = Graphs.fit(rule, scaled(), None, series=train)
    measure = ConnectivityMeasure(kind="tangent").fit(train)
    expected = measure.transform(others)
    found = graph.adjacency(scaled(4), None, others)
    upper = np.triu_indices(REGIONS, k=1)
    for one, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(one[upper], theirs[upper], atol=1e-5)


def test_partial_is_the_partial_correlation_of_a_shrunk_matrix() -> None:
    rule = GraphRule("partial", density=1.0, sign="signed")
    found = fitted(rule).adjacency(scaled(), np.arctanh(connectomes()))
    for one, full in zip(found, connectomes(), strict=True):
        shrunk = 0.9 * (full + np.eye(REGIONS)) + 0.1 * np.eye(REGIONS)
        for i, j in ((0, 1), (3, 7)):
            rest = [k for k in range(REGIONS) if k not in (i, j)]
            block = shrunk[np.ix_([i, j], [i, j])] - shrunk[np.ix_([i, j], rest)] @ np.linalg.solve(
                shrunk[np.ix_(rest, rest)], shrunk[np.ix_(rest, [i, j])]
            )
            expected = block[0, 1] / np.sqrt(block[0, 0] * block[1, 1])
            assert one[i, j] == pytest.approx(expected, abs=1e-6)


def test_missing_edges_of_a_connectome_are_the_training_mean() -> None:
    found = connectomes()
    found[2, 1, 4] = found[2, 4, 1] = np.nan
    rule = GraphRule("connectome", density=1.0, sign="signed")
    graph = Graphs.fit(rule, scaled(), found)
    new = found[2:3]
    others = np.delete(found, 2, axis=0)[:, 1, 4].mean()
    assert graph.adjacency(scaled(1), new)[0, 1, 4] == pytest.approx(others, rel=1e-5)


@pytest.mark.parametrize("kind", GRAPHS)
def test_a_subject_has_the_same_graph_alone_and_in_company(kind: str) -> None:
    graph = fitted(GraphRule(kind, density=0.4, sign="absolute"))
    x, fc, time = scaled(6, seed=8), connectomes(6), series(6)
    together = graph.adjacency(x, fc, time)
    assert together.dtype == np.float32
    assert graph.shared == (kind not in OWN) == (together.shape[0] == 1)
    if graph.shared:
        return
    for row in range(6):
        alone = graph.adjacency(x[row : row + 1], fc[row : row + 1], time[row : row + 1])
        np.testing.assert_allclose(alone[0], together[row], atol=1e-6)


@pytest.mark.parametrize("kind", GRAPHS)
def test_a_graph_that_was_stored_is_the_same(kind: str) -> None:
    rule = GraphRule(kind, density=0.4)
    graph = fitted(rule)
    again = Graphs.from_tensors(rule, graph.as_tensors())
    for first, second in ((graph, again),):
        np.testing.assert_array_equal(
            first.adjacency(scaled(), connectomes(), series()),
            second.adjacency(scaled(), connectomes(), series()),
        )
    with pytest.raises(ModelError, match="does not belong to graph"):
        Graphs.from_tensors(rule, graph.as_tensors() | {"other": np.eye(REGIONS)})


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("connectome", "graphs.needs-connectomes"),
        ("group_connectome", "graphs.needs-connectomes"),
        ("partial", "graphs.needs-connectomes"),
        ("tangent", "graphs.tangent-needs-series"),
        ("spatial", "graphs.spatial-needs-atlas"),
    ],
)
def test_what_a_graph_is_made_from_must_be_there(kind: str, code: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Graphs.fit(GraphRule(kind), scaled(), None)
    assert caught.value.codes == (code,)


def test_a_threshold_that_leaves_no_edge_is_refused_with_the_strongest() -> None:
    with pytest.raises(SettingsError) as caught:
        Graphs.fit(GraphRule(threshold=1.5), scaled(), None)
    (message,) = caught.value.messages
    assert message.code == "graphs.threshold-without-edges"
    values = dict(message.values)
    assert values["threshold"] == 1.5
    assert str(values["strongest"]).startswith("0.9")
    own = Graphs.fit(GraphRule("similarity", threshold=1.5), scaled(), None)
    assert not own.adjacency(scaled(), None).any()


def test_a_region_without_signal_has_no_edge() -> None:
    x = scaled()
    x[:, 4] = 0
    for kind in ("covariance", "similarity"):
        found = Graphs.fit(GraphRule(kind, density=1.0), x, None).adjacency(x, None)
        assert np.isfinite(found).all()
        assert not found[:, 4].any()
        assert normalised(torch.from_numpy(found)).isfinite().all()


def test_one_subject_has_no_covariance_and_no_edge() -> None:
    assert not Graphs.fit(GraphRule(density=0.5), scaled(1), None).adjacency(scaled(1), None).any()


def test_covariance_finds_the_planted_networks() -> None:
    people = cohort(controls=150, patients=0)
    x = Scaler.fit(people.features).transform(people.features)
    within = (np.arange(12)[:, None] % 3 == np.arange(12) % 3) & ~np.eye(12, dtype=bool)
    pairs = int(np.triu(within, k=1).sum())
    found = Graphs.fit(GraphRule(density=pairs / 66), x, None).adjacency(x, None)[0]
    np.testing.assert_array_equal(found > 0, within)


@pytest.mark.parametrize("kind", sorted(OWN))
@pytest.mark.parametrize("fisher_z", [False, True])
def test_a_subjects_own_graph_does_not_depend_on_who_else_is_there(
    kind: str, *, fisher_z: bool
) -> None:
    given = np.arctanh(0.999 * connectomes()) if fisher_z else connectomes()
    graphs = Graphs.fit(GraphRule(kind, sign="signed"), scaled(), given, series=series())
    together = graphs.adjacency(scaled(), given, series())
    for row in range(SUBJECTS):
        part = slice(row, row + 1)
        alone = graphs.adjacency(scaled()[part], given[part], series()[part])
        np.testing.assert_allclose(alone[0], together[row], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("scale", [1.0, 0.3])
def test_partial_undoes_fishers_z_also_where_no_value_is_beyond_1(scale: float) -> None:
    rule, z = GraphRule("partial", density=1.0, sign="signed"), scale * np.arctanh(connectomes())
    assert bool(np.abs(z).max() > 1) is (scale == 1.0)
    found = Graphs.fit(rule, scaled(), z)
    assert set(found.as_tensors()) == {"mean"}
    expected = partial(np.tanh(z), fisher_z=False)
    np.testing.assert_allclose(found.adjacency(scaled(), z), expected, atol=1e-6)


@pytest.mark.parametrize(("kind", "words"), [("counts", "streamline counts"), ("other", "values")])
def test_there_are_no_partial_correlations_of_what_is_no_correlation(kind: str, words: str) -> None:
    with pytest.raises(SettingsError, match=rf"computed from correlations.* hold {words}"):
        Graphs.fit(GraphRule("partial"), scaled(), connectomes(), edges=kind)


@pytest.mark.parametrize(("told", "undone"), [(0.0, False), (1.0, True)])
def test_an_older_partial_graph_says_itself_whether_it_undoes_fishers_z(
    *, told: float, undone: bool
) -> None:
    rule = GraphRule("partial", density=1.0, sign="signed")
    tensors = {"mean": np.zeros((REGIONS, REGIONS)), "fisher_z": np.array([[told]])}
    older = Graphs.from_tensors(rule, tensors)
    assert older.fits(REGIONS)
    assert not older.fits(REGIONS + 1)
    found = older.adjacency(scaled(), connectomes())
    np.testing.assert_allclose(found, partial(connectomes(), fisher_z=undone), atol=1e-6)


@pytest.mark.parametrize("kind", ["covariance", "similarity", "connectome", "partial", "tangent"])
def test_a_density_that_leaves_no_edge_is_refused(kind: str) -> None:
    with pytest.raises(SettingsError) as caught:
        fitted(GraphRule(kind, density=0.004))
    too_low = {"density": 0.004, "pairs": 105, "regions": 15, "least": 0.005}
    assert caught.value.messages == (Message("graphs.density-without-edges", **too_low),)
    assert edges(fitted(GraphRule(kind, density=0.005, sign="absolute")).adjacency(
        scaled(), connectomes(), series()
    )) != [0]  # fmt: skip


@pytest.mark.parametrize("kind", ["mst", "knn", "spatial", "full", "none"])
def test_a_graph_without_a_density_is_not_judged_by_it(kind: str) -> None:
    fitted(GraphRule(kind, density=0.0001))
    fitted(GraphRule("covariance", density=0.0001, threshold=0.1))


def test_tangent_needs_a_series_of_every_region() -> None:
    gaps = series()
    gaps[3][:, 5] = np.nan
    with pytest.raises(SettingsError, match="1 of 12 subjects lack at least one"):
        Graphs.fit(GraphRule("tangent"), scaled(), connectomes(), series=gaps)
