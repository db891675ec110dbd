"""Ids that name a scan: ``sub-01_run-1`` and ``sub-01_run-2`` are one subject, or may be.

No model may be tested on one scan of a subject and trained on another, so the rows of a subject
have one id.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from graphnet.data.dataset import NO_CLASS, Dataset
from graphnet.data.interpretation import Choice
from graphnet.messages import Message
from graphnet.readers.inquiry import Inquiry
from graphnet.readers.subjects.people import in_two_classes
from graphnet.readers.subjects.sessions import refuse_two_classes

SCANS = "scans"  # the key of the question
TOGETHER, APART = "together", "apart"
MOST_NAMED = 5
WORDS = (
    r"ses|sess|session|visit|run|scan|wave|time|timepoint|tp|t|v|m|month|year|fu|followup|retest"
    r"|wk|week|day|baseline"
)
ENTITIES = re.compile(  # of BIDS, of FreeSurfer's longitudinal stream and of OASIS
    r"(?P<base>.+?)(?P<occasion>(_(ses|run)-[^_\W]+)+)"
    r"|(?P<point>.+)\.long\.(?P<template>.+)"
    r"|(?P<oasis>OAS[0-9]+(_[0-9]{4})?)_(?P<scan>MR(_?d)?[0-9]+)"
)
BEHIND = re.compile(
    rf"(?P<base>.+?)[_\-. ](?P<occasion>({WORDS})[-_]?[0-9]{{1,2}}(_MR)?"
    r"|bl|baseline|followup|pre|post|test|retest"
    r"|第[0-9一二三四]次(扫描|随访|访视)?|基线|随访[0-9]?|[前后]测)",
    re.IGNORECASE,
)
DATED = re.compile(r"(?P<base>.+)[_\-. ](?P<occasion>(19|20)[0-9]{2}[-_]?[0-9]{2}[-_]?[0-9]{2})")
BEFORE = re.compile(
    rf"(?P<occasion>({WORDS}|s)[-_]?[0-9]{{1,2}}|bl|baseline|followup|pre|post)[_\-. ](?P<base>.+)",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"(?P<base>.+?)([_\-. #]|\s*\()(?P<occasion>[0-9]{1,2})\)?")
GLUED = re.compile(r"(?P<base>.*[0-9])(?P<occasion>[vVtT][0-9])")
LETTERED = re.compile(r"(?P<base>.*[0-9])[_\-. ]?(?P<occasion>[a-dA-D])")


@dataclass(frozen=True)
class _Pattern:
    """How ids name occasions; ``is_certain`` where they cannot mean anything else.

    With ``is_strict`` every id must, and each subject must have the same occasions; dates may be
    others for each.
    """

    pattern: re.Pattern[str]
    is_certain: bool = False
    is_strict: bool = False
    is_dated: bool = False


PATTERNS = (
    _Pattern(ENTITIES, is_certain=True),
    _Pattern(BEHIND),
    _Pattern(DATED, is_dated=True),
    _Pattern(BEFORE),
    _Pattern(NUMBERED, is_strict=True),
    _Pattern(GLUED, is_strict=True),
    _Pattern(LETTERED, is_strict=True),
)


@dataclass(frozen=True)
class Scans:
    """The subject of each id that names one of several scans, and whether that is certain."""

    subject_of: dict[str, str]
    is_certain: bool

    @property
    def examples(self) -> tuple[str, tuple[str, ...]]:
        """A subject with several ids, and these."""
        return next((base, tuple(names)) for base, names in self.groups if len(names) > 1)

    @property
    def groups(self) -> list[tuple[str, list[str]]]:
        """The ids of each subject."""
        groups: dict[str, list[str]] = {}
        for name, base in self.subject_of.items():
            groups.setdefault(base, []).append(name)
        return list(groups.items())


def with_subjects(dataset: Dataset, inquiry: Inquiry) -> Dataset:
    """With one id for the rows of a subject, where ids name scans; asked where they only may.

    Nothing is asked of rows without classes and scores, on which nobody trains.
    """
    if SCANS in dataset.interpretation.answers:
        return dataset
    scans = scans_in(dataset.subjects.ids)
    if scans is None:
        return dataset
    base, names = scans.examples
    torn = _torn(dataset, scans)
    given = inquiry.answer(SCANS)
    about = {
        "file": inquiry.name,
        "ids": names[:2],
        "id": base,
        "count": sum(len(own) > 1 for _, own in scans.groups),
    }
    if given is None and not _is_for_training(dataset):
        inquiry.assume(Message("readers_subjects.ids-of-occasions", **about))
        return dataset
    if given is None and scans.is_certain and not torn:
        answer = TOGETHER
    else:
        answer = inquiry.ask(
            SCANS,
            Message("readers_subjects.ask-scans", **about),
            (
                Choice(TOGETHER, Message("readers_subjects.scans-together", **about)),
                Choice(APART, Message("readers_subjects.scans-apart", **about)),
            ),
        )
    if answer == APART or inquiry.is_open(SCANS):
        return dataset
    if torn:
        refuse_two_classes(torn, inquiry)
    inquiry.assume(Message("readers_subjects.scans-read-together", **about))
    ids = tuple(scans.subject_of.get(name, name) for name in dataset.subjects.ids)
    return replace(dataset, subjects=replace(dataset.subjects, ids=ids))


def scans_in(ids: Sequence[str]) -> Scans | None:
    """Whose scans the ids name, if several name the same subject's; None where they name none.

    Where that is not certain, there are more subjects than occasions: else ``A_1`` … may be the
    subjects of the sites A and B.
    """
    distinct = [name for name in dict.fromkeys(ids) if name]
    for way in PATTERNS:
        matches = {name: match for name in distinct if (match := way.pattern.fullmatch(name))}
        occasions: dict[str, set[str]] = {}
        for match in matches.values():
            occasions.setdefault(_subject(match), set()).add(_occasion(match))
        several = any(len(own) > 1 for own in occasions.values())
        fewer = len(set().union(*occasions.values())) < len(occasions)
        alike = len(set(map(frozenset, occasions.values()))) == 1 and len(matches) == len(distinct)
        if several and (fewer or way.is_certain or way.is_dated) and (alike or not way.is_strict):
            return Scans({name: _subject(match) for name, match in matches.items()}, way.is_certain)
    return None


def _subject(match: re.Match[str]) -> str:
    named = match.groupdict()
    return named["base"] or named["template"] or named["oasis"]


def _occasion(match: re.Match[str]) -> str:
    named = match.groupdict()
    return (named["occasion"] or named["point"] or named["scan"]).casefold()


def _torn(dataset: Dataset, scans: Scans) -> list[Message]:
    """Subjects whose scans are of two classes."""
    subjects = [scans.subject_of.get(name, name) for name in dataset.subjects.ids]
    return in_two_classes(subjects, dataset.subjects.labels, dataset.class_names)


def _is_for_training(dataset: Dataset) -> bool:
    subjects = dataset.subjects
    has_scores = bool((subjects.scores == subjects.scores).any())
    return has_scores or bool((subjects.labels != NO_CLASS).any())
