"""A file of ``torch.save`` becomes plain tensors by name; nothing else in it is brought to life.

It is read with ``weights_only``, which makes no object of any class but tensors and containers
(https://docs.pytorch.org/docs/stable/generated/torch.load.html).
"""

import errno
import pickle
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from graphnet.errors import ModelError
from graphnet.messages import Message, finished

WRAPPERS = ("state_dict", "model_state_dict", "model_state")
PARALLEL = "module."  # before each name where a net was trained by DataParallel
MOST_NUMBERS = 16_000_000
ZIP, PICKLE = b"PK\x03\x04", b"\x80"
# What torch.save began its files with before version 1.6: a pickled number of its own.
LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
UNKNOWN_CLASS = re.compile(r"(?:GLOBAL|Unsupported class) (\S+)")
# What zipfile makes of damaged archives; RuntimeError of what seems to be encrypted.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, EOFError, ValueError, OverflowError,
)  # fmt: skip
EXPORT = (
    Message("predecessor.export"),
    finished("    import torch"),
    finished("    model = torch.load('OLD', map_location='cpu')"),
    finished("    torch.save(model.state_dict(), 'STATE.pth')"),
)
UNPICKLE = (
    Message("predecessor.export"),
    finished("    import pickle, torch"),
    finished("    with open('OLD', 'rb') as file: found = pickle.load(file)"),
    finished("    state = found if isinstance(found, dict) else found.state_dict()"),
    finished("    torch.save(state, 'STATE.pth')"),
)


@dataclass(frozen=True)
class State:
    """The tensors of a state dictionary, in single precision, and what was done to get them."""

    tensors: Mapping[str, Tensor]
    said: tuple[Message, ...] = ()


def read_state(path: Path, name: str, most: int) -> State:
    """The state dictionary in a file called ``name``, which may unpack to ``most`` bytes.

    Raises:
        ModelError: it is not a state dictionary, holds more than tensors, or a value that is
            not finite.

    """
    _check_kind(path, name, most)
    return _state(_loaded(path, name), name)


def _check_kind(path: Path, name: str, most: int) -> None:
    with path.open("rb") as file:
        begun = file.read(max(len(LEGACY), len(ZIP)))
    if begun.startswith(ZIP):
        _check_archive(path, name, most)
    elif begun.startswith(LEGACY):
        return
    elif begun.startswith(PICKLE):
        raise ModelError(Message("predecessor.foreign-pickle", file=name), *UNPICKLE)
    else:
        raise ModelError(Message("predecessor.not-torch", file=name))


def _check_archive(path: Path, name: str, most: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            inside = archive.infolist()
            _check_size(inside, name, most)
            changed = archive.testzip()  # torch.load reads parameters that are not what was written
    except UNREADABLE as error:
        raise _damaged(name) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place before the file's beginning
            raise
        raise _damaged(name) from error
    if changed is not None:
        raise _damaged(name)
    names = {Path(member.filename).name for member in inside}
    if "constants.pkl" in names:
        raise ModelError(Message("predecessor.torchscript", file=name), *EXPORT)
    if "data.pkl" not in names:
        raise ModelError(Message("predecessor.foreign-zip", file=name))


def _check_size(inside: Sequence[zipfile.ZipInfo], name: str, most: int) -> None:
    unpacked = sum(member.file_size for member in inside)
    if unpacked > most:
        sizes = {"megabytes": round(unpacked / 1e6), "most": round(most / 1e6)}
        raise ModelError(Message("predecessor.unpacks-too-large", file=name, **sizes))


def _loaded(path: Path, name: str) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except MemoryError:
        raise
    except pickle.UnpicklingError as error:
        unknown = UNKNOWN_CLASS.search(str(error))
        if unknown is None:
            raise _damaged(name) from error
        whole = Message("predecessor.whole-object", **{"file": name, "class": unknown[1]})
        raise ModelError(whole, *EXPORT) from error
    except Exception as error:
        if "memory" in str(error):
            raise MemoryError(str(error)) from error
        raise _damaged(name) from error


def _damaged(name: str) -> ModelError:
    return ModelError(Message("predecessor.damaged", file=name))


def _state(content: Any, name: str) -> State:
    said: list[Message] = []
    wrapped = [
        key for key in WRAPPERS if isinstance(content, dict) and isinstance(content.get(key), dict)
    ]
    if wrapped:
        left = sorted(str(key) for key in content if key != wrapped[0])
        said.append(Message("predecessor.wrapped", key=wrapped[0], ignored=left, count=len(left)))
        content = content[wrapped[0]]
    if not isinstance(content, dict) or not content:
        kind = type(content).__name__
        raise ModelError(Message("predecessor.no-dictionary", file=name, kind=kind), *EXPORT)
    others = [str(key) for key, value in content.items() if not _is_named_tensor(key, value)]
    if others:
        raise ModelError(Message("predecessor.no-tensors", file=name, names=others), *EXPORT)
    return State(_plain(_without_prefix(content, said), name, said), tuple(said))


def _is_named_tensor(key: Any, value: Any) -> bool:
    return (
        isinstance(key, str)
        and isinstance(value, Tensor)
        and value.layout == torch.strided
        and value.is_floating_point()
        and value.device.type == "cpu"
    )


def _without_prefix(tensors: Mapping[str, Tensor], said: list[Message]) -> dict[str, Tensor]:
    if not all(key.startswith(PARALLEL) for key in tensors):
        return dict(tensors)
    said.append(Message("predecessor.data-parallel", prefix=PARALLEL))
    return {key.removeprefix(PARALLEL): value for key, value in tensors.items()}


def _plain(tensors: Mapping[str, Tensor], name: str, said: list[Message]) -> dict[str, Tensor]:
    """Finite and in single precision."""
    numbers = sum(tensor.numel() for tensor in tensors.values())
    if numbers > MOST_NUMBERS:
        limits = {"count": numbers, "most": MOST_NUMBERS}
        raise ModelError(Message("predecessor.too-many-parameters", file=name, **limits))
    kinds = sorted({str(tensor.dtype).removeprefix("torch.") for tensor in tensors.values()})
    if kinds != ["float32"]:
        others = [kind for kind in kinds if kind != "float32"]
        said.append(Message("predecessor.converted", kinds=others))
    plain = {key: tensor.detach().float().contiguous() for key, tensor in tensors.items()}
    bad = [key for key, tensor in plain.items() if not tensor.isfinite().all()]
    if bad:
        raise ModelError(Message("predecessor.not-finite", file=name, names=bad))
    return plain
