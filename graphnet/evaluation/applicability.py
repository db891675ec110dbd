"""What a model was trained on, and which new subjects lie outside of that.

The applicability domain of a model (OECD 2007, ENV/JM/MONO(2007)2): sites, the range of each value
and of each covariate that the model uses, and how far subjects usually are from the training mean.
Fitted on training subjects.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from graphnet.data.cohort import Cohort, FloatArray
from graphnet.data.dataset import NUMERIC
from graphnet.errors import ModelError
from graphnet.graphs import Float32Array
from graphnet.messages import Message

USUAL = 0.99  # of the training subjects are no further from their mean than `far`
WIDE = 1.0  # times the range of a column: so far outside, one value is enough
SLACK = 1e-5  # of a column's range, as what is stored has seven digits
ANYWHERE = 1e300  # standard deviations
KEY = "domain"

Range = tuple[float, float]


@dataclass(frozen=True)
class ApplicabilityDomain:
    """``low`` and ``high`` (N, F) bound what training subjects had, NaN where none had a value.

    ``far`` is in standard deviations: the root mean square of a subject's scaled values.
    ``outside`` is how many values of a training subject lie outside what all others had: with few
    subjects that is no rare thing. Both are the 99th percentile. ``covariates`` has the range of
    each numeric covariate that is an input, adjusted for or kept, by its key.
    """

    sites: tuple[str, ...]
    low: FloatArray
    high: FloatArray
    far: float
    outside: int
    covariates: Mapping[str, Range] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        train: Cohort,
        scaled: Float32Array,
        *,
        covariates: Collection[str] = (),
        has_scale: bool = True,
    ) -> Self:
        """Of training subjects, whose ``scaled`` measures are (S, N, F).

        ``covariates`` are the keys of those that the model uses.
        Of an imported model without a scale, whose measures stay as they are, nobody is far.
        """
        present = ~np.isnan(train.features).all(axis=0)
        low, high = np.full(present.shape, np.nan), np.full(present.shape, np.nan)
        low[present] = np.nanmin(train.features[:, present], axis=0)
        high[present] = np.nanmax(train.features[:, present], axis=0)
        far = float(np.quantile(distances(scaled), USUAL)) if has_scale else ANYWHERE
        outside = int(np.quantile(_alone(train.features[:, present]), USUAL))
        sites = tuple(sorted(set(train.sites)))
        return cls(sites, low, high, far, outside, _ranges(train, covariates))

    def united(self, other: "ApplicabilityDomain") -> "ApplicabilityDomain":
        """What two have seen together."""
        return ApplicabilityDomain(
            tuple(sorted({*self.sites, *other.sites})),
            np.fmin(self.low, other.low),
            np.fmax(self.high, other.high),
            max(self.far, other.far),
            max(self.outside, other.outside),
            {
                key: _joined(self.covariates.get(key), other.covariates.get(key))
                for key in {**self.covariates, **other.covariates}
            },
        )

    def warnings(self, cohort: Cohort, scaled: Float32Array) -> list[list[Message]]:
        """How each of S subjects differs from the training data; ``scaled`` (S, N, F)."""
        distance = distances(scaled)
        return [
            [
                *self._of_site(cohort.sites[row]),
                *self._of_covariates(cohort, row),
                *self._of_values(cohort, row),
                *self._of_distance(float(distance[row])),
                *_of_gaps(cohort.features[row]),
            ]
            for row in range(len(cohort))
        ]

    def _of_site(self, site: str) -> list[Message]:
        if not site or site in self.sites:
            return []
        return [Message("prediction.new-site", site=site)]

    def _of_covariates(self, cohort: Cohort, row: int) -> list[Message]:
        messages = []
        for covariate in cohort.covariates:
            if covariate.key not in self.covariates or covariate.kind != NUMERIC:
                continue
            low, high = self.covariates[covariate.key]
            value, slack = float(covariate.numbers[row]), SLACK * (high - low)
            if value < low - slack or value > high + slack:
                messages.append(
                    Message(
                        "prediction.covariate-out-of-range",
                        name=covariate.name,
                        value=f"{value:.4g}",
                        low=f"{low:.4g}",
                        high=f"{high:.4g}",
                    )
                )
        return messages

    def _of_values(self, cohort: Cohort, row: int) -> list[Message]:
        values, slack = cohort.features[row], SLACK * np.abs(self.high - self.low)
        with np.errstate(invalid="ignore"):
            above, below = values - self.high - slack, self.low - values - slack
        beyond = np.nan_to_num(np.fmax(above, below), nan=-1.0)
        count = int((beyond > 0).sum())
        ratio = beyond / np.where(self.high > self.low, self.high - self.low, 1.0)
        if count <= self.outside and ratio.max() <= WIDE:
            return []
        region, measure = np.unravel_index(int(np.argmax(ratio)), beyond.shape)
        name = f"{cohort.measures[measure]}_{cohort.regions[region]}"
        value, low, high = (f"{x[region, measure]:.4g}" for x in (values, self.low, self.high))
        return [
            Message(
                "prediction.out-of-range",
                count=count,
                usual=self.outside,
                column=name,
                value=value,
                low=low,
                high=high,
            )
        ]

    def _of_distance(self, distance: float) -> list[Message]:
        if distance <= self.far * (1 + SLACK):
            return []
        return [
            Message(
                "prediction.far-from-training",
                distance=f"{distance:.2f}",
                limit=f"{self.far:.2f}",
                percent=f"{100 * USUAL:.0f}",
            )
        ]

    def as_dict(self) -> dict[str, Any]:
        """For a manifest."""
        return {
            "sites": list(self.sites),
            "low": [[_shortest(value) for value in row] for row in self.low],
            "high": [[_shortest(value) for value in row] for row in self.high],
            "far": _shortest(self.far),
            "outside": self.outside,
            "covariates": {
                key: [_shortest(bound) for bound in bounds]
                for key, bounds in self.covariates.items()
            },
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Self | None:
        """From a manifest; None where an older version wrote it. Raises ModelError."""
        stored = facts.get(KEY)
        if stored is None:
            return None
        try:
            low, high = (np.array(stored[key], dtype=np.float64) for key in ("low", "high"))
            sites, far = tuple(map(str, stored["sites"])), float(stored["far"])
            ranges = {
                str(key): (float(least), float(most))
                for key, (least, most) in stored.get("covariates", {}).items()
            }
            return cls(sites, low, high, far, int(stored["outside"]), ranges)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelError(Message("model.domain-damaged")) from error


def _ranges(train: Cohort, keys: Collection[str]) -> dict[str, Range]:
    """The range of each numeric covariate of these keys; nothing of one that nobody has."""
    return {
        covariate.key: (float(np.nanmin(covariate.numbers)), float(np.nanmax(covariate.numbers)))
        for covariate in train.covariates
        if covariate.key in keys
        and covariate.kind == NUMERIC
        and not np.isnan(covariate.numbers).all()
    }


def _joined(one: Range | None, other: Range | None) -> Range:
    """The range of both; of one where only one model uses the covariate."""
    bounds = [*(one or ()), *(other or ())]
    return min(bounds), max(bounds)


def distances(scaled: Float32Array) -> FloatArray:
    """Root mean squares (S,) of scaled measures (S, N, F)."""
    squares: Sequence[Any] = np.square(scaled, dtype=np.float64).mean(axis=(1, 2))
    return np.sqrt(squares)


def _alone(values: FloatArray) -> FloatArray:
    """How many of each subject's values (S, columns) are the lowest or the highest of all: (S,)."""
    subjects = len(values)
    lowest, highest = np.nanargmin(values, axis=0), np.nanargmax(values, axis=0)
    counts = np.bincount(lowest, minlength=subjects) + np.bincount(highest, minlength=subjects)
    return counts.astype(np.float64)


def _of_gaps(values: FloatArray) -> list[Message]:
    count = int(np.isnan(values).sum())
    return [Message("prediction.filled", count=count, values=values.size)] if count else []


def _shortest(value: float) -> float | None:
    return None if np.isnan(value) else float(f"{value:.7g}")
