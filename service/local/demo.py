"""``sgn demo``: the main job from nothing, on synthetic subjects of two made-up sites.

It starts ``sgn up`` as a notebook does and talks to it as anybody would, over HTTP.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from graphnet.data.synthetic import cohort_table
from service.cli.progress import shown_progress
from service.client import Client, ClientError, Task, local_service

PROJECT = "DEMO"
TRAINING = {"epochs": 60, "learning_rate": 0.01, "batch_size": 32}
FINE_TUNING = {"epochs": 20, "learning_rate": 0.005, "batch_size": 16}


@dataclass(frozen=True)
class Step:
    """One file: ``subjects`` of class ``label`` of ``site``, numbered from ``first``."""

    name: str
    site: str
    label: int
    subjects: int
    seed: int
    first: int = 1


STEPS = (
    Step("one_SZ", "one", 1, 120, 1),
    Step("one_NC", "one", 0, 150, 1),
    Step("two_SZ_tuning", "two", 1, 24, 2),
    Step("two_NC_tuning", "two", 0, 24, 2),
    Step("two_SZ_test", "two", 1, 40, 3, first=1001),
    Step("two_NC_test", "two", 0, 40, 3, first=1001),
)
TRAIN, TUNE, TEST = (
    [part.name for part in STEPS[first : first + 2]] for first in range(0, len(STEPS), 2)
)


def run(home: Path | None) -> int:
    """Run the demo in ``home``, by default ``demo-home`` here; the exit status."""
    try:
        folder = (home or Path("demo-home")).resolve()
        with local_service(folder) as client:
            _show(client, folder)
    except (ClientError, DemoError) as error:
        click.echo(str(error), err=True)
        return 1
    return 0


class DemoError(Exception):
    """Why the demo cannot go on, in one sentence."""


def _show(client: Client, folder: Path) -> None:
    click.echo("1. Six files of synthetic subjects from two sites are uploaded.")
    _upload(client, folder)
    click.echo("2. SGN is trained from scratch on site one and tested on site two.")
    first = _train(client, {"task_type": "dl_ts", "train_data": TRAIN, "param_set": TRAINING})
    click.echo("3. It is fine-tuned on 48 subjects of site two and tested on the same others.")
    asked = {**FINE_TUNING, "trained_task_id": first.task_id}
    second = _train(client, {"task_type": "dl_ft", "train_data": TUNE, "param_set": asked})
    _table({"trained on site one": first, "fine-tuned on site two": second})
    for task in (first, second):
        click.echo(f"{task.task_id}: {_result(task)['model_state_path']}")
    click.echo(f"lineage: {' from '.join(task.task_id for task in client.lineage(second.task_id))}")


def _upload(client: Client, folder: Path) -> None:
    for part in STEPS:
        path = folder / f"{part.name}.csv"
        table = cohort_table(part.site, part.label, part.subjects, seed=part.seed, first=part.first)
        table.to_csv(path, index=False)
        known = {dataset.data_name for dataset in client.datasets(PROJECT)}
        if part.name in known:
            continue
        dataset = client.add_dataset(path, proj_id=PROJECT, data_name=part.name)
        cells = sum(finding.count for finding in dataset.findings)
        click.echo(f"   {part.name}: {dataset.subjects} subjects, {cells} unusable values found")


def _train(client: Client, form: dict[str, Any]) -> Task:
    common = {"proj_id": PROJECT, "proj_name": "Demo", "enable_test": True, "test_data": TEST}
    task_id = client.submit({**common, **form}).task_id
    with shown_progress() as watcher:
        task = client.wait(task_id, on_progress=watcher, timeout=600)
    if task.task_status != "Finished":
        raise DemoError(f"{task_id} is {task.task_status}. {task.error or ''}")
    return task


def _table(tasks: dict[str, Task]) -> None:
    """A row a task: figures on the subjects of site two that no training saw."""
    shown = Table(title=f"Site two, {_test(next(iter(tasks.values())))['n']} unseen subjects")
    shown.add_column("")
    for title in ("accuracy [95 %]", "AUC [95 %]"):
        shown.add_column(title)
    for name, task in tasks.items():
        shown.add_row(name, _figure(task, "accuracy"), _figure(task, "auc"))
    Console().print(shown)


def _figure(task: Task, metric: str) -> str:
    test = _test(task)
    low, high = test["ci"][metric]
    return f"{test[metric]:.2f} [{low:.2f}-{high:.2f}]"


def _test(task: Task) -> dict[str, Any]:
    test: dict[str, Any] = _result(task)["metrics"]["test"]
    return test


def _result(task: Task) -> dict[str, Any]:
    return dict(task.task_result or {})
