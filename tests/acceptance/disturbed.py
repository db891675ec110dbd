"""What the tests of outages compare with: a training to which nothing happens."""

import time

from tests.installations import GIVE_UP_SECONDS
from tests.places import Place

LEASE_SECONDS = 2
QUICK = {"SGN_LEASE_MS": str(1000 * LEASE_SECONDS), "SGN_CHECKPOINT_MS": "200"}
EPOCHS = 1200
Undisturbed = tuple[list[str], bytes]


def model_of(place: Place, task_id: str) -> bytes:
    return place.http.get(f"/api/v0/tasks/{task_id}/model").content


def until_trained(place: Place, task_id: str, epoch: int) -> None:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while place.http.get(f"/api/v0/tasks/{task_id}").json()["task"]["progress"]["epoch"] < epoch:
        assert time.monotonic() < deadline
        time.sleep(0.05)
