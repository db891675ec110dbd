"""Measures, covariates that a model sees, and scores on one scale: that of training subjects."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from graphnet.data.cohort import Cohort, FloatArray
from graphnet.data.dataset import CATEGORICAL, NUMERIC, Covariate, covariate_key
from graphnet.errors import CohortError, ModelError
from graphnet.messages import Message, first_of
from graphnet.preprocessing.covariates import (
    MOST_LEVELS,
    NONE,
    Categorical,
    Design,
    Float32Array,
    centred,
    column_means,
)

CLIP = 5.0
NEAR_CONSTANT = 1e-6
PARTS = ("center", "scale", "filling")


@dataclass(frozen=True)
class Scaler:
    """Mean and standard deviation of each column, and a median to fill gaps with: all (N, F).

    A scale of 0 marks a near-constant column. Scaled values are within ± ``clip``; with
    ``per_subject`` those of each subject are then divided by their root mean square.
    """

    center: NDArray[np.float64]
    scale: NDArray[np.float64]
    filling: NDArray[np.float64]
    clip: float = CLIP
    per_subject: bool = False

    @classmethod
    def fit(cls, features: NDArray[np.float64]) -> Self:
        """Fit on the training subjects' ``features`` (S, N, F), NaN where unusable."""
        known = np.where(np.isnan(features).all(axis=0), 0.0, features)
        center = np.nanmean(known, axis=0)
        spread = np.nanstd(known, axis=0)
        scale = np.where(spread > NEAR_CONSTANT * np.abs(center), spread, 0.0)
        return cls(center=center, scale=scale, filling=_median(known))

    @classmethod
    def fit_connectomes(cls, features: NDArray[np.float64]) -> Self:
        """Likewise where the measures are rows of connectomes: one scale for all, per subject.

        Edges that vary little are mostly noise, which a scale of their own would raise; and how
        strong a subject's connectome is as a whole depends on motion and scanner.
        """
        fitted = cls.fit(features)
        usable = fitted.scale > 0
        common = math.sqrt(np.square(fitted.scale[usable]).mean()) if usable.any() else 0.0
        return replace(fitted, scale=np.where(usable, common, 0.0), per_subject=True)

    @classmethod
    def none(cls, filling: NDArray[np.float64]) -> Self:
        """One that leaves values as they are, for a net of which others scaled nothing."""
        return cls(np.zeros_like(filling), np.ones_like(filling), filling, clip=math.inf)

    @property
    def is_none(self) -> bool:
        """Whether it leaves values as they are."""
        return math.isinf(self.clip)

    def transform(self, features: NDArray[np.float64]) -> NDArray[np.float32]:
        """Scaled features (S, N, F), 0 in a near-constant column."""
        usable = self.scale > 0
        # One copy, then in place: of a cohort of connectomes each copy is a hundred megabytes.
        scaled = np.where(np.isnan(features), self.filling, features)
        scaled -= self.center
        scaled /= np.where(usable, self.scale, 1.0)
        scaled[:, ~usable] = 0.0
        np.clip(scaled, -self.clip, self.clip, out=scaled)
        if self.per_subject and usable.any():
            size = np.sqrt(np.einsum("snf,snf->s", scaled, scaled) / usable.sum())
            scaled /= np.where(size > 0, size, 1.0)[:, None, None]
        return scaled.astype(np.float32)

    def clipped(self, features: NDArray[np.float64]) -> NDArray[np.int64]:
        """How many regions of each subject and measure lie beyond the clipping distance: (S, F)."""
        with np.errstate(invalid="ignore", over="ignore"):
            beyond = np.abs(features - self.center) > self.clip * self.scale
        counts: NDArray[np.int64] = (beyond & (self.scale > 0)).sum(axis=1)
        return counts

    def as_dict(self) -> dict[str, Any]:
        """For a manifest."""
        columns = {part: getattr(self, part).tolist() for part in PARTS}
        per_subject = {"per_subject": True} if self.per_subject else {}
        return {**columns, "clip": None if self.is_none else self.clip, **per_subject}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """From a manifest. Raises ModelError if it is not a scaler's."""
        try:
            parts = {part: np.array(stored[part], dtype=np.float64) for part in PARTS}
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(Message("model.scaler-damaged", problem="json")) from error
        shapes = {part.shape for part in parts.values()}
        clip = stored.get("clip", 0)
        if len(shapes) != 1 or len(shapes.pop()) != 2 or clip not in (CLIP, None):
            raise ModelError(Message("model.scaler-damaged", problem="shape"))
        if not all(np.isfinite(part).all() for part in parts.values()):
            raise ModelError(Message("model.scaler-damaged", problem="infinite"))
        per_subject = stored.get("per_subject", False)
        if not isinstance(per_subject, bool):
            raise ModelError(Message("model.scaler-damaged", problem="json"))
        return cls(**parts, clip=math.inf if clip is None else CLIP, per_subject=per_subject)


def _median(known: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median (N, F) of (S, N, F) without NaN, which numpy skips a column at a time."""
    gaps = np.isnan(known).any(axis=0)
    median = np.median(known, axis=0)
    if gaps.any():
        median[gaps] = np.nanmedian(known[:, gaps], axis=0)
    return np.asarray(median)


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation of the training subjects' scores, which a net learns scaled."""

    center: float
    spread: float

    @classmethod
    def fit(cls, train: Cohort) -> Self:
        """From the training subjects. Raises CohortError where all have the same score."""
        spread = float(train.scores.std())
        if not spread > 0:
            raise CohortError(Message("data.score-constant"))
        return cls(float(train.scores.mean()), spread)

    def scaled(self, scores: FloatArray) -> FloatArray:
        """Scores (S,) as the net learns them."""
        return np.asarray((scores - self.center) / self.spread, dtype=np.float64)

    def unscaled(self, outputs: FloatArray) -> FloatArray:
        """Outputs of the net in the score's own units."""
        return np.asarray(outputs * self.spread + self.center, dtype=np.float64)

    def as_dict(self) -> dict[str, float]:
        """For a manifest."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Any) -> Self:
        """From a manifest. Raises ModelError."""
        try:
            scale = cls(float(stored["center"]), float(stored["spread"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(Message("model.target-damaged", problem="json")) from error
        if not (math.isfinite(scale.center) and 0 < scale.spread < math.inf):
            raise ModelError(Message("model.target-damaged", problem="scale"))
        return scale


def inputs_of(train: Cohort, asked: Sequence[str] | None) -> tuple[Covariate, ...]:
    """The covariates that a model is to see beside the measures; () where none is asked for.

    Raises:
        CohortError: the training subjects do not have one, or it has too many words.

    """
    if asked is None or [name.casefold() for name in asked] == [NONE]:
        return ()
    present = {covariate.key: covariate for covariate in train.covariates}
    unknown = [name for name in asked if covariate_key(name) not in present]
    if unknown:
        known = first_of(cohort.name for cohort in present.values())
        listed = known if present else Message("evaluation.no-covariates")
        raise CohortError(Message("data.covariate-input-unknown", names=unknown, known=listed))
    return tuple(present[key] for key in dict.fromkeys(map(covariate_key, asked)))


COLUMNS = {NUMERIC: 2, CATEGORICAL: MOST_LEVELS + 1}  # of an input, its mark included


@dataclass(frozen=True)
class CovariateInputs:
    """Covariates as P inputs of a model, beside the measures: 0 at the training subjects' mean.

    Numbers are standardised, words are one column each less its ``means``, and a value that is
    missing counts as the mean. A column marks who lacks a covariate that some training subject
    lacked. Each kind has the same number of columns whatever the training subjects are, so that
    models of folds are trained together; those without use are 0 of everybody.
    """

    names: tuple[str, ...]
    design: Design
    means: FloatArray

    @classmethod
    def fit(cls, train: Cohort, asked: Sequence[str] | None) -> "CovariateInputs | None":
        """Fit to the training subjects; None where no covariate is asked for.

        Raises:
            CohortError: they do not have one that is asked for, or it has too many words.

        """
        covariates = inputs_of(train, asked)
        if not covariates:
            return None
        design = Design.fit(covariates)
        for covariate, part in zip(covariates, design.parts, strict=True):
            if isinstance(part, Categorical) and len(part.levels) > MOST_LEVELS:
                values = {"name": covariate.name, "count": len(part.levels), "most": MOST_LEVELS}
                raise CohortError(Message("data.covariate-input-levels", **values))
        means = column_means(design.values(covariates, len(train)))
        return cls(tuple(covariate.name for covariate in covariates), design, means)

    @property
    def columns(self) -> int:
        """P."""
        return sum(COLUMNS[part.kind] for part in self.design.parts)

    def values(self, cohort: Cohort) -> Float32Array:
        """(S, P) of any subjects."""
        count, first = len(cohort), 0
        columns: list[FloatArray] = []
        for part, values in self.design.each(cohort.covariates, count):
            room = np.zeros((count, COLUMNS[part.kind]))
            width = values.shape[1]
            room[:, :width] = centred(values, self.means[first : first + width])
            if part.had_missing:
                room[:, -1] = np.isnan(values).any(axis=1)
            columns.append(room)
            first += width
        return np.concatenate(columns, axis=1).astype(np.float32)

    def missing(self, cohort: Cohort) -> dict[str, int]:
        """How many subjects lack each covariate; their value is taken to be the mean."""
        counts = self.design.missing(cohort.covariates, len(cohort))
        return {name: count for name, count in zip(self.names, counts, strict=True) if count}

    def as_dict(self) -> dict[str, Any]:
        """For a manifest."""
        design, means = self.design.as_list(), self.means.tolist()
        return {"names": list(self.names), "design": design, "means": means}

    @classmethod
    def from_dict(cls, stored: Any) -> Self:
        """From a manifest. Raises ModelError if it is damaged."""
        try:
            names = tuple(str(name) for name in stored["names"])
            design = Design.from_list(stored["design"])
            means = np.array(stored["means"], dtype=np.float64)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(Message("model.adjuster-damaged")) from error
        is_whole = means.shape == (design.values((), 0).shape[1],) and np.isfinite(means).all()
        if not (is_whole and len(names) == len(design.parts)):
            raise ModelError(Message("model.adjuster-damaged"))
        return cls(names, design, means)
