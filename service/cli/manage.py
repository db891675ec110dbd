"""What is kept is changed, deleted and erased: ``sgn data edit``, ``sgn edit``, ``sgn audit``.

What cannot be undone is shown first with all that depends on it, and done once that is confirmed.
"""

import re
import sys
from collections.abc import Callable, Sequence
from functools import reduce
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from graphnet.messages import Message
from service.cli.commands import command, option
from service.cli.data import data
from service.cli.mapping import can_ask
from service.cli.options import (
    dataset_argument,
    example,
    json_option,
    service_at,
    task_argument,
    url_option,
)
from service.cli.terminal import (
    STATUS_STYLES,
    Column,
    Failure,
    WrongUsage,
    note,
    show_json,
    show_table,
    words,
)

if TYPE_CHECKING:
    from service.client import AuditLine, Dependent, Dependents

T = TypeVar("T")
KNOWN = {True: Message("report.yes"), False: Message("report.no"), None: "?"}

OF_PROGRAMS = re.compile(r"[^.。]*confirm=true[^.。]*[.。]")  # what a program is to send
AUDITED = (
    *(Message("cli.time"), Message("cli.action")),
    *(Message("cli.kind-of-object"), Message("cli.id")),
)

yes_option = option("--yes", is_flag=True, help="help.option-yes")


def edit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that changes a name or a label."""
    options = (
        option("--archive/--restore", "archived", default=None, help="help.option-archive"),
        option("--no-tags", is_flag=True, help="help.option-no-tags"),
        option("--tag", "tags", multiple=True, metavar="WORD", help="help.option-tag"),
        option("--description", metavar="TEXT", help="help.option-description"),
        option("--rename", metavar="NAME", help="help.option-rename"),
    )
    return reduce(lambda decorated, add_option: add_option(decorated), options, command)


@data.command(
    "edit",
    epilog=example(
        "sgn data edit patients --rename patients_2026",
        "sgn data edit patients --description 'site A' --tag sMRI --archive",
    ),
    help="help.command-data-edit",
)
@dataset_argument
@edit_options
@json_option
@url_option
@click.pass_obj
def edit_data(url: str, /, *, name: str, as_json: bool, **given: Any) -> None:
    """Rename, describe, tag or archive a dataset."""
    changes = _changes("data_name", **given)
    with service_at(url) as client:
        dataset = client.edit_dataset(name, **changes)
    if as_json:
        show_json(dataset.facts)
    else:
        click.echo(dataset.data_name)


@data.command(
    "delete",
    epilog=example("sgn data delete patients", "sgn data delete old --yes"),
    help="help.command-data-delete",
)
@dataset_argument
@yes_option
@json_option
@url_option
@click.pass_obj
def delete_data(url: str, *, name: str, yes: bool, as_json: bool) -> None:
    """Delete a dataset; models that were trained on it stay."""
    with service_at(url) as client:
        dependents = _confirmed(
            lambda confirm: client.delete_dataset(name, confirm=confirm), yes=yes, as_json=as_json
        )
    if as_json:
        show_json({"deleted": name, **_facts(dependents)})
    else:
        click.echo(words(Message("cli.deleted", name=name)))


@data.command(
    "erase",
    epilog=example(
        "sgn data erase patients sub-07 sub-12",
        "sgn data erase patients --subjects withdrawn.txt --evidence --yes",
    ),
    help="help.command-data-erase",
)
@dataset_argument
@click.argument("subject_ids", metavar="[SUBJECT]...", nargs=-1)
@option("--subjects", metavar="FILE", type=click.File(), help="help.option-subjects")
@option("--evidence", is_flag=True, help="help.option-evidence")
@yes_option
@json_option
@url_option
@click.pass_obj
def erase(
    url: str,
    *,
    name: str,
    subject_ids: Sequence[str],
    subjects: IO[str] | None,
    evidence: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Erase subjects from a dataset, and name the models that were trained on them."""
    ids = [*subject_ids, *(subjects.read().splitlines() if subjects else ())]
    if not any(subject.strip() for subject in ids):
        raise click.MissingParameter(param_hint="'SUBJECT'", param_type="argument")
    with service_at(url) as client:
        done = _confirmed(
            lambda confirm: client.erase_subjects(name, ids, evidence=evidence, confirm=confirm),
            yes=yes,
            as_json=as_json,
        )
    if as_json:
        shown = {key: value for key, value in vars(done).items() if key != "dependents"}
        show_json({**shown, **_facts(done.dependents)})
    else:
        click.echo(words(Message("cli.rows-erased", count=done.removed, left=done.left)))
        if done.not_found:
            note(Message("cli.not-in-dataset", ids=list(done.not_found)))
    if done.not_found and not done.removed and not done.evidence_erased:
        sys.exit(1)


@command(
    epilog=example("sgn edit TASK20012912454501 --rename 'first try' --tag thesis"),
    help="help.command-edit",
)
@task_argument
@edit_options
@json_option
@url_option
@click.pass_obj
def edit(url: str, /, *, task: str, as_json: bool, **given: Any) -> None:
    """Rename, describe, tag or archive a task."""
    changes = _changes("task_name", **given)
    with service_at(url) as client:
        changed = client.edit_task(task, **changes)
    if as_json:
        show_json(changed.facts)
    else:
        click.echo(changed.task_id)


@command(epilog=example("sgn delete TASK20012912454501"), help="help.command-delete")
@task_argument
@yes_option
@json_option
@url_option
@click.pass_obj
def delete(url: str, *, task: str, yes: bool, as_json: bool) -> None:
    """Delete a task that has ended, with its model, its results and its log."""
    with service_at(url) as client:
        dependents = _confirmed(
            lambda confirm: client.delete_task(task, confirm=confirm), yes=yes, as_json=as_json
        )
    if as_json:
        show_json({"deleted": task, **_facts(dependents)})
    else:
        click.echo(words(Message("cli.deleted", name=task)))


@command(epilog=example("sgn audit --proj PROJ1 --limit 100"), help="help.command-audit")
@option("--proj", metavar="ID", default="", help="help.option-proj")
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
@click.pass_obj
def audit(url: str, *, proj: str, limit: int, as_json: bool) -> None:
    """List who has changed, deleted or erased what, newest first."""
    with service_at(url) as client:
        lines = list(client.audit(proj_id=proj, limit=limit))
    if as_json:
        show_json([line.as_dict() for line in lines])
        return
    columns = [
        *(Column(title, whole=True) for title in AUDITED),
        Column(Message("cli.project"), whole=True, spare=True),
        *(Column(Message("cli.by"), whole=True), Column(Message("cli.name"))),
    ]
    show_table(columns, [_line(line) for line in lines])


def _line(line: "AuditLine") -> tuple[object, ...]:
    at = line.at[:19].replace("T", " ")
    name = str(line.details.get("name") or "")
    if line.details.get("to"):
        name += f" → {line.details['to']}"
    return at, line.action, line.kind, line.object_id, line.proj_id, line.actor, name


def _changes(
    name_field: str,
    *,
    rename: str | None,
    description: str | None,
    tags: Sequence[str],
    no_tags: bool,
    archived: bool | None,
) -> dict[str, Any]:
    """The fields to be changed. Raises click.UsageError where there are none."""
    given: dict[str, Any] = {name_field: rename, "description": description, "archived": archived}
    changes = {name: value for name, value in given.items() if value is not None}
    if tags or no_tags:
        changes["tags"] = list(tags)
    if not changes:
        raise WrongUsage(Message("cli.nothing-to-change"))
    return changes


def _confirmed(call: Callable[[bool], T], *, yes: bool, as_json: bool) -> T:
    """What ``call`` gives once it is confirmed; what depends on it is shown first."""
    from service.client import Unconfirmed  # noqa: PLC0415 - httpx is slow to import

    try:
        return call(yes)
    except Unconfirmed as error:
        if as_json:
            raise
        _show(error.dependents)
        sentence = OF_PROGRAMS.sub("", str(error)).strip()
        if not can_ask():
            raise Failure(sentence, Message("cli.add-yes")) from error
        note(sentence)
        click.confirm(words(Message("cli.go-on")), abort=True, err=True)
    return call(True)  # noqa: FBT003


def _show(dependents: "Dependents") -> None:
    """The tasks concerned; of an erasure also how each of them knows the subjects."""
    traced = any(
        task.trained is not None or task.predicted is not None for task in dependents.tasks
    )
    if dependents.tasks:
        known = [
            Column(Message("cli.trained-on"), whole=True),
            Column(Message("cli.was-predicted"), whole=True),
        ]
        columns = [
            Column(Message("cli.task"), whole=True),
            Column(Message("cli.status"), whole=True, styles=STATUS_STYLES),
            *(known if traced else ()),
            Column(Message("cli.name")),
        ]
        show_table(columns, [_row(task, traced=traced) for task in dependents.tasks])
    if dependents.others:
        note(Message("cli.tasks-of-others", count=dependents.others))


def _row(task: "Dependent", *, traced: bool) -> tuple[object, ...]:
    known = (KNOWN[task.trained], KNOWN[task.predicted]) if traced else ()
    return task.task_id, task.task_status, *known, task.task_name


def _facts(dependents: "Dependents") -> dict[str, Any]:
    return {
        "dependents": [task.as_dict() for task in dependents.tasks],
        "others": dependents.others,
    }
