"""How good a model is: beside simple baselines, on the same subjects, with intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from graphnet.artifacts.fine_tuning import POOLED
from graphnet.artifacts.metrics import UNKNOWN, Estimates, GraphHelps, SplitMetrics
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.result import NO_EDGE
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.data.splits import Splits
from graphnet.errors import GraphnetError
from graphnet.evaluation.metrics import evaluate, evaluate_scores
from graphnet.evaluation.pooled import pooled
from graphnet.evaluation.resampling import fold_widening, paired_difference
from graphnet.graphs import Float32Array
from graphnet.messages import Message, as_one
from graphnet.preprocessing.pipeline import Preprocessing

if TYPE_CHECKING:
    from graphnet.evaluation.baselines import Baseline

PARENT = "parent"
BySplit = dict[str, FloatArray]  # predictions (S, C), or scores (S, 1)


@dataclass(frozen=True)
class ModelEvaluation:
    """Metrics by split, those of baselines by name and split, and paired differences to them.

    ``predicted`` are the model's own predictions by split, (S, C) or (S, 1). ``reasons`` says why a
    baseline has no metrics.
    """

    metrics: dict[str, SplitMetrics | None]
    predicted: BySplit
    baselines: dict[str, dict[str, SplitMetrics | None]] = field(default_factory=dict)
    differences: dict[str, dict[str, Estimates | None]] = field(default_factory=dict)
    reasons: dict[str, Message] = field(default_factory=dict)


def evaluate_model(
    model: StoredModel,
    data: Splits,
    *,
    baselines: bool,
    parent: StoredModel | None = None,
    ancestors: Sequence[Cohort] = (),
    no_graph: StoredModel | None = None,
    no_graph_reason: Message | None = None,
) -> ModelEvaluation:
    """Evaluate a model, and baselines fitted to the same training subjects, on every split.

    Args:
        model: trained on ``data.train``.
        data: training subjects, and validation and test subjects if there are any.
        baselines: whether baselines are fitted and compared.
        parent: the model it was fine-tuned from, compared as it was before.
        ancestors: training subjects of the parent and its own, to whom baselines are fitted a
            second time, with those of ``data.train``.
        no_graph: the same network trained without its graph, the baseline ``no_edge``.
        no_graph_reason: why there is none although it was called for.

    """
    present = data.present()
    ours = {split: model.predict(cohort) for split, cohort in present.items()}
    metrics = dict.fromkeys(("train", "val", "test")) | {
        split: split_metrics(model, present[split], values) for split, values in ours.items()
    }
    if not baselines:
        return ModelEvaluation(metrics, ours)
    theirs, reasons = _simple(model, data, ancestors)
    if parent is not None:
        theirs[PARENT] = {split: parent.predict(cohort) for split, cohort in present.items()}
    elif no_graph is not None:
        # Calibrated by the same factor: one of its own would need folds of its own.
        alike = replace(no_graph, calibration=model.calibration)
        theirs[NO_EDGE] = {split: alike.predict(cohort) for split, cohort in present.items()}
    elif no_graph_reason is not None:
        reasons[NO_EDGE] = no_graph_reason
    compared: dict[str, dict[str, SplitMetrics | None]] = {
        name: {
            split: split_metrics(model, present[split], values)
            for split, values in predicted.items()
        }
        for name, predicted in theirs.items()
    }
    return ModelEvaluation(
        metrics,
        ours,
        baselines=compared | {name: {} for name in reasons},
        differences={
            split: differences(model, present[split], ours[split][None], _on(theirs, split))
            for split in present
            if split != "train" and model.scale is None
        },
        reasons=reasons,
    )


def has_graph(model: StoredModel) -> bool:
    """Whether the network would be another without its graph."""
    return model.net.edge_aware and model.settings.graph != "none"


def by_site(
    model: StoredModel, cohort: Cohort, predicted: FloatArray, ranked: FloatArray | None = None
) -> dict[str, SplitMetrics]:
    """Metrics at each site, of predictions (S, C) or scores (S, 1), NaN of untested subjects.

    ``ranked`` are what the subjects are ranked by, for the AUC; None: the predictions.
    """
    tested = ~np.isnan(predicted).any(axis=1)
    sites = np.array(cohort.sites)
    members = {str(site): np.flatnonzero(tested & (sites == site)) for site in np.unique(sites)}
    by_name = {}
    for site, rows in members.items():
        if not len(rows):
            continue
        by_rank = None if ranked is None else ranked[rows]
        metrics = split_metrics(model, cohort.rows(rows), predicted[rows], by_rank)
        if model.scale is not None and ranked is not None:  # as it has always been stored
            unknown = {"auc": None}
            metrics = replace(
                metrics, values={**metrics.values, **unknown}, ci={**metrics.ci, **unknown}
            )
        by_name[site] = metrics
    return by_name


def split_metrics(
    model: StoredModel, cohort: Cohort, predicted: FloatArray, ranked: FloatArray | None = None
) -> SplitMetrics:
    """Metrics of class probabilities (S, C), or of scores (S, 1), whom nothing else ranks."""
    if model.scale is not None:
        return evaluate_scores(cohort.scores, predicted[:, 0], subjects=cohort.subjects)
    return evaluate(model.targets(cohort).numpy(), predicted, ranked, cohort.subjects)


def differences(
    model: StoredModel,
    cohort: Cohort,
    ours: FloatArray,
    theirs: Mapping[str, FloatArray | None],
    *,
    ranked: FloatArray | None = None,
    their_ranked: Mapping[str, FloatArray] = MappingProxyType({}),
    groups: Sequence[str] | None = None,
    folds: int | None = None,
) -> dict[str, Estimates | None]:
    """Paired differences to each baseline, ours minus theirs, by name; both are (R, S, C).

    ``ranked`` are what ours are ranked by, for the AUC, where that is not the probabilities
    themselves, and ``their_ranked`` those of a baseline. Of ``groups`` (S,), such as left-out
    sites, there is the difference of the AUC within them, too. Of ``folds`` that share training
    subjects the intervals are widened.
    """
    labels = model.targets(cohort).numpy()
    by = 1.0 if folds is None else fold_widening(folds)

    def apart(name: str, values: FloatArray) -> Estimates:
        by_rank = (ours if ranked is None else ranked, their_ranked.get(name, values))
        found = paired_difference(
            labels, ours, values, ranked=by_rank, groups=groups, subjects=cohort.subjects
        )
        return {metric: difference.widened(by) for metric, difference in found.items()}

    return {
        name: None if values is None else apart(name, values) for name, values in theirs.items()
    }


def graph_helps(
    by_split: Mapping[str, Mapping[str, Estimates | None]],
) -> GraphHelps | None:
    """Whether the graph helps, by the paired difference of AUC to the network without it.

    On the subjects that say most: a test set, else cross-validation, else validation subjects. None
    where there is no such difference with an interval.
    """
    for split in ("test", "cv", "val"):
        estimates = by_split.get(split, {}).get(NO_EDGE)
        auc = UNKNOWN if estimates is None else estimates.get("auc", UNKNOWN)
        if auc.interval is not None:
            return GraphHelps(split, auc)
    return None


def _simple(
    model: StoredModel, data: Splits, ancestors: Sequence[Cohort]
) -> tuple[dict[str, BySplit], dict[str, Message]]:
    """Predictions of each baseline by split; the reason of each that has none."""
    x = {split: model.preprocessing.flat(cohort) for split, cohort in data.present().items()}
    fitted = simple_baselines(model, data.train, x["train"], x, data.present())
    if ancestors:
        fitted |= pooled_baselines(model, data.train, ancestors, data.present())
    predicted = {name: dict(one.predicted) for name, one in fitted.items() if one.reason is None}
    return predicted, {name: one.reason for name, one in fitted.items() if one.reason is not None}


def simple_baselines(
    model: StoredModel,
    train: Cohort,
    x: Float32Array,
    held_out: Mapping[str, Float32Array],
    cohorts: Mapping[str, Cohort],
) -> "dict[str, Baseline]":
    """Baselines of the classes or the score that ``model`` predicts, fitted to ``train``.

    Args:
        model: whose classes or score they learn.
        train: S subjects.
        x: (S, N · F + P), their measures and covariates as the model has them.
        held_out: (S of the split, N · F + P), of each split to be predicted.
        cohorts: the subjects of these splits, for what their covariates alone predict.

    """
    from graphnet.evaluation.baselines import (  # noqa: PLC0415 - scikit-learn is slow to import
        covariate_baselines,
    )

    of_measures = _of_measures(model, train, x, held_out)
    if model.scale is not None:
        return of_measures | covariate_baselines(train, cohorts, train.scores, 0)
    targets, classes = model.targets(train).numpy(), len(model.classes)
    return of_measures | covariate_baselines(train, cohorts, targets, classes)


def pooled_baselines(
    model: StoredModel,
    train: Cohort,
    ancestors: Sequence[Cohort],
    cohorts: Mapping[str, Cohort],
) -> "dict[str, Baseline]":
    """The baselines of the measures, fitted to training subjects and those of ancestors together.

    Scaling, harmonising and adjusting are those of the model's settings, fitted to the same
    subjects. What covariates or the site alone predict is asked of the task's own subjects only.

    Args:
        model: whose classes or score they learn, with its settings.
        train: subjects of the task.
        ancestors: other subjects, whom the model's ancestors were trained on.
        cohorts: the subjects to predict, by group.

    """
    try:
        everyone = pooled(train, ancestors)
        # No baseline has a graph, so none is fitted.
        through = Preprocessing.fit(everyone, replace(model.settings, graph="none"))
    except GraphnetError as error:
        from graphnet.evaluation.baselines import (  # noqa: PLC0415
            CLASSIFIERS,
            SCORES,
            Baseline,
        )

        reason = as_one(error.messages)
        names = CLASSIFIERS if model.scale is None else SCORES
        return {name + POOLED: Baseline(reason=reason) for name in names}
    x = {group: through.flat(cohort) for group, cohort in cohorts.items()}
    fitted = _of_measures(model, everyone, through.flat(everyone), x)
    return {name + POOLED: one for name, one in fitted.items()}


def _of_measures(
    model: StoredModel, train: Cohort, x: Float32Array, held_out: Mapping[str, Float32Array]
) -> "dict[str, Baseline]":
    from graphnet.evaluation.baselines import (  # noqa: PLC0415 - scikit-learn is slow to import
        fit_baselines,
        fit_score_baselines,
    )

    if model.scale is not None:
        return fit_score_baselines(x, train.scores, held_out)
    targets, classes = model.targets(train).numpy(), len(model.classes)
    fitted = fit_baselines(x, targets, held_out, classes, train.persons)
    fitted.pop(model.net.baseline, None)  # the model itself
    return fitted


def _on(theirs: Mapping[str, BySplit], split: str) -> BySplit:
    return {name: predicted[split][None] for name, predicted in theirs.items()}
