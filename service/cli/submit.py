"""``sgn submit``: send a task form, and wait for what comes of it."""

import json
from typing import IO, TYPE_CHECKING, Any

import click

from service.cli.connection import service_at
from service.cli.group import INTERRUPTED
from service.cli.options import example, json_option, url_option
from service.cli.progress import shown_progress
from service.cli.result import show_ended
from service.cli.terminal import note, show_json

if TYPE_CHECKING:
    from service.client import Client, Submission, Task


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
        note(f"{task_id} goes on; 'sgn show {task_id}' says how far it is.")
        raise click.exceptions.Exit(INTERRUPTED) from None
