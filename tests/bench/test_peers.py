"""The peers compute what their papers and packages compute, and see no test subject."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch_geometric.nn import GCNConv
from torch_geometric.utils import dense_to_sparse

from bench.graph_helps import cut
from bench.peers.brain_nets import (
    RECIPES,
    BrainGB,
    BrainNetTF,
    GraphConvolution,
    normalised,
    strongest,
)
from bench.peers.connectomes import compared, correlations, methods, of_peer
from bench.simulated import Maps, Study
from bench.tangent import in_tangent_space
from graphnet.data.cohort import Cohort

REGIONS = 12


def cohort(subjects: int = 40, effect: float = 0.4) -> Cohort:
    maps = Maps(60, edge_effect=effect, regions=REGIONS, networks=2, affected=tuple(range(6)))
    return Study(series=maps).cohort(subjects, np.random.default_rng(0))


def test_a_convolution_is_that_of_pyg() -> None:
    edges = correlations(cohort())[:1] - torch.eye(REGIONS)
    ours, theirs = GraphConvolution(REGIONS, 5), GCNConv(REGIONS, 5)
    with torch.no_grad():
        ours.weight.copy_(theirs.lin.weight.T)
    x = torch.rand(REGIONS, REGIONS)
    index, weight = dense_to_sparse(edges[0].abs())
    expected = theirs(x, index, weight)
    found = normalised(edges)[0] @ x @ ours.weight + ours.bias
    torch.testing.assert_close(found, expected)


def test_merged_layers_are_the_layers_one_after_the_other() -> None:
    torch.manual_seed(0)
    net = BrainGB(REGIONS, hidden=7, narrow=5).eval()
    rows = correlations(cohort(4))
    edges = rows - torch.eye(REGIONS)
    x, leak = rows, torch.nn.LeakyReLU(0.2)
    for convolution, layer in ((net.first, net.after_first), (net.second, net.after_second)):
        x = leak(layer(normalised(edges) @ (x @ convolution.weight) + convolution.bias))
        if convolution is net.first:
            x = net.norms[0](x.flatten(0, 1)).view_as(x)
    x = leak(net.to_node(x))
    x = net.norms[1](x.flatten(0, 1)).view_as(x)
    torch.testing.assert_close(net(rows, edges), net.read(x.flatten(1)))


def test_the_centres_of_the_transformer_are_orthonormal_and_not_trained() -> None:
    net = BrainNetTF(REGIONS, feed=8, clusters=6)
    centres = net.get_buffer("centres")
    torch.testing.assert_close(centres @ centres.T, torch.eye(6), atol=1e-5, rtol=0)
    assert "centres" not in dict(net.named_parameters())


def test_the_strongest_tenth_is_a_tenth_of_the_positive_edges() -> None:
    edges = correlations(cohort(3)) - torch.eye(REGIONS)
    kept = strongest(edges, 0.1)
    pairs = round(0.1 * REGIONS * (REGIONS - 1))
    assert ((kept > 0).sum(dim=(1, 2)) <= pairs + 1).all()
    assert (kept >= 0).all()
    assert kept.max() == edges.max()


@pytest.mark.parametrize("name", list(RECIPES))
def test_no_peer_looks_at_a_test_subject(name: str) -> None:
    """Their values and labels change; what is predicted for the others of the fold does not."""
    recipe = replace(RECIPES[name], epochs=2)
    if name == "BrainNetTF BNT":
        recipe = replace(recipe, net=lambda regions: BrainNetTF(regions, feed=8, clusters=6))
    people = cohort()
    folds = cut(people, 2)[:1]
    before = of_peer(people, folds, recipe)[0, folds[0].test]
    changed = folds[0].test[0]
    assert people.connectomes is not None
    edges, labels = people.connectomes.copy(), people.labels.copy()
    edges[changed] *= -0.5
    labels[folds[0].test] = 1 - labels[folds[0].test]
    other = replace(people, connectomes=edges, labels=labels)
    after = of_peer(other, folds, recipe)[0, folds[0].test]
    np.testing.assert_array_equal(before[1:], after[1:])
    assert (before[0] != after[0]).any()


@pytest.mark.nightly
def test_a_strong_effect_is_found_by_each_method() -> None:
    people = cohort(80, effect=0.5)
    found = compared(people, cut(people, 2), methods(peers=["BrainGB GCN"], epochs=30))
    assert [each.name for each in found] == ["SGN", "logistic_regression", "svm_rbf", "BrainGB GCN"]
    assert all(each.auc > 0.8 for each in found)
    assert found[0].difference is None
    last = found[-1].difference
    assert last is not None
    assert last.value == pytest.approx(found[0].auc - found[-1].auc)


def test_a_test_subject_changes_no_tangent_space() -> None:
    people = cohort(20)
    random = np.random.default_rng(1)
    series = tuple(random.standard_normal((40, REGIONS)) for _ in range(20))
    people = replace(people, series=series)
    fold = cut(people, 2)[0]
    changed = int(fold.test[0])
    other = [2 * one + 1 if row == changed else one for row, one in enumerate(series)]
    other[changed] = other[changed][:, ::-1].copy()
    first = in_tangent_space(people, fold)
    again = in_tangent_space(replace(people, series=tuple(other)), fold)
    same = np.delete(np.arange(20), changed)
    np.testing.assert_array_equal(first.features[same], again.features[same])
    assert (first.features[changed] != again.features[changed]).any()
