"""One task from cohorts to an honest result: prepare, fit, judge, explain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Any

import torch

from graphnet.artifacts.lineage import is_complete, subjects_seen
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.predictions import SplitPredictions, predictions_document
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data import provenance
from graphnet.data.atlas import Atlas
from graphnet.data.cohort import Cohort
from graphnet.data.splits import Splits
from graphnet.distributed.shards import Coordinator, Sharing
from graphnet.evaluation.applicability import KEY as DOMAIN
from graphnet.evaluation.applicability import ApplicabilityDomain
from graphnet.evaluation.assessment import ModelEvaluation, by_site, evaluate_model, graph_helps
from graphnet.evaluation.attribution import Explanation, explain
from graphnet.evaluation.headline import KNOWN_SUBJECTS
from graphnet.evaluation.result_warnings import clipped_values, quality, warnings
from graphnet.evaluation.validation import ValidationResult, validate
from graphnet.plan import ExperimentPlan
from graphnet.training.callbacks import Callback
from graphnet.training.memory import translate_oom


@dataclass(frozen=True)
class Outcome:
    """What came of a training: the model to keep, the result to show, and what it rests on."""

    model: StoredModel
    result: dict[str, Any]
    predictions_document: dict[str, Any]


@translate_oom
def run(
    data: Splits,
    settings: TrainingSettings,
    *,
    evaluation: Evaluation | None = None,
    parent: StoredModel | None = None,
    device: torch.device | None = None,
    journal: Callback | None = None,
    identity: Mapping[str, str] | None = None,
    sharing: Sharing | None = None,
    atlases: Sequence[Atlas] = (),
) -> Outcome:
    """Train from scratch, or from ``parent``, and judge the model on every split.

    The same data, settings and parent give the same parameters bit for bit on one kind of
    processor, also where ``journal`` gives back the state of an interrupted run of the same.
    ``identity`` (task ids) goes into the manifest as it is. With ``sharing``, others do the parts
    that ``fan_out`` asks for; the same form then gives the same bits, whoever does them. The first
    of ``atlases`` that has all regions says where these are.

    Raises:
        CohortError: splits that do not fit together or hold too little.
        SettingsError: a graph that these data cannot have.
        ModelError: a parent that does not fit.
        TrainingError: a loss that is no longer a number, or too little memory.

    """
    on = device or torch.device("cpu")
    along = journal or Callback()
    work = ExperimentPlan.of(data, settings, evaluation or Evaluation(), parent)
    data = work.data  # in the parent's order of regions
    gatherer = Coordinator(work, on, along, sharing)
    along.expect(work.costs(1 if sharing is None else work.asked.fan_out))
    gatherer.announce()
    with along.step("train"):
        trained = gatherer.trained()
    fitted = trained.own
    along.pause()
    with along.step("assess"):
        found = evaluate_model(
            fitted.model,
            data,
            baselines=work.asked.baselines,
            parent=parent,
            twin=trained.twin,
            reason=trained.reason,
        )
    along.pause()
    with along.step("validate"):
        validated = validate(fitted.model, data.train, work.plans, work.asked, gatherer.judged)
    along.pause()
    clipped = clipped_values(fitted.model, data)
    explained = (
        explain(fitted.model, _explained(data), validated.models) if work.asked.explain else None
    )
    predicted = _predicted(work, found, validated)
    result = {
        "train_epochs": fitted.lines,
        **_figures(found, validated, data, tuned=parent is not None),
        KNOWN_SUBJECTS: _known(work, predicted),
        "class_names": {str(label): name for label, name in fitted.model.class_names.items()},
        "warnings": [*work.sentences, *validated.warnings, *warnings(fitted.model, data, clipped)],
        "selected_epoch": fitted.epoch,
        "code_version": metadata.version("nld-sgn"),
        "versions": provenance.versions(),
        "quality": quality(data, clipped),
        "explanation": explained.summary if explained else None,
        "device": str(on),
    }
    facts = {
        **work.descent(identity),
        **{key: result[key] for key in ("metrics", "warnings", "selected_epoch", "code_version")},
        "datasets": {
            name: provenance.fingerprints(cohort) for name, cohort in data.present().items()
        },
        DOMAIN: _domain(fitted.model, data, parent).as_dict(),
    }
    shown = predictions_document(
        predicted,
        data.present(),
        _sites(fitted.model, data, found, validated),
        _importance(explained, data.train.layout.regions, atlases),
        fitted.model.classes,
        class_names=fitted.model.class_names,
    )
    return Outcome(replace(fitted.model, facts=facts), result, shown)


def _domain(model: StoredModel, data: Splits, parent: StoredModel | None) -> ApplicabilityDomain:
    """What the model has seen, its parent's subjects among it."""
    through = model.preprocessing
    scaled = through.scaled(data.train)
    own = ApplicabilityDomain.of(data.train, scaled, has_scale=not through.scaler.is_none)
    before = None if parent is None else ApplicabilityDomain.from_facts(parent.facts)
    return own if before is None else own.united(before)


def _explained(data: Splits) -> Cohort:
    """Whose predictions are explained: those the model has not seen, where there are any."""
    return data.test or data.val or data.train


def _predicted(
    work: ExperimentPlan, found: ModelEvaluation, validated: ValidationResult
) -> dict[str, SplitPredictions]:
    """Everybody who was predicted, with whether that model had trained on them."""
    data = work.data
    before = subjects_seen(work.before)
    splits = {
        name: SplitPredictions(
            cohort, found.predicted[name], [each in known for each in cohort.ids]
        )
        for name, cohort in data.present().items()
        for known in [{*data.shared(name, "train"), *provenance.seen_in_training(before, cohort)}]
    }
    unknown = [False] * len(data.train)  # a fold's model starts without who knows its subjects
    folds = {
        kind: SplitPredictions(data.train, values, unknown)
        for kind, values in validated.predicted.items()
    }
    return splits | folds


def _known(
    work: ExperimentPlan, predicted: Mapping[str, SplitPredictions]
) -> dict[str, int | None]:
    """How many of those predicted are known, by split; None where nobody can say that none is."""
    counts = {split: sum(map(bool, each.tested().known)) for split, each in predicted.items()}
    if is_complete(work.before):
        return {**counts}
    return {split: count or None for split, count in counts.items()}


def _sites(
    model: StoredModel, data: Splits, found: ModelEvaluation, validated: ValidationResult
) -> dict[str, Any]:
    splits = {name: (cohort, found.predicted[name]) for name, cohort in data.present().items()}
    folds = {kind: (data.train, values) for kind, values in validated.predicted.items()}
    return {name: by_site(model, *each) for name, each in (splits | folds).items()}


def _importance(
    explained: Explanation | None, regions: tuple[str, ...], atlases: Sequence[Atlas]
) -> dict[str, Any] | None:
    """What every region adds, and where it is if an atlas knows."""
    if explained is None:
        return None
    atlas = next((each for each in atlases if each.has(regions)), None)
    return {
        **explained.importance,
        "coordinates": None if atlas is None else atlas.of(regions).tolist(),
        "names": None if atlas is None else atlas.named(regions),
    }


def _figures(
    found: ModelEvaluation, validated: ValidationResult, data: Splits, *, tuned: bool
) -> dict[str, Any]:
    """Metrics, baselines and paired differences by split, those of the folds among them.

    Whether the graph helps is not said of a model that was ``tuned``: it has no twin, and its
    folds have one only where they started from scratch.
    """
    names = [*found.baselines, *(set(validated.baselines) - set(found.baselines))]
    baselines = {
        name: {**found.baselines.get(name, {}), **validated.baselines.get(name, {})}
        for name in names
    }
    differences = {**found.differences, **validated.differences}
    known = {name for name, _ in data.held_out() if data.shared("train", name)}
    of_graph = {} if tuned else {k: v for k, v in differences.items() if k not in known}
    return {
        "metrics": {**found.metrics, **validated.metrics},
        "baselines": baselines,
        "baselines_left_out": found.reasons,
        "differences": differences,
        "graph_helps": graph_helps(of_graph),
        "cross_validation": validated.facts,
    }
