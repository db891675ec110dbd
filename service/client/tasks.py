"""Tasks: submit, list, wait, watch, cancel, retry.

Events: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphnet.messages import Message
from service.client.answers import (
    ACTIVE,
    PREDECESSOR,
    AuditLine,
    Dependents,
    Facts,
    RefusedForm,
    Submission,
    Task,
)
from service.client.channel import Channel
from service.client.errors import ClientError, NotEnded, is_transient
from service.client.session import Session, read_all, task_path

if TYPE_CHECKING:
    import pandas as pd


LONGEST_PAUSE = 2.0
PATIENCE = 30.0  # seconds without an answer that a wait outlives: services restart
PAUSE = 1.0  # seconds before a stream that broke off is asked for again
HEADLINE_COLUMNS = ("split", "metric", "value", "low", "high")


@dataclass(frozen=True)
class Event:
    """One event; ``kind`` is ``status``, ``epoch`` or ``progress``, ``id`` resumes after it."""

    kind: str
    id: str = ""
    facts: Facts = field(default_factory=dict)

    @property
    def last(self) -> bool:
        """Whether the task has ended with this event."""
        over = self.facts.get("task_status") not in ACTIVE
        return self.kind == "status" and (over or self.facts.get("owner") == PREDECESSOR)


class Tasks(Session):
    """The requests that concern tasks."""

    def submit(self, form: Mapping[str, Any], *, key: str = "") -> Submission:
        """Send a task form; if fields are wrong, the error's ``errors`` name all of them.

        The same form with the same ``key`` is one task, however often it is sent.
        """
        keyed = {"Idempotency-Key": key} if key else {}
        return self._channel.request(
            "POST",
            "new_task",
            Submission.read,
            content=json.dumps(form),
            headers={"Content-Type": "application/json", **keyed},
        )

    def cancel(self, task_id: str) -> Task:
        """Cancel a task; one that has ended stays as it is."""
        return self._channel.request("POST", f"{task_path(task_id)}/cancel", self._task)

    def retry(self, task_id: str) -> Task:
        """Submit a failed or cancelled task again, as a new task."""
        return self._channel.request("POST", f"{task_path(task_id)}/retry", self._task)

    def edit_task(self, task_id: str, /, **changes: object) -> Task:
        """Change ``task_name``, ``description``, ``tags`` (a list) or ``archived``."""
        return self._channel.request("PATCH", task_path(task_id), self._task, json=changes)

    def delete_task(self, task_id: str, *, confirm: bool = False) -> Dependents:
        """Delete a task that has ended, with its model; the tasks fine-tuned from it, which stay.

        Raises:
            Unconfirmed: without ``confirm``; nothing was deleted.

        """
        query = {"confirm": "true"} if confirm else {}
        return self._channel.request("DELETE", task_path(task_id), Dependents.read, params=query)

    def audit(self, *, proj_id: str = "", limit: int | None = None) -> Iterator[AuditLine]:
        """The newest ``limit`` lines on who has changed, deleted or erased what, or all."""
        return self._paged("audit", AuditLine.read, {"proj_id": proj_id}, limit)

    def task(self, task_id: str) -> Task:
        """One task as it is now."""
        return self._channel.request("GET", task_path(task_id), self._task)

    def tasks(
        self,
        *,
        proj_id: str = "",
        status: str = "",
        search: str = "",
        tag: str = "",
        archived: bool = False,
        limit: int | None = None,
    ) -> Iterator[Task]:
        """The newest ``limit`` tasks, or all, newest first; pages are fetched as needed.

        ``search`` keeps those whose id or name contains it, ``tag`` those that have it. With
        ``archived`` those too that were archived.
        """
        query = {"proj_id": proj_id, "status": status, "q": search, "tag": tag}
        query["archived"] = "true" if archived else ""
        return self._paged("tasks", self._listed_task, query, limit)

    def tasks_frame(
        self, *, proj_id: str = "", status: str = "", search: str = "", limit: int | None = None
    ) -> "pd.DataFrame":
        """The same tasks as a table: a row per task, with its headline metric."""
        from service.client import tables  # noqa: PLC0415 - pandas is slow to import

        tasks = self.tasks(proj_id=proj_id, status=status, search=search, limit=limit)
        return tables.by_task(_row(task) for task in tasks)

    def refused_forms(
        self, *, proj_id: str = "", limit: int | None = None
    ) -> Iterator[RefusedForm]:
        """The newest ``limit`` forms refused in the last 30 days, or all; newest first."""
        return self._paged("refused_forms", RefusedForm.read, {"proj_id": proj_id}, limit)

    def wait(
        self,
        task_id: str,
        *,
        on_progress: Callable[[Task], object] | None = None,
        timeout: float | None = None,
        poll: float = 0.2,
    ) -> Task:
        """Return the task once it has ended, whether it finished or not.

        A service that restarts in the meantime is waited for.

        Args:
            task_id: id of the task.
            on_progress: called with the task at each poll, including the last one.
            timeout: seconds to wait; None waits for ever.
            poll: seconds before the second poll; each pause is 1.5 times longer, up to 2 s.

        Returns:
            The task as it ended; look at its ``task_status``.

        Raises:
            NotEnded: the task has not ended within ``timeout`` seconds.
            ClientError: the task does not exist, or the service did not answer for 30 s.

        """
        deadline = float("inf") if timeout is None else time.monotonic() + timeout
        heard, pause = time.monotonic(), poll
        while True:
            try:
                task = self.task(task_id)
            except ClientError as error:
                if not is_transient(error) or time.monotonic() > heard + PATIENCE:
                    raise
            else:
                heard = time.monotonic()
                if on_progress is not None:
                    on_progress(task)
                if task.ended:
                    return task
            left = deadline - time.monotonic()
            if left <= 0:
                seconds = f"{timeout:g}"
                raise NotEnded(Message("client.not-ended", task=task_id, seconds=seconds))
            time.sleep(min(pause, left))
            pause = min(1.5 * pause, LONGEST_PAUSE)

    def events(self, task_id: str, *, after: str = "") -> Iterator[Event]:
        """The events of a task as they happen, until it has ended.

        ``after`` is the id of the last event received earlier. If the stream breaks off, for
        example because the service restarts, it resumes without a gap or a repetition.
        """
        return events_of(self._channel, f"{task_path(task_id)}/events", after, PATIENCE)

    def lineage(self, task_id: str) -> tuple[Task, ...]:
        """The task, the one it was fine-tuned from, and so on back to the first."""
        return self._channel.request(
            "GET",
            f"{task_path(task_id)}/lineage",
            lambda reply: read_all(self._listed_task, reply["lineage"]),
        )

    def _listed_task(self, facts: Facts) -> Task:
        return Task.read(facts, self.language)

    def _task(self, reply: Facts) -> Task:
        return self._listed_task(reply["task"])


def _row(task: Task) -> dict[str, Any]:
    return {
        "task_id": task.task_id,
        "task_name": task.task_name,
        "task_status": task.task_status,
        "proj_id": task.proj_id,
        "model": task.task_config.get("model"),
        "submitted_at": task.submitted_at,
        **{name: getattr(task.headline, name, None) for name in HEADLINE_COLUMNS},
    }


def events_of(channel: Channel, path: str, after: str, patience: float) -> Iterator[Event]:
    """The events after the one with id ``after``; raises after ``patience`` seconds of silence."""
    heard = time.monotonic()
    while True:
        try:
            with channel.lines(path, {"Last-Event-ID": after} if after else {}) as lines:
                if lines is None:
                    return  # the task has ended, and every event was received
                heard = time.monotonic()
                for event in read_events(lines):
                    after, heard = event.id or after, time.monotonic()
                    yield event
                    if event.last:
                        return
        except ClientError as error:
            if not is_transient(error) or time.monotonic() > heard + patience:
                raise
        time.sleep(PAUSE)


def read_events(lines: Iterable[str]) -> Iterator[Event]:
    """The events in a stream's lines; comments and an incomplete last event are left out."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield _event(fields)
            fields = {}
        else:
            fields = {}


def _event(fields: dict[str, str]) -> Event:
    try:
        facts = json.loads(fields["data"])
    except ValueError as error:
        raise ClientError(Message("client.event-not-json")) from error
    if not isinstance(facts, dict):
        raise ClientError(Message("client.event-not-object"))
    return Event(fields.get("event", "message"), fields.get("id", ""), facts)
