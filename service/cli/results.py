"""The results of tasks: report, predictions, comparison."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphnet.evaluation.headline import seen_in_training, shared_by_leakage
from graphnet.messages import ENGLISH, Message
from graphnet.names import SPLITS, split_name
from service.cli.base.commands import command, option
from service.cli.base.connection import service_at
from service.cli.base.files import STDOUT, output_file, write_text
from service.cli.base.language import WrongUsage, chosen_language, given_language
from service.cli.base.options import example, json_option, task_argument, tasks, url_option
from service.cli.display.task_display import compared_titles, metric_cell
from service.cli.display.terminal import Column, note, show_heading, show_json, show_table

if TYPE_CHECKING:
    from service.client import Task


@command(
    epilog=example("sgn report TASK20012912454501 -o report.html", "sgn report TASK… -o - | less"),
    help="help.command-report",
)
@task_argument
@option(
    "-o",
    "--output",
    "file",
    metavar="FILE.html",
    type=output_file,
    required=True,
    help="help.option-report-output",
)
@option("--stored", is_flag=True, help="help.option-report-stored")
@json_option
@url_option
@click.pass_obj
def report(url: str, *, task: str, file: Path, stored: bool, as_json: bool) -> None:
    """Write the report of a task, a self-contained HTML page."""
    if stored and given_language() not in (None, ENGLISH):
        raise WrongUsage(Message("cli.stored-report-is-english"))
    language = ENGLISH if stored else chosen_language()
    with service_at(url) as client:
        page = client.report(task, fresh=not stored, language=language)
    _give(task, file, page, "html", as_json=as_json)


@command(
    epilog=example("sgn predictions TASK20012912454501 -o predictions.csv"),
    help="help.command-predictions",
)
@task_argument
@option(
    "-o",
    "--output",
    "file",
    metavar="FILE.csv",
    type=output_file,
    default=STDOUT,
    help="help.option-predictions-output",
)
@json_option
@url_option
@click.pass_obj
def predictions(url: str, *, task: str, file: Path, as_json: bool) -> None:
    """Write a task's predictions of its own subjects, as CSV."""
    with service_at(url) as client:
        text = client.predictions_csv(task)
    if as_json and file == STDOUT:
        show_json({"task_id": task, "predictions": list(csv.DictReader(io.StringIO(text)))})
        return
    _give(task, file, text, "csv", as_json=as_json)


def _give(task: str, file: Path, text: str, kind: str, *, as_json: bool) -> None:
    """Write the text and print its path, or print the text itself."""
    if as_json and file == STDOUT:
        show_json({"task_id": task, kind: text})
        return
    write_text(file, text)
    if as_json:
        show_json({"task_id": task, "file": str(file)})
    elif file != STDOUT:
        click.echo(file)


@command(
    epilog=example("sgn compare TASK20012912454501 TASK20012912454502 --split test"),
    help="help.command-compare",
)
@click.argument("compared", metavar="TASK...", nargs=-1, required=True, shell_complete=tasks)
@option("--split", type=click.Choice(SPLITS), help="help.option-split")
@json_option
@url_option
@click.pass_obj
def compare(url: str, *, compared: tuple[str, ...], split: str | None, as_json: bool) -> None:
    """Show the metrics of several tasks side by side."""
    with service_at(url) as client:
        chosen = [client.task(task_id) for task_id in dict.fromkeys(compared)]
    available = shared_by_leakage([seen_in_training(task.result) for task in chosen])
    splits = [name for name in available if split in (None, name)]
    if as_json:
        show_json([_as_json(task, splits) for task in chosen])
        return
    for name in splits:
        _show_split(chosen, name)
    if not splits:
        note(Message("cli.nothing-to-compare"))
    _warn(chosen, splits)


def _show_split(compared: Sequence["Task"], split: str) -> None:
    """A row per task; one that has no such subjects has no metrics."""
    metrics = [task.result.metrics.get(split) for task in compared]
    titles = compared_titles([measured for measured in metrics if measured is not None])
    show_heading(Message("cli.metrics-of-split", split=split_name(split)))
    columns = [
        *(Column(Message("cli.task"), whole=True), Column(Message("cli.name"), spare=True)),
        Column(Message("cli.model"), spare=True),
    ]
    columns += [Column(title, spare=name == "n") for name, title in titles.items()]
    show_table(
        columns,
        [
            (
                *(task.task_id, task.task_name, _model(task)),
                *(metric_cell(measured, name) for name in titles),
            )
            for task, measured in zip(compared, metrics, strict=True)
        ],
    )


def _warn(compared: Sequence["Task"], splits: Sequence[str]) -> None:
    """Metrics of different subjects cannot be compared; those of training subjects mislead."""
    for split in splits:
        for task in compared if split != "train" else ():
            _warn_of_leakage(task, split)
        datasets = {str(_data(task, split)) for task in compared if split in task.result.measured}
        if len(datasets) > 1:
            note(Message("cli.different-datasets", split=split_name(split)))


def _warn_of_leakage(task: "Task", split: str) -> None:
    counts = seen_in_training(task.result)
    named = {"split": split_name(split), "task": task.task_id}
    if split in counts and counts[split] is None:
        note(Message("cli.leakage-unknown", **named))
    elif counts.get(split):
        note(Message("cli.leakage", **named, count=counts[split]))


def _data(task: "Task", split: str) -> list[str]:
    """The datasets of a split; a cross-validation uses those of the training."""
    names = task.task_config.get(f"{split}_data" if split in ("val", "test") else "train_data")
    return sorted(map(str, names)) if isinstance(names, list) else [str(names)]


def _as_json(task: "Task", splits: Sequence[str]) -> dict[str, Any]:
    stored = (task.task_result or {}).get("metrics") or {}
    return {
        "task_id": task.task_id,
        "task_name": task.task_name,
        "task_status": task.task_status,
        "metrics": {name: stored[name] for name in splits if stored.get(name)},
    }


def _model(task: "Task") -> str:
    names = task.task_config.get("model") or ""
    return ", ".join(map(str, names if isinstance(names, list) else [names]))
