"""The metric that matters, in sentences that do not claim more than it shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphnet import figures
from graphnet.artifacts.result import Difference, SplitMetrics
from graphnet.messages import ENGLISH, Message, render
from graphnet.names import method_name, metric_name, split_name
from graphnet.report.facts import Facts
from graphnet.report.numbers import count, signed, with_interval

WHERE = {
    "test": Message("report.on-test"),
    "cv": Message("report.in-cross-validation"),
    "leave_site_out": Message("report.at-left-out-sites"),
    "val": Message("report.on-validation"),
    "train": Message("report.on-training"),
}
ALONE = ("covariates", "site")  # baselines without any measure
CHOSE_EPOCH = Message("report.on-validation-that-selected")


@dataclass(frozen=True)
class LeadingMetric:
    """The metric that a result leads with: its name, its value with the interval, and of whom.

    ``where`` says on which subjects, ``subjects`` how many they are.
    """

    name: Message
    figure: str
    where: Message
    subjects: str

    @property
    def message(self) -> Message:
        """Such as "AUC 0.923 [0.81, 0.97] on test subjects (n = 58)"."""
        return Message(
            "report.headline",
            metric=self.name,
            figure=self.figure,
            where=self.where,
            count=self.subjects,
        )


def leading_metric(facts: Facts) -> LeadingMetric | None:
    """AUC, or R² of a clinical score; accuracy or the error if it is not known; None of none."""
    metrics = facts.headline_metrics
    if metrics is None:
        return None
    name = _leading(facts)
    if metrics[name] is None:
        name = "mae" if facts.is_regression else "accuracy"
    chose = facts.headline == "val" and facts.epoch_chosen
    where = WHERE.get(facts.headline, split_name(facts.headline))
    return LeadingMetric(
        metric_name(name),
        with_interval(metrics, name),
        CHOSE_EPOCH if chose else where,
        count(metrics),
    )


def _leading(facts: Facts) -> str:
    return "r2" if facts.is_regression else "auc"


def verdict(facts: Facts) -> list[Message]:
    """What follows from the metrics, and what does not."""
    chance = by_chance(facts)
    helps = facts.result.graph_helps
    return [
        *([] if chance is None else [chance]),
        *(told.message for told in alone(facts)),
        *_leaked(facts),
        *_better_methods(facts),
        *([] if helps is None else [helps.message]),
    ]


def by_chance(facts: Facts) -> Message | None:
    """That chance could explain the metric, or that it is worse; None where neither is known."""
    metrics = facts.headline_metrics
    bounds = None if metrics is None else metrics.interval(_leading(facts))
    nothing = 0.0 if facts.is_regression else 0.5
    if bounds is None or bounds[0] > nothing:
        return None
    target = "score" if facts.is_regression else "class"
    if bounds[1] < nothing:
        return Message("report.worse-than-chance", target=target)
    return Message("report.could-be-chance", target=target)


@dataclass(frozen=True)
class Alone:
    """What covariates, or the site, alone predict beside the model; whether they may explain it."""

    message: Message
    explains: bool


def alone(facts: Facts) -> list[Alone]:
    """Of the headline's subjects; nothing where the difference has no interval.

    Of the site something is said only where it may explain the result.
    """
    told = []
    for name in ALONE:
        metrics = (facts.result.baselines.get(name) or {}).get(facts.headline)
        by_name = (facts.result.differences.get(facts.headline) or {}).get(name) or {}
        difference = by_name.get("auc")
        if metrics is None or difference is None or difference.ci is None:
            continue
        is_better = difference.ci[0] > 0
        predicts = (metrics.interval("auc") or (0.0, 0.0))[0] > 0.5  # beyond chance
        explains = predicts and not is_better
        if name == "site" and not explains:
            continue
        told.append(Alone(_said_of(name, facts, metrics, difference, explains=explains), explains))
    return told


def _said_of(
    name: str, facts: Facts, metrics: SplitMetrics, difference: Difference, *, explains: bool
) -> Message:
    low, high = difference.ci or (0.0, 0.0)
    checked = facts.result.confounds.checked if facts.result.confounds else ()
    values: dict[str, Any] = {
        "covariates": list(checked),
        "alone": with_interval(metrics, "auc"),
        "difference": f"{difference.value or 0.0:+.3f}",
        "low": f"{low:+.3f}",
        "high": f"{high:+.3f}",
    }
    if name == "site":
        return Message("evaluation.site-explains", **values)
    if explains:
        return Message("evaluation.covariates-explain", **values)
    if difference.ci is not None and difference.ci[0] > 0:
        return Message("evaluation.covariates-do-not-explain", **values)
    return Message("evaluation.covariates-by-chance", **values)


def worse_than(facts: Facts) -> dict[str, Difference]:
    """The methods with a higher AUC on the same subjects, beyond chance, with the difference."""
    by_method = facts.result.differences.get(facts.headline) or {}
    differences = {
        name: (each or {}).get("auc") for name, each in by_method.items() if name not in ALONE
    }
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


def comparison(facts: Facts, language: str = ENGLISH) -> str:
    """A forest plot of the model and the baselines on the split of the headline, as SVG.

    R² of a clinical score, else the AUC; "" where there is no metric.
    """
    ours = facts.headline_metrics
    if ours is None:
        return ""
    name = _leading(facts)
    rows = [figures.Row.of(facts.card.name, ours, name, ours=True)]
    rows += [
        figures.Row.of(render(method_name(method), language), by_split.get(facts.headline), name)
        for method, by_split in facts.result.baselines.items()
    ]
    title = Message(
        "report.metric-of-split", metric=metric_name(name), split=split_name(facts.headline)
    )
    reference = 0.0 if facts.is_regression else 0.5
    return figures.forest(rows, render(title, language), reference=reference, language=language)
