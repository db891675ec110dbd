"""What a task trains on: datasets as cohorts, its parent as a model, its ancestors' subjects."""

import logging
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from actors.log_context import TRACING
from actors.reading.datasets import DatasetReader
from actors.runtime import Runtime, retry
from actors.tasks.context import TaskContext, WorkerContext
from db import datasets
from db.datasets import DatasetRecord
from db.server.errors import DatabaseUnavailable, ModelRemoved
from db.submissions import tasks
from db.submissions.form import TaskForm
from db.submissions.tasks import TaskRecord
from graphnet.artifacts.erasure import unnamed
from graphnet.artifacts.manifest import check_manifest, lineage
from graphnet.artifacts.model import StoredModel
from graphnet.config import Evaluation, TrainingSettings
from graphnet.data import provenance
from graphnet.data.alternatives import Alternative, AtlasSource, matched
from graphnet.data.cohort import Cohort, merge
from graphnet.data.cohorts import ANY, SCORE, cohort_of
from graphnet.data.dataset import Dataset
from graphnet.data.series_measures import SeriesOptions
from graphnet.data.splits import Splits
from graphnet.errors import CohortError, DiskFull, GraphnetError, ModelError
from graphnet.evaluation.pooled import (
    AncestorSubjects,
    TrainedDataset,
    recorded_datasets,
    recorded_subjects,
    subjects_of,
    too_many,
)
from graphnet.messages import Message, first_of
from graphnet.plan import ExperimentPlan, OtherAtlas
from registry import (
    MANIFEST,
    PARAMETERS,
    ObjectDamaged,
    ObjectMissing,
    RegistryUnavailable,
    Store,
)
from registry.store import damaged, lost

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Inputs:
    """Everything that a training depends on, besides code and processor.

    ``ancestors`` are whom the parent was trained on, for baselines; None from scratch. ``atlases``
    are the same subjects on other atlases, and what is compared there.
    """

    splits: Splits
    settings: TrainingSettings
    parent: StoredModel | None
    asked: Evaluation
    candidates: tuple[TrainingSettings, ...] = ()
    ancestors: AncestorSubjects | None = None
    atlases: tuple[OtherAtlas, ...] = ()

    @cached_property
    def work(self) -> ExperimentPlan:
        """What is to be done. Raises GraphnetError."""
        return ExperimentPlan.of(
            *(self.splits, self.settings, self.asked, self.parent, self.candidates),
            ancestors=self.ancestors,
            atlases=self.atlases,
        )

    @property
    def said(self) -> str:
        """What there is, in words."""
        present, layout = self.splits.present(), self.splits.train
        counts = ", ".join(f"{len(cohort.ids)} {name}" for name, cohort in present.items())
        begun = "from its parent" if self.parent else "from scratch"
        return (
            f"subjects: {counts}; {len(layout.regions)} regions, {len(layout.measures)} measures; "
            f"{self.settings.model} {begun}"
        )

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The same as JSON: hashes in the place of data and parameters."""
        present = self.splits.present().items()
        return {
            "settings": self.settings.as_dict(),
            "evaluation": repr(self.asked),
            "candidates": [candidate.as_dict() for candidate in self.candidates],
            "parent": self.parent.digest if self.parent else None,
            "data": {split: provenance.fingerprints(cohort) for split, cohort in present},
            **({"atlases": list(map(_facts, self.atlases))} if self.atlases else {}),
        }

    @cached_property
    def shard_facts(self) -> dict[str, Any]:
        """What a shard depends on beside :attr:`facts`: whom baselines are fitted to as well."""
        pooled = [] if self.ancestors is None else self.ancestors.cohorts
        ancestors = [provenance.fingerprints(cohort) for cohort in pooled]
        return {"ancestors": ancestors} if ancestors else {}


def _facts(atlas: OtherAtlas) -> dict[str, Any]:
    """Another atlas as JSON."""
    candidates = [candidate.as_dict() for candidate in atlas.candidates]
    return {"data": atlas.data.fingerprints(), "candidates": candidates}


@TRACING.traced("read data")
def read_inputs(task: TaskContext) -> Inputs:
    """Read what the form of a task names, from servers that may be away for a while.

    Raises:
        GraphnetError: something is gone or cannot be trained on.
        DatabaseUnavailable, RegistryUnavailable, DiskFull: it stayed so.
        LeaseLostError, CancelledTaskError, HandedBackError: the task is to be ended.

    """
    return retry(
        lambda: _read(task.worker, task.form, task.claim.proj_id),
        (RegistryUnavailable, DatabaseUnavailable, DiskFull),
        seconds=task.worker.patience_seconds,
        check=task.check,
    )


def _read(worker: WorkerContext, form: TaskForm, proj_id: str) -> Inputs:
    parent = _parent(worker.runtime, worker.models, form, proj_id)
    model = parent.settings.model if parent else ""
    own = parent.settings if parent else form.training_settings()
    # What is predicted and measured is inherited.
    splits, others = _splits(worker.runtime, worker.reader, form, own.label, SeriesOptions.of(own))
    connectomes = splits.train.layout.is_connectome
    settings = form.training_settings(model, connectomes=connectomes)
    candidates = form.candidates(connectomes=connectomes)
    asked, ancestors = form.evaluation(), None
    if parent is not None and asked.baselines:
        ancestors = read_ancestors(
            worker.runtime, worker.reader, parent, form.trained_task_id, proj_id
        )
    atlases = tuple(
        OtherAtlas(dataset, form.candidates(connectomes=dataset.layout.is_connectome))
        for dataset in others
    )
    return Inputs(splits, settings, parent, asked, candidates, ancestors, atlases)


def _parent(runtime: Runtime, store: Store, form: TaskForm, proj_id: str) -> StoredModel | None:
    if not form.trained_task_id:
        return None
    record = runtime.call(tasks.get_model(form.trained_task_id))
    if record is not None and record.removed_at:
        raise ModelError(ModelRemoved(form.trained_task_id, record.removed_at).message)
    known = record.manifest_sha256 if record else ""
    try:
        parameters = store.get(form.trained_task_id, PARAMETERS)
        manifest = store.get(form.trained_task_id, MANIFEST)
    except ObjectMissing as error:
        none = Message("worker.no-model-to-fine-tune", task=form.trained_task_id)
        raise ModelError(lost(form.trained_task_id) if known else none) from error
    except ObjectDamaged as error:
        raise ModelError(damaged(form.trained_task_id, error.message)) from error
    try:
        check_manifest(manifest, known)
        model = StoredModel.from_bytes(parameters, manifest)
    except ModelError as error:
        raise ModelError(damaged(form.trained_task_id, error.message)) from error
    return unnamed(model, form.trained_task_id, _of_others(runtime, model, form, proj_id))


def _of_others(
    runtime: Runtime, model: StoredModel, form: TaskForm, proj_id: str
) -> frozenset[str]:
    """The tasks among the model's ancestors, and itself, that are of other projects than this.

    Of one that is no longer there, it is the project of the model.
    """
    parent = form.trained_task_id
    steps = (ancestor.get("task_id") or parent for ancestor in lineage(model.facts, parent))
    chain = dict.fromkeys(str(ancestor) for ancestor in (*steps, parent))
    projects: dict[str, str] = runtime.call(tasks.projects_of(list(chain)))
    usual = projects.get(parent, proj_id)
    return frozenset(ancestor for ancestor in chain if projects.get(ancestor, usual) != proj_id)


def _splits(
    runtime: Runtime, reader: DatasetReader, form: TaskForm, target: str, series: SeriesOptions
) -> tuple[Splits, tuple[Alternative, ...]]:
    names = {name for chosen in (*form.splits.values(), *form.atlases) for name in chosen}
    rows = runtime.call(datasets.find_datasets(sorted(names)))
    # A database may take names for equal that are not (small and SMALL).
    records = {record.data_name: record for record in rows if record.data_name in names}
    gone = sorted(names - set(records))
    if gone:
        raise GraphnetError(Message("worker.datasets-gone", datasets=gone, count=len(gone)))
    own = {name for chosen in form.splits.values() for name in chosen}
    cohorts = {
        name: cohort_of(reader.dataset(record), name, target, series)
        for name, record in records.items()
        if name in own
    }
    splits = Splits(**{split: _merged(cohorts, chosen) for split, chosen in form.splits.items()})
    if not form.atlases:
        return splits, ()
    # Their arrays are mapped, not read: whoever is trained on them takes up memory, for a while.
    sources = [
        AtlasSource(
            atlas,
            partial(_everybody, {name: reader.dataset(records[name]) for name in atlas}, series),
        )
        for atlas in form.atlases
    ]
    return matched(splits, sources, by_score=target == SCORE)


def _everybody(datasets_by_name: dict[str, Dataset], series: SeriesOptions) -> Cohort:
    """All subjects of an atlas, also those without a class of their own there."""
    return merge(
        [cohort_of(dataset, name, ANY, series) for name, dataset in datasets_by_name.items()]
    )


def _merged(cohorts: dict[str, Cohort], names: tuple[str, ...]) -> Cohort:
    return merge([cohorts[name] for name in names])


def read_ancestors(
    runtime: Runtime, reader: DatasetReader, parent: StoredModel, task_id: str, proj_id: str
) -> AncestorSubjects:
    """The training subjects of a model and its ancestors whom a task of a project may use.

    Args:
        runtime: asks the database.
        reader: opens datasets.
        parent: the model to fine-tune, without names of other projects' datasets.
        task_id: whose model it is.
        proj_id: the project of the task.

    Raises:
        RegistryUnavailable, DatabaseUnavailable, DiskFull: they can be read later.

    """
    listed, complete = recorded_datasets(parent.facts, task_id)
    recorded = recorded_subjects(listed, complete=complete)
    named = [trained for trained in listed if trained.name]
    missing = [] if complete else [Message("pooled.not-recorded")]
    if len(named) < len(listed):
        missing.append(Message("pooled.other-project", count=len(listed) - len(named)))
    values = len(parent.layout.regions) * len(parent.layout.measures)
    refused = too_many(sum(trained.subjects or 0 for trained in named), values)
    if refused is not None:
        return AncestorSubjects((), recorded, [*missing, refused])
    gone: list[str] = []
    parts: list[AncestorSubjects] = []
    for trained in named:
        record = _record(runtime, trained)
        if record is None or record.proj_id != proj_id:
            gone.append(trained.name)
        else:
            parts.append(_read_dataset(reader, parent, record, trained))
    if gone:
        names = {"datasets": first_of(gone), "count": len(gone)}
        missing.append(Message("pooled.not-in-project", **names))
    return AncestorSubjects.joined(parts, recorded, missing)


def _record(runtime: Runtime, listed: TrainedDataset) -> DatasetRecord | None:
    """The dataset that was called so when the ancestor was submitted; None if it is gone."""
    task: TaskRecord | None = runtime.call(tasks.get_task(listed.task_id))
    renamed: DatasetRecord | None = None
    if task is not None:
        renamed = runtime.call(datasets.formerly_named(listed.name, task.submitted_at))
    if renamed is not None:
        return renamed
    rows: list[DatasetRecord] = runtime.call(datasets.find_datasets([listed.name]))
    return next((row for row in rows if row.data_name == listed.name), None)


def _read_dataset(
    reader: DatasetReader, parent: StoredModel, record: DatasetRecord, listed: TrainedDataset
) -> AncestorSubjects:
    settings = parent.settings
    try:
        dataset = reader.dataset(record)
        # Called as it was then: a dataset without a column of sites is a site of its name.
        cohort = cohort_of(dataset, listed.name, settings.label, SeriesOptions.of(settings))
    except CohortError as error:
        log.info("the dataset %s of an ancestor is not read: %s", record.data_name, error)
        return AncestorSubjects(missing=[Message("pooled.not-readable", dataset=listed.name)])
    return subjects_of(parent, cohort, listed)
