"""One task from cohorts to a result: prepare, fit, evaluate, explain."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import torch

from graphnet.artifacts.metrics import CalibrationResult
from graphnet.artifacts.model import StoredModel
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.atlas import Atlas, Table
from graphnet.data.splits import Splits
from graphnet.distributed.shards import Coordinator, Sharing, TrainedModels
from graphnet.evaluation.assessment import evaluate_model
from graphnet.evaluation.attribution import explain
from graphnet.evaluation.learning_curve import learning_curve
from graphnet.evaluation.model_selection import Comparison, arm_of, compare
from graphnet.evaluation.pooled import AncestorSubjects
from graphnet.evaluation.recalibration import Fitting, calibrate_model, inherited
from graphnet.evaluation.validation import ValidationResult, validate
from graphnet.outcome import JudgedModel, Outcome
from graphnet.plan import ExperimentPlan, OtherAtlas
from graphnet.steps import expected_steps
from graphnet.training.callbacks import Callback
from graphnet.training.memory import kept_heap, translate_oom
from graphnet.training.progress import (
    BASELINES,
    CALIBRATION,
    COMPARING,
    EVALUATION,
    EXPLANATION,
    REPORT,
)
from graphnet.training.stacked import MonitoredFit


@translate_oom
@kept_heap()
def run(
    data: Splits,
    settings: TrainingSettings,
    *,
    evaluation: Evaluation | None = None,
    parent: StoredModel | None = None,
    ancestors: AncestorSubjects | None = None,
    device: torch.device | None = None,
    callback: Callback | None = None,
    identity: Mapping[str, str] = MappingProxyType({}),
    sharing: Sharing | None = None,
    candidates: Sequence[TrainingSettings] = (),
    compared_atlases: Sequence[OtherAtlas] = (),
    atlases: Sequence[Atlas | Table] = (),
) -> Outcome:
    """Train from scratch, or from ``parent``, and evaluate the model on every split.

    The same data, settings and parent give the same parameters bit for bit on one kind of
    processor, whether or not the training was interrupted, and however many workers share it.

    Args:
        data: training subjects, and validation and test subjects if there are any.
        settings: how the model is trained.
        evaluation: how it is evaluated; by default with baselines and an explanation, and with
            cross-validation where no held-out subject is new to the model.
        parent: the model to fine-tune.
        ancestors: the training subjects of the parent and its own, to whom baselines are fitted a
            second time together with those of ``data``; by default none are.
        device: to train on; by default the CPU.
        callback: follows the trainings, and may give back the state of an interrupted run.
        identity: task ids for the manifest.
        sharing: other workers, who run the shards that ``fan_out`` asks for.
        candidates: the settings among which a sweep chooses those of the model, in place of
            ``settings``; by :func:`graphnet.config.candidates_of`.
        compared_atlases: the subjects of ``data`` on other atlases, among which it chooses, too; by
            :func:`graphnet.data.alternatives.matched`.
        atlases: the first that has all regions says where these are; by default the atlas of
            the training data, or the parent's.

    Raises:
        CohortError: splits that do not fit together or hold too little.
        SettingsError: a graph that these data cannot have.
        ModelError: a parent that does not fit.
        TrainingError: a loss that is no longer finite, or too little memory.

    """
    device, callback = device or torch.device("cpu"), callback or Callback()
    progress = callback.progress
    asked = evaluation or Evaluation()
    plan = ExperimentPlan.of(
        *(data, settings, asked, parent, candidates), ancestors=ancestors, atlases=compared_atlases
    )
    coordinator = Coordinator(plan, device, callback, sharing)
    progress.expect(expected_steps(plan, device, shared=sharing is not None))
    coordinator.dispatch()
    compared = None
    if plan.candidates:
        compared = _compared(plan, device, callback)
        plan = plan.with_candidate(compared.best)
        coordinator = replace(coordinator, plan=plan)
    data = plan.data  # in the parent's order of regions, or on the atlas that was chosen
    atlas = _atlas(plan, atlases)
    with callback.stage("train"):
        trained = coordinator.train()
    callback.raise_if_cancelled()
    with callback.stage("validate"):
        validated = validate(
            trained.fit.model,
            data.train,
            plan.fold_plans,
            plan.evaluation,
            coordinator.cross_validate,
            progress=progress,
        )
        # By the folds' predictions: whatever the model is judged by comes after.
        model, calibrated = _calibrated(plan, trained.fit, validated, device, callback)
        trained = replace(trained, fit=replace(trained.fit, model=model))
        trained = _scratch_calibrated(plan, trained, device, callback)
        curve = learning_curve(plan, trained.fit, validated, device=device, callback=callback)
    has_baselines = plan.evaluation.baselines
    callback.raise_if_cancelled()
    with callback.stage("assess"), progress.step(BASELINES if has_baselines else EVALUATION):
        evaluated = evaluate_model(
            model,
            data,
            baselines=has_baselines,
            parent=parent,
            ancestors=plan.ancestors,
            no_graph=trained.no_graph,
            no_graph_reason=trained.no_graph_reason,
        )
    callback.raise_if_cancelled()
    explained = None
    if plan.explains:
        with progress.step(EXPLANATION):
            explained = explain(model, plan.to_explain, _of_atlas(plan, validated), progress)
    with progress.step(REPORT):
        return JudgedModel(
            *(plan, trained, evaluated, validated, calibrated),
            curve=curve,
            explained=explained,
            compared=compared,
            atlas=atlas,
            device=str(device),
        ).outcome(identity)


def _compared(plan: ExperimentPlan, device: torch.device, callback: Callback) -> Comparison:
    """The candidates of a sweep on inner folds of all training subjects."""
    fitting = Fitting(plan.data.train, plan.start.classes, device, None, callback)
    with callback.before_model(), callback.progress.step(COMPARING):
        (compared,) = compare(fitting, [np.arange(len(plan.data.train))], plan.arms)
    return compared


def _of_atlas(plan: ExperimentPlan, validated: ValidationResult) -> list[StoredModel]:
    """The models of the folds that see the same regions as the model: of folds on its atlas."""
    if len(plan.arms) < 2:
        return validated.models
    return [
        model
        for outcome in validated.outcomes.values()
        for model, comparison in zip(outcome.models, outcome.comparisons, strict=False)
        if arm_of(plan.arms, comparison.best) == plan.arm
    ]


def _calibrated(
    plan: ExperimentPlan,
    fit: MonitoredFit,
    validated: ValidationResult,
    device: torch.device,
    callback: Callback,
) -> tuple[StoredModel, CalibrationResult | None]:
    """The model with its calibration, and what that rests on; None where none is asked for."""
    if not plan.calibrates:
        return replace(fit.model, calibration=None), None
    if plan.parent is not None and plan.parent_saw_training:
        return inherited(fit.model, plan.parent)
    by_folds = validated.log_probabilities if plan.folds_may_calibrate else {}
    settings = replace(plan.start.settings, epochs=fit.epoch)
    fitting = Fitting(plan.data.train, plan.start.classes, device, plan.fold_parent, callback)
    with nullcontext() if by_folds else callback.progress.step(CALIBRATION):
        model, calibrated = calibrate_model(fit.model, fitting, settings, by_folds)
    if plan.parent is not None and calibrated.why is not None:
        return inherited(fit.model, plan.parent, calibrated.why)
    return model, calibrated


def _scratch_calibrated(
    plan: ExperimentPlan, trained: TrainedModels, device: torch.device, callback: Callback
) -> TrainedModels:
    """The model that a fine-tuned one is compared with, calibrated as that is."""
    if trained.scratch is None or not plan.calibrates:
        return trained
    settings = replace(trained.scratch.settings, epochs=trained.scratch_epoch)
    fitting = Fitting(plan.data.train, plan.start.classes, device, None, callback)
    with callback.progress.step(CALIBRATION):
        model, _ = calibrate_model(trained.scratch, fitting, settings, {})
    return replace(trained, scratch=model)


def _atlas(plan: ExperimentPlan, atlases: Sequence[Atlas | Table]) -> Atlas | None:
    """Where the regions lie, in the order of the training data; None where nobody knows."""
    regions = plan.data.train.regions
    given = (atlas.fit(regions) for atlas in atlases)
    own = plan.data.train.atlas or Atlas.from_facts(plan.parent_facts)
    found = next((atlas for atlas in given if atlas is not None), own)
    return None if found is None else found.fit(regions)
