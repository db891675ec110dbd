"""A command line whose help and errors are in the chosen language, by argparse.

A Chinese letter takes two columns of a terminal, and a line may end after any of them. What wraps
lines knows neither; :func:`spaced` tells it, and :func:`unspaced` takes that back.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, NoReturn

from graphnet.messages import (
    ENGLISH,
    LANGUAGES,
    Message,
    as_one,
    finished,
    language_in,
    render,
)

WIDE = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]"  # Chinese letters and their punctuation
# A space or a mark that closes stays with the letter before it.
LETTER = re.compile(rf"{WIDE}(?P<joined>(?=[，。、；：！？）」”\])\s]|$))?")
OPENING = "（「"  # stays with the letter after it
JOINER = "\u2060"  # Unicode's word joiner, of which a text has none
# What argparse says: the groups are the values of the message.
ERRORS = {
    "help.missing": r"the following arguments are required: (?P<names>.*)",
    "help.unrecognised": r"unrecognized arguments: (?P<names>.*)",
    "help.one-value": r"expected one argument",
    "help.some-values": r"expected at least one argument",
    "help.no-value": r"ignored explicit argument (?P<value>.*)",
    "help.not-a-choice": r"invalid choice: (?P<value>.*) \(choose from (?P<choices>.*)\)",
    "help.not-a-number": r"invalid \w+ value: (?P<value>.*)",
    "help.ambiguous": r"ambiguous option: (?P<given>.*) could match (?P<names>.*)",
}
OF_ARGUMENT = re.compile(r"argument (?P<argument>[^:]*): (?P<sentence>.*)", re.DOTALL)


def parsed(
    parser: "Callable[[str], CommandLine]", arguments: Sequence[str] | None
) -> argparse.Namespace:
    """The ``arguments``, or the process's own, by the ``parser`` of their language, as ``lang``.

    It is that of ``--lang``, else the environment's. Ends the process where they are invalid.
    """
    words = sys.argv[1:] if arguments is None else arguments
    language = named_language(words) or language_in(os.environ)
    given = parser(language).parse_args(words)
    given.lang = language
    return given


def named_language(arguments: Iterable[str]) -> str | None:
    """The language that ``--lang`` names in a command line; None where it names none that we know.

    It is known before the rest is parsed, so that what is wrong with that is said in it.
    """
    parts = [part for text in arguments for part in text.split("=", 1)]
    names = [value for option, value in pairwise(parts) if option == "--lang"]
    return names[-1] if names and names[-1] in LANGUAGES else None


def spaced(text: str) -> str:
    """The text with a second column after each wide letter: a space where a line may end."""
    return LETTER.sub(_two_columns, text)


def unspaced(text: str) -> str:
    """What was :func:`spaced`, wrapped in the meantime, as it is to be shown."""
    return re.sub(f"(?<={WIDE}) ", "", text).replace(JOINER, "")


def _two_columns(letter: re.Match[str]) -> str:
    is_joined = letter["joined"] is not None or letter[0] in OPENING
    return f"{letter[0]}{JOINER if is_joined else ' '}"


class CommandLine(argparse.ArgumentParser):
    """A parser that speaks ``language``; its options belong to groups, which have titles."""

    def __init__(self, language: str, *, prog: str, description: Message) -> None:
        self.language = language
        usage = render(Message("help.usage"), language)
        super().__init__(
            prog=prog,
            description=spaced(render(description, language)),
            add_help=False,
            formatter_class=lambda prog: _Formatter(prog, spaced(f"{usage}: ")),
        )
        self.options = self.group(Message("help.options"))
        self.add(self.options, "-h", "--help", Message("help.option-help"), action="help")

    def group(self, title: Message) -> "argparse._ArgumentGroup":
        """A new group of options."""
        return self.add_argument_group(render(title, self.language))

    def add(
        self,
        group: "argparse._ArgumentGroup",
        *names_and_help: str | Message,
        **settings: Any,
    ) -> None:
        """Add an option: its names, and the sentences of its help."""
        names = [name for name in names_and_help if isinstance(name, str)]
        sentences = [sentence for sentence in names_and_help if isinstance(sentence, Message)]
        text = spaced(render(as_one(sentences), self.language))
        group.add_argument(*names, help=text.replace("%", "%%"), **settings)

    def format_usage(self) -> str:
        """How the command is written, in short."""
        return unspaced(super().format_usage())

    def format_help(self) -> str:
        """The whole help."""
        return unspaced(super().format_help())

    def error(self, message: str) -> NoReturn:
        """End the process with status 2, and say why."""
        self.print_usage(sys.stderr)
        sentence = finished(message) if self.language == ENGLISH else _translatable(message)
        said = Message("help.error", program=self.prog, sentence=sentence)
        self.exit(2, f"{render(said, self.language)}\n")


class _Formatter(argparse.HelpFormatter):
    """Heads the line of usage by the word of the language."""

    def __init__(self, prog: str, usage: str) -> None:
        super().__init__(prog)
        self._usage = usage

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        """Add the line of usage."""
        super().add_usage(usage, actions, groups, prefix or self._usage)


def _translatable(sentence: str) -> Message:
    """What argparse says, as a message; a sentence that is not known as it is."""
    of_argument = OF_ARGUMENT.fullmatch(sentence)
    if of_argument:
        reason = _translatable(of_argument["sentence"])
        return Message("help.of-argument", argument=of_argument["argument"], sentence=reason)
    for code, pattern in ERRORS.items():
        matched = re.fullmatch(pattern, sentence, re.DOTALL)
        if matched:
            return Message(code, **matched.groupdict())
    return finished(sentence)
