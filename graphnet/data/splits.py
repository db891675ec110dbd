"""Who is trained on, who is validated and tested on, and what a reviewer would ask about it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from graphnet.data.class_names import Names, numbered, shared_names
from graphnet.data.cohort import EDGES, Cohort, Layout
from graphnet.data.connectome import MISSING, MISSING_REGION
from graphnet.data.identifiers import IdMatch, match_ids
from graphnet.data.quality import MOST_REGIONS, Finding
from graphnet.errors import CohortError, shortened

FEW_SUBJECTS = 30
FEW_OF_A_CLASS = 10


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

    def named(self) -> list[tuple[str, Names]]:
        """Each split and its class names."""
        return [(f"{name}_data", each.class_names) for name, each in self.present().items()]

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


def _other_edges(train: Cohort, cohort: Cohort, name: str) -> Iterator[str]:
    """Connectomes of another kind than those to train on, in a sentence."""
    if train.connectomes is None or cohort.connectomes is None or train.edges == cohort.edges:
        return
    yield (
        f"The connectomes of train_data hold {EDGES[train.edges]}, those of {name}_data "
        f"{EDGES[cohort.edges]}; both must hold the same."
    )


def check_classes(splits: Splits, classes: tuple[int, ...], names: Names) -> None:
    """Refuse a label that the model has no class for. Raises CohortError."""
    known = ", ".join(numbered(names, label) for label in classes)
    problems = [
        f"{name}_data has {', '.join(numbered(cohort.class_names, each) for each in unknown)}, "
        f"which the model does not know (it knows {known})."
        for name, cohort in splits.present().items()
        if (unknown := sorted(set(cohort.classes) - set(classes)))
    ]
    if problems:
        raise CohortError(*problems)


def warnings(splits: Splits) -> list[str]:
    """Sentences on what limits the figures of these splits."""
    sentences = [*_overlaps(splits), *shared_names(splits.named())[1]]
    if splits.val is None and splits.test is None:
        sentences.append(
            "There are neither validation nor test subjects; figures on the training subjects say "
            "nothing about new ones."
        )
    for name, cohort in splits.present().items():
        sentences += _sizes(name, cohort)
        sentences += cohort.notes
    if splits.may_select:
        sentences.append(
            "The epoch was chosen by the loss on the validation subjects, so their figures are "
            "slightly optimistic; only subjects of a test set are untouched."
        )
    findings = [finding for cohort in splits.present().values() for finding in cohort.findings]
    return list(dict.fromkeys([*sentences, *corrections(findings)]))


def _overlaps(splits: Splits) -> Iterator[str]:
    for left, right, cost in (
        ("train", "val", "the validation figures are no estimate of new subjects"),
        ("train", "test", "the test figures are no estimate of new subjects"),
        ("val", "test", "the epoch was not chosen on them"),
    ):
        match = splits.matched(left, right)
        both = match.left
        if both:
            shown = ", ".join(both[:3]) + (" …" if len(both) > 3 else "")
            yield (
                f"{left}_data and {right}_data share {counted(len(both), 'subject')} ({shown}), "
                f"so {cost}."
            )
        for sentence in (*match.how, *match.collisions):
            yield f"{left}_data and {right}_data: {sentence}"


def _sizes(name: str, cohort: Cohort) -> Iterator[str]:
    counts = cohort.class_counts()
    repeated = cohort.repeated_ids
    if repeated:
        shown = ", ".join(repeated[:3]) + (" …" if len(repeated) > 3 else "")
        yield (
            f"{name}_data has {counted(len(repeated), 'subject id')} on more than one row "
            f"({shown}); each row counts, so the intervals are too narrow."
        )
    if len(counts) == 1:
        alone = _class(cohort, next(iter(counts)))
        yield (
            f"{name}_data holds {alone} only, so what needs a second class (balanced accuracy, "
            "AUC) cannot be computed."
        )
    if len(cohort) < FEW_SUBJECTS:
        yield f"{name}_data has only {counted(len(cohort), 'subject')}; look at the intervals."
        return
    for label, count in counts.items():
        if count < FEW_OF_A_CLASS:
            yield f"{name}_data has only {counted(count, 'subject')} of {_class(cohort, label)}."


def _class(cohort: Cohort, label: int) -> str:
    return numbered(cohort.class_names, label)


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
