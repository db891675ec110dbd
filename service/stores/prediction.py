"""Has workers predict new subjects by a stored model."""

from collections.abc import Mapping
from typing import Any

from actors.names import Names
from actors.reading.uploads import Upload
from actors.rpc import ACTOR, QUEUE, PredictionRequest
from db.tasks import TaskRecord
from service.stores.reading import no_worker_error, raise_error
from service.stores.worker_calls import NoAnswer, WorkerClient


class PredictionClient:
    """Asks on the queue of predictions; see :class:`~service.stores.worker_calls.WorkerClient`."""

    def __init__(self, redis_url: str, names: Names, *, patience: float, alone: float) -> None:
        self._client = WorkerClient(redis_url, names, QUEUE, ACTOR, patience=patience, alone=alone)

    async def predict(
        self,
        task: TaskRecord,
        upload: Upload,
        mapping: Mapping[str, str],
        *,
        most: int,
        explain: bool,
    ) -> dict[str, Any]:
        """What the model of the task predicts for the subjects of an upload. Raises ApiError."""
        question = PredictionRequest(
            task_id=task.task_id,
            manifest_sha256=task.manifest_sha256,
            upload=upload.upload_id,
            explain=explain,
            mapping=dict(mapping),
            most=most,
        )
        try:
            answer = await self._client.ask(vars(question))
        except NoAnswer as error:
            raise no_worker_error(error, upload.upload_id) from error
        await raise_error(answer, task.proj_id, upload.upload_id)
        predictions: dict[str, Any] = answer["answer"]
        return predictions

    def close(self) -> None:
        """Ask nothing more."""
        self._client.close()
