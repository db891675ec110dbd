"""What cannot be had of tasks of this service's predecessor, or of other services, in words."""

from db.ownership import Owner, Stranger, find_stranger
from db.states import Status
from db.tasks import TaskRecord
from service.http.auth import Caller
from service.http.queries import may_be_id
from service.http.responses import ApiError, ErrorNum

MODEL = "model"
PREDECESSOR = "this service's predecessor"
IMPORT = "an operator can bring the model in with 'sgn model import'"
END = "an operator can end such tasks with 'sgn tasks end-orphans'"
SUCCESS = "Success"  # the predecessor's word for Finished
STATUSES = (*map(str, Status), SUCCESS)  # that a list may be filtered by


def require_stored(task: TaskRecord, what: str) -> None:
    """Raises ApiError where the predecessor had the task, so that no ``what`` is stored here."""
    if task.owner is Owner.PREDECESSOR:
        sentence = f"{task.task_id} is a task of {PREDECESSOR}, and no {what} of it is stored here"
        further = f"; {IMPORT}" if what == MODEL else ""
        raise ApiError(ErrorNum.NOT_FOUND, f"{sentence}{further}.")


def require_known(task: TaskRecord, what: str) -> None:
    """Raise ApiError where the predecessor trained: its methods are unknown."""
    if task.by_predecessor:
        raise ApiError(
            ErrorNum.NOT_FOUND,
            f"{task.task_id} is a task of {PREDECESSOR}, whose training methods are not known "
            f"here, so there is no {what}. Its page shows its learning curves.",
        )


def require_ours(task: TaskRecord) -> None:
    """Raises ApiError where no worker of this service has the task, nor will: it cannot change."""
    if task.owner is Owner.OURS:
        return
    further = (
        f"nobody trains it any more; {END}."
        if task.task_status in (Status.SUBMITTED, Status.RUNNING)
        else f"it is {task.task_status} and stays so. Submit its form again to train it here."
    )
    raise ApiError(ErrorNum.NOT_OURS, f"{task.task_id} is a task of {PREDECESSOR}: {further}")


def why_no_parent(task_id: str) -> str:
    """Why a task of the predecessor is not fine-tuned."""
    return f"trained_task_id is {task_id}, which is a task of {PREDECESSOR}; {IMPORT}."


async def absence(caller: Caller, task_id: str) -> str:
    """Why an id is no task's: because it is another service's, or nobody's."""
    stranger = await stranger_seen(caller, task_id)
    if stranger is not None:
        return f"{stranger.task_id} is {stranger}."
    return f"There is no task {task_id[:40]!r}."


async def stranger_seen(caller: Caller, task_id: str) -> Stranger | None:
    """The row of another service that this id is of, if it is of one that the caller sees."""
    stranger = await find_stranger(task_id) if may_be_id(task_id) else None
    return stranger if stranger is not None and caller.sees(stranger.proj_id) else None
