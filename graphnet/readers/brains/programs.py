"""Arrays of one subject that a program saves with the names of its regions, and the names' places.

CONN's series and matrices, CAT12's measures, the matrices of DSI Studio and QSIRecon.
"""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graphnet.errors import CohortError, shortened
from graphnet.messages import Message
from graphnet.readers.arrays.named import NUMERIC, Array, NamedArrays, texts
from graphnet.readers.arrays.nested import Nested, Structure, read_nested, texts_of
from graphnet.readers.brains.markup import measure_table
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.text.number_files import NumberTable

FloatArray = NDArray[np.float64]

EDGES = " \t\r\x00"  # of a name
CONN_SERIES = re.compile(r"ROI_Subject\d+_(Condition|Session)\d+\.mat", re.IGNORECASE)
CONN_MATRIX = re.compile(r"resultsROI_(Subject\d+_)?Condition\d+\.mat", re.IGNORECASE)
CONNECTIVITY = re.compile(r"(?P<atlas>.+?)_(?P<measure>\w+)_connectivity")
CONFOUNDS = re.compile(
    r"(QC|QA)_.*|Effect of .*|Dynamic factor.*|realignment|scrubbing|grey matter|white matter|csf",
    re.IGNORECASE,
)


def region_names(arrays: NamedArrays, variable: str, count: int) -> tuple[str, ...] | None:
    """The names that a file has for the regions of one of its matrices; None where it has none."""
    match = CONNECTIVITY.fullmatch(variable)
    places = [name for name in arrays.plain if name.endswith("_region_labels")]
    own = [name for name in places if variable.startswith(name.removesuffix("region_labels"))]
    for place in (*own, *(["name"] if not match else [])):
        array = arrays.plain.get(place)
        if array is not None and array.dtype == np.uint8:  # as DSI Studio writes text
            array = np.array([array.tobytes(order="F").decode("utf-8", "replace")])
        if array is None or array.dtype.kind in NUMERIC:
            continue
        names = tuple(
            name.strip(EDGES)
            for text in texts(array)
            for name in text.split("\n")
            if name.strip(EDGES)
        )
        if len(names) == count and len(set(names)) == count:
            return names
    return None


def square_of_conn(z: Array, names: Array | None, name: str) -> tuple[FloatArray, tuple[str, ...]]:
    """``Z`` (N, M) or (N, M, S), cut to (N, N): the columns behind are of targets alone.

    Raises:
        CohortError: there are fewer columns than rows, or not as many names.

    """
    regions = () if names is None else texts(names)
    if z.dtype.kind not in NUMERIC or z.ndim not in {2, 3} or len(regions) != z.shape[0] > 2:
        raise CohortError(Message("readers_brains.odd-conn", file=name))
    if z.shape[1] < z.shape[0] or len(set(regions)) < len(regions):
        raise CohortError(Message("readers_brains.odd-conn", file=name))
    return np.asarray(z[:, : z.shape[0]], dtype=np.float64), regions


def read_conn_series(path: Path, inquiry: Inquiry, most: int) -> NumberTable:
    """The series (T, N) of a ROI_Subject file: a cell per region; confounds are left alone.

    Raises:
        CohortError: it is damaged, or its cells are not one series per name.

    """
    variables = read_nested(path, path.name, most)
    data, names = variables.get("data"), texts_of(variables.get("names"))
    if not isinstance(data, tuple) or len(data) != len(names) or not names:
        raise CohortError(Message("readers_brains.odd-conn", file=path.name))
    kept = [place for place, name in enumerate(names) if not CONFOUNDS.fullmatch(name)]
    left = [name for name in names if CONFOUNDS.fullmatch(name)]
    columns = [_series(data[place], path.name) for place in kept]
    wide = [names[place] for place, column in zip(kept, columns, strict=True)
            if column.shape[1] > 1]  # fmt: skip
    lengths = {len(column) for column in columns}
    if len(lengths) != 1 or len(set(names)) < len(names):
        raise CohortError(Message("readers_brains.odd-conn", file=path.name))
    if left and not any(each.what == shortened(left) for each in inquiry.left_alone):
        inquiry.leave(shortened(left), Message("readers_folders.no-regions"))
    if wide:
        inquiry.assume(Message("readers_brains.first-component", regions=wide))
    regions = tuple(names[place] for place in kept)
    return NumberTable(np.stack([column[:, 0] for column in columns], axis=1), regions, None)


def _series(value: Nested, name: str) -> FloatArray:
    """(T, components) of one region."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in NUMERIC or value.ndim != 2:
        raise CohortError(Message("readers_brains.odd-conn", file=name))
    upright = value.T if value.shape[0] == 1 else value
    return np.asarray(upright, dtype=np.float64)


def read_cat12_mat(path: Path, most: int) -> dict[str, dict[str, NumberTable]]:
    """The measures of each atlas of a catROI file, as ``read_cat12_xml`` reads them.

    Raises:
        CohortError: it is damaged, or an atlas has not as many values as regions.

    """
    top = read_nested(path, path.name, most).get("S")
    found: dict[str, dict[str, NumberTable]] = {}
    for atlas, content in top.items() if isinstance(top, Structure) else ():
        data = content.get("data") if isinstance(content, Structure) else None
        names = texts_of(content.get("names")) if isinstance(content, Structure) else ()
        if not isinstance(data, Structure) or not names:
            continue
        found[atlas] = {
            measure: measure_table(values.astype(np.float64), names, path.name)
            for measure, values in data.items()
            if isinstance(values, np.ndarray) and values.dtype.kind in NUMERIC
        }
    return found
