"""Ids that are none, that cannot be told from each other, or that may be of one subject."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from graphnet.data.dataset import NO_CLASS, IntArray
from graphnet.data.identifiers import alike, collisions, repeated
from graphnet.messages import Message, first_of
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.words import SUMMARIES, plain

MOST_NAMED = 5
SHORTENED = re.compile(r"\d[.,]\d+E\+\d{2}", re.ASCII)
FIRST_NAMES = {"max", "min"}
OCCASION = re.compile(
    r"(?P<base>.+?)[_\-. ](?P<occasion>(ses|sess|session|visit|run|scan|wave|time|timepoint|tp|t|v"
    r"|m|month|year|fu|followup)[-_]?[0-9]{1,2}|bl|baseline|followup|pre|post|retest)",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"(?P<base>.+)[_\-. ](?P<occasion>[0-9]{1,2})")


def check_ids(ids: tuple[str, ...], labels: IntArray, inquiry: Inquiry) -> None:
    """Ids that could not be told from each other are refused; one id on two rows is said."""
    _refuse_summaries(ids, inquiry)
    _refuse_shortened(ids, inquiry)
    _say_occasions(ids, inquiry)
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


def _say_occasions(ids: tuple[str, ...], inquiry: Inquiry) -> None:
    """``sub-01_run-1`` and ``sub-01_run-2`` may be one subject, whom two folds must not share."""
    distinct = list(dict.fromkeys(ids))
    found = [(match["base"], match["occasion"], name)
             for name in distinct if (match := OCCASION.fullmatch(name))]  # fmt: skip
    if not found:
        found = _numbered_alike(distinct)
    of_base: dict[str, list[str]] = {}
    for base, _, name in found:
        of_base.setdefault(base, []).append(name)
    several = [names for names in of_base.values() if len(names) > 1]
    occasions = {occasion.casefold() for _, occasion, _ in found}
    if several and len(occasions) < len(of_base):
        inquiry.assume(
            Message(
                "readers_subjects.ids-of-occasions",
                file=inquiry.name,
                count=len(several),
                ids=several[0][:2],
                id=next(base for base, names in of_base.items() if names is several[0]),
            )
        )


def _numbered_alike(ids: Sequence[str]) -> list[tuple[str, str, str]]:
    """Ids apart where all end in a number, and each person has the same few: ``A_1, A_2``."""
    numbers: dict[str, set[str]] = {}
    for name in ids:
        match = NUMBERED.fullmatch(name)
        if match is None:
            return []
        numbers.setdefault(match["base"], set()).add(match["occasion"])
    alike_all = len({frozenset(found) for found in numbers.values()}) == 1
    parts = [match for name in ids if (match := NUMBERED.fullmatch(name))] if alike_all else []
    return [(match["base"], match["occasion"], match.string) for match in parts]


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
