"""Two tasks on the same subjects: how far their metrics differ, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphnet.artifacts.metrics import UNKNOWN, WITHIN_SITES, Estimates, difference_json
from graphnet.artifacts.result import LEAVE_SITE_OUT
from graphnet.data.cohort import FloatArray, numbered
from graphnet.evaluation.clusters import counts_by_class
from graphnet.evaluation.headline import FAIREST
from graphnet.evaluation.resampling import LEAST, paired_difference
from graphnet.messages import ENGLISH, Message, render
from graphnet.names import ACROSS
from service.stores.shared_subjects import (
    Answer,
    Json,
    SharedSubjects,
    incomparable,
    new_answers,
    unstated_sites,
)

NAMES = ("auc", "accuracy", "balanced_accuracy")
Pair = tuple[str, str]


def compared_names(split: str) -> tuple[str, ...]:
    """The metrics that are compared on a split."""
    return (WITHIN_SITES, *NAMES) if split == LEAVE_SITE_OUT else NAMES


@dataclass(frozen=True)
class Comparison:
    """Two tasks on the ``n`` subjects of a split that are new to both models, first minus second.

    ``differences`` by metric, unknown where a ``reason`` says why.
    """

    n: int
    differences: Estimates = field(default_factory=lambda: dict.fromkeys(NAMES, UNKNOWN))
    reason: Message | None = None

    def as_dict(self, language: str = ENGLISH) -> dict[str, Any]:
        """For JSON, with the reason in a language."""
        reason = None if self.reason is None else render(self.reason, language)
        named = {name: difference_json(difference) for name, difference in self.differences.items()}
        return {"n": self.n, "reason": reason, **named}


BySplit = dict[str, dict[str, dict[str, Comparison]]]


def compare_splits(ours: Json | None, theirs: Json | None) -> dict[str, Comparison]:
    """The comparison of two tasks by split, of splits that both have.

    Where more subjects are shared across test and folds, such as those on whom one model was
    fine-tuned in folds and the other tested, there is one over all of these, too.
    """
    compared = {split: compare(ours, theirs, split) for split in _shared_splits(ours, theirs)}
    across = compare(ours, theirs, ACROSS)
    alone = (metrics.n for split, metrics in compared.items() if split != "train")
    return {**compared, ACROSS: across} if across.n > max(alone, default=0) else compared


def by_split(pairs: Mapping[Pair, Mapping[str, Comparison]]) -> BySplit:
    """The comparisons by split, then by the id of the first task, then of the second."""
    result: BySplit = {}
    for (first, second), splits in pairs.items():
        for split, comparison in splits.items():
            result.setdefault(split, {}).setdefault(first, {})[second] = comparison
    return result


def compare(ours: Json | None, theirs: Json | None, split: str) -> Comparison:
    """Differences of AUC, accuracy and balanced accuracy over the subjects both have predicted.

    Only subjects new to both models count: matched by id, however that is spelled, and site, and of
    the same class in both. ``split`` may be ``across``. Of left-out sites, each of which has a
    model of its own, there is the difference of the AUC within sites, too.
    """
    problem = incomparable(ours, theirs)
    if problem or ours is None or theirs is None:
        return Comparison(0, reason=problem)
    mine, other = new_answers(ours, split), new_answers(theirs, split)
    unstated = unstated_sites(ours), unstated_sites(theirs)
    matched = SharedSubjects.of(mine, other, unstated)
    shared = [(mine[one], other[another]) for one, another in matched.pairs.items()]
    classes = {label: place for place, label in enumerate(ours["classes"])}
    labels = np.array([classes[answer.label] for answer, _ in shared], dtype=np.int64)
    names = [name for name, _, _ in matched.pairs]
    subjects, number = numbered(names), len(set(names))
    if counts_by_class(labels, subjects, len(classes)).min() < LEAST:
        return Comparison(number, reason=matched.too_few)
    (ours_values, our_ranks), (their_values, their_ranks) = map(_stacked, zip(*shared, strict=True))
    return Comparison(
        number,
        paired_difference(
            labels,
            ours_values,
            their_values,
            ranked=(our_ranks, their_ranks),
            groups=[site for _, site, _ in matched.pairs] if split == LEAVE_SITE_OUT else None,
            subjects=subjects,
        ),
    )


def _stacked(answers: Sequence[Answer]) -> tuple[FloatArray, FloatArray]:
    """Their probabilities, and what ranks them: (1, S, C) each."""
    values, ranks = ([answer.probability for answer in answers], [a.ranked for a in answers])
    return np.array([values], dtype=np.float64), np.array([ranks], dtype=np.float64)


def _shared_splits(ours: Json | None, theirs: Json | None) -> list[str]:
    if ours is None or theirs is None:
        return []
    both = (ours["predictions"], theirs["predictions"])
    return [split for split in FAIREST if all(predictions.get(split) for predictions in both)]
