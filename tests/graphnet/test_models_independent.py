"""Each net against another formulation: PyG's sparse layers, torch's own, or plain loops."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, elu, leaky_relu
from torch_geometric.nn import GATConv, GINConv, GraphConv, TopKPooling

from graphnet.models import NETS, Net, Sizes, build_net
from graphnet.models.bnt import CLUSTERS, FEED, HEADS, WIDTH
from graphnet.models.brainnetcnn import EDGES, NODES, SLOPE
from graphnet.models.gat import HEADS as GAT_HEADS
from graphnet.models.gat import OUT
from graphnet.models.gat import WIDTH as GAT_WIDTH
from graphnet.models.topk import HIDDEN as TOPK_HIDDEN
from graphnet.models.topk import LEVELS, RATIO

B, N, F = 4, 9, 3
Params = dict[str, Tensor]


def drawn(net: Net, seed: int = 0) -> Params:
    """One replica's parameters, none of them 0, of a size that keeps outputs near 1."""
    random = torch.Generator().manual_seed(seed)
    return {
        name: torch.randn((1, *shape), generator=random) / math.sqrt(shape[0])
        for name, shape in net.shapes().items()
    }


def people(seed: int = 1) -> tuple[Tensor, Tensor]:
    """Measures (B, N, F) and each subject's symmetric graph (B, N, N) with some edges missing."""
    random = torch.Generator().manual_seed(seed)
    x = torch.randn((B, N, F), generator=random)
    raw = torch.rand((B, N, N), generator=random)
    upper = torch.triu(torch.where(raw < 0.5, 0.0, raw), diagonal=1)
    return x, upper + upper.mT


def logits(net: Net, params: Params, x: Tensor, graph: Tensor) -> Tensor:
    inputs, kept = net.prepare(x[None], graph[None])
    return net.logits(params, inputs, kept)[0]


def assert_same(found: Tensor, expected: list[Tensor]) -> None:
    torch.testing.assert_close(found, torch.stack(expected).detach(), atol=1e-5, rtol=1e-4)


def sparse(graph: Tensor) -> tuple[Tensor, Tensor]:
    """Edges (2, E) from j to i where row i has a weight in column j, and the weights (E,)."""
    target, source = graph.nonzero(as_tuple=True)
    return torch.stack([source, target]), graph[target, source]


def filled(layer: nn.Linear, weight: Tensor, bias: Tensor | None = None) -> None:
    with torch.no_grad():
        layer.weight.copy_(weight[0].T)
        if bias is not None:
            layer.bias.copy_(bias[0])


def mlp(params: Params, names: list[str], hidden: Tensor) -> Tensor:
    for name in names:
        hidden = hidden @ params[f"{name}.weight"][0] + params[f"{name}.bias"][0]
        hidden = hidden.relu() if name != names[-1] else hidden
    return hidden


def test_topk_is_pygs_graph_convolution_and_pooling() -> None:
    net = build_net("TopK", Sizes(N, F, 2))
    params = drawn(net)
    x, graph = people()
    expected = []
    for one, its in zip(x, graph, strict=True):
        edges, weights = sparse(its)
        hidden, total = one, torch.zeros(2 * TOPK_HIDDEN)
        for level in range(1, LEVELS + 1):
            name = f"conv{level}"
            conv = GraphConv(hidden.shape[1], TOPK_HIDDEN)
            filled(conv.lin_rel, params[f"{name}.gathered.weight"], params[f"{name}.bias"])
            filled(conv.lin_root, params[f"{name}.own.weight"])
            pool = TopKPooling(TOPK_HIDDEN, ratio=RATIO)
            with torch.no_grad():
                pool.select.weight.copy_(params[f"pool{level}.direction"])
            hidden = conv(hidden, edges, weights).relu()
            hidden, edges, weights, *_ = pool(hidden, edges, weights)
            total = total + torch.cat([hidden.amax(dim=0), hidden.mean(dim=0)])
        expected.append(mlp(params, ["mlp1", "mlp2", "mlp3"], total))
    assert_same(logits(net, params, x, graph), expected)


def test_gat_is_pygs_attention_with_edge_weights() -> None:
    net = build_net("GAT", Sizes(N, F, 2))
    params = drawn(net)
    x, graph = people()
    expected = []
    for one, its in zip(x, graph, strict=True):
        edges, weights = sparse(its)
        hidden = one
        for layer in (1, 2):
            name = f"conv{layer}"
            conv = GATConv(hidden.shape[1], GAT_WIDTH, heads=GAT_HEADS, edge_dim=1, fill_value=1.0)
            filled(conv.lin, params[f"{name}.weight"])
            with torch.no_grad():
                # PyG maps the weight to heads and widths, then to heads: one factor a head.
                conv.lin_edge.weight.fill_(1.0)
                conv.att_edge.copy_(
                    (params[f"{name}.edge"] / GAT_WIDTH).mT.expand(1, -1, GAT_WIDTH)
                )
                conv.att_src.copy_(params[f"{name}.source"])
                conv.att_dst.copy_(params[f"{name}.target"])
                conv.bias.copy_(params[f"{name}.bias"][0])
            hidden = elu(conv(hidden, edges, weights[:, None]))
        readout = hidden.flatten() / math.sqrt(N * OUT)
        expected.append(readout @ params["readout.weight"][0] + params["readout.bias"][0])
    assert_same(logits(net, params, x, graph), expected)


def test_gin_is_pygs_layer_where_edges_have_no_weights() -> None:
    net = build_net("GIN", Sizes(N, F, 2))
    params = drawn(net)
    x, graph = people()
    graph = (graph > 0).float()
    expected = []
    for one, its in zip(x, graph, strict=True):
        edges, _ = sparse(its)
        hidden, reads = one, []
        for layer in (1, 2):
            width = hidden.shape[1]
            first, second = nn.Linear(width, 16), nn.Linear(16, 16)
            inner = nn.Sequential(first, nn.ReLU(), second, nn.ReLU())
            conv = GINConv(inner, eps=float(params[f"epsilon{layer}"][0, 0]))
            filled(first, params[f"mlp{layer}.0.weight"], params[f"mlp{layer}.0.bias"])
            filled(second, params[f"mlp{layer}.1.weight"], params[f"mlp{layer}.1.bias"])
            hidden = conv(hidden, edges)
            reads.append(hidden.mean(dim=0))
        readout = torch.cat(reads)
        expected.append(readout @ params["readout.weight"][0] + params["readout.bias"][0])
    assert_same(logits(net, params, x, graph), expected)


def test_brainnetcnn_is_convolutions_with_crosses_and_rows() -> None:
    net = build_net("BrainNetCNN", Sizes(N, F, 2))
    params = drawn(net)
    x, graph = people()
    image = graph[:, None]  # (B, 1, N, N)
    row = conv2d(image, params["row.weight"][0].T.reshape(EDGES, 1, 1, N))  # (B, E, N, 1)
    column = conv2d(image, params["column.weight"][0].T.reshape(EDGES, 1, N, 1))  # (B, E, 1, N)
    edges = leaky_relu(row + column + params["edge.bias"][0].reshape(1, EDGES, 1, 1), SLOPE)
    kernel = params["node.weight"][0].reshape(N, EDGES, NODES).permute(2, 1, 0)[:, :, None]
    nodes = leaky_relu(conv2d(edges, kernel, params["node.bias"][0])[..., 0], SLOPE)  # (B, D, N)
    whole = nodes.mT.flatten(1) @ params["whole.weight"][0] + params["whole.bias"][0]
    whole = leaky_relu(whole, SLOPE) / math.sqrt(whole.shape[1])
    expected = whole @ params["readout.weight"][0] + params["readout.bias"][0]
    torch.testing.assert_close(logits(net, params, x, graph), expected, atol=1e-5, rtol=1e-4)


def test_bnt_is_torchs_transformer_layer_and_a_clustering_readout() -> None:
    net = build_net("BNT", Sizes(N, F, 2))
    params = drawn(net)
    x, graph = people()
    layer = nn.TransformerEncoderLayer(WIDTH, HEADS, FEED, dropout=0.0, batch_first=True)
    filled(layer.linear1, params["feed1.weight"], params["feed1.bias"])
    filled(layer.linear2, params["feed2.weight"], params["feed2.bias"])
    filled(layer.self_attn.out_proj, params["mix.weight"], params["mix.bias"])
    with torch.no_grad():
        layer.self_attn.in_proj_weight.copy_(params["attention.weight"][0].T)
        layer.self_attn.in_proj_bias.copy_(params["attention.bias"][0])
        for norm, name in ((layer.norm1, "norm1"), (layer.norm2, "norm2")):
            norm.weight.copy_(params[f"{name}.scale"][0])
            norm.bias.copy_(params[f"{name}.bias"][0])
    described = torch.cat([graph, x], dim=-1)
    tokens = layer(described @ params["token.weight"][0] + params["token.bias"][0]).detach()
    expected = []
    for one in tokens:
        share = torch.stack([(params["centres"][0] @ region).softmax(0) for region in one])
        pooled = torch.stack([(share[:, [c]] * one).sum(0) for c in range(CLUSTERS)]) / math.sqrt(N)
        hidden = leaky_relu(
            pooled.flatten() @ params["hidden.weight"][0] + params["hidden.bias"][0]
        )
        hidden = hidden / math.sqrt(len(hidden))
        expected.append(hidden @ params["out.weight"][0] + params["out.bias"][0])
    torch.testing.assert_close(
        logits(net, params, x, graph), torch.stack(expected), atol=1e-5, rtol=1e-4
    )


def test_bnts_centres_start_orthonormal() -> None:
    centres = build_net("BNT", Sizes(N, F, 2)).initial([3])["centres"][0]
    torch.testing.assert_close(centres @ centres.T, torch.eye(CLUSTERS), atol=1e-5, rtol=0)


def test_linear_and_mlp_are_torchs_layers() -> None:
    x, graph = people()
    linear = build_net("Linear", Sizes(N, F, 3))
    params = drawn(linear)
    plain = nn.Linear(N * F, 3)
    filled(plain, params["linear.weight"], params["linear.bias"])
    found = logits(linear, params, x, graph)
    torch.testing.assert_close(found, plain(x.flatten(1) / math.sqrt(N * F)).detach())
    perceptron = build_net("MLP", Sizes(N, F, 3))
    params = drawn(perceptron)
    first, second = nn.Linear(N * F, 64), nn.Linear(64, 3)
    filled(first, params["hidden.weight"], params["hidden.bias"])
    filled(second, params["readout.weight"], params["readout.bias"])
    expected = second(first(x.flatten(1)).relu() / 8).detach()
    torch.testing.assert_close(logits(perceptron, params, x, graph), expected)


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("classes", [1, 3])
def test_the_weights_of_edges_reach_the_output_where_a_net_says_so(name: str, classes: int) -> None:
    net = build_net(name, Sizes(N, F, classes))
    params = drawn(net)
    x, graph = people()
    found = logits(net, params, x[:1], graph[:1])
    assert found.shape == (1, classes)
    edges = graph[0].triu(1).nonzero(as_tuple=True)
    order = torch.randperm(len(edges[0]), generator=torch.Generator().manual_seed(0))
    permuted = torch.zeros_like(graph[0])
    permuted[edges] = graph[0][edges][order]  # the same edges, their weights dealt out anew
    other = logits(net, params, x[:1], (permuted + permuted.T)[None])
    changed = float((other[0] - found[0]).abs().max())
    assert changed > 1e-5 if net.edge_aware else changed == 0


@pytest.mark.parametrize("name", NETS)
def test_a_graph_without_edges_gives_numbers_and_gradients(name: str) -> None:
    net = build_net(name, Sizes(N, F, 2))
    params = {key: tensor.requires_grad_() for key, tensor in drawn(net).items()}
    x, graph = people()
    found = logits(net, params, x, torch.zeros_like(graph))
    assert found.isfinite().all()
    gradients = torch.autograd.grad(
        found.square().sum(), list(params.values()), materialize_grads=True
    )
    assert all(bool(each.isfinite().all()) for each in gradients)


@pytest.mark.parametrize("name", NETS)
def test_one_measure_and_one_subject_are_enough(name: str) -> None:
    net = build_net(name, Sizes(5, 1, 2))
    graph = torch.ones(1, 5, 5) - torch.eye(5)
    assert logits(net, drawn(net), torch.randn(1, 5, 1), graph).shape == (1, 2)


def test_the_parts_that_fine_tuning_names_are_parameters() -> None:
    for name in NETS:
        net = build_net(name, Sizes(N, F, 2))
        assert net.readout
        assert {*net.readout, *net.last_layers} <= set(net.shapes())
        assert not set(net.readout) & set(net.last_layers)


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("free", ["all", "readout", "last"])
def test_a_net_knows_its_gradient(name: str, free: str) -> None:
    """What :meth:`Net.linearise` gives is autograd's gradient of the scores, two replicas alike."""
    net = build_net(name, Sizes(N, F, 3))
    first, second = drawn(net, 0), drawn(net, 1)
    params = {key: torch.cat([first[key], second[key]]).double() for key in first}
    x, graph = (part.double() for part in people())
    inputs, kept = net.prepare(x[None], graph[None])
    by_scores = torch.randn((2, B, 3), dtype=torch.float64)
    parts = {"readout": net.readout, "last": net.last_layers}
    names = parts.get(free) or tuple(params)
    known = {key: tensor.clone().requires_grad_() for key, tensor in params.items()}
    scores = net.logits(known, inputs, kept)
    chosen = [known[key] for key in names]
    expected = torch.autograd.grad(scores, chosen, by_scores)

    found = {key: torch.full_like(params[key], torch.nan) for key in names}
    with torch.no_grad():
        linear, pull_back = net.linearise(known, inputs, kept)
        pull_back(by_scores, found)
    torch.testing.assert_close(linear, scores.detach())
    for key, gradient in zip(names, expected, strict=True):
        torch.testing.assert_close(found[key], gradient, msg=key)
