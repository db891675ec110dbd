"""Which data a model comes from: datasets by their content, subjects by their id."""

import hashlib
import platform
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from importlib import metadata
from itertools import groupby
from typing import Any

from graphnet.data.cohort import Cohort, FloatArray
from graphnet.data.identifiers import bare, has_zeros, without_zeros
from graphnet.messages import Message, first_of

MOST_ZEROS, MOST_NAMED = 8, 3
USED = ("nld-sgn", "torch", "numpy", "scipy", "scikit-learn")


def fingerprints(cohort: Cohort) -> list[dict[str, Any]]:
    """Name, subjects and SHA-256 of each dataset's content, whatever order its columns had."""
    if cohort.recorded:
        return list(map(dict, cohort.recorded))
    rows = sorted(range(len(cohort)), key=lambda row: cohort.datasets[row])
    return [
        {"name": name, **_fingerprint(cohort, list(members))}
        for name, members in groupby(rows, key=lambda row: cohort.datasets[row])
    ]


def has_content(cohort: Cohort, sha256: str) -> bool:
    """Whether this is the content of one dataset with that fingerprint.

    Connectomes and time series are part of a fingerprint only where all datasets had them.
    """
    rows = list(range(len(cohort)))
    without = {"connectomes": None, "series": None}
    variants: list[dict[str, Any]] = [{}, {"connectomes": None}, {"series": None}, without]
    return any(
        _fingerprint(replace(cohort, **left_out), rows)["sha256"] == sha256 for left_out in variants
    )


def versions() -> dict[str, str]:
    """What the parameters and figures depend on besides data and settings."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in USED}}


def subjects(ids: Iterable[str]) -> list[str]:
    """Short hashes of each id, sorted: enough to find a subject again, not to read the id.

    One is of the id as it is written, one of it without ``sub-`` and blanks; often they are one.
    """
    return sorted({digest_of(spelling) for subject in ids for spelling in (subject, bare(subject))})


def seen_in_training(trained_on: Iterable[str], cohort: Cohort) -> dict[str, str]:
    """The subjects of ``cohort`` whose hash is among ``trained_on``, by id.

    Each with the spelling that was found: without ``sub-`` and blanks, or with another number of
    leading zeros where one of the two sides has none.
    """
    seen = set(trained_on)
    ids = tuple(dict.fromkeys(cohort.ids)) if seen else ()
    spellings = {subject: there for subject in ids if (there := _among(seen, _spellings(subject)))}
    rest = [subject for subject in ids if subject not in spellings and bare(subject).isdigit()]
    here = {bare(subject) for subject in ids}
    if not any(map(has_zeros, here)):
        spellings |= {
            subject: there for subject in rest if (there := _among(seen, _padded(subject)))
        }
    elif not any(map(has_zeros, map(bare, spellings))):  # else those there have them too
        free = [subject for subject in rest if without_zeros(subject) not in here]
        shorter = {subject: _spellings(without_zeros(subject)) for subject in free}
        spellings |= {
            subject: there for subject in free if (there := _among(seen, shorter[subject]))
        }
    return {subject: spellings[subject] for subject in ids if subject in spellings}


def spelled_differently(known: Mapping[str, str]) -> Message | None:
    """Who was found by another spelling than theirs, as a message; None if nobody was."""
    other = [
        Message("data.id-there", id=subject, there=there)
        for subject, there in known.items()
        if subject != there
    ]
    if not other:
        return None
    return Message("data.spelled-differently", count=len(other), ids=first_of(other, MOST_NAMED))


def _spellings(subject: str) -> Iterator[str]:
    plain = bare(subject)
    yield from (subject, plain, f"sub-{plain}", f"sub_{plain}")


def _padded(subject: str) -> Iterator[str]:
    """The same number with leading zeros."""
    for count in range(1, MOST_ZEROS + 1):
        yield from _spellings("0" * count + bare(subject))


def _among(seen: Collection[str], spellings: Iterable[str]) -> str:
    """The first of the spellings whose hash was seen; "" if none was."""
    return next((spelling for spelling in spellings if digest_of(spelling) in seen), "")


def digest_of(subject: str) -> str:
    """The short hash of an id, as it is written."""
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
