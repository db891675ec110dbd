"""A task as a terminal shows it: how far it is, its metrics, its warnings."""

import json
import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING

from graphnet.artifacts.metrics import WITHIN_SITES
from graphnet.evaluation.headline import LEADING, by_leakage, seen_in_training
from graphnet.messages import Message
from graphnet.names import (
    CLASS_METRICS,
    SCORE_METRICS,
    method_name,
    metric_name,
    people,
    split_name,
    status_name,
)
from service.cli.terminal import (
    Column,
    Failure,
    listed,
    note,
    plain,
    say,
    show_facts,
    show_heading,
    show_json,
    show_table,
    words,
)

if TYPE_CHECKING:
    from graphnet.artifacts.metrics import SplitMetrics
    from graphnet.artifacts.result import TaskResult
    from graphnet.report.tables import Cell
    from service.client import Task
    from service.client.uploads import OnProgress


TOO_LONG = ("ece",)  # for a column's title
SHORT = {"cv": Message("cli.split-cv-short")}  # a column of a narrow terminal
COMPARED = ("accuracy", "balanced_accuracy", *LEADING, "mae")
SUCCEEDED = ("Finished", "Success")  # the second is the predecessor's word


def show_ended(task: "Task", *, as_json: bool) -> None:
    """Print a task that has ended; unless it succeeded, the command fails."""
    if as_json:
        show_json(task.facts)
    else:
        status = status_name(task.task_status)
        show_facts([
            (Message("cli.task"), task.task_id),
            (Message("cli.name"), task.task_name),
            (Message("cli.status"), status),
        ])  # fmt: skip
        show_result(task)
    if task.task_status not in SUCCEEDED:
        status = status_name(task.task_status)
        ended = Message("cli.task-is", task=task.task_id, status=status)
        raise Failure(task.reason or ended)


def _show_verdict(task: "Task") -> None:
    """What follows from the metrics, and what does not, as the report says it."""
    from graphnet.report.facts import Facts  # noqa: PLC0415 - slow to import
    from graphnet.report.summary import (  # noqa: PLC0415
        leading_metric,
        offered_form,
        simple_offer,
        verdict,
    )
    from graphnet.report.tables import KEPT  # noqa: PLC0415

    facts = Facts(task.facts, None, None, None)
    leading = leading_metric(facts)
    if leading is None:
        return
    show_heading(Message("cli.verdict"))
    sentences = [words(message) for message in (leading.message, *verdict(facts))]
    show_facts(("-", sentence.replace(KEPT, " ")) for sentence in sentences)
    if simple_offer(facts) is not None:
        form = json.dumps(offered_form(facts), ensure_ascii=False)
        say(Message("cli.train-instead", form=shlex.quote(form)))


def show_result(task: "Task") -> None:
    """Print a task's result; an interval stands in brackets."""
    result = task.result
    _show_verdict(task)
    if result.measured:
        _show_metrics(result)
        _show_baselines(result)
    _show_tuning(task)
    _show_sweep(task)
    if result.warnings:
        show_heading(Message("cli.warnings"))
        show_facts(("-", warning) for warning in result.warnings)


def compared_titles(metrics: Iterable["SplitMetrics"]) -> dict[str, Message]:
    """The few metrics that are compared, with their titles."""
    measured = list(metrics)
    titles, within = _titles(measured), any(WITHIN_SITES in metrics for metrics in measured)
    left_out = "auc" if within else WITHIN_SITES
    names = (name for name in ("n", *COMPARED) if name != left_out)
    return {name: titles[name] for name in names if name in titles}


def metric_cell(metrics: "SplitMetrics | None", name: str) -> str | Message:
    """Such as ``0.803 [0.74-0.86]``, with one space, so that it wraps before the interval.

    Two decimals fit a narrow terminal; rounded outwards, the value never lies outside.
    """
    if metrics is None:
        return "-"
    if name == "n":
        return people(metrics.subjects, metrics.n)
    value, bounds = metrics[name], metrics.interval(name)
    if value is None:
        return "-"
    if bounds is None:
        return f"{value:.3f}"
    low = floor(round(bounds[0] * 1000) / 10) / 100
    high = ceil(round(bounds[1] * 1000) / 10) / 100
    dash = ", " if low < 0 else "-"  # a dash beside a minus cannot be read
    return f"{value:.3f} [{low:.2f}{dash}{high:.2f}]"


def _titles(metrics: Iterable["SplitMetrics"]) -> dict[str, Message]:
    """The metrics of classes, or those of a score."""
    names = SCORE_METRICS if any("mae" in measured for measured in metrics) else CLASS_METRICS
    return {name: metric_name(name) for name in names if name not in TOO_LONG}


def _seen(counts: Mapping[str, int | None], split: str) -> str:
    """How many subjects of a split were used for training; ``?`` where nobody can say."""
    if split not in counts:
        return "-"
    return "?" if counts[split] is None else str(counts[split])


def _show_metrics(result: "TaskResult") -> None:
    splits, counts = by_leakage(result), seen_in_training(result)
    show_heading(Message("cli.metrics"))
    columns = [Column("", whole=True), *(_column(split) for split in splits)]
    metrics = result.measured
    rows: list[tuple[object, ...]] = [
        (title, *(metric_cell(metrics[split], name) for split in splits))
        for name, title in _titles(metrics.values()).items()
        # An earlier version did not compute all of them.
        if name == "n" or any(name in measured for measured in metrics.values())
    ]
    rows.insert(1, (Message("cli.seen-in-training"), *(_seen(counts, split) for split in splits)))
    show_table(columns, rows)


def _column(split: str) -> Column:
    return Column(SHORT.get(split) or split_name(split), spare=split == "train")


def _show_baselines(result: "TaskResult") -> None:
    split = next((split for split in by_leakage(result) if split != "train"), None)
    if split is None:
        return
    baselines = {
        method_name(name): metrics
        for name, by_split in result.baselines.items()
        if (metrics := by_split.get(split)) is not None
    }
    if not baselines:
        return
    show_heading(Message("cli.compared-with-baselines", split=words(split_name(split)).lower()))
    methods = {Message("cli.this-model"): result.measured[split], **baselines}
    titles = {
        name: title for name, title in compared_titles(methods.values()).items() if name != "n"
    }
    columns = [Column("", whole=True), *(Column(title) for title in titles.values())]
    show_table(
        columns,
        [
            (method, *(metric_cell(metrics, name) for name in titles))
            for method, metrics in methods.items()
        ],
    )


def _plain(cells: "Sequence[Cell]") -> "Iterator[str | Message]":
    """Cells that are no paragraphs."""
    return (cell for cell in cells if not isinstance(cell, tuple))


def _show_sweep(task: "Task") -> None:
    """The candidates of a sweep, the best first, and what the best one's figure is worth."""
    from graphnet.report.facts import Facts  # noqa: PLC0415 - slow to import
    from graphnet.report.training import SweepSection, sweep_table  # noqa: PLC0415

    facts = Facts(task.facts, None, None, None)
    section = SweepSection.of(facts)
    if section is None:
        return
    table = sweep_table(facts)
    show_heading(section.title)
    show_table(
        [Column(words(title)) for title in _plain(table.titles)],
        [[words(cell) for cell in _plain(row)] for row in table.rows],
    )
    show_facts(("-", sentence) for sentence in section.sentences)


def _show_tuning(task: "Task") -> None:
    """The fine-tuned model beside its parent and one from scratch, on the same new subjects."""
    from graphnet.report.facts import Facts  # noqa: PLC0415 - slow to import
    from graphnet.report.tables import KEPT  # noqa: PLC0415
    from graphnet.report.training import tuning_table  # noqa: PLC0415

    table = tuning_table(Facts(task.facts, None, None, None))
    if not table.rows:
        return
    show_heading(Message("report.tuning-title"))
    columns = [
        Column("", whole=True),
        *(Column(words(title)) for title in _plain(table.titles[1:])),
    ]
    cells = [[words(cell).replace(KEPT, " ") for cell in _plain(row)] for row in table.rows]
    show_table(columns, [tuple(row) for row in cells])


Watcher = Callable[["Task"], None]

LINE_PERCENT = 10.0
LINE_SECONDS = 30.0
LARGE_BYTES = 2_000_000
WAIT_SECONDS = 1.0  # most files are read sooner


@contextmanager
def shown_progress() -> Iterator[Watcher]:
    """Give a function that shows the progress of the task it is called with."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    with _bar() as watcher:
        yield watcher


@contextmanager
def shown_upload(file: Path | None) -> Iterator["OnProgress"]:
    """Give a function to call with the number of bytes read; for None, nothing is sent.

    A large file or folder has a bar on a terminal; once it is sent, a line says that a worker reads
    it.
    """
    from service.client.uploads import size_of  # noqa: PLC0415 - httpx is slow to import

    size = 0 if file is None else size_of(file)
    with _waiting() as begin, _upload_bar("" if file is None else file.name, size) as shown:
        if not size:
            begin()

        def report(done: int) -> None:
            shown(done)
            if done >= size:
                begin()

        yield report


@contextmanager
def shown_reading() -> Iterator[None]:
    """Say that a worker reads a file that was sent before."""
    with _waiting() as begin:
        begin()
        yield


@contextmanager
def _waiting() -> Iterator[Callable[[], None]]:
    """Give a function to call when waiting begins: a line says so if it takes a moment."""
    # Rendered here: another thread does not know the language of the command.
    sentence = words(Message("cli.waiting-for-worker"))
    timer = threading.Timer(WAIT_SECONDS, note, [sentence])
    timer.daemon = True

    def begin() -> None:
        if not timer.is_alive() and not timer.finished.is_set():
            timer.start()

    try:
        yield begin
    finally:
        timer.cancel()


@contextmanager
def _upload_bar(name: str, size: int) -> Iterator["OnProgress"]:
    if size < LARGE_BYTES or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich import progress  # noqa: PLC0415 - slow to import
    from rich.console import Console  # noqa: PLC0415

    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(bar_width=None),
        progress.DownloadColumn(),
    )
    console = Console(stderr=True)
    with progress.Progress(*columns, console=console, expand=True, transient=True) as shown:
        line = shown.add_task(plain(name), total=size)
        yield lambda sent: shown.update(line, completed=sent)


class Lines:
    """A line when the status changes, after every 10 percent and every half minute."""

    def __init__(self) -> None:
        self._status = ""
        self._percent = 0.0
        self._at = 0.0

    def __call__(self, task: "Task") -> None:
        """Print the task's progress if a line is due."""
        percent = task.progress.percent
        due = task.task_status != self._status or percent >= self._percent + LINE_PERCENT
        if not due and (task.ended or time.monotonic() < self._at + LINE_SECONDS):
            return
        self._status, self._percent, self._at = task.task_status, percent, time.monotonic()
        where = position(task)
        line = Message("cli.status-and-position", status=_named_status(task), position=where)
        note(line if where else _named_status(task))


@contextmanager
def _bar() -> Iterator[Watcher]:
    from rich.console import Console  # noqa: PLC0415 - slow to import
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[position]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), expand=True) as bar:
        line = bar.add_task("", total=None, position="")

        def watch(task: "Task") -> None:
            progress = task.progress
            bar.update(
                line,
                description=plain(_named_status(task)),
                total=progress.epochs or None,
                completed=progress.epoch,
                position=position(task),
            )

        yield watch


def _named_status(task: "Task") -> str:
    return f"{task.task_id} {words(status_name(task.task_status))}"


def position(task: "Task") -> str:
    """Such as ``epoch 20 of 200, 10 %, 0:34 left, Training the model``; "" before it begins."""
    progress = task.progress
    parts: list[Message | str] = []
    if progress.epochs and progress.epoch:
        counts = {"epoch": str(progress.epoch), "epochs": str(progress.epochs)}
        parts.append(Message("cli.epoch-of", **counts))
    if parts or progress.stage:
        parts.append(f"{int(progress.percent)} %")
    if progress.eta_seconds is not None and not task.ended:
        parts.append(Message("cli.time-left", time=_duration(progress.eta_seconds)))
    if progress.stage and not task.ended:
        parts.append(Message.from_json(progress.stage_message or progress.stage))
    return listed(parts)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
