"""The books at the end: each task ended once, its model equal to the undisturbed."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from graphnet.config import Evaluation, TrainingSettings
from graphnet.data.cohort import merge
from graphnet.data.splits import Splits
from graphnet.data.synthetic import cohort_table
from graphnet.experiment import run
from graphnet.readers import from_table
from registry import EVIDENCE, LOG, MANIFEST, PARAMETERS, REPORT
from tests.databases import query
from tests.faults.desk import EPOCHS, SEEDS, Desk, settings
from tests.faults.estate import Estate
from tests.installations import GIVE_UP_SECONDS
from tests.service.forms import SMALL

MODEL, BESIDE = {PARAMETERS, MANIFEST}, {EVIDENCE, REPORT}
ENDED = ("Finished", "Failed", "Cancelled")
EVALUATION = ("baselines", "explain", "cv_folds")


@dataclass
class Books:
    """What was found; ``wrong`` is empty where nothing was lost."""

    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    attempts: int = 0


def close(estate: Estate, desk: Desk, seconds: float) -> Books:
    """Wait for all tasks to end, as long as one of them comes on within ``seconds``; check each."""
    _await_all(estate, seconds)
    _await_checkpoints_gone(estate)
    books, undisturbed = Books(), {seed: reference(seed) for seed in SEEDS}
    with httpx.Client(base_url=estate.url, timeout=60) as http:
        for task_id in desk.accepted.values():
            task = http.get(f"/api/v0/tasks/{task_id}").json()["task"]
            books.statuses[task["task_status"]] += 1
            books.attempts += task["attempt"]
            wrong = _wrong(http, task, undisturbed[desk.seeds[task_id]], desk)
            books.wrong += [f"{task_id}: {sentence}" for sentence in wrong]
    books.wrong += _of_tables(estate, desk) + _of_objects(estate)
    return books


def reference(seed: int) -> tuple[str, list[str]]:
    """SHA-256 of the parameters, and the curve, of the same training left alone."""
    tables = [cohort_table("small", label, 20, seed=label, recipe=SMALL) for label in (1, 0)]
    cohorts = [
        from_table(table, f"small_{name}") for table, name in zip(tables, ("SZ", "NC"), strict=True)
    ]
    asked = settings(seed)
    outcome = run(
        Splits(merge(cohorts)),
        TrainingSettings.for_model("", **{k: v for k, v in asked.items() if k not in EVALUATION}),
        evaluation=Evaluation(**{name: asked[name] for name in EVALUATION}),
    )
    digest = hashlib.sha256(outcome.model.to_bytes()[0]).hexdigest()
    return digest, outcome.result.as_dict()["train_epochs"]


def _await_all(estate: Estate, seconds: float) -> None:
    """Wait for as long as tasks come on: a busy machine takes its time, and loses none for it."""
    before, deadline = (-1, -1, -1), time.monotonic() + seconds
    while time.monotonic() < deadline:
        (found,) = query(
            estate.database,
            "SELECT COUNT(*), COALESCE(SUM(permille), 0), COALESCE(SUM(version), 0) "
            "FROM sgn_runs WHERE state IN ('Submitted', 'Running')",
        )
        if found[0] == 0:
            return
        if found != before:
            before, deadline = found, time.monotonic() + seconds
        time.sleep(0.5)


def _await_checkpoints_gone(estate: Estate) -> None:
    """A worker sweeps every minute what it could not remove at once."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        if not [line for line in _of_objects(estate) if "checkpoints" in line]:
            return
        time.sleep(1)


def _wrong(
    http: httpx.Client, task: Mapping[str, Any], undisturbed: tuple[str, list[str]], desk: Desk
) -> list[str]:
    status, result = task["task_status"], task["task_result"] or {}
    if status not in ENDED:
        return [f"is {status}"]
    if status == "Failed":
        return [f"failed: {task['error']}"]
    if status == "Cancelled":
        return _wrong_of_cancelled(http, task, undisturbed[1], desk)
    wrong = []
    manifest = _manifest(http, task)
    if not manifest or manifest["parameters_sha256"] != undisturbed[0]:
        wrong.append("its parameters are not those of an undisturbed run")
    if result["train_epochs"] != undisturbed[1] or len(undisturbed[1]) != EPOCHS:
        wrong.append("its curve is not that of an undisturbed run")
    return wrong


def _wrong_of_cancelled(
    http: httpx.Client, task: Mapping[str, Any], undisturbed: list[str], desk: Desk
) -> list[str]:
    wrong, lines = [], task["task_result"]["train_epochs"]
    if task["task_id"] not in desk.cancelled:
        wrong.append("was cancelled by nobody")
    if lines != undisturbed[: len(lines)]:
        wrong.append("its curve is not the beginning of the undisturbed one")
    if task["task_result"]["model_state_path"] and not _manifest(http, task):
        wrong.append("its model cannot be had")
    return wrong


def _manifest(http: httpx.Client, task: Mapping[str, Any]) -> dict[str, Any] | None:
    """The manifest, if the parameters that come along are those it names."""
    content = http.get(f"/api/v0/tasks/{task['task_id']}/model")
    manifest: dict[str, Any] = http.get(f"/api/v0/tasks/{task['task_id']}/manifest").json()
    sound = hashlib.sha256(content.content).hexdigest() == manifest.get("parameters_sha256")
    return manifest if sound else None


def _of_tables(estate: Estate, desk: Desk) -> list[str]:
    wrong = []
    (count,) = query(estate.database, "SELECT COUNT(*) FROM backend_submissions")[0]
    if count != len(set(desk.accepted.values())):
        wrong.append(f"{count} tasks are there, {len(set(desk.accepted.values()))} were accepted")
    differing = query(
        estate.database,
        "SELECT COUNT(*) FROM sgn_runs r JOIN backend_submissions s ON r.task_id = s.task_id "
        "WHERE r.state <> s.task_status",
    )[0][0]
    if differing:
        wrong.append(f"{differing} tasks have two states")
    return wrong


def _may_have(state: str | None, names: set[str]) -> bool:
    """A log may be there always, the rest once it is whole.

    Who cancels at the last moment may find what is beside a finished model.
    """
    rest = names - {LOG}
    if state == "Finished":
        return rest == MODEL | BESIDE
    return not rest or (state == "Cancelled" and MODEL <= rest <= MODEL | BESIDE)


def _of_objects(estate: Estate) -> list[str]:
    states = dict(query(estate.database, "SELECT task_id, state FROM sgn_runs"))
    wrong = [
        f"{task_id} is {states.get(task_id)} and has the objects {sorted(names)}"
        for task_id, names in estate.objects("models").items()
        if not _may_have(states.get(task_id), set(names))
    ]
    wrong += [
        f"{task_id} is {states.get(task_id)} and has checkpoints {json.dumps(names)}"
        for task_id, names in estate.objects("checkpoints").items()
        if states.get(task_id) == "Finished"
    ]
    return wrong
