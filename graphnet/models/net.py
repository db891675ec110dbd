"""What every net is: shapes of parameters, how they start, and a pure function of them.

Parameters are plain tensors, each ``(K, …)``: one forward pass computes K models. Nothing
that does not depend on parameters is computed twice: :meth:`Net.prepare` does it once for a
cohort, before the first epoch.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

Params = Mapping[str, Tensor]


@dataclass(frozen=True)
class Sizes:
    """N regions, F measures, C classes."""

    regions: int
    measures: int
    classes: int

    def as_dict(self) -> dict[str, int]:
        """For a manifest."""
        return asdict(self)


class Net(ABC):
    """A family of functions from (regions, measures) to class scores."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes

    @abstractmethod
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each parameter, without the replica axis."""

    @abstractmethod
    def start(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """Initial values of one parameter of one replica."""

    @abstractmethod
    def prepare(self, x: Tensor, graph: Tensor) -> Tensor:
        """What depends on no parameter: (S, N, F) and (1 or S, N, N) → (S, N, G)."""

    @abstractmethod
    def logits(self, params: Params, inputs: Tensor, graph: Tensor) -> Tensor:
        """Class scores, (K, B, C).

        ``inputs`` is (K or 1, B, N, G) as prepared, ``graph`` (1, 1, N, N) where shared and
        (K or 1, B, N, N) where each subject has their own.
        """

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


def glorot(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Uniform within ±sqrt(6 / (fan in + fan out)), Glorot & Bengio 2010."""
    bound = math.sqrt(6.0 / (shape[-2] + shape[-1]))
    return torch.empty(shape).uniform_(-bound, bound, generator=generator)


def uniform(shape: tuple[int, ...], fan_in: int, generator: torch.Generator) -> Tensor:
    """Uniform within ±1/sqrt(fan in), as ``torch.nn.Linear`` starts."""
    bound = 1.0 / math.sqrt(fan_in)
    return torch.empty(shape).uniform_(-bound, bound, generator=generator)


def rows(weight: Tensor) -> Tensor:
    """Insert a batch axis: (K, …) → (K, 1, …)."""
    return weight.unsqueeze(1)
