"""Subjects whose measurements are the same in every number: probably one copied to another."""

from collections.abc import Iterator
from hashlib import blake2b

import numpy as np

from graphnet.data.dataset import Dataset
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry

MOST_NAMED = 3
LOOKED_AT = 64  # numbers, of which some must differ
LEAST_NUMBERS = 5  # that two subjects may not have in common by chance


def say_copies(dataset: Dataset, inquiry: Inquiry) -> None:
    """Note the subjects of a dataset who have the same measurements as another."""
    groups: dict[bytes, list[int]] = {}
    for row, digest in enumerate(_digests(dataset)):
        if digest is not None:
            groups.setdefault(digest, []).append(row)
    ids = dataset.subjects.ids
    named = [[ids[row] or f"#{row + 1}" for row in rows] for rows in groups.values()]
    copies = [
        Message("readers.same-measurements", subjects=first_of(group, MOST_NAMED))
        for group in named
        if len(group) > 1
    ]
    if copies:
        inquiry.assume(
            Message(
                "readers.copied-subjects",
                file=inquiry.name,
                count=len(copies),
                groups=first_of(copies, MOST_NAMED),
            )
        )


def _digests(dataset: Dataset) -> Iterator[bytes | None]:
    """What stands for all numbers of each subject; None where they are few, or all alike."""
    parts = [part for part in (dataset.values, dataset.connectomes) if part is not None]
    for row in range(len(dataset)):
        numbers = [np.ascontiguousarray(part[row]).ravel() for part in parts]
        first = [one[np.isfinite(one)][:LOOKED_AT] for one in numbers]
        several = sum(len(np.unique(one)) for one in first)
        yield None if several < LEAST_NUMBERS else _digest(numbers)


def _digest(numbers: list[np.ndarray]) -> bytes:
    hashed = blake2b(digest_size=16)
    for part in numbers:
        hashed.update(part.tobytes())
    return hashed.digest()
