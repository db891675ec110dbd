"""Files of one brain, written as the field's programs write them, beside the numbers in truth."""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import networkx as nx
import nibabel
import numpy as np
import pandas as pd
from nibabel.cifti2.cifti2_axes import BrainModelAxis, ParcelsAxis, ScalarAxis, SeriesAxis
from nibabel.gifti.gifti import GiftiDataArray, GiftiImage
from numpy.typing import NDArray
from scipy.io import savemat

from graphnet.data.dataset import Dataset
from graphnet.errors import CohortError
from graphnet.readers.reading import read

FloatArray = NDArray[np.float64]

SUBJECTS, POINTS, REGIONS = 6, 30, 7
IDS = [f"{row:02}" for row in range(1, SUBJECTS + 1)]
LABELS = [0, 1, 1, 0, 1, 0]
RANDOM = np.random.default_rng(11)
SERIES = RANDOM.standard_normal((SUBJECTS, POINTS, REGIONS)).astype(np.float32).astype(np.float64)
PEARSON = np.stack([np.corrcoef(one, rowvar=False) for one in SERIES])
FISHER = np.stack([np.arctanh(one - np.eye(REGIONS)) for one in PEARSON])
COUNTS = np.triu(RANDOM.poisson(60, (SUBJECTS, REGIONS, REGIONS)), 1).astype(np.float64)
COUNTS = COUNTS + COUNTS.swapaxes(1, 2)
VOLUMES = np.round(RANDOM.normal(4, 1, (SUBJECTS, REGIONS)), 4)
NAMES = ("LH_Vis_1", "LH_Vis_2", "LH_Vis_3", "RH_Vis_1", "RH_Vis_2", "L_Amy", "R_X")
ATLAS = "atlas-Schaefer20187Networks_desc-100Parcels7Networks"
UP = np.triu_indices(REGIONS, 1)

Write = Callable[[Path, int], object]


def people(folder: Path, ids: Sequence[str] = IDS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame({"participant_id": ids, "group": LABELS[: len(ids)]}).to_csv(
        folder / "participants.tsv", sep="\t", index=False
    )
    return folder


def folder_of(folder: Path, name: str, write: Write) -> Path:
    """A table of the subjects, and a file of each by a name with ``{}`` for the id."""
    people(folder)
    for row, subject in enumerate(IDS):
        path = folder / name.format(subject)
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, row)
    return folder


def dataset(path: Path, **answers: str) -> Dataset:
    mapping = {key.replace("__", "."): value for key, value in answers.items()}
    found = read(path, mapping=mapping).settled()
    assert len(found) == SUBJECTS
    assert found.subjects.labels.tolist() == LABELS
    return found


def refusal(path: Path, **answers: str) -> str:
    mapping = {key.replace("__", "."): value for key, value in answers.items()}
    try:
        read(path, mapping=mapping).settled()
    except CohortError as error:
        return " ".join(error.sentences)
    raise AssertionError("It was read.")


def edges_are(found: Dataset, matrices: FloatArray, names: Sequence[str] = NAMES) -> None:
    """The connectomes, in single precision, and the names of their regions."""
    assert found.regions == tuple(names)
    assert found.connectomes is not None
    rows, columns = np.triu_indices(len(names), 1)
    wanted = matrices[:, rows, columns].astype(np.float32)
    np.testing.assert_allclose(found.connectomes, wanted, rtol=3e-6, atol=3e-6)


def series_are(found: Dataset, series: FloatArray = SERIES, names: Sequence[str] = NAMES) -> None:
    assert found.regions == tuple(names)
    assert found.series is not None
    for row, one in enumerate(series):
        np.testing.assert_array_equal(found.series.of(row), one)


# CIFTI and GIFTI -----------------------------------------------------------------------------


def parcels(names: Sequence[str] = NAMES) -> Any:
    """Two vertices in each parcel."""
    models = [
        (name, BrainModelAxis.from_surface([2 * place, 2 * place + 1], 100, "CortexLeft"))
        for place, name in enumerate(names)
    ]
    return ParcelsAxis.from_brain_models(models)


def cifti(path: Path, values: FloatArray, *axes: object) -> None:
    image = nibabel.Cifti2Image(values.astype(np.float32), axes)
    nibabel.save(image, path)


def ptseries(path: Path, row: int) -> None:
    cifti(path, SERIES[row], SeriesAxis(0, 0.8, POINTS), parcels())


def pconn(path: Path, row: int) -> None:
    cifti(path, PEARSON[row], parcels(), parcels())


def pscalar(path: Path, row: int) -> None:
    cifti(path, VOLUMES[row][None], ScalarAxis(["reho"]), parcels())


def gifti(path: Path, values: FloatArray, encoding: str = "B64GZ") -> None:
    array = GiftiDataArray(values.astype(np.float32), encoding=f"GIFTI_ENCODING_{encoding}")
    path.write_bytes(GiftiImage(darrays=[array]).to_bytes())


# Graphs --------------------------------------------------------------------------------------


def graph(matrix: FloatArray, **more: Callable[[float], float]) -> "nx.Graph[str]":
    found: nx.Graph[str] = nx.Graph()
    found.add_nodes_from(NAMES)
    for one, other in zip(*UP, strict=True):
        if matrix[one, other]:
            value = float(matrix[one, other])
            others = {name: change(value) for name, change in more.items()}
            found.add_edge(NAMES[one], NAMES[other], weight=value, **others)
    return found


def graphml(path: Path, row: int) -> None:
    nx.write_graphml(graph(COUNTS[row]), path)


def edge_list(
    path: Path, row: int, *, first: int = 0, separator: str = " ", matrices: FloatArray = COUNTS
) -> None:
    pairs = zip(*UP, strict=True)
    rows = [(one + first, other + first, matrices[row, one, other]) for one, other in pairs]
    text = [separator.join(map(str, each)) for each in rows if each[2]]
    path.write_text("\n".join(text) + "\n")


# MATLAB --------------------------------------------------------------------------------------


def cell(texts: Iterable[str]) -> NDArray[Any]:
    texts = list(texts)
    cells = np.empty((len(texts), 1), dtype=object)
    cells[:, 0] = texts
    return cells


def conn_series(path: Path, row: int, *, confounds: bool = True) -> None:
    """A cell for each region, behind the three tissues and before a covariate."""
    names = ["Grey Matter", "White Matter", "CSF", *NAMES, "QC_timeseries"]
    noise = RANDOM.standard_normal((POINTS, 4))
    columns = [*noise.T[:3], *SERIES[row].T, noise.T[3]]
    if not confounds:
        names, columns = list(NAMES), list(SERIES[row].T)
    data = np.empty((1, len(names)), dtype=object)
    data[0] = [column[:, None] for column in columns]
    savemat(path, {"data": data, "names": cell(names).T, "crop": np.array([[1.0]])},
            do_compression=True)  # fmt: skip


def cat12_struct(row: int) -> dict[str, Any]:
    other = {"names": cell(NAMES[:3]), "ids": np.arange(3.0)[:, None],
             "data": {"Vgm": VOLUMES[row, :3, None] * 2}}  # fmt: skip
    main = {"names": cell(NAMES), "ids": np.arange(float(REGIONS))[:, None],
            "data": {"Vgm": VOLUMES[row, :, None], "Vwm": VOLUMES[row, :, None] / 2}}  # fmt: skip
    return {"S": {"neuromorphometrics": main, "cobra": other}}


def cat12_mat(path: Path, row: int) -> None:
    savemat(path, cat12_struct(row), do_compression=True)


def cat12_xml(path: Path, row: int) -> None:
    """As CAT12 writes a structure: an item per text, a vector of MATLAB per column."""

    def vector(values: Iterable[float]) -> str:
        return f"[{';'.join(f'{value:.10g}' for value in values)}]"

    atlases = []
    for atlas, content in cat12_struct(row)["S"].items():
        names = "".join(f"<item>{name}</item>" for name in content["names"].ravel())
        data = "".join(
            f"<{measure}>{vector(values.ravel())}</{measure}>"
            for measure, values in content["data"].items()
        )
        ids = vector(content["ids"].ravel())
        atlases.append(
            f"  <{atlas}>\n    <names>{names}</names>\n    <ids>{ids}</ids>\n"
            f"    <data>{data}</data>\n  </{atlas}>\n"
        )
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<S>\n{"".join(atlases)}</S>\n')


def qsirecon(path: Path, row: int) -> None:
    savemat(path, {
        "command": "mrtrix_conn",
        "aal116_region_ids": np.arange(1.0, REGIONS + 1),
        "aal116_region_labels": np.array(NAMES),
        "aal116_radius2_count_connectivity": COUNTS[row],
        "aal116_sift_invnodevol_radius2_count_connectivity": COUNTS[row] / 1000,
    })  # fmt: skip


def dsi_studio(path: Path, row: int) -> None:
    """MATLAB 4: single precision, and names as bytes, a line each."""
    text = ("\n".join(NAMES) + "\n").encode()
    connectivity = COUNTS[row].astype("<f4")
    path.write_bytes(
        matlab_4("connectivity", 10, connectivity.shape, connectivity.tobytes(order="F"))
        + matlab_4("name", 50, (1, len(text)), text)
        + matlab_4("atlas", 50, (1, 5), b"AAL2\0")
    )


def matlab_4(name: str, kind: int, shape: tuple[int, ...], body: bytes) -> bytes:
    """One matrix; the tens of ``kind`` are 0 for double, 1 for single precision, 5 for bytes."""
    return struct.pack("<5i", kind, *shape, 0, len(name) + 1) + name.encode() + b"\0" + body


# HDF5 ----------------------------------------------------------------------------------------


def matlab_7_3(path: Path, arrays: Mapping[str, Any]) -> None:
    """As MATLAB's save('-v7.3') writes: its header, reversed axes, cells by reference."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, value in arrays.items():
            _of_matlab(file, name, value)
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, HDF5 schema 1.00 .".ljust(116)
    with path.open("r+b") as opened:
        opened.write(header + bytes(8) + b"\x00\x02IM")


def _of_matlab(group: Any, name: str, value: Any) -> Any:
    if isinstance(value, str):
        codes = np.frombuffer(value.encode("utf-16-le"), "<u2")
        found = group.create_dataset(name, data=codes.reshape(-1, 1))
        found.attrs["MATLAB_class"], found.attrs["MATLAB_int_decode"] = np.bytes_("char"), 2
        return found
    if isinstance(value, dict):
        found = group.create_group(name)
        found.attrs["MATLAB_class"] = np.bytes_("struct")
        for field, one in value.items():
            _of_matlab(found, field, one)
        return found
    if isinstance(value, list) and isinstance(value[0], dict):
        found = _of_matlab(group, name, {key: [one[key] for one in value] for key in value[0]})
        for field in value[0]:
            del found[field].attrs["MATLAB_class"]  # references of a structure's field have none
        return found
    if isinstance(value, list):
        inner = group.file.require_group("#refs#")
        references = [_of_matlab(inner, f"{group.name}{name}{place}".replace("/", "_"), one).ref
                      for place, one in enumerate(value)]  # fmt: skip
        found = group.create_dataset(
            name, data=np.array(references, dtype=h5py.ref_dtype).reshape(-1, 1)
        )
        found.attrs["MATLAB_class"] = np.bytes_("cell")
        return found
    array = np.asarray(value, dtype=np.float64)
    array = array.reshape(1, -1) if array.ndim == 1 else array
    packed = {"compression": "gzip", "chunks": True} if array.size > 200 else {}
    found = group.create_dataset(name, data=array.T, **packed)
    found.attrs["MATLAB_class"] = np.bytes_("double")
    return found


def giga_connectome(path: Path, *, tasks: Sequence[str] = ("rest",)) -> None:
    """A group per subject, and the average of all at the top."""
    with h5py.File(path, "w") as file:
        for row, subject in enumerate(IDS):
            group = file.create_group(f"sub-{subject}")
            for place, task in enumerate(tasks):
                stem = f"sub-{subject}_task-{task}_{ATLAS}"
                series = group.create_dataset(f"{stem}_timeseries", data=SERIES[row] + place)
                series.attrs["RepetitionTime"] = 2.0
                group.create_dataset(f"{stem}_connectome", data=PEARSON[row])
        average = PEARSON.mean(axis=0).astype(np.float32)
        file.create_dataset(f"{ATLAS}_connectome", data=average)
