"""A table of a report, and how numbers stand in its cells.

Titles and cells are text, or messages for whoever shows them.
"""

from math import isfinite
from typing import NamedTuple

from graphnet.artifacts.evidence import CohortSummary
from graphnet.artifacts.metrics import Estimate, SplitMetrics
from graphnet.artifacts.stored_json import Interval
from graphnet.messages import Figure, Message
from graphnet.names import people

MOST_SITES = 50  # rows of a table
Cell = str | Message | tuple[Message, ...]  # a tuple: sentences, one after the other
Row = list[Cell]


class Table(NamedTuple):
    """Titles and rows; ``left_out`` says how many more rows there are."""

    titles: Row
    rows: list[Row]
    left_out: int = 0


def first_rows(titles: Row, rows: list[Row], most: int) -> Table:
    """The first ``most`` rows."""
    return Table(titles, rows[:most], max(0, len(rows) - most))


NOTHING = "—"
KEPT = "\N{NO-BREAK SPACE}"  # an interval stays on its line


def figure(value: float | None, digits: int = 3) -> str:
    """Such as 0.812; a dash for what could not be computed."""
    if value is None or not isfinite(value):
        return NOTHING
    return Figure(value if isinstance(value, int) else f"{value:.{digits}f}")


def signed_figure(value: float) -> str:
    """Such as +0.017; a dash for what could not be computed."""
    return Figure(f"{value:+.3f}") if isfinite(value) else NOTHING


def share(value: float, digits: int = 1) -> str:
    """A share as a percentage, such as 12.3 %; a dash for what could not be computed."""
    return f"{100 * value:.{digits}f}{KEPT}%" if isfinite(value) else NOTHING


LEAST_P = 0.001  # with three decimals


def p_value(value: float | None) -> str:
    """Such as 0.012, or ``< 0.001``; a dash for what could not be computed."""
    if value is None:
        return NOTHING
    return f"<{KEPT}{LEAST_P}" if value < LEAST_P else figure(value)


def count(metrics: SplitMetrics) -> str | Message:
    """The number of subjects, and of scans; a dash where an older version did not store it."""
    return people(metrics.subjects, metrics.n) if metrics.n else NOTHING


def people_of(cohort: CohortSummary) -> int | str | Message:
    """The subjects of a split, and the scans of several each."""
    return cohort.subjects if cohort.scans is None else people(cohort.subjects, cohort.scans)


def metric_cell(metrics: SplitMetrics | None, name: str) -> str | Message:
    """:func:`with_interval`; ``n`` as a number."""
    return count(metrics) if metrics is not None and name == "n" else with_interval(metrics, name)


def with_interval(metrics: SplitMetrics | None, name: str) -> str:
    """A metric with its 95 % interval, such as ``0.812 [0.741, 0.868]``."""
    if metrics is None:
        return NOTHING
    bounds, value = metrics.interval(name), figure(metrics[name])
    return value if bounds is None or value == NOTHING else Figure(f"{value} {_bounds(bounds)}")


def estimated(estimate: Estimate) -> str:
    """A value with its 95 % interval, such as ``0.430 [0.370, 0.502]``."""
    value = figure(estimate.value)
    if estimate.interval is None or value == NOTHING:
        return value
    return Figure(f"{value} {_bounds(estimate.interval)}")


def signed(difference: Estimate) -> str:
    """A paired difference, such as ``+0.017 [-0.012, +0.041]``."""
    if difference.value is None:
        return NOTHING
    value = signed_figure(difference.value)
    if difference.interval is None:
        return value
    low, high = difference.interval
    return Figure(f"{value} [{low:+.3f},{KEPT}{high:+.3f}]")


def _bounds(bounds: Interval) -> str:
    return f"[{_rounded(bounds[0])},{KEPT}{_rounded(bounds[1])}]"


def _rounded(bound: float) -> str:
    """To as many digits as the value, which would else seem to lie outside.

    Without a minus before what is nothing.
    """
    return f"{round(bound, 3) + 0.0:.3f}"
