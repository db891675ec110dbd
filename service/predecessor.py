"""Tasks of this service's predecessor and of other services: what they lack, and why."""

from db.queue.states import Status
from db.submissions.ownership import Owner, Stranger, find_stranger
from db.submissions.tasks import TaskRecord
from graphnet.messages import Message
from graphnet.names import status_name
from registry.store import OBJECTS
from service.http.auth import Caller
from service.http.queries import may_be_id
from service.http.responses import ApiError, ErrorNum, quoted

MODEL = "model"
SUCCESS = "Success"  # the predecessor's word for Finished
STATUSES = (*map(str, Status), SUCCESS)  # that a list may be filtered by


def require_stored(task: TaskRecord, what: str) -> None:
    """Raise ApiError if the predecessor had the task: no ``what`` of it is stored here."""
    if task.owner is not Owner.PREDECESSOR:
        return
    if what == MODEL:
        message = Message("api.predecessor-model", task=task.task_id)
    else:
        message = Message("api.predecessor-object", task=task.task_id, object=OBJECTS[what])
    raise ApiError(ErrorNum.NOT_FOUND, message)


def require_known(task: TaskRecord) -> None:
    """Raise ApiError if the predecessor trained the model: its methods are unknown."""
    if task.by_predecessor:
        message = Message("api.predecessor-methods-unknown", task=task.task_id)
        raise ApiError(ErrorNum.NOT_FOUND, message)


def require_ours(task: TaskRecord) -> None:
    """Raise ApiError if the task is the predecessor's: no worker has it, so it cannot change."""
    if task.owner is Owner.OURS:
        return
    if task.task_status in (Status.SUBMITTED, Status.RUNNING):
        message = Message("api.predecessor-abandoned", task=task.task_id)
    else:
        status = status_name(task.task_status)
        message = Message("api.predecessor-ended", task=task.task_id, status=status)
    raise ApiError(ErrorNum.NOT_OURS, message)


async def absence(caller: Caller, task_id: str) -> Message:
    """Why an id is no task's: because it is another service's, or nobody's."""
    stranger = await stranger_seen(caller, task_id)
    if stranger is not None:
        return Message("api.other-service", task=stranger.task_id, kind=stranger.kind)
    return Message("api.no-task", task=quoted(task_id, 40))


async def stranger_seen(caller: Caller, task_id: str) -> Stranger | None:
    """The other service's row with this id, if there is one in a project that the caller sees."""
    stranger = await find_stranger(task_id) if may_be_id(task_id) else None
    return stranger if stranger is not None and caller.sees(stranger.proj_id) else None
