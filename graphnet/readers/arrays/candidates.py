"""Which arrays may be connectomes, series, measures or names: by name and shape together."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isqrt

import numpy as np

from graphnet.readers.arrays.brain import FC, FEATURES
from graphnet.readers.arrays.named import NUMERIC, Array, NamedArrays
from graphnet.readers.connectomes.series import LEAST_POINTS
from graphnet.readers.connectomes.triangles import are_symmetric
from graphnet.readers.subjects.words import plain, words

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
