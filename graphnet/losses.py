"""What a fit makes small: cross-entropy of classes, squared error of a score on a scale."""

import torch
from torch import Tensor
from torch.nn import functional


def is_score(logits: Tensor) -> bool:
    """Whether the net gives one number, a score, and not one for each class: (…, C)."""
    return logits.shape[-1] == 1


def each(logits: Tensor, targets: Tensor) -> Tensor:
    """The loss of every subject: (K, B, C) and (K, B) → (K, B)."""
    if is_score(logits):
        return (logits[..., 0] - targets).square()
    flat = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    return flat.view(targets.shape)


def total(logits: Tensor, targets: Tensor, share: Tensor | None) -> Tensor:
    """The mean loss of each replica, summed over replicas.

    ``share`` (K, B) is each subject's part of its replica's mean; None: all the same.
    """
    if share is not None:
        return (each(logits, targets) * share.to(logits.dtype)).sum()
    if is_score(logits):
        return torch.sum(each(logits, targets)) / targets.shape[1]
    summed = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")
    return summed / targets.shape[1]
