"""Tasks: list them, show one, and where its model comes from."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from graphnet.names import metric_name, split_name
from service.cli.connection import service_at
from service.cli.options import example, json_option, task_argument, url_option
from service.cli.orphans import end_orphans
from service.cli.task_display import position, show_result
from service.cli.terminal import STATUS_STYLES, Column, note, show_facts, show_json, show_table

if TYPE_CHECKING:
    from service.client import Headline, RefusedForm, Task


CANCEL_SECONDS = 30
PREDECESSOR = "predecessor"  # as the client names an owner; it is slow to import


@click.group(
    invoke_without_command=True, epilog=example("sgn tasks --status Failed --search schizo")
)
@click.option("--proj", metavar="ID", default="", help="Only this project's.")
@click.option("--status", default="", help="Only these, such as Running or Failed.")
@click.option("--search", metavar="TEXT", default="", help="Only if id or name contains it.")
@click.option("--archived", is_flag=True, help="Also those that were archived.")
@click.option("--refused", is_flag=True, help="List refused forms, and why they were refused.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@json_option
@url_option
@click.pass_context
def tasks(
    context: click.Context,
    *,
    proj: str,
    status: str,
    search: str,
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
        if status or search:
            raise click.UsageError("--refused goes with --proj and --limit only.")
        show_refused(url, proj=proj, limit=limit, as_json=as_json)
        return
    with service_at(url) as client:
        found = client.tasks(
            proj_id=proj, status=status, search=search, archived=archived, limit=limit
        )
        listed = list(found)
    if not listed and not as_json:
        note("There are no such tasks: submit one with 'sgn submit'.")
        return
    _show_list(listed, as_json=as_json)


@click.command(epilog=example("sgn show TASK20012912454501"))
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
    show_result(current.result)


@click.command(epilog=example("sgn cancel TASK20012912454501"))
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
        click.echo(f"{ended.task_id} {ended.task_status}")


@click.command(epilog=example("sgn retry TASK20012912454501"))
@task_argument
@json_option
@url_option
@click.pass_obj
def retry(url: str, *, task: str, as_json: bool) -> None:
    """Retry a failed or cancelled task; print the new task's id.

    The new task resumes from the last checkpoint of the old one.
    """
    with service_at(url) as client:
        again = client.retry(task)
    if as_json:
        show_json(again.facts)
    else:
        click.echo(again.task_id)


@click.command(epilog=example("sgn lineage TASK20012912454501"))
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
        *(Column("Task", whole=True), Column("Status", whole=True, styles=STATUS_STYLES)),
        *(Column("Done", right=True, whole=True), Column("Result", whole=True, spare=True)),
        *(Column("Type", whole=True, spare=True), Column("Project", whole=True, spare=True)),
        Column("Name"),
    ]
    show_table(columns, [_row(task) for task in listed])


def _row(task: "Task") -> tuple[object, ...]:
    form = (task.task_type, task.proj_id, task.task_name)
    result = "of the predecessor" if task.owner == PREDECESSOR else _headline(task.headline)
    return task.task_id, task.task_status, f"{task.progress.percent:.0f} %", result, *form


def _headline(headline: "Headline | None") -> str:
    """Such as ``AUC 0.93 [0.86, 0.98] test``."""
    if headline is None:
        return ""
    shown = f"{metric_name(headline.metric)} {headline.value:.2f}"
    if headline.low is not None and headline.high is not None:
        shown += f" [{headline.low:.2f}, {headline.high:.2f}]"
    return f"{shown} {str(split_name(headline.split)).lower()}"


def _facts(task: "Task") -> Iterator[tuple[str, object]]:
    config = task.task_config
    yield "Task", task.task_id
    yield "Name", task.task_name
    yield "Description", task.description
    yield "Tags", ", ".join(task.tags)
    yield "Archived", task.archived_at
    yield "Project", f"{task.proj_id} {config.get('proj_name') or ''}".strip()
    yield "Status", task.task_status
    if task.owner == PREDECESSOR:
        yield "Trained by", "this service's predecessor; its model is not stored here"
    yield "Imported", task.model_imported_at
    yield "Error", task.error
    yield "Done", position(task)
    yield "Type", task.task_type
    yield "Parent", task.parent_task_id
    yield "Retry of", task.retry_of
    yield "Model", _listed(config.get("model"))
    yield "Train data", _listed(config.get("train_data"))
    yield "Validation data", _listed(config.get("val_data"))
    yield "Test data", _listed(config.get("test_data"))
    settings = (config.get("param_set") or {}).items()
    yield "Settings", ", ".join(f"{name} {value}" for name, value in settings if value != "")


def _listed(names: Any) -> str:
    return ", ".join(map(str, names)) if isinstance(names, list) else str(names or "")


def show_refused(url: str, *, proj: str, limit: int, as_json: bool) -> None:
    """List refused forms, newest first, each with all its errors."""
    with service_at(url) as client:
        forms = list(client.refused_forms(proj_id=proj, limit=limit))
    if as_json:
        show_json([form.facts for form in forms])
        return
    if not forms:
        note("No form was refused in the last 30 days.")
        return
    columns = [
        *(Column("Refused (UTC)", whole=True), Column("Project", whole=True)),
        *(Column("Error", right=True, whole=True), Column("Request", whole=True, spare=True)),
        Column("Why"),
    ]
    show_table(columns, [_refused_row(form) for form in forms])


def _refused_row(form: "RefusedForm") -> tuple[object, ...]:
    time = form.refused_at[:19].replace("T", " ")
    why = " ".join(str(error.get("msg")) for error in form.errors) or form.msg
    return time, form.proj_id or "-", form.error_num, form.request_id, why


tasks.add_command(end_orphans)
