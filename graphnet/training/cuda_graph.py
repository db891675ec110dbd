"""Work on a CUDA device that is recorded once and then replayed without Python."""

import logging
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from graphnet.training import memory

log = logging.getLogger(__name__)

WARM_UP = 2
Work = Callable[..., None]


class CudaGraph:
    """``work`` as a CUDA graph: it takes tensors of always the same shapes and writes in place.

    ``changed`` is what it writes into: recording leaves it as it is. See "CUDA Graphs" in
    PyTorch's notes on CUDA semantics.

    Raises:
        RuntimeError: the work cannot be recorded.
        torch.OutOfMemoryError: it does not fit onto the device.

    """

    def __init__(self, work: Work, inputs: Sequence[Tensor], changed: Sequence[Tensor]) -> None:
        self.inputs = [tensor.clone() for tensor in inputs]
        before = [tensor.detach().clone() for tensor in changed]
        try:
            with torch.cuda.device_of(changed[0]):
                self.graph = self._record(work)
        finally:
            with torch.no_grad():
                for tensor, kept in zip(changed, before, strict=True):
                    tensor.copy_(kept)

    def _record(self, work: Work) -> torch.cuda.CUDAGraph:
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UP):  # libraries set themselves up; a recording must not
                work(*self.inputs)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            work(*self.inputs)
        return graph

    def __call__(self, *inputs: Tensor) -> None:
        """Do the work on ``inputs``."""
        for room, given in zip(self.inputs, inputs, strict=True):
            room.copy_(given, non_blocking=True)
        self.graph.replay()


class CudaGraphRunner:
    """Does work: recorded where ``record`` says so and the device can, as it stands elsewhere.

    A recording takes memory. Where there is too little, the work is done as it stands too, unless
    it is ``divisible``: then the error reaches whoever can make it smaller.
    """

    def __init__(self, changed: Sequence[Tensor], *, record: bool, divisible: bool = False) -> None:
        self.changed = changed
        self.record = record
        self.divisible = divisible
        self.graphs: dict[tuple[object, ...], CudaGraph] = {}

    def run(self, work: Work, key: tuple[object, ...], inputs: Sequence[Tensor]) -> None:
        """Do ``work`` on ``inputs``; what has the same ``key`` and shapes is recorded once."""
        full = (*key, *(tensor.shape for tensor in inputs))
        if self.record and full not in self.graphs:
            self._record(full, work, inputs)
        if self.record:
            self.graphs[full](*inputs)
        else:
            work(*inputs)

    def _record(self, full: tuple[object, ...], work: Work, inputs: Sequence[Tensor]) -> None:
        try:
            self.graphs[full] = CudaGraph(work, inputs, self.changed)
        except RuntimeError as error:
            if self.divisible and memory.is_exhausted(error):
                raise
            log.warning("training goes on step by step, as it cannot be recorded: %s", error)
            self.record = False
            self.graphs.clear()
