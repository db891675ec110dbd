"""What can go wrong between a caller and the service; no error of httpx leaves the package."""

from collections.abc import Mapping
from typing import Any

from graphnet.data.interpretation import Question
from service.client.answers import Facts
from service.client.described import Preview, questions_in

PASSING = (502, 503, 504)


class ClientError(Exception):
    """The root of the package's errors: one sentence, the service's own where it gave one.

    ``error_num`` is the service's number and ``status`` that of HTTP, each None where there was
    none; ``errors`` are the fields of a refused form, each with its sentence. ``upload`` is the id
    under which the service keeps a file that was sent, "" where it keeps none.
    """

    def __init__(
        self,
        sentence: str,
        *,
        error_num: int | None = None,
        status: int | None = None,
        errors: tuple[tuple[str, str], ...] = (),
        upload: str = "",
    ) -> None:
        super().__init__(sentence)
        self.error_num = error_num
        self.status = status
        self.errors = errors
        self.upload = upload


class Unreachable(ClientError):
    """The service cannot be reached, or went silent before it had answered."""


class NotEnded(ClientError):
    """The task goes on beyond the time that the caller would wait."""


class QuestionsOpen(ClientError):
    """A file of two plausible readings: answer each of ``questions`` by its id in ``mapping``.

    ``preview`` is what the first choices give, None where not even that can be had. With ``upload``
    the answers are enough, and the file is not sent again. ``suggested`` is a mapping that was
    given for a file that looked the same, {} if there is none.
    """

    def __init__(self, sentence: str, reply: Facts, **known: Any) -> None:
        super().__init__(sentence, **known)
        self.questions: tuple[Question, ...] = questions_in(reply["questions"])
        self.preview = Preview.read(reply) if reply.get("preview") else None
        self.suggested: Mapping[str, str] = dict(reply.get("suggested") or {})


def may_pass(error: ClientError) -> bool:
    """Whether a service that restarts, or a proxy before it, would say so for a while."""
    return isinstance(error, Unreachable) or error.status in PASSING
