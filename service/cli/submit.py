"""``sgn submit``, ``watch`` and ``log``: send a task form, and follow its task."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any

import click

from graphnet.messages import Message
from service.cli.base.commands import INTERRUPTED, command, option
from service.cli.base.connection import service_at
from service.cli.base.files import read_json
from service.cli.base.language import Failure
from service.cli.base.options import example, json_option, task_argument, url_option
from service.cli.display.task_display import show_ended, shown_progress
from service.cli.display.terminal import note, plain, show_json

if TYPE_CHECKING:
    from service.client import Client, Event, Submission, Task


PAUSE = 1.0  # seconds between two requests for a log


@command(
    epilog=example("sgn submit form.json --wait", "sgn submit - < form.json"),
    help="help.command-submit",
)
@click.argument("form", metavar="FORM.json", type=click.File("rb"))
@option("--wait", is_flag=True, help="help.option-wait")
@json_option
@url_option
@click.pass_obj
def submit(url: str, *, form: IO[bytes], wait: bool, as_json: bool) -> None:
    """Send a task form; print the task's id."""
    fields = _fields(form)
    with service_at(url) as client:
        submission = client.submit(fields)
        for sentence in submission.warnings:
            note(sentence)
        if not wait:
            _show_submission(submission, as_json=as_json)
            return
        task = _ended(client, submission.task_id)
    show_ended(task, as_json=as_json)


def _fields(form: IO[bytes]) -> dict[str, Any]:
    fields = read_json(form)
    if not isinstance(fields, dict):
        raise Failure(Message("cli.not-a-form", file=form.name))
    return fields


def _show_submission(submission: "Submission", *, as_json: bool) -> None:
    if as_json:
        show_json({"task_id": submission.task_id, **submission.facts})
        return
    click.echo(submission.task_id)


def _ended(client: "Client", task_id: str) -> "Task":
    try:
        with shown_progress() as watcher:
            return client.wait(task_id, on_progress=watcher)
    except KeyboardInterrupt:
        note(Message("cli.continues-show", task=task_id))
        raise click.exceptions.Exit(INTERRUPTED) from None


@command(epilog=example("sgn watch TASK20012912454501"), help="help.command-watch")
@task_argument
@json_option
@url_option
@click.pass_obj
def watch(url: str, *, task: str, as_json: bool) -> None:
    """Watch a task until it has ended; exit with 1 if it failed."""
    with service_at(url) as client:
        try:
            with shown_progress() as shown:
                for state in _states(client, task):
                    shown(state)
            ended = client.task(task)
        except KeyboardInterrupt:
            note(Message("cli.continues-watch", task=task))
            raise click.exceptions.Exit(INTERRUPTED) from None
    show_ended(ended, as_json=as_json)


def _states(client: "Client", task_id: str) -> Iterator["Task"]:
    """The task after each event; at the end as the service answers it."""
    task = client.task(task_id)
    yield task
    if task.ended:
        return
    for event in client.events(task_id):
        task = _after(task, event)
        yield task
    yield client.task(task_id)


def _after(task: "Task", event: "Event") -> "Task":
    from service.client import Progress  # noqa: PLC0415 - httpx is slow to import

    if event.kind == "status":
        return replace(task, task_status=str(event.facts.get("task_status") or task.task_status))
    if event.kind == "progress":
        return replace(task, progress=Progress.read(event.facts))
    return task


@command(epilog=example("sgn log TASK20012912454501 --follow"), help="help.command-log")
@task_argument
@option("-f", "--follow", is_flag=True, help="help.option-follow")
@json_option
@url_option
@click.pass_obj
def log(url: str, *, task: str, follow: bool, as_json: bool) -> None:
    """Show the log of a task."""
    with service_at(url) as client:
        lines = _followed(client, task, quiet=as_json) if follow else _lines(client, task)
    if as_json:
        show_json({"task_id": task, "log": lines})
    elif not follow:
        _print(lines)


def _followed(client: "Client", task: str, *, quiet: bool) -> list[str]:
    """All lines once the task has ended; each is printed as it comes, unless ``quiet``."""
    printed = 0
    while True:
        ended = client.task(task).ended  # before its last lines are requested
        lines = _lines(client, task)
        if not quiet:
            _print(lines[printed:])
        printed = max(printed, len(lines))
        if ended:
            return lines
        time.sleep(PAUSE)


def _lines(client: "Client", task: str) -> list[str]:
    return client.log(task).splitlines()


def _print(lines: list[str]) -> None:
    for line in lines:
        click.echo(plain(line))
