"""What is said of something stored that is gone or damaged, wherever that is found."""

RESTORE = (
    "Restore it from a backup of the registry (docs/operations.md), or train the task again; "
    "'sgn doctor --stored' lists what else is lost."
)


def lost(task_id: str, what: str = "model") -> str:
    """The ``what`` of a task is gone though its checksum is known."""
    return (
        f"The {what} of the task {task_id} is lost: it was stored and nobody cleaned it away, but "
        f"the registry does not hold it any more. {RESTORE}"
    )


def damaged(task_id: str, reason: str, what: str = "model") -> str:
    """The ``what`` of a task is there, and not as it was written."""
    return f"The {what} of the task {task_id} is not given out: it is damaged. {reason} {RESTORE}"
