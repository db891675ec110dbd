"""Square matrices and flat vectors as edges: one number per pair of regions.

Edges stand in the order of the upper triangle by rows: (1, 2), (1, 3) … (1, N), (2, 3) …
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphnet.data.interpretation import Choice
from graphnet.data.quality import blocks
from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry

Array = NDArray[Any]
FloatArray = NDArray[np.float64]
Edges = NDArray[np.float32] | NDArray[np.float64]
FULL, UPPER, LOWER, PAIRS = "full", "upper", "lower", "pairs"
UPPER_DIAGONAL, LOWER_DIAGONAL = "upper-diagonal", "lower-diagonal"
WHOLE = {UPPER_DIAGONAL: UPPER, LOWER_DIAGONAL: LOWER}  # triangles that hold the diagonal too
TRIANGLE, AXES = "triangle", "axes"  # the keys of questions
SAME_ORDER = 3  # regions: of so few both triangles have their edges in one order
CHANCE = 0.5  # of the edges: so many may equal what stands on a diagonal
FIRST, LAST = "first", "last"
FEW = 0.1  # the share of cells that rounding may set apart
LEAST_UNITS = 50  # of the last decimal, so that one of them is small
RELATIVE, ABSOLUTE = 1e-5, 1e-6  # what rounding to 32 bits may do to a symmetric matrix


@dataclass(frozen=True)
class RawEdges:
    """Edges (S, E), the diagonals (S, N), and in which triangle the file holds the edges.

    Edges of a file of 32-bit numbers are such; they belong to nobody else.
    """

    edges: Edges
    diagonal: FloatArray
    triangle: str


def split_matrices(
    matrices: Array, ids: Sequence[str], inquiry: Inquiry, regions: Sequence[str] = ()
) -> RawEdges:
    """The edges of matrices (S, N, N), which are symmetric or of one triangle; else refused.

    One triangle is empty where it holds nothing but zeros and NaN. Where one of two mirrored cells
    is NaN the other counts. It takes the memory of the edges, in the numbers of the file.
    """
    count, size = matrices.shape[:2]
    edges = np.empty((count, size * (size - 1) // 2), kept_type(matrices))
    diagonal = np.empty((count, size))
    parts = []
    for rows in blocks(count, 8 * size * size):
        halves = _Halves.of(matrices[rows])
        edges[rows], diagonal[rows] = halves.mirrored(), halves.diagonal
        parts.append(halves.judged(rows.start))
    rounded = sum(part.rounded for part in parts)
    if rounded:
        inquiry.assume(
            Message("readers_connectomes.rounded-apart", file=inquiry.name, count=rounded)
        )
    odd = [part.odd for part in parts if part.odd is not None]
    if odd:
        _refuse_asymmetric(odd[0], sum(part.odd_count for part in parts), ids, inquiry, regions)
    half = np.concatenate([part.half for part in parts]) if parts else np.zeros(0, bool)
    no_upper = np.concatenate([part.no_upper for part in parts]) if parts else half
    return RawEdges(edges, diagonal, _triangle(half, no_upper))


def touched(marked: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """(S, N): which regions have a marked edge, of marks (S, E)."""
    found = np.zeros((len(marked), size), dtype=bool)
    start = 0
    for region in range(size - 1):  # the edges of a region with those after it stand together
        own = marked[:, start : start + size - 1 - region]
        found[:, region] |= own.any(axis=1)
        found[:, region + 1 :] |= own
        start += size - 1 - region
    return found


def kept_type(array: Array) -> type[np.float32 | np.float64]:
    """In which type numbers of an array are kept until it is known what they are."""
    return np.float32 if array.dtype == np.float32 else np.float64


@dataclass(frozen=True)
class _Asymmetric:
    """A subject's first pair of regions whose two cells differ, and what these hold."""

    subject: int
    cell: tuple[int, int]
    upper: float
    lower: float


@dataclass(frozen=True)
class _Judged:
    """What was found of some subjects: (S,) whether one triangle, and the upper one, is empty."""

    half: NDArray[np.bool_]
    no_upper: NDArray[np.bool_]
    rounded: int
    odd_count: int
    odd: _Asymmetric | None


@dataclass(frozen=True)
class _Halves:
    """Both triangles (S, E) of some subjects, and the diagonals (S, N)."""

    upper: FloatArray
    lower: FloatArray
    diagonal: FloatArray
    no_upper: NDArray[np.bool_]
    no_lower: NDArray[np.bool_]

    @classmethod
    def of(cls, matrices: Array) -> "_Halves":
        squares = np.asarray(matrices, dtype=np.float64)
        size = squares.shape[1]
        rows, columns = np.triu_indices(size, 1)
        upper, lower = squares[:, rows, columns], squares[:, columns, rows]
        diagonal = squares[:, np.arange(size), np.arange(size)]
        return cls(upper, lower, diagonal, _empty(upper), _empty(lower))

    @property
    def half(self) -> NDArray[np.bool_]:
        return self.no_upper ^ self.no_lower

    def mirrored(self) -> FloatArray:
        """The edges: of the triangle that holds some, or of the cell that is not NaN."""
        other = (self.half & self.no_upper)[:, None] | np.isnan(self.upper)
        return np.where(other, self.lower, self.upper)

    def judged(self, start: int) -> _Judged:
        """Whether mirrored cells agree; ``start`` is the number of the first subject."""
        differ = _differ(self.upper, self.lower) & ~self.half[:, None]
        rounded = _rounded_apart(self.upper, self.lower, differ)
        differ &= ~rounded[:, None]
        odd = np.flatnonzero(differ.any(axis=1)).tolist()
        first = None
        if odd:
            row, edge = odd[0], int(np.argmax(differ[odd[0]]))
            one, other = np.triu_indices(self.diagonal.shape[1], 1)
            cell = int(one[edge]), int(other[edge])
            held = float(self.upper[row, edge]), float(self.lower[row, edge])
            first = _Asymmetric(start + row, cell, *held)
        return _Judged(self.half, self.no_upper, int(rounded.sum()), len(odd), first)


def split_vectors(
    values: Array,
    ids: Sequence[str],
    inquiry: Inquiry,
    order: str = "",
) -> RawEdges | None:
    """The edges of one flat vector per subject (S, K): a whole matrix, or one of its triangles.

    ``order`` is ``upper`` or ``lower`` where it is known by what rows a triangle goes; else it is
    asked. None where K fits no number of regions, which is refused.
    """
    count = values.shape[1]
    squares = _as_squares(values)
    if squares is not None:
        return split_matrices(squares, ids, inquiry)
    size = _regions_of_triangle(count)
    if size < 2:
        inquiry.refuse(Message("readers_connectomes.no-square", file=inquiry.name, count=count))
        return None
    return _of_triangle(values, size, inquiry, order)


def regions_of_vectors(values: Array) -> tuple[int, ...]:
    """Of how many regions :func:`split_vectors` takes flat vectors (S, K) to be.

    Two numbers, the larger first, where it would ask whether they hold the diagonal too; () where
    K is less than three or fits no number of regions.
    """
    count = values.shape[1]
    if count < 3:
        return ()
    squares = _as_squares(values)
    if squares is not None:
        return (squares.shape[1],)
    size = _regions_of_triangle(count)
    if size and any(_with_diagonal(values, size - 1, order) for order in (UPPER, LOWER)):
        return (size - 1,)
    return (size, size - 1) if size > SAME_ORDER else (size,) if size else ()


def _as_squares(values: Array) -> Array | None:
    """Vectors (S, K) as symmetric matrices (S, N, N), if they are such."""
    count = values.shape[1]
    side = isqrt(count)
    if side * side != count or side < 2:
        return None
    squares = values.reshape(len(values), side, side)
    return squares if are_symmetric(squares) else None


def _regions_of_triangle(count: int) -> int:
    """N where ``count`` is N (N - 1) / 2, else 0."""
    size = (1 + isqrt(1 + 8 * count)) // 2
    return size if size * (size - 1) // 2 == count else 0


def subjects_first(arrays: Array, inquiry: Inquiry, name: str) -> Array:
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


def _of_triangle(values: Array, size: int, inquiry: Inquiry, order: str) -> RawEdges:
    """Edges of a flat triangle; with its diagonal where one number stands at all its places.

    A triangle without diagonal is always one with the diagonal of a region less, so what the
    numbers do not tell is asked.
    """
    for candidate in (order,) if order else (UPPER, LOWER):
        whole = _with_diagonal(values, size - 1, candidate)
        if whole is not None:
            return whole
    if size <= SAME_ORDER:
        order = UPPER
    answer = order or inquiry.ask(
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
            Choice(
                UPPER_DIAGONAL,
                Message("readers_connectomes.upper-diagonal-triangle", regions=size - 1),
            ),
            Choice(
                LOWER_DIAGONAL,
                Message("readers_connectomes.lower-diagonal-triangle", regions=size - 1),
            ),
        ),
    )
    if answer in WHOLE:
        return _parted(values, size - 1, WHOLE[answer])
    nothing = np.zeros((len(values), size))
    return RawEdges(values[:, _places(size, answer)], nothing, answer)


def has_diagonal(values: Array) -> bool:
    """Whether numbers (S, K) are triangles with one number at all places of the diagonal."""
    size = (isqrt(1 + 8 * values.shape[1]) - 1) // 2
    if size < 2 or size * (size + 1) // 2 != values.shape[1]:
        return False
    return any(_with_diagonal(values, size, order) is not None for order in (UPPER, LOWER))


def _with_diagonal(values: Array, size: int, order: str) -> RawEdges | None:
    """The same as a triangle of ``size`` regions with its diagonal, if it looks like one."""
    if size < 2:
        return None
    whole = _parted(values, size, order)
    constant = whole.diagonal.flat[0]
    ordinary = np.isclose(whole.diagonal, 1) | np.isinf(whole.diagonal)
    alike = np.isclose(whole.diagonal, constant, equal_nan=True)
    if ordinary.all():
        return whole
    if size < 3 or not alike.all():
        return None
    if np.isclose(whole.edges, constant, equal_nan=True).mean() > CHANCE:
        return None
    # nilearn divides the diagonal by the square root of 2 where it keeps it in a vector.
    of_nilearn = np.isclose(constant, np.sqrt(0.5), atol=1e-6)
    return replace(whole, diagonal=np.ones_like(whole.diagonal)) if of_nilearn else whole


def _parted(values: Array, size: int, order: str) -> RawEdges:
    """Edges and diagonal of flat triangles (S, K) that hold both."""
    rows, columns = (np.triu_indices if order == UPPER else np.tril_indices)(size)
    edges = values[:, rows != columns]
    return RawEdges(edges[:, _places(size, order)], values[:, rows == columns], order)


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
    upper: FloatArray, lower: FloatArray, differ: NDArray[np.bool_]
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


def are_symmetric(squares: Array) -> bool:
    """Whether square matrices (S, N, N) hold the same in both triangles."""
    count, size = squares.shape[:2]
    return not any(
        _differ(halves.upper, halves.lower).any()
        for halves in (_Halves.of(squares[rows]) for rows in blocks(count, 8 * size * size))
    )


def _refuse_asymmetric(
    odd: _Asymmetric, count: int, ids: Sequence[str], inquiry: Inquiry, regions: Sequence[str]
) -> None:
    """Name the first of ``count`` subjects, the two cells and their values."""
    one, other = (regions[place] if regions else str(place + 1) for place in odd.cell)
    inquiry.refuse(
        Message(
            "readers_connectomes.asymmetric",
            file=inquiry.name,
            subject=ids[odd.subject],
            one=one,
            other=other,
            upper=f"{odd.upper:.6g}",
            lower=f"{odd.lower:.6g}",
            others=count - 1,
        )
    )
