"""Whether covariates, or the site, may explain a result: tables and sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphnet.artifacts.confounds import Confounds, CovariateSummary, GroupSummary
from graphnet.artifacts.metrics import SplitMetrics
from graphnet.artifacts.stored_json import as_mapping
from graphnet.messages import Figure, Message, in_cell
from graphnet.names import class_name, metric_name, split_name
from graphnet.report.facts import Facts
from graphnet.report.tables import (
    KEPT,
    NOTHING,
    Row,
    Table,
    figure,
    first_rows,
    p_value,
    share,
    with_interval,
)

MOST_ROWS = 60
TESTS = {
    "welch": Message("report.test-welch"),
    "anova": Message("report.test-anova"),
    "fisher": Message("report.test-fisher"),
    "chi2": Message("report.test-chi2"),
}
ALL = "all"


def covariates_table(facts: Facts) -> Table:
    """Each covariate by class and split: mean and SD, or counts, difference and test."""
    summaries = _confounds(facts).summaries
    labels = list(dict.fromkeys(label for summary in summaries for label in summary.groups))
    rows: list[Row] = [
        [
            _named(summary),
            split_name(summary.split),
            *(_cell(summary.groups.get(label)) for label in labels),
            figure(summary.difference, 2),
            p_value(summary.p),
            TESTS.get(summary.test, summary.test),
        ]
        for summary in summaries
    ]
    titles: Row = [
        Message("report.covariate"),
        Message("report.split"),
        *(_title(facts, label) for label in labels),
        Message("report.standardised-difference"),
        Message("report.p"),
        Message("report.test"),
    ]
    return first_rows(titles, rows, MOST_ROWS)


def associations_table(facts: Facts) -> Table:
    """How the predictions go with each covariate within each class, on the headline's subjects."""
    named = {summary.name: _named(summary) for summary in _confounds(facts).summaries}
    rows: list[Row] = [
        [
            named.get(association.name, association.name),
            _title(facts, association.group),
            str(association.n),
            _interval(association.rho, association.low, association.high),
        ]
        for association in _confounds(facts).associations
        if association.split == facts.headline
    ]
    titles: Row = [
        Message("report.covariate"),
        Message("report.within-class"),
        Message("report.subjects"),
        Message("report.spearman"),
    ]
    return first_rows(titles, rows, MOST_ROWS)


def strata_table(facts: Facts) -> Table:
    """The AUC at each level of each covariate and in matched pairs, on the headline's subjects."""
    rows = [*_matched(facts), *_strata(facts)]
    titles: Row = [
        Message("report.covariate"),
        Message("report.level"),
        Message("report.subjects"),
        metric_name(facts.leading(facts.headline_metrics)),
    ]
    return first_rows(titles, rows, MOST_ROWS)


def heterogeneity_table(facts: Facts) -> Table:
    """Whether the AUC differs between the strata of each covariate, and between sites.

    Of the headline's subjects.
    """
    rows: list[Row] = [
        [
            Message("report.site") if difference.kind == "site" else difference.name,
            str(len(difference.groups)),
            figure(difference.q, 2),
            str(difference.df),
            p_value(difference.p),
            Message("report.listed", items=in_cell(difference.left_out))
            if difference.left_out
            else NOTHING,
        ]
        for difference in facts.result.group_differences
        if difference.split == facts.headline
    ]
    titles: Row = [
        Message("report.between"),
        Message("report.groups-compared"),
        Message("report.cochran-q"),
        Message("report.degrees-of-freedom"),
        Message("report.p"),
        Message("report.not-compared"),
    ]
    return first_rows(titles, rows, MOST_ROWS)


def _strata(facts: Facts) -> Iterator[Row]:
    for stratum in _confounds(facts).strata:
        if stratum.split == facts.headline:
            auc = _interval(stratum.auc, stratum.low, stratum.high)
            yield [stratum.name, stratum.level, str(stratum.n), auc]


def _matched(facts: Facts) -> Iterator[Row]:
    for matching in _confounds(facts).matched:
        if matching.split == facts.headline:
            yield [
                Message("report.matched"),
                Message("report.largest-difference", value=figure(matching.largest, 2)),
                Message("report.of-subjects", count=str(matching.n), all=str(matching.subjects)),
                _interval(matching.auc, matching.low, matching.high),
            ]


def _confounds(facts: Facts) -> Confounds:
    return facts.result.confounds or Confounds()


def _named(summary: CovariateSummary) -> Message | str:
    words = next((list(group.counts) for group in summary.groups.values() if group.counts), [])
    if not words:
        return summary.name
    return Message("report.with-values", name=summary.name, values=in_cell(words))


def _title(facts: Facts, label: str) -> Message:
    if label == ALL:
        return Message("report.all-subjects")
    return class_name(facts.class_names, int(label), title=True)


def _cell(group: GroupSummary | None) -> str:
    """Such as ``34.2 ± 9.1 (n = 40)``, or ``12 (30 %) / 28 (70 %)``.

    With the number of those who lack it.
    """
    if group is None or not group.n:
        return NOTHING
    missing = f"; {group.missing} NA" if group.missing else ""
    if group.counts:
        counts = (f"{count} ({share(count / group.n, 0)})" for count in group.counts.values())
        return f"{' / '.join(counts)}{missing}"
    spread = "" if group.sd is None else f" ± {group.sd:.3g}"
    return Figure(f"{group.mean or 0.0:.3g}{spread} (n{KEPT}={KEPT}{group.n}{missing})")


def _interval(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return figure(value)
    return Figure(f"{value:.3f} [{low:.3f},{KEPT}{high:.3f}]")


ALONE = ("covariates", "site")  # baselines without any measure


def unknown(facts: Facts) -> list[Message]:
    """What limits the result and nothing measured: that no covariate was checked.

    Nothing of results of older versions, which do not say.
    """
    checked = "confounds" in as_mapping(facts.task.get("task_result"))
    return [Message("report.no-covariates")] if checked and not _checked(facts) else []


def sees_covariates(facts: Facts) -> Message | None:
    """That the model sees covariates beside the measures; None where it sees none."""
    names = list(facts.result.covariate_inputs)
    return Message("report.sees-covariates", names=names) if names else None


@dataclass(frozen=True)
class Alone:
    """What covariates, or the site, alone predict beside the model; whether they may explain it."""

    message: Message
    explains: bool


def alone(facts: Facts) -> list[Alone]:
    """Of the headline's subjects; nothing of classes where the difference has no interval.

    Of the site something is said only where it may explain the result.
    """
    sentences = []
    for name in ALONE:
        metrics = facts.result.baseline(name, facts.headline)
        if metrics is None:
            continue
        one = _of_scores(name, facts, metrics) if facts.is_regression else _of_classes(
            name, facts, metrics
        )  # fmt: skip
        if one is not None and (one.explains or name != "site"):
            sentences.append(one)
    return sentences


def _of_classes(name: str, facts: Facts, metrics: SplitMetrics) -> Alone | None:
    """By the AUC of two classes, the balanced accuracy of more; None without an interval."""
    metric, chance = facts.leading(facts.headline_metrics), 0.5
    difference = facts.difference(name)
    if difference.interval is None:
        metric, chance = "balanced_accuracy", 1 / max(2, len(facts.classes))
        difference = facts.result.difference(facts.headline, name, metric)
    if difference.interval is None:
        return None
    low, high = difference.interval
    predicts = (metrics.interval(metric) or (0.0, 0.0))[0] > chance
    explains = predicts and low <= 0
    values: dict[str, str | list[str] | Message] = {
        "covariates": _checked(facts),
        "metric": metric_name(metric),
        "alone": with_interval(metrics, metric),
        "difference": Figure(f"{difference.value or 0.0:+.3f}"),
        "low": Figure(f"{low:+.3f}"),
        "high": Figure(f"{high:+.3f}"),
        "worse": "yes" if high < 0 else "no",
    }
    if name == "site":
        return Alone(Message("evaluation.site-explains", **values), explains)
    if explains:
        return Alone(Message("evaluation.covariates-explain", **values), explains)
    if low > 0:
        return Alone(Message("evaluation.covariates-do-not-explain", **values), explains)
    return Alone(Message("evaluation.covariates-by-chance", **values), explains)


def _of_scores(name: str, facts: Facts, metrics: SplitMetrics) -> Alone | None:
    """By R² of a clinical score, of whose difference there is no interval."""
    ours = None if facts.headline_metrics is None else facts.headline_metrics["r2"]
    theirs = metrics["r2"]
    if ours is None or theirs is None or theirs <= 0 or theirs < ours:
        return None
    values = {"alone": Figure(f"{theirs:.3f}"), "ours": Figure(f"{ours:.3f}")}
    if name == "site":
        return Alone(Message("evaluation.site-explains-score", **values), explains=True)
    named = Message("evaluation.covariates-explain-score", covariates=_checked(facts), **values)
    return Alone(named, explains=True)


def _checked(facts: Facts) -> list[str]:
    confounds = facts.result.confounds
    return [] if confounds is None else list(confounds.checked)
