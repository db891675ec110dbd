"""Effect sizes by region and measure, as they are stored with the predictions. Free of NumPy."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

HEDGES, ETA, PEARSON = "hedges_g", "eta_squared", "pearson_r"
ALPHA = 0.05  # of the false discovery rate


@dataclass(frozen=True)
class Effect:
    """The effect of class or score on one measure of one region, over ``n`` subjects.

    ``value`` with its 95 % interval, None of eta squared; ``p`` of the test, ``q`` after control of
    the false discovery rate.
    """

    region: str
    measure: str
    n: int
    value: float
    low: float | None
    high: float | None
    p: float
    q: float = 1.0

    def with_q(self, q: float) -> Self:
        """The same, with the value after control of the false discovery rate."""
        return replace(self, q=q)


@dataclass(frozen=True)
class Effects:
    """Effects of one ``kind`` (Hedges' g, eta squared, Pearson's r) after so many ``tests``.

    ``rows`` are those of the least p, that one first; of very many tests not all are kept.
    """

    kind: str
    tests: int
    rows: tuple[Effect, ...] = ()

    @property
    def discoveries(self) -> int:
        """How many of the kept rows have a q below 0.05."""
        return sum(row.q < ALPHA for row in self.rows)

    def as_dict(self) -> dict[str, Any]:
        """For JSON; :meth:`from_json` reads it back."""
        return {"kind": self.kind, "tests": self.tests, "rows": [_row(each) for each in self.rows]}

    @classmethod
    def from_json(cls, stored: Any) -> Self | None:
        """None where an older version stored none, or a newer one something else."""
        if not isinstance(stored, Mapping):
            return None
        try:
            rows = tuple(Effect(**row) for row in stored["rows"])
            return cls(str(stored["kind"]), int(stored["tests"]), rows)
        except (KeyError, TypeError, ValueError):
            return None


def _row(effect: Effect) -> dict[str, Any]:
    """With six significant digits, which is more than anybody reads."""
    return {
        name: float(f"{value:.6g}") if isinstance(value, float) else value
        for name, value in asdict(effect).items()
    }
