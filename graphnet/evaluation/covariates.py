"""Covariates as numbers: which of them may confound a result, and what they alone predict."""

from collections.abc import Callable, Mapping

import numpy as np
from sklearn.linear_model import RidgeCV

from graphnet.data.cohort import Cohort, FloatArray, IntArray
from graphnet.data.dataset import CATEGORICAL, Covariate
from graphnet.evaluation import logistic
from graphnet.evaluation.baselines import (
    RIDGES,
    STRENGTHS,
    Baseline,
    sparing,
    spread,
)
from graphnet.evaluation.inner_products import inner_folds
from graphnet.messages import Message
from graphnet.preprocessing.covariates import Design, checked

COVARIATES, SITE = "covariates", "site"  # the baselines


def covariate_baselines(
    train: Cohort, held_out: Mapping[str, Cohort], targets: IntArray | FloatArray, classes: int
) -> dict[str, Baseline]:
    """What covariates alone predict, and the site alone: as the other baselines.

    Logistic regression (L2, strength by inner folds) of classes, ridge regression of a score. None
    where there are no covariates to check, or one site.

    Args:
        train: S subjects.
        held_out: the subjects to predict, by group.
        targets: (S,), classes from 0 on, or scores.
        classes: C; 0 of a score.

    """
    sources: dict[str, Callable[[Cohort], tuple[Covariate, ...]]] = {COVARIATES: checked}
    known = set(train.sites)
    if len(known) > 1 and any(known & set(cohort.sites) for cohort in held_out.values()):
        sources[SITE] = _site  # of sites that nobody was trained on it says nothing
    found = {}
    with sparing():
        for name, covariates_of in sources.items():
            own = covariates_of(train)
            if not own:
                continue
            design = Design.fit(own)
            groups = {
                group: design.marked(covariates_of(cohort), len(cohort))
                for group, cohort in held_out.items()
            }
            fit = _of_classes if classes else _of_score
            found[name] = fit(design.marked(own, len(train)), targets, groups, classes)
    return found


def _site(cohort: Cohort) -> tuple[Covariate, ...]:
    """The site as a covariate."""
    return (Covariate(SITE, CATEGORICAL, cohort.sites),)


def _of_classes(
    x: FloatArray, targets: IntArray | FloatArray, groups: Mapping[str, FloatArray], classes: int
) -> Baseline:
    labels = targets.astype(np.int64)
    present, places = np.unique(labels, return_inverse=True)
    if len(present) < 2:
        return Baseline(reason=Message("evaluation.baseline-one-class"))
    folds = inner_folds(places)
    if folds:
        model = logistic.fit_strongest(x, places, STRENGTHS, folds)
    else:
        model = logistic.fit(x, places, STRENGTHS[1])
    predicted = {name: np.exp(model.log_probabilities(each)) for name, each in groups.items()}
    return spread(Baseline(predicted), present, classes)


def _of_score(
    x: FloatArray, targets: IntArray | FloatArray, groups: Mapping[str, FloatArray], _: int
) -> Baseline:
    model = RidgeCV(alphas=RIDGES).fit(x, targets)
    return Baseline(
        {name: np.asarray(model.predict(each))[:, None] for name, each in groups.items()}
    )
