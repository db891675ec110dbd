"""Answers as tables: of pandas, where what could not be computed is NaN, and small ones of HTML.

A notebook shows the latter for a task or a dataset, in the client's language.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from io import StringIO
from typing import Any

import pandas as pd

from graphnet.artifacts.metrics import SplitMetrics
from graphnet.artifacts.result import BySplit, TaskResult
from graphnet.evaluation.headline import LEADING, unseen_splits
from graphnet.messages import Message, render
from graphnet.names import metric_name, split_name
from graphnet.training.history import History
from service.api.views import PredictionView

Facts = Mapping[str, Any]

TEXTS = ("id", "site")
VALUES = ["value", "low", "high"]


def curves(history: History) -> pd.DataFrame:
    """Loss and accuracy per epoch."""
    rows = [epoch.values() for epoch in history]
    return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="epoch"))


def metrics(metrics: BySplit) -> pd.DataFrame:
    """``value``, ``low`` and ``high`` by split and metric."""
    return _indexed(_rows(metrics), ["split", "metric"])


def baselines(baselines: Mapping[str, BySplit]) -> pd.DataFrame:
    """``value``, ``low`` and ``high`` by baseline, split and metric."""
    rows = [(name, *row) for name, metrics in baselines.items() for row in _rows(metrics)]
    return _indexed(rows, ["baseline", "split", "metric"])


def by_task(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A row per task; ``submitted_at`` becomes a timestamp."""
    frame = pd.DataFrame([{**row, "submitted_at": _instant(row["submitted_at"])} for row in rows])
    return frame if frame.empty else frame.set_index("task_id")


def predicted(predictions: Sequence[Facts], class_names: Mapping[str, str]) -> pd.DataFrame:
    """A row per subject; its warnings are one text."""
    frame = pd.DataFrame([_prediction(subject, class_names) for subject in predictions])
    return frame if frame.empty else frame.set_index("id")


def from_csv(text: str) -> pd.DataFrame:
    """A CSV file; ids and sites stay text, even one named NA."""
    columns = pd.read_csv(StringIO(text), nrows=0).columns
    return pd.read_csv(
        StringIO(text),
        dtype=dict.fromkeys(TEXTS, str),
        keep_default_na=False,
        na_values={name: [""] for name in columns if name not in TEXTS},
    )


def _rows(metrics: BySplit) -> list[tuple[Any, ...]]:
    return [
        (split, name, value, *(measured.interval(name) or (None, None)))
        for split, measured in metrics.items()
        if measured is not None
        for name, value in _values(measured).items()
    ]


def _values(measured: SplitMetrics) -> dict[str, float | None]:
    repeats = {"repeats": measured.repeats} if measured.repeats > 1 else {}
    subjects = {} if measured.subjects is None else {"subjects": measured.subjects}
    return {"n": measured.n, **subjects, **measured.values, **repeats}


def _indexed(rows: list[tuple[Any, ...]], keys: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[*keys, *VALUES]).set_index(keys)
    return frame.astype("float64")


def _instant(text: str | None) -> pd.Timestamp | None:
    return None if text is None else pd.Timestamp(text)


def _prediction(subject: Facts, class_names: Mapping[str, str]) -> dict[str, object]:
    known = PredictionView.read(subject)
    label = str(known.predicted)
    others = ("probability", "warnings", "warning_messages", "explanation")
    return {
        **{name: value for name, value in subject.items() if name not in others},
        **({"class_name": class_names.get(label, label)} if class_names else {}),
        **{f"probability_{label}": value for label, value in known.probability.items()},
        "warnings": " ".join(known.warnings),
    }


Row = tuple[Message, Message | str | None]
METRICS = ("accuracy", *LEADING, "mae")


def html_table(rows: Iterable[Row], language: str) -> str:
    """HTML of the rows that say something; everything in it is escaped."""
    cells = [
        (escape(render(title, language)), escape(render(text, language)))
        for title, text in rows
        if text
    ]
    lines = [f"<tr><th>{title}</th><td>{text}</td></tr>" for title, text in cells]
    return f"<table>{''.join(lines)}</table>"


def metric_rows(result: TaskResult, language: str) -> Iterator[Row]:
    """The metrics on subjects that are new to the model."""
    for split in unseen_splits(result)[:1]:
        subjects = render(split_name(split), language).lower()
        metrics = result.measured[split]
        for name in METRICS:
            if name in metrics:
                title = Message("cli.in-detail", name=metric_name(name), details=subjects)
                yield title, _with_interval(metrics, name)


def _with_interval(metrics: SplitMetrics, name: str) -> str:
    value, bounds = metrics[name], metrics.interval(name)
    if value is None:
        return "—"
    return f"{value:.3f}" + (f" [{bounds[0]:.3f}, {bounds[1]:.3f}]" if bounds else "")
