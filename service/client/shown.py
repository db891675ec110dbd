"""A task as a notebook shows it."""

from collections.abc import Iterator
from html import escape

from graphnet.artifacts.result import SplitMetrics, TaskResult
from graphnet.evaluation.headline import unseen_splits
from service.client.answers import Task

SPLITS = {
    "test": "test",
    "cv": "cross-validated",
    "leave_site_out": "site left out",
    "val": "validation",
}
HEADLINE = {"accuracy": "Accuracy", "auc": "AUC", "mae": "Mean absolute error", "r2": "R²"}


def task_html(task: Task) -> str:
    """A small table with status and headline metrics; everything in it is escaped."""
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>"
        for name, text in _facts(task)
        if text
    )
    return f"<table>{rows}</table>"


def _facts(task: Task) -> Iterator[tuple[str, str]]:
    yield "Task", task.task_id
    yield "Name", task.task_name
    yield "Status", task.task_status
    yield "Error", task.error or ""
    if not task.ended and task.progress is not None:
        yield "Done", f"{task.progress.percent:.0f} %"
    result = TaskResult.from_json(task.task_result)
    for split in unseen_splits(result)[:1]:
        yield from _figures(result.measured[split], SPLITS[split])


def _figures(metrics: SplitMetrics, split: str) -> Iterator[tuple[str, str]]:
    for name, title in HEADLINE.items():
        if name in metrics:
            yield f"{title} ({split})", _figure(metrics, name)


def _figure(metrics: SplitMetrics, name: str) -> str:
    value = metrics[name]
    if value is None:
        return "—"
    interval = metrics.interval(name)
    return f"{value:.3f}" + (f" [{interval[0]:.2f}, {interval[1]:.2f}]" if interval else "")
