"""AdamW over K replicas at once, on one flat buffer."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class FlatParameters:
    """Named parameters ``(K, …)`` as views into one buffer ``(K, P)``.

    One buffer means one gradient and a handful of operations a step, however many parameters
    a net has.
    """

    def __init__(self, named: Mapping[str, Tensor]) -> None:
        self.shapes = {name: tensor.shape for name, tensor in named.items()}
        self.widths = [math.prod(shape[1:]) for shape in self.shapes.values()]
        self.flat = torch.cat([tensor.flatten(1) for tensor in named.values()], dim=1)
        self.flat.requires_grad_()

    def views(self, flat: Tensor | None = None) -> dict[str, Tensor]:
        """The named parameters; gradients flow back into the buffer."""
        parts = torch.split(self.flat if flat is None else flat, self.widths, dim=1)
        return {
            name: part.view(shape)
            for part, (name, shape) in zip(parts, self.shapes.items(), strict=True)
        }

    def mask(self, chosen: Mapping[str, bool]) -> Tensor:
        """1 where a parameter is chosen by name, else 0: (1, P)."""
        parts = [
            torch.full((1, width), float(chosen[name]))
            for name, width in zip(self.shapes, self.widths, strict=True)
        ]
        return torch.cat(parts, dim=1).to(self.flat.device)


class AdamW:
    """Adam (Kingma & Ba 2015) with decoupled weight decay (Loshchilov & Hutter 2019).

    ``learning_rate`` and ``weight_decay`` are (K, 1): each replica has its own. The update is
    PyTorch's own, bit for bit in the plain case aside from rounding order.
    """

    def __init__(
        self, flat: Tensor, learning_rate: Tensor, weight_decay: Tensor, decayed: Tensor
    ) -> None:
        self.flat = flat
        self.learning_rate = learning_rate
        self.decay = weight_decay * decayed
        self.decays = bool(self.decay.any())
        self.mean = torch.zeros_like(flat, requires_grad=False)
        self.square = torch.zeros_like(flat, requires_grad=False)
        self.steps = 0

    @torch.no_grad()
    def step(self, gradient: Tensor, factor: float) -> None:
        """Update in place at ``factor`` times the learning rate."""
        self.steps += 1
        rate = self.learning_rate * factor
        self.mean.lerp_(gradient, 1 - BETA1)
        self.square.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
        denominator = (self.square / (1 - BETA2**self.steps)).sqrt_().add_(EPSILON)
        if self.decays:
            self.flat.mul_(1 - rate * self.decay)
        step = rate / (BETA1**self.steps - 1)
        self.flat.addcdiv_(step * self.mean, denominator)
