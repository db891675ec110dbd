"""What came of a task: model, report, predictions, evidence, log; and new predictions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from service.client.answers import Facts
from service.client.base import Session, content, given, of_task
from service.client.datasets import mapping_query
from service.client.tables import OnProgress, Table, sent

if TYPE_CHECKING:
    import pandas as pd

PREDICTION_SECONDS = 600.0


@dataclass(frozen=True)
class Predictions:
    """What a stored model says of new subjects, a mapping each as the service gave it.

    ``classes`` is () of a model of a score, ``class_names`` the word for each, {} where there are
    numbers alone; ``warnings`` are about the table as a whole.
    """

    predictions: tuple[Facts, ...]
    classes: tuple[int, ...] = ()
    class_names: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    facts: Facts = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, reply: Facts) -> Self:
        """From the service's JSON."""
        return cls(
            tuple({**item} for item in reply["predictions"]),
            tuple(reply.get("classes") or ()),
            dict(reply.get("class_names") or {}),
            tuple(reply.get("warnings") or ()),
            content(reply),
        )

    @property
    def frame(self) -> "pd.DataFrame":
        """A row a subject: ``predicted`` and a ``probability_`` each class, or a ``score``.

        Where the classes have names, ``class_name`` is that of the predicted one.
        """
        from service.client import frames  # noqa: PLC0415 - pandas is slow to import

        return frames.predicted(self.predictions, self.class_names)

    def _repr_html_(self) -> str:
        """As a notebook shows it."""
        return str(self.frame.to_html(max_rows=20))


class Results(Session):
    """What can be asked of a task that has ended, well or not."""

    def model(self, task_id: str) -> bytes:
        """The trained parameters, as safetensors."""
        return self._channel.bytes_of(f"{of_task(task_id)}/model")

    def manifest(self, task_id: str) -> dict[str, Any]:
        """What belongs to the parameters: architecture, regions, scaler, settings, metrics."""
        return self._channel.told("GET", f"{of_task(task_id)}/manifest", content)

    def report(self, task_id: str, *, fresh: bool = False) -> str:
        """The report, one HTML page with all that it needs; ``fresh``: rendered anew."""
        asked = given({"fresh": "true" if fresh else ""})
        return self._channel.text_of(f"{of_task(task_id)}/report", "text/html", params=asked)

    def predictions_csv(self, task_id: str) -> str:
        """What was predicted for the subjects of the task, as CSV."""
        return self._channel.text_of(f"{of_task(task_id)}/predictions.csv", "text/csv")

    def predictions(self, task_id: str) -> "pd.DataFrame":
        """What was predicted for the subjects of the task: a row a subject and split."""
        from service.client import frames  # noqa: PLC0415 - pandas is slow to import

        return frames.from_csv(self.predictions_csv(task_id))

    def evidence(self, task_id: str) -> dict[str, Any]:
        """All that the report stands on: cohorts, predictions, sites, importance."""
        return self._channel.told("GET", f"{of_task(task_id)}/evidence", content)

    def log(self, task_id: str) -> str:
        """What the worker said of the task, line by line."""
        return self._channel.text_of(f"{of_task(task_id)}/log", "text/plain")

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
        """What the task's model says of new subjects, whose file or folder needs no labels.

        ``explain`` adds which regions spoke for it. The others are as of :meth:`add_dataset`.

        Raises:
            QuestionsOpen: two readings are plausible and ``mapping`` does not say which is right.
            OSError: the file cannot be read.

        """
        with sent(table, on_progress) as body:
            return self._channel.told(
                "POST",
                f"{of_task(task_id)}/predict",
                Predictions.read,
                params={"explain": str(explain).lower(), **mapping_query(mapping, upload)},
                content=body.content,
                headers=body.headers,
                slow_seconds=PREDICTION_SECONDS,
            )
