"""The state of an interrupted training as bytes: a SHA-256, then safetensors. No pickle."""

import hashlib
from collections.abc import Mapping

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from graphnet.errors import ModelError
from graphnet.messages import Message

DIGEST_BYTES = hashlib.sha256().digest_size


def to_bytes(state: Mapping[str, Tensor]) -> bytes:
    """What :meth:`graphnet.training.loop.Training.state` gave, to be kept."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    content = save(tensors)
    return hashlib.sha256(content).digest() + content


def from_bytes(content: bytes) -> dict[str, Tensor]:
    """Read it back. Raises ModelError where it is truncated, changed, or something else."""
    digest, tensors = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    if hashlib.sha256(tensors).digest() != digest:
        raise ModelError(Message("model.checkpoint-damaged"))
    try:
        return load(tensors)
    except SafetensorError as error:
        raise ModelError(Message("model.checkpoint-damaged")) from error
