"""``sgn watch``: a task as it goes on, to its end."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from service.cli.connection import service_at
from service.cli.group import INTERRUPTED
from service.cli.options import example, json_option, task_argument, url_option
from service.cli.progress import shown_progress
from service.cli.result import show_ended
from service.cli.terminal import note

if TYPE_CHECKING:
    from service.client import Client, Event, Task


@click.command(epilog=example("sgn watch TASK20012912454501"))
@task_argument
@json_option
@url_option
@click.pass_obj
def watch(url: str, *, task: str, as_json: bool) -> None:
    """Watch a task until it has ended; exit with 1 if it failed.

    A service that restarts meanwhile is waited for.
    """
    with service_at(url) as client:
        try:
            with shown_progress() as shown:
                for look in _looks(client, task):
                    shown(look)
            found = client.task(task)
        except KeyboardInterrupt:
            note(f"{task} goes on; 'sgn watch {task}' takes it up again.")
            raise click.exceptions.Exit(INTERRUPTED) from None
    show_ended(found, as_json=as_json)


def _looks(client: "Client", task_id: str) -> Iterator["Task"]:
    """The task at each change; the last one as the service has it."""
    look = client.task(task_id)
    yield look
    if look.ended:
        return
    for event in client.events(task_id):
        look = _after(look, event)
        yield look
    yield client.task(task_id)


def _after(look: "Task", event: "Event") -> "Task":
    from service.client import Progress  # noqa: PLC0415 - httpx is slow to import

    if event.kind == "status":
        return replace(look, task_status=str(event.facts.get("task_status") or look.task_status))
    if event.kind == "progress":
        return replace(look, progress=Progress.read(event.facts))
    return look
