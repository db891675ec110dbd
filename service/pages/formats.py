"""How numbers and times stand on a page."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from graphnet.evaluation.headline import OF_CLASSES, OF_SCORES
from graphnet.figures.classification import SPLITS
from service.reading_words import (
    COVARIATES,
    EDGES,
    ORIENTATIONS,
    SEPARATORS,
    TRIANGLES,
    measures_of_file,
)

NOTHING = "—"
MINUTE, HOUR, DAY = 60, 3600, 86_400


def figure(value: float | None, digits: int = 3) -> str:
    """Such as 0.812; a dash for what could not be computed."""
    return NOTHING if value is None else f"{value:.{digits}f}"


def interval(bounds: Any, digits: int = 2) -> str:
    """Such as [0.74, 0.87]; nothing where there is none."""
    if not bounds or any(bound is None for bound in bounds):
        return ""
    low, high = bounds
    return f"[{low:.{digits}f}, {high:.{digits}f}]"


def duration(seconds: float | None) -> str:
    """Such as ``4 s``, ``2 min``, ``1 h 5 min``: the two largest units."""
    if seconds is None:
        return NOTHING
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min" + (f" {whole % MINUTE} s" if whole % MINUTE else "")
    if whole < DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"
    return f"{whole // DAY} d {whole % DAY // HOUR} h"


def path_of(name: str) -> str:
    """A name as one piece of an address, whatever letters it has."""
    return quote(name, safe="")


def measures(dataset: Mapping[str, Any], most: int) -> str:
    """The first measures of a dataset by name; of a connectome alone none."""
    found = measures_of_file(dataset["measures"], connectome=dataset.get("connectome"))
    return ", ".join(found[:most]) + (" …" if len(found) > most else "")


FILTERS: dict[str, Callable[..., Any]] = {
    "figure": figure,
    "interval": interval,
    "duration": duration,
    "path_of": path_of,
    "measures": measures,
}


STATES = {
    "Submitted": "Waiting",
    "Running": "Running",
    "Finished": "Finished",
    "Failed": "Failed",
    "Cancelled": "Cancelled",
    "Success": "Success",  # of this service's predecessor
}
METRICS = {**OF_CLASSES, **OF_SCORES}
RULES = {
    "missing": "Missing values",
    "infinite": "Infinite values",
    "absurd": "Absurd values",
    "constant": "Constant measures",
    "broken": "Broken measures",
    "missing-edge": "Missing edges",
    "missing-region": "Missing regions",
    "near-constant": "Columns that hardly vary",
    "clipped": "Values drawn in",
}
DATASET_STATES = {  # beside "ready", which goes without saying
    "unread": "No worker has read it yet.",
    "asks": "Questions on it are open.",
    "refused": "It cannot be read as subjects and regions.",
}
READING = {**EDGES, **TRIANGLES, **SEPARATORS, **COVARIATES, **ORIENTATIONS}


def names(translate: Callable[[str], str]) -> Mapping[str, Mapping[str, str]]:
    """For the templates, in one language."""
    return {
        "state_names": {state: translate(name) for state, name in STATES.items()},
        "split_names": {split: translate(name) for split, name in SPLITS.items()},
        "rule_names": {rule: translate(name) for rule, name in RULES.items()},
        "dataset_states": {state: translate(said) for state, said in DATASET_STATES.items()},
        "reading_names": {code: translate(name) for code, name in READING.items()},
        "metric_names": {metric: translate(name) for metric, name in METRICS.items()},
    }
