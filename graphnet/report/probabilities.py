"""What is known of the probabilities, as tables: by site, and for a decision."""

from collections.abc import Iterator

import numpy as np

from graphnet.data.cohort import FloatArray
from graphnet.evaluation.calibration import calibration_intercept, calibration_slope, net_benefit
from graphnet.evaluation.intervals import proportion
from graphnet.figures.predictions import of_class
from graphnet.messages import Message
from graphnet.names import metric_name
from graphnet.report.facts import Facts
from graphnet.report.numbers import estimated, figure, signed_figure
from graphnet.report.tables import Row, Table, first_rows

MOST_SITES = 50
SHOWN_THRESHOLDS: FloatArray = np.round(np.arange(0.05, 1.0, 0.05), 2)


def reliability_table(facts: Facts) -> Table:
    """Predicted probability and observed share of the positive class by site, of the headline."""
    rows: list[Row] = []
    for site, probability, truth in _by_site(facts):
        share = proportion(int(truth.sum()), len(truth))
        rows.append(
            [
                site,
                str(len(truth)),
                figure(float(probability.mean())),
                estimated(share),
                estimated(calibration_intercept(probability, truth)),
                estimated(calibration_slope(probability, truth)),
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


def _by_site(facts: Facts) -> Iterator[tuple[str, FloatArray, FloatArray]]:
    """Each site's name, with probability (S,) and truth (S,) of its subjects."""
    evidence = facts.evidence
    if evidence is None or not facts.is_binary:
        return
    probability, truth = of_class(evidence, facts.headline, 1)
    if not len(truth):
        return
    sites = np.array(evidence["predictions"][facts.headline]["site"], dtype=str)
    for site in np.unique(sites):
        yield str(site), probability[sites == site], truth[sites == site]


def decision_table(facts: Facts) -> Table:
    """Net benefit of the model, and of treating all, at thresholds; of the headline's subjects."""
    titles: Row = [
        Message("figures.threshold"),
        Message("figures.model-decides"),
        Message("figures.treat-all"),
    ]
    if facts.evidence is None or not facts.is_binary:
        return Table(titles, [])
    probability, truth = of_class(facts.evidence, facts.headline, 1)
    if not 0 < truth.sum() < len(truth):
        return Table(titles, [])
    model = net_benefit(probability, truth, SHOWN_THRESHOLDS).tolist()
    everyone = net_benefit(np.ones_like(truth), truth, SHOWN_THRESHOLDS).tolist()
    rows: list[Row] = [
        [f"{threshold:g}", signed_figure(ours), signed_figure(of_all)]
        for threshold, ours, of_all in zip(SHOWN_THRESHOLDS.tolist(), model, everyone, strict=True)
    ]
    return Table(titles, rows)
