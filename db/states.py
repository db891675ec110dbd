"""The states of a task, as NEURO-LEARN's front end names them."""

from enum import StrEnum


class Status(StrEnum):
    """Submitted → Running → Finished or Failed; Running → Submitted when it is handed back.

    A person may cancel what has not ended.
    """

    SUBMITTED = "Submitted"
    RUNNING = "Running"
    FINISHED = "Finished"
    FAILED = "Failed"
    CANCELLED = "Cancelled"


TERMINAL = frozenset({Status.FINISHED, Status.FAILED, Status.CANCELLED})
