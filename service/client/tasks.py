"""Tasks: submit, look, wait, watch, end."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from service.client.answers import Facts, RefusedForm, Submission, Task
from service.client.base import Session, each, of_task
from service.client.errors import ClientError, NotEnded, may_pass
from service.client.events import Event, events_of

if TYPE_CHECKING:
    import pandas as pd

LONGEST_PAUSE = 2.0
PATIENCE = 30.0  # seconds without an answer that a wait outlives: services restart


class Tasks(Session):
    """What can be asked of tasks."""

    def submit(self, form: Mapping[str, Any], *, key: str = "") -> Submission:
        """Send a task form; where fields are wrong, the error's ``errors`` name all of them.

        The same form under the same ``key`` is one task, however often it is sent.
        """
        keyed = {"Idempotency-Key": key} if key else {}
        return self._channel.told(
            "POST",
            "new_task",
            Submission.read,
            content=json.dumps(form),
            headers={"Content-Type": "application/json", **keyed},
        )

    def cancel(self, task_id: str) -> Task:
        """Ask for a task to be ended; one that has ended stays as it is."""
        return self._channel.told("POST", f"{of_task(task_id)}/cancel", _task)

    def retry(self, task_id: str) -> Task:
        """A new task like one that failed or was cancelled."""
        return self._channel.told("POST", f"{of_task(task_id)}/retry", _task)

    def task(self, task_id: str) -> Task:
        """One task as it is now."""
        return self._channel.told("GET", of_task(task_id), _task)

    def tasks(
        self,
        *,
        proj_id: str = "",
        status: str = "",
        search: str = "",
        limit: int | None = None,
    ) -> Iterator[Task]:
        """The newest ``limit`` tasks, or all, newest first; a page is asked for when needed.

        ``search`` keeps those whose id or name contains it.
        """
        asked = {"proj_id": proj_id, "status": status, "q": search}
        return self._paged("tasks", Task.read, asked, limit)

    def tasks_frame(
        self, *, proj_id: str = "", status: str = "", search: str = "", limit: int | None = None
    ) -> "pd.DataFrame":
        """The same tasks as a table, a row a task, with its figures on unseen subjects."""
        from service.client.frames import tasks_frame  # noqa: PLC0415 - pandas is slow to import

        return tasks_frame(self.tasks(proj_id=proj_id, status=status, search=search, limit=limit))

    def refused_forms(
        self, *, proj_id: str = "", limit: int | None = None
    ) -> Iterator[RefusedForm]:
        """The newest ``limit`` forms that were refused within 30 days, or all; newest first."""
        return self._paged("refused_forms", RefusedForm.read, {"proj_id": proj_id}, limit)

    def wait(
        self,
        task_id: str,
        *,
        on_progress: Callable[[Task], object] | None = None,
        timeout: float | None = None,
        poll: float = 0.2,
    ) -> Task:
        """Return the task once it has ended, well or not.

        It is looked at again after ``poll`` seconds, then less and less often, at last every 2
        seconds; ``on_progress`` is called at each look, the last one too. A service that
        restarts meanwhile is waited for.

        Raises:
            NotEnded: it goes on after ``timeout`` seconds.

        """
        deadline = float("inf") if timeout is None else time.monotonic() + timeout
        heard, pause = time.monotonic(), poll
        while True:
            try:
                task = self.task(task_id)
            except ClientError as error:
                if not may_pass(error) or time.monotonic() > heard + PATIENCE:
                    raise
            else:
                heard = time.monotonic()
                if on_progress is not None:
                    on_progress(task)
                if task.ended:
                    return task
            left = deadline - time.monotonic()
            if left <= 0:
                raise NotEnded(f"{task_id} has not ended within {timeout:g} seconds; it goes on.")
            time.sleep(min(pause, left))
            pause = min(1.5 * pause, LONGEST_PAUSE)

    def events(self, task_id: str, *, after: str = "") -> Iterator[Event]:
        """What happens to a task, as it happens, until it has ended.

        ``after`` is the id of the last event that is known. A stream that breaks off, as where
        the service restarts, is taken up again without gap or repeat.
        """
        return events_of(self._channel, f"{of_task(task_id)}/events", after, PATIENCE)

    def lineage(self, task_id: str) -> tuple[Task, ...]:
        """The task, the one it was fine-tuned from, and so on to the first."""
        return self._channel.told(
            "GET", f"{of_task(task_id)}/lineage", lambda reply: each(Task.read, reply["lineage"])
        )


def _task(reply: Facts) -> Task:
    return Task.read(reply["task"])
