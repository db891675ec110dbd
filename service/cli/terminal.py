"""What a command prints: sentences, errors, tables and facts, in the command's language.

That is the language of ``--lang``, else the environment's, else English. Everything for people is
a message; :func:`words` renders it, and errors render theirs where they are raised. Tables fit the
terminal; in a pipe, lines are plain and not wrapped.
"""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from graphnet.errors import system_reason
from graphnet.messages import (
    ENGLISH,
    Message,
    as_message,
    finished,
    joined,
    language_in,
)
from graphnet.names import status_name
from service.local.typed import render_typed

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

UNBOUNDED = 1_000_000  # columns: in a pipe nothing is wrapped or cut
GAP = 2  # columns of a terminal between those of a table
STATUS_STYLES: Mapping[Message | str, str] = {
    status_name("Running"): "cyan",
    status_name("Finished"): "green",
    status_name("Failed"): "red",
    status_name("Cancelled"): "yellow",
}
KEY = "service.cli.terminal"  # of a context's ``meta``, which all contexts of a command share
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
    return render_typed(text, chosen_language(context))


def names_listed(names: Iterable[Message | str]) -> str:
    """Names in the language of the command, with its comma of lists between them."""
    return joined(names, chosen_language())


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


@dataclass(frozen=True)
class Column:
    """A table's column; a ``whole`` one is never wrapped, so that an id can be copied.

    A ``spare`` one is left out if the terminal is too narrow. ``styles`` are those of its texts.
    """

    title: Message | str
    right: bool = False
    whole: bool = False
    spare: bool = False
    styles: Mapping[Message | str, str] = field(default_factory=dict)


def plain(value: object) -> str:
    """A message or a text, without control characters, which could steer the terminal."""
    text = words(value) if isinstance(value, Message) else str(value)
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def show_table(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """Print a table with a title per column."""
    _show(columns, rows, titled=True)


def show_facts(facts: Iterable[tuple[Message | str, object]]) -> None:
    """Print names with their values, without empty ones."""
    columns = [Column("", whole=True), Column("", styles=STATUS_STYLES)]
    _show(columns, [fact for fact in facts if fact[1] not in ("", None)], titled=False)


def show_heading(text: Message | str) -> None:
    """Print a heading after an empty line."""
    click.echo(f"\n{click.style(plain(text), bold=True)}")


def show_json(value: Any) -> None:
    """Print JSON for a program."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def say(sentence: Message) -> None:
    """Print a sentence on stdout."""
    click.echo(plain(sentence))


def note(sentence: Message | str) -> None:
    """Print a sentence on stderr."""
    click.echo(plain(sentence), err=True)


def _show(columns: Sequence[Column], rows: Iterable[Sequence[object]], *, titled: bool) -> None:
    console = _console()
    values = [list(row) for row in rows]
    cells = [[plain(value) for value in row] for row in values]
    sizes = [_size(column, texts) for column, texts in _texts(columns, cells)]
    kept = _kept(columns, sizes, console.width)
    widths = _widths([sizes[place] for place in kept], console.width - GAP * (len(kept) - 1))
    table = _table([columns[place] for place in kept], widths, titled=titled)
    for row, texts in zip(values, cells, strict=True):
        table.add_row(*(_cell(columns[place], row[place], texts[place]) for place in kept))
    # It is better that the terminal wraps a line than that an id is cut.
    console.width = sum(widths) + GAP * len(kept)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _texts(
    columns: Sequence[Column], cells: Sequence[Sequence[str]]
) -> Iterator[tuple[Column, list[str]]]:
    """Each column with all its texts, including its title."""
    for place, column in enumerate(columns):
        yield column, [plain(column.title), *(row[place] for row in cells)]


def _size(column: Column, texts: Sequence[str]) -> tuple[int, int]:
    """The least width that cuts no word, and the greatest useful one."""
    from rich.cells import cell_len  # noqa: PLC0415 - slow to import

    most = max(map(cell_len, texts))
    if column.whole:
        return most, most
    return max((cell_len(word) for text in texts for word in text.split()), default=0), most


def _kept(columns: Sequence[Column], sizes: Sequence[tuple[int, int]], room: int) -> list[int]:
    """The places of the columns that fit; a note names the others."""
    kept, left = list(range(len(columns))), []
    while sum(sizes[place][0] + GAP for place in kept) - GAP > room:
        spare = [place for place in kept if columns[place].spare]
        if not spare:
            break
        kept.remove(spare[-1])
        left.append(columns[spare[-1]].title)
    if left:
        note(Message("cli.too-narrow", columns=left[::-1]))
    return kept


def _widths(sizes: Sequence[tuple[int, int]], room: int) -> list[int]:
    """The useful widths; if there is less room, the narrowest columns grow first."""
    if sum(most for _, most in sizes) <= room:
        return [most for _, most in sizes]
    widths = [least for least, _ in sizes]
    for _ in range(room - sum(widths)):
        growing = [place for place, (_, most) in enumerate(sizes) if widths[place] < most]
        narrowest = min(growing, key=lambda place: (widths[place], -place))
        widths[narrowest] += 1
    return widths


def _table(columns: Sequence[Column], widths: Sequence[int], *, titled: bool) -> "Table":
    from rich.table import Table  # noqa: PLC0415 - slow to import
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), show_header=titled)
    for column, width in zip(columns, widths, strict=True):
        table.add_column(
            Text(plain(column.title)),
            justify="right" if column.right else "left",
            no_wrap=column.whole,
            overflow="fold",
            width=width,
        )
    return table


def _cell(column: Column, value: object, text: str) -> Any:
    from rich.text import Text  # noqa: PLC0415 - slow to import

    style = column.styles.get(value, "") if isinstance(value, (Message, str)) else ""
    return Text(text, style=style)


def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415 - slow to import

    if sys.stdout.isatty():
        return Console()
    return Console(force_terminal=False, color_system=None, width=UNBOUNDED)
