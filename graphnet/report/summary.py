"""The metric that matters, in sentences that do not claim more than it shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot

from graphnet.artifacts.metrics import WITHIN_SITES, Estimates, SplitMetrics
from graphnet.artifacts.result import LEAVE_SITE_OUT
from graphnet.artifacts.stored_json import Json
from graphnet.catalogue import MODELS
from graphnet.config import OPTIONS, without_effect
from graphnet.messages import Message
from graphnet.names import method_name, metric_name, split_name
from graphnet.report.confounds import ALONE, alone, sees_covariates
from graphnet.report.facts import Facts
from graphnet.report.tables import count, figure, signed, with_interval
from graphnet.report.training import tuning

WHERE = {
    "test": Message("report.on-test"),
    "cv": Message("report.in-cross-validation"),
    LEAVE_SITE_OUT: Message("report.at-left-out-sites"),
    "val": Message("report.on-validation"),
    "train": Message("report.on-training"),
}
# What says that probabilities are off, and the value that a metric has where they are right.
RIGHT = {
    "calibration_intercept": ("report.wrong-calibration-intercept", 0.0),
    "calibration_slope": ("report.wrong-calibration-slope", 1.0),
}
# Simple methods that can be kept, and the models that they are.
KEEPABLE = {"logistic_regression": "LogisticRegression", "svm_linear": "LinearSVM"}
UNKEPT = "svm_rbf"  # the simple method that is only compared
CHANCE = 0.5
OF_GRAPH = ("graph", "density", "threshold", "sign", "neighbours")
CHOSE_EPOCH = Message("report.on-validation-that-selected")


@dataclass(frozen=True)
class LeadingMetric:
    """The metric that a result leads with: its name, its value with the interval, and of whom.

    ``where`` says on which subjects, ``subjects`` how many they are of which class.
    """

    name: Message
    figure: str
    where: Message
    subjects: Message

    @property
    def message(self) -> Message:
        """Such as "AUC 0.923 [0.810, 0.970] on test subjects (58: 29 SZ and 29 NC)"."""
        return Message(
            "report.headline",
            metric=self.name,
            figure=self.figure,
            where=self.where,
            subjects=self.subjects,
        )


def leading_metric(facts: Facts) -> LeadingMetric | None:
    """AUC, or R² of a clinical score; accuracy or the error if it is not known; None of none."""
    metrics = facts.headline_metrics
    if metrics is None:
        return None
    name = facts.leading(metrics)
    if metrics[name] is None:
        name = "mae" if facts.is_regression else "accuracy"
    chose = facts.headline == "val" and facts.epoch_chosen
    where = WHERE.get(facts.headline, split_name(facts.headline))
    return LeadingMetric(
        metric_name(name),
        with_interval(metrics, name),
        CHOSE_EPOCH if chose else where,
        _by_class(facts, metrics),
    )


def _by_class(facts: Facts, metrics: SplitMetrics) -> Message:
    """How many subjects these are, and of which class: of two the positive one first."""
    counts = [sum(row) // metrics.repeats for row in metrics.confusion or ()]
    known = facts.predictions is not None or facts.model.classes or facts.result.classes
    if not known or sum(counts) != metrics.n or len(counts) != len(facts.classes):
        if metrics.subjects is not None:
            return Message("report.n-scans", scans=metrics.n, subjects=metrics.subjects)
        return Message("report.n-subjects", count=metrics.n, known="yes" if metrics.n else "no")
    by_class = [
        Message("report.n-of-named", count=counted, name=facts.class_names[label])
        if label in facts.class_names
        else Message("report.n-of-numbered", count=counted, label=str(label))
        for label, counted in zip(facts.classes, counts, strict=True)
    ]
    classes = by_class[::-1] if facts.is_binary else by_class
    if metrics.subjects is None:
        return Message("report.n-by-class", count=metrics.n, classes=classes)
    scans = {"scans": metrics.n, "subjects": metrics.subjects}
    return Message("report.n-scans-by-class", classes=classes, **scans)


def verdict(facts: Facts) -> list[Message]:
    """What follows from the metrics, and what does not."""
    chance = by_chance(facts)
    helps = facts.result.graph_helps
    offered, unkept = simple_offer(facts), unkept_method(facts)
    seen = sees_covariates(facts)
    return [
        *([] if seen is None else [seen]),
        *([] if chance is None else [chance]),
        *_at_new_sites(facts),
        *_within_sites(facts),
        *_decisions(facts),
        *(told.message for told in alone(facts)),
        *_leaked(facts),
        *tuning(facts),
        *_better_methods(facts),
        *([] if offered is None else [offered]),
        *([] if unkept is None else [unkept]),
        *([] if facts.result.learning_curve is None else [facts.result.learning_curve.message]),
        *([] if helps is None else [helps.message]),
        *_miscalibrated(facts),
    ]


def grave(facts: Facts) -> list[Message]:
    """What of the verdict a reader of the first number alone must not miss."""
    return [
        *(message for message in _at_new_sites(facts) if dict(message.values)["chance"] == "yes"),
        *_decisions(facts),
        *(told.message for told in alone(facts) if told.explains),
    ]


def cautions(facts: Facts) -> list[Message]:
    """What else of the verdict says how far the first number goes: new sites, calibration."""
    shown = grave(facts)
    said = (*_at_new_sites(facts), *_within_sites(facts), *_miscalibrated(facts))
    return [message for message in said if message not in shown]


def _at_new_sites(facts: Facts) -> Iterator[Message]:
    """What leaving each site out gives, of a result that leads with other subjects."""
    metrics = facts.metrics.get(LEAVE_SITE_OUT)
    if metrics is None or facts.headline == LEAVE_SITE_OUT:
        return
    name = facts.leading(metrics)
    bounds = metrics.interval(name)
    nothing = 0.0 if facts.is_regression else 0.5
    may_be_chance = bounds is not None and bounds[0] <= nothing
    if metrics[name] is not None:
        yield Message(
            "report.new-sites",
            metric=metric_name(name),
            figure=with_interval(metrics, name),
            count=count(metrics),
            target="score" if facts.is_regression else "class",
            chance="yes" if may_be_chance and not _only_sites_differ(facts, metrics) else "no",
        )


def _within_sites(facts: Facts) -> Iterator[Message]:
    """What the mean over left-out sites is, which are no part of it, and what all together have."""
    metrics = facts.metrics.get(LEAVE_SITE_OUT)
    if metrics is None or facts.is_regression:
        return
    if not facts.within_sites:
        if metrics["auc"] is not None:
            yield Message("report.pooled-sites", figure=with_interval(metrics, "auc"))
        return
    sites = facts.result.cross_validation[LEAVE_SITE_OUT].sites
    alone = [site for site, metrics in sites.items() if metrics["auc"] is None]
    yield Message(
        "report.within-sites",
        sites=len(sites) - len(alone),
        alone=len(alone),
        names=alone or [""],
        pooled=with_interval(metrics, "auc"),
    )
    if _only_sites_differ(facts, metrics):
        yield Message("report.sites-differ")


def _only_sites_differ(facts: Facts, metrics: SplitMetrics | None) -> bool:
    """Whether a mean over left-out sites is above chance there, and not for other such sites.

    There by the sites' own intervals, combined (Zou & Donner 2008); the interval of the mean, which
    also holds how sites differ, includes 0.5.
    """
    bounds = None if metrics is None else metrics.interval(WITHIN_SITES)
    if bounds is None or bounds[0] > CHANCE:
        return False
    found = []
    for site in facts.result.cross_validation[LEAVE_SITE_OUT].sites.values():
        value, interval = site["auc"], site.interval("auc")
        if value is None or interval is None or site.confusion is None:
            continue
        negatives, positives = map(sum, site.confusion)
        weight = positives * negatives / (positives + negatives)
        found.append((weight, value, interval[0]))
    whole = sum(weight for weight, *_ in found)
    if not whole:
        return False
    mean = sum(weight * value for weight, value, _ in found) / whole
    below = [weight * (value - low) / whole for weight, value, low in found]
    return mean - hypot(*below) > CHANCE


def _decisions(facts: Facts) -> Iterator[Message]:
    """That subjects are assigned by chance, where the AUC does not say so already."""
    metrics = facts.headline_metrics
    if metrics is None or facts.is_regression or by_chance(facts) is not None:
        return
    bounds = metrics.interval("balanced_accuracy")
    if bounds is not None and bounds[0] <= 1 / max(2, len(facts.classes)):
        yield Message(
            "report.decisions-by-chance",
            figure=with_interval(metrics, "balanced_accuracy"),
            classes="two" if facts.is_binary else "more",
            sensitivity=figure(metrics["sensitivity"]),
            specificity=figure(metrics["specificity"]),
        )


def _miscalibrated(facts: Facts) -> Iterator[Message]:
    """How probabilities of the headline's subjects are off, beyond chance."""
    metrics = facts.headline_metrics
    if metrics is None or facts.headline == "train" or not facts.is_binary:
        return
    for name, (code, right) in RIGHT.items():
        bounds = metrics.interval(name)
        if bounds is not None and not bounds[0] <= right <= bounds[1]:
            yield Message(
                code,
                high="yes" if bounds[0] > right else "no",
                positive=facts.positive_label,
                figure=with_interval(metrics, name),
            )


def by_chance(facts: Facts) -> Message | None:
    """That chance could explain the metric, or that it is worse; None where neither is known."""
    metrics = facts.headline_metrics
    bounds = None if metrics is None else metrics.interval(facts.leading(metrics))
    nothing = 0.0 if facts.is_regression else 0.5
    if bounds is None or bounds[0] > nothing or _only_sites_differ(facts, metrics):
        return None
    target = "score" if facts.is_regression else "class"
    if bounds[1] < nothing:
        return Message("report.worse-than-chance", target=target)
    return Message("report.could-be-chance", target=target)


def worse_than(facts: Facts) -> Estimates:
    """The methods with a higher AUC on the same subjects, beyond chance, with the difference."""
    methods = facts.result.differences.get(facts.headline, {})
    differences = {name: facts.difference(name) for name in methods}
    return {name: one for name, one in differences.items() if name not in ALONE and one.sign < 0}


def _leaked(facts: Facts) -> Iterator[Message]:
    """Which metrics are optimistic."""
    for split, metrics in facts.metrics.items():
        count = facts.seen_in_training(split)
        if count and split != "train":
            everyone = metrics.n if metrics.subjects is None else metrics.subjects
            yield Message("report.seen-in-training", count=count, split=split, subjects=everyone)


def _better_methods(facts: Facts) -> Iterator[Message]:
    better = [
        Message("report.method-difference", method=method_name(name), difference=signed(difference))
        for name, difference in worse_than(facts).items()
    ]
    if better:
        yield Message("report.better-methods", methods=better)


def simple_offer(facts: Facts) -> Message | None:
    """That the simple method that can be kept does as well, or better, on the same new subjects.

    None where the model is clearly better, where nobody can tell, of a clinical score, or where the
    simple method may itself be by chance.
    """
    seen = facts.seen_in_training(facts.headline)
    if facts.is_regression or facts.card.is_solved or facts.headline == "train" or seen:
        return None
    method = _best_simple(facts)
    if method is None:
        return None
    difference = facts.difference(method)
    return Message(
        "report.simple-offer",
        better="yes" if difference.sign < 0 else "no",
        model=facts.card.name,
        method=method_name(method),
        difference=signed(difference),
        kept=KEEPABLE[method],
    )


def unkept_method(facts: Facts) -> Message | None:
    """That the best simple method cannot be kept; None where it can, or the model is better.

    A radial kernel is computed from the measures of training subjects, so it would hold them.
    """
    theirs, difference = facts.result.baseline(UNKEPT, facts.headline), facts.difference(UNKEPT)
    seen = facts.seen_in_training(facts.headline)
    if theirs is None or facts.headline == "train" or seen or facts.is_regression:
        return None
    name = facts.leading(theirs)
    value, bounds = theirs[name], theirs.interval(name)
    if value is None or bounds is None or bounds[0] <= 0.5:
        return None
    if difference.low is None or difference.low > 0:
        return None
    others = [facts.result.baseline(method, facts.headline) for method in KEEPABLE]
    if facts.card.is_solved:
        others.append(facts.headline_metrics)  # it is one of them
    if any(metrics is not None and (metrics[name] or 0.0) >= value for metrics in others):
        return None
    return Message(
        "report.simple-not-kept",
        method=method_name(UNKEPT),
        metric=metric_name(name),
        figure=with_interval(theirs, name),
        model=facts.card.name,
        difference=signed(difference),
        offered="no" if simple_offer(facts) is None else "yes",
    )


def _best_simple(facts: Facts) -> str | None:
    """The simple method of the highest AUC among those that the model is not clearly better than.

    None where the model is better than each, or none is clearly better than chance.
    """
    found = {}
    for method in KEEPABLE:
        theirs = facts.result.baseline(method, facts.headline)
        difference = facts.difference(method)
        bounds = None if theirs is None else theirs.interval(facts.leading(theirs))
        if difference.value is None or difference.low is None or difference.low > 0:
            continue
        if bounds is not None and bounds[0] > 0.5:
            found[method] = difference.value
    return min(found, key=found.__getitem__) if found else None


def offered_form(facts: Facts) -> Json:
    """The form that trains the simple method on the same subjects, judged in the same way."""
    model = KEEPABLE[_best_simple(facts) or next(iter(KEEPABLE))]
    left_out = {*without_effect(MODELS[model]), *OF_GRAPH, "nested", "sweep", "model"}
    settings = facts.param_set.items()
    kept = {name: value for name, value in settings if name in OPTIONS and name not in left_out}
    datasets: dict[str, list[str] | bool] = {
        f"{split}_data": list(facts.config[f"{split}_data"])
        for split in ("train", "val", "test")
        if facts.config.get(f"{split}_data")
    }
    if "test_data" in datasets:
        datasets["enable_test"] = bool(facts.config.get("enable_test"))
    own = {"task_type": "dl_ts", "proj_id": facts.task.get("proj_id") or ""}
    return {**own, **datasets, "model": model, "param_set": kept}
