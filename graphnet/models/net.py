"""What every net is: shapes of parameters, how they start, and a pure function of them.

Any net may see covariates too: :class:`WithCovariates`.

Parameters are plain tensors, each ``(K, …)``: one forward pass computes K models. Nothing
that does not depend on parameters is computed twice: :meth:`Net.prepare` does it once for a
cohort, before the first epoch.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import torch
from torch import Tensor
from torch.nn import functional

Params = Mapping[str, Tensor]
# Takes the gradient of a loss by the class scores (K, B, C), and writes the gradient by each
# parameter into the tensor of its name (K, …); a parameter without one is frozen.
PullBack = Callable[[Tensor, Mapping[str, Tensor]], None]


@dataclass(frozen=True)
class Sizes:
    """N regions, F measures, C classes; one class means a score, a number on a scale."""

    regions: int
    measures: int
    classes: int

    def as_dict(self) -> dict[str, int]:
        """For a manifest."""
        return asdict(self)


class Net(ABC):
    """A family of functions from (regions, measures) to class scores."""

    #: Whether the weights of edges, and not only the measures, decide the output.
    edge_aware = True
    #: Whether measures enter it, and not the weights of each subject's graph alone.
    sees_measures = True
    #: Whether :meth:`mean_gradient` is known; of other nets it is approximated in steps.
    exact_integral = False
    #: Whether its optimum is computed (:mod:`graphnet.training.solved`), not approached by epochs.
    is_solved = False
    #: The name of the baseline that a solved net is; "" of others.
    baseline = ""
    #: The parameters behind the last hidden layer, and those of the last layers before them.
    readout: tuple[str, ...] = ()
    last_layers: tuple[str, ...] = ()

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes

    @abstractmethod
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each parameter, without the replica axis."""

    def start(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """Initial values of one parameter of one replica: linear layers with a bias of 0."""
        if name.endswith("bias"):
            return torch.zeros(shape)
        return uniform(shape, shape[0], generator)

    @abstractmethod
    def prepare(self, x: Tensor, adjacency: Tensor) -> tuple[Tensor, Tensor]:
        """Do once what depends on no parameter.

        ``x`` is (…, S, N, F), ``adjacency`` (…, 1 or S, N, N): row i holds the weights of the
        edges that end in region i. Gives the inputs (…, S, N, G) and what else :meth:`logits`
        needs, as a rule of the graph, (…, 1 or S, ., .): empty where it needs nothing more.
        """

    @abstractmethod
    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:
        """Class scores, (K, B, C).

        ``inputs`` is (K or 1, B, N, G) as prepared, ``graph`` (K or 1, 1, ., .) where shared and
        (K or 1, B, ., .) where each subject has their own.
        """

    def linearise(self, params: Params, inputs: Tensor, graph: Tensor) -> tuple[Tensor, PullBack]:
        """Class scores (K, B, C) as :meth:`logits` gives them, and the way back to the parameters.

        By autograd here; a net that knows its gradient saves autograd's bookkeeping.
        """
        with torch.enable_grad():
            scores = self.logits(params, inputs, graph)

        def pull_back(by_scores: Tensor, into: Mapping[str, Tensor]) -> None:
            parts = torch.autograd.grad(scores, [params[name] for name in into], by_scores)
            for room, part in zip(into.values(), parts, strict=True):
                room.copy_(part)

        return scores.detach(), pull_back

    def mean_gradient(
        self, params: Params, x: Tensor, adjacency: Tensor, weights: Tensor
    ) -> Tensor:
        """The mean gradient from 0 straight to ``x``, (K, B, N, F), of an ``exact_integral``.

        Of the class scores' sum with ``weights`` (B, C), by ``x`` (1, B, N, F); ``adjacency``
        (1, 1 or B, N, N) stays as it is.
        """
        raise NotImplementedError

    def decayed(self, name: str) -> bool:
        """Whether weight decay pulls on this parameter."""
        return "bias" not in name

    def initial(self, seeds: Sequence[int]) -> dict[str, Tensor]:
        """Parameters of K = len(seeds) replicas; each depends on its own seed alone."""
        replicas = [self._replica(seed) for seed in seeds]
        return {name: torch.stack([r[name] for r in replicas]) for name in self.shapes()}

    def _replica(self, seed: int) -> dict[str, Tensor]:
        generator = torch.Generator().manual_seed(seed)
        return {name: self.start(name, shape, generator) for name, shape in self.shapes().items()}


def normalised(adjacency: Tensor) -> Tensor:
    """Symmetric normalisation D^-1/2 (A + I) D^-1/2 of (…, N, N), Kipf & Welling 2017.

    A region without a self loop gets one of weight 1; a degree is the sum of the magnitudes of
    the weights that arrive. For a directed graph both ends count by it, as in PyG's ``GCNConv``.
    """
    joined = looped(adjacency)
    root = joined.abs().sum(dim=-1).rsqrt()
    return root.unsqueeze(-1) * joined * root.unsqueeze(-2)


def looped(adjacency: Tensor) -> Tensor:
    """(…, N, N) with a self loop of weight 1 for each region that has none."""
    diagonal = torch.diagonal(adjacency, dim1=-2, dim2=-1)
    return adjacency + torch.diag_embed((diagonal == 0).to(adjacency.dtype))


def no_graph(adjacency: Tensor) -> Tensor:
    """What :meth:`Net.prepare` gives for a graph of which nothing more is needed."""
    return adjacency[..., :1, :0, :0]


def glorot(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Uniform within ±sqrt(6 / (fan in + fan out)), Glorot & Bengio 2010."""
    bound = math.sqrt(6.0 / (shape[-2] + shape[-1]))
    return torch.empty(shape).uniform_(-bound, bound, generator=generator)


def uniform(shape: tuple[int, ...], fan_in: int, generator: torch.Generator) -> Tensor:
    """Uniform within ±1/sqrt(fan in), as ``torch.nn.Linear`` starts."""
    bound = 1.0 / math.sqrt(fan_in)
    return torch.empty(shape).uniform_(-bound, bound, generator=generator)


def linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """A linear layer of K replicas: (K or 1, R, in), (K, in, out), (K, out) → (K, R, out).

    One product of matrices a replica, whatever the rows stand for: the fastest form there is, and
    its gradient too.
    """
    return torch.baddbmm(bias.unsqueeze(1), x.expand(len(weight), -1, -1), weight)


def turned(matrices: Tensor) -> Tensor:
    """(K, P, C) → (K, C, P), each row in one piece.

    Where C is far below P, BLAS multiplies by such a matrix several times as fast.
    """
    return matrices.mT.contiguous()


def by_region(stacked: Tensor, like: Tensor) -> Tensor:
    """(K, B·N, H) → (K, B, N, H), with B and N of ``like`` (., B, N, .)."""
    return stacked.view(len(stacked), like.shape[1], like.shape[2], stacked.shape[-1])


def rows(weight: Tensor) -> Tensor:
    """Insert a batch axis: (K, …) → (K, 1, …)."""
    return weight.unsqueeze(1)


COVARIATE_WEIGHT = "covariates.weight"


def packed(x: Tensor, covariates: Tensor) -> Tensor:
    """Inputs (…, B, N, G) with as many further rows as hold covariates (…, B, P)."""
    width, count = x.shape[-1], covariates.shape[-1]
    if not count:
        return x
    added = -(-count // width)
    filled = functional.pad(covariates, (0, added * width - count))
    return torch.cat([x, filled.unflatten(-1, (added, width)).to(x.dtype)], dim=-2)


def unpacked(inputs: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """What :func:`packed` put together: inputs (…, B, N, G) and covariates (…, B, P)."""
    regions = inputs.shape[-2] + (-count // inputs.shape[-1])
    added = inputs[..., regions:, :].flatten(-2)
    return inputs[..., :regions, :].contiguous(), added[..., :count]


class WithCovariates(Net):
    """A net whose class scores are another's, ``net``, plus a linear term of P covariates.

    Covariates travel with the measures as further rows, so that whatever batches and stores the
    inputs of a net does so with them.
    The weights of covariates start at 0. They are 0 at the training subjects' mean, so the other
    net alone gives the scores of a subject with mean covariates.
    """

    def __init__(self, net: Net, covariates: int) -> None:
        super().__init__(net.sizes)
        self.net = net
        self.covariates = covariates
        self.edge_aware = net.edge_aware
        self.sees_measures = net.sees_measures
        self.exact_integral = net.exact_integral
        self.is_solved = net.is_solved
        self.baseline = net.baseline
        self.readout = (*net.readout, COVARIATE_WEIGHT)
        self.last_layers = net.last_layers

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The other net's, and a weight for each covariate and class."""
        return {**self.net.shapes(), COVARIATE_WEIGHT: (self.covariates, self.sizes.classes)}

    def start(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """As the other net starts; the weights of covariates from 0."""
        if name == COVARIATE_WEIGHT:
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
        return self.net.logits(params, own, graph) + covariates @ params[COVARIATE_WEIGHT]

    def linearise(self, params: Params, inputs: Tensor, graph: Tensor) -> tuple[Tensor, PullBack]:
        """See :class:`Net`."""
        own, covariates = unpacked(inputs, self.covariates)
        scores, inner = self.net.linearise(params, own, graph)

        def pull_back(by_scores: Tensor, into: Mapping[str, Tensor]) -> None:
            others = {name: room for name, room in into.items() if name != COVARIATE_WEIGHT}
            if others:
                inner(by_scores, others)
            if COVARIATE_WEIGHT in into:
                into[COVARIATE_WEIGHT].copy_(covariates.mT @ by_scores)

        return scores + covariates @ params[COVARIATE_WEIGHT].detach(), pull_back

    def decayed(self, name: str) -> bool:
        """See :class:`Net`."""
        return name == COVARIATE_WEIGHT or self.net.decayed(name)
