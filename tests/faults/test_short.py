"""The short plan: 24 faults, and no task lost. The long one: `nox -s faults`."""

from pathlib import Path

import pytest

from tests.faults.__main__ import inject
from tests.servers import ServerMissing

pytestmark = pytest.mark.slow


@pytest.mark.nightly
def test_no_task_is_lost(tmp_path: Path) -> None:
    try:
        found = inject(tmp_path, count=24, seed=7, seconds=60)
    except ServerMissing as missing:
        pytest.skip(str(missing))
    assert found["wrong"] == []
    assert found["faults"] > 5
    assert found["tasks"] > 2  # as many as a loaded machine takes on in a minute
