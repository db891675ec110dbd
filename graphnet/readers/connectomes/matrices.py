"""What the edges of connectomes are: Fisher's z, Pearson's r, counts or other weights.

It is decided once over all subjects of a dataset, by the name of the files, the diagonals and the
range of the values. Pearson's r becomes Fisher's z; everything else stays as it is.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graphnet.data.interpretation import ConnectomeReading, R, Z
from graphnet.messages import Message, first_of
from graphnet.readers.connectomes.triangles import PAIRS, RawEdges, split_matrices, split_vectors
from graphnet.readers.connectomes.weights import ROUNDING, Hints, ValueSummary, infer_values
from graphnet.readers.inquiry import Inquiry

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]

LIMIT = 1 - 1e-12  # the largest |r| that has a finite z
DENSE = 0.01  # the share of zeros up to which a connectome is dense


def edges_from_matrices(
    matrices: FloatArray,
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
    values: FloatArray,
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
    edges = halves.edges
    summary = ValueSummary.of(edges, halves.diagonal)
    _check_filled(edges, ids, inquiry, summary)
    _check_diagonals(halves.diagonal, ids, inquiry)
    values, reason = infer_values(summary, inquiry, hints)
    if values in {Z, R} and summary.most > 0:
        edges = _without_silent(edges, summary.zeros, inquiry, hints.regions)
        _refuse_empty(edges, ids, inquiry)
    if values == R:
        edges = _from_r(edges, inquiry)
    with np.errstate(over="ignore"):  # what is too large becomes infinite, which is no edge
        kept = edges.astype(np.float32)
    return kept, ConnectomeReading(values, halves.triangle, reason)


def _check_filled(
    edges: FloatArray, ids: Sequence[str], inquiry: Inquiry, summary: ValueSummary
) -> None:
    """Somebody without any edge cannot be used; nor can a dataset of zeros."""
    if not edges.size:
        return
    if summary.most == 0 and not np.isinf(edges).any():
        inquiry.refuse(Message("readers_connectomes.all-empty", file=inquiry.name))
        return
    _refuse_empty(edges, ids, inquiry)


def _refuse_empty(edges: FloatArray, ids: Sequence[str], inquiry: Inquiry) -> None:
    """Refuse subjects without any edge, by name."""
    nothing = np.isnan(edges).all(axis=1)
    if edges.size and nothing.any():
        names = [ids[place] for place in np.flatnonzero(nothing).tolist()]
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


def _silent(edges: FloatArray) -> NDArray[np.bool_]:
    """(S, N): regions all of whose edges are zero."""
    size = (1 + int(np.sqrt(1 + 8 * edges.shape[1]))) // 2
    rows, columns = np.triu_indices(size, 1)
    zero = (edges == 0) | np.isnan(edges)
    silent = np.zeros((len(edges), size), dtype=bool)
    for region in range(size):
        of_region = (rows == region) | (columns == region)
        silent[:, region] = zero[:, of_region].all(axis=1) & (edges[:, of_region] == 0).any(axis=1)
    return silent if size > 2 else np.zeros_like(silent)


def _without_silent(
    edges: FloatArray, zeros: float, inquiry: Inquiry, regions: Sequence[str]
) -> FloatArray:
    """In a dense connectome a region that correlates with nothing has no signal: it is missing.

    ``zeros`` is the share of edges that are zero, which tells a sparse connectome.
    """
    silent = _silent(edges)
    rows, columns = np.triu_indices(silent.shape[1], 1)
    lost = silent[:, rows] | silent[:, columns]
    if not lost.any() or zeros > DENSE + float(lost.mean()):
        return edges
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
    return np.where(lost, np.nan, edges)


def _from_r(edges: FloatArray, inquiry: Inquiry) -> FloatArray:
    perfect = int((np.abs(edges) >= 1).sum())
    if perfect:
        inquiry.assume(
            Message(
                "readers_connectomes.perfect-correlations",
                file=inquiry.name,
                count=perfect,
                limit=f"{np.arctanh(LIMIT):.4g}",
            )
        )
    return fisher_z(edges)
