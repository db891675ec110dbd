"""Regions by their importance, drawn in a glass brain."""

from io import BytesIO

import numpy as np

from graphnet.cohort import FloatArray

SMALLEST, LARGEST = 6.0, 90.0  # marker areas in square points
INCHES = (7.2, 2.6)


def glass_brain(direction: FloatArray, share: FloatArray, coordinates: FloatArray) -> bytes:
    """A PNG: the larger a marker the larger the region's ``share``, coloured by ``direction``.

    Both are (N,). Red speaks for the patient class, blue for controls; the colours are told apart
    by the colour-blind too.
    """
    # All of it is slow to import, and needs no screen this way.
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
    figure.savefig(written, format="png", facecolor="white")
    return written.getvalue()
