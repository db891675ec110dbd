"""``sgn demo``: train, fine-tune and test a model on synthetic subjects of two sites.

It starts ``sgn up`` as a notebook does, and talks to it over HTTP.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from graphnet.artifacts.metrics import SplitMetrics
from graphnet.data.synthetic import cohort_table
from graphnet.messages import ENGLISH, Message, MessageError, render
from graphnet.names import metric_name, status_name
from service.client import Client, ClientError, Task, local_service
from service.client.client import is_running
from service.environment import DEFAULT_URL
from service.local.typed import render_typed, shown_path, typed

# Gives a function that shows the progress of the task it is called with.
ShownProgress = Callable[[], AbstractContextManager[Callable[[Task], None]]]

PROJECT = "DEMO"
METRICS = ("accuracy", "auc")
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


def run(home: Path | None, shown_progress: ShownProgress, language: str = ENGLISH) -> int:
    """Run the demo in ``home``, by default the folder ``demo-home``; return the exit status.

    It speaks ``language``.
    """
    try:
        folder = (home or Path("demo-home")).resolve()
        starting = Message("local.demo-starting", folder=shown_path(folder))
        click.echo(render_typed(starting, language))
        keeps_running = is_running(folder)
        with local_service(folder) as client:
            _Demo(client, folder, shown_progress, language, keeps_running).run()
    except (ClientError, DemoError) as error:
        click.echo(render_typed(error.message, language), err=True)
        return 1
    return 0


class DemoError(MessageError):
    """Why the demo cannot continue."""


@dataclass(frozen=True)
class _Demo:
    """The steps of the demo, each with what is said of it."""

    client: Client
    folder: Path
    shown_progress: ShownProgress
    language: str
    keeps_running: bool  # the service ran before the demo, and goes on

    def run(self) -> None:
        """Upload, train, fine-tune and compare."""
        self._say(Message("local.demo-uploading"))
        self._upload()
        self._say(Message("local.demo-training"))
        form = {"task_type": "dl_ts", "train_data": TRAIN, "param_set": TRAINING}
        first = self._train(form)
        self._say(Message("local.demo-fine-tuning"))
        settings = {**FINE_TUNING, "trained_task_id": first.task_id}
        form = {"task_type": "dl_ft", "train_data": TUNE, "param_set": settings}
        second = self._train(form)
        self._table({"local.demo-trained": first, "local.demo-fine-tuned": second})
        for task in (first, second):
            path = str(task.result.model_state_path)
            self._say(Message("local.demo-model", task=task.task_id, path=path))
        lineage = [task.task_id for task in self.client.lineage(second.task_id)]
        self._say(Message("local.demo-lineage", task=lineage[0], parent=lineage[1]))
        for message in second.result.fine_tuning.messages if second.result.fine_tuning else ():
            self._say(message)
        self._end(second)

    def _end(self, task: Task) -> None:
        """Write the report of ``task``, and say where its page is."""
        file = self.folder / "report.html"
        file.write_text(self.client.report(task.task_id, language=self.language), encoding="utf-8")
        self._say(Message("local.demo-report", file=shown_path(file)))
        page = f"/tasks/{task.task_id}"
        if self.keeps_running:
            self._say(Message("local.demo-page", page=f"{self.client.service_url}{page}"))
            return
        command = typed(f"sgn up --open --home {shown_path(self.folder)}")
        self._say(Message("local.demo-next", command=command, page=f"{DEFAULT_URL}{page}"))

    def _say(self, message: Message) -> None:
        click.echo(render_typed(message, self.language))

    def _upload(self) -> None:
        existing = {dataset.data_name for dataset in self.client.datasets(PROJECT)}
        for file in FILES:
            path = self.folder / f"{file.name}.csv"
            table = cohort_table(
                file.site, file.label, file.subjects, seed=file.seed, first=file.first
            )
            table.to_csv(path, index=False)
            if file.name in existing:
                continue
            dataset = self.client.add_dataset(path, proj_id=PROJECT, data_name=file.name)
            unusable = sum(finding.count for finding in dataset.findings)
            counts = {"subjects": str(dataset.subjects), "values": str(unusable)}
            uploaded = Message("local.demo-uploaded", name=file.name, **counts)
            click.echo(f"   {render(uploaded, self.language)}")

    def _train(self, form: dict[str, Any]) -> Task:
        common = {"proj_id": PROJECT, "proj_name": "Demo", "enable_test": True, "test_data": TEST}
        task_id = self.client.submit({**common, **form}).task_id
        with self.shown_progress() as watcher:
            task = self.client.wait(task_id, on_progress=watcher, timeout=600)
        if task.task_status != "Finished":
            status = status_name(task.task_status)
            ended = Message(
                "local.demo-task-ended", task=task_id, status=status, reason=task.reason or ""
            )
            raise DemoError(ended)
        return task

    def _table(self, tasks: Mapping[str, Task]) -> None:
        """A row per task, by the code of its name: metrics on the test subjects of site two."""
        subjects = str(_test(next(iter(tasks.values()))).n)
        title = Message("local.demo-test-subjects", subjects=subjects)
        shown = Table(title=render(title, self.language))
        shown.add_column("")
        for metric in METRICS:
            shown.add_column(f"{render(metric_name(metric), self.language)} [95 %]")
        for name, task in tasks.items():
            shown.add_row(
                render(Message(name), self.language),
                *(_metric(_test(task), metric) for metric in METRICS),
            )
        Console().print(shown)


def _metric(test: SplitMetrics, name: str) -> str:
    value, bounds = test[name], test.interval(name)
    if value is None:
        return "-"
    return f"{value:.2f}" + (f" [{bounds[0]:.2f}-{bounds[1]:.2f}]" if bounds else "")


def _test(task: Task) -> SplitMetrics:
    return task.result.measured["test"]
