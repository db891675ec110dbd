"""How a command reaches the service, and how its errors reach the user."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from service.environment import TokenUnreadable, token_in

if TYPE_CHECKING:
    from service.client import Client, ClientError

FILE = ("datafile", "mapping", "upload")
HOW_TO_SIGN_IN = "Set SGN_TOKEN to the token, or SGN_TOKEN_FILE to a file that contains it."


@contextmanager
def service_at(url: str) -> Iterator["Client"]:
    """Connect to the service; an error of the client ends the command with its message."""
    from service.client import Client, ClientError  # noqa: PLC0415 - httpx is slow to import

    token = _token()
    try:
        with Client(url, token=token) as client:
            yield client
    except ClientError as error:
        hint = f"\n{HOW_TO_SIGN_IN}" if error.status == 401 and not token else ""
        raise click.ClickException(_sentences(error) + hint) from error


def _token() -> str:
    try:
        return token_in(os.environ)
    except TokenUnreadable as error:
        raise click.ClickException(str(error)) from error


def _sentences(error: "ClientError") -> str:
    if not error.errors:
        return str(error)
    return "\n".join(_field_line(field, sentence) for field, sentence in error.errors)


def _field_line(field: str, sentence: str) -> str:
    """The message, with its field unless the message names it or it is the command's file."""
    is_plain = field in FILE or field.rpartition(".")[2] in sentence
    return sentence if is_plain else f"{field}: {sentence}"
