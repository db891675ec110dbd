"""A dataset as a folder: ``dataset.json`` and one ``.npy`` file per array, without pickle.

``dataset.json`` holds the format and its version, the subjects' table, the names of regions and
measures, the interpretation, for each array its file, dtype, shape and SHA-256, and as its last
field the ``sha256`` of its own text without that field:

- ``values.npy``: measures (S, N, F), float64
- ``connectomes.npy``: upper triangles by rows (S, N(N-1)/2), float32
- ``series.npy`` and ``offsets.npy``: time series one below the other (T, N), float64, and where
  each subject's begin (S + 1), int64

Arrays are memory-mapped, so that a cohort need not fit into memory twice. Nothing of a folder is
believed: sizes, shapes and checksums are compared before a number is used.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from graphnet.data.dataset import CATEGORICAL, NUMERIC, Covariate, Dataset, Series, Subjects
from graphnet.data.interpretation import Interpretation
from graphnet.data.recognition import ATLAS, with_recognised_atlas
from graphnet.disk import write_whole
from graphnet.errors import CohortError
from graphnet.messages import Message

DATASET = "dataset.json"
FORMAT, VERSION = "sgn-dataset", 1
DTYPES = {"values": "<f8", "connectomes": "<f4", "series": "<f8", "offsets": "<i8"}
START = f'{{"format":"{FORMAT}"'.encode()  # of every dataset.json
LARGEST_JSON = 512_000_000
PIECE = 1 << 20
OWN_SUM = re.compile(rb',"sha256":"([0-9a-f]{64})"}$')  # not in what earlier versions have written

Array = NDArray[Any]


@dataclass(frozen=True)
class Description:
    """What ``dataset.json`` holds: ``facts``, as JSON."""

    facts: Mapping[str, Any]

    @property
    def content_sha256(self) -> str:
        """Of the text of NEURO-LEARN's row that holds the same dataset; "" if none does."""
        return str(self.facts["content_sha256"])

    @property
    def files(self) -> dict[str, str]:
        """The SHA-256 of the file of each array, by the file's name. Raises CohortError."""
        try:
            arrays = self.facts["arrays"].items()
            return {_file(name): str(array["sha256"]) for name, array in arrays}
        except (KeyError, TypeError, AttributeError) as error:
            raise CohortError(Message("data.arrays-not-listed")) from error


def save(dataset: Dataset, folder: Path, content_sha256: str = "") -> None:
    """Write a dataset into an existing folder.

    ``content_sha256`` is of the text of NEURO-LEARN's row that holds the same dataset, if one does.
    """
    arrays = {name: _write(array, name, folder) for name, array in _arrays(dataset).items()}
    description = {
        "format": FORMAT,
        "version": VERSION,
        "content_sha256": content_sha256,
        "subjects": _of_subjects(dataset.subjects),
        "regions": list(dataset.regions),
        "measures": list(dataset.measures),
        "interpretation": dataset.interpretation.as_dict(),
        "arrays": arrays,
    }
    text = json.dumps(description, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    content = text.encode("utf-8", "surrogatepass")
    own = f',"sha256":"{hashlib.sha256(content).hexdigest()}"}}'
    write_whole(folder / DATASET, content[:-1] + own.encode())


def load(folder: Path) -> Dataset:
    """Read a saved dataset; its arrays are memory-mapped, read-only.

    Raises:
        CohortError: the folder holds no dataset, a newer version's, or one that was changed.

    """
    description = describe(folder)
    try:
        return _dataset(description.facts, folder)
    except CohortError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
        raise _damaged(folder, "content") from error


def is_saved(folder: Path) -> bool:
    """Whether a folder is a saved dataset, of whatever version."""
    try:
        with (folder / DATASET).open("rb") as file:
            return file.read(len(START)) == START
    except OSError:
        return False


def describe(folder: Path) -> Description:
    """Read ``dataset.json``. Raises CohortError where it cannot be read or is newer."""
    path = folder / DATASET
    try:
        if path.stat().st_size > LARGEST_JSON:
            raise _damaged(folder, "too-large")
        content = path.read_bytes()
        description = json.loads(content.decode("utf-8", "surrogatepass"))
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(folder, "json") from error
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise _damaged(folder, "format")
    if not _is_as_written(content):
        raise _damaged(folder, "changed")
    if description.get("version") != VERSION:
        raise CohortError(
            Message(
                "data.folder-of-other-version",
                folder=folder.name,
                stored=str(description.get("version")),
                read=str(VERSION),
            )
        )
    return Description(description)


def _is_as_written(content: bytes) -> bool:
    own = OWN_SUM.search(content)
    if own is None:
        return True
    written = hashlib.sha256(content[: own.start()])
    written.update(b"}")
    return written.hexdigest().encode() == own[1]


def _arrays(dataset: Dataset) -> dict[str, Array]:
    series = dataset.series
    arrays = {
        "values": dataset.values,
        "connectomes": dataset.connectomes,
        "series": None if series is None else series.values,
        "offsets": None if series is None else series.offsets,
    }
    return {name: array for name, array in arrays.items() if array is not None}


def _write(array: Array, name: str, folder: Path) -> dict[str, Any]:
    path = folder / _file(name)
    with path.open("wb") as file:
        np.save(file, np.ascontiguousarray(array, dtype=DTYPES[name]), allow_pickle=False)
    return {
        "file": path.name,
        "dtype": DTYPES[name],
        "shape": list(array.shape),
        "sha256": sha256_of(path),
    }


def _file(name: str) -> str:
    if name not in DTYPES:
        raise CohortError(Message("data.array-unknown", name=str(name)[:40]))
    return f"{name}.npy"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, a piece at a time; of a folder, that of its files' names and sums."""
    digest = hashlib.sha256()
    if path.is_dir():
        for inner in sorted(file for file in path.rglob("*") if file.is_file()):
            digest.update(f"{inner.relative_to(path).as_posix()}\0{sha256_of(inner)}\n".encode())
        return digest.hexdigest()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _dataset(description: Mapping[str, Any], folder: Path) -> Dataset:
    subjects = _subjects(description["subjects"])
    regions, measures = _names(description["regions"]), _names(description["measures"])
    arrays = {
        name: _mapped(described, name, folder) for name, described in description["arrays"].items()
    }
    dataset = Dataset(
        subjects=subjects,
        regions=regions,
        measures=measures,
        interpretation=Interpretation.from_dict(description["interpretation"]),
        values=arrays.get("values"),
        connectomes=arrays.get("connectomes"),
        series=Series(arrays["series"], arrays["offsets"]) if "series" in arrays else None,
    )
    _check_shapes(dataset, folder)
    of_older_version = ATLAS not in description["interpretation"]
    return with_recognised_atlas(dataset) if of_older_version else dataset


def _mapped(described: Mapping[str, Any], name: str, folder: Path) -> Array:
    """One array; its bytes are compared with the checksum before its header is read."""
    path = folder / _file(name)
    if not path.is_file() or sha256_of(path) != described["sha256"]:
        raise _damaged(folder, "array", path.name)
    with path.open("rb") as file:
        if npy.read_magic(file) != (1, 0):
            raise _damaged(folder, "npy-version", path.name)
        shape, is_fortran, dtype = npy.read_array_header_1_0(file)
        start = file.tell()
    header = (list(shape), is_fortran, dtype)
    size = start + math.prod(shape) * dtype.itemsize  # of Python's integers, which do not overflow
    wanted = (list(described["shape"]), False, np.dtype(DTYPES[name]))
    if header != wanted or size != path.stat().st_size:
        raise _damaged(folder, "shape", path.name)
    return np.memmap(path, dtype, "r", start, shape) if math.prod(shape) else np.empty(shape, dtype)


def _check_shapes(dataset: Dataset, folder: Path) -> None:
    count, regions = len(dataset.subjects), len(dataset.regions)
    wanted = {
        "values": (count, regions, len(dataset.measures)),
        "connectomes": (count, regions * (regions - 1) // 2),
    }
    for name, shape in wanted.items():
        array = getattr(dataset, name)
        if array is not None and array.shape != shape:
            raise _damaged(folder, "dimensions", f"{name}.npy")
    if dataset.series is not None and not _is_whole(dataset.series, count, regions):
        raise _damaged(folder, "series")


def _is_whole(series: Series, count: int, regions: int) -> bool:
    offsets = series.offsets
    return (
        series.values.ndim == 2
        and series.values.shape[1] == regions
        and offsets.shape == (count + 1,)
        and offsets[0] == 0
        and offsets[-1] == len(series.values)
        and bool((np.diff(offsets) >= 0).all())
    )


def _of_subjects(subjects: Subjects) -> dict[str, Any]:
    return {
        "ids": list(subjects.ids),
        "labels": subjects.labels.tolist(),
        "scores": [_number(score) for score in subjects.scores.tolist()],
        "sites": list(subjects.sites),
        "covariates": [_of_covariate(covariate) for covariate in subjects.covariates],
    }


def _of_covariate(covariate: Covariate) -> dict[str, Any]:
    values = covariate.values
    cells = list(values) if isinstance(values, tuple) else [_number(v) for v in values.tolist()]
    return {"name": covariate.name, "kind": covariate.kind, "values": cells}


def _subjects(stored: Mapping[str, Any]) -> Subjects:
    ids = _names(stored["ids"])
    subjects = Subjects(
        ids=ids,
        labels=np.array(stored["labels"], dtype=np.int64).reshape(len(ids)),
        scores=_numbers(stored["scores"]).reshape(len(ids)),
        sites=_names(stored["sites"]),
        covariates=tuple(_covariate(covariate) for covariate in stored["covariates"]),
    )
    columns = (subjects.sites, *(covariate.values for covariate in subjects.covariates))
    if any(len(column) != len(ids) for column in columns):
        raise ValueError("a column of subjects has another length than their ids")
    return subjects


def _covariate(stored: Mapping[str, Any]) -> Covariate:
    if stored["kind"] == NUMERIC:
        return Covariate(str(stored["name"]), NUMERIC, _numbers(stored["values"]))
    return Covariate(str(stored["name"]), CATEGORICAL, _names(stored["values"]))


def _names(stored: Any) -> tuple[str, ...]:
    if not isinstance(stored, list) or not all(isinstance(name, str) for name in stored):
        raise TypeError("a list of names holds something else")
    return tuple(stored)


def _numbers(stored: list[float | str | None]) -> NDArray[np.float64]:
    return np.array(
        [np.nan if value is None else float(value) for value in stored], dtype=np.float64
    )


def _number(value: float) -> float | str | None:
    """As JSON can say it: null for a missing number, a word for an infinite one."""
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else str(value)


def _damaged(folder: Path, what: str, file: str = "") -> CohortError:
    return CohortError(
        Message(
            "data.folder-damaged",
            folder=folder.name,
            what=what,
            file=file,
            limit=LARGEST_JSON // 1_000_000,
        )
    )
