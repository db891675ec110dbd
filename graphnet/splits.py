"""Who is trained on, who is validated and tested on, and what a reviewer would ask about it."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphnet.cohort import Cohort
from graphnet.errors import CohortError
from graphnet.quality import Finding

FEW_SUBJECTS = 30
FEW_OF_A_CLASS = 10


@dataclass(frozen=True)
class Splits:
    """The cohorts of one task; ``val`` and ``test`` may be absent."""

    train: Cohort
    val: Cohort | None = None
    test: Cohort | None = None

    def __post_init__(self) -> None:
        problems = [
            difference
            for name, cohort in self.held_out()
            for difference in self.train.layout.differences(
                cohort.layout, "train_data", f"{name}_data"
            )
        ]
        if problems:
            raise CohortError(*problems)

    def present(self) -> dict[str, Cohort]:
        """The cohorts by name, training first."""
        return {"train": self.train, **dict(self.held_out())}

    def held_out(self) -> Iterator[tuple[str, Cohort]]:
        """Validation and test, where there are any."""
        for name, cohort in (("val", self.val), ("test", self.test)):
            if cohort is not None:
                yield name, cohort

    def shared(self, left: str, right: str) -> tuple[str, ...]:
        """Ids of subjects who stand in both splits, in the order of ``left``."""
        present = self.present()
        if left not in present or right not in present:
            return ()
        there = set(present[right].ids)
        return tuple(dict.fromkeys(name for name in present[left].ids if name in there))

    @property
    def may_select(self) -> bool:
        """Whether validation subjects may choose the epoch: they stand in no other split."""
        return (
            self.val is not None
            and not self.shared("train", "val")
            and not self.shared("val", "test")
        )


def check_classes(splits: Splits, classes: tuple[int, ...]) -> None:
    """Refuse a label that the model has no class for. Raises CohortError."""
    problems = [
        f"{name}_data has class {', '.join(map(str, unknown))}, which the model does not know "
        f"(it knows {', '.join(map(str, classes))})."
        for name, cohort in splits.present().items()
        if (unknown := sorted(set(cohort.classes) - set(classes)))
    ]
    if problems:
        raise CohortError(*problems)


def warnings(splits: Splits) -> list[str]:
    """Sentences on what limits the figures of these splits."""
    sentences = [*_overlaps(splits)]
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
    return list(dict.fromkeys([*sentences, *_corrected(findings)]))


def _overlaps(splits: Splits) -> Iterator[str]:
    for left, right, cost in (
        ("train", "val", "the validation figures are no estimate of new subjects"),
        ("train", "test", "the test figures are no estimate of new subjects"),
        ("val", "test", "the epoch was not chosen on them"),
    ):
        both = splits.shared(left, right)
        if both:
            shown = ", ".join(both[:3]) + (" …" if len(both) > 3 else "")
            yield (
                f"{left}_data and {right}_data share {_count(len(both), 'subject')} ({shown}), "
                f"so {cost}."
            )


def _sizes(name: str, cohort: Cohort) -> Iterator[str]:
    counts = cohort.class_counts()
    repeated = cohort.repeated_ids
    if repeated:
        shown = ", ".join(repeated[:3]) + (" …" if len(repeated) > 3 else "")
        yield (
            f"{name}_data has {_count(len(repeated), 'subject id')} on more than one row "
            f"({shown}); each row counts, so the intervals are too narrow."
        )
    if len(counts) == 1:
        yield (
            f"{name}_data holds class {next(iter(counts))} only, so what needs a second class "
            "(balanced accuracy, AUC) cannot be computed."
        )
    if len(cohort) < FEW_SUBJECTS:
        yield f"{name}_data has only {_count(len(cohort), 'subject')}; look at the intervals."
        return
    for label, count in counts.items():
        if count < FEW_OF_A_CLASS:
            yield f"{name}_data has only {_count(count, 'subject')} of class {label}."


def _corrected(findings: list[Finding]) -> Iterator[str]:
    """One sentence a rule and measure, naming up to three subjects."""
    grouped: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in dict.fromkeys(findings):
        grouped.setdefault((finding.site, finding.measure, finding.rule), []).append(finding)
    for (site, measure, rule), found in grouped.items():
        subjects = [finding.subject for finding in found]
        shown = ", ".join(subjects[:3]) + (" …" if len(subjects) > 3 else "")
        cells = sum(finding.count for finding in found)
        yield (
            f"{site}: {_count(cells, f'{measure} value')} of {_count(len(subjects), 'subject')} "
            f"({shown}) {'is' if cells == 1 else 'are'} {rule}; "
            "see the quality rules for what was done."
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
