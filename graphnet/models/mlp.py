"""A plain neural network on all measures of all regions."""

import math

import torch
from torch import Tensor

from graphnet.models.net import Net, Params, linear, no_graph

HIDDEN = 64


class MLP(Net):
    """N·F → 64 → C with ReLU (Rumelhart et al. 1986), the readout from 0 and scaled by width."""

    edge_aware = False
    readout = ("readout.weight", "readout.bias")
    last_layers = ("hidden.weight", "hidden.bias")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """A hidden layer and a readout."""
        width = self.sizes.regions * self.sizes.measures
        return {
            "hidden.weight": (width, HIDDEN),
            "hidden.bias": (HIDDEN,),
            "readout.weight": (HIDDEN, self.sizes.classes),
            "readout.bias": (self.sizes.classes,),
        }

    def start(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """A default linear layer, then zeros."""
        if name.startswith("readout"):
            return torch.zeros(shape)
        return super().start(name, shape, generator)

    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:
        """The measures; no graph."""
        return x, no_graph(adjacency)

    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:  # noqa: ARG002
        """See :class:`Net`."""
        hidden = linear(inputs.flatten(2), params["hidden.weight"], params["hidden.bias"]).relu_()
        scaled = hidden / math.sqrt(HIDDEN)
        return linear(scaled, params["readout.weight"], params["readout.bias"])


class Linear(Net):
    """Multinomial logistic regression: N·F → C, from 0, scaled by its width like SGN's own path."""

    edge_aware = False
    exact_integral = True
    readout = ("linear.weight", "linear.bias")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """One weight a region, measure and class."""
        width = self.sizes.regions * self.sizes.measures
        return {"linear.weight": (width, self.sizes.classes), "linear.bias": (self.sizes.classes,)}

    def start(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:  # noqa: ARG002
        """Zeros: the loss has one minimum."""
        return torch.zeros(shape)

    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:
        """The measures; no graph."""
        return x, no_graph(adjacency)

    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:  # noqa: ARG002
        """See :class:`Net`."""
        flat = inputs.flatten(2) / math.sqrt(self.sizes.regions * self.sizes.measures)
        return linear(flat, params["linear.weight"], params["linear.bias"])

    def mean_gradient(
        self, params: Params, x: Tensor, adjacency: Tensor, weights: Tensor
    ) -> Tensor:
        """See :class:`Net`; the gradient is the same everywhere."""
        del adjacency
        width = self.sizes.regions * self.sizes.measures
        by_input = torch.einsum("kic,bc->kbi", params["linear.weight"], weights) / math.sqrt(width)
        gradient: Tensor = by_input.unflatten(2, x.shape[2:])
        return gradient


class LogisticRegression(Linear):
    """The same function with an L2 penalty: its weights are the optimum for the training subjects.

    How strong the penalty is, inner folds of the training subjects choose
    (:mod:`graphnet.training.solved`).
    """

    is_solved = True
    baseline = "logistic_regression"


class LinearSVM(Linear):
    """The same function of two classes: a linear support vector machine, and a curve on top.

    Its decisions are made log odds by a logistic curve, so these are linear in the measures as well
    (:mod:`graphnet.training.solved`). No measure of a training subject is in it.
    """

    is_solved = True
    baseline = "svm_linear"
