"""The report of a task."""

from collections.abc import Mapping
from typing import Any


def render(
    task: Mapping[str, Any],
    evidence: Mapping[str, Any] | None,
    glass_brain: str | None,
    manifest: Mapping[str, Any] | None,
) -> str:
    """To be written."""
    del evidence, glass_brain, manifest
    return str(task["task_id"])
