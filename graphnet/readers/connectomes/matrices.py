"""What the edges of connectomes are: Fisher's z, Pearson's r, counts or other weights.

It is decided once over all subjects of a dataset, by the name of the files, the diagonals and the
range of the values. Pearson's r becomes Fisher's z; everything else stays as it is.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graphnet.data.interpretation import ConnectomeReading, R, Z
from graphnet.data.quality import blocks
from graphnet.messages import Message, first_of
from graphnet.readers.connectomes.triangles import (
    PAIRS,
    Array,
    Edges,
    RawEdges,
    split_matrices,
    split_vectors,
    touched,
)
from graphnet.readers.connectomes.weights import ROUNDING, Hints, ValueSummary, infer_values
from graphnet.readers.inquiry import Inquiry

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]

LIMIT = 1 - 1e-12  # the largest |r| that has a finite z
DENSE = 0.01  # the share of zeros up to which a connectome is dense


def edges_from_matrices(
    matrices: Array,
    ids: Sequence[str],
    inquiry: Inquiry,
    hint: str = "",
    *,
    documented: bool = False,
    regions: Sequence[str] = (),
) -> tuple[Float32Array, ConnectomeReading]:
    """The edges (S, E) of connectomes (S, N, N), and what they are.

    ``hint`` is ``z``, ``r`` or ``counts`` where the name of the files says it. ``documented``: the
    format is described as holding Fisher's z, so that this is taken where nothing speaks against
    it. Asymmetric matrices are refused, ``regions`` naming the cells.
    """
    return _settled(
        split_matrices(matrices, ids, inquiry, regions),
        ids,
        inquiry,
        Hints(hint, documented, regions),
    )


def edges_from_vectors(
    values: Array,
    ids: Sequence[str],
    inquiry: Inquiry,
    hint: str = "",
    *,
    order: str = "",
    documented: bool = False,
) -> tuple[Float32Array, ConnectomeReading] | None:
    """The edges (S, E) of one flat vector per subject (S, K), whole matrix or one triangle.

    ``order`` is ``upper`` or ``lower`` where it is known; see :func:`~.triangles.flat`. None where
    K fits no number of regions, which is refused.
    """
    halves = split_vectors(values, ids, inquiry, order)
    return None if halves is None else _settled(halves, ids, inquiry, Hints(hint, documented))


def edges_from_pairs(  # noqa: PLR0917 - values by pairs of regions, of whom, and what is known
    values: FloatArray,
    pairs: Sequence[tuple[int, int]],
    regions: Sequence[str],
    ids: Sequence[str],
    inquiry: Inquiry,
    hint: str = "",
    *,
    documented: bool = True,
) -> tuple[Float32Array, ConnectomeReading]:
    """The edges (S, E) of values (S, P) for pairs of regions, by their places in ``regions``.

    A pair may be given in both directions, which must agree; (i, i) is the diagonal. Pairs that
    are absent are refused.
    """
    count = len(regions)
    edges = np.full((len(values), count * (count - 1) // 2), np.nan)
    diagonal = np.zeros((len(values), count))
    column_of: dict[int, int] = {}
    disagree: list[Message] = []
    for place, (one, other) in enumerate(pairs):
        if one == other:
            diagonal[:, one] = values[:, place]
            continue
        edge = edge_index(min(one, other), max(one, other), count)
        if edge in column_of and not _agree(edges[:, edge], values[:, place]):
            disagree.append(_pair(regions[one], regions[other]))
        first = edges[:, edge]
        edges[:, edge] = np.where(np.isnan(first), values[:, place], first)
        column_of[edge] = place
    _check_pairs(column_of, disagree, regions, inquiry)
    return _settled(
        RawEdges(edges, diagonal, PAIRS), ids, inquiry, Hints(hint, documented, regions)
    )


def edge_index(row: int, column: int, size: int) -> int:
    """Where the edge of two regions, ``row`` < ``column``, stands in the upper triangle by rows."""
    return row * size - row * (row + 1) // 2 + column - row - 1


def fisher_z(correlations: FloatArray) -> FloatArray:
    """Fisher's z of Pearson's r, of which ±1 is drawn in to the largest that has a finite z."""
    return np.asarray(np.arctanh(np.clip(correlations, -LIMIT, LIMIT)))


def _agree(one: FloatArray, other: FloatArray) -> bool:
    """Whether two directions of a pair hold the same; NaN agrees with everything."""
    both = ~(np.isnan(one) | np.isnan(other))
    return bool(np.isclose(one[both], other[both], rtol=1e-5, atol=ROUNDING).all())


def _pair(one: str, other: str) -> Message:
    return Message("readers_connectomes.pair", one=one, other=other)


def _check_pairs(
    column_of: dict[int, int], disagree: list[Message], regions: Sequence[str], inquiry: Inquiry
) -> None:
    if disagree:
        inquiry.refuse(
            Message(
                "readers_connectomes.pairs-differ",
                file=inquiry.name,
                pairs=first_of(disagree, 5),
            )
        )
    count = len(regions)
    absent = [
        _pair(regions[one], regions[other])
        for one in range(count)
        for other in range(one + 1, count)
        if len(column_of) < count * (count - 1) // 2
        and edge_index(one, other, count) not in column_of
    ]
    if absent:
        inquiry.refuse(
            Message(
                "readers_connectomes.pairs-absent", file=inquiry.name, pairs=first_of(absent, 5)
            )
        )


def _settled(
    halves: RawEdges, ids: Sequence[str], inquiry: Inquiry, hints: Hints
) -> tuple[Float32Array, ConnectomeReading]:
    """Edges as they are kept, once it is known what they are."""
    edges, size = halves.edges, halves.diagonal.shape[1]
    summary = ValueSummary.of(edges, halves.diagonal)
    _check_filled(edges, ids, inquiry, summary)
    _check_diagonals(halves.diagonal, ids, inquiry)
    values, reason = infer_values(summary, inquiry, hints)
    silent = np.zeros((len(edges), size), dtype=bool)
    if values in {Z, R} and summary.most > 0:
        silent = _silent_regions(edges, size, summary.zeros, inquiry, hints.regions)
        if silent.any():
            _refuse_empty(_filled(edges, silent), ids, inquiry)
    kept = _kept(edges, silent, inquiry, is_r=values == R)
    return kept, ConnectomeReading(values, halves.triangle, reason)


def _kept(edges: Edges, silent: NDArray[np.bool_], inquiry: Inquiry, *, is_r: bool) -> Float32Array:
    """Edges in 32 bits, without those of ``silent`` regions (S, N); Pearson's r as Fisher's z."""
    is_kept = edges.dtype == np.float32  # then they are changed in their place
    kept = edges.astype(np.float32, copy=False) if is_kept else np.empty(edges.shape, np.float32)
    perfect = 0
    for rows in blocks(len(edges), 8 * edges.shape[1]):
        block = _without(edges[rows].astype(np.float64), silent[rows])
        if is_r:
            perfect += int((np.abs(block) >= 1).sum())
            block = fisher_z(block)
        with np.errstate(over="ignore"):  # what is too large becomes infinite, which is no edge
            kept[rows] = block
    if perfect:
        inquiry.assume(
            Message(
                "readers_connectomes.perfect-correlations",
                file=inquiry.name,
                count=perfect,
                limit=f"{np.arctanh(LIMIT):.4g}",
            )
        )
    return kept


def _without(edges: FloatArray, silent: NDArray[np.bool_]) -> FloatArray:
    """Edges (S, E) with NaN for those of ``silent`` regions (S, N)."""
    if silent.any():
        edges[_of_either(silent)] = np.nan
    return edges


def _of_either(regions: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(S, E): the edges of marked regions (S, N)."""
    rows, columns = np.triu_indices(regions.shape[1], 1)
    return np.asarray(regions[:, rows] | regions[:, columns])


def _filled(edges: Edges, silent: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """(S,): who has an edge that is not missing, besides those of ``silent`` regions."""
    filled = np.zeros(len(edges), dtype=bool)
    for rows in blocks(len(edges), edges.shape[1]):
        present = ~np.isnan(edges[rows])
        if silent is not None:
            present &= ~_of_either(silent[rows])
        filled[rows] = present.any(axis=1)
    return filled


def _check_filled(
    edges: Edges, ids: Sequence[str], inquiry: Inquiry, summary: ValueSummary
) -> None:
    """Somebody without any edge cannot be used; nor can a dataset of zeros."""
    if not edges.size:
        return
    every = blocks(len(edges), edges.shape[1])
    if summary.most == 0 and not any(np.isinf(edges[rows]).any() for rows in every):
        inquiry.refuse(Message("readers_connectomes.all-empty", file=inquiry.name))
        return
    _refuse_empty(_filled(edges), ids, inquiry)


def _refuse_empty(filled: NDArray[np.bool_], ids: Sequence[str], inquiry: Inquiry) -> None:
    """Refuse subjects without any edge, by name."""
    if not filled.all():
        names = [ids[place] for place in np.flatnonzero(~filled).tolist()]
        inquiry.refuse(
            Message(
                "readers_connectomes.empty-connectomes",
                file=inquiry.name,
                subjects=first_of(names, 5),
            )
        )


def _check_diagonals(diagonal: FloatArray, ids: Sequence[str], inquiry: Inquiry) -> None:
    """Refuse Pearson's r of some and Fisher's z of others, by their diagonals (S, N)."""
    infinite = np.isinf(diagonal).any(axis=1)
    present = ~np.isnan(diagonal)
    ones = (np.isclose(diagonal, 1, atol=1e-4) | ~present).all(axis=1) & present.any(axis=1)
    if infinite.any() and ones.any():
        inquiry.refuse(
            Message(
                "readers_connectomes.mixed-diagonals",
                file=inquiry.name,
                of_r=ids[int(np.argmax(ones))],
                of_z=ids[int(np.argmax(infinite))],
            )
        )


def _silent_regions(
    edges: Edges, size: int, zeros: float, inquiry: Inquiry, regions: Sequence[str]
) -> NDArray[np.bool_]:
    """(S, N): regions without a signal, which are missing: all of their edges are zero.

    That is so in a dense connectome; ``zeros`` is the share of edges that are zero, which tells a
    sparse one.
    """
    none = np.zeros((len(edges), size), dtype=bool)
    silent, lost = none.copy(), 0
    for rows in blocks(len(edges), edges.shape[1]):
        block = edges[rows]
        zero = block == 0
        silent[rows] = ~touched(~(zero | np.isnan(block)), size) & touched(zero, size)
        lost += int(_of_either(silent[rows]).sum())
    if size <= 2 or not lost or zeros > DENSE + lost / edges.size:
        return none
    names = [
        regions[place] if regions else str(place + 1)
        for place in np.flatnonzero(silent.any(axis=0)).tolist()
    ]
    inquiry.assume(
        Message(
            "readers_connectomes.silent-regions",
            file=inquiry.name,
            count=int(silent.any(axis=1).sum()),
            regions=names,
        )
    )
    return silent
