"""How a command reaches the service, and how its errors reach the user."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graphnet.messages import Message
from service.cli.base.language import Failure, chosen_language, failure_of
from service.environment import TokenUnreadable, token_in

if TYPE_CHECKING:
    from service.client import Client, ClientError

FILE = ("datafile", "mapping", "upload")


@contextmanager
def service_at(url: str) -> Iterator["Client"]:
    """Connect to the service; an error of the client ends the command with its message."""
    from service.client import Client, ClientError  # noqa: PLC0415 - httpx is slow to import

    token = _token()
    try:
        with Client(url, token=token, language=chosen_language()) as client:
            yield client
    except ClientError as error:
        hint = [Message("cli.sign-in")] if error.status == 401 and not token else []
        raise Failure(*_reasons(error), *hint) from error


def _token() -> str:
    try:
        return token_in(os.environ)
    except TokenUnreadable as error:
        raise failure_of(error) from error


def _reasons(error: "ClientError") -> list[Message | str]:
    if not error.errors:
        return [error.message]
    return [_field_line(field, sentence) for field, sentence in error.errors]


def _field_line(field: str, sentence: str) -> str:
    """The message, with its field unless the message names it or it is the command's file."""
    is_plain = field in FILE or field.rpartition(".")[2] in sentence
    return sentence if is_plain else f"{field}: {sentence}"
