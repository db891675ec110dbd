"""Findings in sentences: what was corrected in a dataset, said once for all whom it concerns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from graphnet.connectome import MISSING, MISSING_REGION
from graphnet.errors import shortened
from graphnet.quality import MOST_REGIONS, Finding

DONE = "see the quality rules for what was done."
MOST_SUBJECTS = 3


@dataclass(frozen=True)
class Correction:
    """What one rule found in the same regions of the same subjects of a dataset."""

    site: str
    rule: str
    subjects: tuple[str, ...]
    regions: tuple[str, ...]
    measures: tuple[str, ...]
    count: int

    def sentence(self) -> str:
        """For people."""
        whose = f"{counted(len(self.subjects), 'subject')} ({_first(self.subjects)})"
        if self.rule == MISSING_REGION:
            has = "has" if len(self.regions) == 1 else "have"
            return f"{self.site}: {_named(self.regions)} {has} no edge in {whose}; {DONE}"
        if self.rule == MISSING:
            what, rule = counted(self.count, "edge"), "missing"
        else:
            what = counted(self.count, f"{shortened(self.measures, MOST_SUBJECTS)} value")
            rule = self.rule
        where = f" ({_named(self.regions)})" if self.regions else ""
        verb = "is" if self.count == 1 else "are"
        return f"{self.site}: {what}{where} of {whose} {verb} {rule}; {DONE}"


def corrections(findings: Iterable[Finding]) -> list[str]:
    """A sentence on each thing that was found, whoever and whatever measures it concerns."""
    return [each.sentence() for each in _together(dict.fromkeys(findings))]


def counted(number: int, noun: str) -> str:
    """Such as ``1 subject`` and ``2 subjects``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _together(findings: Iterable[Finding]) -> list[Correction]:
    """What was found in one measure is one thing; so is what several measures share."""
    shared: dict[tuple[object, ...], list[Correction]] = {}
    for each in _by_measure(findings):
        key = (each.site, each.rule, each.subjects, each.regions or each.measures)
        shared.setdefault(key, []).append(each)
    return [_merged(same) for same in shared.values()]


def _merged(same: Sequence[Correction]) -> Correction:
    first = same[0]
    return Correction(
        first.site,
        first.rule,
        first.subjects,
        first.regions,
        tuple(dict.fromkeys(measure for each in same for measure in each.measures)),
        sum(each.count for each in same),
    )


def _by_measure(findings: Iterable[Finding]) -> Iterator[Correction]:
    grouped: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        whose = finding.subjects if finding.rule == MISSING_REGION else ()
        key = (finding.site, finding.measure, finding.rule, whose)
        grouped.setdefault(key, []).append(finding)
    for found in grouped.values():
        first = found[0]
        yield Correction(
            first.site,
            first.rule,
            tuple(dict.fromkeys(subject for each in found for subject in each.subjects)),
            _regions(found),
            (first.measure,),
            sum(each.count for each in found),
        )


def _regions(found: Sequence[Finding]) -> tuple[str, ...]:
    """Where it was, if these are few and every finding names them."""
    names = tuple(dict.fromkeys(region for each in found for region in each.regions))
    known = all(each.regions for each in found)
    few = len(names) <= MOST_REGIONS or found[0].rule == MISSING_REGION
    return names if known and few else ()


def _named(regions: Sequence[str]) -> str:
    return f"region {regions[0]}" if len(regions) == 1 else f"regions {shortened(regions)}"


def _first(subjects: Sequence[str]) -> str:
    return ", ".join(subjects[:MOST_SUBJECTS]) + (" …" if len(subjects) > MOST_SUBJECTS else "")
