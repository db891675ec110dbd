"""Subjects as a net sees them, with everything done that depends on no parameter."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from graphnet.disk import reserve, room_in
from graphnet.models import Net
from graphnet.training import memory

CHUNK = 512  # subjects times replicas
CACHE = 1 << 22  # bytes of inputs at a time on a CPU
ROWS = 64  # subjects prepared at a time
IN_MEMORY = 2 << 30  # bytes; what is larger lies in a temporary file that is mapped


class Source(Protocol):
    """Where scaled features and adjacencies of subjects come from, a slice at a time."""

    def __len__(self) -> int:
        """S."""

    def part(self, rows: slice) -> tuple[Tensor, Tensor]:
        """Features (V, B, N, F) and adjacency (V, 1 or B, N, N) of some subjects."""


@dataclass(frozen=True)
class Whole:
    """A source that lies in memory: ``x`` (V, S, N, F), ``adjacency`` (V, 1 or S, N, N)."""

    x: Tensor
    adjacency: Tensor

    def __len__(self) -> int:
        return self.x.shape[1]

    def part(self, rows: slice) -> tuple[Tensor, Tensor]:
        """See :class:`Source`."""
        shared = self.adjacency.shape[1] == 1
        return self.x[:, rows], self.adjacency if shared else self.adjacency[:, rows]


@dataclass(frozen=True)
class ModelInputs:
    """S subjects in V views: one that all replicas share, or several.

    ``inputs`` is (V, S, N, G), ``graph`` (V, 1 or S, ., .), ``targets`` (S,), or (K, S) where
    replicas differ in it: indices of classes, or scores. ``view`` (K,) says which view each replica
    has, None where there is one.
    """

    inputs: Tensor
    graph: Tensor
    targets: Tensor
    view: Tensor | None = None

    @classmethod
    def of(
        cls, net: Net, source: Source, targets: Tensor, view: Tensor | None = None
    ) -> "ModelInputs":
        """Let the net do its work on ``source``, some subjects at a time."""
        inputs, graph = _stored(net, source)
        return cls(_moved(inputs, targets.device), _moved(graph, targets.device), targets, view)

    def __len__(self) -> int:
        return self.targets.shape[-1]

    @property
    def recordable(self) -> bool:
        """Whether all of it lies on a CUDA device."""
        parts = (self.inputs, self.graph, self.targets)
        return all(part.device.type == "cuda" for part in parts)

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Inputs (K, B, N, G), graph and targets (K, B) of the subjects ``index`` (K, B)."""
        shared = self.graph.shape[1] == 1
        graph = self._seen(self.graph) if shared else _rows(self.graph, self.view, index)
        targets = self.targets[index] if self.targets.ndim == 1 else self.targets.gather(1, index)
        return _rows(self.inputs, self.view, index), graph, targets

    def chunks(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Inputs and graph of all subjects in their order, ``size`` at a time."""
        for first in range(0, len(self), size):
            part = slice(first, first + size)
            graph = self.graph if self.graph.shape[1] == 1 else self.graph[:, part]
            yield self._seen(self.inputs[:, part]), self._seen(graph)

    def _seen(self, stored: Tensor) -> Tensor:
        """A view for each replica, on the device of the targets."""
        viewed = stored if self.view is None else stored[self.view.to(stored.device)]
        return viewed.to(self.targets.device)


def class_scores(net: Net, params: Mapping[str, Tensor], group: ModelInputs) -> Tensor:
    """Logits (K, S, C) of every replica for every subject, in chunks that fit a cache."""

    def scored(size: int) -> Tensor:
        return torch.cat([net.logits(params, *part) for part in group.chunks(size)], dim=1)

    together = CHUNK
    if group.targets.device.type == "cpu":
        subject = group.inputs[0, 0].nbytes + group.graph[0, 0].nbytes
        together = min(together, CACHE // subject)
    return memory.halving(scored, max(1, together // len(next(iter(params.values())))))


def _rows(stored: Tensor, view: Tensor | None, index: Tensor) -> Tensor:
    """The subjects ``index`` (K, B) as each replica sees them: (K, B, ., .)."""
    place = index if view is None else index + view[:, None] * stored.shape[1]
    # Whole subjects in a row: copied one after the other.
    chosen = stored.flatten(0, 1).index_select(0, place.flatten().to(stored.device))
    return chosen.view(*index.shape, *stored.shape[2:]).to(index.device)


def _moved(stored: Tensor, device: torch.device) -> Tensor:
    """On the device, but for what lies in a file."""
    return stored if stored.nbytes > IN_MEMORY else stored.to(device)


def _slices(subjects: int) -> Iterator[slice]:
    for first in range(0, subjects, ROWS):
        yield slice(first, min(first + ROWS, subjects))


def _stored(net: Net, source: Source) -> tuple[Tensor, Tensor]:
    """ModelInputs inputs (V, S, N, G) and graph (V, 1 or S, ., .) of all subjects."""
    rooms: list[Tensor] = []
    for rows in _slices(len(source)):
        x, adjacency = source.part(rows)
        inputs, graph = net.prepare(x, adjacency)
        if not rooms:
            own = graph.shape[1] > 1 and graph.numel() > 0
            rooms = [_room(inputs, len(source)), _room(graph, len(source)) if own else graph]
        rooms[0][:, rows] = inputs
        if len(rooms[1][0]) == len(source):
            rooms[1][:, rows] = graph
    return rooms[0], rooms[1]


def _room(like: Tensor, subjects: int) -> Tensor:
    """An empty (V, S, …) for parts (V, B, …): in memory, or in a file where it is too large."""
    shape = (like.shape[0], subjects, *like.shape[2:])
    empty = like.new_empty(0)
    if like.element_size() * int(np.prod(shape)) <= IN_MEMORY:
        return empty.new_empty(shape)
    kind = torch.empty(0, dtype=like.dtype).numpy().dtype
    with tempfile.NamedTemporaryFile(prefix="sgn-", suffix=".map") as file:
        with room_in(Path(file.name).parent, "temporary"):
            reserve(file.fileno(), like.element_size() * int(np.prod(shape)))
        # The file has no name any more once this returns; it goes with the last who maps it.
        return torch.from_numpy(np.memmap(file, dtype=kind, mode="w+", shape=shape))
