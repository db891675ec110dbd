"""What came of a task: its metrics, what simple methods reach on the same subjects, warnings."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from graphnet.artifacts.result import TaskResult
from graphnet.evaluation.headline import OF_CLASSES, OF_SCORES, by_leakage, seen_in_training
from service.cli.terminal import Column, show_facts, show_heading, show_json, show_table

if TYPE_CHECKING:
    from service.client import Task

Metrics = Mapping[str, Any]

METRICS = {name: title for name, title in OF_CLASSES.items() if name != "ece"}  # too long
COMPARED = ("accuracy", "balanced_accuracy", "auc", "mae", "r2")
SPLITS = {
    "train": "Train",
    "val": "Validation",
    "test": "Test",
    "cv": "Cross-val.",
    "leave_site_out": "Site left out",
}
KNOWN = "Known subjects"
WELL = ("Finished", "Success")  # the second is the predecessor's word


def show_ended(task: "Task", *, as_json: bool) -> None:
    """Print a task that has ended; an end that is not well ends the command as a failure."""
    if as_json:
        show_json(task.facts)
    else:
        facts = [("Task", task.task_id), ("Name", task.task_name), ("Status", task.task_status)]
        show_facts(facts)
        show_result(task.task_result or {})
    if task.task_status not in WELL:
        raise click.ClickException(task.error or f"{task.task_id} is {task.task_status}.")


def show_result(result: Mapping[str, Any]) -> None:
    """Print a finished task's ``task_result``; an interval stands in brackets."""
    metrics = present(result.get("metrics"))
    if metrics:
        _show_metrics(result, metrics)
        _show_baselines(result, metrics)
    warnings = result.get("warnings") or []
    if warnings:
        show_heading("Warnings")
        show_facts(("-", sentence) for sentence in warnings)


def present(metrics: Any) -> dict[str, Metrics]:
    """Those that have figures, by name."""
    named = metrics if isinstance(metrics, dict) else {}
    return {name: values for name, values in named.items() if isinstance(values, dict)}


def headline(metrics: Iterable[Metrics]) -> dict[str, str]:
    """The few metrics that are compared, with their titles."""
    titles = _titles(metrics)
    return {name: titles[name] for name in ("n", *COMPARED) if name in titles}


def figure(metrics: Metrics, name: str) -> str:
    """Such as ``0.803 [0.74-0.85]``, with one space, so that it wraps before the interval."""
    value = metrics.get(name)
    if value is None:
        return "-"
    if name == "n":
        return str(value)
    interval = (metrics.get("ci") or {}).get(name)
    if not interval:
        return f"{value:.3f}"
    low, high = interval
    dash = ", " if low < 0 else "-"  # a dash beside a minus cannot be read
    return f"{value:.3f} [{low:.2f}{dash}{high:.2f}]"


def _titles(metrics: Iterable[Metrics]) -> dict[str, str]:
    """The metrics of classes, or those of a score."""
    return OF_SCORES if any("mae" in each for each in metrics) else METRICS


def known(result: Mapping[str, Any] | None, split: str) -> str:
    """How many subjects of a split the model knows; ``?`` where nobody can say."""
    counts = seen_in_training(TaskResult.from_json(result))
    if split not in counts:
        return "-"
    return "?" if counts[split] is None else str(counts[split])


def _show_metrics(result: Mapping[str, Any], metrics: Mapping[str, Metrics]) -> None:
    splits = by_leakage(TaskResult.from_json(result))
    show_heading("Metrics, with 95 % intervals")
    columns = [Column("", whole=True), *(Column(SPLITS[s], spare=s == "train") for s in splits)]
    titles = _titles(metrics.values())
    rows = [(label, *(figure(metrics[s], name) for s in splits)) for name, label in titles.items()]
    rows.insert(1, (KNOWN, *(known(result, split) for split in splits)))
    show_table(columns, rows)


def _show_baselines(result: Mapping[str, Any], metrics: Mapping[str, Metrics]) -> None:
    split = next(
        (split for split in by_leakage(TaskResult.from_json(result)) if split != "train"), None
    )
    compared = {name: present(each) for name, each in present(result.get("baselines")).items()}
    rivals = {name: values[split] for name, values in compared.items() if split in values}
    if split is None or not rivals:
        return
    show_heading(f"Beside simple methods ({SPLITS[split].lower()})")
    methods = {"this model": metrics[split], **rivals}
    titles = {name: text for name, text in headline(methods.values()).items() if name != "n"}
    columns = [Column("", whole=True), *(Column(text) for text in titles.values())]
    show_table(
        columns,
        [(name, *(figure(found, each) for each in titles)) for name, found in methods.items()],
    )
