"""What can go wrong between a table of subjects and a fitted model."""

from collections.abc import Sequence
from typing import Any

from graphnet.messages import Message, as_message, as_one


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


def _asked(question: Any) -> str:
    """The question, and how to answer it where nobody can be asked."""
    answers = ", or ".join(
        f"--map {question.id}={choice.value} ({choice.label})" for choice in question.choices
    )
    return f"{question.sentence} Answer with {answers}."


def shortened(names: Sequence[str], most: int = 8) -> str:
    """Names for a sentence: the first ``most`` and how many more there are."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"
