"""What is known of covariates, as tables: subjects by class, associations, strata."""

from collections.abc import Iterator

from graphnet.artifacts.confounds import Confounds, CovariateSummary, GroupSummary
from graphnet.messages import Message
from graphnet.names import class_name, split_name
from graphnet.report.facts import Facts
from graphnet.report.numbers import KEPT, NOTHING, figure, p_value
from graphnet.report.tables import Row, Table, first_rows

MOST_ROWS = 60
TESTS = {
    "welch": Message("report.test-welch"),
    "anova": Message("report.test-anova"),
    "fisher": Message("report.test-fisher"),
    "chi2": Message("report.test-chi2"),
}
ALL = "all"


def subjects_table(facts: Facts) -> Table:
    """Each covariate by class and split: mean and SD, or counts, difference and test."""
    summaries = _confounds(facts).summaries
    labels = list(dict.fromkeys(label for each in summaries for label in each.groups))
    rows: list[Row] = [
        [
            _named(each),
            split_name(each.split),
            *(_cell(each.groups.get(label)) for label in labels),
            figure(each.difference, 2),
            p_value(each.p),
            TESTS.get(each.test, each.test),
        ]
        for each in summaries
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
    rows: list[Row] = [
        [
            each.name,
            _title(facts, each.group),
            str(each.n),
            _interval(each.rho, each.low, each.high),
        ]
        for each in _confounds(facts).associations
        if each.split == facts.headline
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
        Message("names.metric-auc"),
    ]
    return first_rows(titles, rows, MOST_ROWS)


def _strata(facts: Facts) -> Iterator[Row]:
    for each in _confounds(facts).strata:
        if each.split == facts.headline:
            auc = _interval(each.auc, each.low, each.high)
            yield [each.name, each.level, str(each.n), auc]


def _matched(facts: Facts) -> Iterator[Row]:
    for each in _confounds(facts).matched:
        if each.split == facts.headline:
            yield [
                Message("report.matched"),
                Message("report.largest-difference", value=figure(each.largest, 2)),
                Message("report.of-subjects", count=str(each.n), all=str(each.subjects)),
                _interval(each.auc, each.low, each.high),
            ]


def _confounds(facts: Facts) -> Confounds:
    return facts.result.confounds or Confounds()


def _named(summary: CovariateSummary) -> str:
    words = next((list(group.counts) for group in summary.groups.values() if group.counts), [])
    return f"{summary.name} ({', '.join(words)})" if words else summary.name


def _title(facts: Facts, label: str) -> Message:
    if label == ALL:
        return Message("report.all-subjects")
    return class_name(facts.class_names, int(label), title=True)


def _cell(group: GroupSummary | None) -> str:
    """Such as ``34.2 ± 9.1 (n = 40)``, or ``12 / 28``; with the number of those who lack it."""
    if group is None or not group.n:
        return NOTHING
    missing = f"; {group.missing} NA" if group.missing else ""
    if group.counts:
        return f"{f'{KEPT}/{KEPT}'.join(map(str, group.counts.values()))}{missing}"
    spread = "" if group.sd is None else f" ± {group.sd:.3g}"
    return f"{group.mean or 0.0:.3g}{spread} (n{KEPT}={KEPT}{group.n}{missing})"


def _interval(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return figure(value)
    return f"{value:.3f} [{low:.2f},{KEPT}{high:.2f}]"
