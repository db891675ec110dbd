"""What is said of something stored that is gone or damaged, wherever that is found."""

RESTORE = (
    "Restore it from a backup of the registry (docs/operations.md), or train the task again; "
    "'sgn doctor --stored --deep' lists what else is lost or damaged."
)


def lost(task_id: str, what: str = "model") -> str:
    """The ``what`` of a task is gone though its checksum is known."""
    return (
        f"The {what} of the task {task_id} is lost: it was stored and never cleaned away, but the "
        f"registry no longer has it. {RESTORE}"
    )


def damaged(task_id: str, reason: str, what: str = "model") -> str:
    """The ``what`` of a task is there, and not as it was written."""
    return f"The {what} of the task {task_id} is damaged, so it is not sent. {reason} {RESTORE}"
