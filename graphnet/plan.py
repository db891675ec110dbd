"""What one task has to do, worked out alike by whoever does all of it or a part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from graphnet.artifacts.lineage import (
    INTERPRETATIONS,
    import_warnings,
    is_complete,
    lineage_facts,
    subjects_seen,
)
from graphnet.artifacts.model import StoredModel
from graphnet.config import INHERITED, Evaluation, TrainingSettings
from graphnet.data import provenance, splits
from graphnet.data.class_names import Names, numbered, shared_names
from graphnet.data.splits import Splits
from graphnet.errors import CohortError, ModelError
from graphnet.evaluation.assessment import has_graph
from graphnet.evaluation.nested_cv import INNER_FOLDS, grid
from graphnet.evaluation.validation import FoldsPlan, plan_folds
from graphnet.training.initialisation import initialise, replicas

TOGETHER = 0.15  # of the time of one training, for each that is trained along with it


@dataclass(frozen=True)
class ExperimentPlan:
    """A task: its data, the model as it starts, and the folds that judge it.

    ``sentences`` say what its parent has seen of the data; folds begin from ``fold_parent``.
    """

    data: Splits
    asked: Evaluation
    parent: StoredModel | None
    start: StoredModel
    plans: Sequence[FoldsPlan]
    fold_parent: StoredModel | None
    sentences: Sequence[str]

    @classmethod
    def of(
        cls, data: Splits, settings: TrainingSettings, asked: Evaluation, parent: StoredModel | None
    ) -> Self:
        """ExperimentPlan it out.

        Raises:
            CohortError: splits that do not fit together or hold too little.
            SettingsError: a graph that these data cannot have.
            ModelError: a parent that does not fit.

        """
        if parent is not None:
            parent.arranged(data.train)  # refuses what does not fit
            data = data.arranged(parent.layout)
        start = initial_model(data, settings, parent)
        plans = plan_folds(data, asked, by_score=start.scale is not None, seed=settings.seed)
        fresh, sentences = _may_start(parent, data)
        return cls(data, asked, parent, start, plans, None if fresh else parent, sentences)

    @property
    def has_twin(self) -> bool:
        """Whether the same net without its graph is trained too, as a baseline."""
        return self.asked.baselines and self.parent is None and has_graph(self.start)

    @property
    def before(self) -> Mapping[str, Any] | None:
        """What the parent's manifest says."""
        return None if self.parent is None else self.parent.facts

    def descent(self, identity: Mapping[str, str] | None) -> dict[str, Any]:
        """What the manifest is to say of whom the model comes from, and how data were read."""
        return {
            **(identity or {}),
            **lineage_facts(self.data.train, self.before, identity),
            INTERPRETATIONS: {
                name: found.as_dict()
                for cohort in self.data.present().values()
                for name, found in cohort.interpretations.items()
            },
        }

    def costs(self, shares: int) -> list[float]:
        """About how much work each training is: the model's own, its folds', nested ones'.

        With ``shares`` above 1, as much as there is to wait for where so many work.
        """
        costs = [1.0, 1.0] if self.has_twin else [1.0]
        for plan in self.plans:
            count = -(-len(plan.folds) // shares)
            if not count:
                continue
            if self.asked.nested:
                tried = grid(
                    self.start.settings,
                    len(self.data.train.regions),
                    inherited=self.fold_parent is not None,
                )
                costs += [TOGETHER * INNER_FOLDS * len(tried)] * count
            costs += [1 + TOGETHER * count] * (2 if self.has_twin else 1)
        return costs


def initial_model(
    data: Splits, settings: TrainingSettings, parent: StoredModel | None
) -> StoredModel:
    """The model of a task before its first epoch. Raises GraphnetError as :meth:`ExperimentPlan.of`."""
    if parent is None:
        return _from_scratch(data, settings)
    return _inherit(parent, data, settings)


def _may_start(parent: StoredModel | None, data: Splits) -> tuple[bool, list[str]]:
    """Whether folds must start from scratch, as the parent knows their subjects; and sentences."""
    if parent is None:
        return True, []
    known = {
        name: provenance.seen_in_training(subjects_seen(parent.facts), cohort)
        for name, cohort in data.present().items()
    }
    sentences = [
        f"The parent was trained on {len(ids)} of the subjects of {name}_data, so figures on them "
        "are no estimate of new subjects."
        for name, ids in known.items()
        if ids and name != "train"
    ]
    sources = [("the parent", parent.class_names), ("train_data", data.train.class_names)]
    sentences += shared_names(sources)[1]
    sentences += [
        f"{name}_data and the parent: {sentence}"
        for name, ids in known.items()
        if (sentence := provenance.spelled_differently(ids))
    ]
    if not is_complete(parent.facts):
        sentences.append(
            "The parent does not say of all subjects that it was trained on, so it is not known "
            "whether it has seen those of this task."
        )
    sentences += import_warnings(parent.facts)
    if known["train"]:
        sentences.append(
            f"The parent was trained on {len(known['train'])} of the subjects of train_data; where "
            "these are cross-validated, each fold is trained from scratch."
        )
    return bool(known["train"]), sentences


def _from_scratch(data: Splits, settings: TrainingSettings) -> StoredModel:
    classes = data.train.classes
    if settings.label == "score":
        return initialise(data.train, settings, ())
    if len(classes) < 2:
        raise CohortError(
            f"train_data holds {numbered(data.class_names, classes[0])} only; to train from "
            "scratch, give subjects of at least two classes."
        )
    splits.check_classes(data, classes, data.class_names)
    start = initialise(data.train, settings, classes)
    return replace(start, class_names=_of_classes(classes, data.class_names))


def _inherit(parent: StoredModel, data: Splits, settings: TrainingSettings) -> StoredModel:
    """The parent with the new settings; its scaler, graph and label map stay."""
    names: Names = {}
    if parent.scale is None:
        names = shared_names([("the parent", parent.class_names), *data.named()])[0]
        splits.check_classes(data, parent.classes, parent.class_names)
    if settings.model != parent.settings.model:
        raise ModelError(
            f"The stored model is {parent.settings.model}, so it cannot be fine-tuned as "
            f"{settings.model}; leave model empty or name {parent.settings.model}."
        )
    kept = {name: getattr(parent.settings, name) for name in INHERITED}
    inherited = replace(settings, **kept, seeds=replicas(parent))
    return replace(
        parent,
        settings=inherited,
        facts={},
        class_names=_of_classes(parent.classes, {**names, **parent.class_names}),
    )


def _of_classes(classes: Sequence[int], names: Names) -> dict[int, str]:
    return {label: names[label] for label in classes if label in names}
