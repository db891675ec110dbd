"""Whether chance could have made the predictions fit as well."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet.bootstrap import weighted_auc
from graphnet.cohort import FloatArray, IntArray


def p_value(
    labels: IntArray,
    probabilities: FloatArray,
    *,
    permutations: int,
    strata: Sequence[str] | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """The share of shuffled labels that the predictions (R, S, 2) fit as well as the true ones.

    The figure is the AUC, its mean over R repeats; the p-value is (b + 1) / (m + 1) (Phipson &
    Smyth 2010). The predictions stay as they are and the labels of the tested subjects are
    shuffled, within ``strata`` where they are given: this asks whether predictions and labels go
    together, not whether training on shuffled labels would do as well. None where there are not
    just two classes.
    """
    if probabilities.shape[2] != 2 or len(np.unique(labels)) != 2:
        return {"p": None, "permutations": permutations, "auc": None}
    random = np.random.default_rng(seed)
    named = [""] * len(labels) if strata is None else list(strata)
    groups: IntArray = np.unique(named, return_inverse=True)[1].astype(np.int64)
    actual = _auc(labels, probabilities)
    at_least = sum(
        _auc(_shuffled(labels, groups, random), probabilities) >= actual
        for _ in range(permutations)
    )
    return {"p": (at_least + 1) / (permutations + 1), "permutations": permutations, "auc": actual}


def _auc(labels: IntArray, probabilities: FloatArray) -> float:
    once = np.ones((1, len(labels)))
    return float(np.mean([weighted_auc(labels, one[:, 1], once)[0] for one in probabilities]))


def _shuffled(labels: IntArray, groups: IntArray, random: np.random.Generator) -> IntArray:
    """Labels in another order within each group."""
    mixed = random.permutation(len(labels))
    found = np.empty_like(labels)
    found[np.argsort(groups, kind="stable")] = labels[
        mixed[np.argsort(groups[mixed], kind="stable")]
    ]
    return found
