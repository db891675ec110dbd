"""What people read of a finished task: its evidence, a picture, and the report."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from db.claims import Claim
from db.states import Status
from graphnet.artifacts.predictions import to_bytes
from graphnet.experiment import Outcome
from graphnet.figures.glass_brain import picture
from graphnet.report import render
from registry import EVIDENCE, GLASS_BRAIN, REPORT

log = logging.getLogger(__name__)


def papers(claim: Claim, outcome: Outcome, result: dict[str, Any]) -> dict[str, bytes]:
    """The objects by name; ``result`` gets the SHA-256 of the evidence.

    What goes wrong in drawing or rendering costs the picture or the report, never the model.
    """
    written = {EVIDENCE: to_bytes(outcome.evidence)}
    result["evidence_sha256"] = hashlib.sha256(written[EVIDENCE]).hexdigest()
    drawn = _tried("picture", claim, lambda: picture(outcome.evidence))
    if drawn is not None:
        written[GLASS_BRAIN] = drawn.encode()
    report = _tried("report", claim, lambda: _report(claim, outcome, result, drawn))
    if report is not None:
        written[REPORT] = report.encode()
    return written


def _tried(what: str, claim: Claim, made: Callable[[], str | None]) -> str | None:
    """None, and a line in the log, where it goes wrong."""
    try:
        return made()
    except Exception:
        log.exception("task %s: its %s could not be made; its model is kept", claim.task_id, what)
        return None


def _report(claim: Claim, outcome: Outcome, result: Mapping[str, Any], drawn: str | None) -> str:
    _, manifest = outcome.model.to_bytes()
    task = {
        "task_id": claim.task_id,
        "proj_id": claim.proj_id,
        "task_name": claim.task_name,
        "task_type": claim.task_type,
        "task_status": Status.FINISHED.value,
        "task_config": claim.task_config,
        "task_result": result,
        "attempt": claim.attempt,
        "parent_task_id": claim.parent_task_id or None,
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return render(task, outcome.evidence, drawn, json.loads(manifest))
