"""A task as a run of MLflow: parameters, metrics, tags, datasets and files.

A run is found again by the tag of its task, so that an export that is repeated adds no second one:
everything that is sent is the same each time, to the timestamps, and MLflow keeps it once.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

from graphnet.artifacts.metrics import SplitMetrics
from graphnet.artifacts.stored_json import as_items, as_mapping
from graphnet.evaluation.headline import seen_in_training
from graphnet.messages import Message
from service.client.answers import Task
from service.client.errors import ClientError
from service.client.mlflow_server import (
    LONGEST_DATASET,
    LONGEST_DIGEST,
    LONGEST_KEY,
    LONGEST_PARAM,
    LONGEST_TAG,
    MlflowError,
    MlflowServer,
    Point,
)
from service.client.model_card import ModelCard

TASK_TAG = "sgn.task_id"
STATUSES = {"Finished": "FINISHED", "Failed": "FAILED", "Cancelled": "KILLED"}
NO_SETTINGS = ("trained_task_id", "save_model_state")  # of a form's settings
FOREIGN_LETTER = re.compile(r"[^\w\-. :/]")  # MLflow takes no others in a name
GONE = (404, 409, 410)  # the service has no such file of this task
MODEL, MANIFEST, REPORT = "model.safetensors", "manifest.json", "report.html"
PREDICTIONS, CARD = "predictions.csv", "model-card.md"


@dataclass(frozen=True)
class MlflowRun:
    """A run of MLflow that holds a task; ``created`` is False if it was there and was updated.

    ``not_computed`` are the metrics that have no number and were not sent; ``left_out`` says which
    files were not sent, and why.
    """

    task_id: str
    experiment: str
    run_id: str
    url: str
    created: bool
    metrics: int = 0
    not_computed: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    left_out: tuple[Message, ...] = ()


class Source(Protocol):
    """What an export asks the client for; the methods raise ClientError."""

    language: str

    @property
    def service_url(self) -> str:
        """The address of the service."""

    def manifest(self, task_id: str) -> Mapping[str, Any]:
        """The manifest beside the parameters of a task's model."""

    def model(self, task_id: str) -> bytes:
        """The parameters as safetensors."""

    def report(self, task_id: str) -> str:
        """The report as HTML."""

    def predictions_csv(self, task_id: str) -> str:
        """The predictions of all splits."""


@dataclass
class TaskFiles:
    """The manifest of a task and the files that go along; ``left_out``: what is missing."""

    manifest: Mapping[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    left_out: list[Message] = field(default_factory=list)

    @classmethod
    def of(cls, client: Source, task: Task, *, artifacts: bool) -> "TaskFiles":
        """Download them before a run is begun, so that it has all of them or is not there."""
        files = cls()
        if task.task_result is None:
            return files
        manifest = files._taken(MANIFEST, lambda: client.manifest(task.task_id))
        files.manifest = manifest or {}
        if not artifacts:
            return files
        if manifest:
            files.files[MANIFEST] = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        model = files._taken(MODEL, lambda: client.model(task.task_id))
        if model is not None:
            _check(task.task_id, model, files.manifest)
            files.files[MODEL] = model
        for name, get in ((REPORT, client.report), (PREDICTIONS, client.predictions_csv)):
            text = files._taken(name, lambda get=get: get(task.task_id))
            if text is not None:
                files.files[name] = text.encode()
        card = ModelCard(task, files.manifest, client.language)
        files.files[CARD] = card.text().encode()
        return files

    def _taken(self, name: str, get: Any) -> Any:
        """What ``get`` gives; None, and said, where the service has no such file."""
        try:
            return get()
        except ClientError as error:
            if error.status not in GONE:
                raise
            self.left_out.append(Message("mlflow.file-absent", file=name, reason=error.message))
            return None


def export(
    client: Source, task: Task, server: MlflowServer, experiment: str, *, artifacts: bool
) -> MlflowRun:
    """Make the task a run of the experiment, or bring the run that it has up to date.

    Raises:
        MlflowError: the task has not ended, or MLflow does not take it.
        ClientError: the service does not give what belongs to it.

    """
    if not task.ended:
        raise MlflowError(Message("mlflow.not-ended", task=task.task_id))
    ended_at = task.finished_at or task.submitted_at
    if task.task_status not in STATUSES or ended_at is None:
        raise MlflowError(Message("mlflow.predecessor", task=task.task_id))
    stored = TaskFiles.of(client, task, artifacts=artifacts)
    end_ms = _milliseconds(ended_at)
    start_ms = _milliseconds(task.started_at or task.submitted_at or ended_at)
    card = ModelCard(task, stored.manifest, client.language)
    name = task.task_name or task.task_id
    values = dict(_metrics(task))
    empty = tuple(key for key, value in values.items() if not _is_number(value))
    curves = list(_epochs(task, end_ms))
    points = [*_points(values, end_ms), *(point for point in curves if _is_number(point["value"]))]

    experiment_id = server.experiment_id(experiment)
    info = server.run_with_tag(experiment_id, TASK_TAG, task.task_id)
    created = info is None
    if info is None:
        info = server.create_run(experiment_id, name, start_ms, {TASK_TAG: task.task_id})
    run_id = str(info["run_id"])
    broken = {str(point["key"]) for point in curves if not _is_number(point["value"])}
    tags = dict(_tags(task, stored.manifest, client.service_url))
    tags["sgn.not_computed"] = ", ".join([*empty, *sorted(broken)])
    tags["mlflow.note.content"] = card.summary
    server.log(run_id, params=dict(_params(task, stored.manifest)), tags=_cut(tags, LONGEST_TAG))
    server.log(run_id, metrics=points)
    left_out = stored.left_out
    if not server.log_inputs(run_id, list(_datasets(stored.manifest, client.service_url))):
        left_out.append(Message("mlflow.no-datasets"))
    for file, content in stored.files.items():
        _upload(server, info, file, content)
    server.end_run(run_id, name, STATUSES[task.task_status], end_ms)
    return MlflowRun(
        task.task_id,
        experiment,
        run_id,
        f"{server.uri}/#/experiments/{experiment_id}/runs/{run_id}",
        created,
        len(points),
        (*empty, *sorted(broken)),
        tuple(stored.files),
        tuple(left_out),
    )


def _upload(server: MlflowServer, info: Mapping[str, Any], file: str, content: bytes) -> None:
    """A run that lacks a file is not ended, so that nobody takes it for complete."""
    try:
        server.upload(str(info.get("artifact_uri") or ""), file, content)
    except MlflowError as error:
        values = {"file": file, "run": str(info["run_id"]), "reason": error.message}
        raise MlflowError(Message("mlflow.file-not-taken", **values)) from error


def _check(task_id: str, model: bytes, manifest: Mapping[str, Any]) -> None:
    """A model and a manifest that do not belong together are not sent."""
    if manifest and hashlib.sha256(model).hexdigest() != manifest.get("parameters_sha256"):
        raise MlflowError(Message("cli.parameters-changed", task=task_id))


def _params(task: Task, manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The settings as they were used; those of the evaluation as the form gave them."""
    used = as_mapping(manifest.get("settings"))
    given = {name: value for name, value in task.settings.items() if name not in NO_SETTINGS}
    for name, value in {**given, **used}.items():
        if value is not None and value != "":
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield _key(name), _shortened(text, LONGEST_PARAM)


def _metrics(task: Task) -> Iterator[tuple[str, float | None]]:
    """Of each split, and of each simple method there; None where one cannot be computed."""
    result = task.result
    for split, measured in result.measured.items():
        yield from _of_split(split, measured)
    for split, seen in seen_in_training(result).items() if result.measured else ():
        if seen is not None:
            yield f"{split}/seen_in_training", seen
    for name, by_split in result.baselines.items():
        for split, measured_there in by_split.items():
            if measured_there is not None:
                yield from _of_split(f"{split}/{name}", measured_there)


def _of_split(path: str, measured: SplitMetrics) -> Iterator[tuple[str, float | None]]:
    yield f"{path}/n", measured.n
    if measured.subjects is not None:
        yield f"{path}/subjects", measured.subjects
    for name, value in measured.values.items():
        yield f"{path}/{name}", value
        bounds = measured.interval(name)
        if bounds is not None:
            yield from zip((f"{path}/{name}_low", f"{path}/{name}_high"), bounds, strict=True)
    if measured.repeats > 1:
        yield f"{path}/repeats", measured.repeats
        for name, value in measured.sd_over_repeats.items():
            yield f"{path}/{name}_sd", value


def _epochs(task: Task, at: int) -> Iterator[Point]:
    """Loss and accuracy of each epoch, whose number is the step."""
    for epoch in task.result.history:
        for name, value in epoch.values().items():
            yield {
                "key": _key(f"epochs/{name}"),
                "value": value,
                "timestamp": at,
                "step": epoch.number,
            }


def _points(values: Mapping[str, float | None], at: int) -> Iterator[Point]:
    for key, value in values.items():
        if _is_number(value):
            yield {"key": _key(key), "value": value, "timestamp": at, "step": 0}


def _tags(task: Task, manifest: Mapping[str, Any], service: str) -> Iterator[tuple[str, str]]:
    result, storage = task.result, task.result.storage
    settings = as_mapping(manifest.get("settings"))
    named = {
        TASK_TAG: task.task_id,
        "sgn.service": service,
        "sgn.proj_id": task.proj_id,
        "sgn.task_type": task.task_type,
        "sgn.model": settings.get("model") or task.task_config.get("model"),
        "sgn.parent_task_id": task.parent_task_id,
        "sgn.retry_of": task.retry_of,
        "sgn.device": task.device or result.device,
        "sgn.selected_epoch": result.selected_epoch,
        "sgn.parameters_sha256": manifest.get("parameters_sha256"),
        "sgn.manifest_sha256": "" if storage is None else storage.manifest_sha256,
        "sgn.tags": ", ".join(task.tags),
        "sgn.error": task.error,
        "mlflow.source.name": f"{service}/tasks/{quote(task.task_id, safe='')}",
        "mlflow.source.type": "JOB",
    }
    yield from ((key, str(value)) for key, value in named.items() if value)
    for name, version in result.versions.items():
        yield _key(f"sgn.version.{name}"), version
    for split, datasets in as_mapping(manifest.get("datasets")).items():
        for number, dataset in enumerate(as_items(datasets), 1):
            size, digest = dataset.get("subjects"), dataset.get("sha256")
            text = f"{dataset.get('name')} n={size} sha256={digest}"
            yield _key(f"sgn.dataset.{split}.{number}"), text


def _datasets(manifest: Mapping[str, Any], service: str) -> Iterator[dict[str, Any]]:
    """The datasets of each split as inputs; a digest is the beginning of the SHA-256."""
    for split, datasets in as_mapping(manifest.get("datasets")).items():
        for dataset in as_items(datasets):
            name = str(dataset.get("name"))
            address = f"{service}/api/v0/datasets/{quote(name, safe='')}"
            yield {
                "tags": [{"key": "mlflow.data.context", "value": split}],
                "dataset": {
                    "name": name[:LONGEST_DATASET],
                    "digest": str(dataset.get("sha256"))[:LONGEST_DIGEST],
                    "source_type": "http",
                    "source": json.dumps({"url": address}),
                    "profile": json.dumps({"num_rows": dataset.get("subjects")}),
                },
            }


def _cut(texts: Mapping[str, str], most: int) -> dict[str, str]:
    return {key: _shortened(text, most) for key, text in texts.items() if text}


def _shortened(text: str, most: int) -> str:
    """A text that MLflow would cut in silence ends in an ellipsis; the manifest has it whole."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _key(name: str) -> str:
    return FOREIGN_LETTER.sub("_", name)[:LONGEST_KEY]


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _milliseconds(instant: str) -> int:
    return round(datetime.fromisoformat(instant).timestamp() * 1000)
