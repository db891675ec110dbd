"""What can go wrong in the registry; no error of a vendor or of the file system leaves it."""

from prometheus_client import Counter

from graphnet.messages import Message, as_one

ERRORS = Counter("sgn_storage_errors", "Calls to the storage that failed, each try.", registry=None)


class RegistryError(Exception):
    """The root of the package's errors: ``problem`` says what happened, ``remedy`` what to do.

    It is raised itself for what the caller must change. ``str`` is both in English.
    """

    def __init__(self, problem: Message, remedy: Message | None = None) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return str(self.message)

    @property
    def message(self) -> Message:
        """The problem and the remedy as one message."""
        return self.problem if self.remedy is None else as_one((self.problem, self.remedy))


class ObjectMissing(RegistryError):
    """The storage answered, and it holds no such object."""

    def __init__(self, task_id: str, name: str) -> None:
        super().__init__(
            Message("registry.object-missing", name=name, task=task_id),
            Message("registry.check-task"),
        )
        self.args = task_id, name
        self.task_id = task_id
        self.name = name


class ObjectDamaged(RegistryError):
    """The storage gave back, or kept, other bytes than it was given."""


class RegistryUnavailable(RegistryError):
    """The storage does not do its job now: it is away, refuses, or lacks its bucket or directory.

    Waiting may help.
    """

    def __init__(self, problem: Message, remedy: Message | None = None) -> None:
        super().__init__(problem, remedy)
        ERRORS.inc()


class RegistryRefuses(RegistryUnavailable):
    """The storage answers and refuses: it is ``full``, read-only, or does not let us.

    The problem says which. It passes once somebody has made room or given the right back.
    """

    def __init__(
        self, problem: Message, remedy: Message | None = None, *, full: bool = False
    ) -> None:
        super().__init__(problem, remedy)
        self.full = full
