"""Which regions and measures predictions come from, as results store it. Free of NumPy and torch.

``as_dict`` gives the JSON of a stored result, ``from_json`` reads it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from graphnet.artifacts.stored_json import (
    Json,
    as_items,
    as_mapping,
    as_number,
    as_real,
    as_whole,
)

METHOD = "integrated gradients, and occlusion of single regions"
USUAL_STEPS = 32  # of results that do not say how many
STABLE = 0.9  # of the folds' models, which have the same sign


@dataclass(frozen=True)
class RegionImportance:
    """What one region adds: its ``share`` of all, the signed sum, and the shift by occlusion.

    ``contribution`` to telling subjects apart
    (:func:`graphnet.evaluation.effects.contribution`) with its 95 % interval; ``agreement`` is the
    share of the folds' models in which it has the same sign. None where it is not known.
    """

    region: str
    share: float
    direction: float
    occlusion: float
    contribution: float | None = None
    low: float | None = None
    high: float | None = None
    agreement: float | None = None

    @property
    def is_stable(self) -> bool | None:
        """Whether its sign can be relied on; None where there is nothing to judge that by."""
        return sign_is_stable(self.low, self.high, self.agreement)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, region: Json) -> "RegionImportance":
        """NaN, or None, where it says nothing."""
        return cls(
            str(region.get("region", "")),
            *(as_real(region.get(name)) for name in ("share", "direction", "occlusion")),
            *(as_number(region.get(name)) for name in ("contribution", "low", "high", "agreement")),
        )


def sign_is_stable(low: float | None, high: float | None, agreement: float | None) -> bool | None:
    """Whether an interval excludes 0 and nine in ten models of the folds have that sign.

    By the interval alone where there are no folds; None without an interval.
    """
    if low is None or high is None:
        return None
    return (low > 0 or high < 0) and (agreement is None or agreement >= STABLE)


@dataclass(frozen=True)
class MeasureImportance:
    """The ``share`` of all attributions that falls on one measure."""

    measure: str
    share: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"measure": self.measure, "share": self.share}


@dataclass(frozen=True)
class Stability:
    """How far the rankings of regions by several models agree, from -1 to 1; None if unknown.

    ``spearman``: mean rank correlation of two models. ``overlap``: mean share of the first ``top``
    regions that two have in common, corrected for chance.
    """

    models: int
    top: int
    spearman: float | None
    overlap: float | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {name: getattr(self, name) for name in ("models", "top", "spearman", "overlap")}

    @classmethod
    def from_json(cls, stored: Any) -> "Stability | None":
        """None where there were fewer than two models."""
        if not isinstance(stored, Mapping):
            return None
        counts = (as_whole(stored.get(name)) or 0 for name in ("models", "top"))
        return cls(*counts, *(as_number(stored.get(name)) for name in ("spearman", "overlap")))


@dataclass(frozen=True)
class RandomisedCheck:
    """How the ranking of regions correlates with that of ``models`` copies of shuffled weights.

    ``spearman``: the mean rank correlation; None if one of the rankings is constant.
    """

    models: int
    spearman: float | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"models": self.models, "spearman": self.spearman}

    @classmethod
    def from_json(cls, stored: Any) -> "RandomisedCheck | None":
        """None where an older version made no such check."""
        if not isinstance(stored, Mapping):
            return None
        return cls(as_whole(stored.get("models")) or 0, as_number(stored.get("spearman")))


@dataclass(frozen=True)
class Explanation:
    """Which regions and measures the predictions of ``subjects`` subjects come from.

    ``gap``: mean distance between the sum of a subject's attributions and the score explained.
    ``steps``: of the integral, None where it is exact.
    ``agreement_of_methods``: rank correlation of attribution and occlusion; None if one is
    constant. ``randomised``: the comparison with copies of shuffled weights.
    """

    subjects: int
    gap: float
    regions: Sequence[RegionImportance] = ()
    measures: Sequence[MeasureImportance] = ()
    agreement_of_methods: float | None = None
    stability: Stability | None = None
    steps: int | None = None
    randomised: RandomisedCheck | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "method": METHOD,
            "subjects": self.subjects,
            "gap": self.gap,
            "steps": self.steps,
            "regions": [region.as_dict() for region in self.regions],
            "measures": [measure.as_dict() for measure in self.measures],
            "agreement_of_methods": self.agreement_of_methods,
            "stability": None if self.stability is None else self.stability.as_dict(),
            "randomised": None if self.randomised is None else self.randomised.as_dict(),
        }

    @classmethod
    def from_json(cls, stored: Any) -> "Explanation | None":
        """None where nothing was explained."""
        if not isinstance(stored, Mapping):
            return None
        regions = map(as_mapping, as_items(stored.get("regions")))
        measures = map(as_mapping, as_items(stored.get("measures")))
        return cls(
            subjects=as_whole(stored.get("subjects")) or 0,
            gap=as_real(stored.get("gap")),
            regions=[RegionImportance.from_json(region) for region in regions],
            measures=[
                MeasureImportance(str(measure.get("measure", "")), as_real(measure.get("share")))
                for measure in measures
            ],
            agreement_of_methods=as_number(stored.get("agreement_of_methods")),
            stability=Stability.from_json(stored.get("stability")),
            steps=as_whole(stored.get("steps", USUAL_STEPS)),
            randomised=RandomisedCheck.from_json(stored.get("randomised")),
        )
