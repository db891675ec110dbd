"""One file with the connectomes of all subjects beside a table of them: CONN's, HCP's netmats.

Such a file has no ids: its subjects are numbered, listed in a file of their own (subjectIDs.txt),
or in the order of the table, which is asked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graphnet.data.dataset import Dataset
from graphnet.data.identifiers import match_ids
from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message
from graphnet.readers.connectomes.matrices import edges_from_matrices, edges_from_vectors
from graphnet.readers.folders.archives import too_large
from graphnet.readers.folders.entities import hint_of
from graphnet.readers.folders.programs import square_of_conn
from graphnet.readers.folders.scans import read_arrays
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.assigning import Files
from graphnet.readers.subjects.roster import Roster, find_roster, matched_rows
from graphnet.readers.subjects.table_of_people import KIND, read_listed
from graphnet.readers.text.number_files import read_numbers

FloatArray = NDArray[np.float64]

CONN = re.compile(r"resultsROI_Condition(?P<which>\d+)\.mat", re.IGNORECASE)
NETMATS = re.compile(r"(?P<which>netmats\d?)\.(txt|csv)", re.IGNORECASE)
IDS = re.compile(r"subject_?ids?\.(txt|csv)", re.IGNORECASE)
WHICH, ORDER = "files.condition", "rows.order"  # the keys of questions
SAME, OTHER = "same", "other"
MOST_IDS = 1_000_000  # bytes of a list


@dataclass(frozen=True)
class Stack:
    """Connectomes (S, N, N) or flat ones (S, K), of ``regions`` by name where they have names."""

    path: Path
    values: FloatArray
    regions: tuple[str, ...] = ()


def read_stacked(files: Files, inquiry: Inquiry, most: int) -> Dataset | None:
    """The dataset of a folder with such a file; None where there is none.

    Raises:
        CohortError: it is damaged, or does not fit the table.

    """
    stacks = [path for path in files.rest if CONN.fullmatch(path.name)]
    stacks = stacks or [path for path in files.rest if NETMATS.fullmatch(path.name)]
    if not stacks:
        return None
    path = _one(stacks, files, inquiry)
    stack = _conn(path, most) if CONN.fullmatch(path.name) else _netmats(path, inquiry, most)
    lists = [path for path in files.rest if IDS.fullmatch(path.name)]
    rest = [path for path in files.rest if path not in {*stacks, *lists}]
    roster = find_roster(Files(files.folder, (), rest), inquiry, most)
    rows = _rows(stack, lists, roster, inquiry)
    inquiry.check()
    ordered = replace(stack, values=stack.values[rows])
    return _dataset(ordered, roster, inquiry)


def _one(stacks: Sequence[Path], files: Files, inquiry: Inquiry) -> Path:
    """The file that is used; asked where there are several conditions or kinds."""
    names = [str(path.relative_to(files.folder)) for path in stacks]
    if len(names) == 1:
        return stacks[0]
    answer = inquiry.ask(
        WHICH,
        Message("readers_folders.ask-stack", file=inquiry.name, count=len(names)),
        [Choice(name, Message("readers_folders.stack-choice", name=name)) for name in names],
    )
    return stacks[names.index(answer)]


def _conn(path: Path, most: int) -> Stack:
    plain = read_arrays(path, most).plain
    if "Z" not in plain:
        raise CohortError(Message("readers_brains.odd-conn", file=path.name))
    values, regions = square_of_conn(plain["Z"], plain.get("names"), path.name)
    if values.ndim == 2:
        values = values[:, :, None]  # MATLAB drops a last axis of one
    return Stack(path, np.moveaxis(values, 2, 0), regions)


def _netmats(path: Path, inquiry: Inquiry, most: int) -> Stack:
    if path.stat().st_size > most:
        raise too_large(path.name, most)
    return Stack(path, read_numbers(path, replace(inquiry, name=path.name), path.name).values)


def _rows(stack: Stack, lists: Sequence[Path], roster: Roster, inquiry: Inquiry) -> list[int]:
    """The row of the stack for each subject of the table."""
    count = len(stack.values)
    if lists:
        if lists[0].stat().st_size > MOST_IDS:
            raise too_large(lists[0].name, MOST_IDS)
        ids = [line.strip(' "\r') for line in lists[0].read_text("utf-8", "replace").splitlines()]
        ids = [subject for subject in ids if subject]
        if len(ids) != count:
            _refuse_count(stack, lists[0].name, len(ids), inquiry)
            return []
        return matched_rows(ids, lists[0].name, roster.ids, roster.name, inquiry)
    numbered = [f"Subject{place:03}" for place in range(1, count + 1)]
    if CONN.fullmatch(stack.path.name) and _are_numbers(numbered, roster.ids):
        return matched_rows(numbered, stack.path.name, roster.ids, roster.name, inquiry)
    if len(roster.ids) != count:
        _refuse_count(stack, roster.name, len(roster.ids), inquiry)
        return []
    answer = inquiry.ask(
        ORDER,
        Message(
            "readers_folders.ask-order",
            file=stack.path.name,
            count=count,
            table=roster.name,
            first=roster.ids[0],
            last=roster.ids[-1],
        ),
        (
            Choice(SAME, Message("readers_folders.same-order", table=roster.name)),
            Choice(OTHER, Message("readers_folders.other-order")),
        ),
    )
    if answer == OTHER:
        raise CohortError(Message("readers_folders.give-order", file=stack.path.name))
    return list(range(count))


def _are_numbers(numbered: Sequence[str], ids: Sequence[str]) -> bool:
    """Whether the ids are CONN's numbers: called so, or 1, 2, 3 … in the order of the table."""
    pairs = match_ids(numbered, ids).pairs
    if not len(pairs) == len(numbered) == len(ids):
        return False
    called = all(subject.casefold().startswith("subject") for subject in ids)
    return called or [listed for _, listed in pairs] == list(ids)


def _refuse_count(stack: Stack, table: str, rows: int, inquiry: Inquiry) -> None:
    inquiry.refuse(
        Message(
            "readers_folders.stack-count",
            file=stack.path.name,
            count=len(stack.values),
            table=table,
            rows=rows,
        )
    )


def _dataset(stack: Stack, roster: Roster, inquiry: Inquiry) -> Dataset | None:
    if stack.values.ndim == 3:
        edges, reading = edges_from_matrices(
            stack.values, roster.ids, inquiry, hint_of(stack.path.name), regions=stack.regions
        )
        regions = stack.regions
    else:
        flat = edges_from_vectors(stack.values, roster.ids, inquiry)
        inquiry.check()
        if flat is None:
            return None
        edges, reading = flat
        size = round((1 + (1 + 8 * edges.shape[1]) ** 0.5) / 2)
        regions = tuple(str(place) for place in range(1, size + 1))
    listed = read_listed(roster, regions, inquiry)
    if inquiry.problems:
        return None
    people = listed.people
    both = listed.values is not None
    return Dataset(
        subjects=people.subjects,
        regions=regions,
        measures=listed.measures if both else (),
        values=listed.values,
        connectomes=edges,
        interpretation=replace(
            people.interpretation(KIND, listed.text, reading), files={"stack": stack.path.name}
        ),
    )
