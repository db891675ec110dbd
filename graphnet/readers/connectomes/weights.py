"""What the edges of connectomes are, by the names of files, the diagonals and the range."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graphnet.data.interpretation import COUNTS, OTHER, Choice, R, Z
from graphnet.data.quality import blocks
from graphnet.messages import Message, first_of
from graphnet.readers.connectomes.triangles import Edges, touched
from graphnet.readers.inquiry import CONNECTOME, Inquiry

FloatArray = NDArray[np.float64]

LARGEST_Z = 20.0  # no |r| < 1 in 64 bits has a larger z
NEARLY_ONE = 3.8  # arctanh(0.999): a constant diagonal from here on is a z of r = 1
SURELY_ONE = 8.0  # and so is a diagonal of different values from here on: r in 32 or 64 bits
ROUNDING = 1e-6
USUAL_Z = 3.0  # arctanh(0.995): few regions correlate more, unless they are the same
STRUCTURAL = "structural"  # a hint: no correlations, but counts or other weights
ONES, INFINITE, EMPTY, ANYTHING = "one", "infinite", "empty", "anything"
VARIED = "varied"  # as variances are, or streamlines within a region

CHOICES = (
    Choice(Z, Message("readers_connectomes.kept-z")),
    Choice(R, Message("readers_connectomes.r-becomes-z")),
    Choice(COUNTS, Message("readers_connectomes.kept-counts")),
    Choice(OTHER, Message("readers_connectomes.kept-other")),
)


@dataclass(frozen=True)
class Hints:
    """What is known of connectomes before their values are looked at.

    ``hint`` is what the names of the files say: ``z``, ``r``, ``counts``, ``other``,
    ``structural``, or "" for nothing.
    ``documented``: the format is described as holding Fisher's z. ``regions`` name the cells.
    """

    hint: str = ""
    documented: bool = False
    regions: Sequence[str] = field(default=())


@dataclass(frozen=True)
class ValueSummary:
    """What all edges and diagonals of a dataset have in common.

    ``most`` is the largest finite magnitude, ``least`` the least value; ``whole``: all are whole
    numbers; ``zeros``: the share of zeros.
    """

    most: float
    least: float
    whole: bool
    zeros: float
    diagonal: str

    @classmethod
    def of(cls, edges: Edges, diagonal: FloatArray) -> "ValueSummary":
        """Look at edges (S, E) and diagonals (S, N)."""
        finite, zeros, whole, least, greatest = 0, 0, True, np.inf, -np.inf
        for rows in blocks(len(edges), 8 * edges.shape[1]):
            block = edges[rows]
            some = block[np.isfinite(block)]
            finite += some.size
            zeros += int((some == 0).sum())
            whole = whole and bool((some == np.round(some)).all())
            least = min(least, float(some.min(initial=np.inf)))
            greatest = max(greatest, float(some.max(initial=-np.inf)))
        if not finite:
            return cls(0.0, 0.0, whole=False, zeros=0.0, diagonal=ANYTHING)
        most = max(abs(least), abs(greatest))
        return cls(
            most=most,
            least=least,
            whole=whole,
            zeros=zeros / finite,
            diagonal=_kind_of_diagonal(edges, diagonal, most),
        )


def _kind_of_diagonal(edges: Edges, diagonal: FloatArray, most: float) -> str:
    """Regions whose row is missing do not count."""
    present = _present(edges, diagonal.shape[1])
    cells = diagonal[present & ~np.isnan(diagonal)]
    if not cells.size:
        return EMPTY if present.any() and np.isnan(diagonal[present]).all() else ANYTHING
    if np.isclose(cells, 1, atol=1e-4).all():
        return ONES
    finite = cells[np.isfinite(cells)]
    low, high = (finite.min(), finite.max()) if finite.size else (np.inf, np.inf)
    nearly = low > most and low >= NEARLY_ONE and high <= LARGEST_Z
    constant = bool(high - low < 1e-3 * high) or low >= SURELY_ONE
    if (cells > 0).all() and (not finite.size or (nearly and constant)):
        return INFINITE
    several = finite.size and low >= 0 and len(np.unique(np.round(finite / (high or 1), 3))) > 2
    return VARIED if several else ANYTHING


def _present(edges: Edges, size: int) -> NDArray[np.bool_]:
    """(S, N): which regions have any edge that is neither missing nor zero."""
    present = np.zeros((len(edges), size), dtype=bool)
    for rows in blocks(len(edges), edges.shape[1]):
        block = edges[rows]
        present[rows] = touched(~np.isnan(block) & (block != 0), size)
    return present


def infer_values(summary: ValueSummary, inquiry: Inquiry, hints: Hints) -> tuple[str, Message]:
    """What the values are, and how that was known."""
    hint = hints.hint
    given = inquiry.answer(CONNECTOME)
    if given is not None:
        return _as_given(given, summary, inquiry), Message("readers_connectomes.by-mapping")
    evidence = _evidence(summary, hint)
    votes = {value: why for value, why in evidence.items() if value in _possible(summary, hint)}
    if len(votes) == 1:
        value, reason = next(iter(votes.items()))
        if hint not in {"", STRUCTURAL, value}:
            inquiry.assume(_overruled(hint, value, summary, inquiry))
        return value, reason
    if evidence:
        return _ask(summary, inquiry, list(evidence.values()), hint)
    return _without_evidence(summary, inquiry, hints)


def _evidence(summary: ValueSummary, hint: str) -> dict[str, Message]:
    """What speaks for which values."""
    evidence = {}
    if summary.diagonal == ONES:
        evidence[R] = Message("readers_connectomes.diagonal-one")
    # z of r = 1 is infinite, but whoever does not want r = 1 leaves it empty too.
    is_empty = summary.diagonal == EMPTY and not hint and summary.least < 0
    if summary.diagonal == INFINITE or (is_empty and 1 + ROUNDING < summary.most <= LARGEST_Z):
        evidence[Z] = Message("readers_connectomes.diagonal-infinite")
    if summary.diagonal == VARIED and summary.least < 0:
        evidence[OTHER] = Message("readers_connectomes.diagonal-varies")
    if summary.whole and summary.least >= 0 and summary.most > 0 and hint != OTHER:
        evidence[COUNTS] = Message("readers_connectomes.whole-numbers")
    if hint and hint != STRUCTURAL:
        evidence[hint] = Message("readers_connectomes.names-say", values=hint)
    return evidence


def _possible(summary: ValueSummary, hint: str = "") -> set[str]:
    """What values of this range can be."""
    varied = summary.diagonal == VARIED and not summary.whole and hint not in {R, Z}
    excluded = {R, Z} if varied or hint == STRUCTURAL else set()
    excluded |= {R} if summary.most > 1 + ROUNDING else set()
    excluded |= {Z} if summary.most > LARGEST_Z else set()
    excluded |= {COUNTS} if summary.least < 0 else set()
    return {Z, R, COUNTS, OTHER} - excluded


def _without_evidence(summary: ValueSummary, inquiry: Inquiry, hints: Hints) -> tuple[str, Message]:
    possible = _possible(summary, hints.hint)
    if len(possible) == 1:
        return OTHER, Message("readers_connectomes.negative-values")
    if summary.most > LARGEST_Z:
        value = COUNTS if summary.least >= 0 else OTHER
        inquiry.assume(
            Message(
                "readers_connectomes.large-values",
                file=inquiry.name,
                most=f"{summary.most:.6g}",
                values=value,
            )
        )
        return value, Message("readers_connectomes.no-correlations", most=f"{summary.most:g}")
    if hints.documented:
        inquiry.assume(Message("readers_connectomes.documented-z", file=inquiry.name))
        return Z, Message("readers_connectomes.by-format")
    if 1 < summary.most <= USUAL_Z and summary.least < 0 and Z in possible:
        inquiry.assume(
            Message(
                "readers_connectomes.too-large-for-r",
                file=inquiry.name,
                least=f"{summary.least:.3g}",
                most=f"{summary.most:.3g}",
            )
        )
        return Z, Message("readers_connectomes.negative-and-over-one")
    return _ask(summary, inquiry, [], hints.hint)


def _overruled(hint: str, value: str, summary: ValueSummary, inquiry: Inquiry) -> Message:
    return Message(
        "readers_connectomes.names-overruled",
        file=inquiry.name,
        most=f"{summary.most:.6g}",
        values=value,
        named=hint,
    )


def _ask(
    summary: ValueSummary, inquiry: Inquiry, evidence: Sequence[Message], hint: str
) -> tuple[str, Message]:
    possible = _possible(summary, hint)
    answer = inquiry.ask(
        CONNECTOME,
        Message(
            "readers_connectomes.ask-values",
            file=inquiry.name,
            least=f"{summary.least:.3g}",
            most=f"{max(summary.most, summary.least):.3g}",
            count=len(evidence),
            evidence=first_of(evidence),
        ),
        [choice for choice in CHOICES if choice.value in possible],
    )
    return answer, Message("readers_connectomes.as-answered")


def _as_given(given: str, summary: ValueSummary, inquiry: Inquiry) -> str:
    if given not in {choice.value for choice in CHOICES}:
        inquiry.refuse(
            Message(
                "readers.answer-not-a-choice",
                key=CONNECTOME,
                answer=given,
                choices=[choice.value for choice in CHOICES],
            )
        )
        return OTHER
    if given == R and summary.most > 1 + ROUNDING:
        inquiry.refuse(
            Message(
                "readers_connectomes.not-r",
                key=CONNECTOME,
                file=inquiry.name,
                most=f"{summary.most:.6g}",
            )
        )
        return OTHER
    return given
