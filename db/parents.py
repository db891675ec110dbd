"""Tasks that another can begin with or be compared to: finished, with their results."""

from db.errors import translated
from db.models import Run
from db.neurolearn import Submission
from db.states import Status
from db.tasks import LISTED, TaskRecord, record_of


@translated()
async def finished_tasks(proj_id: str | None = None, limit: int = 100) -> list[TaskRecord]:
    """The newest finished tasks of a project, or of all, with their results."""
    found = Submission.filter(task_status=Status.FINISHED)
    if proj_id is not None:
        found = found.filter(proj_id=proj_id)
    rows = await found.order_by("-id").limit(limit).values(*LISTED, "task_result")
    runs = await Run.filter(task_id__in=[row["task_id"] for row in rows])
    by_id = {run.task_id: run for run in runs}
    return [record_of(row, by_id.get(row["task_id"])) for row in rows]
