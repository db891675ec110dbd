"""Ids of subjects: text as it stands in the file, compared across files by rules that are said."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graphnet.messages import Message, first_of

PREFIX = re.compile(r"sub[-_](?=.)", re.IGNORECASE)
NUMBERED = re.compile(r"sub(j(ect)?)?[-_ ]?(?=\d+$)", re.IGNORECASE)
LETTERED = re.compile(r"[^\W\d]*[-_ ]?(?P<number>[0-9]+)")
FOLDERS = re.compile(r"[/\\]")
OF_BIDS = re.compile(r"(?P<subject>sub-[A-Za-z0-9]+)(_[A-Za-z0-9]+(-[A-Za-z0-9]+)?)+")
WHOLE_AS_DECIMAL = re.compile(r"\d+\.0+")
MOST_NAMED = 5


@dataclass(frozen=True)
class IdMatch:
    """Which ids of two sides are the same subject.

    ``pairs`` holds (left, right) as they are written; an id that occurs twice on its side is there
    once. ``how`` says which spellings were taken for one, () where all were the same.
    ``collisions`` name ids that could not be told apart and were not matched.
    """

    pairs: tuple[tuple[str, str], ...]
    how: tuple[Message, ...] = ()
    collisions: tuple[Message, ...] = ()

    @property
    def left(self) -> tuple[str, ...]:
        """The ids of the left side that are on the right too."""
        return tuple(one for one, _ in self.pairs)

    @property
    def right(self) -> tuple[str, ...]:
        """The same subjects as the right side writes them."""
        return tuple(other for _, other in self.pairs)

    @property
    def as_dict(self) -> dict[str, str]:
        """The right side's id of each that matched."""
        return dict(self.pairs)


def bare(subject: str) -> str:
    """An id without surrounding blanks and without ``sub-``."""
    return PREFIX.sub("", subject.strip(), count=1)


def number_of(subject: str) -> str:
    """``1`` of ``Subject001``; an id that is no number without its zeros, other ids bare."""
    return without_zeros(NUMBERED.sub("", subject.strip(), count=1))


def number_alone(subject: str) -> str | None:
    """``14`` of ``NL0014`` and of ``014``; None where letters or digits stand behind or between."""
    match = LETTERED.fullmatch(bare(subject))
    return without_zeros(match["number"]) if match else None


def has_zeros(subject: str) -> bool:
    """Whether an id is a number that begins with a zero too many."""
    return subject.isdigit() and subject != without_zeros(subject)


def without_zeros(subject: str) -> str:
    """An id of digits without leading zeros; 000 is 0."""
    plain = bare(subject)
    return (plain.lstrip("0") or "0") if plain.isdigit() else plain


def match_ids(left: Sequence[str], right: Sequence[str]) -> IdMatch:
    """Find the subjects of ``left`` among those of ``right``.

    Ids are the same if they are written the same; of those that are left over, if they are the
    same without ``sub-`` and blanks; of the rest, without leading zeros where one whole side
    has none (a spreadsheet or JSON took them away); then without ``.0``, where every id of a
    side ends so; without a word before a number, ``Subject001``; without regard to capitals;
    without folders before them, ``/data/S01``; without what BIDS writes behind a subject,
    ``sub-01_T1w``. Two ids of one side that a rule cannot tell apart are named and not matched
    by it. Empty ids are nobody's.
    """
    ours, theirs = _distinct(left), _distinct(right)
    same = set(ours) & set(theirs)
    pairs = {one: one for one in ours if one in same}
    how: list[Message] = []
    collisions: list[Message] = []
    for key, code in _rules(ours, theirs):
        open_left = [one for one in ours if one not in pairs]
        taken = set(pairs.values())
        open_right = [other for other in theirs if other not in taken]
        matched = _by(key, open_left, open_right, collisions)
        if matched:
            one, other = next(iter(matched.items()))
            how.append(Message(code, count=len(matched), one=repr(one), other=repr(other)))
        pairs |= matched
    ordered = tuple((one, pairs[one]) for one in ours if one in pairs)
    return IdMatch(ordered, tuple(how), tuple(collisions))


def collisions(ids: Sequence[str]) -> list[tuple[str, ...]]:
    """Groups of different ids that are the same without ``sub-`` and blanks."""
    groups: dict[str, list[str]] = {}
    for subject in _distinct(ids):
        groups.setdefault(bare(subject), []).append(subject)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def alike(ids: Sequence[str]) -> list[tuple[str, ...]]:
    """Groups of different ids that are the same without leading zeros: ``001`` and ``1``."""
    groups: dict[str, list[str]] = {}
    for subject in _distinct(ids):
        groups.setdefault(without_zeros(subject), []).append(subject)
    return [tuple(group) for group in groups.values() if len({*map(bare, group)}) > 1]


def repeated(ids: Sequence[str]) -> tuple[str, ...]:
    """Ids on more than one row, in their order."""
    return tuple(name for name, times in Counter(ids).items() if times > 1 and name)


def _rules(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[Callable[[str], str], str]]:
    rules: list[tuple[Callable[[str], str], str]] = [(bare, "ids.without-prefix")]
    sides = [[bare(subject) for subject in side] for side in (ours, theirs)]
    if any(not any(has_zeros(subject) for subject in side) for side in sides):
        rules.append((without_zeros, "ids.without-zeros"))
        rules.append((number_of, "ids.without-word"))
    if any(side and all(map(WHOLE_AS_DECIMAL.fullmatch, side)) for side in sides):
        rules.append((_without_decimals, "ids.without-decimals"))
    rules.append((_without_capitals, "ids.without-capitals"))
    if any("/" in subject or "\\" in subject for side in (ours, theirs) for subject in side):
        rules.append((_without_folders, "ids.without-folders"))
    rules.append((_subject_of_bids, "ids.without-entities"))
    return rules


def _without_decimals(subject: str) -> str:
    """``12`` of ``12.0``, as a table of numbers writes it, and of ``0012``."""
    return without_zeros(bare(subject).partition(".0")[0])


def _without_capitals(subject: str) -> str:
    return bare(subject).casefold()


def _without_folders(subject: str) -> str:
    """``S01`` of ``/data/subjects/S01`` and of ``S01/``, as a shell writes the names of folders."""
    return bare(FOLDERS.split(subject.strip().rstrip("/\\"))[-1])


def _subject_of_bids(subject: str) -> str:
    """``01`` of ``sub-01_ses-1_T1w``."""
    match = OF_BIDS.fullmatch(subject.strip())
    return bare(match["subject"] if match else subject)


def _by(
    key: Callable[[str], str], left: Sequence[str], right: Sequence[str], collided: list[Message]
) -> dict[str, str]:
    """Match by a key that only one id of each side has."""
    ours, theirs = _grouped(key, left), _grouped(key, right)
    found: dict[str, str] = {}
    for name in ours:
        if name not in theirs:
            continue
        if len(ours[name]) == len(theirs[name]) == 1:
            found[ours[name][0]] = theirs[name][0]
            continue
        many = max(ours[name], theirs[name], key=len)
        collision = Message("ids.collide", ids=first_of(many, MOST_NAMED))
        if collision not in collided:
            collided.append(collision)
    return found


def _grouped(key: Callable[[str], str], ids: Sequence[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for subject in ids:
        groups.setdefault(key(subject), []).append(subject)
    return groups


def _distinct(ids: Sequence[str]) -> list[str]:
    return [subject for subject in dict.fromkeys(ids) if subject.strip()]
