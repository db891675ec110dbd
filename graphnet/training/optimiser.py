"""AdamW over K replicas at once, on one flat buffer."""

import math
from collections.abc import Collection, Mapping, Sequence

import torch
from torch import Tensor

from graphnet.config import TrainingSettings

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
LONG = 16  # times as long as wide


class FlatParameters:
    """Named parameters ``(K, …)`` as views into one buffer ``(K, P)``.

    One buffer means one gradient and a handful of operations a step, however many parameters
    a net has. What is ``frozen`` stays outside the buffer, as it was given. Of a matrix far longer
    than wide, as a readout is, each column lies in one piece, as :func:`graphnet.models.net.turned`
    needs it: no step has to turn it.
    """

    def __init__(self, named: Mapping[str, Tensor], frozen: Collection[str] = ()) -> None:
        self.fixed = {name: tensor for name, tensor in named.items() if name in frozen}
        # The largest first, whatever order they came in: where a matrix lies decides in which
        # order BLAS adds, and so the last bits.
        order = sorted(named, key=lambda name: (-named[name].numel(), name))
        free = {name: named[name] for name in order if name not in frozen}
        self.shapes = {name: tensor.shape for name, tensor in free.items()}
        self.widths = [math.prod(shape[1:]) for shape in self.shapes.values()]
        first = next(iter(free.values()))
        self.flat = first.new_empty((len(first), sum(self.widths)), requires_grad=False)
        for name, room in self.named(self.flat).items():
            room.copy_(free[name].detach())
        # They share the buffer's memory, so a step on the buffer is a step on them.
        self.free = {name: part.requires_grad_() for name, part in self.named(self.flat).items()}
        self.gradient = torch.zeros_like(self.flat)
        self.gradients = self.named(self.gradient)  # views of it, by name

    def views(self, flat: Tensor | None = None) -> dict[str, Tensor]:
        """The named parameters: those of the buffer, or of another of its shape."""
        return (self.free if flat is None else self.named(flat)) | self.fixed

    def named(self, flat: Tensor) -> dict[str, Tensor]:
        """The parts of a buffer (K, P) by the names of the parameters that are not frozen."""
        parts = torch.split(flat, self.widths, dim=1)
        return {
            name: _viewed(part, shape)
            for part, (name, shape) in zip(parts, self.shapes.items(), strict=True)
        }

    def mask(self, chosen: Mapping[str, bool]) -> Tensor:
        """1 where a parameter is chosen by name, else 0: (1, P)."""
        parts = [
            torch.full((1, width), float(chosen[name]))
            for name, width in zip(self.shapes, self.widths, strict=True)
        ]
        return torch.cat(parts, dim=1).to(self.flat.device)


def _viewed(part: Tensor, shape: Sequence[int]) -> Tensor:
    """A part of the buffer (K, P) as a parameter (K, …)."""
    if len(shape) == 3 and shape[1] >= LONG * shape[2]:
        return part.view(shape[0], shape[2], shape[1]).mT
    return part.view(shape)


class AdamW:
    """Adam (Kingma & Ba 2015) with decoupled weight decay (Loshchilov & Hutter 2019).

    ``rates`` and ``decays`` give each replica its learning rate and weight decay, (K,), and
    ``decayed`` (1, P) is 1 where a parameter decays. The update is PyTorch's own, bit for bit in
    the plain case aside from rounding order.
    """

    def __init__(self, flat: Tensor, rates: Tensor, decays: Tensor, decayed: Tensor) -> None:
        self.flat = flat
        self.rates = rates.double()
        self.decays = decays.double()
        self.decayed = decayed if bool((decays != 0).any()) else None
        self.mean = torch.zeros_like(flat, requires_grad=False)
        self.square = torch.zeros_like(flat, requires_grad=False)
        self.taken = torch.zeros(len(flat), dtype=torch.float64)

    @property
    def steps(self) -> Tensor:
        """How many steps each replica has taken, (K,)."""
        return self.taken.float()

    @steps.setter
    def steps(self, counts: Tensor) -> None:
        self.taken = counts.double().cpu()

    def step_sizes(self, factor: float, moving: Tensor) -> Tensor:
        """The coefficients of the next n steps, (n, 5, K, 1); these count as taken.

        Args:
            factor: of the learning rate.
            moving: (n, K), which replicas move in a step; the others stay bit for bit as they are.

        """
        goes = moving.double()
        taken = self.taken + goes.cumsum(dim=0)
        self.taken = taken[-1]
        # What is missing from the running means after few steps: 1 - beta ** taken.
        first, second = (
            -torch.expm1(taken.clamp(min=1) * math.log(beta)) for beta in (BETA1, BETA2)
        )
        rate = factor * self.rates * goes
        columns = (
            goes * (1 - BETA1),
            1 - goes * (1 - BETA2),
            1 / second,
            -rate / first,
            -rate * self.decays,
        )
        return torch.stack(columns, dim=1)[..., None].to(self.flat.device, self.flat.dtype)

    @torch.no_grad()
    def step(self, gradient: Tensor, step_size: Tensor) -> None:
        """Update in place, by coefficients (5, K, 1) of :meth:`step_sizes`.

        The ``gradient`` (K, P) of a replica that does not move is 0.
        """
        blend, keep, second, rate, wane = step_size.unbind()
        self.mean.lerp_(gradient, blend)
        self.square.mul_(keep).addcmul_(gradient, gradient, value=1 - BETA2)
        denominator = (self.square * second).sqrt_().add_(EPSILON)
        if self.decayed is not None:
            self.flat.addcmul_(self.flat * self.decayed, wane)
        self.flat.addcdiv_(rate * self.mean, denominator)

    @torch.no_grad()
    def load_moments(self, moments: Mapping[str, Tensor], like: FlatParameters) -> None:
        """Continue with moments of an earlier training: ``mean.NAME``, ``square.NAME``, ``steps``.

        Parameters it did not train have none and start at 0.
        """
        for part, into in (("mean", self.mean), ("square", self.square)):
            for name, room in like.named(into).items():
                if f"{part}.{name}" in moments:
                    room.copy_(moments[f"{part}.{name}"])
        if "steps" in moments:
            self.steps = moments["steps"]


def factor(settings: TrainingSettings, epoch: int) -> float:
    """What the learning rate is multiplied by in ``epoch``, counted from 1.

    ``step``: ``lr_decay`` every ``lr_step_size`` epochs. ``cosine``: half a cosine from 1 to 0
    over all epochs (Loshchilov & Hutter 2017, arXiv:1608.03983). ``constant``: 1.
    """
    done = epoch - 1
    if settings.lr_schedule == "constant":
        return 1.0
    if settings.lr_schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * done / settings.epochs))
    return settings.lr_decay ** (done // settings.lr_step_size)
