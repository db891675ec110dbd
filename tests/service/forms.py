"""Synthetic datasets of a running installation, and forms that name them."""

import json
import time
from pathlib import Path
from typing import Any

import httpx

from graphnet.data.synthetic import Recipe, cohort_table
from tests.installations import Installation

PATIENCE_SECONDS = 30
SMALL = Recipe(regions=12, affected=(2, 5, 7), effect=1.0, corrupt=0)
# With all that judges a model, which takes 50 times as long as the model.
JUDGED = {"epochs": 2, "batch_size": 8}
QUICK = {**JUDGED, "baselines": False, "explain": False, "cv_folds": 0}


def add_datasets(installation: Installation, folder: Path) -> None:
    """``small_SZ`` and ``small_NC``, 20 subjects each of 12 regions."""
    for label, group in ((1, "SZ"), (0, "NC")):
        table = cohort_table("small", label, 20, seed=label, recipe=SMALL)
        path = folder / f"small_{group}.csv"
        table.to_csv(path, index=False)
        installation.upload(path)


def form(**changes: Any) -> dict[str, Any]:
    """A good form, with some fields changed; None removes a field."""
    good = {
        "proj_id": "P",
        "task_type": "dl_ts",
        "train_data": ["small_SZ", "small_NC"],
        "param_set": QUICK,
    }
    return {key: value for key, value in {**good, **changes}.items() if value is not None}


def tasks(installation: Installation) -> list[str]:
    """The ids of all tasks."""
    return [task["task_id"] for task in installation.get("/api/v0/tasks", limit="500")["tasks"]]


def names_given(installation: Installation) -> tuple[str, ...]:
    """What people, or other tests, have called all tasks and datasets; the longest first."""
    tasks = installation.get("/api/v0/tasks", limit="500")["tasks"]
    datasets = installation.get("/api/v0/datasets", limit="500")["datasets"]
    names = {task["task_name"] for task in tasks} | {each["data_name"] for each in datasets}
    return tuple(sorted(names, key=len, reverse=True))


def body(**changes: Any) -> str:
    """A form as JSON text."""
    return json.dumps(form(**changes))


def heard(http: httpx.Client, request_id: str, **query: str) -> dict[str, Any]:
    """The refused form of a request, as soon as it is listed."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        answer = http.get("/api/v0/refused_forms", params={"limit": "500", **query}).json()
        for each in answer["refused_forms"]:
            if each["request_id"] == request_id:
                return dict(each)
        time.sleep(0.05)
    raise AssertionError(f"{request_id} is not among the refused forms")
