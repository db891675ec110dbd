"""The regions of all subjects by name, in one order."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from graphnet.errors import CohortError, shortened
from graphnet.messages import Message, first_of
from graphnet.readers.connectomes.series import has_region_names
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.text.number_files import NumberTable

FloatArray = NDArray[np.float64]
Tables = Mapping[str, NumberTable]  # by subject, with regions as columns

EVEN = 1e-3  # how far steps of time may differ, as they are rounded
ALIKE = 0.5  # the share of regions that two files of one atlas have in common
NO_REGIONS = {
    "csf", "white_matter", "whitematter", "wm", "global_signal", "globalsignal", "gs", "dvars",
    "std_dvars", "framewise_displacement", "trans_x", "trans_y", "trans_z", "rot_x", "rot_y",
    "rot_z", "rmsd", "csf_wm", "tcompcor", "globalmean", "global_mean", "globalmeansignal",
    "background", "unknown", "???",
}  # fmt: skip
# Of fMRIPrep, and what is derived of its other columns: trans_x_derivative1_power2.
NUISANCE = re.compile(
    r"[aetwc]_comp_cor_\d+|cosine_?\d+|(non_steady_state|motion)_outlier_?\d+|aroma_motion_\d+"
    r"|(?P<column>\w+?)(_derivative1|_power2|_derivative1_power2)"
)
STATISTIC = re.compile(  # of 3dROIstats
    r"(nz)?(mean|sum|sigma|med|median|min|max|mode|stdev|std|count|volume|voxels)_(?P<number>\d+)",
    re.IGNORECASE,
)
TIMES = {"time", "times", "t", "tr", "volume", "vol", "frame", "scan", "timepoint", "time_point",
         "seconds", "sec", "time_s", "time (s)", "time [s]"}  # fmt: skip


def align_regions(
    tables: Tables, inquiry: Inquiry, *, both: bool = False
) -> tuple[tuple[str, ...], dict[str, FloatArray]]:
    """The names of the regions, and each subject's values (T, N) in their order.

    With ``both`` the rows of the values (N, N) are regions too. Regions without names are 1 … N by
    place. A region that a file lacks is NaN for its subject, if regions have words for names; else
    unequal regions are refused.

    Raises:
        CohortError: the regions differ, naming the first subjects who differ.

    """
    names = {subject: _names(table, subject, inquiry) for subject, table in tables.items()}
    if any(one is not None and all(map(str.isdecimal, one)) for one in names.values()):
        # NumberTable that are names in one file, as one is left out, are names in the others too.
        names |= {key: table.header for key, table in tables.items() if names[key] is None}
    named = {subject: one for subject, one in names.items() if one is not None}
    if not named:
        return _by_place(tables, inquiry)
    usual = _usual(list(named.values()))
    _check_alike(named, tables, usual, inquiry)
    regions = _union(usual, named.values())
    _say_unnamed(names, inquiry)
    aligned = {
        subject: _placed(table.values, names[subject] or usual, regions, both=both)
        for subject, table in tables.items()
    }
    _refuse_statistics(regions, inquiry)
    _say_moved(named, usual, regions, inquiry)
    return _without_nuisance(regions, aligned, inquiry, both=both)


def _refuse_statistics(regions: Sequence[str], inquiry: Inquiry) -> None:
    """Refuse several columns per region, ``Mean_1`` and ``NZMean_1``, as 3dROIstats writes them.

    Raises:
        CohortError: naming two columns of one region.

    """
    column_of: dict[str, str] = {}
    for name in regions:
        match = STATISTIC.fullmatch(name)
        other = column_of.setdefault(match["number"], name) if match else name
        if other != name:
            raise CohortError(
                Message(
                    "readers_connectomes.several-statistics",
                    file=inquiry.name,
                    columns=(other, name),
                )
            )


def _names(table: NumberTable, subject: str, inquiry: Inquiry) -> tuple[str, ...] | None:
    """The names of a file's columns; None where they have none but places."""
    if table.header is None:
        return None
    header = tuple(name.strip().removeprefix("#").strip() for name in table.header)
    if not has_region_names(header):
        return None
    twice = [name for name, times in Counter(header).items() if times > 1]
    if twice:
        raise CohortError(
            Message(
                "readers_connectomes.region-twice",
                file=inquiry.name,
                subject=subject,
                regions=first_of(twice, 3),
            )
        )
    return header


def _by_place(tables: Tables, inquiry: Inquiry) -> tuple[tuple[str, ...], dict[str, FloatArray]]:
    sizes = {subject: table.values.shape[1] for subject, table in tables.items()}
    usual = Counter(sizes.values()).most_common(1)[0][0]
    odd = [
        Message("readers_connectomes.subject-has", subject=subject, count=size)
        for subject, size in sizes.items()
        if size != usual
    ]
    if odd:
        raise CohortError(
            Message(
                "readers_connectomes.different-counts",
                file=inquiry.name,
                subjects=first_of(odd, 5),
                usual=usual,
            )
        )
    regions = tuple(str(place) for place in range(1, usual + 1))
    return regions, {subject: table.values for subject, table in tables.items()}


def _usual(names: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The header that most files have; of as common ones the longest."""
    counts = Counter(names)
    return max(counts, key=lambda one: (counts[one], len(one)))


def _check_alike(
    named: Mapping[str, tuple[str, ...]], tables: Tables, usual: tuple[str, ...], inquiry: Inquiry
) -> None:
    words = not all(name.isdecimal() for name in usual)
    problems = []
    for subject, table in tables.items():
        own = named.get(subject)
        if own is None and table.values.shape[1] != len(usual):
            problems.append(
                Message(
                    "readers_connectomes.unnamed-regions",
                    subject=subject,
                    count=table.values.shape[1],
                )
            )
        if own is not None and set(own) != set(usual):
            common = len(set(own) & set(usual))
            if not words or common < ALIKE * len(usual):
                problems.append(_difference(subject, own, usual))
    if problems:
        raise CohortError(
            Message(
                "readers_connectomes.other-regions",
                file=inquiry.name,
                usual=len(usual),
                subjects=first_of(problems, 5),
            )
        )


def _difference(subject: str, own: Sequence[str], usual: Sequence[str]) -> Message:
    lacking = [name for name in usual if name not in set(own)]
    more = [name for name in own if name not in set(usual)]
    return Message(
        "readers_connectomes.regions-of-subject",
        subject=subject,
        count=len(own),
        kind="both" if lacking and more else "lacking" if lacking else "more",
        lacking=first_of(lacking, 3),
        more=first_of(more, 3),
    )


def _union(usual: tuple[str, ...], names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    every = dict.fromkeys(usual)
    for one in names:
        every |= dict.fromkeys(one)
    return tuple(every)


def _placed(
    values: FloatArray, names: Sequence[str], regions: Sequence[str], *, both: bool
) -> FloatArray:
    """Values with their regions in another order, NaN for those that are not there."""
    if tuple(names) == tuple(regions):
        return values
    place = {name: column for column, name in enumerate(regions)}
    places = [place[name] for name in names]
    if both:
        square = np.full((len(regions), len(regions)), np.nan)
        square[np.ix_(places, places)] = values
        return square
    placed = np.full((len(values), len(regions)), np.nan)
    placed[:, places] = values
    return placed


def _say_unnamed(names: Mapping[str, tuple[str, ...] | None], inquiry: Inquiry) -> None:
    unnamed = [subject for subject, one in names.items() if one is None]
    if unnamed:
        inquiry.assume(
            Message(
                "readers_connectomes.regions-in-order",
                file=inquiry.name,
                subjects=first_of(unnamed, 5),
            )
        )


def _say_moved(
    named: Mapping[str, tuple[str, ...]],
    usual: tuple[str, ...],
    regions: tuple[str, ...],
    inquiry: Inquiry,
) -> None:
    moved = [
        subject
        for subject, one in named.items()
        if one != tuple(name for name in usual if name in set(one))
    ]
    lacking = [
        Message(
            "readers_connectomes.subject-lacks",
            subject=subject,
            regions=first_of([name for name in regions if name not in set(one)], 3),
        )
        for subject, one in named.items()
        if len(one) < len(regions)
    ]
    if moved:
        inquiry.assume(
            Message(
                "readers_connectomes.matched-by-name",
                file=inquiry.name,
                subjects=first_of(moved, 5),
            )
        )
    if lacking:
        inquiry.assume(
            Message(
                "readers_connectomes.regions-missing",
                file=inquiry.name,
                subjects=first_of(lacking, 5),
            )
        )


def _without_nuisance(
    regions: tuple[str, ...], values_of: dict[str, FloatArray], inquiry: Inquiry, *, both: bool
) -> tuple[tuple[str, ...], dict[str, FloatArray]]:
    """Without columns named for what is no region of the brain, as fMRIPrep's confounds are."""
    none = {
        place
        for place, name in enumerate(regions)
        if _is_nuisance(name.lower())
        or (name.lower() in TIMES and all(map(_goes_on_evenly, _each(values_of, place))))
    }
    if not none:
        return regions, values_of
    if len(none) > ALIKE * len(regions):
        raise CohortError(
            Message(
                "readers_connectomes.confounds", file=inquiry.name, columns=first_of(regions, 4)
            )
        )
    kept = [place for place in range(len(regions)) if place not in none]
    inquiry.leave(
        shortened([regions[place] for place in sorted(none)]),
        Message("readers_connectomes.no-brain-region"),
    )
    return tuple(regions[place] for place in kept), {
        subject: one[np.ix_(kept, kept)] if both else one[:, kept]
        for subject, one in values_of.items()
    }


def _is_nuisance(name: str) -> bool:
    match = NUISANCE.fullmatch(name)
    if match is None:
        return name in NO_REGIONS
    return match["column"] is None or match["column"] in NO_REGIONS


def _each(values_of: Mapping[str, FloatArray], place: int) -> Iterator[FloatArray]:
    return (values[:, place] for values in values_of.values())


def _goes_on_evenly(column: FloatArray) -> bool:
    """Whether each number is larger than the one before, by as much: times, and no signal."""
    steps = np.diff(column)
    return len(steps) > 1 and bool((steps > 0).all()) and bool(np.ptp(steps) <= EVEN * steps.max())
