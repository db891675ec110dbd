"""When memory runs out, on a CUDA device or in the process: one error, or smaller parts."""

import contextlib
import ctypes
import functools
import gc
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

import torch

from graphnet.errors import OutOfMemory
from graphnet.messages import Message

P = ParamSpec("P")
T = TypeVar("T")

ON_DEVICE = ("CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")
IN_PROCESS = ("DefaultCPUAllocator",)
# Of glibc's mallopt: how much free memory at the heap's end is given back, and from which size on
# memory is asked of the kernel for one allocation alone.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
KEPT = 1 << 30  # bytes


def is_exhausted(error: BaseException) -> bool:
    """Whether memory ran out, on a device or in the process."""
    return _on_device(error) or _in_process(error)


def _on_device(error: BaseException) -> bool:
    worded = isinstance(error, RuntimeError) and any(words in str(error) for words in ON_DEVICE)
    return isinstance(error, torch.OutOfMemoryError) or worded


def _in_process(error: BaseException) -> bool:
    worded = isinstance(error, RuntimeError) and any(words in str(error) for words in IN_PROCESS)
    return isinstance(error, MemoryError) or worded


def translate_oom(work: Callable[P, T]) -> Callable[P, T]:
    """Let ``work`` raise OutOfMemory where memory runs out, whichever library noticed it."""

    @functools.wraps(work)
    def translated(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        except (RuntimeError, MemoryError) as error:
            if not is_exhausted(error):
                raise
            where = "device" if _on_device(error) else "process"
            raise OutOfMemory(Message("training.out-of-memory", where=where)) from error

    return translated


def halving(work: Callable[[int], T], size: int) -> T:
    """``work(size)``, with the size halved until it fits into memory.

    What ``work`` returns must not depend on the size of its parts.
    """
    while True:
        try:
            return work(size)
        except (RuntimeError, MemoryError) as error:
            if size == 1 or not is_exhausted(error) or _is_recording():
                raise
        size //= 2
        gc.collect()
        free()


def _is_recording() -> bool:
    """Whether a CUDA graph is being recorded, during which nothing can be freed."""
    return torch.cuda.is_initialized() and torch.cuda.is_current_stream_capturing()


def free() -> None:
    """Give back what torch keeps for later, so that other processes on the device can have it."""
    if torch.cuda.is_initialized():
        with contextlib.suppress(torch.AcceleratorError):  # a device that failed has nothing left
            torch.cuda.empty_cache()


@contextlib.contextmanager
def kept_heap() -> Iterator[None]:
    """Let freed memory be used again at once, and give it back in the end.

    A step of a training frees all that it allocated. By glibc's defaults each large tensor comes
    from the kernel and goes back to it, and half of the time on connectomes goes into pages that
    are zeroed for the first write. Another C library has no such setting.
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        yield
        return
    library.mallopt(TRIM_THRESHOLD, KEPT)
    library.mallopt(MMAP_THRESHOLD, KEPT)
    try:
        yield
    finally:
        library.malloc_trim(0)
