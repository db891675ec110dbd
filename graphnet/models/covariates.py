"""Covariates as inputs of any net: a linear term of them is added to its class scores.

They travel with the measures as further rows, so that whatever batches and stores the inputs of a
net does so with them.
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from graphnet.models.net import Net, Params, PullBack

WEIGHT = "covariates.weight"


def packed(x: Tensor, covariates: Tensor) -> Tensor:
    """Inputs (…, B, N, G) with as many further rows as hold covariates (…, B, P)."""
    width, count = x.shape[-1], covariates.shape[-1]
    if not count:
        return x
    rows = -(-count // width)
    filled = functional.pad(covariates, (0, rows * width - count))
    return torch.cat([x, filled.unflatten(-1, (rows, width)).to(x.dtype)], dim=-2)


def unpacked(inputs: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """What :func:`packed` put together: inputs (…, B, N, G) and covariates (…, B, P)."""
    regions = inputs.shape[-2] + (-count // inputs.shape[-1])
    rows = inputs[..., regions:, :].flatten(-2)
    return inputs[..., :regions, :].contiguous(), rows[..., :count]


class WithCovariates(Net):
    """A net whose class scores are another's, ``net``, plus a linear term of P covariates.

    The weights of covariates start at 0. They are 0 at the training subjects' mean, so the other
    net alone gives the scores of a subject with mean covariates.
    """

    def __init__(self, net: Net, covariates: int) -> None:
        super().__init__(net.sizes)
        self.net = net
        self.covariates = covariates
        self.edge_aware = net.edge_aware
        self.exact_integral = net.exact_integral
        self.is_solved = net.is_solved
        self.baseline = net.baseline
        self.readout = (*net.readout, WEIGHT)
        self.last_layers = net.last_layers

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The other net's, and a weight for each covariate and class."""
        return {**self.net.shapes(), WEIGHT: (self.covariates, self.sizes.classes)}

    def start(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """As the other net starts; the weights of covariates from 0."""
        if name == WEIGHT:
            return torch.zeros(shape)
        return self.net.start(name, shape, generator)

    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:
        """See :class:`Net`; ``x`` has the covariates as further rows, and so have the inputs."""
        measures, covariates = unpacked(x, self.covariates)
        inputs, graph = self.net.prepare(measures, adjacency)
        return packed(inputs, covariates), graph

    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:
        """See :class:`Net`."""
        own, covariates = unpacked(inputs, self.covariates)
        return self.net.logits(params, own, graph) + covariates @ params[WEIGHT]

    def linearise(self, params: Params, inputs: Tensor, graph: Tensor) -> tuple[Tensor, PullBack]:
        """See :class:`Net`."""
        own, covariates = unpacked(inputs, self.covariates)
        scores, inner = self.net.linearise(params, own, graph)

        def pull_back(by_scores: Tensor, into: Mapping[str, Tensor]) -> None:
            others = {name: room for name, room in into.items() if name != WEIGHT}
            if others:
                inner(by_scores, others)
            if WEIGHT in into:
                into[WEIGHT].copy_(covariates.mT @ by_scores)

        return scores + covariates @ params[WEIGHT].detach(), pull_back

    def decayed(self, name: str) -> bool:
        """See :class:`Net`."""
        return name == WEIGHT or self.net.decayed(name)
