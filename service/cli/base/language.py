"""In which language a command speaks: that of ``--lang``, else the environment's, else English.

Everything that a command prints for people is a message; :func:`words` renders it. The errors here
take messages too, and are rendered where they are raised.
"""

import os
import re
from collections.abc import Iterable
from typing import Any

import click

from graphnet.errors import system_reason
from graphnet.messages import (
    ENGLISH,
    Message,
    as_message,
    finished,
    language_in,
    render,
)

KEY = "service.cli.base.language"  # of a context's ``meta``, which all contexts of a command share
QUOTED = re.compile(r"'(.*?)'")
EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)")


def given_language(context: click.Context | None = None) -> str | None:
    """The language that ``--lang`` names; None where it is not given."""
    known = context or click.get_current_context(silent=True)
    language: str | None = None if known is None else known.meta.get(KEY)
    return language


def chosen_language(context: click.Context | None = None) -> str:
    """The language that the command speaks."""
    return given_language(context) or language_in(os.environ)


def words(text: Message | str, context: click.Context | None = None) -> str:
    """The sentence in the language of the command; a text stays as it is."""
    return render(text, chosen_language(context))


def listed(parts: Iterable[Message | str]) -> str:
    """Parts of one sentence, with commas between them."""
    return words(Message("cli.comma")).join(map(words, parts))


def remember_language(context: click.Context, language: str | None) -> None:
    """Let the command speak a language from here on; None changes nothing."""
    if language is not None:
        context.meta[KEY] = language


class Failure(click.ClickException):
    """Why a command failed: a sentence per line, in the language of the command."""

    def __init__(self, *reasons: Message | str) -> None:
        self.reasons = tuple(as_message(reason) for reason in reasons)
        super().__init__("\n".join(words(reason) for reason in self.reasons))


class WrongUsage(click.UsageError):
    """What is wrong with a command line, as a message."""

    def __init__(self, reason: Message) -> None:
        self.reason = reason
        super().__init__(words(reason), click.get_current_context(silent=True))


def wrong_value(option: str, reason: Message) -> WrongUsage:
    """What is wrong with the value of an option."""
    return WrongUsage(Message("cli.value-invalid", option=option, reason=reason))


def reason_of(error: Exception) -> Message:
    """What an error of this project says, as a message; of any other its text."""
    for carried in (getattr(error, "message", None), *error.args[:1]):
        if isinstance(carried, Message):
            return carried
    if isinstance(error, OSError) and error.errno is not None:
        reason = system_reason(error)
        if error.filename is None:
            return Message("cli.system", reason=reason)
        return Message("cli.system-file", file=str(error.filename), reason=reason)
    return finished(str(error))


def failure_of(error: Exception) -> Failure:
    """The command's own error for one of another room."""
    several = getattr(error, "messages", ())
    return Failure(*several) if several else Failure(reason_of(error))


def usage_sentences(error: click.ClickException) -> list[str]:
    """The lines of any error of a command; one of the command line names the help."""
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return error.format_message().splitlines()
    sentence = words(_usage_message(error), error.ctx)
    short = " ".join(line.strip() for line in sentence.splitlines()).rstrip(".。")
    command = error.ctx.command_path
    return [words(Message("cli.see-help", sentence=short, command=command), error.ctx)]


def _usage_message(error: click.UsageError) -> Message:
    """What is wrong with the command line; in English by the words of click."""
    if isinstance(error, WrongUsage):
        return error.reason
    if chosen_language(error.ctx) == ENGLISH:
        return finished(error.format_message())
    if isinstance(error, click.BadParameter):
        return _parameter_message(error)
    if isinstance(error, click.NoSuchOption):
        return Message("cli.no-such-option", option=error.option_name)
    if isinstance(error, click.BadOptionUsage):
        return Message("cli.option-without-value", option=error.option_name)
    return _arguments_message(error)


def _parameter_message(error: click.BadParameter) -> Message:
    if isinstance(error, click.MissingParameter):
        return Message("cli.parameter-missing", option=_hint(error))
    return Message("cli.value-invalid", option=_hint(error), reason=_value_message(error))


def _arguments_message(error: click.UsageError) -> Message:
    """Arguments that no command takes, or a command that does not exist."""
    extra = EXTRA.match(error.message)
    if extra:
        return Message("cli.too-many-arguments", arguments=extra[1])
    unknown = QUOTED.search(error.message)
    return (
        finished(error.message)
        if unknown is None
        else Message("cli.no-such-command", command=unknown[1])
    )


def _hint(error: click.BadParameter) -> str:
    """The option or argument as it is written on a command line."""
    if error.param is None:
        return str(error.param_hint or "").strip("'")
    if error.param_hint is None and isinstance(error.param, click.Option):
        return " / ".join(error.param.opts)
    return str(error.param_hint or error.param.human_readable_name).strip("'")


def _value_message(error: click.BadParameter) -> Message:
    """Why click does not accept a value, by the type of its parameter."""
    kind: Any = None if error.param is None else error.param.type
    if isinstance(kind, click.Choice):
        return Message("cli.must-be-one-of", choices=[str(choice) for choice in kind.choices])
    if isinstance(kind, click.IntRange):
        return Message("cli.must-be-whole-number", **_bounds(kind))
    file = QUOTED.search(error.message)
    if isinstance(kind, (click.Path, click.File)) and file:
        return Message("cli.file-unusable", file=file[1])
    return finished(error.message)


def _bounds(kind: click.IntRange) -> dict[str, str]:
    """The least and the greatest number; "none" where there is no such bound."""
    return {
        name: "none" if bound is None else str(bound)
        for name, bound in (("least", kind.min), ("most", kind.max))
    }
