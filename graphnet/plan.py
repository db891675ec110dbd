"""What one task has to do, worked out alike by every worker that does all or some of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self

from graphnet.artifacts.fine_tuning import SCRATCH, TUNED
from graphnet.artifacts.further_trainings import ATLAS
from graphnet.artifacts.manifest import (
    INTERPRETATIONS,
    import_warnings,
    is_complete,
    lineage_facts,
    subjects_seen,
)
from graphnet.artifacts.model import StoredModel
from graphnet.artifacts.stored_json import Json
from graphnet.catalogue import find_model
from graphnet.config import INHERITED, Evaluation, TrainingSettings, compared_by, swept_words
from graphnet.data import provenance, splits
from graphnet.data.alternatives import Alternative
from graphnet.data.class_names import Names, Source, shared_names
from graphnet.data.cohort import Cohort
from graphnet.data.splits import Splits
from graphnet.errors import CohortError, ModelError, SettingsError
from graphnet.evaluation.assessment import has_graph
from graphnet.evaluation.cross_validation import OtherStart
from graphnet.evaluation.fine_tuning import seen_by_parent
from graphnet.evaluation.measurement_bias import check_missing
from graphnet.evaluation.model_selection import Arm, all_candidates, arm_of
from graphnet.evaluation.pooled import AncestorSubjects, Pool
from graphnet.evaluation.validation import FoldsPlan, plan_folds
from graphnet.messages import Message, as_one, every
from graphnet.names import class_name
from graphnet.options import options_of
from graphnet.preprocessing.covariates import confounds_of
from graphnet.training.initialisation import initialise, replicas

PARENT = Message("data.the-parent")
# What a training from scratch takes from the recommended settings, whatever a fine-tuning asks for.
RECOMMENDED = {
    name
    for name, option in options_of(TrainingSettings).items()
    if option.group in {"usual", "training"} and name not in {"seed", "seeds", "calibrate"}
}


@dataclass(frozen=True)
class OtherAtlas:
    """An atlas that is compared with the one of the form, and the settings that are tried on it."""

    data: Alternative
    candidates: Sequence[TrainingSettings]


@dataclass(frozen=True)
class ExperimentPlan:
    """A task: its data, the model before its first epoch, and the folds that evaluate it.

    ``fold_parent`` is the model that the folds start from; None: from scratch. ``warnings`` say
    which of the data the parent was trained on. ``arms`` are what a sweep compares, by atlas; until
    the best is known, ``data`` and ``start`` are those of the first. ``arm`` is the number of that
    of the model. ``pool`` are the subjects of ancestors to whom baselines are fitted as well; None
    where nothing is known of them.
    """

    data: Splits
    evaluation: Evaluation
    parent: StoredModel | None
    start: StoredModel
    fold_plans: Sequence[FoldsPlan]
    fold_parent: StoredModel | None
    warnings: Sequence[Message]
    arms: Sequence[Arm] = ()
    pool: Pool | None = None
    arm: int = 0

    @classmethod
    def of(
        cls,
        data: Splits,
        settings: TrainingSettings,
        evaluation: Evaluation,
        parent: StoredModel | None,
        candidates: Sequence[TrainingSettings] = (),
        *,
        ancestors: AncestorSubjects | None = None,
        atlases: Sequence[OtherAtlas] = (),
    ) -> Self:
        """Work out the plan of a task.

        Raises:
            CohortError: splits that do not fit together or hold too little.
            SettingsError: a graph that these data cannot have.
            ModelError: a parent that does not fit.

        """
        if parent is not None:
            parent.arranged(data.train)  # refuses what does not fit
            data = data.arranged(parent.layout)
        data = _with_confounds(data, evaluation)
        if evaluation.nested and find_model(settings.model).is_solved:
            raise SettingsError(Message("options.solved-nested", model=settings.model))
        if evaluation.nested and evaluation.learning_curve:
            raise SettingsError(Message("options.curve-nested"))
        if candidates and parent is not None:
            setting = compared_by(vars(evaluation))
            raise SettingsError(Message("options.sweep-from-scratch", setting=setting))
        arms = _arms(data, candidates, atlases, evaluation)
        _check_candidates(arms, evaluation.sweep or "")
        settings = candidates[0] if candidates else settings
        start = _initial_model(data, settings, parent)
        fold_plans = plan_folds(
            data,
            evaluation,
            is_regression=start.scale is not None,
            calibrate=start.settings.calibrate,
            seed=settings.seed,
        )
        from_scratch, warnings = _fold_start(parent, data)
        fold_parent = None if from_scratch else parent
        fold_plans = [replace(fold_plan, from_parent=not from_scratch) for fold_plan in fold_plans]
        from_parent = fold_parent is not None or not any(
            fold_plan.folds for fold_plan in fold_plans
        )
        pool = _pool(ancestors, data, evaluation, in_folds=from_parent)
        return cls(
            *(data, evaluation, parent, start, fold_plans, fold_parent, warnings, arms), pool
        )

    def with_candidate(self, number: int) -> Self:
        """The same with the atlas and the settings that a sweep chose for the model."""
        arm, settings = arm_of(self.arms, number), self.candidates[number]
        data = self.arms[arm].data()
        return replace(self, data=data, start=_initial_model(data, settings, None), arm=arm)

    @property
    def candidates(self) -> Sequence[TrainingSettings]:
        """What a sweep compares, on all atlases."""
        return all_candidates(self.arms)

    @property
    def has_no_graph_baseline(self) -> bool:
        """Whether the same network is trained without its graph too."""
        return self.evaluation.baselines and self.parent is None and has_graph(self.start)

    @property
    def ancestors(self) -> Sequence[Cohort]:
        """The subjects of ancestors to whom baselines are fitted as well; () of nobody."""
        return () if self.pool is None else self.pool.cohorts

    @property
    def fold_ancestors(self) -> Sequence[Cohort]:
        """Likewise in folds; nobody where the models of folds do not begin from the parent."""
        return () if self.fold_parent is None else self.ancestors

    @property
    def has_scratch(self) -> bool:
        """Whether a fine-tuned model is trained from scratch, too, on the same new subjects."""
        asked = self.evaluation.baselines and self.evaluation.compare_scratch
        return asked and self.parent is not None

    @property
    def has_scratch_model(self) -> bool:
        """Whether that is tested on test subjects, of whom one at least is new to all."""
        test, parent = self.data.test, self.parent
        if test is None or parent is None or not self.has_scratch:
            return False
        shared = {*self.data.shared("test", "train")}
        seen = seen_by_parent(parent, test)
        return any(
            not by_parent and subject not in shared
            for subject, by_parent in zip(test.ids, seen, strict=True)
        )

    def scratch_start(self) -> StoredModel:
        """The model of a fine-tuning before its first epoch, had it no parent.

        Raises as :meth:`of`.
        """
        start = initialise(self.data.train, self.scratch_settings, self.start.classes)
        return replace(start, class_names=self.start.class_names)

    def other_starts(self) -> dict[str, OtherStart]:
        """What the folds of a fine-tuning are trained from besides, to say whether it helped.

        Nothing if the parent was trained on all of their subjects.
        """
        if self.parent is None or seen_by_parent(self.parent, self.data.train).all():
            return {}
        others = {}
        if self.fold_parent is None:
            others[TUNED] = OtherStart(self.parent, self.start.settings)
        if self.has_scratch:
            others[SCRATCH] = OtherStart(None, self.scratch_settings)
        return others

    @property
    def scratch_settings(self) -> TrainingSettings:
        """The recommended training of the model, on what the fine-tuning inherits."""
        settings = self.start.settings
        of_connectomes = self.data.train.layout.is_connectome
        recommended = (
            TrainingSettings.for_connectomes if of_connectomes else TrainingSettings.for_model
        )(settings.model)
        training = {name: getattr(recommended, name) for name in RECOMMENDED}
        return replace(settings, **training, fine_tune="all", optimiser="fresh")

    @property
    def calibrates(self) -> bool:
        """Whether probabilities are calibrated: where classes are predicted, unless declined."""
        return self.start.settings.calibrate and self.start.scale is None

    @property
    def parent_saw_training(self) -> bool:
        """Whether the parent was trained on training subjects, so that no fold starts from it."""
        return self.parent is not None and self.fold_parent is None

    @property
    def folds_may_calibrate(self) -> bool:
        """Whether the folds are trained as the model is, to the same epoch and settings."""
        to_same_epoch = self.start.net.is_solved or not self.data.may_select
        alike = not self.evaluation.nested and not self.candidates and to_same_epoch
        return alike and not self.parent_saw_training

    @property
    def explains(self) -> bool:
        """Whether it is said what regions add: where it is asked for, and the net sees measures."""
        return self.evaluation.explain and self.start.net.sees_measures

    @property
    def to_explain(self) -> Cohort:
        """Whose predictions are explained: held-out subjects, where there are any."""
        return self.data.test or self.data.val or self.data.train

    @property
    def parent_facts(self) -> Mapping[str, Any] | None:
        """The parent's manifest."""
        return None if self.parent is None else self.parent.facts

    def lineage_facts(self, identity: Mapping[str, str]) -> Json:
        """What the manifest is to say of the model's lineage, and of how its data were read."""
        return {
            **identity,
            **lineage_facts(self.data.train, self.parent_facts, identity),
            INTERPRETATIONS: {
                name: interpretation.as_dict()
                for cohort in self.data.present().values()
                for name, interpretation in cohort.interpretations.items()
            },
        }


def _pool(
    ancestors: AncestorSubjects | None,
    data: Splits,
    evaluation: Evaluation,
    *,
    in_folds: bool,
) -> Pool | None:
    """Whose data baselines are fitted to beside the training subjects; None without baselines."""
    if ancestors is None or not evaluation.baselines:
        return None
    pool = Pool.of(ancestors, data)
    return replace(pool, facts=replace(pool.facts, in_folds=in_folds))


def _arms(
    data: Splits,
    candidates: Sequence[TrainingSettings],
    atlases: Sequence[OtherAtlas],
    evaluation: Evaluation,
) -> list[Arm]:
    """What a sweep compares, the form's own atlas first; [] without a sweep."""
    if not candidates:
        return []
    content = provenance.fingerprints(data.train) if atlases else ()
    own = replace(Arm.of(data.train, candidates), data=lambda: data, content=content)
    others = [
        Arm(
            atlas.data.name,
            partial(_on_atlas, atlas.data, evaluation),
            atlas.candidates,
            atlas.data.layout,
            atlas.data.content,
        )
        for atlas in atlases
    ]
    return [own, *others]


def _on_atlas(alternative: Alternative, evaluation: Evaluation) -> Splits:
    return _with_confounds(alternative.splits(), evaluation)


def _check_candidates(arms: Sequence[Arm], sweep: str) -> None:
    """Refuse a candidate that its data cannot have, before anything is trained."""
    number = 0
    for arm in arms:
        data = arm.data()
        for candidate in arm.candidates:
            number += 1
            try:
                _initial_model(data, candidate, None)
            except (SettingsError, CohortError) as error:
                words = [f"{ATLAS} {arm.atlas}"] if len(arms) > 1 else []
                words += swept_words(candidate, sweep)
                raise SettingsError(
                    Message(
                        "options.sweep-candidate",
                        number=number,
                        settings=every(words),
                        reason=as_one(error.messages),
                    )
                ) from error


def _with_confounds(data: Splits, evaluation: Evaluation) -> Splits:
    """With the names of the covariates that results are checked against. Raises CohortError."""
    if not data.train.covariates and not evaluation.covariates:
        return data
    names = confounds_of(data.train, evaluation.covariates)
    return data.each(lambda cohort: replace(cohort, confounds=names))


def _initial_model(
    data: Splits, settings: TrainingSettings, parent: StoredModel | None
) -> StoredModel:
    """The model of a task before its first epoch. Raises as :meth:`ExperimentPlan.of`."""
    if parent is None:
        return _from_scratch(data, settings)
    return _inherit(parent, data, settings)


def _fold_start(parent: StoredModel | None, data: Splits) -> tuple[bool, list[Message]]:
    """Whether folds must start from scratch, as the parent has seen their subjects; warnings."""
    if parent is None:
        return True, []
    seen = {
        split: provenance.seen_in_training(subjects_seen(parent.facts), cohort)
        for split, cohort in data.present().items()
    }
    warnings = [
        Message("warnings.parent-saw-held-out", split=split, count=len(ids))
        for split, ids in seen.items()
        if ids and split != "train"
    ]
    sources: list[Source] = [
        (PARENT, parent.class_names),
        ("train_data", data.train.class_names),
    ]
    warnings += shared_names(sources)[1]
    warnings += [
        Message("warnings.parent-spelled-differently", split=split, detail=detail)
        for split, ids in seen.items()
        if (detail := provenance.spelled_differently(ids))
    ]
    if not is_complete(parent.facts):
        warnings.append(Message("warnings.parent-incomplete"))
    warnings += import_warnings(parent.facts)
    if seen["train"]:
        warnings.append(Message("warnings.parent-saw-train", count=len(seen["train"])))
    return bool(seen["train"]), warnings


def _from_scratch(data: Splits, settings: TrainingSettings) -> StoredModel:
    classes = data.train.classes
    if settings.label == "score":
        return initialise(data.train, settings, ())
    if len(classes) < 2:
        named = class_name(data.class_names, classes[0])
        raise CohortError(Message("training.one-class", name=named))
    splits.check_classes(data, classes, data.class_names)
    check_missing(data)
    start = initialise(data.train, settings, classes)
    return replace(start, class_names=_of_classes(classes, data.class_names))


def _inherit(parent: StoredModel, data: Splits, settings: TrainingSettings) -> StoredModel:
    """The parent with the new settings; its scaler, graph and classes stay."""
    names: Names = {}
    if parent.scale is None:
        names = shared_names([(PARENT, parent.class_names), *data.named()])[0]
        splits.check_classes(data, parent.classes, parent.class_names)
        check_missing(data)
    if settings.model != parent.settings.model:
        raise ModelError(
            Message("model.other-architecture", stored=parent.settings.model, asked=settings.model)
        )
    if parent.net.is_solved:
        raise ModelError(Message("model.solved-fine-tuning", model=parent.settings.model))
    inherited = {name: getattr(parent.settings, name) for name in INHERITED}
    return replace(
        parent,
        settings=replace(settings, **inherited, seeds=replicas(parent)),
        facts={},
        class_names=_of_classes(parent.classes, {**names, **parent.class_names}),
    )


def _of_classes(classes: Sequence[int], names: Names) -> dict[int, str]:
    return {label: names[label] for label in classes if label in names}
