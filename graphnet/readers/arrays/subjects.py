"""The subjects of named arrays: every array with one value per subject is a column of a sheet."""

import re
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from graphnet.messages import Message
from graphnet.readers.arrays.named import OBJECTS, Array, NamedArrays, as_vector, in_file, texts
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
    documenting = replace(inquiry, answers={**documented, **inquiry.answers})
    return read_people(sheet, sheet.names, documenting)


def _refusal_of_odd(name: str, what: Message, file: str) -> Message:
    if what == OBJECTS:
        return Message("readers_arrays.save-as-text", array=name, file=file, what=what)
    return Message("readers_arrays.give-full-or-text", array=in_file(name, file), what=what)


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
