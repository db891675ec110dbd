"""One pass of K replicas over their subjects, laid out before its first step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

LONGEST = 64  # steps


@dataclass(frozen=True)
class Stretch:
    """Some n steps of a pass, each of a batch of B subjects; W subjects in all.

    ``order`` (K, W) holds rows of subjects, 0 where a replica has no more. The first ``plain``
    steps have a whole batch for every replica, or as many subjects for each; for those after
    them ``share`` (K, W) is each subject's part of its replica's mean loss. ``moving`` (n, K)
    tells which replicas have a subject in a step.
    """

    order: Tensor
    share: Tensor
    moving: Tensor
    plain: int


def stretches(members: Sequence[Tensor], batch: int) -> Iterator[Stretch]:
    """Cut the shuffled ``members`` of each replica into batches, 64 of them to a stretch."""
    counts = torch.tensor([len(rows) for rows in members])
    order = pad_sequence(list(members), batch_first=True)
    width = order.shape[1]
    alike = bool((counts == width).all())
    for first in range(0, width, LONGEST * batch):
        part = order[:, first : first + LONGEST * batch]
        steps = -(-part.shape[1] // batch)
        # How many subjects of each replica stand in each step, (n, K).
        begins = first + batch * torch.arange(steps)
        sizes = (counts - begins[:, None]).clamp(0, batch)
        whole = int((sizes == batch).all(dim=1).sum())
        yield Stretch(
            order=part,
            share=_share(sizes, part.shape[1], batch),
            moving=sizes > 0,
            plain=steps if alike else whole,
        )


def _share(sizes: Tensor, width: int, batch: int) -> Tensor:
    """Each subject's part of its batch, 0 beyond the replica's last: (n, K) → (K, W)."""
    place = torch.arange(batch)
    there = (place < sizes[..., None]) / sizes.clamp(min=1)[..., None]
    return there.transpose(0, 1).flatten(1)[:, :width]
