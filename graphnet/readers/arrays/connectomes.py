"""The connectomes of named arrays: given as matrices or flat, or correlated from time series."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphnet.data.dataset import Float32Array, Series
from graphnet.data.interpretation import ConnectomeReading, Z
from graphnet.readers.arrays.named import NUMERIC, Array, NamedArrays
from graphnet.readers.arrays.shapes import SERIES, shape_of
from graphnet.readers.connectomes.matrices import edges_of, flat_edges
from graphnet.readers.connectomes.series import check_points, correlated, without_gaps
from graphnet.readers.connectomes.triangles import subjects_first
from graphnet.readers.inquiry import Inquiry

FloatArray = NDArray[np.float64]
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


def connectome_of(
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
    if matrices.ndim == 2:
        flat = flat_edges(matrices, ids, inquiry, documented=True)
        return None if flat is None else _checked(Connectome(*flat), regions, inquiry)
    if regions and matrices.shape[1] != len(regions):
        _refuse_regions(matrices.shape[1], regions, inquiry)
        return None
    return Connectome(*edges_of(matrices, ids, inquiry, documented=True, regions=regions))


def correlated_series(
    values: FloatArray, ids: Sequence[str], regions: Sequence[str], inquiry: Inquiry, most: int
) -> tuple[Series, Connectome]:
    """Time series (S, N, T) one below the other, and how their regions correlate.

    Raises:
        CohortError: they are too short, or take more than ``most`` bytes.

    """
    rows = [f"{subject} (row {row})" for row, subject in enumerate(ids, 1)]
    found = {row: np.ascontiguousarray(one.T) for row, one in zip(rows, values, strict=True)}
    check_points(found, inquiry)
    inquiry.check()
    found = without_gaps(found, regions, inquiry)
    series, edges = correlated(found, regions, inquiry, most)
    return series, Connectome(edges, ConnectomeReading(Z, SERIES, "correlated here"))


def _matrices(array: Array, subjects: int, inquiry: Inquiry) -> FloatArray | None:
    """Matrices (S, N, N), or flat ones (S, K); None where it is neither, which is refused."""
    if array.dtype.kind not in NUMERIC:
        inquiry.refuse(f"{inquiry.name} has fc that are no real numbers.")
        return None
    if array.ndim == 2 and array.shape[0] == subjects and array.shape != (subjects, subjects):
        return array.astype(np.float64)
    if array.ndim != 3 or not _is_square(array.shape, subjects):
        inquiry.refuse(_sentence(array, subjects, inquiry.name))
        return None
    found = subjects_first(array.astype(np.float64), inquiry, FC)
    if array.shape[0] != subjects:
        inquiry.say(
            f"fc in {inquiry.name} is of shape {shape_of(array)}: its subjects were found on the "
            f"{'last' if array.shape[2] == subjects else 'second'} axis."
        )
    return found


def _is_square(shape: tuple[int, ...], subjects: int) -> bool:
    """Whether one axis is the subjects' and the others are of one length."""
    left = list(shape)
    if subjects not in left:
        return False
    left.remove(subjects)
    return left[0] == left[1]


def _sentence(array: Array, subjects: int, name: str) -> str:
    expected = f"({subjects}, regions, regions)"
    if array.ndim == 3 and subjects in array.shape:
        return (
            f"{name} has fc of shape {shape_of(array)}; give {expected}: the same regions both "
            f"ways for each of the {subjects} subjects."
        )
    return (
        f"{name} has fc of shape {shape_of(array)}; give {expected}: one matrix for each of the "
        f"{subjects} subjects."
    )


def _checked(found: Connectome, regions: Sequence[str], inquiry: Inquiry) -> Connectome | None:
    if regions and found.regions != len(regions):
        _refuse_regions(found.regions, regions, inquiry)
        return None
    return found


def _refuse_regions(count: int, regions: Sequence[str], inquiry: Inquiry) -> None:
    inquiry.refuse(
        f"{inquiry.name} has fc of {count} regions, but {len(regions)} regions in its other arrays."
    )
