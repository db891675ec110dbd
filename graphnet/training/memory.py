"""When memory runs out, on a CUDA device or in the process: said in words, or done in parts."""

import contextlib
import functools
import gc
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import torch

from graphnet.errors import OutOfMemory

P = ParamSpec("P")
T = TypeVar("T")

ON_DEVICE = ("CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")
IN_PROCESS = ("DefaultCPUAllocator",)
SENTENCE = (
    "The memory of {whose} did not suffice for this task. Ask for less at one time: a smaller "
    "batch_size, fewer seeds, cv_folds or cv_repeats, a lower density, fewer subjects or regions."
)


def is_exhausted(error: BaseException) -> bool:
    """Whether this says that memory ran out, whoever says it."""
    return _on_device(error) or _in_process(error)


def _on_device(error: BaseException) -> bool:
    said = isinstance(error, RuntimeError) and any(words in str(error) for words in ON_DEVICE)
    return isinstance(error, torch.OutOfMemoryError) or said


def _in_process(error: BaseException) -> bool:
    said = isinstance(error, RuntimeError) and any(words in str(error) for words in IN_PROCESS)
    return isinstance(error, MemoryError) or said


def translate_oom(work: Callable[P, T]) -> Callable[P, T]:
    """Let ``work`` raise OutOfMemory, a sentence for the researcher, where memory runs out."""

    @functools.wraps(work)
    def telling(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        except (RuntimeError, MemoryError) as error:
            if not is_exhausted(error):
                raise
            raise OutOfMemory(SENTENCE.format(whose=_whose(error))) from error

    return telling


def _whose(error: BaseException) -> str:
    return "the CUDA device" if _on_device(error) else "the worker"


def halving(work: Callable[[int], T], size: int) -> T:
    """``work(size)``, with half the size again and again where that does not fit into memory.

    What ``work`` gives must not depend on the size of its parts.
    """
    while True:
        try:
            return work(size)
        except (RuntimeError, MemoryError) as error:
            if size == 1 or not is_exhausted(error) or is_recording():
                raise
        size //= 2
        gc.collect()
        free()


def is_recording() -> bool:
    """Whether a CUDA graph is being recorded, during which nothing can be freed."""
    return torch.cuda.is_initialized() and torch.cuda.is_current_stream_capturing()


def free() -> None:
    """Give back what torch keeps for later, so that other processes on the device can have it."""
    if torch.cuda.is_initialized():
        with contextlib.suppress(torch.AcceleratorError):  # a device that failed has nothing left
            torch.cuda.empty_cache()
