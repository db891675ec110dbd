"""What came of a task: its metrics, what simple methods reach on the same subjects, warnings."""

from collections.abc import Mapping
from typing import Any

from service.cli.terminal import Column, show_facts, show_heading, show_table

Metrics = Mapping[str, Any]

METRICS = {
    "n": "Subjects",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "auc": "AUC",
    "brier": "Brier score",
}
COMPARED = ("accuracy", "balanced_accuracy", "auc")
SPLITS = {"train": "Train", "val": "Validation", "test": "Test", "cv": "Cross-val."}
UNSEEN = ("test", "cv", "val")  # the fairest first


def show_result(result: Mapping[str, Any]) -> None:
    """Print a finished task's ``task_result``; an interval stands in brackets."""
    metrics = _present(result.get("metrics"))
    if metrics:
        _show_metrics(metrics)
        _show_baselines(metrics, _present(result.get("baselines")))
    warnings = result.get("warnings") or []
    if warnings:
        show_heading("Warnings")
        show_facts(("-", sentence) for sentence in warnings)


def _present(metrics: Any) -> dict[str, Metrics]:
    named = metrics if isinstance(metrics, dict) else {}
    return {name: values for name, values in named.items() if isinstance(values, dict)}


def _show_metrics(metrics: Mapping[str, Metrics]) -> None:
    splits = [split for split in SPLITS if split in metrics]
    show_heading("Metrics, with 95 % intervals")
    columns = [Column("", whole=True), *(Column(SPLITS[split]) for split in splits)]
    show_table(
        columns,
        [(label, *(_value(metrics[s], name) for s in splits)) for name, label in METRICS.items()],
    )


def _show_baselines(metrics: Mapping[str, Metrics], baselines: Mapping[str, Metrics]) -> None:
    split = next((split for split in UNSEEN if split in metrics), None)
    compared = {name: _present(values) for name, values in baselines.items()}
    rivals = {name: values[split] for name, values in compared.items() if split in values}
    if split is None or not rivals:
        return
    show_heading(f"Beside simple methods ({SPLITS[split].lower()})")
    columns = [Column("", whole=True), *(Column(METRICS[name]) for name in COMPARED)]
    methods = {"this model": metrics[split], **rivals}
    show_table(
        columns,
        [(name, *(_value(found, each) for each in COMPARED)) for name, found in methods.items()],
    )


def _value(metrics: Metrics, name: str) -> str:
    """Such as ``0.803 [0.74-0.85]``, with one space, so that it wraps before the interval."""
    value = metrics.get(name)
    if value is None:
        return "-"
    if name == "n":
        return str(value)
    interval = (metrics.get("ci") or {}).get(name)
    if not interval:
        return f"{value:.3f}"
    return f"{value:.3f} [{interval[0]:.2f}-{interval[1]:.2f}]"
