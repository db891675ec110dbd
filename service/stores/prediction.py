"""Has workers say what a stored model thinks of new subjects."""

from collections.abc import Mapping
from typing import Any

from actors.names import Names
from actors.reading.uploads import Upload
from actors.rpc import ACTOR, QUEUE, PredictionRequest
from db.tasks import TaskRecord
from service.stores.reading import no_worker_error, raise_refusal
from service.stores.worker_calls import NoAnswer, WorkerClient


class PredictionClient:
    """Asks on the queue of predictions; see :class:`~service.stores.worker_calls.WorkerClient`."""

    def __init__(self, redis_url: str, names: Names, *, patience: float, alone: float) -> None:
        self._asker = WorkerClient(redis_url, names, QUEUE, ACTOR, patience=patience, alone=alone)

    async def asked(
        self,
        task: TaskRecord,
        upload: Upload,
        mapping: Mapping[str, str],
        *,
        most: int,
        explain: bool,
    ) -> dict[str, Any]:
        """What the model of the task says of the subjects of an upload. Raises Refusal."""
        question = PredictionRequest(
            task_id=task.task_id,
            manifest_sha256=task.manifest_sha256,
            upload=upload.upload_id,
            explain=explain,
            mapping=dict(mapping),
            most=most,
        )
        try:
            found = await self._asker.asked(vars(question))
        except NoAnswer as error:
            raise no_worker_error(error, upload.upload_id) from error
        await raise_refusal(found, task.proj_id, upload.upload_id)
        answered: dict[str, Any] = found["answer"]
        return answered

    def close(self) -> None:
        """Ask nothing more."""
        self._asker.close()
