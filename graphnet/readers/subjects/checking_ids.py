"""Ids that are none, that cannot be told from each other, or that may be of one subject."""

import re
from collections import Counter
from itertools import takewhile

from graphnet.data.dataset import NO_CLASS, IntArray
from graphnet.data.identifiers import alike, collisions, repeated
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import SUMMARIES, plain

MOST_NAMED = 5
SHORTENED = re.compile(r"\d[.,]\d+E\+\d{2}", re.ASCII)
FIRST_NAMES = {"max", "min"}


def check_ids(ids: tuple[str, ...], labels: IntArray, inquiry: Inquiry) -> None:
    """Ids that could not be told from each other are refused; one id on two rows is said."""
    _refuse_summaries(ids, inquiry)
    _refuse_shortened(ids, inquiry)
    _say_nameless(ids, inquiry)
    for group in collisions(ids)[:MOST_NAMED]:
        inquiry.refuse(Message("readers_subjects.same-id", file=inquiry.name, ids=map(repr, group)))
    for group in alike(ids)[:MOST_NAMED]:
        inquiry.assume(
            Message("readers_subjects.ids-differ-in-zeros", file=inquiry.name, ids=map(repr, group))
        )
    twice = repeated(ids)
    if not twice:
        return
    classes: dict[str, set[int]] = {}
    for subject, label in zip(ids, labels, strict=True):
        if label != NO_CLASS:
            classes.setdefault(subject, set()).add(int(label))
    torn = [subject for subject in twice if len(classes.get(subject, ())) > 1]
    if torn:
        inquiry.refuse(
            Message(
                "readers_subjects.id-in-two-classes",
                file=inquiry.name,
                ids=first_of(torn, MOST_NAMED),
            )
        )
        return
    times = max(Counter(ids)[subject] for subject in twice)
    inquiry.assume(
        Message(
            "readers_subjects.repeated-ids",
            count=len(twice),
            file=inquiry.name,
            ids=first_of(twice, 3),
            rows=times,
        )
    )


def _refuse_summaries(ids: tuple[str, ...], inquiry: Inquiry) -> None:
    """A row of means below the subjects is no subject."""
    summaries = [name for name in ids if plain(name) in SUMMARIES]
    summaries += [*takewhile(_sums_up, reversed(ids))][::-1]
    summaries = list(dict.fromkeys(summaries))
    if summaries and len(summaries) < len(ids) // 2:
        inquiry.refuse(
            Message("readers_subjects.summary-rows", file=inquiry.name, ids=first_of(summaries))
        )


def _sums_up(name: str) -> bool:
    """Whether it begins like ``Mean HC`` or ``SD (patients)``; Max and Min are people as well."""
    first, _, rest = name.partition(" ")
    return bool(rest) and plain(first) in SUMMARIES - FIRST_NAMES


def _say_nameless(ids: tuple[str, ...], inquiry: Inquiry) -> None:
    without = [row for row, name in enumerate(ids, 2) if not name]
    if 0 < len(without) < len(ids):
        inquiry.assume(
            Message(
                "readers_subjects.rows-lack-id",
                file=inquiry.name,
                count=len(without),
                rows=first_of(map(str, without), MOST_NAMED),
            )
        )


def _refuse_shortened(ids: tuple[str, ...], inquiry: Inquiry) -> None:
    """Long numbers of which Excel wrote the first digits alone."""
    cut = [name for name in ids if SHORTENED.fullmatch(name)]
    if cut:
        inquiry.refuse(Message("readers_subjects.shortened-ids", file=inquiry.name, id=cut[0]))
