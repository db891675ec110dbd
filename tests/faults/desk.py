"""Whoever submits tasks while all breaks: each post has a key and is sent until answered."""

import contextlib
import json
import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.places import add_small
from tests.service.forms import form

EPOCHS = 500
SEEDS = (0, 1)
PATIENCE_SECONDS = 120
MOST_OPEN = 4  # tasks that wait or run at one time


def settings(seed: int) -> dict[str, Any]:
    """A training of a few seconds that is judged by itself alone."""
    return {
        "epochs": EPOCHS, "batch_size": 8, "seed": seed, "baselines": False, "explain": False,
        "cv_folds": 0,
    }  # fmt: skip


@dataclass
class Desk:
    """Submits and cancels; ``accepted`` are the ids that were answered, by their keys."""

    url: str
    random: random.Random
    accepted: dict[str, str] = field(default_factory=dict)
    seeds: dict[str, int] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    _stop: threading.Event = field(default_factory=threading.Event)

    def add_datasets(self) -> None:
        with httpx.Client(base_url=self.url, timeout=60) as http:
            add_small(http)

    def any_task(self) -> str | None:
        return self.random.choice(sorted(self.accepted.values())) if self.accepted else None

    def submit(self) -> str:
        """One more task, posted until it is accepted; its id."""
        key, seed = uuid.uuid4().hex, self.random.choice(SEEDS)
        task_id = self._post(key, seed)
        self._note(key, seed, task_id)
        return task_id

    def submit_many(self) -> None:
        """One form under one key from five clients at once: one task, five equal answers."""
        key, seed = uuid.uuid4().hex, self.random.choice(SEEDS)
        with ThreadPoolExecutor(5) as pool:
            answers = set(pool.map(lambda _: self._post(key, seed), range(5)))
        assert len(answers) == 1, answers
        self._note(key, seed, answers.pop())

    def cancel_one(self) -> None:
        """Cancel a task twice; the second changes nothing."""
        if not self.accepted:
            return
        # Mostly one that is not over yet.
        task_id = self.random.choice(self.open_tasks() or list(self.accepted.values()))
        self.cancelled.add(task_id)
        for _ in range(2):
            self._until_answered("POST", f"/api/v0/tasks/{task_id}/cancel")

    def keep_busy(self) -> threading.Thread:
        """Submit whenever few tasks are open, in a thread, until :meth:`stop`."""
        thread = threading.Thread(target=self._keep, daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        self._stop.set()

    def open_tasks(self) -> list[str] | None:
        """The tasks that wait or run; None where the service does not tell."""
        with contextlib.suppress(httpx.HTTPError, ValueError, KeyError):
            listed = httpx.get(
                f"{self.url}/api/v0/tasks", params={"limit": "50"}, timeout=10
            ).json()["tasks"]
            return [
                task["task_id"]
                for task in listed
                if task["task_status"] in ("Submitted", "Running") and task["task_id"] in self.seeds
            ]
        return None

    def _keep(self) -> None:
        while not self._stop.wait(0.3):
            open_tasks = self.open_tasks()
            if open_tasks is not None and len(open_tasks) < MOST_OPEN:
                self.submit()

    def _note(self, key: str, seed: int, task_id: str) -> None:
        self.seeds[task_id] = seed
        self.accepted[key] = task_id

    def _post(self, key: str, seed: int) -> str:
        answer = self._until_answered(
            "POST",
            "/api/v0/new_task",
            content=json.dumps(form(task_name="f", param_set=settings(seed))),
            headers={"Idempotency-Key": key},
        )
        task_id: str = answer["task_form"]["task_id"]
        return task_id

    def _until_answered(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """Ask again while the service, or what it needs, is away."""
        deadline, said = time.monotonic() + PATIENCE_SECONDS, ""
        while time.monotonic() < deadline:
            try:
                reply = httpx.request(method, self.url + path, timeout=90, **more)
                answer: dict[str, Any] = reply.json()
            except (httpx.HTTPError, ValueError) as error:
                said = repr(error)
            else:
                if answer["error_num"] == 0:
                    return answer
                said = str(answer)
                assert reply.status_code == 503, said
            time.sleep(0.3)
        raise AssertionError(f"{method} {path} was not answered: {said}")
