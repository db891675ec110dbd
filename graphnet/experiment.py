"""One task from cohorts to a result: prepare, fit, evaluate, explain."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from importlib import metadata
from types import MappingProxyType

import numpy as np
import torch

from graphnet.artifacts.confounds import Confounds, GroupDifference
from graphnet.artifacts.fine_tuning import FineTuning
from graphnet.artifacts.further_trainings import SweepResult
from graphnet.artifacts.manifest import is_complete, subjects_seen
from graphnet.artifacts.metrics import CalibrationResult, SplitMetrics
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.predictions import Effects, SplitPredictions, predictions_document
from graphnet.artifacts.result import TaskResult
from graphnet.artifacts.stored_json import Json
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data import provenance
from graphnet.data.atlas import ATLAS, Atlas, Table
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.data.splits import Splits
from graphnet.distributed.shards import Coordinator, Sharing, TrainedModels
from graphnet.evaluation.applicability import KEY as DOMAIN
from graphnet.evaluation.applicability import ApplicabilityDomain
from graphnet.evaluation.assessment import ModelEvaluation, by_site, evaluate_model, graph_helps
from graphnet.evaluation.attribution import Explained, explain
from graphnet.evaluation.fine_tuning import TunedModels, compare_tuning
from graphnet.evaluation.learning_curve import learning_curve
from graphnet.evaluation.model_selection import Comparison, arm_of, compare, summarise
from graphnet.evaluation.pooled import AncestorSubjects
from graphnet.evaluation.recalibration import Fitting, calibrate_model, inherited
from graphnet.evaluation.result_warnings import clipped_values, quality, warnings
from graphnet.evaluation.validation import ValidationResult, validate
from graphnet.plan import ExperimentPlan, OtherAtlas
from graphnet.steps import expected_steps
from graphnet.training.callbacks import Callback
from graphnet.training.initialisation import size_of
from graphnet.training.memory import kept_heap, translate_oom
from graphnet.training.progress import (
    BASELINES,
    CALIBRATION,
    COMPARING,
    EVALUATION,
    EXPLANATION,
    REPORT,
)
from graphnet.training.solved import STRENGTH
from graphnet.training.stacked import MonitoredFit

PENALTY, ATLASES = "penalty", "compared_atlases"  # of the manifest


@dataclass(frozen=True)
class Outcome:
    """What came of a training: the model, the result, and the predictions that it rests on."""

    model: StoredModel
    result: TaskResult
    predictions: Json


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
    if plan.evaluation.explain:
        with progress.step(EXPLANATION):
            explained = explain(model, plan.to_explain, _of_atlas(plan, validated), progress)
    with progress.step(REPORT):
        predicted = _predicted(plan, evaluated, validated)
        sites = _sites(model, data, evaluated, validated)
        known = _confounds(model, data, evaluated, validated)
        result = replace(
            _result(plan, trained.fit, evaluated, validated, calibrated),
            seen_in_training=_seen_in_training(plan, predicted),
            explanation=explained.explanation if explained else None,
            confounds=known,
            group_differences=_group_differences(
                known, sites, model, _held_out(data, evaluated, validated)
            ),
            fine_tuning=_fine_tuning(plan, trained, evaluated, validated),
            learning_curve=curve,
            sweep=_sweep(plan, compared, validated),
            covariate_inputs=_seen_covariates(model),
            size=size_of(model),
            device=str(device),
        )
        document = predictions_document(
            predicted,
            data.present(),
            sites,
            _importance(explained, data.train.layout.regions, atlas),
            model.classes,
            class_names=model.class_names,
            effects=_effects(model, data),
        )
        return Outcome(
            replace(model, facts=_facts(plan, model, result, identity, atlas)), result, document
        )


def _compared(plan: ExperimentPlan, device: torch.device, callback: Callback) -> Comparison:
    """The candidates of a sweep on inner folds of all training subjects."""
    fitting = Fitting(plan.data.train, plan.start.classes, device, None, callback)
    with callback.before_model(), callback.progress.step(COMPARING):
        (compared,) = compare(fitting, [np.arange(len(plan.data.train))], plan.arms)
    return compared


def _sweep(
    plan: ExperimentPlan, compared: Comparison | None, validated: ValidationResult
) -> SweepResult | None:
    """What a sweep gave; None of a task that is none."""
    if compared is None:
        return None
    return summarise(
        compared,
        validated.comparisons,
        plan.arms,
        plan.evaluation.sweep or "",
        is_regression=plan.start.scale is not None,
    )


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


def _result(
    plan: ExperimentPlan,
    fit: MonitoredFit,
    evaluated: ModelEvaluation,
    validated: ValidationResult,
    calibrated: CalibrationResult | None,
) -> TaskResult:
    """Metrics, baselines and paired differences by split, those of the folds among them."""
    data, model = plan.data, fit.model
    clipped = clipped_values(model, data)
    names = [*evaluated.baselines, *(set(validated.baselines) - set(evaluated.baselines))]
    differences = {**evaluated.differences, **validated.differences}
    # A fine-tuned model has no baseline without the graph, nor have its folds unless they started
    # from scratch; of subjects who were trained on nothing is said.
    seen = {split for split, _ in data.held_out() if data.shared("train", split)}
    compared = {split: each for split, each in differences.items() if split not in seen}
    return TaskResult(
        history=fit.history,
        metrics={**evaluated.metrics, **validated.metrics},
        baselines={
            name: {**evaluated.baselines.get(name, {}), **validated.baselines.get(name, {})}
            for name in names
        },
        baselines_left_out=evaluated.reasons,
        differences=differences,
        graph_helps=graph_helps({} if plan.parent is not None else compared),
        cross_validation=validated.folds,
        class_names=model.class_names,
        classes=() if model.scale is not None else model.classes,
        warnings=(
            *plan.warnings,
            *([] if plan.pool is None else plan.pool.facts.warnings),
            *validated.warnings,
            *([] if calibrated is None else calibrated.warnings()),
            *warnings(model, data, clipped),
        ),
        calibration=calibrated,
        pooled=None if plan.pool is None else plan.pool.facts,
        selected_epoch=fit.epoch,
        code_version=metadata.version("nld-sgn"),
        versions=provenance.versions(),
        quality=quality(data, clipped),
    )


def _facts(
    plan: ExperimentPlan,
    model: StoredModel,
    result: TaskResult,
    identity: Mapping[str, str],
    atlas: Atlas | None,
) -> Json:
    """What the manifest says besides the model: lineage, metrics, warnings, data, atlas, domain."""
    stored = result.as_dict()
    shown = ("metrics", "warnings", "warning_messages", "selected_epoch", "code_version")
    return {
        **plan.lineage_facts(identity),
        **{key: stored[key] for key in shown},
        "datasets": {
            split: provenance.fingerprints(cohort) for split, cohort in plan.data.present().items()
        },
        **_compared_atlases(plan),
        DOMAIN: _domain(model, plan.data, plan.parent).as_dict(),
        ATLAS: None if atlas is None else atlas.as_dict(),
        **_penalty(model),
    }


def _compared_atlases(plan: ExperimentPlan) -> Json:
    """What each atlas held that was compared, by its content; nothing where one was used."""
    if len(plan.arms) < 2:
        return {}
    return {ATLASES: {arm.atlas: list(map(dict, arm.content)) for arm in plan.arms}}


def _penalty(model: StoredModel) -> Json:
    """How strong the penalty of a solved model is; nothing of others."""
    if STRENGTH not in model.moments:
        return {}
    return {PENALTY: {"kind": "l2", "C": model.moments[STRENGTH].tolist()}}


def _domain(model: StoredModel, data: Splits, parent: StoredModel | None) -> ApplicabilityDomain:
    """What the model was trained on, its parent's subjects among it."""
    preprocessing = model.preprocessing
    domain = ApplicabilityDomain.of(
        data.train,
        preprocessing.scaled(data.train),
        covariates=preprocessing.covariate_keys,
        has_scale=not preprocessing.scaler.is_none,
    )
    inherited = None if parent is None else ApplicabilityDomain.from_facts(parent.facts)
    return domain if inherited is None else domain.united(inherited)


def _predicted(
    plan: ExperimentPlan, evaluated: ModelEvaluation, validated: ValidationResult
) -> dict[str, SplitPredictions]:
    """All predicted subjects, and whether the model that predicted each was trained on them."""
    data = plan.data
    by_parent = subjects_seen(plan.parent_facts)
    splits = {}
    for split, cohort in data.present().items():
        seen = {*data.shared(split, "train"), *provenance.seen_in_training(by_parent, cohort)}
        trained_on = [subject in seen for subject in cohort.ids]
        splits[split] = SplitPredictions(cohort, evaluated.predicted[split], trained_on)
    unseen = [False] * len(data.train)  # a fold starts from no model that has seen its subjects
    folds = {
        kind: SplitPredictions(data.train, values, unseen, validated.ranked[kind])
        for kind, values in validated.predicted.items()
    }
    return splits | folds


def _seen_in_training(
    plan: ExperimentPlan, predicted: Mapping[str, SplitPredictions]
) -> dict[str, int | None]:
    """How many predicted subjects of each split were trained on; None where nobody can say none."""
    counts = {split: each.tested().seen for split, each in predicted.items()}
    if is_complete(plan.parent_facts):
        return {**counts}
    return {split: count or None for split, count in counts.items()}


def _sites(
    model: StoredModel, data: Splits, evaluated: ModelEvaluation, validated: ValidationResult
) -> dict[str, dict[str, SplitMetrics]]:
    splits = {
        split: (cohort, evaluated.predicted[split]) for split, cohort in data.present().items()
    }
    at_sites = {split: by_site(model, *pair) for split, pair in splits.items()}
    return at_sites | {
        kind: by_site(model, data.train, values, validated.ranked[kind])
        for kind, values in validated.predicted.items()
    }


def _seen_covariates(model: StoredModel) -> tuple[str, ...]:
    """The covariates that the model sees beside the measures, by name."""
    inputs = model.preprocessing.inputs
    return () if inputs is None else inputs.names


def _confounds(
    model: StoredModel, data: Splits, evaluated: ModelEvaluation, validated: ValidationResult
) -> Confounds | None:
    """What covariates may explain, of held-out subjects; None where there are no covariates."""
    if not data.train.covariates:
        return None
    from graphnet.evaluation.confounds import confounds  # noqa: PLC0415 - slow to import

    return confounds(model, data.present(), _held_out(data, evaluated, validated))


def _held_out(
    data: Splits, evaluated: ModelEvaluation, validated: ValidationResult
) -> dict[str, tuple[Cohort, FloatArray]]:
    """Whom the model did not train on, with what they are ranked by (S, C)."""
    held_out = {split: (cohort, evaluated.predicted[split]) for split, cohort in data.held_out()}
    return held_out | {kind: (data.train, values) for kind, values in validated.ranked.items()}


def _group_differences(
    known: Confounds | None,
    sites: Mapping[str, Mapping[str, SplitMetrics]],
    model: StoredModel,
    predicted: Mapping[str, tuple[Cohort, FloatArray]],
) -> tuple[GroupDifference, ...]:
    """Whether the AUC differs between strata or sites."""
    from graphnet.evaluation.confounds import group_differences  # noqa: PLC0415 - slow to import

    return group_differences(() if known is None else known.strata, sites, model, predicted)


def _fine_tuning(
    plan: ExperimentPlan,
    trained: TrainedModels,
    evaluated: ModelEvaluation,
    validated: ValidationResult,
) -> FineTuning | None:
    """Whether the fine-tuning helped; None of a training from scratch."""
    if plan.parent is None:
        return None
    models = TunedModels(trained.fit.model, plan.parent, trained.scratch, trained.scratch_reason)
    return compare_tuning(models, plan.data, evaluated.predicted.get("test"), validated.tuned)


def _effects(model: StoredModel, data: Splits) -> Effects:
    from graphnet.evaluation.effects import effect_sizes  # noqa: PLC0415 - slow to import

    return effect_sizes(data.train, is_regression=model.scale is not None)


def _importance(
    explained: Explained | None, regions: tuple[str, ...], atlas: Atlas | None
) -> Json | None:
    """What every region adds, and where it is if an atlas has it."""
    if explained is None:
        return None
    return {
        **explained.importance,
        "coordinates": None if atlas is None else atlas.of(regions).tolist(),
        "names": None if atlas is None else atlas.named(regions),
    }


def _atlas(plan: ExperimentPlan, atlases: Sequence[Atlas | Table]) -> Atlas | None:
    """Where the regions lie, in the order of the training data; None where nobody knows."""
    regions = plan.data.train.regions
    given = (atlas.fit(regions) for atlas in atlases)
    own = plan.data.train.atlas or Atlas.from_facts(plan.parent_facts)
    found = next((atlas for atlas in given if atlas is not None), own)
    return None if found is None else found.fit(regions)
