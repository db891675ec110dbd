"""A model card: what a stored model is, on what it was tested, and what it must not be used for.

Markdown, in the order of the model cards of Mitchell et al. (2019), https://arxiv.org/abs/1810.03993.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphnet.artifacts.metrics import SplitMetrics
from graphnet.artifacts.stored_json import as_items, as_mapping
from graphnet.evaluation.headline import by_leakage, seen_in_training
from graphnet.messages import Message, joined, render
from graphnet.names import method_name, metric_name, people, split_name
from service.client.answers import Task

SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")
UNKNOWN = "—"

Row = Sequence[Message | str]


@dataclass(frozen=True)
class ModelCard:
    """The card of a task in ``language``; ``manifest`` is {} where no model was stored."""

    task: Task
    manifest: Mapping[str, Any]
    language: str

    @property
    def summary(self) -> str:
        """The first paragraph: how well it does on subjects new to it, or that nobody knows."""
        return self._say(self._headline())

    def text(self) -> str:
        """The card as Markdown."""
        return "\n".join(self._lines()) + "\n"

    def _headline(self) -> Message:
        led = self.task.headline
        measured = None if led is None else self.task.result.measured.get(led.split)
        if led is None or measured is None:
            return Message("mlflow.card-untested")
        values: dict[str, Message | str] = {
            "metric": metric_name(led.metric),
            "split": split_name(led.split),
            "value": f"{led.value:.3f}",
            "n": people(measured.subjects, measured.n),
        }
        if led.low is None or led.high is None:
            return Message("mlflow.card-headline", **values)
        bounds = {"low": f"{led.low:.3f}", "high": f"{led.high:.3f}"}
        return Message("mlflow.card-headline-interval", **values, **bounds)

    def _lines(self) -> Iterator[str]:
        task = self.task
        yield f"# {_plain(task.task_name or task.task_id)}"
        yield from ("", self.summary)
        if task.description:
            yield from ("", _plain(task.description))
        yield from self._section(Message("mlflow.card-use"))
        yield self._say(Message("mlflow.card-research-only"))
        yield from self._section(Message("cli.model"))
        yield from self._table((Message("cli.name"), Message("mlflow.card-value")), self._facts())
        yield from self._section(Message("mlflow.card-data"))
        head = (Message("mlflow.card-split"), Message("cli.dataset"), Message("cli.of-subjects"))
        yield from self._table((*head, "SHA-256"), self._datasets())
        yield from self._section(Message("mlflow.card-performance"))
        yield from self._performance()
        if task.result.warnings:
            yield from self._section(Message("cli.warnings"))
            yield from (f"- {_plain(self._say(warning))}" for warning in task.result.warnings)

    def _facts(self) -> Iterator[Row]:
        settings = as_mapping(self.manifest.get("settings"))
        sizes = as_mapping(self.manifest.get("sizes"))
        named = {
            Message("cli.task"): self.task.task_id,
            Message("cli.model"): settings.get("model") or self.task.task_config.get("model"),
            Message("cli.of-regions"): sizes.get("regions"),
            Message("cli.measures"): joined(
                map(str, as_items(self.manifest.get("measures"))), self.language
            ),
            Message("mlflow.card-parent"): self.task.parent_task_id,
            Message("mlflow.card-epoch"): self.task.result.selected_epoch,
            Message("mlflow.card-parameters"): self.manifest.get("parameters_sha256"),
        }
        yield from ((name, str(value)) for name, value in named.items() if value)
        versions = self.task.result.versions
        if versions:
            named_versions = (f"{name} {version}" for name, version in versions.items())
            listed = joined(named_versions, self.language)
            yield Message("mlflow.card-versions"), listed

    def _datasets(self) -> Iterator[Row]:
        for split, datasets in as_mapping(self.manifest.get("datasets")).items():
            for dataset in datasets:
                fields = (str(dataset.get(name, "")) for name in ("name", "subjects", "sha256"))
                yield split_name(split), *fields

    def _performance(self) -> Iterator[str]:
        result = self.task.result
        seen = seen_in_training(result)
        for split in by_leakage(result):
            measured = result.measured[split]
            title = self._say(split_name(split))
            yield from (f"### {title}", "", self._say(_leakage(split, seen.get(split))), "")
            head = (Message("mlflow.card-metric"), Message("mlflow.card-value"), "95 %")
            baselines = [
                (method_name(name), other)
                for name in result.baselines
                if (other := result.baseline(name, split)) is not None
            ]
            yield from self._table(
                (*head, *(name for name, _ in baselines)),
                (
                    _compared(measured, [other for _, other in baselines], name)
                    for name in measured.values
                ),
            )
            yield ""

    def _section(self, title: Message) -> Iterator[str]:
        yield from ("", f"## {self._say(title)}", "")

    def _table(self, head: Row, rows: Iterator[Row]) -> Iterator[str]:
        yield self._row(head)
        yield self._row(["---"] * len(head))
        yield from map(self._row, rows)

    def _row(self, cells: Row) -> str:
        return f"| {' | '.join(_plain(self._say(cell)) for cell in cells)} |"

    def _say(self, text: Message | str) -> str:
        return render(text, self.language)


def _leakage(split: str, seen: int | None) -> Message:
    if split == "train" or seen:
        return Message("mlflow.card-seen")
    return Message("mlflow.card-unseen" if seen == 0 else "mlflow.card-perhaps-seen")


def _compared(measured: SplitMetrics, others: Sequence[SplitMetrics], name: str) -> Row:
    """A metric with its interval, and what the simple methods have of it."""
    bounds = measured.interval(name)
    interval = UNKNOWN if bounds is None else f"{bounds[0]:.3f} – {bounds[1]:.3f}"
    values = (_number(other[name]) for other in others)
    return (metric_name(name), _number(measured[name]), interval, *values)


def _number(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.3f}"


def _plain(text: str) -> str:
    """A text in one line that Markdown and HTML take as it is."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
