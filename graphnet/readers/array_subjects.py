"""The subjects of named arrays: every array with one value per subject is a column of a sheet."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from graphnet.readers.inquiry import ID, LABEL, SCORE, SITE, Inquiry
from graphnet.readers.named_arrays import OTHERS, Array, NamedArrays, texts, vector
from graphnet.readers.people import People, read_people
from graphnet.readers.sheet import Cells, Sheet

IDS, LABELS, SCORES, SITES = "ids", "labels", "scores", "sites"
ROLES = {IDS: ID, LABELS: LABEL, SCORES: SCORE, SITES: SITE}  # the keys of a mapping


def subjects_of(arrays: NamedArrays, inquiry: Inquiry) -> int:
    """How many there are, by the ids or else the classes; refused where both are absent."""
    key = next((key for key in (IDS, LABELS) if key in arrays.plain), None)
    if key is None:
        odd = {IDS, LABELS} & arrays.odd.keys()
        if not odd:
            inquiry.refuse(f"{inquiry.name} has no array called ids; it holds {arrays.found}.")
        return 0
    found = arrays.plain[key]
    if _is_one_hot(found):
        return int(found.shape[0])
    return int(vector(found).shape[0])


def check_subjects(arrays: NamedArrays, subjects: int, inquiry: Inquiry) -> None:
    """The arrays of subjects can be taken, and have one value for each; else refused."""
    for name in ROLES:
        if name in arrays.odd:
            inquiry.refuse(_sentence_of_odd(name, arrays.odd[name].what, inquiry.name))
        elif name in arrays.plain and _is_one_hot(arrays.plain[name]):
            count = arrays.plain[name].shape[1]
            inquiry.refuse(
                f"{inquiry.name} has {name} with {count} columns, one per class. Give one class "
                f"per subject, and say which is the control (0): for example {name}.argmax(axis=1)."
            )
        elif name in arrays.plain and arrays.plain[name].size != subjects:
            inquiry.refuse(
                f"{inquiry.name} has {arrays.plain[name].size} {name} where {subjects} belong."
            )


def people_of(
    arrays: NamedArrays, subjects: int, used: Collection[str], inquiry: Inquiry, *, ambiguous: bool
) -> People:
    """Who the subjects are; arrays that say nothing of them are named as left alone.

    ``ambiguous``: there are as many subjects as regions or measures, so that only arrays of known
    names are the subjects'.
    """
    columns: dict[str, Cells] = {}
    for name, array in arrays.plain.items():
        if name in used:
            continue
        if name in ROLES or (not ambiguous and vector(array).shape == (subjects,)):
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
    if what == OTHERS["O"]:
        return (
            f"{name} in {file} is {what}. Save it as text or numbers, for example "
            f"{name}=numpy.array({name}, dtype=str)."
        )
    return (
        f"{name} in {file} is {what}; give a full array of real numbers, or a cell array of text "
        "(cellstr)."
    )


def _is_one_hot(array: Array) -> bool:
    return array.ndim == 2 and min(array.shape) > 1


def _cells(name: str, array: Array) -> Cells:
    """Numbers, or text; ids, classes and sites are text always."""
    flat = vector(array).ravel()
    if name in {IDS, LABELS, SITES} or flat.dtype.kind in "Ub":
        return texts(flat)
    return flat.astype(np.float64)


def _reason(array: Array, subjects: int, *, ambiguous: bool) -> str:
    shape = " x ".join(map(str, array.shape))
    if ambiguous and vector(array).shape == (subjects,):
        return f"there are {subjects} subjects and as many regions or measures: it may be of either"
    return f"its shape, {shape}, is not one value per subject"
