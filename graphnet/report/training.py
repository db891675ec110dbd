"""How the model was trained: settings, a sweep, a learning curve, a fine-tuning."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphnet.artifacts.fine_tuning import POOLED, TUNED
from graphnet.artifacts.further_trainings import ATLAS, Candidate, SweepResult
from graphnet.artifacts.metrics import UNKNOWN, Estimates
from graphnet.config import INHERITED
from graphnet.messages import Message, in_cell
from graphnet.names import (
    method_name,
    metric_name,
    split_name,
)
from graphnet.options import typed_names
from graphnet.report.facts import Facts
from graphnet.report.tables import (
    KEPT,
    NOTHING,
    Cell,
    Row,
    Table,
    estimated,
    figure,
    signed,
    signed_figure,
)

TITLE = Message("report.sweep-title")


@dataclass(frozen=True)
class SweepSection:
    """The sentences about a sweep, and what its table shows."""

    sentences: list[Message]
    caption: Message
    title: Message = TITLE

    @classmethod
    def of(cls, facts: Facts) -> "SweepSection | None":
        """None of a task that is no sweep."""
        sweep = facts.result.sweep
        if sweep is None:
            return None
        caption = Message(
            "report.sweep-caption",
            metric=metric_name(sweep.metric),
            inner=sweep.inner_folds,
            folds=sweep.folds,
        )
        return cls(sweep_sentences(sweep), caption)


def sweep_sentences(sweep: SweepResult) -> list[Message]:
    """How many were tried, on which atlases, and what the best one's figure is worth."""
    atlases = sweep.atlases
    chosen = [
        Message("report.sweep-atlas", atlas=atlas, count=len(atlases)) for atlas in atlases[:1]
    ]
    return [*_worth(sweep), *chosen]


def _worth(sweep: SweepResult) -> list[Message]:
    values = {
        "tried": sweep.tried,
        "metric": metric_name(sweep.metric),
        "figure": figure(sweep.figure),
    }
    if sweep.nested is None or sweep.optimism is None:
        return [Message("report.sweep-not-nested", **values)]
    best = Message("report.sweep-told", **values, nested=figure(sweep.nested))
    if sweep.optimism <= 0:
        optimism = signed_figure(sweep.optimism)
        return [best, Message("report.sweep-no-optimism", optimism=optimism)]
    corrected = figure(sweep.corrected)
    optimism = figure(sweep.optimism)
    return [best, Message("report.sweep-optimism", optimism=optimism, corrected=corrected)]


def sweep_table(facts: Facts) -> Table:
    """All candidates, the best first; without rows of a task that is no sweep."""
    sweep = facts.result.sweep
    candidates = [] if sweep is None else sweep.candidates
    names = list(candidates[0].settings) if candidates else []
    titles: Row = [
        Message("report.sweep-rank"),
        *(Message("report.sweep-atlas-title") if name == ATLAS else name for name in names),
        Message("report.sweep-figure"),
        Message("report.sweep-in-folds"),
        Message("report.sweep-chosen"),
    ]
    return Table(
        titles, [_row(rank, candidate) for rank, candidate in enumerate(candidates, start=1)]
    )


def _row(rank: int, candidate: Candidate) -> Row:
    values = [
        NOTHING if setting is None else str(setting) for setting in candidate.settings.values()
    ]
    failed = candidate.reason is not None and candidate.figure is None
    return [
        str(rank),
        *values,
        Message("report.sweep-failed", reason=candidate.reason)
        if failed
        else figure(candidate.figure),
        figure(candidate.in_folds),
        str(candidate.chosen),
    ]


def learning_curve_table(facts: Facts) -> Table:
    """The metric by how many subjects were trained on; no rows where no curve was asked for."""
    curve = facts.result.learning_curve
    if curve is None or not curve.points:
        return Table([], [])
    titles = [Message("report.growth-share"), Message("report.growth-subjects")]
    rows: list[Row] = []
    for point in curve.points:
        shown: Cell = estimated(point.metric)
        if point.reason is not None:
            shown = point.reason
        rows.append([f"{100 * point.share:.0f} %", f"{point.subjects:.0f}", shown])
    return Table([*titles, metric_name(curve.metric)], rows)


def tuning_table(facts: Facts) -> Table:
    """The fine-tuned model, its parent and others on the subjects of the leading comparison.

    Each other model's figures stand above the fine-tuned model's less these.
    """
    comparison = None if facts.result.fine_tuning is None else facts.result.fine_tuning.leading
    if comparison is None:
        return Table([], [])
    names = list(comparison.tuned)
    rows: list[Row] = [[method_name(TUNED), *_figures(comparison.tuned, names)]]
    for name, rival in comparison.rivals.items():
        if rival.reason is None:
            less = Message("report.tuned-less")
            rows.append([method_name(name), *_figures(rival.metrics, names)])
            rows.append([less, *_figures(rival.differences, names, sign="+")])
    return Table([Message("report.method"), *map(metric_name, names)], rows)


def _figures(figures: Estimates, names: Sequence[str], sign: str = "") -> Row:
    """Values with intervals; differences have a ``sign``."""
    digits = f"{sign}.3f" if sign else ".2f"
    cells: Row = []
    for name in names:
        estimate = figures.get(name, UNKNOWN)
        if estimate.value is None:
            cells.append(NOTHING)
        elif estimate.low is None or estimate.high is None:
            cells.append(f"{estimate.value:{sign}.3f}")
        else:
            bounds = f"[{estimate.low:{digits}},{KEPT}{estimate.high:{digits}}]"
            cells.append(f"{estimate.value:{sign}.3f} {bounds}")
    return cells


def settings_table(facts: Facts) -> Table:
    """All settings, and where each is from."""
    values = facts.settings.as_dict() | vars(facts.evaluation)
    rows: list[Row] = [
        [name, _value(value), _source(facts, name)] for name, value in values.items()
    ]
    titles: Row = [Message("report.setting"), Message("report.value"), Message("report.source")]
    return Table(titles, rows)


def chosen_table(facts: Facts) -> Table:
    """Which settings nested selection chose, and in how many folds."""
    rows: list[Row] = [
        [
            split_name(kind),
            name,
            Message(
                "report.listed",
                items=in_cell(f"{value:g} ({count}×)" for value, count in sorted(counts.items())),
            ),
        ]
        for kind, folds in facts.validated.items()
        for name, counts in _chosen(folds.chosen).items()
    ]
    titles: Row = [Message("report.folds"), Message("report.setting"), Message("report.chosen")]
    return Table(titles, rows)


def reason_table(facts: Facts) -> Table:
    """Why a method has no metrics."""
    reasons = dict(facts.result.baselines_left_out)
    for folds in facts.validated.values():
        reasons |= folds.reasons
    rows: list[Row] = [[method_name(method), why] for method, why in reasons.items()]
    return Table([Message("report.method"), Message("report.why-no-metrics")], rows)


def _chosen(folds: Iterable[Mapping[str, float]]) -> dict[str, Counter[float]]:
    counts: dict[str, Counter[float]] = {}
    for fold in folds:
        for name, value in fold.items():
            counts.setdefault(name, Counter())[value] += 1
    return counts


def _value(value: Any) -> Cell:
    if isinstance(value, bool):
        return Message("report.yes") if value else Message("report.no")
    if isinstance(value, (list, tuple)):
        return typed_names(value) or NOTHING
    return NOTHING if value is None else str(value)


def _source(facts: Facts, name: str) -> Message:
    """Where a setting is from; fine-tuning takes some from its parent, whatever the form says."""
    named = bool(facts.config.get("model"))
    if facts.fine_tuned and (name in {*INHERITED, "seeds"} or (name == "model" and not named)):
        return Message("report.from-parent")
    if name in facts.param_set or (name == "model" and named):
        return Message("report.from-form")
    return Message("report.recommended")


def tuning(facts: Facts) -> list[Message]:
    """Whether a fine-tuning helped; nothing of a training from scratch, or of older results."""
    helped = [] if facts.result.fine_tuning is None else facts.result.fine_tuning.messages
    beside = _beside_pooled(facts)
    return [*helped, *([] if beside is None else [beside])]


def _beside_pooled(facts: Facts) -> Message | None:
    """The fine-tuned model beside the best simple method with the parent's data, by the AUC.

    None where there is none, or no interval, or subjects of the headline were trained on.
    """
    split = facts.headline
    found = {
        name: metrics[facts.leading(facts.headline_metrics)]
        for name, by_split in facts.result.baselines.items()
        if name.endswith(POOLED) and (metrics := by_split.get(split)) is not None
    }
    measured = {name: value for name, value in found.items() if value is not None}
    if split in {"", "train"} or facts.seen_in_training(split) or not measured:
        return None
    best = max(measured, key=measured.__getitem__)
    difference = facts.difference(best)
    if difference.interval is None:
        return None
    code = {1: "pooled.model-better", 0: "pooled.model-alike", -1: "pooled.model-worse"}
    values = {"auc": f"{measured[best]:.3f}", "difference": signed(difference)}
    return Message(code[difference.sign], method=method_name(best), **values)
