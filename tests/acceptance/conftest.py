"""What the tests of several outages share."""

from collections.abc import Iterator

import pytest

from tests.acceptance.disturbed import EPOCHS, QUICK, Undisturbed, model_of
from tests.places import PLAIN, Place, place_at


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Short leases, many checkpoints, in a folder; each test has workers of its own."""
    with place_at(tmp_path_factory.mktemp("quick"), **QUICK) as found:
        yield found


@pytest.fixture(scope="module")
def undisturbed(quick: Place) -> Undisturbed:
    """What a training ends in to which nothing happens: lines, parameters."""
    (task,) = quick.wait(quick.submit(param_set={**PLAIN, "epochs": EPOCHS}))
    return task["task_result"]["train_epochs"], model_of(quick, task["task_id"])
