"""Rows of NEURO-LEARN's submissions that are not ours, as others write them there."""

from typing import Any

FOREIGN = ("ml_clf", "ml_rgs", "sa_da_ttest", "sa_da_anova", "sa_ca_prson", "sa_ca_spman")
ANALYSIS = '{"feat_weights": [], "accuracy": 0.9}'


def row(
    task_id: str,
    task_type: str,
    status: str = "Finished",
    result: str = ANALYSIS,
    *,
    config: str = '{"proj_name": "P", "model": "GNN"}',
    proj_id: str = "PROJ_SHARED",
) -> dict[str, Any]:
    """The columns of a submission that has no run."""
    return {
        "task_id": task_id,
        "proj_id": proj_id,
        "task_name": f"{task_type} {task_id}",
        "task_type": task_type,
        "task_config": config,
        "task_status": status,
        "task_result": result,
    }


def run_row(task_id: str, state: str, **more: Any) -> dict[str, Any]:
    """The columns of our own row of a task."""
    times = ("submitted_at", "started_at", "progress_at", "finished_at")
    numbers = dict.fromkeys(("attempt", "lease_until", "epoch", "epochs", *times), 0)
    texts = dict.fromkeys(("lease_token", "parent_task_id", "device", "worker", "error"), "")
    return {"task_id": task_id, "state": state, **numbers, **texts, **more}


def inserted(values: dict[str, Any], table: str = "backend_submissions") -> str:
    """The statement that writes such a row."""
    texts = ", ".join("'" + str(each).replace("'", "''") + "'" for each in values.values())
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({texts})"
