"""How numbers stand in a report."""

from graphnet.artifacts.result import Difference, Interval, SplitMetrics

NOTHING = "—"
KEPT = "\N{NO-BREAK SPACE}"  # an interval stays on its line


def figure(value: float | None, digits: int = 3) -> str:
    """Such as 0.812; a dash for what could not be computed."""
    if value is None:
        return NOTHING
    return str(value) if isinstance(value, int) else f"{value:.{digits}f}"


def with_interval(metrics: SplitMetrics | None, name: str) -> str:
    """A metric with its 95 % interval, such as ``0.812 [0.74, 0.87]``."""
    if metrics is None:
        return NOTHING
    if name == "n":
        return str(metrics.n)
    bounds = metrics.interval(name)
    value = figure(metrics[name])
    return (
        value if bounds is None else f"{value} [{_rounded(bounds[0])},{KEPT}{_rounded(bounds[1])}]"
    )


def signed(difference: Difference | None) -> str:
    """A paired difference, such as ``+0.017 [-0.012, +0.041]``."""
    if difference is None or difference.value is None:
        return NOTHING
    value = f"{difference.value:+.3f}"
    return f"{value} {_signed_bounds(difference.ci)}" if difference.ci else value


def _bounds(bounds: Interval) -> str:
    return f"[{_rounded(bounds[0])},{KEPT}{_rounded(bounds[1])}]"


def _signed_bounds(bounds: Interval) -> str:
    return f"[{bounds[0]:+.3f},{KEPT}{bounds[1]:+.3f}]"


def _rounded(bound: float) -> str:
    """Without a minus before what is nothing."""
    return f"{round(bound, 2) + 0.0:.2f}"
