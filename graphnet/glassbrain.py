"""Regions by their importance, drawn in a glass brain."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Self

import numpy as np

from graphnet.cohort import FloatArray
from graphnet.errors import CohortError

SMALLEST, LARGEST = 6.0, 90.0  # marker areas in square points
INCHES = (7.2, 2.6)
COLUMNS = ("x", "y", "z")


@dataclass(frozen=True)
class Atlas:
    """Regions by name and where their centres are, (N, 3) MNI millimetres."""

    regions: tuple[str, ...]
    coordinates: FloatArray

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a table with a header: a region's name in the first column, x, y and z.

        Raises:
            CohortError: the file is not such a table.

        """
        import pandas as pd  # noqa: PLC0415 - slow to import

        try:
            table = pd.read_csv(path, sep=None, engine="python", dtype={0: str})
            places = table[list(COLUMNS)].to_numpy(dtype=np.float64)
        except (OSError, ValueError, KeyError) as error:
            raise CohortError(
                f"The atlas {path.name} is not a table with a region in its first column and the "
                "columns x, y and z in millimetres."
            ) from error
        return cls(tuple(str(name) for name in table.iloc[:, 0]), places)

    def of(self, regions: tuple[str, ...]) -> FloatArray:
        """The coordinates of ``regions``. Raises CohortError, naming those it does not have."""
        places = dict(zip(self.regions, self.coordinates, strict=True))
        missing = [name for name in regions if name not in places]
        if missing:
            raise CohortError(f"The atlas does not have the regions {', '.join(missing[:8])}.")
        return np.array([places[name] for name in regions])


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
