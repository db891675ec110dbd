"""What can go wrong in the registry; no error of a vendor or of the file system leaves it."""

from prometheus_client import Counter

ERRORS = Counter("sgn_storage_errors", "Calls to the storage that failed, each try.", registry=None)


class RegistryError(Exception):
    """The root of the package's errors; raised itself for what the caller should change."""


class ObjectMissing(RegistryError):
    """The storage answered, and it holds no such object."""

    def __init__(self, task_id: str, name: str) -> None:
        super().__init__(task_id, name)
        self.task_id = task_id
        self.name = name

    def __str__(self) -> str:
        return (
            f"The registry holds no {self.name!r} of task {self.task_id!r}: "
            "check the task's id and that the task has finished."
        )


class RegistryUnavailable(RegistryError):
    """The storage does not answer, refuses us, is full, or its bucket or directory is missing."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        ERRORS.inc()
