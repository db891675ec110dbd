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


class ObjectDamaged(RegistryError):
    """The storage gave back, or kept, other bytes than it was given."""


class RegistryUnavailable(RegistryError):
    """The storage does not do its job now: it is away, refuses, or lacks its bucket or directory.

    Waiting may help.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        ERRORS.inc()


class RegistryRefuses(RegistryUnavailable):
    """The storage answers and refuses: it is ``full``, read-only, or does not let us.

    The sentence says which. It passes once somebody has made room or given the right back.
    """

    def __init__(self, sentence: str, *, full: bool = False) -> None:
        super().__init__(sentence)
        self.full = full
