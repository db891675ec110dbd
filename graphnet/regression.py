"""How well predicted clinical scores fit the true ones."""

from typing import Any

import numpy as np

from graphnet.bootstrap import LEVELS, RESAMPLES
from graphnet.cohort import FloatArray

LEAST = 3


def evaluate_scores(targets: FloatArray, predicted: FloatArray, *, seed: int = 0) -> dict[str, Any]:
    """Figures of predictions (S,) in the score's own units, with 95% bootstrap intervals.

    ``mae`` and ``rmse``: mean absolute and root mean squared error. ``r2``: the share of variance
    explained, below 0 where the mean would do better. ``pearson``, ``spearman``: correlations. None
    where there are fewer than three subjects, or what does not vary.
    """
    names = ("mae", "rmse", "r2", "pearson", "spearman")
    if len(targets) < LEAST:
        return {"n": len(targets), **dict.fromkeys(names), "ci": dict.fromkeys(names)}
    random = np.random.default_rng(seed)
    drawn = [
        _figures(targets[rows], predicted[rows])
        for rows in random.integers(len(targets), size=(RESAMPLES, len(targets)))
    ]
    found = _figures(targets, predicted)
    return {
        "n": len(targets),
        **found,
        "ci": {name: _interval(found[name], [one[name] for one in drawn]) for name in names},
    }


def _figures(targets: FloatArray, predicted: FloatArray) -> dict[str, float | None]:
    from scipy.stats import rankdata  # noqa: PLC0415 - slow to import

    error = predicted - targets
    spread = float(np.square(targets - targets.mean()).sum())
    return {
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt(np.square(error).mean())),
        "r2": 1 - float(np.square(error).sum()) / spread if spread > 0 else None,
        "pearson": _correlation(targets, predicted),
        "spearman": _correlation(rankdata(targets), rankdata(predicted)),
    }


def _correlation(one: FloatArray, other: FloatArray) -> float | None:
    one, other = one - one.mean(), other - other.mean()
    length = float(np.sqrt(np.square(one).sum() * np.square(other).sum()))
    if length <= 1e-12 * max(1.0, float(np.abs(one).max())):
        return None
    return float(np.clip(one @ other / length, -1.0, 1.0))


def _interval(value: float | None, drawn: list[float | None]) -> list[float] | None:
    known = [each for each in drawn if each is not None]
    if value is None or len(known) < len(drawn) // 2:
        return None
    return [float(level) for level in np.percentile(known, LEVELS)]
