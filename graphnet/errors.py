"""What can go wrong between a table of subjects and a fitted model."""

import errno
from collections.abc import Sequence
from functools import reduce
from typing import Any

from graphnet.messages import Message, as_message, as_one, finished, first_of

SYSTEM_REASONS = {
    errno.ENOENT: Message("system.no-such-file"),
    errno.EACCES: Message("system.permission-denied"),
    errno.EPERM: Message("system.not-permitted"),
    errno.EISDIR: Message("system.is-directory"),
    errno.ENOTDIR: Message("system.not-directory"),
    errno.EEXIST: Message("system.file-exists"),
    errno.ENOSPC: Message("system.no-space"),
    errno.EROFS: Message("system.read-only"),
    errno.ENAMETOOLONG: Message("system.name-too-long"),
    errno.EIO: Message("system.input-output"),
    errno.EADDRINUSE: Message("system.address-in-use"),
    errno.EADDRNOTAVAIL: Message("system.no-such-address"),
    errno.ECONNREFUSED: Message("system.connection-refused"),
    errno.ECONNRESET: Message("system.connection-reset"),
    errno.ENETUNREACH: Message("system.network-unreachable"),
    errno.EHOSTUNREACH: Message("system.no-route"),
}


class GraphnetError(Exception):
    """The root of this package's errors: one or more messages for the researcher."""

    def __init__(self, *messages: Message | str) -> None:
        self.messages = tuple(as_message(message) for message in messages)
        super().__init__(" ".join(self.sentences))

    @property
    def sentences(self) -> tuple[str, ...]:
        """The messages in English."""
        return tuple(str(message) for message in self.messages)

    @property
    def message(self) -> Message:
        """The messages as one."""
        return as_one(self.messages)

    @property
    def codes(self) -> tuple[str, ...]:
        """The code of each message."""
        return tuple(message.code for message in self.messages)


class CohortError(GraphnetError):
    """A table that cannot be read as subjects, regions, measures and labels."""


class QuestionsOpen(CohortError):
    """A file of two plausible readings: nobody has said yet which one is right.

    ``questions`` are those of :mod:`graphnet.data.interpretation`.
    """

    def __init__(self, questions: Sequence[Any]) -> None:
        super().__init__(*(_asked(question) for question in questions))
        self.questions = tuple(questions)


class SettingsError(GraphnetError):
    """Settings that no model can be trained with."""


class ModelError(GraphnetError):
    """A stored model that cannot be read, or does not fit the data."""


class TrainingError(GraphnetError):
    """Training that cannot go on; ``kept`` is the model after the last sound epoch, if any."""

    kept: Any = None


class DiskFull(GraphnetError):
    """A disk of this machine that has no room; it goes on once somebody has made some."""


class OutOfMemory(TrainingError):
    """A training that needs more memory than there is."""


def system_reason(error: OSError) -> Message:
    """Why the operating system refused, in the system's own words in English."""
    said = error.strerror or str(error)
    return SYSTEM_REASONS.get(error.errno or 0, finished(said))


def _asked(question: Any) -> Message:
    """The question, and how to answer it where nobody can be asked."""
    answers = reduce(
        lambda first, second: Message("readers.either-answer", first=first, second=second),
        (
            Message("readers.answer", answer=f"{question.id}={choice.value}", label=choice.message)
            for choice in question.choices
        ),
    )
    return Message("readers.question-open", question=question.message, answers=answers)


def shortened(names: Sequence[str], most: int = 8) -> Message | str:
    """Names for a sentence: the first ``most`` and how many more there are."""
    return names[0] if len(names) == 1 else Message("report.listed", items=first_of(names, most))
