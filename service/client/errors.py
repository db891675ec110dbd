"""Errors of the client; no error of httpx leaves the package."""

from collections.abc import Mapping
from typing import Any

from graphnet.data.interpretation import Question
from graphnet.messages import Message, as_message
from service.client.answers import Dependents, Facts, Preview, questions_in

PASSING = (502, 503, 504)
RETRIED = (408, 429)  # a piece that came too slowly, or while too many others came
UNCONFIRMED = 29  # the error_num of what cannot be undone
ELSEWHERE = 26  # the error_num of a piece that does not begin where the upload stands


class ClientError(Exception):
    """The base of the client's errors: a ``message``, whose English sentence is the error's text.

    Where the service gave a sentence, that is the message, in the language it came in.
    ``error_num`` is the service's error number and ``status`` the HTTP status, each None if there
    was none; ``errors`` are the fields of a refused form, each with its sentence. ``upload`` is the
    id under which the service keeps a file that was sent, "" if it keeps none.
    """

    def __init__(
        self,
        message: Message | str,
        *,
        error_num: int | None = None,
        status: int | None = None,
        errors: tuple[tuple[str, str], ...] = (),
        upload: str = "",
    ) -> None:
        self.message = as_message(message)
        super().__init__(str(self.message))
        self.error_num = error_num
        self.status = status
        self.errors = errors
        self.upload = upload

    @property
    def code(self) -> str:
        """The code of the message; ``text`` where it is a sentence of the service."""
        return self.message.code


class Unreachable(ClientError):
    """The service cannot be reached, or did not answer in time."""


class StorageAway(ClientError):
    """The bucket that a file goes to cannot be reached, or does not take a part of it."""


class NotEnded(ClientError):
    """The task has not ended within the time that the caller would wait."""


class QuestionsOpen(ClientError):
    """A file can be read in more than one way: answer each of ``questions`` by id in ``mapping``.

    ``preview`` is the reading that the first choices give, None if there is none. With ``upload``
    the answers suffice, and the file is not sent again. ``suggested`` is the mapping given earlier
    for a file that looked the same, {} if there is none.
    """

    def __init__(self, message: Message | str, reply: Facts, **details: Any) -> None:
        super().__init__(message, **details)
        self.questions: tuple[Question, ...] = questions_in(reply["questions"])
        self.preview = Preview.read(reply) if reply.get("preview") else None
        suggested = reply.get("suggested")
        self.suggested: Mapping[str, str] = {} if suggested is None else dict(suggested)


class Unconfirmed(ClientError):
    """It cannot be undone, and was not done: repeat the call with ``confirm=True``.

    ``dependents`` are the tasks that depend on what is to be deleted or erased.
    """

    def __init__(self, message: Message | str, reply: Facts, **details: Any) -> None:
        super().__init__(message, **details)
        self.dependents = Dependents.read(reply)


def is_transient(error: ClientError) -> bool:
    """Whether this is how a service that restarts, or a proxy in front of it, answers."""
    return isinstance(error, Unreachable) or error.status in PASSING


def may_go_on(error: ClientError) -> bool:
    """Whether an upload that this broke off may be taken up again."""
    return is_transient(error) or error.status in RETRIED or error.error_num == ELSEWHERE
