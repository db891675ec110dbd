"""``sgn demo``: train, fine-tune and test a model on synthetic subjects of two sites.

It starts ``sgn up`` as a notebook does, and talks to it over HTTP.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from graphnet.artifacts.result import SplitMetrics
from graphnet.data.synthetic import cohort_table
from graphnet.messages import Message
from service.client import Client, ClientError, Task, local_service

# Gives a function that shows the progress of the task it is called with.
ShownProgress = Callable[[], AbstractContextManager[Callable[[Task], None]]]

PROJECT = "DEMO"
TRAINING = {"epochs": 60, "learning_rate": 0.01, "batch_size": 32}
FINE_TUNING = {"epochs": 20, "learning_rate": 0.005, "batch_size": 16}


@dataclass(frozen=True)
class CohortFile:
    """A file: ``subjects`` subjects of class ``label`` of ``site``, numbered from ``first``."""

    name: str
    site: str
    label: int
    subjects: int
    seed: int
    first: int = 1


FILES = (
    CohortFile("one_SZ", "one", 1, 120, 1),
    CohortFile("one_NC", "one", 0, 150, 1),
    CohortFile("two_SZ_tuning", "two", 1, 24, 2),
    CohortFile("two_NC_tuning", "two", 0, 24, 2),
    CohortFile("two_SZ_test", "two", 1, 40, 3, first=1001),
    CohortFile("two_NC_test", "two", 0, 40, 3, first=1001),
)
TRAIN, TUNE, TEST = (
    [file.name for file in FILES[first : first + 2]] for first in range(0, len(FILES), 2)
)


def run(home: Path | None, shown_progress: ShownProgress) -> int:
    """Run the demo in ``home``, by default the folder ``demo-home``; return the exit status."""
    try:
        folder = (home or Path("demo-home")).resolve()
        with local_service(folder) as client:
            _run(client, folder, shown_progress)
    except (ClientError, DemoError) as error:
        click.echo(str(error), err=True)
        return 1
    return 0


class DemoError(Exception):
    """Why the demo cannot continue, as a message; ``str`` is its English sentence."""


def _run(client: Client, folder: Path, shown_progress: ShownProgress) -> None:
    click.echo("1. Uploading six files of synthetic subjects from two sites.")
    _upload(client, folder)
    click.echo("2. Training SGN from scratch on site one, and testing it on site two.")
    form = {"task_type": "dl_ts", "train_data": TRAIN, "param_set": TRAINING}
    first = _train(client, form, shown_progress)
    click.echo("3. Fine-tuning it on 48 subjects of site two, and testing it again.")
    settings = {**FINE_TUNING, "trained_task_id": first.task_id}
    form = {"task_type": "dl_ft", "train_data": TUNE, "param_set": settings}
    second = _train(client, form, shown_progress)
    _table({"trained on site one": first, "fine-tuned on site two": second})
    for task in (first, second):
        click.echo(f"Model of {task.task_id}: {task.result.model_state_path}")
    click.echo(f"Lineage: {' from '.join(task.task_id for task in client.lineage(second.task_id))}")


def _upload(client: Client, folder: Path) -> None:
    existing = {dataset.data_name for dataset in client.datasets(PROJECT)}
    for file in FILES:
        path = folder / f"{file.name}.csv"
        table = cohort_table(file.site, file.label, file.subjects, seed=file.seed, first=file.first)
        table.to_csv(path, index=False)
        if file.name in existing:
            continue
        dataset = client.add_dataset(path, proj_id=PROJECT, data_name=file.name)
        unusable = sum(finding.count for finding in dataset.findings)
        click.echo(f"   {file.name}: {dataset.subjects} subjects, {unusable} unusable values")


def _train(client: Client, form: dict[str, Any], shown_progress: ShownProgress) -> Task:
    common = {"proj_id": PROJECT, "proj_name": "Demo", "enable_test": True, "test_data": TEST}
    task_id = client.submit({**common, **form}).task_id
    with shown_progress() as watcher:
        task = client.wait(task_id, on_progress=watcher, timeout=600)
    if task.task_status != "Finished":
        raise DemoError(
            Message(
                "local.demo-task-ended",
                task=task_id,
                status=str(task.task_status),
                reason=task.error or "",
            )
        )
    return task


def _table(tasks: dict[str, Task]) -> None:
    """A row per task: metrics on the test subjects of site two."""
    shown = Table(title=f"Site two, {_test(next(iter(tasks.values()))).n} test subjects")
    shown.add_column("")
    for title in ("Accuracy [95 %]", "AUC [95 %]"):
        shown.add_column(title)
    for name, task in tasks.items():
        shown.add_row(name, _metric(_test(task), "accuracy"), _metric(_test(task), "auc"))
    Console().print(shown)


def _metric(test: SplitMetrics, name: str) -> str:
    value, bounds = test[name], test.interval(name)
    if value is None:
        return "-"
    return f"{value:.2f}" + (f" [{bounds[0]:.2f}-{bounds[1]:.2f}]" if bounds else "")


def _test(task: Task) -> SplitMetrics:
    return task.result.measured["test"]
