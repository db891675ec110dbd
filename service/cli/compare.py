"""``sgn compare``: the figures of several tasks, side by side."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from graphnet.artifacts.result import TaskResult
from graphnet.evaluation.headline import seen_in_training, shared_by_leakage
from service.cli.completion import tasks
from service.cli.connection import service_at
from service.cli.options import example, json_option, url_option
from service.cli.result import SPLITS, figure, headline, present
from service.cli.terminal import Column, note, show_heading, show_json, show_table

if TYPE_CHECKING:
    from service.client import Task


@click.command(epilog=example("sgn compare TASK20012912454501 TASK20012912454502 --split test"))
@click.argument("compared", metavar="TASK...", nargs=-1, required=True, shell_complete=tasks)
@click.option("--split", type=click.Choice(list(SPLITS)), help="Only these subjects.")
@json_option
@url_option
@click.pass_obj
def compare(url: str, *, compared: tuple[str, ...], split: str | None, as_json: bool) -> None:
    """Show the figures of tasks side by side."""
    with service_at(url) as client:
        found = [client.task(task) for task in dict.fromkeys(compared)]
    there = shared_by_leakage(
        [seen_in_training(TaskResult.from_json(task.task_result)) for task in found]
    )
    splits = [name for name in there if split in (None, name)]
    if as_json:
        show_json([_facts(task, splits) for task in found])
        return
    for name in splits:
        _show_split(found, name)
    if not splits:
        note("None of them has figures to compare.")
    _warn(found, splits)


def _show_split(found: Sequence["Task"], split: str) -> None:
    """A row a task; one that has no such subjects has no figures."""
    metrics = [_metrics(task).get(split, {}) for task in found]
    titles = headline(metrics)
    show_heading(f"{SPLITS[split]}, with 95 % intervals")
    columns = [Column("Task", whole=True), Column("Name", spare=True), Column("Model", spare=True)]
    columns += [Column(title, spare=name == "n") for name, title in titles.items()]
    show_table(
        columns,
        [
            (
                *(task.task_id, task.task_name, _model(task)),
                *(figure(of_task, name) for name in titles),
            )
            for task, of_task in zip(found, metrics, strict=True)
        ],
    )


def _warn(found: Sequence["Task"], shown: Sequence[str]) -> None:
    """Figures of different subjects look comparable and are not; those of known ones too good."""
    for split in shown:
        for task in found if split != "train" else ():
            _warn_of_known(task, split)
        asked = {str(_data(task, split)) for task in found if split in _metrics(task)}
        if len(asked) > 1:
            note(
                f"{SPLITS[split]}: not all were measured on the same datasets, so a difference "
                "need not be the models'."
            )


def _warn_of_known(task: "Task", split: str) -> None:
    counts = seen_in_training(TaskResult.from_json(task.task_result))
    if split in counts and counts[split] is None:
        note(f"{SPLITS[split]}: it is not stored whether {task.task_id} knows these subjects.")
    elif counts.get(split):
        note(
            f"{SPLITS[split]}: {task.task_id} has trained on {counts[split]} of these subjects, so "
            "its figures are too good."
        )


def _data(task: "Task", split: str) -> list[str]:
    """The datasets whose subjects a split is of; of a cross-validation those of the training."""
    named = task.task_config.get(f"{split}_data" if split in ("val", "test") else "train_data")
    return sorted(map(str, named)) if isinstance(named, list) else [str(named)]


def _facts(task: "Task", splits: Sequence[str]) -> dict[str, Any]:
    kept = ("task_id", "task_name", "task_status")
    metrics = _metrics(task)
    shown = {name: metrics[name] for name in splits if name in metrics}
    return {**{name: getattr(task, name) for name in kept}, "metrics": shown}


def _metrics(task: "Task") -> dict[str, Any]:
    return present((task.task_result or {}).get("metrics"))


def _model(task: "Task") -> str:
    named = task.task_config.get("model") or ""
    return ", ".join(_names(named))


def _names(named: Any) -> Iterator[str]:
    yield from map(str, named if isinstance(named, list) else [named])
