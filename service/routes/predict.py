"""New subjects, and what a stored model says of them."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from actors.questions import MOST_BYTES
from db.errors import ModelRemoved
from db.tasks import TaskRecord
from graphnet.errors import CohortError
from graphnet.readers.uploads import read_upload
from service.body import read_body
from service.house import House, house_of
from service.queries import asked_flag
from service.replies import ErrorNum, Refusal, success
from service.routes.tasks import task_of
from service.tables import UNPACKED

MOST_SUBJECTS = 10_000


async def predict(request: Request) -> Response:
    """Read a table, have a worker predict, answer."""
    task = await task_of(request)
    require_model(task)
    explain = asked_flag(request, "explain", default=True)
    house = house_of(request)
    with house.admission.prediction():
        body = await read_body(request, house.settings.max_upload_bytes)
        return success(**await predicted(house, task, body, explain=explain))


async def predicted(
    house: House, task: TaskRecord, body: bytes, *, explain: bool
) -> dict[str, Any]:
    """What the model of the task says of the subjects of a file. Raises Refusal."""
    most = UNPACKED * house.settings.max_upload_bytes
    try:
        text = await asyncio.to_thread(_table, body, most)
    except CohortError as error:
        listed = [("datafile", sentence) for sentence in error.sentences]
        raise Refusal(ErrorNum.DATASET_UNREADABLE, str(error), listed) from error
    return await house.oracle.asked(task.task_id, task.manifest_sha256, text, explain=explain)


def require_model(task: TaskRecord) -> None:
    """Raises Refusal where the task has no model that could predict."""
    if task.removed_at:
        raise Refusal(ErrorNum.NOT_FOUND, str(ModelRemoved(task.task_id, task.removed_at)))
    if not (task.task_result or {}).get("model_state_path"):
        raise Refusal(
            ErrorNum.NOT_FOUND,
            f"The task {task.task_id} is {task.task_status} and has no stored model.",
        )


def _table(body: bytes, most: int) -> str:
    """The file as a worker reads it; ``most`` bytes may come out of it. Raises CohortError."""
    _, table = read_upload(body, "The file", most)
    if len(table) > MOST_SUBJECTS:
        raise CohortError(
            f"The file has {len(table)} rows; send at most {MOST_SUBJECTS} subjects at a time."
        )
    text: str = table.to_json()
    if len(text.encode()) > MOST_BYTES:
        raise CohortError(
            f"The file is larger than {MOST_BYTES / 1e6:g} MB as text; send fewer subjects."
        )
    return text
