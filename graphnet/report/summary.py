"""The metric that matters, in sentences that do not claim more than it shows."""

from collections.abc import Iterator

from graphnet import figures
from graphnet.artifacts.result import Difference, SplitMetrics
from graphnet.figures.drawing import Words
from graphnet.messages import Message, render
from graphnet.names import method_name, metric_name, split_name
from graphnet.report.facts import Facts
from graphnet.report.numbers import signed, with_interval

WHERE = {
    "test": Message("report.on-test"),
    "cv": Message("report.in-cross-validation"),
    "leave_site_out": Message("report.at-left-out-sites"),
    "val": Message("report.on-validation"),
    "train": Message("report.on-training"),
}


def headline(facts: Facts) -> Message | None:
    """Such as "AUC 0.923 [0.81, 0.97] on test subjects (n = 58)"; None without metrics."""
    metrics = facts.headline_metrics
    if metrics is None:
        return None
    name = leading_metric(facts)
    if not facts.is_regression and metrics[name] is None:
        name = "accuracy"
    return Message(
        "report.headline",
        metric=metric_name(name),
        figure=with_interval(metrics, name),
        where=WHERE.get(facts.headline, split_name(facts.headline)),
        count=str(metrics.n),
    )


def leading_metric(facts: Facts) -> str:
    """The metric that a result leads with: AUC, or R² of a clinical score."""
    return "r2" if facts.is_regression else "auc"


def verdict(facts: Facts) -> list[Message]:
    """What follows from the metrics, and what does not."""
    chance = by_chance(facts)
    helps = facts.result.graph_helps
    return [
        *([] if chance is None else [chance]),
        *_leaked(facts),
        *_better_methods(facts),
        *([] if helps is None else [helps.message]),
    ]


def by_chance(facts: Facts) -> Message | None:
    """That chance could explain the metric, or that it is worse; None where neither is known."""
    metrics = facts.headline_metrics
    bounds = None if metrics is None else metrics.interval(leading_metric(facts))
    nothing = 0.0 if facts.is_regression else 0.5
    if bounds is None or bounds[0] > nothing:
        return None
    target = "score" if facts.is_regression else "class"
    if bounds[1] < nothing:
        return Message("report.worse-than-chance", target=target)
    return Message("report.could-be-chance", target=target)


def worse_than(facts: Facts) -> dict[str, Difference]:
    """The methods with a higher AUC on the same subjects, beyond chance, with the difference."""
    by_method = facts.result.differences.get(facts.headline) or {}
    differences = {name: (each or {}).get("auc") for name, each in by_method.items()}
    return {name: each for name, each in differences.items() if each is not None and each.is_worse}


def _leaked(facts: Facts) -> Iterator[Message]:
    """Which metrics are optimistic."""
    for split, metrics in facts.metrics.items():
        count = facts.seen_in_training(split)
        if count and split != "train":
            yield Message("report.seen-in-training", count=count, split=split, subjects=metrics.n)


def _better_methods(facts: Facts) -> Iterator[Message]:
    better = [
        Message("report.method-difference", method=method_name(name), difference=signed(each))
        for name, each in worse_than(facts).items()
    ]
    if better:
        yield Message("report.better-methods", methods=better)


def comparison(facts: Facts, words: Words = render) -> str:
    """A forest plot of the model and the baselines on the split of the headline, as SVG.

    R² of a clinical score, else the AUC; "" where there is no metric.
    """
    ours = facts.headline_metrics
    if ours is None:
        return ""
    name = leading_metric(facts)
    rows = [_row(facts.card.name, ours, name, ours=True)]
    rows += [
        _row(words(method_name(method)), by_split.get(facts.headline), name, ours=False)
        for method, by_split in facts.result.baselines.items()
    ]
    title = Message(
        "report.metric-of-split", metric=metric_name(name), split=split_name(facts.headline)
    )
    reference = 0.0 if facts.is_regression else 0.5
    return figures.forest(rows, words(title), reference=reference, words=words)


def _row(label: str, metrics: SplitMetrics | None, name: str, *, ours: bool) -> figures.Row:
    if metrics is None:
        return figures.Row(label, None, None, ours)
    return figures.Row(label, metrics[name], metrics.interval(name), ours)
