"""Which of several files of a subject: asked by what they differ in."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from graphnet.data.interpretation import Choice, R, Z
from graphnet.errors import shortened
from graphnet.messages import Message, first_of
from graphnet.readers.folders.entities import (
    CIFTI,
    FOLDER,
    FORMAT,
    GIFTI,
    GRAPHML,
    MATRIX,
    MEASURE,
    NAME,
    NETCC,
    SERIES,
    TEXTS,
    UNKNOWN,
    VALUES,
    Scan,
)
from graphnet.readers.inquiry import Inquiry

ScansOf = Mapping[str, Sequence[Scan]]  # by the subject's id in the table

FILES = "files"  # the beginning of the keys of questions
KIND = "files.kind"
NONE = "none"
ORDER = ("ses", "task", "acq", "dir", "run", "rec", "echo", "space", "res", "den", "seg", "atlas",
         "segmentation", "parcellation", "stat", "meas", "desc", FOLDER, NAME)  # fmt: skip
SAME = {"seg", "atlas", "segmentation", "parcellation", "stat", "meas", "den"}
GLOBAL = re.compile(r"global", re.IGNORECASE)
VISIT = re.compile(r"(?:^|/)S(?P<visit>[2-9])_")
FORMATS = (
    *TEXTS,
    ".npy",
    ".npz",
    ".mat",
    *CIFTI,
    GIFTI,
    GRAPHML,
    NETCC,
    ".xml",
    ".h5",
    ".hdf5",
    ".zip",
)


def one_kind(scans: ScansOf, inquiry: Inquiry) -> ScansOf:
    """Series where there are any, as their correlations are got from them, else matrices.

    Files of no known name count where there is neither.

    Where not everybody who has a matrix has a series, or they are of different atlases, it is
    asked.
    """
    series, matrices = _of_kind(scans, SERIES), _of_kind(scans, MATRIX)
    unknown = _of_kind(scans, UNKNOWN)
    if unknown and (series or matrices):
        names = [scan.path.name for scan in _all(unknown)]
        inquiry.leave(shortened(names, 3), Message("readers_subjects.names-say-nothing"))
    if not series or not matrices:
        return series or matrices or unknown
    kind = SERIES
    if set(series) != set(matrices) or not _atlases(series) & _atlases(matrices):
        kind = inquiry.ask(
            KIND,
            Message(
                "readers_folders.ask-series-or-matrices",
                file=inquiry.name,
                series=len(series),
                matrices=len(matrices),
            ),
            (
                Choice(SERIES, Message("readers_folders.as-series", example=_example(series))),
                Choice(MATRIX, Message("readers_folders.as-matrices", example=_example(matrices))),
            ),
        )
    else:
        inquiry.assume(
            Message(
                "readers_folders.series-used",
                file=inquiry.name,
                series=_example(series),
                matrices=_example(matrices),
            )
        )
    return series if kind == SERIES else matrices


def of_each_measure(scans: ScansOf) -> dict[str, ScansOf]:
    """The files of measures, by measure and subject."""
    measures = _of_kind(scans, MEASURE)
    names = sorted({scan.measure for scan in _all(measures)})
    return {
        name: {
            subject: [scan for scan in own if scan.measure == name]
            for subject, own in measures.items()
        }
        for name in names
    }


def one_each(scans: ScansOf, inquiry: Inquiry, chosen: dict[str, str]) -> dict[str, Scan]:
    """One file per subject. ``chosen`` takes what was answered, by entity.

    A subject who has no file of what was chosen is not there.
    """
    left = _one_spelling(scans)
    for settle in (_one_form_of_values, _one_format):
        left = settle(left, inquiry)
    for key in _keys(left):
        if _differ(left, key):
            value = _asked(left, key, inquiry)
            chosen[key] = value
            left = _with(left, key, value)
    for subject, own in left.items():
        if len(own) > 1:
            inquiry.refuse(
                Message(
                    "readers_folders.same-files",
                    file=inquiry.name,
                    count=len(own),
                    subject=subject,
                    files=first_of([scan.path.name for scan in own], 3),
                )
            )
    _check_alike(left, inquiry)
    return {subject: own[0] for subject, own in left.items() if own}


def _check_alike(scans: ScansOf, inquiry: Inquiry) -> None:
    """Different atlases or measures between subjects are refused, other differences said."""
    for key in _keys(scans):
        firsts = {_value(own[0], key): subject for subject, own in scans.items() if own}
        if len(firsts) < 2:
            continue
        subjects = first_of(
            [
                Message(
                    "readers_folders.subject-has", subject=subject, value=_described(key, value)
                )
                for value, subject in firsts.items()
            ],
            3,
        )
        if key in SAME:
            inquiry.refuse(
                Message(
                    "readers_folders.entity-differs",
                    file=inquiry.name,
                    entity=_entity(key),
                    subjects=subjects,
                )
            )
        elif key != FOLDER or _are_folders_of_others(firsts):
            inquiry.assume(
                Message(
                    "readers_folders.files-differ", file=inquiry.name, key=key, subjects=subjects
                )
            )


def _are_folders_of_others(folders: Iterable[str]) -> bool:
    """Whether folders differ in the global signal or in the visit."""
    return (
        len({(bool(GLOBAL.search(folder)), bool(VISIT.search(folder))) for folder in folders}) > 1
    )


def _of_kind(scans: ScansOf, kind: str) -> ScansOf:
    of_kind = {
        subject: [scan for scan in own if scan.kind == kind] for subject, own in scans.items()
    }
    return {subject: own for subject, own in of_kind.items() if own}


def _atlases(scans: ScansOf) -> set[str]:
    return {
        next((scan.entities[key] for key in ("seg", "atlas") if key in scan.entities), "")
        for scan in _all(scans)
    }


def _all(scans: ScansOf) -> Iterable[Scan]:
    return (scan for own in scans.values() for scan in own)


def _example(scans: ScansOf) -> str:
    return next(iter(_all(scans))).path.name


def _keys(scans: ScansOf) -> list[str]:
    keys = {key for scan in _all(scans) for key in scan.entities}
    ordered = [key for key in ORDER if key in keys]
    return ordered + sorted(keys - set(ordered) - {VALUES, FORMAT})


def _value(scan: Scan, key: str) -> str:
    return scan.entities.get(key, NONE)


def _differ(scans: ScansOf, key: str) -> bool:
    """Whether somebody has files of two values."""
    return any(len({_value(scan, key) for scan in own}) > 1 for own in scans.values())


def _with(scans: ScansOf, key: str, value: str) -> ScansOf:
    return {
        subject: [scan for scan in own if _value(scan, key) == value]
        for subject, own in scans.items()
    }


def _one_spelling(scans: ScansOf) -> ScansOf:
    """Runs 1 and 01 are one, where no subject has both."""
    values = {_value(scan, "run") for scan in _all(scans)} - {NONE}
    plain = {value: value.lstrip("0") or "0" for value in values}
    wide = max((value for value in values if value.startswith("0")), key=len, default="")
    both = any(_collide([_value(scan, "run") for scan in own], plain) for own in scans.values())
    if both or not wide:
        return scans
    one = {value: plain[value].zfill(len(wide)) for value in values}
    return {subject: [_renamed(scan, one) for scan in own] for subject, own in scans.items()}


def _collide(runs: Sequence[str], plain: Mapping[str, str]) -> bool:
    spelled = set(runs) - {NONE}
    return len({plain[run] for run in spelled}) < len(spelled)


def _renamed(scan: Scan, runs: Mapping[str, str]) -> Scan:
    if "run" not in scan.entities:
        return scan
    entities = {**scan.entities, "run": runs[scan.entities["run"]]}
    return replace(scan, entities=entities)


def _one_form_of_values(scans: ScansOf, inquiry: Inquiry) -> ScansOf:
    """Of r and z of the same subjects: z."""
    values = {_value(scan, VALUES) for scan in _all(scans)}
    if {R, Z} <= values and _differ(scans, VALUES):
        inquiry.assume(Message("readers_folders.z-used", file=inquiry.name))
        return _preferred(scans, lambda scan: _value(scan, VALUES) != Z, VALUES)
    return scans


def _one_format(scans: ScansOf, inquiry: Inquiry) -> ScansOf:
    """Of the same in two formats: the text."""
    left = _preferred(scans, lambda scan: FORMATS.index(_format(scan)), FORMAT)
    if sum(map(len, left.values())) < sum(map(len, scans.values())):
        formats = sorted({_value(scan, FORMAT) for scan in _all(scans)})
        inquiry.assume(
            Message(
                "readers_folders.one-format",
                file=inquiry.name,
                formats=formats,
                format=_value(next(iter(_all(left))), FORMAT),
            )
        )
    return left


def _format(scan: Scan) -> str:
    form = _value(scan, FORMAT).removesuffix(".gz")
    return form if form in FORMATS else FORMATS[0]


def _preferred(scans: ScansOf, rank: Callable[[Scan], int], aside: str) -> ScansOf:
    """Of each subject's files that differ in ``aside`` alone the one of the least rank."""
    preferred: dict[str, list[Scan]] = {}
    for subject, own in scans.items():
        groups: dict[tuple[tuple[str, str], ...], list[Scan]] = {}
        for scan in own:
            rest = {key: value for key, value in scan.entities.items() if key != aside}
            groups.setdefault(tuple(sorted(rest.items())), []).append(scan)
        preferred[subject] = [min(group, key=rank) for group in groups.values()]
    return preferred


def _asked(scans: ScansOf, key: str, inquiry: Inquiry) -> str:
    counts: dict[str, int] = {}
    for own in scans.values():
        for value in {_value(scan, key) for scan in own}:
            counts[value] = counts.get(value, 0) + 1
    values = sorted(counts, key=lambda value: (-counts[value], _natural(value)))
    choices = [
        Choice(
            value,
            Message(
                "readers_folders.value-of-subjects",
                value=_described(key, value),
                count=counts[value],
                total=len(scans),
            ),
        )
        for value in values
    ]
    return inquiry.ask(
        f"{FILES}.{key}",
        Message("readers_folders.ask-file", file=inquiry.name, entity=_entity(key)),
        choices,
    )


def _entity(key: str) -> Message:
    """The word for an entity of BIDS; others are called by their key."""
    return Message("readers_folders.entity", key=key)


def _described(key: str, value: str) -> Message | str:
    """The value of an entity as people read it."""
    if value == NONE:
        if key == "meas":
            return Message("readers_folders.plain-measure")
        return Message("readers_folders.without-entity", key=key)
    if key != FOLDER:
        return value if key == "name" else f"{key}-{value}"
    visit = VISIT.search(value)
    return Message(
        "readers_folders.folder",
        folder=value,
        is_global=bool(GLOBAL.search(value)),
        visit=visit["visit"] if visit else "none",
    )


def _natural(value: str) -> tuple[tuple[int, int, str], ...]:
    """2 before 10."""
    parts = re.findall(r"\d+|\D+", value)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)
