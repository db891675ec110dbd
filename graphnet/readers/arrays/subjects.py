"""The subjects of named arrays: every array with one value per subject is a column of a sheet."""

import re
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from graphnet.readers.arrays.named import UNUSABLE_KINDS, Array, NamedArrays, as_vector, texts
from graphnet.readers.inquiry import ID, LABEL, SCORE, SITE, Inquiry
from graphnet.readers.subjects.people import People, read_people
from graphnet.readers.subjects.words import CLASSES, plain
from graphnet.readers.subjects.words import IDS as NAMES_OF_IDS
from graphnet.readers.subjects.words import SITES as NAMES_OF_SITES
from graphnet.readers.tables.sheet import Cells, Sheet

IDS, LABELS, SCORES, SITES = "ids", "labels", "scores", "sites"
ROLES = {IDS: ID, LABELS: LABEL, SCORES: SCORE, SITES: SITE}  # the keys of a mapping
# Not every name of a column with ids: names and codes may be those of regions.
OTHER_IDS = {
    name for name in NAMES_OF_IDS if re.search("id$|ids$|^sub|^participant|^patient", name)
}
WORDS = {*OTHER_IDS, *CLASSES, *NAMES_OF_SITES}  # what is text, also in numbers


def subject_array_names(arrays: NamedArrays) -> list[str]:
    """The arrays that are the subjects' by their names, plain or odd; those of the ids first.

    Where ``ids`` or ``labels`` are there, no other name is looked for.
    """
    names = [*arrays.plain, *arrays.odd]
    ids = [IDS] if IDS in names else [name for name in names if plain(name) in OTHER_IDS]
    labels = [LABELS] if LABELS in names else [name for name in names if plain(name) in CLASSES]
    return [*ids, *labels, *(name for name in (SCORES, SITES) if name in names)]


def count_subjects(arrays: NamedArrays, inquiry: Inquiry) -> int:
    """How many there are, by the ids or else the classes; refused where both are absent."""
    known = subject_array_names(arrays)
    for name in known:
        if name in arrays.plain:
            found = arrays.plain[name]
            return int(found.shape[0] if _is_wide(found) else as_vector(found).shape[0])
    if not known:
        inquiry.refuse(f"{inquiry.name} has no array called ids; it holds {arrays.found}.")
    return 0


def check_subjects(arrays: NamedArrays, subjects: int, inquiry: Inquiry) -> None:
    """The arrays of subjects can be taken, and have one value for each; else refused."""
    for name in subject_array_names(arrays):
        if name in arrays.odd:
            inquiry.refuse(_sentence_of_odd(name, arrays.odd[name].what, inquiry.name))
            continue
        array = arrays.plain[name]
        if _is_wide(array):
            inquiry.refuse(
                f"{inquiry.name} has {name} of shape {array.shape[0]} x {array.shape[1]}, with "
                f"{array.shape[1]} columns. Give one value per subject; of classes in columns the "
                f"number of the column that holds 1: {name}.argmax(axis=1)."
            )
        elif array.size != subjects:
            inquiry.refuse(f"{inquiry.name} has {array.size} {name} where {subjects} belong.")


def subjects_from_arrays(
    arrays: NamedArrays, subjects: int, used: Collection[str], inquiry: Inquiry, *, ambiguous: bool
) -> People:
    """Who the subjects are; arrays that say nothing of them are named as left alone.

    ``ambiguous``: there are as many subjects as regions or measures, so that only arrays of known
    names are the subjects'.
    """
    known = set(subject_array_names(arrays))
    columns: dict[str, Cells] = {}
    for name, array in arrays.plain.items():
        if name in used:
            continue
        if name in known or (not ambiguous and as_vector(array).shape == (subjects,)):
            columns[name] = _cells(name, array)
        else:
            inquiry.leave(name, _reason(array, subjects, ambiguous=ambiguous))
    for name, odd in arrays.odd.items():
        inquiry.leave(name, f"it is {odd.what}")
    sheet = Sheet(tuple(columns), tuple(columns.values()))
    documented = {ROLES[name]: name for name in columns if name in ROLES}
    told = replace(inquiry, answers={**documented, **inquiry.answers})  # what it finds is shared
    return read_people(sheet, sheet.names, told)


def _sentence_of_odd(name: str, what: str, file: str) -> str:
    if what == UNUSABLE_KINDS["O"]:
        return (
            f"{name} in {file} is {what}. Save it as text or numbers, for example "
            f"{name}=numpy.array({name}, dtype=str)."
        )
    return (
        f"{name} in {file} is {what}; give a full array of real numbers, or a cell array of text "
        "(cellstr)."
    )


def _is_wide(array: Array) -> bool:
    return array.ndim == 2 and min(array.shape) > 1


def _cells(name: str, array: Array) -> Cells:
    """Numbers, or text; ids, classes and sites are text always."""
    flat = as_vector(array).ravel()
    if (name != SCORES and flat.dtype.kind in "Ub") or plain(name) in WORDS:
        return texts(flat)
    return flat.astype(np.float64)


def _reason(array: Array, subjects: int, *, ambiguous: bool) -> str:
    shape = " x ".join(map(str, array.shape))
    if ambiguous and as_vector(array).shape == (subjects,):
        return f"there are {subjects} subjects and as many regions or measures: it may be of either"
    return f"its shape, {shape}, is not one value per subject"
