"""The results of a task: model, report, predictions, log; and predictions of new subjects."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from service.api.views import PredictionView, known_fields
from service.client.answers import Facts, Task
from service.client.datasets import mapping_query
from service.client.mlflow_export import MlflowRun, export
from service.client.mlflow_server import EXPERIMENT, MlflowServer, TrackingAddress
from service.client.session import Session, content, task_path, without_empty
from service.client.uploads import OnProgress, Table

if TYPE_CHECKING:
    import pandas as pd

PREDICTION_SECONDS = 600.0


@dataclass(frozen=True)
class Predictions:
    """A stored model's predictions of new subjects, a mapping per subject as the service gave it.

    ``classes`` is () if the model predicts a score; ``class_names`` is the word for each class, {}
    if there are numbers only; ``warnings`` concern the table as a whole.
    """

    predictions: tuple[Facts, ...]
    classes: tuple[int, ...] = ()
    class_names: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    facts: Facts = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, reply: Facts) -> Self:
        """From the service's JSON."""
        values = known_fields(cls, reply)
        return cls(
            tuple({**subject} for subject in reply["predictions"]),
            tuple(values.get("classes", ())),
            dict(values.get("class_names", {})),
            tuple(values.get("warnings", ())),
            content(reply),
        )

    @property
    def subjects(self) -> tuple[PredictionView, ...]:
        """The predictions as records; what is absent or null takes a field's default."""
        return tuple(map(PredictionView.read, self.predictions))

    @property
    def frame(self) -> "pd.DataFrame":
        """A row per subject: ``predicted`` and a ``probability_`` column per class, or a ``score``.

        If the classes have names, ``class_name`` is the name of the predicted one.
        """
        from service.client import tables  # noqa: PLC0415 - pandas is slow to import

        return tables.predicted(self.predictions, self.class_names)

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(max_rows=20))


class Results(Session):
    """The requests that concern a task that has ended."""

    def model(self, task_id: str) -> bytes:
        """The trained parameters, as safetensors."""
        return self._channel.bytes_of(f"{task_path(task_id)}/model")

    def manifest(self, task_id: str) -> dict[str, Any]:
        """The description of the model: architecture, regions, scaler, settings, metrics."""
        return self._channel.request("GET", f"{task_path(task_id)}/manifest", content)

    def report(self, task_id: str, *, fresh: bool = False, language: str = "") -> str:
        """The report, a self-contained HTML page in ``en`` or ``zh-CN``.

        Without ``language`` it is in that of the client. It is rendered again with ``fresh``, and
        in Chinese.
        """
        query = without_empty({"fresh": "true" if fresh else ""})
        return self._channel.text_of(
            f"{task_path(task_id)}/report",
            "text/html",
            params=query,
            headers=without_empty({"accept-language": language}),
        )

    def predictions_csv(self, task_id: str) -> str:
        """The predictions of the task's subjects, as CSV."""
        return self._channel.text_of(f"{task_path(task_id)}/predictions.csv", "text/csv")

    def predictions(self, task_id: str) -> "pd.DataFrame":
        """The predictions of the task's subjects: a row per subject and split."""
        from service.client import tables  # noqa: PLC0415 - pandas is slow to import

        return tables.from_csv(self.predictions_csv(task_id))

    def evidence(self, task_id: str) -> dict[str, Any]:
        """All that the report is made from: cohorts, predictions, sites, importance."""
        return self._channel.request("GET", f"{task_path(task_id)}/evidence", content)

    def to_mlflow(
        self,
        task_id: str,
        *,
        tracking_uri: str = "",
        experiment: str = "",
        artifacts: bool = True,
    ) -> MlflowRun:
        """Make a task that has ended a run of MLflow; again, its run is brought up to date.

        Args:
            task_id: the task.
            tracking_uri: address of the tracking server; by default that of
                ``MLFLOW_TRACKING_URI``. Who asks is said by ``MLFLOW_TRACKING_USERNAME`` and
                ``MLFLOW_TRACKING_PASSWORD``, or ``MLFLOW_TRACKING_TOKEN``.
            experiment: its name; by default that of ``MLFLOW_EXPERIMENT_NAME``, else the project.
            artifacts: also send model, manifest, report, predictions and model card; the last four
                name subjects or hashes of their ids.

        Raises:
            MlflowError: the task has not ended, or the server does not take it.

        """
        address = TrackingAddress.of(tracking_uri, os.environ)
        task = self._channel.request(
            "GET", task_path(task_id), lambda reply: Task.read(reply["task"], self.language)
        )
        name = experiment or os.environ.get(EXPERIMENT, "") or task.proj_id
        with MlflowServer(address) as server:
            return export(self, task, server, name, artifacts=artifacts)

    @property
    def service_url(self) -> str:
        """Where the service is, without user and password."""
        return self._channel.url

    def log(self, task_id: str) -> str:
        """The task's log, line by line."""
        return self._channel.text_of(f"{task_path(task_id)}/log", "text/plain")

    def predict(
        self,
        task_id: str,
        table: Table | None = None,
        *,
        explain: bool = False,
        mapping: Mapping[str, object] | None = None,
        upload: str = "",
        on_progress: OnProgress | None = None,
    ) -> Predictions:
        """Predict new subjects by the task's model.

        Args:
            task_id: the task that trained the model.
            table: a file, a folder, bytes or a DataFrame as in :meth:`add_dataset`; without labels.
            explain: also tell how much each region contributed (integrated gradients).
            mapping: answers to questions on the file, as in :meth:`add_dataset`.
            upload: an earlier upload in place of ``table``, as in :meth:`add_dataset`.
            on_progress: called with the number of bytes read so far.

        Returns:
            A prediction per subject.

        Raises:
            QuestionsOpen: two readings are plausible and ``mapping`` does not say which is right.
            OSError: the file cannot be read.

        """
        query = {"explain": str(explain).lower(), **mapping_query(mapping, upload)}
        return self._sent(
            table,
            f"{task_path(task_id)}/predict",
            Predictions.read,
            query,
            on_progress,
            slow_seconds=PREDICTION_SECONDS,
        )
