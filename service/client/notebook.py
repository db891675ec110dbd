"""The small tables by which a notebook shows a task or a dataset, in the client's language."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING

from graphnet.artifacts.metrics import SplitMetrics
from graphnet.evaluation.headline import unseen_splits
from graphnet.messages import Message, as_one, first_of, render
from graphnet.names import metric_name, split_name, status_name

if TYPE_CHECKING:
    from service.client.answers import Dataset, Task

Row = tuple[Message, Message | str | None]
METRICS = ("accuracy", "auc", "mae", "r2")


def task_table(task: "Task") -> str:
    """A task's name and state, and its metrics on subjects that are new to the model."""
    return _table(_task_rows(task), task.language)


def dataset_table(dataset: "Dataset") -> str:
    """What a dataset holds, and what keeps it from being used."""
    return _table(_dataset_rows(dataset), dataset.language)


def _table(rows: Iterable[Row], language: str) -> str:
    """HTML of the rows that say something; everything in it is escaped."""
    cells = [
        (escape(render(title, language)), escape(render(text, language)))
        for title, text in rows
        if text
    ]
    lines = [f"<tr><th>{title}</th><td>{text}</td></tr>" for title, text in cells]
    return f"<table>{''.join(lines)}</table>"


def _task_rows(task: "Task") -> Iterator[Row]:
    yield Message("cli.task"), task.task_id
    yield Message("cli.name"), task.task_name
    yield Message("cli.status"), status_name(task.task_status)
    yield Message("cli.error"), task.reason
    if not task.ended:
        yield Message("cli.done"), f"{task.progress.percent:.0f} %"
    for split in unseen_splits(task.result)[:1]:
        subjects = render(split_name(split), task.language).lower()
        metrics = task.result.measured[split]
        for name in METRICS:
            if name in metrics:
                title = Message("cli.in-detail", name=metric_name(name), details=subjects)
                yield title, _with_interval(metrics, name)


def _with_interval(metrics: SplitMetrics, name: str) -> str:
    value, bounds = metrics[name], metrics.interval(name)
    if value is None:
        return "—"
    return f"{value:.3f}" + (f" [{bounds[0]:.2f}, {bounds[1]:.2f}]" if bounds else "")


def _dataset_rows(dataset: "Dataset") -> Iterator[Row]:
    yield Message("cli.dataset"), dataset.data_name
    yield Message("cli.id"), dataset.data_id
    yield Message("cli.project"), dataset.proj_id
    yield Message("doctor.state"), _dataset_state(dataset)
    yield Message("cli.of-subjects"), str(dataset.subjects or "")
    counts = [f"{name}: {count:,}" for name, count in dataset.named_classes.items()]
    yield Message("cli.classes"), ", ".join(counts)
    yield Message("cli.of-regions"), str(dataset.regions or "")
    yield Message("cli.measures"), _measures(dataset)


def _measures(dataset: "Dataset") -> Message | None:
    names: list[Message | str] = [
        *dataset.measures,
        *([Message("cli.connectome")] if dataset.connectome else []),
    ]
    return Message("text", text=first_of(names)) if names else None


def _dataset_state(dataset: "Dataset") -> Message | None:
    """What keeps it from being used; None where it is ready."""
    if dataset.problem_messages:
        return as_one(dataset.problem_messages)
    if dataset.state == "unread":
        return Message("cli.dataset-unread")
    if dataset.questions:
        return as_one(question.message for question in dataset.questions)
    return None
