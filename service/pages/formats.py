"""Numbers, times and names as the pages show them."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from graphnet.messages import CHINESE, ENGLISH, Message, joined, with_minus
from graphnet.names import (
    ACROSS,
    CLASS_METRICS,
    COVARIATES,
    EDGES,
    ORIENTATIONS,
    RULES,
    SCORE_METRICS,
    SEPARATORS,
    SPLITS,
    TRIANGLES,
    measures_of_file,
    metric_name,
    rule_name,
    split_name,
)

NOTHING = "—"
MINUTE, HOUR, DAY = 60, 3600, 86_400


def figure(value: float | None, digits: int = 3) -> str:
    """Such as 0.812; a dash if it could not be computed."""
    return NOTHING if value is None else with_minus(f"{value:.{digits}f}")


def interval(bounds: Any, digits: int = 2) -> str:
    """Such as [0.74, 0.87]; "" if there is none."""
    if not bounds or any(bound is None for bound in bounds):
        return ""
    low, high = bounds
    return with_minus(f"[{low:.{digits}f}, {high:.{digits}f}]")


UNITS = {ENGLISH: ("s", "min", "h", "d"), CHINESE: ("秒", "分", "小时", "天")}


def duration(seconds: float | None, language: str = ENGLISH) -> str:
    """Such as ``4 s``, ``2 min``, ``1 h 5 min``: the two largest units."""
    if seconds is None:
        return NOTHING
    second, minute, hour, day = UNITS[language]
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} {second}"
    if whole < HOUR:
        rest = f" {whole % MINUTE} {second}" if whole % MINUTE else ""
        return f"{whole // MINUTE} {minute}{rest}"
    if whole < DAY:
        return f"{whole // HOUR} {hour} {whole % HOUR // MINUTE} {minute}"
    return f"{whole // DAY} {day} {whole % DAY // HOUR} {hour}"


MINUTES = len("2026-11-30T21:45")
SIZE_STEP = 1000
SIZES = ("kB", "MB", "GB", "TB", "PB")


def size(number: int) -> str:
    """Bytes, such as ``512 B`` or ``1.5 GB``."""
    scaled = float(number)
    if scaled < SIZE_STEP:
        return f"{number} B"
    for unit in SIZES:
        scaled /= SIZE_STEP
        if round(scaled, 1) < SIZE_STEP or unit == SIZES[-1]:
            break
    return f"{scaled:.1f} {unit}"


def moment(at: str | None) -> str:
    """A time in ISO 8601 (UTC) as an element; the page's script shows it in the reader's zone."""
    if not at:
        return NOTHING
    return Markup('<time datetime="{}">{} UTC</time>').format(at, at[:MINUTES].replace("T", " "))


def path_of(name: str) -> str:
    """A name quoted as one segment of a path."""
    return quote(name, safe="")


def measures(dataset: Mapping[str, Any], most: int, language: str = ENGLISH) -> str:
    """The first measures of a dataset by name; of a connectome alone none."""
    measures = measures_of_file(dataset["measures"], connectome=dataset.get("connectome"))
    return joined(measures[:most], language) + (" …" if len(measures) > most else "")


FILTERS: dict[str, Callable[..., Any]] = {
    "figure": figure,
    "interval": interval,
    "minus": with_minus,
    "moment": moment,
    "duration": duration,
    "path_of": path_of,
    "size": size,
}


STATES = {
    "Submitted": "Waiting",
    "Running": "Running",
    "Finished": "Finished",
    "Failed": "Failed",
    "Cancelled": "Cancelled",
    "Success": "Success",  # of this service's predecessor
}
DATASET_STATES = {  # besides "ready"
    "unread": "No worker has read it yet.",
    "asks": "It has open questions.",
    "refused": "It cannot be read as subjects and regions.",
}
ACTIONS = {  # of the audit
    "edit": "Changed notes",
    "rename": "Renamed",
    "archive": "Archived",
    "restore": "Shown again",
    "share": "Shared the report",
    "unshare": "Made links void",
    "delete": "Deleted",
    "erase": "Erasure requested",
    "erased": "Subjects erased",
}
CHECK_STATES = {"ok": "OK", "warning": "Warning", "fault": "Fault"}
READING = {**EDGES, **TRIANGLES, **SEPARATORS, **COVARIATES, **ORIENTATIONS}


def names(words: Callable[[Message | str], str]) -> Mapping[str, Mapping[str, str]]:
    """Names by code for the templates, in one language."""
    return {
        "state_names": {state: words(name) for state, name in STATES.items()},
        "action_names": {action: words(name) for action, name in ACTIONS.items()},
        "check_states": {state: words(name) for state, name in CHECK_STATES.items()},
        "split_names": {split: words(split_name(split)) for split in (*SPLITS, ACROSS)},
        "rule_names": {rule: words(rule_name(rule)) for rule in RULES},
        "dataset_states": {state: words(text) for state, text in DATASET_STATES.items()},
        "reading_names": {code: words(name) for code, name in READING.items()},
        "metric_names": {
            metric: words(metric_name(metric)) for metric in (*CLASS_METRICS, *SCORE_METRICS)
        },
    }
