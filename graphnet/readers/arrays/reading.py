"""NumPy archives and MATLAB files as a dataset: the same names for the same arrays.

``features`` (S, N, F) with ``measures`` (F) and ``regions`` (N), or ``fc`` (S, N, N), or both;
``ids`` and ``labels`` (S), and where there are any ``scores`` and ``sites`` (S). Other arrays with
one value per subject describe the subjects. Structures and cells of MATLAB and groups of HDF5 may
hold these arrays: ``data.fc`` beside ``data.labels``, or a cell with the matrix of each subject.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from graphnet.data.dataset import Dataset, Series
from graphnet.data.interpretation import SeriesReading
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.arrays.aliases import as_documented, as_table, brain_arrays
from graphnet.readers.arrays.brain import (
    FC,
    FEATURES,
    MEASURES,
    Connectome,
    Features,
    correlate_series,
    format_shape,
    read_connectome,
    read_features,
)
from graphnet.readers.arrays.named import (
    NUMERIC,
    STRUCTURE,
    Array,
    NamedArrays,
    Nested,
    Structure,
    UnusableArray,
    as_vector,
    classify_arrays,
    in_file,
    texts,
)
from graphnet.readers.arrays.subjects import (
    check_subjects,
    count_subjects,
    subject_array_names,
    subjects_from_arrays,
)
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.signatures import SAVE_COMMANDS, explain_no_cohort
from graphnet.readers.subjects.people import People
from graphnet.readers.tables.missing_codes import without_codes
from graphnet.readers.tables.reading import interpret_sheet

FloatArray = NDArray[np.float64]

REGIONS = "regions"
USED = (FEATURES, FC, MEASURES, REGIONS)
MOST_VALUES = 250_000  # of a subject: a connectome of 700 regions
LARGE_CELL = "readers_arrays.large-cell"  # the code of what an array is
Load = Callable[[], Mapping[str, Nested]]


@dataclass(frozen=True)
class BrainData:
    """What was measured of S subjects in N ``regions``: ``values`` (S, N, F), or time series."""

    regions: tuple[str, ...]
    measures: tuple[str, ...] = ()
    values: FloatArray | None = None
    connectome: Connectome | None = None
    series: Series | None = None


def interpret_arrays(
    arrays: NamedArrays, kind: str, inquiry: Inquiry, most_cells: int
) -> Dataset | None:
    """The dataset that arrays are; None where a question must be answered first.

    Raises:
        CohortError: they are no cohort, with every reason at once; or there are more than
            ``most_cells`` numbers.

    """
    if not {FEATURES, FC} & {*arrays.plain, *arrays.odd} and (table := as_table(arrays)):
        return interpret_sheet(table, kind, inquiry)
    arrays, inquiry = as_documented(arrays, inquiry)
    _check_main(arrays, kind, inquiry)
    subjects = count_subjects(arrays, inquiry)
    check_subjects(arrays, subjects, inquiry)
    inquiry.check()
    _check_size(arrays, subjects, inquiry, most_cells)
    measured = read_features(arrays, subjects, inquiry) if FEATURES in arrays.plain else None
    inquiry.check()
    lengths = {size for key in (FEATURES, FC) if key in arrays.plain
               for size in arrays.plain[key].shape[1:]}  # fmt: skip
    people = subjects_from_arrays(arrays, subjects, USED, inquiry, ambiguous=subjects in lengths)
    ids = _named(people.subjects.ids)
    if measured is not None and not measured.measures:
        brain = _of_series(arrays, measured, ids, inquiry, most_cells)
    else:
        brain = _of_measures(arrays, measured, ids, inquiry)
    inquiry.check()
    return _dataset(kind, people, brain)


def single_array_error(array: Array | UnusableArray, name: str) -> CohortError:
    """Why a single ``.npy`` is refused."""
    expected = Message("readers_arrays.expected", command=SAVE_COMMANDS["npz"])
    if isinstance(array, UnusableArray):
        what = array.message
    else:
        what = Message("readers_arrays.single-array", shape=format_shape(array))
    return CohortError(
        Message("readers_arrays.lone-array", file=name, what=what, expected=expected)
    )


def _check_main(arrays: NamedArrays, kind: str, inquiry: Inquiry) -> None:
    """There are features or connectomes. Raises CohortError."""
    for key in (FEATURES, FC):
        if key in arrays.odd:
            raise CohortError(
                Message(
                    "readers_arrays.give-full",
                    array=in_file(key, inquiry.name),
                    what=arrays.odd[key].message,
                )
            )
    if not {FEATURES, FC} & arrays.plain.keys():
        _check_subjects_axis(arrays, inquiry)
        raise CohortError(explain_no_cohort(arrays, kind, inquiry.name))


def _check_subjects_axis(arrays: NamedArrays, inquiry: Inquiry) -> None:
    """Arrays of brains have an axis as long as what is known of the subjects.

    Raises:
        CohortError: one has none, or nothing says who the subjects are.

    """
    brain = brain_arrays(arrays)
    names = subject_array_names(arrays)
    if brain and not names:
        raise CohortError(Message("readers_arrays.no-ids", file=inquiry.name, arrays=arrays.listed))
    lengths = {name: len(as_vector(arrays.plain[name])) for name in names if name in arrays.plain}
    if not lengths:
        return
    subjects = next(iter(lengths.values()))
    for name, array in brain.items():
        if subjects not in array.shape:
            counts = [
                Message("readers_arrays.values-of", array=array, count=length)
                for array, length in lengths.items()
            ]
            raise CohortError(
                Message(
                    "readers_arrays.no-axis-of-subjects",
                    file=inquiry.name,
                    array=name,
                    shape=format_shape(array),
                    counts=counts,
                )
            )


def _check_size(arrays: NamedArrays, subjects: int, inquiry: Inquiry, most_cells: int) -> None:
    """Before numbers become larger than they were on disk. Raises CohortError."""
    sizes = {key: arrays.plain[key].size for key in (FEATURES, FC) if key in arrays.plain}
    if not subjects or 0 in sizes.values():
        raise CohortError(
            Message("readers_arrays.no-subjects", file=inquiry.name, arrays=arrays.listed)
        )
    if sum(sizes.values()) > most_cells or subjects * len(arrays.plain) > most_cells:
        raise CohortError(
            Message("readers_text.too-many-cells", file=inquiry.name, limit=most_cells)
        )
    if sizes.get(FEATURES, 0) + sizes.get(FC, 0) // 2 > MOST_VALUES * subjects:
        raise CohortError(
            Message("readers_arrays.too-many-values", file=inquiry.name, limit=MOST_VALUES)
        )


def _named(ids: Sequence[str]) -> list[str]:
    """The ids, or the row of a subject without one, for sentences."""
    return [subject or f"row {row}" for row, subject in enumerate(ids, 1)]


def _of_measures(
    arrays: NamedArrays, measured: Features | None, ids: Sequence[str], inquiry: Inquiry
) -> BrainData:
    """Measures, a connectome, or both."""
    regions = _regions(arrays, None if measured is None else measured.values.shape[1], inquiry)
    connectome = read_connectome(arrays, ids, regions, inquiry)
    if connectome is not None:
        regions = regions or _numbered(connectome.regions)
    if measured is None:
        return BrainData(regions, connectome=connectome)
    _check_names(measured.measures, MEASURES, inquiry)
    values = _without_codes(measured, inquiry)
    return BrainData(regions, measured.measures, values, connectome)


def _of_series(
    arrays: NamedArrays, measured: Features, ids: Sequence[str], inquiry: Inquiry, most_cells: int
) -> BrainData:
    """Time series, and the connectome that they make."""
    if FC in arrays.plain:
        inquiry.leave(FC, Message("readers_arrays.correlated-from-series"))
    regions = _regions(arrays, measured.values.shape[1], inquiry)
    inquiry.check()
    series, connectome = correlate_series(measured.values, ids, regions, inquiry, 8 * most_cells)
    return BrainData(regions, connectome=connectome, series=series)


def _regions(arrays: NamedArrays, count: int | None, inquiry: Inquiry) -> tuple[str, ...]:
    """Their names; numbers from 1 where these are not given; () where there may be any number."""
    if REGIONS in arrays.plain:
        names = texts(arrays.plain[REGIONS])
        _check_names(names, REGIONS, inquiry)
        return names
    return () if count is None else _numbered(count)


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(1, count + 1))


def _check_names(names: Sequence[str], what: str, inquiry: Inquiry) -> None:
    """Every region and measure has a name of its own; else refused."""
    if len(set(names)) < len(names):
        inquiry.refuse(Message("readers_arrays.name-twice", file=inquiry.name, array=what))
    if not all(names):
        inquiry.refuse(Message("readers_arrays.name-missing", file=inquiry.name, array=what))


def _dataset(kind: str, people: People, brain: BrainData) -> Dataset:
    connectome, points = brain.connectome, None
    reading = None if connectome is None else connectome.reading
    if brain.series is not None:
        lengths = np.diff(brain.series.offsets)
        points = SeriesReading(int(lengths.min()), int(lengths.max()), "regions x points")
    return Dataset(
        people.subjects,
        brain.regions,
        brain.measures,
        replace(people.interpretation(kind, connectome=reading), series=points),
        values=brain.values,
        connectomes=None if connectome is None else connectome.edges,
        series=brain.series,
    )


def _without_codes(measured: Features, inquiry: Inquiry) -> FloatArray:
    """Measures (S, N, F) with NaN where a number such as -9999 stands for a missing value."""
    values = measured.values
    for place, measure in enumerate(measured.measures):
        column = values[:, :, place]
        cleaned = without_codes(column, measure, inquiry)
        if cleaned is not column:
            values = values if values.flags.writeable else values.copy()
            values[:, :, place] = cleaned
    return values


# What structures and cells hold.


def with_cells(arrays: NamedArrays, load: Load, inquiry: Inquiry) -> NamedArrays:
    """With one array in place of each cell of S matrices of one size; ``load`` as below."""
    cells = {name for name, odd in arrays.odd.items()
             if odd.message.code == LARGE_CELL and max(odd.shape) == prod(odd.shape)}  # fmt: skip
    if not cells:
        return arrays
    contents = load()
    as_known = {name.casefold(): array for name, array in contents.items()}  # FC is fc
    stacked = {name: _stacked(contents.get(name, as_known.get(name))) for name in cells}
    found = classify_arrays({name: array for name, array in stacked.items() if array is not None})
    for name, array in found.plain.items():
        values = {"count": len(array), "shape": " x ".join(map(str, array.shape[1:]))}
        inquiry.assume(
            Message("readers_arrays.cells-stacked", file=inquiry.name, array=name, **values)
        )
    odd = {name: array for name, array in arrays.odd.items() if name not in found.plain}
    return NamedArrays({**arrays.plain, **found.plain}, odd)


def with_fields(arrays: NamedArrays, load: Load, inquiry: Inquiry) -> NamedArrays:
    """With the fields of structures as arrays, where these make a dataset of the file.

    ``load`` gives the structures. A field whose name another array or structure has is left out.
    What is whole without them stays as it is, and so does what they do not make whole.
    """
    if _is_whole(arrays) or STRUCTURE not in {odd.message for odd in arrays.odd.values()}:
        return arrays
    own = _own_fields(load(), arrays.plain)
    taken = classify_arrays(
        {field: array for of_structure in own.values() for field, array in of_structure.items()}
    )
    odd = {name: array for name, array in arrays.odd.items() if not own.get(name)}
    merged = NamedArrays({**taken.plain, **arrays.plain}, odd)
    if not _is_whole(merged):
        return arrays
    for name, fields_read in own.items():
        if fields_read:
            inquiry.assume(
                Message(
                    "readers_arrays.fields-read",
                    file=inquiry.name,
                    structure=name,
                    fields=first_of(fields_read),
                )
            )
    return merged


def fields_of(nested: Mapping[str, Nested]) -> NamedArrays:
    """The fields of all structures of a file as arrays, but those that two structures have."""
    found: dict[str, Array] = {}
    for fields in _own_fields(nested, {}).values():
        found |= fields
    return classify_arrays(found)


def _own_fields(
    nested: Mapping[str, Nested], plain: Mapping[str, Array]
) -> dict[str, dict[str, Array]]:
    """The fields of each structure whose names no other array has."""
    fields = {
        name: _arrays_of(structure)
        for name, structure in nested.items()
        if isinstance(structure, Structure)
    }
    times = Counter(
        [*plain, *(field for of_structure in fields.values() for field in of_structure)]
    )
    return {
        name: {field: array for field, array in arrays.items() if times[field] == 1}
        for name, arrays in fields.items()
    }


def _is_whole(arrays: NamedArrays) -> bool:
    """Whether there is something of brains, and something of who their owners are."""
    others = {name: odd for name, odd in arrays.odd.items() if odd.message != STRUCTURE}
    alone = NamedArrays(arrays.plain, others)
    brain = {FEATURES, FC} & {*alone.plain, *alone.odd} or brain_arrays(alone)
    return bool(brain) and bool(subject_array_names(alone))


def _arrays_of(structure: Structure) -> dict[str, Array]:
    found = {name: _array(value) for name, value in structure.items()}
    return {name: array for name, array in found.items() if array is not None}


def _array(value: Nested) -> Array | None:
    """Numbers and text as they are; cells of a text, number or matrix as one array; else None."""
    if isinstance(value, np.ndarray):
        return value
    stacked = _stacked(value)
    if stacked is not None or not isinstance(value, tuple):
        return stacked
    cells = [cell for cell in value if isinstance(cell, np.ndarray) and cell.size <= 1]
    if len(cells) < len(value):
        return None
    if all(cell.size and cell.dtype.kind in NUMERIC for cell in cells):
        return np.array([cell.item() for cell in cells])
    return np.array(["".join(texts(cell)) for cell in cells], dtype=str)


def _stacked(value: Nested) -> Array | None:
    """One array of several matrices of numbers of one size; None of anything else."""
    if not isinstance(value, tuple) or len(value) < 2:
        return None
    matrices = [cell for cell in value
                if isinstance(cell, np.ndarray) and cell.dtype.kind in NUMERIC
                and cell.ndim == 2 and min(cell.shape) > 1]  # fmt: skip
    alike = len(matrices) == len(value) and len({matrix.shape for matrix in matrices}) == 1
    return np.stack(matrices) if alike else None
