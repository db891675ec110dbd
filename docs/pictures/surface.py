"""Makes the brain that a task's page turns: ``service/pages/static/brain.bin``.

    python docs/pictures/surface.py

The outside of the grey and white matter of the template ICBM 2009a Nonlinear Symmetric, the space
in which the atlases of the package have their centres (MNI152, millimetres), by naive surface nets
(S. Gibson, "Constrained elastic surface nets", MICCAI 1998). The template's licence is beside it.

Little-endian: the numbers of vertices V and triangles T as uint32, V times x, y, z in hundredths of
a millimetre as int16, T times three vertices as uint16, anticlockwise seen from outside.
"""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from nilearn.datasets import load_mni152_gm_template, load_mni152_wm_template
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, label

TARGET = Path(__file__).parents[2] / "service/pages/static/brain.bin"
STEP = 4  # millimetres: a voxel of the grid on which the surface is looked for
WIDTH = 0.6  # standard deviation of the smoothing, in voxels
LEVEL = 0.5  # of the probability of grey or white matter
UNIT = 100  # of a millimetre

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def inside() -> tuple[Floats, Floats]:
    """How probable brain is, (X, Y, Z), and the affine to MNI millimetres."""
    grey, white = (
        load(resolution=STEP) for load in (load_mni152_gm_template, load_mni152_wm_template)
    )
    values = np.pad(np.asarray(grey.dataobj) + np.asarray(white.dataobj), 2)
    affine = np.array(grey.affine)
    affine[:3, 3] -= affine[:3, :3] @ [2, 2, 2]
    smooth = gaussian_filter(values, WIDTH)
    parts, _ = label(smooth > LEVEL)
    largest = np.bincount(parts.ravel())[1:].argmax() + 1
    holes, _ = label(parts != largest)
    outside = holes == holes[0, 0, 0]
    return np.where(
        (parts == largest) | outside, np.where(outside, np.minimum(smooth, LEVEL), smooth), 1.0
    ), affine


def surface_net(field: Floats) -> tuple[Floats, Whole]:
    """A vertex per cell of the grid that the level passes, (V, 3), and triangles between them."""
    over = field > LEVEL
    corners = list(product((0, 1), repeat=3))
    cells = tuple(size - 1 for size in field.shape)

    def at(values: NDArray[Any], corner: tuple[int, ...]) -> NDArray[Any]:
        return values[tuple(slice(o, o + n) for o, n in zip(corner, cells, strict=True))]

    total, count = np.zeros((*cells, 3)), np.zeros(cells)
    for low in corners:
        for axis in (axis for axis in range(3) if not low[axis]):
            high = tuple(1 if place == axis else value for place, value in enumerate(low))
            first, second = at(field, low), at(field, high)
            crossed = at(over, low) != at(over, high)
            share = np.divide(LEVEL - first, second - first, where=crossed, out=np.zeros(cells))
            point = np.stack(
                [share if place == axis else np.full(cells, low[place]) for place in range(3)], -1
            )
            total += np.where(crossed[..., None], point, 0.0)
            count += crossed
    used = np.argwhere(count)
    numbers = np.full(cells, -1)
    numbers[tuple(used.T)] = np.arange(len(used))
    vertices = used + (total / np.maximum(count, 1)[..., None])[tuple(used.T)]
    return vertices, np.concatenate(list(_faces(over, numbers)))


def _faces(over: NDArray[np.bool_], numbers: Whole) -> "list[Whole]":
    """Two triangles for each edge of the grid that the level crosses."""
    found = []
    for axis in range(3):
        one, two = (axis + 1) % 3, (axis + 2) % 3
        for upwards in (True, False):
            steps = np.eye(3, dtype=int)
            first = over[tuple(slice(None, -1) if a == axis else slice(1, -1) for a in range(3))]
            second = over[tuple(slice(1, None) if a == axis else slice(1, -1) for a in range(3))]
            edges = np.argwhere((first & ~second) if upwards else (~first & second))
            edges += steps[one] + steps[two]
            quad = [
                numbers[tuple((edges - a * steps[one] - b * steps[two]).T)]
                for a, b in ((1, 1), (0, 1), (0, 0), (1, 0))
            ]
            quad = quad if upwards else quad[::-1]
            found += [
                np.stack([quad[0], quad[1], quad[2]], 1),
                np.stack([quad[0], quad[2], quad[3]], 1),
            ]
    return found


def main() -> None:
    """Write the file."""
    field, affine = inside()
    vertices, triangles = surface_net(field)
    places = vertices @ affine[:3, :3].T + affine[:3, 3]
    if np.linalg.det(affine[:3, :3]) < 0:
        triangles = triangles[:, ::-1]
    sizes = np.array([len(places), len(triangles)], dtype="<u4")
    TARGET.write_bytes(
        sizes.tobytes()
        + np.round(places * UNIT).astype("<i2").tobytes()
        + triangles.astype("<u2").tobytes()
    )


if __name__ == "__main__":
    main()
