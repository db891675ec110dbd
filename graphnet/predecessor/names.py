"""Parameters under the names that PyTorch Geometric gave them become those of our nets.

A graph convolution of its first versions holds ``conv1.weight`` (in, out), one of the later
versions ``conv1.lin.weight`` (out, in); other layers were renamed alike. Ours are (in, out).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import torch
from torch import Tensor

from graphnet.errors import ModelError
from graphnet.messages import Message, finished
from graphnet.models import Sizes, build_net, gcn, topk

GCN, TOPK = "GCN", "TopK"
ARCHITECTURES = (GCN, TOPK)
AS_IT_IS, TURNED = False, True
Spelling = tuple[str, bool]  # a name, and whether its weight is (out, in)
# The old service's forward() pools by pool2 twice and never by pool3, which therefore stays as
# TopKPooling drew it: uniform within 1 / sqrt(width); a stored half may round up.
DRAWN_WITHIN = topk.HIDDEN**-0.5 * 1.001


@dataclass(frozen=True)
class Mapped:
    """Parameters under our names, without a replica axis, and what they say of the net.

    ``classes`` is the number of its outputs; None where more outputs than classes were trained,
    which :func:`read_out` completes. ``normalised_otherwise`` if the names are of a version that
    may have normalised the graph otherwise (``predecessor.other-normalisation``).
    """

    parameters: Mapping[str, Tensor]
    measures: int
    classes: int | None
    said: tuple[Message, ...] = ()
    normalised_otherwise: bool = False


@dataclass
class _Left:
    """The tensors of a file that no layer has taken yet."""

    tensors: dict[str, Tensor]
    architecture: str
    missing: list[Message] = field(default_factory=list)

    def take(self, *spellings: Spelling) -> Tensor:
        """The first of these tensors in the file, (in, out) for a matrix; empty if none."""
        for name, turned in spellings:
            if name in self.tensors:
                tensor: Tensor = torch.atleast_1d(self.tensors.pop(name))
                return torch.t(tensor).contiguous() if turned and tensor.ndim == 2 else tensor
        self.missing.append(_either([name for name, _ in spellings]))
        return torch.empty(0)

    def layers(self) -> list[str]:
        """The linear layers that are left, by name, in the order of their names."""
        named = (name.removesuffix(".weight") for name in self.tensors if name.endswith(".weight"))
        return sorted(named)

    def linear(self, layer: str) -> dict[str, Tensor]:
        return {
            "weight": self.take((f"{layer}.weight", TURNED)),
            "bias": self.take((f"{layer}.bias", AS_IT_IS)),
        }

    def finish(self) -> None:
        """Raise ModelError for parameters that are missing or left over."""
        problems = []
        if self.missing:
            problems.append(Message("predecessor.parameters-lacking", names=self.missing))
        if self.tensors:
            names = {"names": sorted(self.tensors), "architecture": self.architecture}
            problems.append(Message("predecessor.parameters-left", **names))
        if problems:
            others = Message("predecessor.other-parameters", architecture=self.architecture)
            raise ModelError(others, *problems)


def mapped(tensors: Mapping[str, Tensor], architecture: str) -> Mapped:
    """The parameters of a net of that name. Raises ModelError if the file holds another's."""
    left = _Left(dict(tensors), architecture)
    found = {GCN: _gcn, TOPK: _topk}[architecture](left)
    if not found.measures or found.classes in (0, 1):
        sizes = {"measures": found.measures, "outputs": found.classes or 0}
        raise ModelError(Message("predecessor.too-small", **sizes))
    return found


def read_out(mapped: Mapped, classes: int) -> Mapped:
    """The same with a last layer of ``classes`` outputs.

    It passes the first outputs on where there was none, and leaves those without a class out.
    """
    if mapped.classes is not None:
        return _first_outputs(mapped, mapped.classes, classes)
    weight = torch.eye(gcn.OUT, classes)
    last = {"linear.weight": weight, "linear.bias": torch.zeros(classes)}
    return replace(
        mapped,
        parameters={**mapped.parameters, **last},
        classes=classes,
        said=(*mapped.said, Message("predecessor.no-output-layer", width=gcn.OUT, classes=classes)),
    )


def _first_outputs(mapped: Mapped, outputs: int, classes: int) -> Mapped:
    if outputs == classes:
        return mapped
    last = "linear" if "linear.weight" in mapped.parameters else "mlp3"
    kept = {
        f"{last}.{part}": mapped.parameters[f"{last}.{part}"][..., :classes].contiguous()
        for part in ("weight", "bias")
    }
    return replace(
        mapped,
        parameters={**mapped.parameters, **kept},
        classes=classes,
        said=(
            *mapped.said,
            Message("predecessor.unused-outputs", outputs=outputs, classes=classes),
        ),
    )


def _gcn(left: _Left) -> Mapped:
    first_names = "conv1.weight" in left.tensors
    parameters: dict[str, Tensor] = {}
    for name in ("conv1", "conv2"):
        weight = left.take((f"{name}.weight", AS_IT_IS), (f"{name}.lin.weight", TURNED))
        parameters |= {
            f"{name}.weight": weight,
            f"{name}.bias": left.take((f"{name}.bias", AS_IT_IS)),
        }
    last = left.layers()
    if len(last) == 1:
        parameters |= {f"linear.{part}": value for part, value in left.linear(last[0]).items()}
    left.finish()
    measures = len(parameters["conv1.weight"])
    classes = len(parameters["linear.bias"]) if last else None
    expected: dict[str, tuple[int, ...]] = {
        "conv1.weight": (measures, gcn.HIDDEN),
        "conv1.bias": (gcn.HIDDEN,),
        "conv2.weight": (gcn.HIDDEN, gcn.OUT),
        "conv2.bias": (gcn.OUT,),
    }
    if classes is not None:
        expected |= {"linear.weight": (gcn.OUT, classes), "linear.bias": (classes,)}
    _check(parameters, expected, left.architecture)
    return Mapped(parameters, measures, classes, normalised_otherwise=first_names)


def _topk(left: _Left) -> Mapped:
    parameters: dict[str, Tensor] = {}
    for level in range(1, topk.LEVELS + 1):
        conv, pool = f"conv{level}", f"pool{level}"
        # The first versions call the layer for a region's own values lin, and give the bias to it.
        own = left.take(
            (f"{conv}.lin_root.weight", TURNED),
            (f"{conv}.lin_r.weight", TURNED),
            (f"{conv}.lin.weight", TURNED),
        )
        gathered = left.take(
            (f"{conv}.lin_rel.weight", TURNED),
            (f"{conv}.lin_l.weight", TURNED),
            (f"{conv}.weight", AS_IT_IS),
        )
        bias = [f"{conv}.{where}bias" for where in ("lin_rel.", "lin_l.", "lin.", "")]
        direction = left.take((f"{pool}.select.weight", AS_IT_IS), (f"{pool}.weight", AS_IT_IS))
        parameters |= {
            f"{conv}.gathered.weight": gathered,
            f"{conv}.own.weight": own,
            f"{conv}.bias": left.take(*((name, AS_IT_IS) for name in bias)),
            f"{pool}.direction": direction.flatten(),
        }
    layers = left.layers()
    for place, layer in enumerate(_three(layers), 1):
        parameters |= {f"mlp{place}.{part}": value for part, value in left.linear(layer).items()}
    left.finish()
    measures, classes = len(parameters["conv1.own.weight"]), len(parameters["mlp3.bias"])
    _check(parameters, _topk_shapes(measures, classes), left.architecture)
    return Mapped(parameters, measures, classes, (_third_pooling(parameters),))


def _third_pooling(parameters: dict[str, Tensor]) -> Message:
    """Fill in the third pooling's parameters, and say from what."""
    third = "pool3.direction"
    if parameters[third].abs().max() > DRAWN_WITHIN:
        return Message("predecessor.pooled-by-pool3")
    parameters[third] = parameters["pool2.direction"].clone()
    return Message("predecessor.pooled-twice")


def _three(layers: Sequence[str]) -> list[str]:
    """The layers of the readout; where there are others, the names that are usual."""
    return list(layers) if len(layers) == len(topk.MLP) else ["lin1", "lin2", "lin3"]


def _topk_shapes(measures: int, classes: int) -> dict[str, tuple[int, ...]]:
    return build_net(TOPK, Sizes(1, measures, classes)).shapes()


def _check(
    parameters: Mapping[str, Tensor], expected: Mapping[str, tuple[int, ...]], architecture: str
) -> None:
    """Refuse other widths than our nets have. Raises ModelError."""
    problems = [
        Message(
            "predecessor.other-shape",
            name=name,
            shape=_size(parameters[name].shape),
            expected=_size(shape),
        )
        for name, shape in expected.items()
        if tuple(parameters[name].shape) != shape
    ]
    if problems:
        others = Message("predecessor.other-widths", architecture=architecture)
        raise ModelError(others, *problems)


def _size(shape: Sequence[int]) -> Message:
    if not shape:
        return Message("predecessor.one-number")
    return finished(" x ".join(map(str, shape)))


def _either(names: Sequence[str]) -> Message:
    """One of these names."""
    first, *others = map(finished, names)
    return reduce(
        lambda one, other: Message("predecessor.either-name", first=one, second=other),
        others,
        first,
    )
