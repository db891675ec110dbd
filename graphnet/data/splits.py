"""Who is trained on, who is validated and tested on, and what a reviewer would ask about it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from graphnet.data.class_names import Names, Source, shared_names
from graphnet.data.cohort import EDGES, Cohort, Layout, atlas_conflicts
from graphnet.data.identifiers import IdMatch, match_ids
from graphnet.data.quality import MISSING, MISSING_REGION, MOST_REGIONS, Finding
from graphnet.data.units import unit_conflicts
from graphnet.errors import CohortError
from graphnet.messages import Message, first_of
from graphnet.names import class_name

FEW_SUBJECTS = 30
FEW_OF_A_CLASS = 10
MOST_SUBJECTS = MOST_MEASURES = 3  # that a message names


@dataclass(frozen=True)
class Splits:
    """The cohorts of one task; ``val`` and ``test`` may be absent.

    All have the training subjects' order of regions and measures.

    Raises:
        CohortError: regions, measures, class names or connectomes that do not fit together.

    """

    train: Cohort
    val: Cohort | None = None
    test: Cohort | None = None

    def __post_init__(self) -> None:
        problems = [
            difference
            for name, cohort in self.held_out()
            for difference in (
                *self.train.layout.differences(cohort.layout, "train_data", f"{name}_data"),
                *_other_edges(self.train, cohort, name),
            )
        ]
        problems += atlas_conflicts(
            (f"{name}_data", cohort) for name, cohort in self.present().items()
        )
        problems += unit_conflicts(
            [(f"{name}_data", cohort.sizes) for name, cohort in self.present().items()]
        )
        if problems:
            raise CohortError(*problems)
        _ = self.class_names  # refuses what contradicts itself
        for name, cohort in self.held_out():
            object.__setattr__(self, name, cohort.arranged(self.train.layout))

    @property
    def class_names(self) -> dict[int, str]:
        """The word for each class over all splits. Raises CohortError."""
        return shared_names(self.named())[0]

    def arranged(self, layout: Layout) -> "Splits":
        """The same with regions and measures in the order of ``layout``, which has just these."""
        return (
            self
            if self.train.layout == layout
            else Splits(self.train.arranged(layout), self.val, self.test)
        )

    def each(self, change: Callable[[Cohort], Cohort]) -> "Splits":
        """With every cohort changed."""
        changed = {name: change(cohort) for name, cohort in self.present().items()}
        return Splits(**changed)

    def named(self) -> list[Source]:
        """Each split and its class names."""
        return [(f"{name}_data", cohort.class_names) for name, cohort in self.present().items()]

    def present(self) -> dict[str, Cohort]:
        """The cohorts by name, training first."""
        return {"train": self.train, **dict(self.held_out())}

    def held_out(self) -> Iterator[tuple[str, Cohort]]:
        """Validation and test, where there are any."""
        for name, cohort in (("val", self.val), ("test", self.test)):
            if cohort is not None:
                yield name, cohort

    def matched(self, left: str, right: str) -> IdMatch:
        """Which subjects of one split are those of another, by their ids."""
        present = self.present()
        if left not in present or right not in present:
            return IdMatch(())
        return match_ids(present[left].ids, present[right].ids)

    def shared(self, left: str, right: str) -> tuple[str, ...]:
        """Ids of subjects who stand in both splits, in the order of ``left``."""
        return self.matched(left, right).left

    @property
    def may_select(self) -> bool:
        """Whether validation subjects may choose the epoch: they stand in no other split."""
        return (
            self.val is not None
            and not self.shared("train", "val")
            and not self.shared("val", "test")
        )


def _other_edges(train: Cohort, cohort: Cohort, name: str) -> Iterator[Message]:
    """Connectomes of another kind than those to train on."""
    if train.connectomes is None or cohort.connectomes is None or train.edges == cohort.edges:
        return
    yield Message(
        "data.other-edges", split=name, train=EDGES[train.edges], edges=EDGES[cohort.edges]
    )


def check_classes(splits: Splits, classes: tuple[int, ...], names: Names) -> None:
    """Refuse a label that the model has no class for. Raises CohortError."""
    known = tuple(class_name(names, label) for label in classes)
    problems = [
        Message(
            "data.classes-unknown",
            split=name,
            classes=[class_name(cohort.class_names, label) for label in unknown],
            known=known,
        )
        for name, cohort in splits.present().items()
        if (unknown := sorted(set(cohort.classes) - set(classes)))
    ]
    if problems:
        raise CohortError(*problems)


def warnings(splits: Splits) -> list[Message]:
    """What limits the metrics on these splits."""
    messages = [*_overlaps(splits), *shared_names(splits.named())[1]]
    if splits.val is None and splits.test is None:
        messages.append(Message("data.no-held-out-subjects"))
    for name, cohort in splits.present().items():
        messages += _sizes(name, cohort)
        messages += cohort.notes
    if splits.may_select:
        messages.append(Message("data.epoch-selected"))
    findings = [finding for cohort in splits.present().values() for finding in cohort.findings]
    return list(dict.fromkeys([*messages, *corrections(findings)]))


def _overlaps(splits: Splits) -> Iterator[Message]:
    for left, right, code in (
        ("train", "val", "data.train-val-overlap"),
        ("train", "test", "data.train-test-overlap"),
        ("val", "test", "data.val-test-overlap"),
    ):
        match = splits.matched(left, right)
        both = match.left
        if both:
            yield Message(code, count=len(both), subjects=first_of(both, MOST_SUBJECTS))
        for detail in (*match.how, *match.collisions):
            yield Message("data.splits-matched", left=left, right=right, detail=detail)


def _sizes(name: str, cohort: Cohort) -> Iterator[Message]:
    counts = cohort.class_counts()
    repeated = cohort.repeated_ids
    subjects = len(set(cohort.persons))
    if repeated:
        ids = first_of(repeated, MOST_SUBJECTS)
        numbers = {"count": len(repeated), "subjects": subjects, "scans": len(cohort)}
        yield Message("data.several-scans", split=name, **numbers, ids=ids)
    if len(counts) == 1:
        alone = class_name(cohort.class_names, next(iter(counts)))
        yield Message("data.one-class", split=name, name=alone)
    if subjects < FEW_SUBJECTS:
        yield Message("data.few-subjects", split=name, count=subjects)
        return
    for label, count in counts.items():
        if count < FEW_OF_A_CLASS:
            named = class_name(cohort.class_names, label)
            yield Message("data.few-of-class", split=name, count=count, name=named)


@dataclass(frozen=True)
class Correction:
    """What one rule found in the same regions of the same subjects of a dataset."""

    site: str
    rule: str
    subjects: tuple[str, ...]
    regions: tuple[str, ...]
    measures: tuple[str, ...]
    count: int

    @property
    def message(self) -> Message:
        """For people."""
        subjects = Message(
            "data.subjects",
            count=len(self.subjects),
            names=first_of(self.subjects, MOST_SUBJECTS),
        )
        regions = Message("data.regions", count=len(self.regions), names=first_of(self.regions))
        if self.rule == MISSING_REGION:
            return Message(
                "data.regions-without-edges",
                dataset=self.site,
                regions=regions,
                count=len(self.regions),
                subjects=subjects,
            )
        where = Message("data.in-regions", regions=regions) if self.regions else ""
        if self.rule == MISSING:
            return Message(
                "data.edges-missing",
                dataset=self.site,
                count=self.count,
                where=where,
                subjects=subjects,
            )
        return Message(
            "data.values-unusable",
            dataset=self.site,
            count=self.count,
            measures=first_of(self.measures, MOST_MEASURES),
            where=where,
            subjects=subjects,
            rule=self.rule,
        )


def corrections(findings: Iterable[Finding]) -> list[Message]:
    """What was found, one message per rule and group of subjects."""
    return [correction.message for correction in _together(dict.fromkeys(findings))]


def _together(findings: Iterable[Finding]) -> list[Correction]:
    """What was found in one measure is one thing; so is what several measures share."""
    shared: dict[tuple[object, ...], list[Correction]] = {}
    for correction in _by_measure(findings):
        key = (
            correction.site,
            correction.rule,
            correction.subjects,
            correction.regions or correction.measures,
        )
        shared.setdefault(key, []).append(correction)
    return [_merged(same) for same in shared.values()]


def _merged(same: Sequence[Correction]) -> Correction:
    first = same[0]
    return Correction(
        first.site,
        first.rule,
        first.subjects,
        first.regions,
        tuple(dict.fromkeys(measure for correction in same for measure in correction.measures)),
        sum(correction.count for correction in same),
    )


def _by_measure(findings: Iterable[Finding]) -> Iterator[Correction]:
    grouped: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        whose = finding.subjects if finding.rule == MISSING_REGION else ()
        key = (finding.site, finding.measure, finding.rule, whose)
        grouped.setdefault(key, []).append(finding)
    for alike in grouped.values():
        first = alike[0]
        yield Correction(
            first.site,
            first.rule,
            tuple(dict.fromkeys(subject for one in alike for subject in one.subjects)),
            _regions(alike),
            (first.measure,),
            sum(one.count for one in alike),
        )


def _regions(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Where it was, if these are few and every finding names them."""
    names = tuple(dict.fromkeys(region for finding in findings for region in finding.regions))
    known = all(finding.regions for finding in findings)
    few = len(names) <= MOST_REGIONS or findings[0].rule == MISSING_REGION
    return names if known and few else ()
