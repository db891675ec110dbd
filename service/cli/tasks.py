"""Tasks: submit a form, watch, list and show them, cancel, retry, and where a model comes from."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any

import click

from graphnet.messages import Message, as_one
from graphnet.names import metric_name, split_name, status_name
from graphnet.options import typed_names
from service.cli.clean import end_orphans
from service.cli.commands import INTERRUPTED, command, group, option
from service.cli.options import (
    example,
    json_option,
    read_json,
    service_at,
    task_argument,
    url_option,
)
from service.cli.task_display import position, show_ended, show_result, shown_progress
from service.cli.terminal import (
    STATUS_STYLES,
    Column,
    Failure,
    WrongUsage,
    names_listed,
    note,
    plain,
    show_facts,
    show_json,
    show_table,
    words,
)

if TYPE_CHECKING:
    from service.client import Client, Event, Headline, RefusedForm, Submission, Task

CANCEL_SECONDS = 30
PREDECESSOR = "predecessor"  # as the client names an owner; it is slow to import


@group(
    invoke_without_command=True,
    epilog=example("sgn tasks --status Failed --search schizo"),
    help="help.command-tasks",
)
@option("--proj", metavar="ID", default="", help="help.option-proj")
@option("--status", metavar="STATUS", default="", help="help.option-status")
@option("--search", metavar="TEXT", default="", help="help.option-search")
@option("--tag", metavar="TAG", default="", help="help.option-tag-only")
@option("--archived", is_flag=True, help="help.option-archived")
@option("--refused", is_flag=True, help="help.option-refused")
@option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="N",
    help="help.option-limit",
)
@json_option
@url_option
@click.pass_context
def tasks(
    context: click.Context,
    *,
    proj: str,
    status: str,
    search: str,
    tag: str,
    archived: bool,
    refused: bool,
    limit: int,
    as_json: bool,
) -> None:
    """List tasks, newest first; with --refused, the forms that were refused."""
    url: str = context.obj
    if context.invoked_subcommand is not None:
        return
    if refused:
        if status or search or tag:
            raise WrongUsage(Message("cli.refused-alone"))
        show_refused(url, proj=proj, limit=limit, as_json=as_json)
        return
    with service_at(url) as client:
        pages = client.tasks(
            proj_id=proj, status=status, search=search, tag=tag, archived=archived, limit=limit
        )
        listed = list(pages)
    if not listed and not as_json:
        note(Message("cli.no-tasks"))
        return
    _show_list(listed, as_json=as_json)


@command(epilog=example("sgn show TASK20012912454501"), help="help.command-show")
@task_argument
@json_option
@url_option
@click.pass_obj
def show(url: str, *, task: str, as_json: bool) -> None:
    """Show a task: its form, its progress and its result."""
    with service_at(url) as client:
        current = client.task(task)
    if as_json:
        show_json(current.facts)
        return
    show_facts(_facts(current))
    show_result(current)


@command(epilog=example("sgn cancel TASK20012912454501"), help="help.command-cancel")
@task_argument
@json_option
@url_option
@click.pass_obj
def cancel(url: str, *, task: str, as_json: bool) -> None:
    """Cancel a task; the best parameters so far are kept."""
    with service_at(url) as client:
        client.cancel(task)
        ended = client.wait(task, timeout=CANCEL_SECONDS)
    if as_json:
        show_json(ended.facts)
    else:
        click.echo(f"{ended.task_id} {words(status_name(ended.task_status))}")


@command(epilog=example("sgn retry TASK20012912454501"), help="help.command-retry")
@task_argument
@json_option
@url_option
@click.pass_obj
def retry(url: str, *, task: str, as_json: bool) -> None:
    """Retry a failed or cancelled task; print the new task's id."""
    with service_at(url) as client:
        again = client.retry(task)
    if as_json:
        show_json(again.facts)
    else:
        click.echo(again.task_id)


@command(epilog=example("sgn lineage TASK20012912454501"), help="help.command-lineage")
@task_argument
@json_option
@url_option
@click.pass_obj
def lineage(url: str, *, task: str, as_json: bool) -> None:
    """List a task and those it was fine-tuned from."""
    with service_at(url) as client:
        chain = client.lineage(task)
    _show_list(chain, as_json=as_json)


def _show_list(listed: Iterable["Task"], *, as_json: bool) -> None:
    if as_json:
        show_json([task.facts for task in listed])
        return
    columns = [
        Column(Message("cli.task"), whole=True),
        Column(Message("cli.status"), whole=True, styles=STATUS_STYLES),
        Column(Message("cli.done"), right=True, whole=True),
        Column(Message("cli.result"), whole=True, spare=True),
        Column(Message("cli.type"), whole=True, spare=True),
        Column(Message("cli.project"), whole=True, spare=True),
        Column(Message("cli.name")),
    ]
    show_table(columns, [_row(task) for task in listed])


def _row(task: "Task") -> tuple[object, ...]:
    form = (task.task_type, task.proj_id, task.task_name)
    result = _headline(task.headline)
    if task.owner == PREDECESSOR:
        result = words(Message("cli.of-predecessor"))
    status = status_name(task.task_status)
    return task.task_id, status, f"{int(task.progress.percent)} %", result, *form


def _headline(headline: "Headline | None") -> str:
    """Such as ``AUC 0.93 [0.86, 0.98] test``."""
    if headline is None:
        return ""
    shown = f"{words(metric_name(headline.metric))} {headline.value:.2f}"
    if headline.low is not None and headline.high is not None:
        shown += f" [{headline.low:.2f}, {headline.high:.2f}]"
    return f"{shown} {words(split_name(headline.split)).lower()}"


def _facts(task: "Task") -> Iterator[tuple[Message, object]]:
    config = task.task_config
    yield Message("cli.task"), task.task_id
    yield Message("cli.name"), task.task_name
    yield Message("cli.description"), task.description
    yield Message("cli.tags"), names_listed(task.tags)
    yield Message("cli.archived"), task.archived_at
    yield Message("cli.project"), f"{task.proj_id} {config.get('proj_name') or ''}".strip()
    yield Message("cli.status"), status_name(task.task_status)
    if task.owner == PREDECESSOR:
        yield Message("cli.trained-by"), Message("cli.trained-by-predecessor")
    yield Message("cli.imported"), task.model_imported_at
    yield Message("cli.error"), task.reason
    yield Message("cli.done"), position(task)
    yield Message("cli.type"), task.task_type
    yield Message("cli.parent"), task.parent_task_id
    yield Message("cli.retry-of"), task.retry_of
    yield Message("cli.model"), _model(task)
    yield Message("cli.chosen-atlas"), _atlas(task)
    yield Message("cli.train-data"), _listed(config.get("train_data"))
    yield Message("cli.val-data"), _listed(config.get("val_data"))
    yield Message("cli.test-data"), _listed(config.get("test_data"))
    yield (
        Message("cli.settings"),
        names_listed(
            f"{name} {_listed(value) or value}"
            for name, value in task.settings.items()
            if value != ""
        ),
    )


def _model(task: "Task") -> str | Message:
    """The model that was trained: of a sweep that of the best candidate, whatever the form says."""
    sweep = task.result.sweep
    best = None if sweep is None else sweep.best_settings.get("model")
    if best is None:
        return _listed(task.task_config.get("model"))
    return Message("cli.best-of-sweep", model=str(best))


def _atlas(task: "Task") -> Message | str:
    """The datasets of the atlas that was chosen; "" where one was used."""
    atlases = () if task.result.sweep is None else task.result.sweep.atlases
    if not atlases:
        return ""
    return Message("cli.best-of-atlases", atlas=atlases[0], count=len(atlases))


def _listed(names: Any) -> str:
    return typed_names(names) if isinstance(names, list) else str(names or "")


def show_refused(url: str, *, proj: str, limit: int, as_json: bool) -> None:
    """List refused forms, newest first, each with all its errors."""
    with service_at(url) as client:
        forms = list(client.refused_forms(proj_id=proj, limit=limit))
    if as_json:
        show_json([form.facts for form in forms])
        return
    if not forms:
        note(Message("cli.nothing-refused"))
        return
    columns = [
        Column(Message("cli.refused-at"), whole=True),
        Column(Message("cli.project"), whole=True),
        Column(Message("cli.error"), right=True, whole=True),
        Column(Message("cli.request"), whole=True, spare=True),
        Column(Message("cli.why")),
    ]
    show_table(columns, [_refused_row(form) for form in forms])


def _refused_row(form: "RefusedForm") -> tuple[object, ...]:
    time = form.refused_at[:19].replace("T", " ")
    why = words(as_one(form.reasons))
    return time, form.proj_id or "-", form.error_num, form.request_id, why


tasks.add_command(end_orphans)


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
