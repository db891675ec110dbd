"""The subjects of named arrays: every array with one value per subject is a column of a sheet."""

import re
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from graphnet.data.interpretation import Choice
from graphnet.messages import Message
from graphnet.readers.arrays.named import (
    NUMERIC,
    OBJECTS,
    Array,
    NamedArrays,
    as_vector,
    in_file,
    texts,
)
from graphnet.readers.inquiry import ID, LABEL, SCORE, SITE, Inquiry
from graphnet.readers.subjects.people import People, read_people
from graphnet.readers.subjects.words import CLASSES, plain
from graphnet.readers.subjects.words import IDS as NAMES_OF_IDS
from graphnet.readers.subjects.words import SITES as NAMES_OF_SITES
from graphnet.readers.tables.roles import NONE, is_lesser_class, may_be_class
from graphnet.readers.tables.sheet import Cells, Sheet, is_missing, is_number

IDS, LABELS, SCORES, SITES = "ids", "labels", "scores", "sites"
ROLES = {IDS: ID, LABELS: LABEL, SCORES: SCORE, SITES: SITE}  # the keys of a mapping
# Not every name of a column with ids: names and codes may be those of regions.
OTHER_IDS = {
    name for name in NAMES_OF_IDS if re.search("id$|ids$|^sub|^participant|^patient", name)
}
WORDS = {*OTHER_IDS, *CLASSES, *NAMES_OF_SITES}  # what is text, also in numbers
TARGETS = {"y", "target", "targets"}  # classes or scores, where nothing else is called so
SCANNERS = {"scanner", "scanners", "scannerid"}  # sites, where nothing else is called so


def subject_array_names(arrays: NamedArrays) -> list[str]:
    """The arrays that are the subjects' by their names, plain or odd; those of the ids first.

    Where ``ids`` or ``labels`` are there, no other name is looked for.
    """
    names = [*arrays.plain, *arrays.odd]
    ids = [IDS] if IDS in names else [name for name in names if plain(name) in OTHER_IDS]
    labels = [LABELS] if LABELS in names else [name for name in names if plain(name) in CLASSES]
    labels = labels or _targets(arrays, ids)
    return [*ids, *labels, *(name for name in (SCORES, SITES) if name in names)]


def _targets(arrays: NamedArrays, ids: list[str]) -> list[str]:
    """Arrays like ``y``, which may also be a coordinate of regions: as long as the ids.

    One with a column per class is the subjects' too, and refused later with what to do.
    """
    known = {arrays.plain[name].size for name in ids if name in arrays.plain}
    return [
        name
        for name, array in arrays.plain.items()
        if plain(name) in TARGETS
        and (as_vector(array).ndim == 1 or _has_column_per_class(array))
        and (not known or len(as_vector(array)) in known)
    ]


def count_subjects(arrays: NamedArrays, inquiry: Inquiry) -> int:
    """How many there are, by the ids or else the classes; refused where both are absent."""
    names = subject_array_names(arrays)
    for name in names:
        if name in arrays.plain:
            array = arrays.plain[name]
            return int(array.shape[0] if _is_wide(array) else as_vector(array).shape[0])
    if not names:
        inquiry.refuse(Message("readers_arrays.no-ids", file=inquiry.name, arrays=arrays.listed))
    return 0


def check_subjects(arrays: NamedArrays, subjects: int, inquiry: Inquiry) -> None:
    """The arrays of subjects can be taken, and have one value for each; else refused."""
    for name in subject_array_names(arrays):
        if name in arrays.odd:
            inquiry.refuse(_refusal_of_odd(name, arrays.odd[name].message, inquiry.name))
            continue
        array = arrays.plain[name]
        if _is_wide(array):
            inquiry.refuse(
                Message(
                    "readers_arrays.several-columns",
                    file=inquiry.name,
                    array=name,
                    shape=f"{array.shape[0]} x {array.shape[1]}",
                    count=array.shape[1],
                )
            )
        elif array.size != subjects:
            inquiry.refuse(
                Message(
                    "readers_arrays.wrong-length",
                    file=inquiry.name,
                    array=name,
                    count=array.size,
                    subjects=subjects,
                )
            )


def subjects_from_arrays(
    arrays: NamedArrays, subjects: int, used: Collection[str], inquiry: Inquiry, *, ambiguous: bool
) -> People:
    """Who the subjects are; arrays that say nothing of them are named as left alone.

    ``ambiguous``: there are as many subjects as regions or measures, so that only arrays of known
    names are the subjects'.
    """
    of_subjects = set(subject_array_names(arrays))
    columns: dict[str, Cells] = {}
    for name, array in arrays.plain.items():
        if name in used:
            continue
        if name in of_subjects or (not ambiguous and as_vector(array).shape == (subjects,)):
            columns[name] = _cells(name, array)
        else:
            inquiry.leave(name, _reason(array, subjects, ambiguous=ambiguous))
    for name, odd in arrays.odd.items():
        inquiry.leave(name, Message("readers_arrays.it-is", what=odd.message))
    sheet = Sheet(tuple(columns), tuple(columns.values()))
    documented = {ROLES[name]: name for name in columns if name in ROLES}
    # Questions and problems are shared with the inquiry that is copied.
    roles = {**_by_common_names(sheet, inquiry), **documented}
    documenting = replace(inquiry, answers={**roles, **inquiry.answers})
    return read_people(sheet, sheet.names, documenting)


def _by_common_names(sheet: Sheet, inquiry: Inquiry) -> dict[str, str]:
    """Who else has a role: ``y`` that holds no classes is a score, ``scanner`` is a site."""
    roles: dict[str, str] = {}
    known = {plain(name) for name in sheet.names}
    targets = [name for name in sheet.names if plain(name) in TARGETS]
    given = set(inquiry.answers.values())
    if not known & {*CLASSES, SCORES} and len(targets) == 1 and targets[0] not in given:
        roles |= _role_of_target(sheet, targets[0], inquiry)
    scanners = [name for name in sheet.names if plain(name) in SCANNERS]
    if not known & NAMES_OF_SITES and len(scanners) == 1:
        roles[SITE] = scanners[0]
        inquiry.assume(
            Message("readers_arrays.scanner-is-site", file=inquiry.name, array=scanners[0])
        )
    return roles


def _role_of_target(sheet: Sheet, target: str, inquiry: Inquiry) -> dict[str, str]:
    """Whether ``y`` is a score: it is for certain with decimals or more numbers than classes."""
    cells = {cell for cell in sheet.texts(target) if not is_missing(cell)}
    if is_lesser_class(sheet, target) or not all(map(is_number, cells)):
        return {}
    if may_be_class(sheet, target):
        answer = inquiry.ask(
            LABEL,
            Message("readers_arrays.ask-target", file=inquiry.name, array=target, count=len(cells)),
            (
                Choice(target, Message("readers_arrays.target-classes", count=len(cells))),
                Choice(NONE, Message("readers_arrays.target-scores")),
            ),
        )
        return {SCORE: target} if answer == NONE else {}
    inquiry.assume(Message("readers_arrays.target-is-score", file=inquiry.name, array=target))
    return {SCORE: target}


def _refusal_of_odd(name: str, what: Message, file: str) -> Message:
    if what == OBJECTS:
        return Message("readers_arrays.save-as-text", array=name, file=file, what=what)
    return Message("readers_arrays.give-full-or-text", array=in_file(name, file), what=what)


def _has_column_per_class(array: Array) -> bool:
    if not _is_wide(array) or array.dtype.kind not in NUMERIC:
        return False
    return bool(np.isin(array, (0, 1)).all() and (array.sum(axis=1) == 1).all())


def _is_wide(array: Array) -> bool:
    return array.ndim == 2 and min(array.shape) > 1


def _cells(name: str, array: Array) -> Cells:
    """Numbers, or text; ids, classes and sites are text always."""
    flat = as_vector(array).ravel()
    if (name != SCORES and flat.dtype.kind in "Ub") or plain(name) in WORDS:
        return texts(flat)
    return flat.astype(np.float64)


def _reason(array: Array, subjects: int, *, ambiguous: bool) -> Message:
    if ambiguous and as_vector(array).shape == (subjects,):
        return Message("readers_arrays.of-either", count=subjects)
    shape = " x ".join(map(str, array.shape))
    return Message("readers_arrays.not-per-subject", shape=shape)
