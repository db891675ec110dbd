"""Brain Network Transformer."""

import math

import torch
from torch import Tensor
from torch.nn.functional import leaky_relu

from graphnet.models.net import Net, Params, by_region, linear, no_graph, rows

WIDTH, HEADS, FEED, CLUSTERS, HIDDEN = 16, 4, 32, 8, 32
EPSILON = 1e-5


class BNT(Net):
    """Attention between regions, read out by orthonormal clusters (Kan et al. 2022, NeurIPS).

    A region is described by its row of the graph, as in the paper (arXiv:2210.06681), beside its
    measures; no position is added, for the row says which region it is. One transformer layer
    (Vaswani et al. 2017) of modest width, without dropout. The readout assigns regions softly to
    clusters whose centres start orthonormal and sums them up in each.
    """

    readout = ("out.weight", "out.bias")
    last_layers = ("hidden.weight", "hidden.bias", "centres")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Token map, attention, two norms, feed-forward, centres, and two linear layers."""
        sizes = self.sizes
        layers = {
            "token": (sizes.regions + sizes.measures, WIDTH),
            "attention": (WIDTH, 3 * WIDTH),
            "mix": (WIDTH, WIDTH),
            "feed1": (WIDTH, FEED),
            "feed2": (FEED, WIDTH),
            "hidden": (CLUSTERS * WIDTH, HIDDEN),
            "out": (HIDDEN, sizes.classes),
        }
        shapes: dict[str, tuple[int, ...]] = {"centres": (CLUSTERS, WIDTH)}
        for name, shape in layers.items():
            shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[1:]}
        for norm in ("norm1", "norm2"):
            shapes |= {f"{norm}.scale": (WIDTH,), f"{norm}.bias": (WIDTH,)}
        return shapes

    def start(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """Default linear layers, norms that do nothing, orthonormal centres, an output of 0."""
        if name == "centres":
            columns: Tensor = torch.linalg.qr(torch.randn(shape[::-1], generator=generator))[0]
            return columns.T.contiguous()
        if name.endswith("scale"):
            return torch.ones(shape)
        if name.startswith("out"):
            return torch.zeros(shape)
        return super().start(name, shape, generator)

    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:
        """``[A, X]`` (…, S, N, N + F)."""
        lines = adjacency.expand(*x.shape[:-1], -1)
        return torch.cat([lines, x], dim=-1), no_graph(adjacency)

    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:  # noqa: ARG002
        """See :class:`Net`."""
        tokens = _map(params, "token", inputs)
        tokens = _norm(params, "norm1", tokens + self._attend(params, tokens))
        fed = _map(params, "feed2", _map(params, "feed1", tokens).relu())
        tokens = _norm(params, "norm2", tokens + fed)  # (K, B, N, width)
        share = (tokens @ rows(params["centres"]).mT).softmax(dim=-1)  # (K, B, N, clusters)
        pooled = (share.mT @ tokens).flatten(2) / math.sqrt(self.sizes.regions)
        hidden = leaky_relu(linear(pooled, params["hidden.weight"], params["hidden.bias"]))
        return linear(hidden / math.sqrt(HIDDEN), params["out.weight"], params["out.bias"])

    @staticmethod
    def _attend(params: Params, tokens: Tensor) -> Tensor:
        """Scaled dot-product attention of every region to every region."""
        parts = _map(params, "attention", tokens)
        parts = parts.view(*parts.shape[:-1], 3, HEADS, WIDTH // HEADS)
        query, key, value = parts.transpose(2, 4).unbind(dim=3)  # (K, B, heads, N, w)
        # Halved before the product, which is exact and far smaller than after it.
        scores = (query / math.sqrt(WIDTH // HEADS) @ key.mT).softmax(dim=-1)
        return _map(params, "mix", (scores @ value).transpose(2, 3).flatten(-2))

    def decayed(self, name: str) -> bool:
        """Whether weight decay pulls on this parameter: not on norms and centres."""
        return super().decayed(name) and not name.endswith("scale") and name != "centres"


def _map(params: Params, name: str, x: Tensor) -> Tensor:
    """A linear layer on each region: (K or 1, B, N, in) → (K, B, N, out)."""
    mapped = linear(x.flatten(1, 2), params[f"{name}.weight"], params[f"{name}.bias"])
    return by_region(mapped, x)


def _norm(params: Params, name: str, x: Tensor) -> Tensor:
    """Layer normalisation over the width (Ba et al. 2016)."""
    centred = x - x.mean(dim=-1, keepdim=True)
    scaled = centred * (centred.square().mean(dim=-1, keepdim=True) + EPSILON).rsqrt()
    return scaled * rows(rows(params[f"{name}.scale"])) + rows(rows(params[f"{name}.bias"]))
