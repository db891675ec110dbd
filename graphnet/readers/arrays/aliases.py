"""Arrays as people name them: common names of connectomes, measures, series and regions.

One rule for all names, also for those of BrainGB and BrainNetTF: an array counts for what its name
and its shape say together. One that fits is read, and that is said; of several one is asked. Where
``features`` or ``fc`` is there, which are documented, no other array is taken in its place.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from graphnet.data.interpretation import Choice
from graphnet.messages import Message
from graphnet.readers.arrays.brain import (
    CONNECTOMES,
    FC,
    FEATURES,
    MEASURES,
    OF_COLUMNS,
    OF_FEATURES,
    OF_REGIONS,
    OF_SERIES,
    OPEN,
    SERIES,
    Candidates,
    format_shape,
    matrix_side,
    region_count,
)
from graphnet.readers.arrays.named import NUMERIC, Array, NamedArrays, as_vector, texts
from graphnet.readers.arrays.subjects import count_subjects, subject_array_names
from graphnet.readers.connectomes.series import ORIENTATION, POINTS
from graphnet.readers.connectomes.series import REGIONS as ROWS_ARE_REGIONS
from graphnet.readers.connectomes.triangles import has_diagonal
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import plain
from graphnet.readers.tables.sheet import Sheet

WHICH = "connectome.columns"  # the keys of questions
WHICH_FEATURES, WHICH_REGIONS = "features.columns", "regions.columns"
REGIONS = "regions"
NEARLY = 1e-3  # how far correlations that are kept may be from those of the series


def as_documented(arrays: NamedArrays, inquiry: Inquiry) -> tuple[NamedArrays, Inquiry]:
    """The arrays under their documented names, and who asks what they are.

    Other arrays stay as they are.
    """
    subjects = _subjects(arrays)
    candidates = Candidates.of(arrays, subjects)
    if candidates:
        arrays, inquiry = _with_brain(arrays, candidates, inquiry)
    if REGIONS not in arrays.plain and subjects:
        arrays = _with_regions(arrays, subjects, inquiry)
    return arrays, inquiry


def as_table(arrays: NamedArrays) -> Sheet | None:
    """Columns with names, as scikit-learn keeps tables: ``X`` (S, K) and ``feature_names`` (K).

    None where the arrays are no such table.
    """
    subjects = _subjects(arrays)
    names = next((array for name, array in arrays.plain.items() if plain(name) in OF_COLUMNS), None)
    tables = [
        name
        for name, array in arrays.plain.items()
        if plain(name) in OF_FEATURES
        and array.dtype.kind in NUMERIC
        and names is not None
        and array.shape == (subjects, names.size)
    ]
    if names is None or len(tables) != 1 or not subjects:
        return None
    values = arrays.plain[tables[0]].astype(np.float64)
    people = {
        name: texts(as_vector(array))
        for name, array in arrays.plain.items()
        if as_vector(array).shape == (subjects,) and array is not names
    }
    return Sheet((*people, *texts(names)), (*people.values(), *values.T))


def brain_arrays(arrays: NamedArrays) -> dict[str, Array]:
    """The arrays of all subjects by their names, whoever these are."""
    return {
        name: array
        for name, array in arrays.plain.items()
        if array.ndim == 3 and plain(name) in CONNECTOMES | OF_SERIES | OF_FEATURES
    }


def _subjects(arrays: NamedArrays) -> int:
    """How many there are; 0 where nobody knows."""
    for name in subject_array_names(arrays):
        if name in arrays.plain:
            return count_subjects(arrays, Inquiry(""))
        return max(arrays.odd[name].shape, default=0)  # refused later, with what it is
    return 0


def _with_brain(
    arrays: NamedArrays, candidates: Candidates, inquiry: Inquiry
) -> tuple[NamedArrays, Inquiry]:
    """With the chosen connectomes and measures, or series, under their documented names."""
    main, inquiry = _one({**candidates.features, **candidates.series}, WHICH_FEATURES, inquiry)
    if main in candidates.series:
        return _with_series(arrays, main, candidates, inquiry)
    chosen, inquiry = _one(_distinct(candidates.connectomes), WHICH, inquiry)
    if main and candidates.features[main].ndim == 2:
        main, chosen, inquiry = _flat(main, chosen, candidates, inquiry)
    names = {name: role for name, role in ((main, FEATURES), (chosen, FC)) if name}
    return _renamed(arrays, names, candidates, inquiry), inquiry


def _with_series(
    arrays: NamedArrays, name: str, candidates: Candidates, inquiry: Inquiry
) -> tuple[NamedArrays, Inquiry]:
    """With the series, or with connectomes that are not theirs, if those are chosen."""
    series, inquiry = _regions_first(arrays, name, candidates, inquiry)
    connectomes = _distinct(candidates.connectomes)
    if connectomes and not any(_are_correlated(series, array) for array in connectomes.values()):
        both = {**connectomes, name: candidates.series[name]}
        chosen, inquiry = _one(both, WHICH, inquiry)
        if chosen != name:
            return _renamed(arrays, {chosen: FC}, candidates, inquiry), inquiry
    renamed = _renamed(arrays, {name: FEATURES}, candidates, inquiry)
    # Questions and problems are shared with the inquiry that is copied.
    inquiry = replace(inquiry, answers={**inquiry.answers, FEATURES: SERIES})
    return replace(renamed, plain={**renamed.plain, FEATURES: series}), inquiry


def _distinct(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Without those that hold the same as one before them."""
    kept: dict[str, Array] = {}
    for name, array in arrays.items():
        if not any(np.array_equal(array, other, equal_nan=True) for other in kept.values()):
            kept[name] = array
    return kept


def _one(arrays: Mapping[str, Array], key: str, inquiry: Inquiry) -> tuple[str, Inquiry]:
    """The only array, or the one that is chosen; "" of none."""
    if len(arrays) < 2:
        return next(iter(arrays), ""), inquiry
    choices = [
        Choice(
            name,
            Message(
                "readers_folders.array-choice", array=name, shape=" x ".join(map(str, array.shape))
            ),
        )
        for name, array in arrays.items()
    ]
    values = {"file": inquiry.name, "arrays": list(arrays)}
    question = {
        WHICH: Message("readers_arrays.ask-which", **values),
        WHICH_FEATURES: Message("readers_arrays.ask-which-features", **values),
        WHICH_REGIONS: Message("readers_arrays.ask-which-regions", **values),
    }[key]
    answer = inquiry.ask(key, question, choices)
    return answer, inquiry.behind(key)


def _flat(
    main: str, chosen: str, candidates: Candidates, inquiry: Inquiry
) -> tuple[str, str, Inquiry]:
    """Numbers (S, K) under a name like ``X``: one measure of K regions, or flat connectomes."""
    array = candidates.features[main]
    regions = matrix_side(array, candidates.subjects)
    if chosen or plain(main) not in OPEN or regions < 3:
        return main, chosen, inquiry
    if has_diagonal(array):
        return "", main, inquiry
    count = array.shape[1]
    answer = inquiry.ask(
        FEATURES,
        Message(
            "readers_arrays.ask-flat",
            file=inquiry.name,
            array=main,
            subjects=candidates.subjects,
            count=count,
        ),
        (
            Choice(MEASURES, Message("readers_arrays.are-one-measure", count=count)),
            Choice(FC, Message("readers_arrays.are-flat-edges", count=count, regions=regions)),
        ),
    )
    inquiry = inquiry.behind(FEATURES)
    return ("", main, inquiry) if answer == FC else (main, "", inquiry)


def _regions_first(
    arrays: NamedArrays, name: str, candidates: Candidates, inquiry: Inquiry
) -> tuple[Array, Inquiry]:
    """Series (S, N, T): connectomes or names say how many regions there are, else it is asked."""
    array = candidates.series[name]
    one, other = array.shape[1:]
    counts = {
        matrix_side(connectome, candidates.subjects)
        for connectome in candidates.connectomes.values()
    }
    counts |= {
        names.size
        for key, names in arrays.plain.items()
        if (key == REGIONS or plain(key) in OF_REGIONS) and names.dtype.kind == "U"
    } - {candidates.subjects}
    if (one in counts) != (other in counts):
        return (array if one in counts else array.swapaxes(1, 2)), inquiry
    answer = inquiry.ask(
        ORIENTATION,
        Message(
            "readers_arrays.ask-orientation",
            file=inquiry.name,
            array=name,
            shape=format_shape(array),
        ),
        (
            Choice(
                POINTS,
                Message("readers_connectomes.points-are-rows", regions=other, points=one),
            ),
            Choice(
                ROWS_ARE_REGIONS,
                Message("readers_connectomes.points-are-columns", regions=one, points=other),
            ),
        ),
    )
    turned = array if answer == ROWS_ARE_REGIONS else array.swapaxes(1, 2)
    return turned, inquiry.behind(ORIENTATION)


def _are_correlated(series: Array, correlations: Array) -> bool:
    """Whether the first and the last subject's correlations are those of their series (S, N, T)."""
    count, size = series.shape[:2]
    if correlations.shape != (count, size, size) or not count or series.shape[2] < 3:
        return False
    with np.errstate(all="ignore"):
        return all(
            np.allclose(
                _edges(np.corrcoef(series[row])), edges, rtol=0, atol=NEARLY, equal_nan=True
            )
            for row in (0, -1)
            for edges in [_edges(correlations[row])]
        )


def _edges(matrix: Array) -> Array:
    return matrix[np.triu_indices(len(matrix), 1)]


def _renamed(
    arrays: NamedArrays, names: Mapping[str, str], candidates: Candidates, inquiry: Inquiry
) -> NamedArrays:
    """Under documented names, which is said, and without the candidates that are not taken."""
    left = {*candidates.connectomes, *candidates.series, *candidates.features} - names.keys()
    for name in sorted(left):
        inquiry.leave(name, Message("readers_arrays.another-used"))
    for name, documented in names.items():
        role = SERIES if name in candidates.series else documented
        flat = role == FEATURES and arrays.plain[name].ndim == 2
        _say(arrays, name, MEASURES if flat else role, inquiry)
    kept = {
        names.get(name, name): array for name, array in arrays.plain.items() if name not in left
    }
    called = {documented: name for name, documented in names.items()}
    return replace(arrays, plain=kept, called={**arrays.called, **called})


def _say(arrays: NamedArrays, name: str, role: str, inquiry: Inquiry) -> None:
    if name == role:
        return
    inquiry.assume(
        Message(
            "readers_arrays.read-as",
            file=inquiry.name,
            array=name,
            shape=format_shape(arrays.plain[name]),
            count=arrays.plain[name].shape[-1],
            role=role,
        )
    )


def _with_regions(arrays: NamedArrays, subjects: int, inquiry: Inquiry) -> NamedArrays:
    """With the names of N regions, where one array fits; of several one is asked."""
    brain = {name: arrays.plain[name] for name in (FEATURES, FC) if name in arrays.plain}
    count = region_count(brain, subjects)
    if count is None and FC in brain and brain[FC].ndim == 2:
        count = matrix_side(brain[FC], subjects)
    fitting: dict[str, tuple[str, ...]] = {
        name: texts(array)
        for name, array in arrays.plain.items()
        if plain(name) in OF_REGIONS and as_vector(array).shape == (count,) and count != subjects
    }
    fitting = {name: names for name, names in fitting.items() if len(set(names)) == count}
    worded = {name: names for name, names in fitting.items() if not all(map(str.isdecimal, names))}
    distinct: dict[str, Array] = {}
    for name, names in (worded or fitting).items():
        if names not in {texts(other) for other in distinct.values()}:
            distinct[name] = arrays.plain[name]
    chosen, _ = _one(distinct, WHICH_REGIONS, inquiry)
    if not chosen:
        return arrays
    _say(arrays, chosen, REGIONS, inquiry)
    kept = {REGIONS if name == chosen else name: array for name, array in arrays.plain.items()}
    return replace(arrays, plain=kept)
