"""How regions are marked wherever they are drawn in a brain: their size and their colour.

The glass brain of a report and the brain that is turned on a page follow this one rule. Torch-free.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from graphnet.artifacts.evidence import Importance
from graphnet.data.cohort import FloatArray

# So that one extreme region does not make the others pale.
FULL_COLOUR = 95.0  # percentile of the magnitudes from which on a colour is full


@dataclass(frozen=True)
class RegionMarks:
    """Of N regions what is drawn: ``value`` (N,), whose magnitude is the size, and ``tone`` (N,).

    A value is a region's contribution, 0 where that is not known. A tone is above 0 for evidence
    for the positive class or a higher score, below 0 against it, and 0 where the sign is not stable
    or not known; it is in the units of the value, or of the mean attribution (see :meth:`of`).
    """

    value: FloatArray
    tone: FloatArray

    @classmethod
    def of(cls, importance: Importance) -> Self:
        """The marks of explained regions.

        Of an older version's evidence, which has no contributions, the value is the share of the
        attribution and the tone the mean attribution, whose stability is not known.
        """
        if importance.contribution is None:
            direction = importance.direction
            unknown = np.zeros_like(importance.share)
            return cls(importance.share, unknown if direction is None else np.nan_to_num(direction))
        value = np.nan_to_num(importance.contribution)
        stable = [importance.is_stable(region) is not False for region in range(len(value))]
        return cls(value, np.where(stable, value, 0.0))

    @property
    def depth(self) -> FloatArray:
        """The tones from -1 to 1, the full colours."""
        return np.clip(self.tone / full_tone(self.tone), -1.0, 1.0)


def full_tone(tone: FloatArray) -> float:
    """The magnitude from which on a colour is full."""
    return max(float(np.percentile(np.abs(tone), FULL_COLOUR)), 1e-12)
