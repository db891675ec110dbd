"""Tasks: list them, show one, and where its model comes from."""

from collections.abc import Coroutine, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from graphnet.evaluation.headline import OF_CLASSES, OF_SCORES
from service.cli.connection import service_at
from service.cli.options import example, json_option, task_argument, url_option
from service.cli.task_display import SPLITS, show_result
from service.cli.terminal import STATUS_STYLES, Column, note, show_facts, show_json, show_table
from service.cli.token import home_option
from service.local.home import database_file, database_url

if TYPE_CHECKING:
    from db.orphans import Orphan
    from service.client import Headline, RefusedForm, Task


CANCEL_SECONDS = 30
PREDECESSOR = "predecessor"  # as the client names an owner; it is slow to import
NAMES = {**OF_CLASSES, **OF_SCORES}


@click.group(
    invoke_without_command=True, epilog=example("sgn tasks --status Failed --search schizo")
)
@click.option("--proj", metavar="ID", default="", help="Only this project's.")
@click.option("--status", default="", help="Only these, such as Running or Failed.")
@click.option("--search", metavar="TEXT", default="", help="Only if id or name contains it.")
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
        found = list(client.tasks(proj_id=proj, status=status, search=search, limit=limit))
    if not found and not as_json:
        note("There are no such tasks: submit one with 'sgn submit'.")
        return
    _show_list(found, as_json=as_json)


@click.command(epilog=example("sgn show TASK20012912454501"))
@task_argument
@json_option
@url_option
@click.pass_obj
def show(url: str, *, task: str, as_json: bool) -> None:
    """Show a task: its form, its progress and its result."""
    with service_at(url) as client:
        found = client.task(task)
    if as_json:
        show_json(found.facts)
        return
    show_facts(_described(found))
    show_result(found.result)


@click.command(epilog=example("sgn cancel TASK20012912454501"))
@task_argument
@json_option
@url_option
@click.pass_obj
def cancel(url: str, *, task: str, as_json: bool) -> None:
    """Cancel a task; the best parameters so far are kept."""
    with service_at(url) as client:
        client.cancel(task)
        found = client.wait(task, timeout=CANCEL_SECONDS)
    if as_json:
        show_json(found.facts)
    else:
        click.echo(f"{found.task_id} {found.task_status}")


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


def _show_list(found: Iterable["Task"], *, as_json: bool) -> None:
    if as_json:
        show_json([task.facts for task in found])
        return
    columns = [
        *(Column("Task", whole=True), Column("Status", whole=True, styles=STATUS_STYLES)),
        *(Column("Done", right=True, whole=True), Column("Figure", whole=True, spare=True)),
        *(Column("Type", whole=True, spare=True), Column("Project", whole=True, spare=True)),
        Column("Name"),
    ]
    show_table(columns, [_row(task) for task in found])


def _row(task: "Task") -> tuple[object, ...]:
    done = f"{task.progress.percent:.0f} %" if task.progress else ""
    asked = (task.task_type, task.proj_id, task.task_name)
    figure = "of the predecessor" if task.owner == PREDECESSOR else _figure(task.headline)
    return task.task_id, task.task_status, done, figure, *asked


def _figure(found: "Headline | None") -> str:
    """Such as ``AUC 0.93 [0.86, 0.98] test``."""
    if found is None:
        return ""
    shown = f"{NAMES[found.metric]} {found.value:.2f}"
    if found.low is not None and found.high is not None:
        shown += f" [{found.low:.2f}, {found.high:.2f}]"
    return f"{shown} {SPLITS[found.split].lower()}"


def _described(task: "Task") -> Iterator[tuple[str, object]]:
    config = task.task_config
    yield "Task", task.task_id
    yield "Name", task.task_name
    yield "Project", f"{task.proj_id} {config.get('proj_name') or ''}".strip()
    yield "Status", task.task_status
    if task.owner == PREDECESSOR:
        yield "Trained by", "this service's predecessor; its model is not stored here"
    yield "Imported", task.facts.get("model_imported_at")
    yield "Error", task.error
    yield "Done", _done(task)
    yield "Type", task.task_type
    yield "Parent", task.parent_task_id
    yield "Retry of", task.facts.get("retry_of")
    yield "Model", _listed(config.get("model"))
    yield "Train data", _listed(config.get("train_data"))
    yield "Validation data", _listed(config.get("val_data"))
    yield "Test data", _listed(config.get("test_data"))
    settings = (config.get("param_set") or {}).items()
    yield "Settings", ", ".join(f"{name} {value}" for name, value in settings if value != "")


def _done(task: "Task") -> str:
    if task.progress is None or not task.progress.epochs:
        return ""
    done = task.progress
    return f"epoch {done.epoch} of {done.epochs}, {done.percent:.0f} %"


def _listed(names: Any) -> str:
    return ", ".join(map(str, names)) if isinstance(names, list) else str(names or "")


def show_refused(url: str, *, proj: str, limit: int, as_json: bool) -> None:
    """List refused forms, the newest first, each with all that was wrong."""
    with service_at(url) as client:
        found = list(client.refused_forms(proj_id=proj, limit=limit))
    if as_json:
        show_json([form.facts for form in found])
        return
    if not found:
        note("No form was refused in the last 30 days.")
        return
    columns = [
        *(Column("Refused (UTC)", whole=True), Column("Project", whole=True)),
        *(Column("Error", right=True, whole=True), Column("Request", whole=True, spare=True)),
        Column("Why"),
    ]
    show_table(columns, [_refused_row(form) for form in found])


def _refused_row(form: "RefusedForm") -> tuple[object, ...]:
    when = form.refused_at[:19].replace("T", " ")
    why = " ".join(str(error.get("msg")) for error in form.errors) or form.msg
    return when, form.proj_id or "-", form.error_num, form.request_id, why


T = TypeVar("T")


@click.command(
    "end-orphans", epilog=example("sgn tasks end-orphans --home ./sgn-home --older-than 30")
)
@click.option("--proj", metavar="ID", default="", help="Only this project's.")
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(0, 36_500),
    default=None,
    metavar="DAYS",
    help="Only tasks submitted at least so many days ago, by the time in their id.",
)
@click.option("--dry-run", is_flag=True, help="Only list them.")
@click.option("--yes", is_flag=True, help="End them without asking, for a script.")
@json_option
@home_option
def end_orphans(
    *, proj: str, days: int | None, dry_run: bool, yes: bool, as_json: bool, home: Path | None
) -> None:
    """End tasks of this service's predecessor that are Submitted or Running for ever.

    Nobody trains them: they have no run of this service. They are listed first; then, once
    confirmed, each is written as Failed with a sentence that says so. With --json nobody is
    asked, so nothing is ended without --yes. Rows of other services are never touched.
    """
    url = _database(home)
    found = [each for each in _all(url) if _wanted(each, proj, days)]
    if not as_json:
        _show(found)
    if found and not dry_run and not as_json and not yes:
        click.confirm(f"Mark {_counted(found)} as Failed?", abort=True, err=True)
        yes = True
    ended = _ended(url, found) if found and yes and not dry_run else set()
    if as_json:
        show_json({"tasks": [{**vars(each), "ended": each.task_id in ended} for each in found]})
    elif ended or (found and yes and not dry_run):
        note(f"{len(ended)} ended, {len(found) - len(ended)} unchanged.")


def _wanted(each: "Orphan", proj: str, days: int | None) -> bool:
    if proj and each.proj_id != proj:
        return False
    return days is None or (each.age_days is not None and each.age_days >= days)


def _show(found: Sequence["Orphan"]) -> None:
    if not found:
        note("The predecessor left no unfinished tasks.")
        return
    columns = [
        *(Column("Task", whole=True), Column("Status", whole=True, styles=STATUS_STYLES)),
        *(Column("Days", right=True, whole=True), Column("Project", whole=True)),
        Column("Name"),
    ]
    rows = [
        (each.task_id, each.task_status, _age(each), each.proj_id, each.task_name) for each in found
    ]
    show_table(columns, rows)


def _age(each: "Orphan") -> str:
    return "" if each.age_days is None else f"{each.age_days:.0f}"


def _counted(found: Sequence["Orphan"]) -> str:
    return "this task" if len(found) == 1 else f"these {len(found)} tasks"


def _all(url: str) -> list["Orphan"]:
    from db.orphans import find_orphans  # noqa: PLC0415 - slow to import

    return _asked(url, find_orphans())


def _ended(url: str, found: Sequence["Orphan"]) -> set[str]:
    """The ids of those that are ended now."""
    from db.orphans import end_orphan  # noqa: PLC0415 - slow to import

    async def each_ended() -> set[str]:
        return {each.task_id for each in found if await end_orphan(each)}

    return _asked(url, each_ended())


def _database(home: Path | None) -> str:
    """The database of a folder, or the one in the environment."""
    import os  # noqa: PLC0415 - slow to import

    from actors.settings import ProcessSettingsError, read  # noqa: PLC0415

    if home is not None:
        if not database_file(home).is_file():
            raise click.ClickException(f"{home} is not the folder of an 'sgn up'.")
        return database_url(home)
    try:
        return read(os.environ, "SGN_DATABASE_URL", str)
    except ProcessSettingsError as error:
        raise click.ClickException(str(error)) from error


def _asked(url: str, query: Coroutine[Any, Any, T]) -> T:
    import asyncio  # noqa: PLC0415 - slow to import

    from db.connection import check_schema, close_database, open_database  # noqa: PLC0415
    from db.errors import DatabaseError  # noqa: PLC0415

    async def asked() -> T:
        await open_database(url)
        try:
            await check_schema()
            return await query
        finally:
            await close_database()

    try:
        return asyncio.run(asked())
    except (DatabaseError, OSError) as error:
        query.close()
        raise click.ClickException(str(error)) from error


tasks.add_command(end_orphans)
