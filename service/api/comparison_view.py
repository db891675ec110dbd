"""What the API says of two tasks together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from graphnet.artifacts.metrics import Estimates, SplitMetrics, difference_json, difference_of
from graphnet.messages import ENGLISH, render, rendered
from service.api.views import SCHEMA, Json, View

if TYPE_CHECKING:
    from service.stores.together import Together

FEWEST_COMPARED, MOST_COMPARED = 2, 6  # tasks


@dataclass(frozen=True)
class TogetherView(View):
    """Two tasks added up with equal weights, on the subjects of a split new to both models."""

    __pydantic_config__ = SCHEMA

    split: str
    """which subjects: test, cv, leave_site_out, or across: the test's and those of folds"""
    first: str
    """id of a task"""
    second: str
    """id of the other task"""
    n: int = 0
    """subjects whom both tasks have predicted"""
    only_first: int = 0
    """subjects whom the first alone has predicted: they keep its probability"""
    only_second: int = 0
    """subjects whom the second alone has predicted"""
    left_out: int = 0
    """subjects of another class, or another number of scans, in each task"""
    metrics: Json | None = None
    """of the n subjects: the metrics of together, of first alone, of second alone, with intervals
    """
    differences: Json | None = None
    """of the n subjects: together minus first, together minus second, by metric"""
    everybody: Json | None = None
    """the metrics of all whom one of the tasks has predicted; null if these are the n"""
    reason: str | None = None
    """why metrics and differences are null"""
    notes: list[str] = field(default_factory=list)
    """what limits the figures"""

    @classmethod
    def of(cls, added: "Together", language: str = ENGLISH) -> Self:
        """In a language."""
        return cls(
            added.split,
            added.first,
            added.second,
            added.n,
            added.only_first,
            added.only_second,
            added.left_out,
            metrics={name: found.as_dict() for name, found in added.metrics.items()} or None,
            differences={
                name: {metric: difference_json(found) for metric, found in by_metric.items()}
                for name, by_metric in added.differences.items()
            }
            or None,
            everybody=None if added.everybody is None else added.everybody.as_dict(),
            reason=None if added.reason is None else render(added.reason, language),
            notes=rendered(added.notes, language),
        )

    @property
    def measured(self) -> Mapping[str, SplitMetrics | None]:
        """The metrics, read: of together, first and second."""
        return {name: SplitMetrics.from_json(found) for name, found in (self.metrics or {}).items()}

    @property
    def measured_of_all(self) -> SplitMetrics | None:
        """Those of everybody, read."""
        return SplitMetrics.from_json(self.everybody)

    def difference(self, name: str) -> Estimates:
        """Together minus the first, or minus the second, by metric."""
        stored: Mapping[str, Any] = (self.differences or {}).get(name, {})
        return {metric: difference_of(found) for metric, found in stored.items()}
