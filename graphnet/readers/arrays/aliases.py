"""Arrays as people name them: common names of connectomes, measures, series and regions.

One rule for all names, also for those of BrainGB and BrainNetTF: an array counts for what its name
and its shape say together. One that fits is read, and that is said; of several one is asked. Where
``features`` or ``fc`` is there, which are documented, no other array is taken in its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isqrt

import numpy as np

from graphnet.data.interpretation import Choice
from graphnet.messages import Message
from graphnet.readers.arrays.brain import FC, FEATURES, MEASURES, SERIES, format_shape
from graphnet.readers.arrays.named import NUMERIC, Array, NamedArrays, as_vector, texts
from graphnet.readers.arrays.programs import (
    BRAINGB,
    CONNECTOMES,
    OF_COLUMNS,
    OF_FEATURES,
    OF_REGIONS,
    OF_SERIES,
    OPEN,
)
from graphnet.readers.arrays.subjects import count_subjects, subject_array_names
from graphnet.readers.connectomes.series import LEAST_POINTS, ORIENTATION, POINTS
from graphnet.readers.connectomes.series import REGIONS as ROWS_ARE_REGIONS
from graphnet.readers.connectomes.triangles import are_symmetric, has_diagonal
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import plain
from graphnet.readers.tables.sheet import Sheet

LOOKED_AT = 8  # subjects, of whom matrices are looked at
WHICH = "connectome.columns"  # the keys of questions
WHICH_FEATURES, WHICH_REGIONS = "features.columns", "regions.columns"
REGIONS = "regions"
NEARLY = 1e-3  # how far correlations that are kept may be from those of the series


@dataclass(frozen=True)
class _Candidates:
    """The arrays that may be connectomes, series and measures of S ``subjects``, by name."""

    subjects: int
    connectomes: Mapping[str, Array]
    series: Mapping[str, Array]
    features: Mapping[str, Array]

    @classmethod
    def of(cls, arrays: NamedArrays, subjects: int) -> "_Candidates":
        """Those that fit by name and shape, and beside what is there under a documented name."""
        numbers = {
            name: array for name, array in arrays.plain.items() if array.dtype.kind in NUMERIC
        }
        given = {name: numbers[name] for name in (FC, FEATURES) if name in numbers}
        size = _region_count(given, subjects)
        connectomes, series, features = {}, {}, {}
        for name, array in numbers.items():
            if name in given:
                continue
            if _is_connectome(name, array, subjects):
                if FC not in given and size in {None, _matrix_side(array, subjects)}:
                    connectomes[name] = array
            elif plain(name) in OF_SERIES and _are_series(array, subjects):
                series[name] = array
            elif _are_features(name, array, subjects) and size in {None, array.shape[1]}:
                features[name] = array
        series = {} if given else series
        return cls(subjects, connectomes, series, {} if FEATURES in given else features)

    def __bool__(self) -> bool:
        return bool(self.connectomes or self.series or self.features)


def as_documented(arrays: NamedArrays, inquiry: Inquiry) -> tuple[NamedArrays, Inquiry]:
    """The arrays under their documented names, and who asks what they are.

    Other arrays stay as they are.
    """
    subjects = _subjects(arrays)
    candidates = _Candidates.of(arrays, subjects)
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
    arrays: NamedArrays, candidates: _Candidates, inquiry: Inquiry
) -> tuple[NamedArrays, Inquiry]:
    """With the chosen connectomes and measures, or series, under their documented names."""
    main, inquiry = _one({**candidates.features, **candidates.series}, WHICH_FEATURES, inquiry)
    connectomes = _distinct(candidates.connectomes)
    chosen: str | None = None
    if main in candidates.series:
        series, inquiry = _regions_first(arrays, main, candidates, inquiry)
        if connectomes and not any(
            _are_correlated(series, array) for array in connectomes.values()
        ):
            both = {**connectomes, main: candidates.series[main]}
            chosen, inquiry = _one(both, WHICH, inquiry)
            main = main if chosen == main else ""
    else:
        chosen, inquiry = _one(connectomes, WHICH, inquiry)
        if main and candidates.features[main].ndim == 2:
            main, chosen, inquiry = _flat(main, chosen, candidates, inquiry)
    names = {main: FEATURES} if main else {}
    if chosen and chosen != main:
        names[chosen] = FC
    others = {*candidates.connectomes, *candidates.series, *candidates.features} - names.keys()
    renamed = _renamed(arrays, names, others, inquiry, are_series=main in candidates.series)
    if main in candidates.series:
        plain_arrays = {**renamed.plain, FEATURES: series}
        # Questions and problems are shared with the inquiry that is copied.
        inquiry = replace(inquiry, answers={**inquiry.answers, FEATURES: SERIES})
        renamed = replace(renamed, plain=plain_arrays)
    return renamed, inquiry


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
    asked = {
        WHICH: Message("readers_arrays.ask-which", file=inquiry.name, arrays=list(arrays)),
        WHICH_FEATURES: Message(
            "readers_arrays.ask-which-features", file=inquiry.name, arrays=list(arrays)
        ),
        WHICH_REGIONS: Message(
            "readers_arrays.ask-which-regions", file=inquiry.name, arrays=list(arrays)
        ),
    }
    answer = inquiry.ask(key, asked[key], choices)
    return answer, inquiry.behind(key)


def _flat(
    main: str, chosen: str, candidates: _Candidates, inquiry: Inquiry
) -> tuple[str, str, Inquiry]:
    """Numbers (S, K) under a name like ``X``: one measure of K regions, or flat connectomes."""
    array = candidates.features[main]
    regions = _matrix_side(array, candidates.subjects)
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
    arrays: NamedArrays, name: str, candidates: _Candidates, inquiry: Inquiry
) -> tuple[Array, Inquiry]:
    """Series (S, N, T): connectomes or names say how many regions there are, else it is asked."""
    array = candidates.series[name]
    one, other = array.shape[1:]
    named = {array.size for key, array in arrays.plain.items()
             if (key == REGIONS or plain(key) in OF_REGIONS) and array.dtype.kind == "U"
             and array.size != candidates.subjects}  # fmt: skip
    counts = {
        _matrix_side(array, candidates.subjects) for array in candidates.connectomes.values()
    } | named
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
    arrays: NamedArrays,
    names: Mapping[str, str],
    without: set[str],
    inquiry: Inquiry,
    *,
    are_series: bool,
) -> NamedArrays:
    """Under documented names, which is said, and without the arrays that are not taken."""
    for name in sorted(without):
        inquiry.leave(name, Message("readers_arrays.another-used"))
    for name, documented in names.items():
        role = SERIES if documented == FEATURES and are_series else documented
        flat = role == FEATURES and arrays.plain[name].ndim == 2
        _say(arrays, name, MEASURES if flat else role, inquiry)
    kept = {names.get(name, name): array for name, array in arrays.plain.items()
            if name not in without}  # fmt: skip
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
    count = _region_count(brain, subjects)
    if count is None and FC in brain and brain[FC].ndim == 2:
        count = _matrix_side(brain[FC], subjects)
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


# Which arrays may be the brain, by name and shape.


def _is_connectome(name: str, array: Array, subjects: int) -> bool:
    """Whether name and shape are those of connectomes, of a name like ``X`` also the numbers."""
    key = plain(name)
    if array.ndim == 2:
        of_each = array.shape[0] == subjects and array.shape[1] != subjects
        return key in CONNECTOMES and of_each and _matrix_side(array, subjects) > 2
    if not _has_squares(array, subjects):
        return False
    return key in CONNECTOMES or bool(BRAINGB.fullmatch(name)) or (
        key in OF_FEATURES and _hold_edges(array, subjects)
    )  # fmt: skip


def _has_squares(array: Array, subjects: int) -> bool:
    """Whether one axis is the subjects', and the others are of one length."""
    if array.ndim != 3 or subjects not in array.shape:
        return False
    left = list(array.shape)
    left.remove(subjects)
    return bool(left[0] == left[1] > 1)


def _hold_edges(array: Array, subjects: int) -> bool:
    """Whether the squares of the first subjects are symmetric or of one triangle."""
    for axis in (0, 2, 1):
        left = (*array.shape[:axis], *array.shape[axis + 1 :])
        if array.shape[axis] != subjects or left[0] != left[1]:
            continue
        squares = np.moveaxis(array, axis, 0)[:LOOKED_AT]
        halves = np.triu(squares, 1), np.tril(squares, -1)
        if are_symmetric(squares) or not all(np.nan_to_num(half).any() for half in halves):
            return True
    return False


def _are_series(array: Array, subjects: int) -> bool:
    return array.ndim == 3 and array.shape[0] == subjects and max(array.shape[1:]) >= LEAST_POINTS


def _are_features(name: str, array: Array, subjects: int) -> bool:
    return plain(name) in OF_FEATURES and array.ndim in {2, 3} and bool(array.shape[0] == subjects)


def _matrix_side(array: Array, subjects: int) -> int:
    """N of connectomes, of any axes or flat; 0 of what is flat and of no number of regions."""
    if array.ndim == 3:
        left = list(array.shape)
        left.remove(subjects)
        return int(left[0])
    count = array.shape[1]
    side = isqrt(count)
    half = (1 + isqrt(1 + 8 * count)) // 2
    return side if side * side == count else half if half * (half - 1) // 2 == count else 0


def _region_count(given: Mapping[str, Array], subjects: int) -> int | None:
    """N of the arrays of documented names; None where there are none, or they do not tell."""
    if FEATURES in given and given[FEATURES].ndim > 1:
        return int(given[FEATURES].shape[1])
    if FC in given and _has_squares(given[FC], subjects):
        return _matrix_side(given[FC], subjects)
    return None
