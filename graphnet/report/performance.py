"""How good the model is: metrics by split and site, beside others, its probabilities."""

from collections.abc import Iterator, Sequence

import numpy as np

from graphnet import figures
from graphnet.artifacts.metrics import UNKNOWN, Estimate, Permutation, SplitMetrics
from graphnet.artifacts.result import BySplit
from graphnet.data.cohort import FloatArray
from graphnet.evaluation.calibration import (
    calibration_intercept,
    calibration_slope,
    net_benefit,
    predictive_values,
)
from graphnet.evaluation.clusters import Subjects, effect_of_share, fewer, of_rows
from graphnet.evaluation.intervals import share
from graphnet.evaluation.resampling import benefit_band
from graphnet.messages import ENGLISH, Message, render
from graphnet.names import (
    CLASS_METRICS,
    SCORE_METRICS,
    method_name,
    metric_name,
    people,
    split_name,
)
from graphnet.report.facts import Facts
from graphnet.report.tables import (
    KEPT,
    LEAST_P,
    MOST_SITES,
    NOTHING,
    Row,
    Table,
    estimated,
    figure,
    first_rows,
    metric_cell,
    signed,
    signed_figure,
)

CHANCE = 0.5
SHOWN_THRESHOLDS: FloatArray = np.round(np.arange(0.05, 1.0, 0.05), 2)


def reliability_table(facts: Facts) -> Table:
    """Predicted probability and observed share of the positive class by site, of the headline."""
    rows: list[Row] = []
    for site, probability, truth, subjects in _by_site(facts):
        rows.append(
            [
                site,
                people(fewer(subjects), len(truth)),
                figure(float(probability.mean())),
                estimated(share(truth > 0, subjects)),
                estimated(calibration_intercept(probability, truth, subjects)),
                estimated(calibration_slope(probability, truth, subjects)),
            ]
        )
    titles: Row = [
        Message("report.site"),
        Message("report.subjects"),
        Message("report.mean-probability"),
        Message("report.observed-share"),
        metric_name("calibration_intercept"),
        metric_name("calibration_slope"),
    ]
    return first_rows(titles, rows if len(rows) > 1 else [], MOST_SITES)


def _by_site(facts: Facts) -> Iterator[tuple[str, FloatArray, FloatArray, Subjects]]:
    """Each site's name, with probability (S,) and truth (S,) of its scans, and whose they are."""
    evidence = facts.predictions
    if evidence is None or not facts.is_binary:
        return
    probability, truth = evidence.of_class(facts.headline, 1)
    if not len(truth):
        return
    predicted = evidence.of(facts.headline)
    sites = np.array(predicted.sites, dtype=str)
    for site in np.unique(sites):
        rows = sites == site
        yield str(site), probability[rows], truth[rows], of_rows(predicted.subjects, rows)


def decision_table(facts: Facts) -> Table:
    """Net benefit of the model with its 95 % interval, and of treating all, at thresholds.

    Of the headline's subjects.
    """
    titles: Row = [
        Message("figures.threshold"),
        Message("figures.model-decides"),
        Message("report.interval-low"),
        Message("report.interval-high"),
        Message("figures.treat-all"),
    ]
    if facts.predictions is None or not facts.is_binary:
        return Table(titles, [])
    probability, truth = facts.predictions.of_class(facts.headline, 1)
    if not 0 < truth.sum() < len(truth):
        return Table(titles, [])
    model = net_benefit(probability, truth, SHOWN_THRESHOLDS).tolist()
    everyone = net_benefit(np.ones_like(truth), truth, SHOWN_THRESHOLDS).tolist()
    unknown = (np.full(len(SHOWN_THRESHOLDS), np.nan),) * 2
    subjects = facts.predictions.of(facts.headline).subjects
    low, high = benefit_band(probability, truth, SHOWN_THRESHOLDS, subjects=subjects) or unknown
    columns = zip(model, low.tolist(), high.tolist(), everyone, strict=True)
    rows: list[Row] = [
        [f"{threshold:.2f}", *map(signed_figure, values)]
        for threshold, values in zip(SHOWN_THRESHOLDS.tolist(), columns, strict=True)
    ]
    return Table(titles, rows)


COMPARED_COLUMNS = ("accuracy", "balanced_accuracy")  # beside the AUC


SITE_COLUMNS = ("auc", "accuracy", "sensitivity", "specificity")


SCORE_COLUMNS = ("r2", "mae")


def metric_table(facts: Facts) -> Table:
    """Metrics with intervals, a column per split."""
    measured = list(facts.metrics.values())
    names = SCORE_METRICS if facts.is_regression else CLASS_METRICS
    rows: list[Row] = [
        [metric_name(name), *(metric_cell(metrics, name) for metrics in measured)]
        for name in names
        if name == "n" or any(name in metrics for metrics in measured)  # older results have fewer
    ]
    rows += prevalence_rows(facts)
    titles: Row = [Message("report.metric"), *map(split_name, facts.metrics)]
    return Table(titles, [*rows, *_further_metrics(facts)])


def _further_metrics(facts: Facts) -> list[Row]:
    """Rows that only some trainings have."""
    rows: list[Row] = []
    seen = [facts.seen_in_training(split) for split in facts.metrics if split != "train"]
    if any(seen):
        counts = [str(facts.seen_in_training(split)) for split in facts.metrics]
        rows.append([Message("report.of-these-seen"), *counts])
    permutations = {kind: folds.permutation for kind, folds in facts.validated.items()}
    if any(permutations.values()):
        tests = [permutations.get(split) for split in facts.metrics]
        rows.append([Message("report.p-value"), *map(_p_value, tests)])
    if any(metrics.sd_over_repeats for metrics in facts.metrics.values()):
        spreads = [metrics.sd_over_repeats.get("auc") for metrics in facts.metrics.values()]
        rows.append([Message("report.sd-over-repeats"), *map(figure, spreads)])
    return rows


def _p_value(test: Permutation | None) -> str:
    """Such as 0.012; ``≤`` before the least of so many permutations, and of fewer than 1,000."""
    if test is None or test.p is None:
        return NOTHING
    shown = figure(test.p) if test.p >= LEAST_P else f"{test.p:.1g}"
    return f"≤ {shown}" if test.is_bound else shown


def prevalence_rows(facts: Facts) -> list[Row]:
    """PPV and NPV by split at the prevalence that the form states; none without.

    Of two classes only.
    """
    prevalence = facts.evaluation.prevalence
    if prevalence is None or not facts.is_binary:
        return []
    found = [
        _at_prevalence(metrics, prevalence, _effects(facts, split))
        for split, metrics in facts.metrics.items()
    ]
    shown = f"{100 * prevalence:g}{KEPT}%"
    return [
        [Message(code, prevalence=shown), *(estimated(pair[place]) for pair in found)]
        for place, code in enumerate(("report.ppv-at", "report.npv-at"))
    ]


def _effects(facts: Facts, split: str) -> tuple[float, float]:
    """The design effects of specificity and sensitivity."""
    if facts.predictions is None:
        return 1.0, 1.0
    subjects = facts.predictions.of(split).subjects
    probability, truth = facts.predictions.of_class(split, 1)
    is_right = (probability > CHANCE) == (truth > 0)
    specificity, sensitivity = (
        effect_of_share(is_right[truth == label], of_rows(subjects, truth == label))
        for label in (0, 1)
    )
    return specificity, sensitivity


def _at_prevalence(
    metrics: SplitMetrics, prevalence: float, effects: tuple[float, float]
) -> tuple[Estimate, Estimate]:
    """Of repeated folds by the mean counts, as each has every subject once."""
    if metrics.confusion is None:
        return UNKNOWN, UNKNOWN
    counts = [[count / metrics.repeats for count in row] for row in metrics.confusion]
    return predictive_values(counts, prevalence, effects)


def baseline_table(facts: Facts) -> Table:
    """The model and simple methods on the same subjects, with paired differences of the AUC."""
    split = facts.headline
    of_classes = (facts.leading(facts.headline_metrics), *COMPARED_COLUMNS)
    names = SCORE_COLUMNS if facts.is_regression else of_classes
    ours: list[Row] = [[facts.card.name, *_cells(facts.headline_metrics, names)]]
    others: list[Row] = [
        [method_name(method), *_cells(by_split.get(split), names)]
        for method, by_split in baselines_of(facts).items()
    ]
    titles: Row = [Message("report.method"), *map(metric_name, names)]
    if not facts.is_regression:  # of a score there are no paired differences
        titles.append(Message("report.auc-difference", metric=metric_name(names[0])))
        for row, method in zip(others, baselines_of(facts), strict=True):
            row.append(signed(facts.difference(method)))
        ours[0].append("")
    rows = [*(ours if facts.headline_metrics else []), *others]
    return Table(titles, rows if len(rows) > 1 else [])


def baselines_of(facts: Facts) -> dict[str, BySplit]:
    """The methods that have metrics on the subjects of the headline."""
    of_all = facts.result.baselines.items()
    return {name: splits for name, splits in of_all if splits.get(facts.headline) is not None}


def _cells(metrics: SplitMetrics | None, names: Sequence[str]) -> Row:
    return [metric_cell(metrics, name) for name in names]


def site_tables(facts: Facts) -> list[tuple[Message, Table]]:
    """Metrics by site for each split that has more than one, with the split's name."""
    names = SCORE_COLUMNS if facts.is_regression else SITE_COLUMNS
    titles: Row = [
        Message("report.site"),
        Message("report.subjects"),
        *map(metric_name, names),
    ]
    tables = []
    stored = {} if facts.predictions is None else facts.predictions.sites
    for split, metrics in stored.items():
        if len(metrics) < 2 or split == "train":
            continue
        rows: list[Row] = [
            [site, *_cells(by_metric, ("n", *names))] for site, by_metric in metrics.items()
        ]
        tables.append((split_name(split), first_rows(titles, rows, MOST_SITES)))
    return tables


def comparison(facts: Facts, language: str = ENGLISH, *, narrow: bool = False) -> str:
    """A forest plot of the model and the baselines on the split of the headline, as SVG.

    R² of a clinical score, else the AUC; "" where there is no metric.
    """
    ours = facts.headline_metrics
    if ours is None:
        return ""
    name = facts.leading(ours)
    rows = [figures.Row.of(facts.card.name, ours, name, ours=True)]
    rows += [
        figures.Row.of(render(method_name(method), language), by_split.get(facts.headline), name)
        for method, by_split in baselines_of(facts).items()
    ]
    title = Message(
        "report.metric-of-split", metric=metric_name(name), split=split_name(facts.headline)
    )
    reference = 0.0 if facts.is_regression else 0.5
    words = render(title, language)
    return figures.forest(rows, words, reference=reference, language=language, narrow=narrow)
