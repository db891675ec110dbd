"""HDF5: MATLAB's files of version 7.3, and plain files of named arrays, read by h5py.

MATLAB's axes are reversed in HDF5 and are turned back. Nothing is followed out of the file: neither
links nor external or virtual data.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.arrays.named import (
    COMPLEX_NUMBERS,
    NUMERIC,
    STRUCTURE,
    Array,
    NamedArrays,
    Nested,
    Structure,
    UnusableArray,
    classify_arrays,
    in_file,
    texts,
)
from graphnet.readers.folders.archives import too_large

if TYPE_CHECKING:
    import h5py

HDF5 = b"\x89HDF\r\n\x1a\n"
MARK, NEWER = slice(124, 128), {b"\x00\x02IM", b"\x02\x00MI"}
OWN = "#"  # the start of the names of MATLAB's own groups
DEEPEST = 3  # groups within groups that are looked into
CELL = 1_000  # bytes, that one of a cell's contents counts for
MOST_ARRAYS = 20_000
MOST_GROUPS = 20  # of pandas, that are looked at
PANDAS, ANNDATA = "pandas_type", "encoding-type"  # attributes
OCTAVE = "OCTAVE_NEW_FORMAT"  # attribute of its groups, whose values have their axes reversed
SPARSE = Message("readers_arrays.sparse")
OPAQUE = Message("readers_arrays.opaque")
OUTSIDE = Message("readers_arrays.outside")
OF_MATLAB = {"double", "single", "logical", *(f"{sign}int{bits}" for sign in ("", "u")
                                              for bits in (8, 16, 32, 64))}  # fmt: skip


def is_hdf5(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is HDF5, alone or below MATLAB's own header."""
    return head.startswith(HDF5) or is_matlab_7_3(head)


def is_matlab_7_3(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is MATLAB's of version 7.3."""
    return head[MARK] in NEWER


def read_hdf5(path: Path, name: str, most: int) -> NamedArrays:
    """Every array at the top of the file ``name``, as MATLAB or NumPy has them.

    Raises:
        CohortError: it is damaged or incomplete, or its arrays take more than ``most`` bytes.

    """
    with path.open("rb") as opened:
        of_matlab = is_matlab_7_3(opened.read(128))
    with _open(path, name) as file:
        reader = _Reader(file, name, most, of_matlab=of_matlab)
        keys = _keys(file, name)
        _check_places(file, keys)
        _check_program(file, keys, name)
        return classify_arrays(
            {key: reader.array(file, key) for key in keys if not key.startswith(OWN)}
        )


def _check_program(file: "h5py.File", keys: list[str], name: str) -> None:
    """Raises CohortError where pandas, AnnData or Octave wrote it, whose groups are their own."""
    import h5py  # noqa: PLC0415

    groups = [file[key] for key in keys if isinstance(file.get(key, getlink=True), h5py.HardLink)]
    advice = Message("readers_kinds.save-table")
    if any(PANDAS in group.attrs for group in groups[:MOST_GROUPS]):
        what = Message("readers_kinds.pandas-hdf5")
    elif ANNDATA in file.attrs and {"X", "obs", "var"} <= set(keys):
        what = Message("readers_kinds.anndata")
    elif any(OCTAVE in group.attrs for group in groups[:MOST_GROUPS]):
        what, advice = Message("readers_kinds.octave"), Message("readers_kinds.save-matlab")
    else:
        return
    raise CohortError(Message("readers_kinds.foreign", file=name, what=what, advice=advice))


def read_nested_hdf5(path: Path, name: str, most: int) -> dict[str, Nested]:
    """Every variable of a file: arrays, cells as tuples by columns, structures and groups.

    What cannot be taken is None. Raises CohortError as :func:`read_hdf5`.
    """
    with path.open("rb") as opened:
        of_matlab = is_matlab_7_3(opened.read(128))
    with _open(path, name) as file:
        return _Reader(file, name, most, of_matlab=of_matlab).structure(file, 0)


def list_tables(path: Path, name: str) -> list[str]:
    """The paths of all arrays in the groups of a file. Raises CohortError as :func:`read_hdf5`."""
    with _open(path, name) as file:
        return list(_within(file, "", DEEPEST, name))


def read_table(path: Path, inner: str, name: str, most: int) -> Array | UnusableArray:
    """One array of a file, by its path in it. Raises CohortError as :func:`read_hdf5`."""
    with _open(path, name) as file:
        group: Any = file
        *groups, last = inner.split("/")
        for part in groups:
            group = group[part]
        _check_places(group, _keys(group, name))
        return _Reader(file, name, most, of_matlab=False).array(group, last)


def read_attribute(path: Path, inner: str, attribute: str, name: str) -> float | None:
    """A number that an array of a file has as its attribute; None where it has none.

    Raises CohortError as :func:`read_hdf5`.
    """
    import h5py  # noqa: PLC0415

    with _open(path, name) as file:
        attributes = file[inner].attrs
        if attribute not in attributes:
            return None
        handle: h5py.h5a.AttrID = attributes.get_id(attribute)
        if math.prod(handle.shape) != 1 or handle.dtype.kind not in NUMERIC:
            return None
        return float(np.asarray(attributes[attribute]).reshape(-1)[0])


@contextmanager
def _open(path: Path, name: str) -> "Iterator[h5py.File]":
    import h5py  # noqa: PLC0415 - needed for this kind of file alone

    try:
        with h5py.File(path, "r", locking=False) as file:
            yield file
    except CohortError:
        raise
    except Exception as error:  # a damaged file leads the library anywhere
        raise CohortError(Message("readers_arrays.damaged-hdf5", file=name)) from error


def _keys(group: Any, name: str) -> list[str]:
    if len(group) > MOST_ARRAYS:
        raise CohortError(Message("readers_folders.too-many-files", file=name, limit=MOST_ARRAYS))
    return list(group)


def _within(group: Any, path: str, depth: int, name: str) -> Iterator[str]:
    import h5py  # noqa: PLC0415

    for key in _keys(group, name):
        if not isinstance(group.get(key, getlink=True), h5py.HardLink):
            continue
        if isinstance(group[key], h5py.Dataset):
            yield f"{path}{key}"
        elif depth:
            yield from _within(group[key], f"{path}{key}/", depth - 1, name)


class _Reader:
    """Arrays of one open file, of which ``most`` bytes are taken."""

    def __init__(self, file: "h5py.File", name: str, most: int, *, of_matlab: bool) -> None:
        self.file, self.name, self.most, self.of_matlab = file, name, most, of_matlab
        self.left = most
        self.orders: set[bool] = set()  # whether bytes are in this machine's own order

    def array(self, group: Any, key: str) -> Array | UnusableArray:
        """One array by its name, or what it is where it cannot be taken."""
        import h5py  # noqa: PLC0415

        if not isinstance(group.get(key, getlink=True), h5py.HardLink):
            return UnusableArray((), OUTSIDE)
        dataset = group[key]
        if not isinstance(dataset, h5py.Dataset):
            return UnusableArray((), SPARSE if "MATLAB_sparse" in dataset.attrs else STRUCTURE)
        if dataset.external or dataset.is_virtual:
            return UnusableArray(dataset.shape or (), OUTSIDE)
        self._measure(dataset, key)
        return self._of_matlab(dataset) if self.of_matlab else self._plain(dataset)

    def structure(self, group: Any, depth: int) -> Structure:
        """The fields of a structure, or the arrays of a group, by their names."""
        keys = [key for key in _keys(group, self.name) if not key.startswith(OWN)]
        _check_places(group, keys)
        return Structure({key: self._field(group, key, depth) for key in keys})

    def _field(self, group: Any, key: str, depth: int) -> Nested:
        import h5py  # noqa: PLC0415

        if not isinstance(group.get(key, getlink=True), h5py.HardLink):
            return None
        return self._nested(group[key], depth)

    def _nested(self, node: Any, depth: int) -> Nested:
        """An array, a tuple of cells or a structure; None of anything else, and of what is deep."""
        import h5py  # noqa: PLC0415

        self.left -= CELL  # so that cells that refer to each other come to an end
        if self.left < 0:
            raise too_large(self.name, self.most)
        if depth > DEEPEST:
            return None
        if isinstance(node, h5py.Group):
            sparse = "MATLAB_sparse" in node.attrs
            return None if sparse else self.structure(node, depth + 1)
        if not isinstance(node, h5py.Dataset) or node.external or node.is_virtual:
            return None
        empty = self.of_matlab and node.attrs.get("MATLAB_empty", 0)
        if self.of_matlab and _is_cells(node) and not empty:
            self._measure(node, node.name)
            references = np.asarray(node[()]).T.ravel()
            return tuple(self._nested(self.file[reference], depth + 1) for reference in references)
        self._measure(node, node.name)
        array = self._of_matlab(node) if self.of_matlab else self._plain(node)
        return None if isinstance(array, UnusableArray) else array

    def _measure(self, dataset: "h5py.Dataset", key: str) -> None:
        """Before room is taken for it. What was never written would come as zeros."""
        shape = dataset.shape
        if shape is None:
            raise ValueError(key)
        size = math.prod(shape)
        self.left -= size * max(8, dataset.dtype.itemsize)
        if self.left < 0:
            raise too_large(self.name, self.most)
        if not size:
            return
        self._check_type(dataset)
        if not _is_whole(dataset, size):
            raise CohortError(
                Message("readers_arrays.incomplete-hdf5", array=in_file(key, self.name))
            )

    def _check_type(self, dataset: "h5py.Dataset") -> None:
        """Raises ValueError of numbers that no program stores so, as a damaged header says."""
        import h5py  # noqa: PLC0415

        kind = dataset.dtype
        if kind.kind not in NUMERIC or kind.itemsize == 1:
            return
        self.orders.add(kind.isnative)
        if len(self.orders) > 1 or not dataset.id.get_type().equal(h5py.h5t.py_create(kind)):
            raise ValueError(dataset.name)

    def _plain(self, dataset: "h5py.Dataset") -> Array | UnusableArray:
        import h5py  # noqa: PLC0415

        if h5py.check_string_dtype(dataset.dtype) is not None:
            return np.asarray(dataset.asstr(errors="replace")[()], dtype=str)
        if dataset.dtype.kind == "O":
            return UnusableArray(dataset.shape, Message("readers_arrays.odd-cells"))
        return np.asarray(dataset[()])

    def _of_matlab(self, dataset: "h5py.Dataset") -> Array | UnusableArray:
        kind = _text(dataset.attrs.get("MATLAB_class", b""))
        shape = dataset.shape[::-1]
        if dataset.attrs.get("MATLAB_empty", 0):
            sizes = tuple(int(size) for size in np.ravel(dataset[()])[:8])
            return np.zeros(sizes if 0 in sizes else (0, 0))
        if kind == "char":
            return _characters(dataset)
        if _is_cells(dataset):
            return self._cells(dataset)
        if dataset.dtype.names:
            return UnusableArray(shape, COMPLEX_NUMBERS)
        if kind not in OF_MATLAB or dataset.dtype.kind not in NUMERIC:
            return UnusableArray(shape, OPAQUE)
        return np.asarray(dataset[()]).T

    def _cells(self, dataset: "h5py.Dataset") -> Array | UnusableArray:
        """Cells of one text or one number each."""
        import h5py  # noqa: PLC0415

        shape = dataset.shape[::-1]
        cells: list[str] = []
        for reference in np.asarray(dataset[()]).T.ravel():
            cell = self.file[reference]
            if not isinstance(cell, h5py.Dataset) or cell.external or cell.is_virtual:
                return UnusableArray(shape, Message("readers_arrays.odd-cells"))
            kind = _text(cell.attrs.get("MATLAB_class", b""))
            if cell.attrs.get("MATLAB_empty", 0):
                cells.append("")
                continue
            if kind not in {"char", *OF_MATLAB} or cell.dtype.names:
                return UnusableArray(shape, Message("readers_arrays.odd-cells"))
            self._measure(cell, dataset.name)
            rows = _characters(cell) if kind == "char" else np.asarray(cell[()]).T
            if rows.size > 1:
                size = " x ".join(map(str, cell.shape[::-1]))
                return UnusableArray(shape, Message("readers_arrays.large-cell", shape=size))
            cells += texts(rows)
        return np.array(cells, dtype=str).reshape(shape)


def _is_cells(dataset: "h5py.Dataset") -> bool:
    """Whether it is an array of cells, or a field of several structures, which has no class."""
    import h5py  # noqa: PLC0415

    kind = _text(dataset.attrs.get("MATLAB_class", b""))
    return kind == "cell" or (not kind and dataset.dtype == h5py.ref_dtype)


def _is_whole(dataset: "h5py.Dataset", size: int) -> bool:
    """Whether every one of ``size`` values was written. Raises ValueError of another number."""
    stored = int(dataset.id.get_storage_size())
    if dataset.chunks:
        counts = [
            -(-size // chunk) for size, chunk in zip(dataset.shape, dataset.chunks, strict=True)
        ]
        return bool(dataset.id.get_num_chunks() == math.prod(counts))
    if stored and stored != size * _stored_size(dataset):
        raise ValueError(dataset.name)
    return stored > 0


def _stored_size(dataset: "h5py.Dataset") -> int:
    """The bytes of one value in the file; of text of any length its length, address and place."""
    import h5py  # noqa: PLC0415

    text = h5py.check_string_dtype(dataset.dtype)
    if text is not None and text.length is None:
        of_address, _ = dataset.file.id.get_create_plist().get_sizes()
        return int(4 + of_address + 4)
    return int(dataset.id.get_type().get_size())


def _check_places(group: Any, keys: list[str]) -> None:
    """Raises ValueError where two arrays lie in one place, or one on the header of another.

    A plain HDF5 file has no checksums; a damaged address would give other numbers.
    """
    import h5py  # noqa: PLC0415

    spans = []
    for key in keys:
        if not isinstance(group.get(key, getlink=True), h5py.HardLink):
            continue
        node = group[key]
        spans.append((h5py.h5o.get_info(node.id).addr, 1))
        if isinstance(node, h5py.Dataset) and node.id.get_offset() is not None:
            # Places of data are counted from the start of the file, others from behind the header.
            start = node.id.get_offset() - node.file.userblock_size
            spans.append((start, node.id.get_storage_size()))
    for (start, size), (after, _) in pairwise(sorted(set(spans))):  # one array may have two names
        if start + size > after:
            raise ValueError(start)


def _characters(dataset: "h5py.Dataset") -> Array:
    """The rows of a character matrix, without the blanks that fill them up."""
    if not dataset.size:
        return np.array([], dtype=str)
    codes = np.atleast_2d(np.asarray(dataset[()]).T).astype("<u2")
    return np.array([row.tobytes().decode("utf-16-le").strip() for row in codes], dtype=str)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
