"""``sgn submit``: send a task form, and wait for what comes of it."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any

import click

from service.cli.connection import service_at
from service.cli.group import INTERRUPTED
from service.cli.options import example, json_option, task_argument, url_option
from service.cli.task_display import show_ended, shown_progress
from service.cli.terminal import note, plain, show_json

if TYPE_CHECKING:
    from service.client import Client, Event, Submission, Task


@click.command(epilog=example("sgn submit form.json --wait", "sgn submit - < form.json"))
@click.argument("form", metavar="FORM.json", type=click.File("rb"))
@click.option("--wait", is_flag=True, help="Wait for the task to end; exit with 1 if it failed.")
@json_option
@url_option
@click.pass_obj
def submit(url: str, *, form: IO[bytes], wait: bool, as_json: bool) -> None:
    """Send a task form; print the task's id.

    Where FORM.json is -, the form comes from standard input.
    """
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
    try:
        fields = json.loads(form.read())
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{form.name} is not JSON: {error}.") from error
    except OSError as error:
        raise click.ClickException(f"{form.name} cannot be read: {error.strerror}.") from error
    if not isinstance(fields, dict):
        raise click.ClickException(f"{form.name} must hold one JSON object, the form's fields.")
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
        note(f"{task_id} continues; 'sgn show {task_id}' shows its progress.")
        raise click.exceptions.Exit(INTERRUPTED) from None


@click.command(epilog=example("sgn watch TASK20012912454501"))
@task_argument
@json_option
@url_option
@click.pass_obj
def watch(url: str, *, task: str, as_json: bool) -> None:
    """Watch a task until it has ended; exit with 1 if it failed.

    A service that restarts in the meantime is waited for.
    """
    with service_at(url) as client:
        try:
            with shown_progress() as shown:
                for look in _looks(client, task):
                    shown(look)
            found = client.task(task)
        except KeyboardInterrupt:
            note(f"{task} continues; 'sgn watch {task}' watches it again.")
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


PAUSE = 1.0  # seconds


@click.command(epilog=example("sgn log TASK20012912454501 --follow"))
@task_argument
@click.option("-f", "--follow", is_flag=True, help="Follow the log until the task has ended.")
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
        _say(lines)


def _followed(client: "Client", task: str, *, quiet: bool) -> list[str]:
    """All lines once the task has ended; each is said as it comes, unless ``quiet``."""
    said = 0
    while True:
        ended = client.task(task).ended  # before its last lines are asked for
        lines = _lines(client, task)
        if not quiet:
            _say(lines[said:])
        said = max(said, len(lines))
        if ended:
            return lines
        time.sleep(PAUSE)


def _lines(client: "Client", task: str) -> list[str]:
    return client.log(task).splitlines()


def _say(lines: list[str]) -> None:
    for line in lines:
        click.echo(plain(line))
