"""How good a model is: beside simple baselines, on the same subjects, with intervals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from graphnet.artifacts.model import StoredModel
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.data.splits import Splits
from graphnet.evaluation.metrics import evaluate, evaluate_scores
from graphnet.evaluation.resampling import paired_difference
from graphnet.graphs import Float32Array

if TYPE_CHECKING:
    from graphnet.evaluation.baselines import Baseline

NO_EDGE, PARENT = "no_edge", "parent"


@dataclass(frozen=True)
class ModelEvaluation:
    """Figures by split, those of baselines by name and split, and paired differences to them.

    ``reasons`` says why a baseline has no figures; ``predicted`` (S, C) is the model's own.
    """

    metrics: dict[str, Any]
    predicted: dict[str, FloatArray]
    baselines: dict[str, dict[str, Any]] = field(default_factory=dict)
    differences: dict[str, dict[str, Any]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


def evaluate_model(
    model: StoredModel,
    data: Splits,
    *,
    baselines: bool,
    parent: StoredModel | None = None,
    twin: StoredModel | None = None,
    reason: str = "",
) -> ModelEvaluation:
    """Judge ``model`` and baselines fitted on the same training subjects, on every split.

    ``twin`` is the same net trained without its graph; where it could not be, ``reason`` says why.
    """
    present = data.present()
    ours = {name: model.predict(cohort) for name, cohort in present.items()}
    metrics = dict.fromkeys(("train", "val", "test")) | {
        name: split_metrics(model, present[name], values) for name, values in ours.items()
    }
    if not baselines:
        return ModelEvaluation(metrics, ours)
    theirs, reasons = _simple(model, data)
    if parent is not None:
        theirs[PARENT] = {name: parent.predict(cohort) for name, cohort in present.items()}
    elif twin is not None:
        theirs[NO_EDGE] = {name: twin.predict(cohort) for name, cohort in present.items()}
    elif reason:
        reasons[NO_EDGE] = reason
    return ModelEvaluation(
        metrics,
        ours,
        baselines={
            name: {
                split: split_metrics(model, present[split], values)
                for split, values in each.items()
            }
            for name, each in theirs.items()
        }
        | {name: {} for name in reasons},
        differences={
            split: differences(model, present[split], ours[split][None], _on(theirs, split))
            for split in present
            if split != "train" and model.scale is None
        },
        reasons=reasons,
    )


def has_graph(model: StoredModel) -> bool:
    """Whether the same net without its graph would be another."""
    return model.net.edge_aware and model.settings.graph != "none"


def by_site(model: StoredModel, cohort: Cohort, predicted: FloatArray) -> dict[str, Any]:
    """Metrics at each site, of predictions (S, C) or scores (S, 1); NaN where there is none."""
    there = ~np.isnan(predicted).any(axis=1)
    sites = np.array(cohort.sites)
    members = {str(site): np.flatnonzero(there & (sites == site)) for site in np.unique(sites)}
    return {
        site: split_metrics(model, cohort.rows(rows), predicted[rows])
        for site, rows in members.items()
        if len(rows)
    }


def split_metrics(model: StoredModel, cohort: Cohort, predicted: FloatArray) -> dict[str, Any]:
    """Metrics of predictions (S, C), or of scores (S, 1)."""
    if model.scale is not None:
        return evaluate_scores(cohort.scores, predicted[:, 0])
    return evaluate(model.targets(cohort).numpy(), predicted)


def differences(
    model: StoredModel,
    cohort: Cohort,
    ours: FloatArray,
    theirs: Mapping[str, FloatArray | None],
) -> dict[str, Any]:
    """Paired differences to each baseline, ours minus theirs, by name; both are (R, S, C)."""
    labels = model.targets(cohort).numpy()
    return {
        name: None if values is None else paired_difference(labels, ours, values)
        for name, values in theirs.items()
    }


def graph_helps(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """Whether the graph helps, by the paired difference to the same net without it.

    Said of the subjects that say most: a test set, else cross-validation, else validation; None
    where there is no such difference.
    """
    for split in ("test", "cv", "val"):
        difference = (found.get(split) or {}).get(NO_EDGE)
        if difference is None or difference["auc"]["ci"] is None:
            continue
        auc = difference["auc"]
        return {"split": split, **auc, "sentence": _sentence(auc, split)}
    return None


WHERE = {
    "test": "the test subjects",
    "cv": "cross-validation",
    "val": "the validation subjects",
}


def _sentence(auc: Mapping[str, Any], split: str) -> str:
    low, high = auc["ci"]
    split_metrics = (
        f"difference of AUC {auc['difference']:+.3f}, 95% interval {low:+.3f} to {high:+.3f}"
    )
    if not auc["excludes_zero"]:
        verdict = "It is not shown that the graph helps"
    elif auc["difference"] > 0:
        verdict = "The graph helps"
    else:
        verdict = "The graph does harm"
    return f"{verdict}: {split_metrics} to the same net without its graph, by {WHERE[split]}."


def _simple(
    model: StoredModel, data: Splits
) -> tuple[dict[str, dict[str, FloatArray]], dict[str, str]]:
    """Predictions of each baseline by split; a sentence for each that has none."""
    x = {
        name: model.preprocessing.scaled(cohort).reshape(len(cohort), -1)
        for name, cohort in data.present().items()
    }
    found = simple_baselines(model, data.train, x["train"], x)
    reasons = {name: each.reason for name, each in found.items() if each.reason}
    return {n: dict(each.predicted) for n, each in found.items() if not each.reason}, reasons


def simple_baselines(
    model: StoredModel, train: Cohort, x: Float32Array, held_out: Mapping[str, Float32Array]
) -> "dict[str, Baseline]":
    """Baselines of the classes or the score that ``model`` predicts, fitted to ``train``."""
    from graphnet.evaluation.baselines import (  # noqa: PLC0415 - scikit-learn is slow to import
        fit_baselines,
        fit_score_baselines,
    )

    if model.scale is not None:
        return fit_score_baselines(x, train.scores, held_out)
    return fit_baselines(x, model.targets(train).numpy(), held_out, len(model.classes))


def _on(theirs: Mapping[str, Mapping[str, FloatArray]], split: str) -> dict[str, FloatArray]:
    return {name: each[split][None] for name, each in theirs.items()}
