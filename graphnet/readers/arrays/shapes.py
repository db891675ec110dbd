"""Which axis of an array is which: subjects, regions, measures or time points."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphnet.data.interpretation import Choice
from graphnet.readers.arrays.named import NUMERIC, Array, NamedArrays, texts
from graphnet.readers.inquiry import Inquiry

FloatArray = NDArray[np.float64]

FEATURES = "features"  # the key of the question
MEASURES, SERIES = "measures", "series"
LEAST_POINTS = 10  # so many numbered measures may be points in time
NUMBERED = re.compile(r"(?P<stem>.*?)0*(?P<number>[0-9]+)")
NO_NAME = "feature"  # what a single measure without a name is called


@dataclass(frozen=True)
class Measured:
    """``values`` (S, N, F) of named ``measures``; without these time series (S, N, T)."""

    values: FloatArray
    measures: tuple[str, ...]


def features_of(arrays: NamedArrays, subjects: int, inquiry: Inquiry) -> Measured | None:
    """What the array ``features`` holds; None where it is refused."""
    array = arrays.plain[FEATURES]
    if array.dtype.kind not in NUMERIC:
        inquiry.refuse(f"{inquiry.name} has features that are no real numbers.")
        return None
    given = arrays.plain.get(MEASURES)
    measures = None if given is None else texts(given)
    if array.ndim == 2 and (measures is None or len(measures) == 1):
        array = array[:, :, None]  # MATLAB drops a last axis of one
    regions = arrays.plain.get("regions")
    expected = (
        subjects,
        None if regions is None else regions.size,
        None if measures is None else len(measures),
    )
    if not _fits(array, expected, inquiry):
        return None
    values = np.asarray(array, dtype=np.float64)
    count = values.shape[2]
    if measures is None and count == 1:
        inquiry.say(f"{inquiry.name} has no array called measures; its measure is {NO_NAME!r}.")
        return Measured(values, (NO_NAME,))
    if _may_be_points(measures, count) and _are_points(measures, array.shape, inquiry):
        return Measured(values, ())
    if measures is None:
        inquiry.say(f"{inquiry.name} has no array called measures; they are numbered from 1.")
        measures = tuple(f"{NO_NAME}{number}" for number in range(1, count + 1))
    return Measured(values, measures)


def shape_of(array: Array) -> str:
    """A shape for a sentence."""
    return f"({', '.join(map(str, array.shape))})"


def _fits(array: Array, expected: tuple[int | None, ...], inquiry: Inquiry) -> bool:
    """Whether features are (subjects, regions, measures); else refused with all shapes."""
    if array.ndim == 3 and all(
        wanted in {None, found} for wanted, found in zip(expected, array.shape, strict=True)
    ):
        return True
    words = ("subjects", "regions", "measures")
    shown = [
        word if wanted is None else f"{wanted} {word}"
        for word, wanted in zip(words, expected, strict=True)
    ]
    inquiry.refuse(
        f"{inquiry.name} has features of shape {shape_of(array)}; they must be "
        f"({', '.join(shown)}) in this order."
    )
    return False


def _may_be_points(measures: Sequence[str] | None, count: int) -> bool:
    """Whether an axis of measures could be time: without names, or with numbers for names."""
    if count < LEAST_POINTS or measures is None:
        return count >= LEAST_POINTS
    found = [NUMBERED.fullmatch(name) for name in measures]
    if not all(found):
        return False
    stems = {match["stem"] for match in found if match}
    numbers = [int(match["number"]) for match in found if match]
    return len(stems) == 1 and numbers == list(range(numbers[0], numbers[0] + count))


def _are_points(measures: Sequence[str] | None, shape: tuple[int, ...], inquiry: Inquiry) -> bool:
    subjects, regions, count = shape
    named = "without names" if measures is None else f"named {measures[0]} to {measures[-1]}"
    answer = inquiry.ask(
        FEATURES,
        f"{inquiry.name} has features of {subjects} subjects, {regions} regions and {count} values "
        f"{named}. Are these values points in time or measures of a region?",
        (
            Choice(SERIES, f"time series of {count} points: they are correlated"),
            Choice(MEASURES, f"{count} measures of each region"),
        ),
    )
    return answer == SERIES
