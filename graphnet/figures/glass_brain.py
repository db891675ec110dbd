"""Regions by their importance, in a glass brain."""

import re
from io import BytesIO

import numpy as np

from graphnet.artifacts.evidence import Importance
from graphnet.artifacts.stored_json import Json
from graphnet.data.cohort import FloatArray
from graphnet.figures.importance import RegionMarks, full_tone

SMALLEST, LARGEST = 6.0, 90.0  # marker areas in square points
INCHES = (7.2, 2.6)
# Digits below a hundredth of a point; not of a scale below 1, which they would spoil.
BEYOND_SIGHT = re.compile(rb"\b([1-9]\d*\.\d\d)\d+")


def glass_brain(
    direction: FloatArray, share: FloatArray, coordinates: FloatArray, kind: str = "png"
) -> bytes:
    """Draw N regions as markers in three projections of a brain.

    Args:
        direction: (N,), the colour: red above 0, evidence for the positive class or a higher
            score, blue below; also the colour-blind can tell them apart.
        share: (N,), the size.
        coordinates: (N, 3) in millimetres (MNI).
        kind: ``png`` or ``svg``.

    Returns:
        The file's bytes; the same for the same regions.

    """
    # All of it is slow to import, and a Figure of its own needs no screen.
    from matplotlib import rc_context  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from nilearn.plotting import plot_markers  # noqa: PLC0415

    figure = Figure(figsize=INCHES, dpi=200)
    order = np.argsort(share, kind="stable")  # the largest last, on top
    largest = full_tone(direction)
    relative = share / max(float(share.max()), 1e-12)
    plot_markers(
        direction[order],
        coordinates[order],
        node_size=(SMALLEST + (LARGEST - SMALLEST) * relative)[order],
        node_cmap="RdBu_r",
        node_vmin=-largest,
        node_vmax=largest,
        figure=figure,
        display_mode="lzr",
        colorbar=True,
    )
    written = BytesIO()
    # Without a date, so that the same regions give the same bytes.
    with rc_context({"svg.hashsalt": "glass brain"}):
        metadata = {"Date": None} if kind == "svg" else {}
        figure.savefig(written, format=kind, facecolor="white", metadata=metadata)
    content = written.getvalue()
    return BEYOND_SIGHT.sub(rb"\1", content) if kind == "svg" else content


def picture(evidence: Json) -> str | None:
    """The explained regions as SVG; None where there are none, or no coordinates of them.

    Colour and size are those of :class:`RegionMarks`; a region whose sign is not stable is white.

    Raises:
        ValueError: coordinates that are none.

    """
    importance = Importance.from_json(evidence["importance"])
    if importance is None or evidence["importance"]["coordinates"] is None:
        return None
    coordinates = np.array(evidence["importance"]["coordinates"], dtype=np.float64)
    marks = RegionMarks.of(importance)
    return glass_brain(marks.tone, np.abs(marks.value), coordinates, "svg").decode()
