"""The training data of a fine-tuning's ancestors, as far as the task's project still has them.

They are read for the baselines alone, and nothing of them is stored with the task but figures.
Only datasets of the task's own project are read: whoever may fine-tune a model may not therefore
read what it was trained on. The manifest names none of an ancestor in another project.
"""

import logging

from actors.reading.datasets import DatasetReader
from actors.runtime import Runtime
from db import datasets
from db.datasets import DatasetRecord
from db.submissions import tasks
from db.submissions.tasks import TaskRecord
from graphnet.artifacts.model import StoredModel
from graphnet.data.cohorts import cohort_of
from graphnet.data.series_measures import SeriesOptions
from graphnet.errors import CohortError
from graphnet.evaluation.pooled import (
    AncestorSubjects,
    TrainedDataset,
    recorded_datasets,
    recorded_subjects,
    subjects_of,
    too_many,
)
from graphnet.messages import Message, first_of

log = logging.getLogger(__name__)


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
    named = [each for each in listed if each.name]
    missing = [] if complete else [Message("pooled.not-recorded")]
    if len(named) < len(listed):
        missing.append(Message("pooled.other-project", count=len(listed) - len(named)))
    values = len(parent.layout.regions) * len(parent.layout.measures)
    refused = too_many(sum(each.subjects or 0 for each in named), values)
    if refused is not None:
        return AncestorSubjects((), recorded, [*missing, refused])
    gone: list[str] = []
    parts: list[AncestorSubjects] = []
    for each in named:
        record = _record(runtime, each)
        if record is None or record.proj_id != proj_id:
            gone.append(each.name)
        else:
            parts.append(_read(reader, parent, record, each))
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


def _read(
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
