"""New subjects, and what a stored model says of them."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from db.submissions.tasks import TaskRecord
from service.http.queries import mapping_of, query_flag
from service.http.responses import ApiError, ErrorNum, success
from service.predecessor import MODEL, require_stored
from service.routes.stored import lacking, removed
from service.routes.tasks import task_of
from service.state import AppState, state_of
from service.stores.uploads import Received


async def predict(request: Request) -> Response:
    """Take a file, have a worker read it and predict, answer."""
    task = await task_of(request)
    require_model(task)
    explain = query_flag(request, "explain", default=True)
    state = state_of(request)
    with state.admission.prediction():
        received = await state.uploads.receive(request)
        return success(**await predicted(state, task, received, explain=explain))


async def predicted(
    state: AppState, task: TaskRecord, received: Received, *, explain: bool
) -> dict[str, Any]:
    """What the model of the task predicts for the subjects of a file, of which nothing is kept.

    Raises ApiError; a file with open questions, or that no worker has read, stays for an hour.
    """
    upload = received.upload
    try:
        mapping = mapping_of(received.fields)
        predictions = await state.prediction_client.predict(
            task, upload, mapping, most=state.uploads.unpacked, explain=explain
        )
    except ApiError as error:
        if error.number not in (ErrorNum.QUESTIONS_OPEN, ErrorNum.NO_WORKER):
            await state.uploads.delete(upload.upload_id)
        raise
    await state.uploads.delete(upload.upload_id)
    return predictions


def require_model(task: TaskRecord) -> None:
    """Raises ApiError where the task has no model that could predict."""
    require_stored(task, MODEL)
    if task.removed_at:
        raise removed(task)
    if not task.result.model_state_path:
        raise lacking(task, MODEL)
