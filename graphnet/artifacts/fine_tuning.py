"""Whether a fine-tuning helped, typed, and the sentences that follow. Free of NumPy and torch.

A fine-tuned model has learned from its ancestors' training subjects; its pooled baselines are
fitted to these and the new training subjects together.
``as_dict`` gives the JSON of a stored result, ``from_json`` reads it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from graphnet.artifacts.metrics import UNKNOWN, Estimate, Estimates
from graphnet.artifacts.stored_json import Json, as_messages, as_whole
from graphnet.messages import Figure, Message, as_one

PARENT, MOVED, SCRATCH = "parent", "parent_moved", "scratch"  # who is compared with the tuned model
TUNED = "tuned"
CLASS_FIGURES = ("auc", "brier", "sensitivity", "specificity")
SEVERAL_FIGURES = ("accuracy", "brier")  # of more than two classes
SCORE_FIGURES = ("mae",)
LOWER_IS_BETTER = ("brier", "mae")
LEAST = 5  # subjects of each class, or twice as many with a score: of fewer nothing is concluded


@dataclass(frozen=True)
class Rival:
    """Another model on the same subjects: its ``metrics``, and the tuned model's less these.

    ``reason`` says why there are none.
    """

    metrics: Estimates = field(default_factory=dict)
    differences: Estimates = field(default_factory=dict)
    reason: Message | None = None

    def gain(self, name: str) -> int:
        """1 where the tuned model is better beyond chance by this metric, -1 worse, else 0."""
        sign = self.differences.get(name, UNKNOWN).sign
        return -sign if name in LOWER_IS_BETTER else sign


@dataclass(frozen=True)
class TuningComparison:
    """The tuned model, its parent and others on ``n`` subjects whom none of them has seen.

    ``split`` is ``test``, or ``cv`` and ``leave_site_out`` of out-of-fold predictions. Left out are
    those whom the parent (``seen_by_parent``) or the tuned model (``seen_in_training``) was trained
    on. ``by_class`` counts the others, {} of a clinical score. ``reason`` says why nothing can be
    computed.
    """

    split: str
    n: int
    by_class: Mapping[str, int] = field(default_factory=dict)
    seen_by_parent: int = 0
    seen_in_training: int = 0
    tuned: Estimates = field(default_factory=dict)
    rivals: Mapping[str, Rival] = field(default_factory=dict)
    reason: Message | None = None

    @property
    def is_enough(self) -> bool:
        """Whether there are subjects enough to conclude something."""
        if not self.by_class:
            return self.n >= 2 * LEAST
        return len(self.by_class) > 1 and min(self.by_class.values()) >= LEAST

    @property
    def leading(self) -> str:
        """The metric that decides: AUC, of more classes accuracy, of a score its error."""
        return next((name for name in ("auc", "accuracy", "mae") if name in self.tuned), "")


@dataclass(frozen=True)
class FineTuning:
    """What is known of whether a fine-tuning helped.

    ``comparisons``: the one that says most first. ``parent_is_known``: whether the parent's
    manifest says of all subjects whom it was trained on.
    """

    comparisons: Sequence[TuningComparison] = ()
    parent_is_known: bool = True

    @property
    def leading(self) -> TuningComparison | None:
        """The comparison that says most; None where there is none with figures."""
        return next((comparison for comparison in self.comparisons if comparison.tuned), None)

    @property
    def messages(self) -> list[Message]:
        """What follows: of the parent, of training from scratch, of who was left out."""
        leading = self.leading
        if leading is None:
            reason = next(
                (comparison.reason for comparison in self.comparisons if comparison.reason), None
            )
            return [Message("tuning.unknown", reason=reason or Message("tuning.nobody-new"))]
        sentences = [_verdict(leading), *_scratch(leading)]
        if leading.seen_by_parent or leading.seen_in_training:
            counts = {"parent": leading.seen_by_parent, "training": leading.seen_in_training}
            sentences.append(Message("tuning.left-out", **counts))
        if not self.parent_is_known:
            sentences.append(Message("tuning.parent-unknown"))
        return sentences

    @property
    def helped(self) -> bool | None:
        """True or False where the tuned model is better or worse beyond chance; None if unclear."""
        leading = self.leading
        if leading is None or not leading.is_enough or PARENT not in leading.rivals:
            return None
        gain = leading.rivals[PARENT].gain(leading.leading)
        return None if gain == 0 else gain > 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON, with the sentences."""
        messages = self.messages
        return {
            "helped": self.helped,
            "sentences": list(map(str, messages)),
            "messages": [message.as_dict() for message in messages],
            "parent_is_known": self.parent_is_known,
            "comparisons": [_comparison_json(comparison) for comparison in self.comparisons],
        }

    @classmethod
    def from_json(cls, stored: Any) -> "FineTuning | None":
        """None where nothing is said, or it is of a version that says something else."""
        if not isinstance(stored, Mapping):
            return None
        try:
            comparisons = tuple(map(_comparison, stored["comparisons"]))
        except (KeyError, TypeError, AttributeError, ValueError):
            return None
        return cls(comparisons, bool(stored.get("parent_is_known", True)))


def _verdict(comparison: TuningComparison) -> Message:
    """Whether the tuned model is better than its parent: by what, and beyond chance or not."""
    rival, name = comparison.rivals[PARENT], comparison.leading
    figures = {
        "split": comparison.split,
        "subjects": comparison.n,
        "metric": Message(f"names.metric-{name}"),
        "tuned": _shown(comparison.tuned.get(name, UNKNOWN).value),
        "parent": _shown(rival.metrics.get(name, UNKNOWN).value),
        **_difference(rival.differences.get(name, UNKNOWN)),
    }
    if not comparison.is_enough:
        return Message("tuning.few", least=LEAST, **figures)
    if rival.differences.get(name, UNKNOWN).low is None:
        return Message("tuning.few", least=LEAST, **figures)
    gain = rival.gain(name)
    if gain:
        return Message("tuning.helped" if gain > 0 else "tuning.harmed", **figures)
    moved = _beside_the_ranking(comparison)
    if moved is not None:
        return Message(moved, **figures, **_threshold(comparison))
    return Message("tuning.unclear", **figures)


def _beside_the_ranking(comparison: TuningComparison) -> str | None:
    """What changed although the ranking did not: the threshold, or the probabilities.

    Only the threshold did if the parent with its own moved does as well.
    """
    rival, moved = comparison.rivals[PARENT], comparison.rivals.get(MOVED)
    changed = [name for name in ("brier", "sensitivity", "specificity")
               if rival.differences.get(name, UNKNOWN).sign]  # fmt: skip
    if not changed or comparison.leading != "auc":
        return None
    if rival.gain("brier") < 0:
        return "tuning.probabilities-worse"
    if moved is None or not moved.metrics:
        return None
    if moved.gain("brier") > 0:
        return "tuning.probabilities-better"
    alike = not any(moved.gain(name) for name in ("brier", "sensitivity", "specificity"))
    return "tuning.threshold-moved" if alike else None


def _threshold(comparison: TuningComparison) -> dict[str, str]:
    """Sensitivity, specificity and Brier score of the tuned model, its parent, and that moved."""
    models = {
        "tuned": comparison.tuned,
        "parent": comparison.rivals[PARENT].metrics,
        "moved": comparison.rivals.get(MOVED, Rival()).metrics,
    }
    return {
        f"{name}_{model}": _shown(figures.get(name, UNKNOWN).value)
        for name in ("sensitivity", "specificity", "brier")
        for model, figures in models.items()
    }


def _scratch(comparison: TuningComparison) -> list[Message]:
    """How the tuned model does beside one trained from scratch on the same new subjects."""
    rival, name = comparison.rivals.get(SCRATCH), comparison.leading
    if rival is None:
        return []
    if rival.reason is not None:
        return [Message("tuning.no-scratch", reason=rival.reason)]
    difference = rival.differences.get(name, UNKNOWN)
    if difference.low is None or not comparison.is_enough:
        return []
    values = {
        "metric": Message(f"names.metric-{name}"),
        "scratch": _shown(rival.metrics.get(name, UNKNOWN).value),
        **_difference(difference),
    }
    code = {1: "tuning.beats-scratch", 0: "tuning.like-scratch", -1: "tuning.worse-than-scratch"}
    return [Message(code[rival.gain(name)], **values)]


def _difference(estimate: Estimate) -> dict[str, str]:
    bounds = {"difference": estimate.value, "low": estimate.low, "high": estimate.high}
    return {
        name: "—" if value is None else Figure(f"{value:+.3f}") for name, value in bounds.items()
    }


def _shown(value: float | None) -> str:
    return "—" if value is None else Figure(f"{value:.3f}")


def _comparison_json(comparison: TuningComparison) -> dict[str, Any]:
    return {
        "split": comparison.split,
        "n": comparison.n,
        "by_class": dict(comparison.by_class),
        "seen_by_parent": comparison.seen_by_parent,
        "seen_in_training": comparison.seen_in_training,
        "tuned": _estimates_json(comparison.tuned),
        "rivals": {
            name: {
                "metrics": _estimates_json(rival.metrics),
                "differences": _estimates_json(rival.differences),
                "reason": None if rival.reason is None else rival.reason.as_dict(),
            }
            for name, rival in comparison.rivals.items()
        },
        "reason": None if comparison.reason is None else comparison.reason.as_dict(),
    }


def _comparison(stored: Json) -> TuningComparison:
    return TuningComparison(
        split=str(stored["split"]),
        n=int(stored["n"]),
        by_class={str(label): int(count) for label, count in stored["by_class"].items()},
        seen_by_parent=int(stored["seen_by_parent"]),
        seen_in_training=int(stored["seen_in_training"]),
        tuned=_estimates(stored["tuned"]),
        rivals={
            str(name): Rival(
                _estimates(rival["metrics"]), _estimates(rival["differences"]), _reason(rival)
            )
            for name, rival in stored["rivals"].items()
        },
        reason=_reason(stored),
    )


def _estimates_json(estimates: Estimates) -> dict[str, Any]:
    return {name: asdict(estimate) for name, estimate in estimates.items()}


def _estimates(stored: Json) -> dict[str, Estimate]:
    return {str(name): Estimate(**estimate) for name, estimate in stored.items()}


def _reason(stored: Json) -> Message | None:
    reason = stored.get("reason")
    return None if reason is None else Message.from_json(reason)


POOLED = "_pooled"  # ends the name of such a baseline


@dataclass(frozen=True)
class PooledBaselines:
    """How many training subjects of ancestors the pooled baselines were fitted to, and why no more.

    ``recorded``: those that the ancestors' manifests count, a dataset once; None where nobody
    knows. Of those that could be read, ``held_out`` are validation or test subjects of the task and
    ``in_training`` training subjects, who count once; ``subjects`` are the others, to whom the
    baselines are fitted. ``missing`` says why some could not be read, or none, ``notes`` what else
    is to be known of them. Where the folds' models were not fine-tuned, nor were their baselines
    pooled: ``in_folds`` is False.
    """

    subjects: int
    recorded: int | None = None
    held_out: int = 0
    in_training: int = 0
    missing: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()
    in_folds: bool = True

    @property
    def warnings(self) -> list[Message]:
        """What limits the comparison with simple methods, for a result."""
        told = []
        if self.missing:
            found, reason = self.subjects + self.held_out + self.in_training, as_one(self.missing)
            if not self.subjects:
                told.append(Message("pooled.none", reason=reason))
            elif self.recorded is None:
                told.append(Message("pooled.some", reason=reason))
            else:
                counts = {"found": found, "recorded": self.recorded}
                told.append(Message("pooled.part", **counts, reason=reason))
        if self.subjects:
            told += self.notes
            told += [] if self.in_folds else [Message("pooled.not-in-folds")]
        return told

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "subjects": self.subjects,
            "recorded": self.recorded,
            "held_out": self.held_out,
            "in_training": self.in_training,
            "missing": [message.as_dict() for message in self.missing],
            "notes": [message.as_dict() for message in self.notes],
            "in_folds": self.in_folds,
        }

    @classmethod
    def from_json(cls, stored: Any) -> "PooledBaselines | None":
        """None where nothing is stored: of a training from scratch, or by an older version."""
        if not isinstance(stored, Mapping):
            return None
        return cls(
            subjects=as_whole(stored.get("subjects")) or 0,
            recorded=as_whole(stored.get("recorded")),
            held_out=as_whole(stored.get("held_out")) or 0,
            in_training=as_whole(stored.get("in_training")) or 0,
            missing=as_messages(stored.get("missing")),
            notes=as_messages(stored.get("notes")),
            in_folds=bool(stored.get("in_folds", True)),
        )
