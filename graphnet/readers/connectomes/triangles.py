"""Square matrices and flat vectors as edges: one number per pair of regions.

Edges stand in the order of the upper triangle by rows: (1, 2), (1, 3) … (1, N), (2, 3) …
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from graphnet.data.interpretation import Choice
from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry

FloatArray = NDArray[np.float64]
FULL, UPPER, LOWER, PAIRS = "full", "upper", "lower", "pairs"
TRIANGLE, AXES = "triangle", "axes"  # the keys of questions
FIRST, LAST = "first", "last"
FEW = 0.1  # the share of cells that rounding may set apart
LEAST_UNITS = 50  # of the last decimal, so that one of them is small
RELATIVE, ABSOLUTE = 1e-5, 1e-6  # what rounding to 32 bits may do to a symmetric matrix


@dataclass(frozen=True)
class RawEdges:
    """Edges (S, E), the diagonals (S, N), and in which triangle the file holds the edges."""

    edges: FloatArray
    diagonal: FloatArray
    triangle: str


def split_matrices(
    matrices: FloatArray, ids: Sequence[str], inquiry: Inquiry, regions: Sequence[str] = ()
) -> RawEdges:
    """The edges of matrices (S, N, N), which are symmetric or of one triangle; else refused.

    One triangle is empty where it holds nothing but zeros and NaN. Where one of two mirrored cells
    is NaN the other counts.
    """
    size = matrices.shape[1]
    rows, columns = np.triu_indices(size, 1)
    upper, lower = matrices[:, rows, columns], matrices[:, columns, rows]
    diagonal = matrices[:, np.arange(size), np.arange(size)]
    no_upper, no_lower = _empty(upper), _empty(lower)
    half = no_upper ^ no_lower
    differ = _differ(upper, lower) & ~half[:, None]
    differ &= ~_rounded_apart(upper, lower, differ, inquiry)[:, None]
    _refuse_asymmetric((upper, lower), differ, ids, inquiry, regions)
    mirrored = np.where((half & no_upper)[:, None] | np.isnan(upper), lower, upper)
    return RawEdges(mirrored, diagonal, _triangle(half, no_upper))


def split_vectors(
    values: FloatArray,
    ids: Sequence[str],
    inquiry: Inquiry,
    order: str = "",
) -> RawEdges | None:
    """The edges of one flat vector per subject (S, K): a whole matrix, or one of its triangles.

    ``order`` is ``upper`` or ``lower`` where it is known by what rows a triangle goes; else it is
    asked. None where K fits no number of regions, which is refused.
    """
    count = values.shape[1]
    side = isqrt(count)
    if side * side == count and side > 1:
        squares = values.reshape(len(values), side, side)
        if are_symmetric(squares):
            return split_matrices(squares, ids, inquiry)
    size = (1 + isqrt(1 + 8 * count)) // 2
    if size * (size - 1) // 2 != count or size < 2:
        inquiry.refuse(Message("readers_connectomes.no-square", file=inquiry.name, count=count))
        return None
    return _of_triangle(values, size, inquiry, order)


def subjects_first(arrays: FloatArray, inquiry: Inquiry, name: str) -> FloatArray:
    """Connectomes (S, N, N) of an array with its subjects on any axis.

    The axis of the subjects is the one of another length; where all three are of one length, the
    slices along it are symmetric; where that does not tell either, it is asked.
    """
    one, two, three = arrays.shape
    if len({one, two, three}) > 1:
        axis = 0 if two == three else 2 if one == two else 1
        return np.moveaxis(arrays, axis, 0)
    first, last = are_symmetric(arrays), are_symmetric(np.moveaxis(arrays, 2, 0))
    answer = FIRST if first else LAST
    if first == last:
        answer = inquiry.ask(
            AXES,
            Message("readers_connectomes.ask-axes", array=name, shape=f"{one} x {two} x {three}"),
            (
                Choice(FIRST, Message("readers_connectomes.first-axis")),
                Choice(LAST, Message("readers_connectomes.last-axis")),
            ),
        )
    return arrays if answer == FIRST else np.moveaxis(arrays, 2, 0)


def _of_triangle(values: FloatArray, size: int, inquiry: Inquiry, order: str) -> RawEdges:
    """Edges of a flat triangle; with its diagonal where that is all 1 or infinite."""
    for candidate in (order,) if order else (UPPER, LOWER):
        whole = _with_diagonal(values, size - 1, candidate)
        if whole is not None:
            return whole
    if size <= 3:
        order = UPPER  # both orders are the same
    order = order or inquiry.ask(
        TRIANGLE,
        Message(
            "readers_connectomes.ask-triangle",
            file=inquiry.name,
            count=values.shape[1],
            regions=size,
        ),
        (
            Choice(UPPER, Message("readers_connectomes.upper-triangle")),
            Choice(LOWER, Message("readers_connectomes.lower-triangle")),
        ),
    )
    nothing = np.zeros((len(values), size))
    return RawEdges(values[:, _places(size, order)], nothing, order)


def _with_diagonal(values: FloatArray, size: int, order: str) -> RawEdges | None:
    """The same as a triangle of ``size`` regions with its diagonal, if it looks like one."""
    if size < 2:
        return None
    rows, columns = (np.triu_indices if order == UPPER else np.tril_indices)(size)
    diagonal = values[:, rows == columns]
    if not (np.isclose(diagonal, 1) | np.isinf(diagonal)).all():
        return None
    edges = values[:, rows != columns]
    return RawEdges(edges[:, _places(size, order)], diagonal, order)


def _places(size: int, order: str) -> NDArray[np.int64]:
    """Where each edge of the upper triangle by rows stands in a flat triangle of this order."""
    rows, columns = np.triu_indices(size, 1)
    if order == UPPER:
        return np.arange(len(rows))
    return np.asarray(columns * (columns - 1) // 2 + rows)


def _empty(half: FloatArray) -> NDArray[np.bool_]:
    """(S,): whether a triangle holds nothing but zeros and NaN."""
    return np.asarray((np.isnan(half) | (half == 0)).all(axis=1))


def _triangle(half: NDArray[np.bool_], no_upper: NDArray[np.bool_]) -> str:
    if not half.all() or not len(half):
        return FULL
    return LOWER if no_upper.all() else UPPER if not no_upper.any() else FULL


def _differ(upper: FloatArray, lower: FloatArray) -> NDArray[np.bool_]:
    """(S, E): whether two mirrored cells hold different values; NaN differs from nothing."""
    with np.errstate(invalid="ignore", over="ignore"):
        size = np.maximum(np.abs(upper), np.abs(lower))
        finite = np.where(np.isfinite(size), size, 0)
        scale = np.minimum(finite.max(axis=1, initial=0, keepdims=True), 1)
        apart = np.abs(upper - lower) > RELATIVE * size + ABSOLUTE * scale
        present = ~(np.isnan(upper) | np.isnan(lower))
    return np.asarray(apart | (np.isinf(size) & (upper != lower) & present))


def _rounded_apart(
    upper: FloatArray, lower: FloatArray, differ: NDArray[np.bool_], inquiry: Inquiry
) -> NDArray[np.bool_]:
    """(S,): whose few different cells are apart by one unit of the last decimal, as rounded.

    Numbers that were the same but for the last bit are now and then rounded to both sides.
    """
    rounded = np.zeros(len(upper), dtype=bool)
    for subject in np.flatnonzero(differ.any(axis=1)).tolist():
        differing = differ[subject]
        unit = _last_decimal(np.concatenate([upper[subject], lower[subject]]))
        apart = np.abs(upper[subject, differing] - lower[subject, differing])
        rounded[subject] = bool(differing.mean() <= FEW and (apart <= 1.01 * unit).all())
    if rounded.any():
        inquiry.assume(
            Message(
                "readers_connectomes.rounded-apart", file=inquiry.name, count=int(rounded.sum())
            )
        )
    return rounded


def _last_decimal(values: FloatArray) -> float:
    """The unit of the last decimal of numbers with 3 to 8 decimals, else 0."""
    finite = values[np.isfinite(values)]
    for places in range(3, 9):
        scaled = finite * 10**places
        large = np.abs(scaled).max(initial=0) >= LEAST_UNITS
        if large and np.allclose(scaled, np.round(scaled), rtol=0, atol=1e-5):
            return float(10.0**-places)
    return 0.0


def are_symmetric(squares: FloatArray) -> bool:
    """Whether square matrices (S, N, N) hold the same in both triangles."""
    rows, columns = np.triu_indices(squares.shape[1], 1)
    return not _differ(squares[:, rows, columns], squares[:, columns, rows]).any()


def _refuse_asymmetric(
    halves: tuple[FloatArray, FloatArray],
    differ: NDArray[np.bool_],
    ids: Sequence[str],
    inquiry: Inquiry,
    regions: Sequence[str],
) -> None:
    """Name the first subject, the two cells and their values; ``differ`` is (S, E)."""
    odd = np.flatnonzero(differ.any(axis=1)).tolist()
    if not odd:
        return
    subject, edge = odd[0], int(np.argmax(differ[odd[0]]))
    size = _size(differ.shape[1])
    one, other = (
        regions[place[edge]] if regions else str(place[edge] + 1)
        for place in np.triu_indices(size, 1)
    )
    inquiry.refuse(
        Message(
            "readers_connectomes.asymmetric",
            file=inquiry.name,
            subject=ids[subject],
            one=one,
            other=other,
            upper=f"{halves[0][subject, edge]:.6g}",
            lower=f"{halves[1][subject, edge]:.6g}",
            others=len(odd) - 1,
        )
    )


def _size(edges: int) -> int:
    return (1 + isqrt(1 + 8 * edges)) // 2
