"""Which data a model comes from: datasets by their content, subjects by their id."""

import hashlib
import platform
from collections.abc import Iterable, Iterator
from importlib import metadata
from itertools import groupby
from typing import Any

from graphnet.cohort import Cohort, FloatArray

USED = ("nld-sgn", "torch", "numpy", "scipy", "scikit-learn")


def fingerprints(cohort: Cohort) -> list[dict[str, Any]]:
    """Name, subjects and SHA-256 of each dataset's content, whatever order its columns had."""
    rows = sorted(range(len(cohort)), key=lambda row: cohort.datasets[row])
    return [
        {"name": name, **_fingerprint(cohort, list(members))}
        for name, members in groupby(rows, key=lambda row: cohort.datasets[row])
    ]


def versions() -> dict[str, str]:
    """What the parameters and figures depend on besides data and settings."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in USED}}


def subjects(ids: Iterable[str]) -> list[str]:
    """A short hash of each id, sorted: enough to find a subject again, not to read the id."""
    return sorted({_digest(subject) for subject in ids})


def known_to(trained_on: Iterable[str], cohort: Cohort) -> list[str]:
    """The ids of those subjects of ``cohort`` whose hash is among ``trained_on``."""
    seen = set(trained_on)
    return [subject for subject in dict.fromkeys(cohort.ids) if _digest(subject) in seen]


def _digest(subject: str) -> str:
    return hashlib.sha256(subject.encode()).hexdigest()[:16]


def _fingerprint(cohort: Cohort, rows: list[int]) -> dict[str, Any]:
    content = hashlib.sha256()
    content.update("\x1f".join([*cohort.regions, *cohort.measures]).encode())
    content.update("\x1f".join(cohort.ids[row] for row in rows).encode())
    content.update(cohort.labels[rows].astype("<i8").tobytes())
    content.update("\x1f".join(cohort.sites[row] for row in rows).encode())
    for name, values in _values(cohort, rows):
        content.update(f"\x1f{name} {values.shape}".encode())
        content.update(values.astype("<f8").tobytes())
    return {"subjects": len(rows), "sha256": content.hexdigest()}


def _values(cohort: Cohort, rows: list[int]) -> Iterator[tuple[str, FloatArray]]:
    """All numbers of these subjects that a training may depend on."""
    yield "features", cohort.features[rows]
    yield "scores", cohort.scores[rows]
    if cohort.connectomes is not None:
        yield "connectomes", cohort.connectomes[rows]
    if cohort.series is not None:
        yield from (("series", cohort.series[row]) for row in rows)
    if cohort.coordinates is not None:
        yield "coordinates", cohort.coordinates
