"""How far covariates such as age, sex and motion may explain a result, typed. Free of NumPy.

``as_dict`` gives the JSON of a stored result, ``from_json`` reads it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Json = Mapping[str, Any]
LEAST_COMPARED = 5  # subjects of each class, of a group whose AUC is compared with others


@dataclass(frozen=True)
class GroupSummary:
    """One covariate in one class: ``n`` subjects who have it, ``missing`` who do not.

    ``mean`` and ``sd`` of a numeric covariate, else None; ``counts`` by word of a categorical one.
    """

    n: int
    missing: int
    mean: float | None = None
    sd: float | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class CovariateSummary:
    """One covariate in one split: a row of the table of subjects.

    ``groups`` by class. ``difference`` is standardised (Cohen's d of two classes; Yang & Dalton
    2012 of words), ``p`` is of the ``test`` named: ``welch``, ``anova``, ``fisher``, ``chi2``. None
    where it cannot be computed.
    """

    split: str
    name: str
    kind: str
    groups: Mapping[str, GroupSummary]
    difference: float | None = None
    p: float | None = None
    test: str = ""


@dataclass(frozen=True)
class Association:
    """How the prediction goes with a covariate within one class, in one split.

    ``rho``: Spearman's rank correlation with the predicted probability of the last class (or with
    the predicted score), over ``n`` subjects, and its 95 % interval.
    """

    split: str
    name: str
    group: str
    n: int
    rho: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Stratum:
    """Metrics of those subjects of a split who have ``level`` of a covariate.

    ``auc`` with its 95 % interval, None where it cannot be computed, or there are few subjects; of
    left-out sites it is the mean of the AUCs within them. ``positives`` and ``negatives`` are the
    subjects of both classes; None where there are not two, of left-out sites, and in results of
    older versions.
    """

    split: str
    name: str
    level: str
    n: int
    auc: float | None
    low: float | None
    high: float | None
    positives: int | None = None
    negatives: int | None = None


@dataclass(frozen=True)
class GroupDifference:
    """Whether the AUC differs between groups of a split's subjects, by Cochran's Q.

    ``kind``: ``covariate`` of the strata of the one named, ``site`` of sites. ``groups`` are
    compared; those ``left_out`` have too few subjects of a class. ``p`` is that of chi-squared with
    ``df`` degrees of freedom.
    """

    split: str
    kind: str
    name: str
    groups: Sequence[str]
    left_out: Sequence[str]
    q: float
    df: int
    p: float

    @classmethod
    def all_of(cls, stored: Any) -> "tuple[GroupDifference, ...]":
        """Those of a result; none of one of an older version, or that cannot be read."""
        try:
            return tuple(cls(**fields) for fields in stored)
        except TypeError:
            return ()


@dataclass(frozen=True)
class Matching:
    """The subset of a split in which each patient has a control like them, by propensity score.

    ``n`` of ``subjects`` are left; ``largest`` is the largest standardised difference of a
    covariate that remains. ``auc`` with its 95 % interval.
    """

    split: str
    subjects: int
    n: int
    largest: float | None
    auc: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Confounds:
    """What is known of covariates: ``checked`` are those that results are checked against."""

    checked: Sequence[str] = ()
    summaries: Sequence[CovariateSummary] = ()
    associations: Sequence[Association] = ()
    strata: Sequence[Stratum] = ()
    matched: Sequence[Matching] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        stored = asdict(self)
        return {name: list(rows) for name, rows in stored.items()}

    @classmethod
    def from_json(cls, stored: Any) -> "Confounds | None":
        """None where nothing is said, or it is of a version that says something else."""
        if not isinstance(stored, Mapping):
            return None
        try:
            return cls(
                tuple(map(str, stored["checked"])),
                tuple(map(_summary, stored["summaries"])),
                tuple(Association(**association) for association in stored["associations"]),
                tuple(Stratum(**stratum) for stratum in stored["strata"]),
                tuple(Matching(**matching) for matching in stored["matched"]),
            )
        except (KeyError, TypeError, AttributeError):
            return None


def _summary(stored: Json) -> CovariateSummary:
    groups = {str(label): GroupSummary(**group) for label, group in stored["groups"].items()}
    return CovariateSummary(**{**stored, "groups": groups})
