"""What several acceptance tests need."""

import pytest

LEASE_MS = 2000


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short leases, many checkpoints."""
    monkeypatch.setenv("SGN_LEASE_MS", str(LEASE_MS))
    monkeypatch.setenv("SGN_CHECKPOINT_MS", "200")
