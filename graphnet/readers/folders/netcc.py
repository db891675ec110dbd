"""AFNI's ``.netcc`` of 3dNetCorr: the correlations of one network of one subject.

Two lines say how many ROIs and matrices there are; then come the ROIs' words, if any, and numbers,
and each matrix below a line with its name: CC (r), FZ (Fisher's z), PC and PCB (partial).
"""

import re

import numpy as np
from numpy.typing import NDArray

from graphnet.data.interpretation import Choice
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.readers.folders.graphs import VARIABLE
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.text.number_files import NumberTable

COUNT = re.compile(r"#\s*(?P<count>[0-9]+)\s*#\s*Number[ _]of[ _](?P<what>.+)")
LABELLED = "WITH_ROI_LABELS"
R, Z = "CC", "FZ"
HINTS = {R: "correlation", Z: "FisherZ", "PC": "partialcorr"}  # by which the values are known
MOST_ROIS = 2_000


def read_netcc(body: bytes, inquiry: Inquiry, name: str) -> NumberTable:
    """The matrix (N, N), named by the ROIs' words or numbers: z before r; of others one is asked.

    Raises:
        CohortError: it is damaged, or no such file.

    """
    lines = [line.strip() for line in body.decode("utf-8", "replace").splitlines() if line.strip()]
    regions, matrices = _parsed(lines, name)
    which = _which([*matrices], inquiry, name)
    return NumberTable(matrices[which], regions, regions, HINTS.get(which, which))


def _parsed(lines: list[str], name: str) -> tuple[tuple[str, ...], dict[str, NDArray[np.float64]]]:
    counts = [COUNT.fullmatch(line) for line in lines[:2]]
    if None in counts or len(counts) < 2:
        raise _damaged(name)
    size, many = (int(match["count"]) for match in counts if match is not None)
    rest = lines[2:]
    words: list[str] = []
    if rest and rest[0].lstrip("# ") == LABELLED:
        words, rest = rest[1].split() if len(rest) > 1 else [], rest[2:]
    numbers = rest[0].split() if rest else []
    blocks = rest[1:]
    if not 2 < size <= MOST_ROIS or len(numbers) != size or len(blocks) != many * (size + 1):
        raise _damaged(name)
    matrices = {}
    for first in range(0, len(blocks), size + 1):
        title, rows = blocks[first], [line.split() for line in blocks[first + 1 : first + 1 + size]]
        if title[0] != "#" or any(len(row) != size for row in rows):
            raise _damaged(name)
        try:
            matrices[title.lstrip("# ")] = np.array(rows, dtype=np.float64)
        except ValueError as error:
            raise _damaged(name) from error
    usable = len(set(words)) == size
    regions = tuple(words if usable else numbers)
    if len(set(regions)) < size or not matrices:
        raise _damaged(name)
    return regions, matrices


def _which(names: list[str], inquiry: Inquiry, name: str) -> str:
    answer = inquiry.answer(VARIABLE)
    if len(names) == 1 and answer is None:
        return names[0]
    if sorted(names) == [R, Z] and answer is None:
        inquiry.assume(Message("readers_brains.netcc-fisher", file=inquiry.name))
        return Z
    ordered = sorted(names, key=lambda each: (each != Z, each != R))
    return inquiry.ask(
        VARIABLE,
        Message("readers_brains.ask-netcc", file=name, matrices=first_of(names)),
        [Choice(each, Message("readers_brains.netcc-choice", matrix=each)) for each in ordered],
    )


def _damaged(name: str) -> CohortError:
    return CohortError(Message("readers_brains.damaged-netcc", file=name))
