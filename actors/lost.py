"""Messages about stored objects that are gone or damaged, wherever that is noticed."""

from graphnet.messages import Message

# What may be stored of a task, by its name in code.
OBJECTS = {
    "model": Message("stored.model"),
    "evidence": Message("stored.evidence"),
    "report": Message("stored.report"),
    "picture of regions": Message("stored.picture"),
    "log": Message("stored.log"),
}
RESTORE = Message("stored.restore")


def lost(task_id: str, what: str = "model") -> Message:
    """The ``what`` of a task is gone though its checksum is known."""
    return Message("stored.lost", task=task_id, object=OBJECTS[what], restore=RESTORE)


def damaged(task_id: str, reason: Message, what: str = "model") -> Message:
    """The ``what`` of a task is there, but not as it was written."""
    values = {"task": task_id, "object": OBJECTS[what], "reason": reason, "restore": RESTORE}
    return Message("stored.damaged", **values)
