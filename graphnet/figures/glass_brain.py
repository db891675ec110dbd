"""Regions by their importance, drawn in a glass brain."""

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np

from graphnet.data.cohort import FloatArray

SMALLEST, LARGEST = 6.0, 90.0  # marker areas in square points
INCHES = (7.2, 2.6)
# Digits below a hundredth of a point; not of a scale below 1, which they would spoil.
BEYOND_SIGHT = re.compile(rb"\b([1-9]\d*\.\d\d)\d+")


def glass_brain(
    direction: FloatArray, share: FloatArray, coordinates: FloatArray, kind: str = "png"
) -> bytes:
    """A picture, ``png`` or ``svg``, of regions as markers.

    The larger one is the larger the region's ``share``; its colour is by ``direction``, both (N,).
    Red speaks for the patient class (of a score: for a higher one), blue against; the colours are
    told apart by the colour-blind too.
    """
    # All of it is slow to import, and needs no screen this way.
    from matplotlib import rc_context  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from nilearn.plotting import plot_markers  # noqa: PLC0415

    figure = Figure(figsize=INCHES, dpi=200)
    order = np.argsort(share, kind="stable")  # the largest last, on top
    largest = max(float(np.percentile(np.abs(direction), 95)), 1e-12)  # one must not pale the rest
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


def picture(evidence: Mapping[str, Any]) -> str | None:
    """An SVG of all regions of an evidence; None where it is not known where they are."""
    found = evidence["importance"]
    if found is None or found["coordinates"] is None:
        return None
    direction, share, places = (
        np.array(found[key]) for key in ("direction", "share", "coordinates")
    )
    return glass_brain(direction, share, places, "svg").decode()
