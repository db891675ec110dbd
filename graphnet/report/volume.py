"""Values of regions as a volume, NIfTI-1: spheres at their centres, on MNI's grid of 2 mm.

The package has the atlases' centres and not their label images. Whoever writes a report needs no
nibabel: the format is one header of 348 bytes, then the voxels.
"""

import base64
import gzip
import struct

import numpy as np

from graphnet.data.cohort import FloatArray
from graphnet.report.facts import Facts

GRID, EDGE = (91, 109, 91), 2.0  # voxels of the MNI152 template, of so many millimetres
ORIGIN = (90.0, -126.0, -72.0)  # MNI coordinates of the first voxel; x runs from right to left
RADIUS = 5.0  # mm
DESCRIPTION = "Spheres of 5 mm at MNI centres, not the atlas. 0: none, or sign not stable"
HEADER = struct.Struct("<i10s18sihcB8h3f4h8f3fhBB4f2i80s24s2h3f3f4f4f4f16s4s")
OFFSET = HEADER.size + 4  # of the voxels; the four bytes say that no extension follows
FLOAT32, MILLIMETRES, MNI152 = 16, 2, 4


def regions_volume(facts: Facts) -> str:
    """The contributions of regions, or their shares, as ``regions.nii.gz`` in base64.

    As in the node file, a region whose sign is not stable is 0. "" without coordinates.
    """
    evidence = facts.predictions
    found = None if evidence is None else evidence.importance
    if found is None or found.coordinates is None:
        return ""
    values = found.share if found.contribution is None else found.contribution
    stable = [found.is_stable(row) is not False for row in range(len(values))]
    body = nifti(spheres(found.coordinates, np.where(stable, values, 0.0)))
    return base64.b64encode(gzip.compress(body, mtime=0)).decode("ascii")


def spheres(centres: FloatArray, values: FloatArray) -> FloatArray:
    """A volume of :data:`GRID` with the value of the nearest centre within :data:`RADIUS`, else 0.

    Args:
        centres: (N, 3), MNI millimetres; a centre outside of the grid leaves no trace beyond it.
        values: (N,).

    """
    volume, nearest = np.zeros(GRID), np.full(GRID, np.inf)
    steps = np.array([-EDGE, EDGE, EDGE])
    reach = int(RADIUS // EDGE) + 1
    for centre, value in zip(centres, values, strict=True):
        at = np.rint((centre - ORIGIN) / steps).astype(int)
        low = np.clip(at - reach, 0, GRID)
        high = np.clip(at + reach + 1, 0, GRID)
        box = tuple(slice(*pair) for pair in zip(low.tolist(), high.tolist(), strict=True))
        index = np.stack(np.meshgrid(*(np.arange(*pair) for pair in zip(low, high, strict=True)),
                                     indexing="ij"), axis=-1)  # fmt: skip
        away = np.linalg.norm(index * steps + ORIGIN - centre, axis=-1)
        taken = (away <= RADIUS) & (away < nearest[box])
        volume[box] = np.where(taken, value, volume[box])
        nearest[box] = np.where(taken, away, nearest[box])
    return volume


def nifti(volume: FloatArray) -> bytes:
    """A volume of :data:`GRID` as a NIfTI-1 file in single precision."""
    x, y, z = ORIGIN
    header = HEADER.pack(
        *(HEADER.size, b"", b"", 0, 0, b"r", 0),
        *(3, *GRID, 1, 1, 1, 1),
        *(0.0, 0.0, 0.0),  # of an intent; there is none
        *(0, FLOAT32, 32, 0),
        *(-1.0, EDGE, EDGE, EDGE, 1.0, 1.0, 1.0, 1.0),  # -1: the third axis of the quaternion turns
        *(float(OFFSET), 1.0, 0.0),
        *(0, 0, MILLIMETRES),
        *(0.0, 0.0, 0.0, 0.0),
        *(0, 0),
        *(DESCRIPTION.encode("ascii"), b""),
        *(MNI152, MNI152),
        *(0.0, 1.0, 0.0),  # half a turn about y, which with the -1 above mirrors x
        *ORIGIN,
        *(-EDGE, 0.0, 0.0, x),
        *(0.0, EDGE, 0.0, y),
        *(0.0, 0.0, EDGE, z),
        *(b"", b"n+1\0"),
    )
    return header + bytes(4) + volume.astype("<f4").tobytes(order="F")
