"""How numbers stand in a report."""

from collections.abc import Mapping
from typing import Any

NOTHING = "—"
KEPT = "\N{NO-BREAK SPACE}"  # an interval stays on its line


def figure(value: float | None, digits: int = 3) -> str:
    """Such as 0.812; a dash for what could not be computed."""
    if value is None:
        return NOTHING
    return str(value) if isinstance(value, int) else f"{value:.{digits}f}"


def with_interval(metrics: Mapping[str, Any] | None, name: str) -> str:
    """Such as ``0.812 [0.74, 0.87]``."""
    if not metrics:
        return NOTHING
    bounds = interval(metrics, name)
    if bounds is None:
        return figure(metrics.get(name))
    return f"{figure(metrics.get(name))} [{_rounded(bounds[0])},{KEPT}{_rounded(bounds[1])}]"


def interval(metrics: Mapping[str, Any] | None, name: str) -> tuple[float, float] | None:
    """The bounds of a metric's interval; None where there is none."""
    bounds = ((metrics or {}).get("ci") or {}).get(name)
    return (bounds[0], bounds[1]) if bounds and None not in bounds else None


def signed(difference: Mapping[str, Any] | None) -> str:
    """A paired difference, such as ``+0.017 [-0.012, +0.041]``."""
    if not difference or difference.get("difference") is None:
        return NOTHING
    bounds = difference.get("ci")
    shown = f"{difference['difference']:+.3f}"
    return f"{shown} [{bounds[0]:+.3f},{KEPT}{bounds[1]:+.3f}]" if bounds else shown


def _rounded(bound: float) -> str:
    """Without a minus before what is nothing."""
    return f"{round(bound, 2) + 0.0:.2f}"
