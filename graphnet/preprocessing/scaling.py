"""Put every measure, and a score to be predicted, on one scale: that of training subjects."""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from graphnet.data.cohort import Cohort, FloatArray
from graphnet.errors import CohortError, ModelError
from graphnet.messages import Message

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
