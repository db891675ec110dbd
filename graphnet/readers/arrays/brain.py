"""Which arrays are connectomes, series or measures, by name and shape, and which axis is which."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from graphnet.data.dataset import Float32Array, Series
from graphnet.data.interpretation import Choice, ConnectomeReading, Z
from graphnet.messages import Message
from graphnet.readers.arrays.named import NUMERIC, Array, NamedArrays, texts
from graphnet.readers.connectomes.matrices import edges_from_matrices, edges_from_vectors
from graphnet.readers.connectomes.series import (
    LEAST_POINTS,
    check_length,
    correlate,
    times_in,
    without_gaps,
)
from graphnet.readers.connectomes.triangles import are_symmetric, subjects_first
from graphnet.readers.folders.entities import hint_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import plain, words

FloatArray = NDArray[np.float64]

FEATURES = "features"  # the key of the question
MEASURES, SERIES = "measures", "series"
NUMBERED = re.compile(r"(?P<stem>.*?)0*(?P<number>[0-9]+)")
NO_NAME = "feature"  # what a single measure without a name is called


@dataclass(frozen=True)
class Features:
    """``values`` (S, N, F) of named ``measures``; without these time series (S, N, T)."""

    values: FloatArray
    measures: tuple[str, ...]


def read_features(arrays: NamedArrays, subjects: int, inquiry: Inquiry) -> Features | None:
    """What the array ``features`` holds; None where it is refused."""
    array = arrays.plain[FEATURES]
    if array.dtype.kind not in NUMERIC:
        inquiry.refuse(Message("readers_arrays.no-real-numbers", file=inquiry.name, array=FEATURES))
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
        inquiry.assume(
            Message("readers_arrays.one-unnamed-measure", file=inquiry.name, measure=NO_NAME)
        )
        return Features(values, (NO_NAME,))
    if _may_be_points(measures, count) and _are_points(measures, array.shape, inquiry):
        return Features(values, ())
    if measures is None:
        inquiry.assume(Message("readers_arrays.unnamed-measures", file=inquiry.name))
        measures = tuple(f"{NO_NAME}{number}" for number in range(1, count + 1))
    return Features(values, measures)


def format_shape(array: Array) -> str:
    """A shape for a sentence."""
    return f"({', '.join(map(str, array.shape))})"


def _fits(array: Array, expected: tuple[int | None, ...], inquiry: Inquiry) -> bool:
    """Whether features are (subjects, regions, measures); else refused with all shapes."""
    if array.ndim == 3 and all(
        wanted in {None, size} for wanted, size in zip(expected, array.shape, strict=True)
    ):
        return True
    words = ("subjects", "regions", "measures")
    shown = [
        word if wanted is None else f"{wanted} {word}"
        for word, wanted in zip(words, expected, strict=True)
    ]
    inquiry.refuse(
        Message(
            "readers_arrays.features-shape",
            file=inquiry.name,
            shape=format_shape(array),
            expected=f"({', '.join(shown)})",
        )
    )
    return False


def _may_be_points(measures: Sequence[str] | None, count: int) -> bool:
    """Whether an axis of measures could be time: without names, or with numbers for names."""
    if count < LEAST_POINTS or measures is None:  # so many numbered measures may be points in time
        return count >= LEAST_POINTS
    matches = [NUMBERED.fullmatch(name) for name in measures]
    if not all(matches):
        return False
    stems = {match["stem"] for match in matches if match}
    numbers = [int(match["number"]) for match in matches if match]
    return len(stems) == 1 and numbers == list(range(numbers[0], numbers[0] + count))


def _are_points(measures: Sequence[str] | None, shape: tuple[int, ...], inquiry: Inquiry) -> bool:
    subjects, regions, count = shape
    answer = inquiry.ask(
        FEATURES,
        Message(
            "readers_arrays.ask-points",
            file=inquiry.name,
            subjects=subjects,
            regions=regions,
            count=count,
            named=measures is not None,
            first="" if measures is None else measures[0],
            last="" if measures is None else measures[-1],
        ),
        (
            Choice(SERIES, Message("readers_arrays.are-points", count=count)),
            Choice(MEASURES, Message("readers_arrays.are-measures", count=count)),
        ),
    )
    return answer == SERIES


FC = "fc"


@dataclass(frozen=True)
class Connectome:
    """Edges (S, E) of N regions, and what they are."""

    edges: Float32Array
    reading: ConnectomeReading

    @property
    def regions(self) -> int:
        """N, of E = N(N-1)/2."""
        return (1 + int(np.sqrt(1 + 8 * self.edges.shape[1]))) // 2


def read_connectome(
    arrays: NamedArrays,
    ids: Sequence[str],
    regions: Sequence[str],
    inquiry: Inquiry,
) -> Connectome | None:
    """What the array ``fc`` holds of the subjects ``ids``; None where there is none, or is refused.

    ``regions`` may be () where nobody knows how many there are.
    """
    if FC not in arrays.plain:
        return None
    matrices = _matrices(arrays.plain[FC], len(ids), inquiry)
    if matrices is None:
        return None
    called = arrays.called.get(FC, FC)  # of fc alone it is documented that it holds Fisher's z
    hint, documented = hint_of(called), plain(called) == FC
    if matrices.ndim == 2:
        flat = edges_from_vectors(matrices, ids, inquiry, hint, documented=documented)
        return None if flat is None else _checked(Connectome(*flat), regions, inquiry)
    if regions and matrices.shape[1] != len(regions):
        _refuse_regions(matrices.shape[1], regions, inquiry)
        return None
    return Connectome(
        *edges_from_matrices(matrices, ids, inquiry, hint, documented=documented, regions=regions)
    )


def correlate_series(
    values: FloatArray, ids: Sequence[str], regions: Sequence[str], inquiry: Inquiry, most: int
) -> tuple[Series, Connectome]:
    """Time series (S, N, T) one below the other, and how their regions correlate.

    Raises:
        CohortError: they are too short, or take more than ``most`` bytes.

    """
    rows = [f"{subject} (row {row})" for row, subject in enumerate(ids, 1)]
    series_of = {row: np.ascontiguousarray(one.T) for row, one in zip(rows, values, strict=True)}
    check_length(series_of, inquiry)
    times = times_in(series_of)
    if times:
        inquiry.refuse(
            Message(
                "readers_connectomes.times-among-regions",
                file=inquiry.name,
                columns=[regions[place] for place in times],
                count=len(times),
            )
        )
    inquiry.check()
    series_of = without_gaps(series_of, regions, inquiry)
    series, edges = correlate(series_of, regions, inquiry, most)
    return series, Connectome(
        edges, ConnectomeReading(Z, SERIES, Message("readers.correlated-here"))
    )


def _matrices(array: Array, subjects: int, inquiry: Inquiry) -> Array | None:
    """Matrices (S, N, N), or flat ones (S, K); None where it is neither, which is refused."""
    if array.dtype.kind not in NUMERIC:
        inquiry.refuse(Message("readers_arrays.no-real-numbers", file=inquiry.name, array=FC))
        return None
    if array.ndim == 2 and array.shape[0] == subjects and array.shape != (subjects, subjects):
        return array
    if array.ndim != 3 or not _is_square(array.shape, subjects):
        inquiry.refuse(
            Message(
                "readers_arrays.fc-shape",
                file=inquiry.name,
                shape=format_shape(array),
                expected=f"({subjects}, regions, regions)",
                square=array.ndim == 3 and subjects in array.shape,
                subjects=subjects,
            )
        )
        return None
    matrices = subjects_first(array, inquiry, FC)
    if array.shape[0] != subjects:
        inquiry.assume(
            Message(
                "readers_arrays.subjects-axis",
                file=inquiry.name,
                shape=format_shape(array),
                axis="last" if array.shape[2] == subjects else "second",
            )
        )
    return matrices


def _is_square(shape: tuple[int, ...], subjects: int) -> bool:
    """Whether one axis is the subjects' and the others are of one length."""
    left = list(shape)
    if subjects not in left:
        return False
    left.remove(subjects)
    return left[0] == left[1]


def _checked(connectome: Connectome, regions: Sequence[str], inquiry: Inquiry) -> Connectome | None:
    if regions and connectome.regions != len(regions):
        _refuse_regions(connectome.regions, regions, inquiry)
        return None
    return connectome


def _refuse_regions(count: int, regions: Sequence[str], inquiry: Inquiry) -> None:
    inquiry.refuse(
        Message("readers_arrays.fc-regions", file=inquiry.name, count=count, regions=len(regions))
    )


LOOKED_AT = 8  # subjects whose matrices are examined
BRAINGB = re.compile(r"fmri|dti|X\d")
# What arrays are called, in lower case and without punctuation.
CONNECTOMES = words(
    """
    fc fcs sc scs corr corrs corrmat correlation correlations correlationmatrix correlationmatrices
    conn conns connmat connectome connectomes connectivity connectivities connectivitymatrix
    connectivitymatrices functionalconnectivity structuralconnectivity fcmatrix fcmatrices
    scmatrix scmatrices matrix matrices adj adjs adjacency adjacencies adjacencymatrix
    adjacencymatrices
    """
)
OF_SERIES = words(
    """
    timeseries timeseires timeserie timecourse timecourses ts bold boldseries boldsignals
    roisignals roisignal roitimeseries roits
    """
)
OPEN = words("x data feat feats")  # names that say nothing of what is measured
OF_FEATURES = OPEN | words("feature features roifeatures nodefeatures regionfeatures")
OF_REGIONS = words(
    """
    roi rois region regionnames regionname regionlabels roinames roiname roilabels parcels
    parcelnames parcellabels nodenames nodelabels names
    """
)
OF_COLUMNS = words("featurenames featurename columns columnnames varnames variablenames")


@dataclass(frozen=True)
class Candidates:
    """The arrays that may be connectomes, series and measures of S ``subjects``, by name."""

    subjects: int
    connectomes: Mapping[str, Array]
    series: Mapping[str, Array]
    features: Mapping[str, Array]

    @classmethod
    def of(cls, arrays: NamedArrays, subjects: int) -> "Candidates":
        """Those that fit by name and shape, and beside what is there under a documented name."""
        numbers = {
            name: array for name, array in arrays.plain.items() if array.dtype.kind in NUMERIC
        }
        given = {name: numbers[name] for name in (FC, FEATURES) if name in numbers}
        size = region_count(given, subjects)
        connectomes, series, features = {}, {}, {}
        for name, array in numbers.items():
            if name in given:
                continue
            if _is_connectome(name, array, subjects):
                if FC not in given and size in {None, matrix_side(array, subjects)}:
                    connectomes[name] = array
            elif plain(name) in OF_SERIES and _are_series(array, subjects):
                series[name] = array
            elif _are_features(name, array, subjects) and size in {None, array.shape[1]}:
                features[name] = array
        series = {} if given else series
        return cls(subjects, connectomes, series, {} if FEATURES in given else features)

    def __bool__(self) -> bool:
        return bool(self.connectomes or self.series or self.features)


def _is_connectome(name: str, array: Array, subjects: int) -> bool:
    """Whether name and shape are those of connectomes, of a name like ``X`` also the numbers."""
    key = plain(name)
    if array.ndim == 2:
        of_each = array.shape[0] == subjects and array.shape[1] != subjects
        return key in CONNECTOMES and of_each and matrix_side(array, subjects) > 2
    if not _has_squares(array, subjects):
        return False
    if key in CONNECTOMES or BRAINGB.fullmatch(name):
        return True
    return key in OF_FEATURES and _hold_edges(array, subjects)


def _has_squares(array: Array, subjects: int) -> bool:
    """Whether one axis is the subjects', and the others are of one length."""
    if array.ndim != 3 or subjects not in array.shape:
        return False
    left = list(array.shape)
    left.remove(subjects)
    return bool(left[0] == left[1] > 1)


def _hold_edges(array: Array, subjects: int) -> bool:
    """Whether the squares of the first subjects are symmetric or of one triangle."""
    for axis in (0, 2, 1):
        left = (*array.shape[:axis], *array.shape[axis + 1 :])
        if array.shape[axis] != subjects or left[0] != left[1]:
            continue
        squares = np.moveaxis(array, axis, 0)[:LOOKED_AT]
        halves = np.triu(squares, 1), np.tril(squares, -1)
        if are_symmetric(squares) or not all(np.nan_to_num(half).any() for half in halves):
            return True
    return False


def _are_series(array: Array, subjects: int) -> bool:
    return array.ndim == 3 and array.shape[0] == subjects and max(array.shape[1:]) >= LEAST_POINTS


def _are_features(name: str, array: Array, subjects: int) -> bool:
    return plain(name) in OF_FEATURES and array.ndim in {2, 3} and bool(array.shape[0] == subjects)


def matrix_side(array: Array, subjects: int) -> int:
    """N of connectomes, of any axes or flat; 0 of what is flat and of no number of regions."""
    if array.ndim == 3:
        left = list(array.shape)
        left.remove(subjects)
        return int(left[0])
    count = array.shape[1]
    side = isqrt(count)
    half = (1 + isqrt(1 + 8 * count)) // 2
    if side * side == count:
        return side
    return half if half * (half - 1) // 2 == count else 0


def region_count(given: Mapping[str, Array], subjects: int) -> int | None:
    """N of the arrays of documented names; None where there are none, or they do not tell."""
    if FEATURES in given and given[FEATURES].ndim > 1:
        return int(given[FEATURES].shape[1])
    if FC in given and _has_squares(given[FC], subjects):
        return matrix_side(given[FC], subjects)
    return None
