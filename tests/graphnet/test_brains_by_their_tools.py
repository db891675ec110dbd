"""Files that Connectome Workbench and MRtrix write themselves, where these are installed."""

import shutil
import subprocess
from pathlib import Path

import nibabel
import numpy as np
import pytest
from nibabel.cifti2.cifti2_axes import BrainModelAxis, LabelAxis, SeriesAxis
from nibabel.streamlines.tractogram import Tractogram

from tests.graphnet.brain_files import (
    FISHER,
    NAMES,
    POINTS,
    REGIONS,
    SERIES,
    SUBJECTS,
    FloatArray,
    dataset,
    edges_are,
    folder_of,
)

VERTICES = 3 * REGIONS


def run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=60)


def installed(command: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(command), reason=f"{command} is not installed")


def dense(path: Path, row: int) -> Path:
    """Each parcel's three vertices have its series, apart by a constant that goes in the mean."""
    model = BrainModelAxis.from_surface(np.arange(VERTICES), 64, "CortexLeft")
    values = np.repeat(SERIES[row], 3, axis=1) + np.tile([-1.0, 0, 1], REGIONS)
    image = nibabel.Cifti2Image(values.astype(np.float32), (SeriesAxis(0, 0.8, POINTS), model))
    nibabel.save(image, path)
    labels = {place + 1: (name, (1.0, 0.0, 0.0, 1.0)) for place, name in enumerate(NAMES)}
    axis = LabelAxis(["parcels"], [{0: ("???", (0.0, 0.0, 0.0, 0.0)), **labels}])
    keys = np.repeat(np.arange(1.0, REGIONS + 1), 3)[None]
    parcels = path.with_name("parcels.dlabel.nii")
    nibabel.save(nibabel.Cifti2Image(keys.astype(np.float32), (axis, model)), parcels)
    return parcels


@installed("wb_command")
def test_parcels_of_workbench(tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()

    def series(path: Path, row: int) -> None:
        source = aside / f"{row}.dtseries.nii"
        parcels = dense(source, row)
        run("wb_command", "-cifti-parcellate", source, parcels, "COLUMN", path)

    def matrix(path: Path, row: int) -> None:
        source = aside / f"{row}.ptseries.nii"
        series(source, row)
        run("wb_command", "-cifti-correlation", source, path)

    found = dataset(folder_of(tmp_path / "x", "sub-{}_task-rest_x.ptseries.nii", series))
    assert found.series is not None
    assert found.regions == NAMES
    for row in range(SUBJECTS):
        np.testing.assert_allclose(found.series.of(row), SERIES[row], atol=2e-6)
    edges_are(found, FISHER)
    edges_are(dataset(folder_of(tmp_path / "y", "sub-{}_x.pconn.nii", matrix)), FISHER)

    def fisher(path: Path, row: int) -> None:
        source = aside / f"{row}.ptseries.nii"
        run("wb_command", "-cifti-correlation", source, path, "-fisher-z")

    found = dataset(folder_of(tmp_path / "z", "sub-{}_x.pconn.nii", fisher), connectome__values="z")
    edges_are(found, FISHER)

    def turned(path: Path, row: int) -> None:
        run("wb_command", "-cifti-transpose", aside / f"{row}.ptseries.nii", path)

    found = dataset(folder_of(tmp_path / "t", "sub-{}_x.ptseries.nii", turned))
    edges_are(found, FISHER)


@installed("tck2connectome")
def test_counts_of_mrtrix_with_a_label_that_is_nowhere(tmp_path: Path) -> None:
    """Streamlines between labels 1, 2, 3 and 5 of an image; 4 is in no voxel."""
    counts = streamlines()

    def write(path: Path, row: int) -> None:
        tracks, image = tmp_path / f"{row}.tck", tmp_path / "labels.nii"
        places = {1: 2.0, 2: 6.0, 3: 10.0, 5: 14.0}
        voxels = np.zeros((20, 5, 5), dtype=np.int16)
        for label, x in places.items():
            voxels[int(x) - 1 : int(x) + 2, 1:4, 1:4] = label
        nibabel.save(nibabel.Nifti1Image(voxels, np.eye(4)), image)
        lines = [
            np.array([[places[one], 2, 2], [places[other], 2, 2]], dtype=np.float32)
            for one in places
            for other in places
            if one < other
            for _ in range(int(counts[row, one - 1, other - 1]))
        ]
        nibabel.streamlines.save(Tractogram(lines, affine_to_rasmm=np.eye(4)), str(tracks))
        run("tck2connectome", tracks, image, path, "-quiet")

    found = dataset(folder_of(tmp_path / "x", "sub-{}_connectome.csv", write))
    edges_are(found, counts, ["1", "2", "3", "4", "5"])
    assert found.interpretation.connectome is not None
    assert found.interpretation.connectome.values == "counts"


def streamlines() -> FloatArray:
    found = np.zeros((SUBJECTS, 5, 5))
    random = np.random.default_rng(4)
    for row in range(SUBJECTS):
        found[row] = np.triu(random.integers(1, 9, (5, 5)), 1)
    found[:, 3], found[:, :, 3] = 0, 0
    return found + found.swapaxes(1, 2)
