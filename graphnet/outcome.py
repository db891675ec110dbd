"""What a task gives: its model with the facts of a manifest, its result, and the predictions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import metadata

from graphnet.artifacts.confounds import Confounds, GroupDifference
from graphnet.artifacts.fine_tuning import FineTuning
from graphnet.artifacts.further_trainings import LearningCurve, SweepResult
from graphnet.artifacts.manifest import is_complete, subjects_seen
from graphnet.artifacts.metrics import CalibrationResult, SplitMetrics
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.predictions import Effects, SplitPredictions, predictions_document
from graphnet.artifacts.result import TaskResult
from graphnet.artifacts.stored_json import Json
from graphnet.data import provenance
from graphnet.data.atlas import ATLAS, Atlas
from graphnet.data.cohort import Cohort, FloatArray
from graphnet.distributed.shards import TrainedModels
from graphnet.evaluation.applicability import KEY as DOMAIN
from graphnet.evaluation.applicability import ApplicabilityDomain
from graphnet.evaluation.assessment import ModelEvaluation, by_site, graph_helps
from graphnet.evaluation.attribution import Explained
from graphnet.evaluation.fine_tuning import TunedModels, compare_tuning
from graphnet.evaluation.model_selection import Comparison, summarise
from graphnet.evaluation.result_warnings import clipped_values, quality, warnings
from graphnet.evaluation.validation import ValidationResult
from graphnet.messages import Message
from graphnet.plan import ExperimentPlan
from graphnet.training.initialisation import size_of
from graphnet.training.solved import STRENGTH

PENALTY, ATLASES = "penalty", "compared_atlases"  # of the manifest


@dataclass(frozen=True)
class Outcome:
    """What came of a training: the model, the result, and the predictions that it rests on."""

    model: StoredModel
    result: TaskResult
    predictions: Json


@dataclass(frozen=True)
class JudgedModel:
    """A trained model and all that was found out about it, on the data of ``plan``.

    ``compared`` are the candidates of a sweep, ``atlas`` says where regions are; what was not asked
    for is None.
    """

    plan: ExperimentPlan
    trained: TrainedModels
    evaluated: ModelEvaluation
    validated: ValidationResult
    calibrated: CalibrationResult | None
    curve: LearningCurve | None
    explained: Explained | None
    compared: Comparison | None
    atlas: Atlas | None
    device: str

    @property
    def model(self) -> StoredModel:
        """The model, calibrated where that was possible."""
        return self.trained.fit.model

    def outcome(self, identity: Mapping[str, str]) -> Outcome:
        """Put together what is stored. ``identity``: the task ids for the manifest."""
        model, data = self.model, self.plan.data
        predicted, sites, known = self._predicted(), self._sites(), self._confounds()
        result = replace(
            self._result(),
            seen_in_training=self._seen_in_training(predicted),
            explanation=self.explained.explanation if self.explained else None,
            confounds=known,
            group_differences=self._group_differences(known, sites),
            fine_tuning=self._fine_tuning(),
            learning_curve=self.curve,
            sweep=self._sweep(),
            covariate_inputs=self._seen_covariates(),
            size=size_of(model),
            device=self.device,
        )
        document = predictions_document(
            predicted,
            data.present(),
            sites,
            self._importance(),
            model.classes,
            class_names=model.class_names,
            effects=self._effects(),
        )
        return Outcome(replace(model, facts=self._facts(result, identity)), result, document)

    def _result(self) -> TaskResult:
        """Metrics, baselines and paired differences by split, those of the folds among them."""
        plan, data, fit, model = self.plan, self.plan.data, self.trained.fit, self.model
        evaluated, validated = self.evaluated, self.validated
        clipped = clipped_values(model, data)
        names = [*evaluated.baselines, *(set(validated.baselines) - set(evaluated.baselines))]
        differences = {**evaluated.differences, **validated.differences}
        # A fine-tuned model has no baseline without the graph, nor have its folds unless they
        # started from scratch; of subjects who were trained on nothing is said.
        seen = {split for split, _ in data.held_out() if data.shared("train", split)}
        compared = {
            split: difference for split, difference in differences.items() if split not in seen
        }
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
                *([] if self.calibrated is None else self.calibrated.warnings()),
                *warnings(model, data, clipped),
                *self._unexplained(),
            ),
            calibration=self.calibrated,
            pooled=None if plan.pool is None else plan.pool.facts,
            selected_epoch=fit.epoch,
            code_version=metadata.version("nld-sgn"),
            versions=provenance.versions(),
            quality=quality(data, clipped),
        )

    def _predicted(self) -> dict[str, SplitPredictions]:
        """All predicted subjects, and whether the model that predicted each was trained on them."""
        data = self.plan.data
        by_parent = subjects_seen(self.plan.parent_facts)
        splits = {}
        for split, cohort in data.present().items():
            seen = {*data.shared(split, "train"), *provenance.seen_in_training(by_parent, cohort)}
            trained_on = [subject in seen for subject in cohort.ids]
            splits[split] = SplitPredictions(cohort, self.evaluated.predicted[split], trained_on)
        unseen = [False] * len(data.train)  # a fold starts from no model that has seen its subjects
        folds = {
            kind: SplitPredictions(data.train, values, unseen, self.validated.ranked[kind])
            for kind, values in self.validated.predicted.items()
        }
        return splits | folds

    def _seen_in_training(self, predicted: Mapping[str, SplitPredictions]) -> dict[str, int | None]:
        """How many predicted subjects of each split were trained on.

        None where nobody can say that there are none.
        """
        counts = {split: cohort.tested().seen for split, cohort in predicted.items()}
        if is_complete(self.plan.parent_facts):
            return {**counts}
        return {split: count or None for split, count in counts.items()}

    def _sites(self) -> dict[str, dict[str, SplitMetrics]]:
        """The metrics at each site, by split and kind of folds."""
        model, data, predicted = self.model, self.plan.data, self.evaluated.predicted
        at_sites = {
            split: by_site(model, cohort, predicted[split])
            for split, cohort in data.present().items()
        }
        return at_sites | {
            kind: by_site(model, data.train, values, self.validated.ranked[kind])
            for kind, values in self.validated.predicted.items()
        }

    @cached_property
    def _held_out(self) -> dict[str, tuple[Cohort, FloatArray]]:
        """Whom the model did not train on, with what they are ranked by (S, C)."""
        data = self.plan.data
        splits = {
            split: (cohort, self.evaluated.predicted[split]) for split, cohort in data.held_out()
        }
        return splits | {
            kind: (data.train, values) for kind, values in self.validated.ranked.items()
        }

    def _confounds(self) -> Confounds | None:
        """What covariates may explain, of held-out subjects; None where there are no covariates."""
        if not self.plan.data.train.covariates:
            return None
        from graphnet.evaluation.confounds import confounds  # noqa: PLC0415 - slow to import

        return confounds(self.model, self.plan.data.present(), self._held_out)

    def _group_differences(
        self, known: Confounds | None, sites: Mapping[str, Mapping[str, SplitMetrics]]
    ) -> tuple[GroupDifference, ...]:
        """Whether the AUC differs between strata or sites."""
        from graphnet.evaluation.confounds import group_differences  # noqa: PLC0415 - slow

        strata = () if known is None else known.strata
        return group_differences(strata, sites, self.model, self._held_out)

    def _fine_tuning(self) -> FineTuning | None:
        """Whether the fine-tuning helped; None of a training from scratch."""
        plan, trained = self.plan, self.trained
        if plan.parent is None:
            return None
        models = TunedModels(self.model, plan.parent, trained.scratch, trained.scratch_reason)
        predicted = self.evaluated.predicted.get("test")
        return compare_tuning(models, plan.data, predicted, self.validated.tuned)

    def _sweep(self) -> SweepResult | None:
        """What a sweep gave; None of a task that is none."""
        if self.compared is None:
            return None
        return summarise(
            self.compared,
            self.validated.comparisons,
            self.plan.arms,
            self.plan.evaluation.sweep or "",
            is_regression=self.plan.start.scale is not None,
        )

    def _seen_covariates(self) -> tuple[str, ...]:
        """The covariates that the model sees beside the measures, by name."""
        inputs = self.model.preprocessing.inputs
        return () if inputs is None else inputs.names

    def _effects(self) -> Effects:
        from graphnet.evaluation.effects import effect_sizes  # noqa: PLC0415 - slow to import

        return effect_sizes(self.plan.data.train, is_regression=self.model.scale is not None)

    def _unexplained(self) -> list[Message]:
        """Why there is no explanation although one was asked for."""
        if self.plan.explains or not self.plan.evaluation.explain:
            return []
        return [Message("warnings.not-explained", model=self.model.settings.model)]

    def _importance(self) -> Json | None:
        """What every region adds, and where it is if an atlas has it."""
        if self.explained is None:
            return None
        atlas, regions = self.atlas, self.plan.data.train.layout.regions
        return {
            **self.explained.importance,
            "coordinates": None if atlas is None else atlas.of(regions).tolist(),
            "names": None if atlas is None else atlas.named(regions),
        }

    def _facts(self, result: TaskResult, identity: Mapping[str, str]) -> Json:
        """What the manifest says besides the model: lineage, metrics, data, atlas, domain …."""
        stored = result.as_dict()
        shown = ("metrics", "warnings", "warning_messages", "selected_epoch", "code_version")
        present = self.plan.data.present().items()
        return {
            **self.plan.lineage_facts(identity),
            **{key: stored[key] for key in shown},
            "datasets": {split: provenance.fingerprints(cohort) for split, cohort in present},
            **self._compared_atlases(),
            DOMAIN: self._domain().as_dict(),
            ATLAS: None if self.atlas is None else self.atlas.as_dict(),
            **self._penalty(),
        }

    def _compared_atlases(self) -> Json:
        """What each atlas held that was compared, by its content; nothing where one was used."""
        arms = self.plan.arms
        if len(arms) < 2:
            return {}
        return {ATLASES: {arm.atlas: list(map(dict, arm.content)) for arm in arms}}

    def _domain(self) -> ApplicabilityDomain:
        """What the model was trained on, its parent's subjects among it."""
        preprocessing, train = self.model.preprocessing, self.plan.data.train
        domain = ApplicabilityDomain.of(
            train,
            preprocessing.scaled(train),
            covariates=preprocessing.covariate_keys,
            has_scale=not preprocessing.scaler.is_none,
        )
        parent = self.plan.parent
        inherited = None if parent is None else ApplicabilityDomain.from_facts(parent.facts)
        return domain if inherited is None else domain.united(inherited)

    def _penalty(self) -> Json:
        """How strong the penalty of a solved model is; nothing of others."""
        moments = self.model.moments
        if STRENGTH not in moments:
            return {}
        return {PENALTY: {"kind": "l2", "C": moments[STRENGTH].tolist()}}
