"""Answers as tables of pandas; what could not be computed is NaN."""

from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

import pandas as pd

from graphnet.training.history import line_values
from service.client.answers import Facts, Task

INTERVALS = "ci"
TEXTS = ("id", "site")
VALUES = ["value", "low", "high"]
FIGURES = ("split", "metric", *VALUES)


def curves(task: Task) -> pd.DataFrame:
    """Loss and accuracy by epoch."""
    lines = _result(task).get("train_epochs") or ()
    rows = [line_values(line) for line in lines]
    return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="epoch"))


def metrics(task: Task) -> pd.DataFrame:
    """``value``, ``low`` and ``high`` by split and metric."""
    rows = _rows(_result(task).get("metrics"))
    return _indexed(rows, ["split", "metric"])


def baselines(task: Task) -> pd.DataFrame:
    """The same by baseline, split and metric."""
    named = _result(task).get("baselines") or {}
    rows = [(name, *row) for name, splits in named.items() for row in _rows(splits)]
    return _indexed(rows, ["baseline", "split", "metric"])


def tasks_frame(tasks: Iterable[Task]) -> pd.DataFrame:
    """A row a task, with its headline: the ``metric`` of a ``split`` of subjects new to it."""
    frame = pd.DataFrame([_listed(task) for task in tasks])
    return frame if frame.empty else frame.set_index("task_id")


def predicted(predictions: Sequence[Facts], class_names: Mapping[str, str]) -> pd.DataFrame:
    """A row a subject; its warnings are one text."""
    frame = pd.DataFrame([_prediction(item, class_names) for item in predictions])
    return frame if frame.empty else frame.set_index("id")


def from_csv(text: str) -> pd.DataFrame:
    """A CSV file; ids and sites stay the text they are, also one named NA."""
    columns = pd.read_csv(StringIO(text), nrows=0).columns
    return pd.read_csv(
        StringIO(text),
        dtype=dict.fromkeys(TEXTS, str),
        keep_default_na=False,
        na_values={name: [""] for name in columns if name not in TEXTS},
    )


def _result(task: Task) -> Facts:
    return task.task_result or {}


def _rows(splits: Any) -> list[tuple[Any, ...]]:
    found = splits if isinstance(splits, Mapping) else {}
    return [
        (split, name, value, *_interval(values, name))
        for split, values in found.items()
        if isinstance(values, Mapping)
        for name, value in values.items()
        if name != INTERVALS and (value is None or isinstance(value, (int, float)))
    ]


def _interval(values: Facts, name: str) -> tuple[float | None, float | None]:
    low, high = (values.get(INTERVALS) or {}).get(name) or (None, None)
    return low, high


def _indexed(rows: list[tuple[Any, ...]], keys: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[*keys, *VALUES]).set_index(keys)
    return frame.astype("float64")


def _listed(task: Task) -> dict[str, Any]:
    return {
        "task_id": task.task_id,
        "task_name": task.task_name,
        "task_status": task.task_status,
        "proj_id": task.proj_id,
        "model": task.task_config.get("model"),
        "submitted_at": _instant(task.facts.get("submitted_at")),
        **{name: getattr(task.headline, name, None) for name in FIGURES},
    }


def _instant(text: str | None) -> pd.Timestamp | None:
    return None if text is None else pd.Timestamp(text)


def _prediction(item: Facts, class_names: Mapping[str, str]) -> dict[str, Any]:
    of_class = item.get("probability") or {}
    label = str(item.get("predicted"))
    rest = ("probability", "warnings", "explanation")
    return {
        **{name: value for name, value in item.items() if name not in rest},
        **({"class_name": class_names.get(label, label)} if class_names else {}),
        **{f"probability_{label}": value for label, value in of_class.items()},
        "warnings": " ".join(item.get("warnings") or ()),
    }
