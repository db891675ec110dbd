"""AdamW over K replicas at once, on one flat buffer."""

import math
from collections.abc import Collection, Mapping, Sequence

import torch
from torch import Tensor

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class FlatParameters:
    """Named parameters ``(K, …)`` as views into one buffer ``(K, P)``.

    One buffer means one gradient and a handful of operations a step, however many parameters
    a net has. What is ``frozen`` stays outside the buffer, as it was given.
    """

    def __init__(self, named: Mapping[str, Tensor], frozen: Collection[str] = ()) -> None:
        self.fixed = {name: tensor for name, tensor in named.items() if name in frozen}
        free = {name: tensor for name, tensor in named.items() if name not in frozen}
        self.shapes = {name: tensor.shape for name, tensor in free.items()}
        self.widths = [math.prod(shape[1:]) for shape in self.shapes.values()]
        self.flat = torch.cat([tensor.detach().flatten(1) for tensor in free.values()], dim=1)
        # They share the buffer's memory, so a step on the buffer is a step on them.
        self.free = {name: part.requires_grad_() for name, part in self.named(self.flat).items()}

    def views(self, flat: Tensor | None = None) -> dict[str, Tensor]:
        """The named parameters: those of the buffer, or of another of its shape."""
        return (self.free if flat is None else self.named(flat)) | self.fixed

    def gradient(self, loss: Tensor) -> Tensor:
        """The gradient of ``loss`` () by the buffer, (K, P)."""
        parts = torch.autograd.grad(loss, list(self.free.values()))
        return torch.cat([part.flatten(1) for part in parts], dim=1)

    def named(self, flat: Tensor) -> dict[str, Tensor]:
        """The parts of a buffer (K, P) by the names of the parameters that are not frozen."""
        parts = torch.split(flat, self.widths, dim=1)
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
        self.taken = [0] * len(flat)

    @property
    def steps(self) -> Tensor:
        """How many steps each replica has taken, (K,)."""
        return torch.tensor(self.taken, dtype=torch.float32)

    @steps.setter
    def steps(self, counts: Tensor) -> None:
        self.taken = [int(count) for count in counts]

    @torch.no_grad()
    def step(self, gradient: Tensor, factor: float, idle: Tensor | None = None) -> None:
        """Update in place at ``factor`` times the learning rate; not the ``idle`` replicas (K,)."""
        if idle is None:
            self._update(gradient, factor, [1] * len(self.taken))
            return
        rows = idle.to(self.flat.device)
        state = (self.flat, self.mean, self.square)
        before = [each[rows] for each in state]
        self._update(gradient, factor, (~idle).tolist())
        for each, kept in zip(state, before, strict=True):
            each[rows] = kept

    def _update(self, gradient: Tensor, factor: float, advance: Sequence[int]) -> None:
        self.taken = [done + one for done, one in zip(self.taken, advance, strict=True)]
        rate = self.learning_rate * factor
        self.mean.lerp_(gradient, 1 - BETA1)
        self.square.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
        first, second = self._corrections()
        denominator = (self.square / second).sqrt_().add_(EPSILON)
        if self.decays:
            self.flat.mul_(1 - rate * self.decay)
        self.flat.addcdiv_((-rate / first) * self.mean, denominator)

    @torch.no_grad()
    def take(self, moments: Mapping[str, Tensor], like: FlatParameters) -> None:
        """Go on with the moments of an earlier training: ``mean.NAME``, ``square.NAME``, ``steps``.

        What it did not train has none and starts at 0.
        """
        for part, into in (("mean", self.mean), ("square", self.square)):
            for name, room in like.named(into).items():
                if f"{part}.{name}" in moments:
                    room.copy_(moments[f"{part}.{name}"])
        if "steps" in moments:
            self.steps = moments["steps"]

    def _corrections(self) -> tuple[float | Tensor, float | Tensor]:
        """What is missing from the running means after few steps, for all or each (K, 1)."""
        if min(self.taken) == max(self.taken):
            return 1 - BETA1 ** self.taken[0], 1 - BETA2 ** self.taken[0]
        counts = [max(count, 1) for count in self.taken]
        columns = [[[1 - beta**count] for count in counts] for beta in (BETA1, BETA2)]
        first, second = (
            torch.tensor(column, device=self.flat.device, dtype=self.flat.dtype)
            for column in columns
        )
        return first, second
