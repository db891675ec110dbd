"""Which subjects two tasks have in common: new to both models, matched by id and site."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphnet.artifacts.stored_json import as_mapping
from graphnet.data.identifiers import match_ids
from graphnet.evaluation.resampling import LEAST
from graphnet.messages import Message, first_of
from graphnet.names import ACROSS

Json = Mapping[str, Any]
Evidence = Json | None
Scan = tuple[str, str, int]  # id, site, and which of the scans there, from 0
POOLED = ("test", "cv", "leave_site_out")  # a subject counts in the first of these
NAMED = 3  # subjects that a message names

NO_EVIDENCE = Message("api.comparison-without-predictions")
SCORE = Message("api.comparison-of-scores")
CLASSES = Message("api.comparison-of-other-classes")
FEW = Message("api.comparison-of-few", least=LEAST)


class Answer(NamedTuple):
    """What a task's model gave for a scan of this ``label``, in which split.

    Probabilities by class, and that by which subjects of several folds are ranked.
    """

    label: int
    probability: list[float]
    ranked: list[float]
    split: str


Answers = dict[Scan, Answer]
Subject = tuple[str, str]  # id and site
Sites = frozenset[str]


def incomparable(ours: Evidence, theirs: Evidence) -> Message | None:
    """Why two tasks cannot be compared subject by subject; None where they can."""
    if ours is None or theirs is None:
        return NO_EVIDENCE
    if "score" in (ours["target"], theirs["target"]):
        return SCORE
    return None if ours["classes"] == theirs["classes"] else CLASSES


def new_answers(evidence: Json, split: str) -> Answers:
    """What was predicted of each scan of subjects new to the model; ``split`` may be ``across``."""
    if split == ACROSS:
        pooled: Answers = {}
        for other_split in POOLED:
            pooled = {**new_answers(evidence, other_split), **pooled}
        return pooled
    listed = evidence["predictions"].get(split) or {"id": []}
    subjects = list(zip(listed["id"], listed.get("site", ()), strict=False))
    before: Counter[tuple[str, str]] = Counter()
    scans = []
    for who in subjects:
        scans.append((*who, before[who]))
        before[who] += 1
    ranked = listed.get("before_calibration") or listed.get("probability") or []
    return {
        scan: Answer(listed["label"][row], listed["probability"][row], ranked[row], split)
        for row, scan in enumerate(scans)
        if not listed["known"][row]
    }


@dataclass(frozen=True)
class SharedSubjects:
    """The scans of subjects in two tasks, by the ids and sites of each.

    ``pairs``: whom both predicted, of one class, ours in their order. ``other_class`` and
    ``other_scans`` are subjects who are in both and of another class, or of another number of
    scans, there; they are in none of the other lists. ``ours_alone``, ``theirs_alone``: the rest.
    """

    pairs: Mapping[Scan, Scan]
    other_class: Sequence[str]
    other_scans: Sequence[str]
    ours_alone: Sequence[Scan]
    theirs_alone: Sequence[Scan]

    @classmethod
    def of(
        cls, mine: Answers, theirs: Answers, unstated: tuple[Sites, Sites] = (frozenset(),) * 2
    ) -> "SharedSubjects":
        """Matched by id, however that is spelled, and site.

        ``unstated`` are sites of each that no file says (:func:`unstated_sites`): where both
        are, by an id that is at no other site.
        """
        pairs: dict[Scan, Scan] = {}
        other_class, other_scans = [], []
        our_scans, their_scans = _by_subject(mine), _by_subject(theirs)
        for our, their in _same(list(our_scans), list(their_scans), unstated):
            here, there = our_scans.pop(our), their_scans.pop(their)
            if len(here) != len(there):
                other_scans.append(our[0])
                continue
            alike = [
                pair
                for pair in zip(here, there, strict=True)
                if mine[pair[0]].label == theirs[pair[1]].label
            ]
            pairs |= dict(alike)
            if len(alike) < len(here):
                other_class.append(our[0])
        return cls(
            {scan: pairs[scan] for scan in mine if scan in pairs},
            other_class,
            other_scans,
            [scan for scans in our_scans.values() for scan in scans],
            [scan for scans in their_scans.values() for scan in scans],
        )

    @property
    def elsewhere(self) -> list[tuple[Scan, Scan]]:
        """Subjects of one id whom the tasks have at different sites, a scan of each."""
        ours, theirs = _firsts(self.ours_alone), _firsts(self.theirs_alone)
        return [(ours[one], theirs[other]) for one, other in match_ids([*ours], [*theirs]).pairs]

    @property
    def too_few(self) -> Message:
        """Why hardly anybody is in both, as far as it can be seen."""
        if self.other_class:
            named = first_of(self.other_class, NAMED)
            return Message(
                "api.comparison-other-labels", count=len(self.other_class), ids=named, least=LEAST
            )
        if self.elsewhere:
            one, other = self.elsewhere[0]
            return Message(
                "api.comparison-other-sites",
                count=len(self.elsewhere),
                id=one[0],
                one=named_site(one),
                other=named_site(other),
                least=LEAST,
            )
        return FEW


def _firsts(scans: Sequence[Scan]) -> dict[str, Scan]:
    """The first scan of each id."""
    firsts: dict[str, Scan] = {}
    for scan in scans:
        firsts.setdefault(scan[0], scan)
    return firsts


def named_site(scan: Scan) -> Message:
    """Where a scan was made, within a sentence."""
    site = scan[1]
    return Message("api.at-site", site=site) if site else Message("api.at-no-site")


def unstated_sites(evidence: Json) -> Sites:
    """The names of a task's datasets, which stand for the site where a file says none."""
    cohorts = as_mapping(evidence.get("cohorts")).values()
    return frozenset(name for cohort in cohorts for name in cohort.get("datasets") or ())


def _same(
    ours: Sequence[Subject], theirs: Sequence[Subject], unstated: tuple[Sites, Sites]
) -> list[tuple[Subject, Subject]]:
    """Who is whom, at each site; then of those of whom no file says the site."""
    pairs = [
        ((one, site), (other, site))
        for site in dict.fromkeys(site for _, site in ours)
        for one, other in match_ids(
            *([name for name, at in side if at == site] for side in (ours, theirs))
        ).pairs
    ]
    matched = {subject for pair in pairs for subject in pair}
    here, there = (
        {
            subject[0]: subject
            for subject in side
            if subject[1] in sites and subject not in matched and names[subject[0]] == 1
        }
        for side, sites, names in (
            (side, sites, Counter(name for name, _ in side))
            for side, sites in zip((ours, theirs), unstated, strict=True)
        )
    )
    by_id = match_ids([*here], [*there]).pairs
    return [*pairs, *((here[one], there[other]) for one, other in by_id)]


def _by_subject(answers: Answers) -> dict[tuple[str, str], list[Scan]]:
    """The scans of each subject at a site, in their order."""
    by_subject: dict[tuple[str, str], list[Scan]] = {}
    for scan in answers:
        by_subject.setdefault(scan[:2], []).append(scan)
    return by_subject
