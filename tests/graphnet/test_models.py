"""The nets against other formulations of the same idea, with the same weights."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch_geometric.data import Batch

from bench.reference import ReferenceNet, as_graphs, double_precision, fit
from graphnet.catalogue import GRAPHS, MODELS
from graphnet.config import TrainingSettings
from graphnet.data.cohort import Cohort
from graphnet.errors import ModelError
from graphnet.graphs.edges import GraphRule, similarity, thin
from graphnet.graphs.fitted import Graphs
from graphnet.models import NETS, Net, Sizes, build_net
from graphnet.models.gcn import GCN
from graphnet.models.net import normalised
from graphnet.models.sgn import HIDDEN, SGN, SMOOTH
from graphnet.preprocessing.scaling import Scaler
from graphnet.training import inputs
from graphnet.training.inputs import ModelInputs, Whole, class_scores
from graphnet.training.loop import Plan, Training

SUBJECTS, REGIONS, MEASURES = 23, 14, 4
CHUNK = 40  # subjects times replicas: smaller than in use, and larger than the people
Params = dict[str, Tensor]


def people(classes: int = 2) -> tuple[Tensor, Tensor]:
    """Scaled measures (S, N, F) in which class 1 stands out, and labels (S,)."""
    generator = torch.Generator().manual_seed(3)
    labels = torch.arange(SUBJECTS) % classes
    x = torch.randn((SUBJECTS, REGIONS, MEASURES), generator=generator)
    x[labels == 1, :5] += 0.7
    return x, labels


def shared_graph() -> Tensor:
    x = people()[0].numpy()
    return torch.from_numpy(Graphs.fit(GraphRule(density=0.3), x, None).adjacency(x, None))


def own_graph(x: Tensor) -> Tensor:
    each = similarity(x.double().numpy())
    return torch.from_numpy(thin(each, GraphRule(density=0.3))).float()


def anywhere(net: Net, replicas: int = 1) -> Params:
    """Parameters away from the start, where some are 0."""
    generator = torch.Generator().manual_seed(4)
    return {
        name: torch.randn((replicas, *shape), generator=generator)
        for name, shape in net.shapes().items()
    }


def scores(net: Net, params: Mapping[str, Tensor], x: Tensor, graph: Tensor) -> Tensor:
    labels = torch.zeros(len(x), dtype=torch.int64)
    return class_scores(net, params, ModelInputs.of(net, Whole(x[None], graph[None]), labels))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("regions", [REGIONS, 90])
def test_gcn_gives_the_logits_of_pygs_layers(classes: int, regions: int) -> None:
    net = GCN(Sizes(regions, MEASURES, classes))
    params = net.initial([7])
    params |= {name: params[name] + 0.1 for name in params if name.endswith("bias")}
    x = torch.randn((SUBJECTS, regions, MEASURES), generator=torch.Generator().manual_seed(1))
    reference = ReferenceNet(MEASURES, classes)
    reference.load(params)
    batch = Batch.from_data_list(as_graphs(x, torch.zeros(SUBJECTS)))
    found = scores(net, params, x, torch.ones(1, regions, regions).tril())[0]
    assert found.std() > 0.01
    torch.testing.assert_close(found, reference(batch).detach(), atol=1e-6, rtol=1e-5)


def loss_curves(
    settings: TrainingSettings, x: Tensor, labels: Tensor
) -> tuple[list[float], list[float]]:
    """Of graphnet's GCN and of the plain PyG loop, from the same start and in the same order."""
    net = GCN(Sizes(x.shape[1], MEASURES, 2))
    start = net.initial([settings.seed])
    reference = ReferenceNet(MEASURES, 2)
    reference.load(start)
    expected = list(fit(reference, as_graphs(x, labels), settings))
    graph = torch.ones(1, 1, x.shape[1], x.shape[1], dtype=x.dtype).tril()
    group = ModelInputs.of(net, Whole(x[None], graph), labels)
    plan = Plan([settings.seed])
    training = Training(net, start, group, settings, plan, monitored={"train": group})
    return [epoch.scores["train"].loss for epoch in training], expected


def test_gcn_has_the_loss_curve_of_pyg_and_adam() -> None:
    settings = TrainingSettings.for_model("GCN", epochs=30, lr_step_size=20, seed=5)
    found, expected = loss_curves(settings, *people())
    assert expected[-1] < 0.7 * expected[0]
    np.testing.assert_allclose(found, expected, atol=2e-5)


@pytest.mark.nightly(but=("5",))
@pytest.mark.parametrize("seed", [5, 6, 7])
def test_in_double_precision_the_curves_are_one(seed: int) -> None:
    x, labels = people()
    settings = TrainingSettings.for_model("GCN", epochs=30, lr_step_size=20, seed=seed)
    with double_precision():
        found, expected = loss_curves(settings, x.double(), labels)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.nightly
def test_on_real_subjects_the_curves_are_one(site_a: Cohort) -> None:
    x = torch.from_numpy(Scaler.fit(site_a.features).transform(site_a.features))[100:280:3]
    labels = torch.from_numpy(site_a.labels)[100:280:3]
    with double_precision():
        found, expected = loss_curves(
            TrainingSettings.for_model("GCN", epochs=10), x.double(), labels
        )
    np.testing.assert_allclose(found, expected, atol=1e-6)


def sgn_by_hand(params: Params, x: Tensor, graph: Tensor) -> list[float]:
    """One subject's class scores, region by region."""
    weight = params["conv.weight"][0]
    gathered, own = weight[:MEASURES], weight[MEASURES:]
    totals = [float(value) for value in params["bias"][0]]
    for i in range(REGIONS):
        neighbours = torch.zeros(MEASURES)
        for j in range(REGIONS):
            neighbours = neighbours + graph[i, j] * x[j]
        hidden = x[i] @ own + neighbours @ gathered + params["embedding"][0, i]
        hidden = torch.clamp(hidden, min=0)
        for c in range(len(totals)):
            readout = params["readout.weight"][0, i * HIDDEN : (i + 1) * HIDDEN, c]
            linear = params["linear.weight"][0, 2 * i * MEASURES : 2 * (i + 1) * MEASURES, c]
            both = torch.cat([x[i], x[i] / (x[i].abs() + SMOOTH).sqrt()])
            totals[c] += float(hidden @ readout) / (REGIONS * HIDDEN)
            totals[c] += float(both @ linear) / (REGIONS * MEASURES) ** 0.5
    return totals


@pytest.mark.parametrize("own_graphs", [False, True])
def test_sgn_is_a_plain_loop_over_regions(*, own_graphs: bool) -> None:
    x, _ = people()
    net = SGN(Sizes(REGIONS, MEASURES, 3))
    params = anywhere(net)
    graph = own_graph(x) if own_graphs else shared_graph()
    found = scores(net, params, x, graph)[0]
    each = normalised(graph).expand(SUBJECTS, REGIONS, REGIONS)
    expected = [sgn_by_hand(params, one, its) for one, its in zip(x, each, strict=True)]
    torch.testing.assert_close(found, torch.tensor(expected), atol=1e-5, rtol=1e-5)


def test_sgn_sees_the_graph_and_which_region_is_which() -> None:
    x, _ = people()
    net = SGN(Sizes(REGIONS, MEASURES, 2))
    params = anywhere(net)
    graph = shared_graph()
    order = torch.randperm(REGIONS, generator=torch.Generator().manual_seed(1))
    plain = scores(net, params, x, graph)
    permuted = graph[:, order][:, :, order]
    assert (scores(net, params, x, permuted) - plain).abs().max() > 0.05
    edges = (graph > 0).float()
    assert (scores(net, params, x, edges) - plain).abs().max() > 0.05  # the weights matter too
    assert (scores(net, params, x[:, order], permuted) - plain).abs().max() > 0.05


def test_gcn_forgets_which_region_is_which() -> None:
    x, _ = people()
    net = GCN(Sizes(REGIONS, MEASURES, 2))
    params = anywhere(net)
    graph = shared_graph()
    order = torch.randperm(REGIONS, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(
        scores(net, params, x[:, order], graph[:, order][:, :, order]),
        scores(net, params, x, graph),
    )


def test_sgn_starts_undecided_and_can_do_what_a_linear_model_does() -> None:
    x, _ = people()
    net = SGN(Sizes(REGIONS, MEASURES, 2))
    start = net.initial([0])
    assert (scores(net, start, x, shared_graph()) == 0).all()
    weights = torch.randn((REGIONS * MEASURES, 2), generator=torch.Generator().manual_seed(1))
    plain = torch.zeros(REGIONS, 2, MEASURES, 2)  # of the measures, and 0 of their roots
    plain[:, 0] = weights.view(REGIONS, MEASURES, 2)
    linear = start | {"linear.weight": plain.flatten(0, 2)[None]}
    expected = x.flatten(1) @ weights / (REGIONS * MEASURES) ** 0.5
    torch.testing.assert_close(scores(net, linear, x, shared_graph())[0], expected)


@pytest.mark.parametrize("name", NETS)
def test_every_replica_computes_what_it_computes_alone(name: str) -> None:
    x, _ = people()
    net = build_net(name, Sizes(REGIONS, MEASURES, 2))
    params = anywhere(net, replicas=5)
    together = scores(net, params, x, shared_graph())
    assert together.shape == (5, SUBJECTS, 2)
    for replica in range(5):
        alone = {key: tensor[replica : replica + 1] for key, tensor in params.items()}
        torch.testing.assert_close(
            scores(net, alone, x, shared_graph())[0], together[replica], atol=1e-5, rtol=1e-5
        )


@pytest.mark.parametrize("name", NETS)
def test_a_replica_starts_from_its_own_seed_alone(name: str) -> None:
    net = build_net(name, Sizes(REGIONS, MEASURES, 2))
    together, alone = net.initial([3, 4, 3]), net.initial([4])
    assert {key: tensor.shape[1:] for key, tensor in together.items()} == net.shapes()
    for key, tensor in together.items():
        assert torch.equal(tensor[1:2], alone[key])
        assert torch.equal(tensor[0], tensor[2])
    differ = any(not torch.equal(tensor[0], tensor[1]) for tensor in together.values())
    assert differ == (
        name not in ("Linear", "LogisticRegression", "LinearSVM")
    )  # which start from 0


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("own_graphs", [False, True])
@pytest.mark.parametrize("replicas", [1, CHUNK // 5, 2 * CHUNK])
def test_a_crowd_and_its_subjects_score_alike(
    name: str, replicas: int, monkeypatch: pytest.MonkeyPatch, *, own_graphs: bool
) -> None:
    """In one piece, in pieces of five subjects, and subject by subject."""
    monkeypatch.setattr(inputs, "CHUNK", CHUNK)
    x, _ = people()
    graph = own_graph(x) if own_graphs else shared_graph()
    net = build_net(name, Sizes(REGIONS, MEASURES, 2))
    params = anywhere(net, replicas)
    together = scores(net, params, x, graph)
    assert together.shape == (replicas, SUBJECTS, 2)
    for row in range(SUBJECTS):
        its = graph[row : row + 1] if own_graphs else graph
        alone = scores(net, params, x[row : row + 1], its)
        near = 1e-4 * max(1.0, float(together.abs().max()) / 10)
        torch.testing.assert_close(alone[:, 0], together[:, row], atol=near, rtol=1e-4)


def test_weights_decay_and_biases_do_not() -> None:
    for name in NETS:
        net = build_net(name, Sizes(REGIONS, MEASURES, 2))
        assert {key: net.decayed(key) for key in net.shapes()} == {
            key: not (key.endswith(("bias", "scale")) or key.startswith("epsilon"))
            and key != "centres"
            for key in net.shapes()
        }


def test_gcn_starts_as_pygs_layers_do() -> None:
    net = GCN(Sizes(REGIONS, MEASURES, 2))
    params = net.initial(range(200))
    torch.manual_seed(0)
    references = [ReferenceNet(MEASURES, 2) for _ in range(200)]
    pairs = {
        "conv1.weight": [one.conv1.lin.weight for one in references],
        "conv1.bias": [one.conv1.bias for one in references],
        "conv2.weight": [one.conv2.lin.weight for one in references],
        "conv2.bias": [one.conv2.bias for one in references],
        "linear.weight": [one.linear.weight for one in references],
        "linear.bias": [one.linear.bias for one in references],
    }
    for name, tensors in pairs.items():
        theirs = torch.stack(tensors).detach()
        assert params[name].abs().max() == pytest.approx(float(theirs.abs().max()), rel=0.02)
        assert params[name].std() == pytest.approx(float(theirs.std()), rel=0.1)


def test_the_catalogue_and_the_nets_are_the_same() -> None:
    assert set(NETS) == set(MODELS)
    with pytest.raises(ModelError, match=r"^There is no model 'CNN'; choose from SGN, GCN, TopK"):
        build_net("CNN", Sizes(REGIONS, MEASURES, 2))


def test_every_model_and_graph_stands_in_the_documents() -> None:
    text = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
    text = text.partition("## Measures of time series")[0]
    rows = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}
    assert set(rows) == {*MODELS, *GRAPHS}
    for card in MODELS.values():
        assert set(re.findall(r"arXiv:[0-9.]+[0-9]", card.source)) <= set(
            re.findall(r"arXiv:[0-9.]+[0-9]", rows[card.name])
        )
