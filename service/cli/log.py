"""``sgn log``: what the worker said of a task."""

import time
from typing import TYPE_CHECKING

import click

from service.cli.connection import service_at
from service.cli.options import example, json_option, task_argument, url_option
from service.cli.terminal import plain, show_json

if TYPE_CHECKING:
    from service.client import Client

PAUSE = 1.0  # seconds


@click.command(epilog=example("sgn log TASK20012912454501 --follow"))
@task_argument
@click.option("-f", "--follow", is_flag=True, help="Go on until the task has ended.")
@json_option
@url_option
@click.pass_obj
def log(url: str, *, task: str, follow: bool, as_json: bool) -> None:
    """Show what the worker said of a task."""
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
