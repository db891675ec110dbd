"""What a list shows of a finished task's result, read from that once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db import tasks as results
from db.ownership import Owner
from db.states import Status
from db.tasks import TaskRecord
from graphnet.evaluation.headline import measured, unseen
from graphnet.report.numbers import interval

MOST = 5000  # tasks whose figure is remembered
METRICS = ("auc", "r2")
Key = tuple[str, int]


@dataclass(frozen=True)
class Headline:
    """A metric of subjects new to the model, with its 95 % interval, None where there is none."""

    split: str
    metric: str
    value: float
    interval: tuple[float, float] | None

    @classmethod
    def of(cls, result: Mapping[str, Any] | None) -> "Headline | None":
        """Of a result; None where it has no such figure, or nobody can say that it is one."""
        metrics = measured(result)
        for split in unseen(result):
            found = metrics[split]
            for metric in METRICS:
                if isinstance(found.get(metric), float):
                    return cls(split, metric, found[metric], interval(found, metric))
        return None

    def as_dict(self) -> dict[str, Any]:
        """As an answer has it."""
        low, high = self.interval or (None, None)
        named = {"split": self.split, "metric": self.metric}
        return {**named, "value": self.value, "low": low, "high": high}


@dataclass(frozen=True)
class Outline:
    """The figure that says most of new subjects, if there is one; whether a model was stored."""

    headline: Headline | None = None
    stored: bool = False

    @classmethod
    def of(cls, result: Mapping[str, Any] | None) -> "Outline":
        """Of a result."""
        return cls(Headline.of(result), bool((result or {}).get("model_state_path")))


class Outlines:
    """Remembers those of tasks that have ended: a result is 100 kB, and never changes."""

    def __init__(self) -> None:
        self._known: dict[Key, Outline] = {}

    async def of(self, tasks: Sequence[TaskRecord]) -> dict[str, Outline]:
        """Of each finished task by its id, but not the predecessor's, which had no such figure.

        Raises DatabaseError.
        """
        wanted = {
            (task.task_id, task.version)
            for task in tasks
            if task.task_status == Status.FINISHED.value and task.owner is Owner.OURS
        }
        found = {key: self._known[key] for key in wanted if key in self._known}
        missing = dict(wanted - found.keys())
        if len(self._known) + len(missing) > MOST:
            self._known.clear()
            found, missing = {}, dict(wanted)
        if missing:
            read = await results.read_results(list(missing), Outline.of)
            new = {key: read.get(key[0], Outline()) for key in missing.items()}
            self._known |= new
            found |= new  # others may have made room meanwhile
        return {task_id: outline for (task_id, _), outline in found.items()}
