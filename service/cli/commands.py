"""The kinds of commands, groups and options: help in the chosen language, errors on stderr.

The ``help`` of a command and of an option is the code of a message. Examples are the same in every
language.
"""

import io
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from graphnet.command.command_line import named_language, spaced, unspaced
from graphnet.messages import LANGUAGES, Message
from service.cli.terminal import plain, remember_language, usage_sentences, words
from service.local.typed import typed

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

INTERRUPTED = 130
METAVARS = {
    "[OPTIONS]": "help.options-metavar",
    "COMMAND [ARGS]...": "help.command-metavar",
    "[COMMAND] [ARGS]...": "help.optional-command-metavar",
}


class Formatter(click.HelpFormatter):
    """Lays help out; a Chinese letter takes two columns, and a line may end after it."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.width -= 1  # the second column of a line's last letter

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line of usage."""
        super().write_usage(prog, spaced(args), prefix)

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        super().write_text(spaced(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], *args: int, **settings: int) -> None:
        """Write a list of terms and what they mean."""
        super().write_dl([(term, spaced(text)) for term, text in rows], *args, **settings)

    def getvalue(self) -> str:
        """All that was written."""
        return unspaced(super().getvalue())


class Context(click.Context):
    """The context of a command."""

    formatter_class = Formatter


class Option(click.Option):
    """An option of a command; ``help`` is the code of what it does."""

    def __init__(self, *args: Any, help: str, **settings: Any) -> None:  # noqa: A002 - as click's
        self._code = help
        super().__init__(*args, **settings)

    @property
    def help(self) -> str:
        """What it does, in the chosen language."""
        return words(Message(self._code))

    @help.setter  # noqa: A003
    def help(self, _: str | None) -> None:
        """Nothing: click's constructor sets it."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """How it is written, and what it does."""
        record = super().get_help_record(ctx)
        if record is None:
            return None
        notes = "; ".join(map(words, self._notes()))
        return record[0], f"{self.help}  [{notes}]" if notes else self.help

    def _notes(self) -> list[Message]:
        """Where its value comes from if it is not given, which ones it takes, and if it must be."""
        notes = []
        if self.show_envvar:
            notes.append(Message("help.variable", name=self.envvar))
        if self.show_default and self.default is not None:
            notes.append(Message("help.default", value=str(self.default)))
        if isinstance(self.type, click.IntRange):
            least, most = self.type.min, self.type.max
            code = "help.at-least" if most is None else "help.range"
            notes.append(Message(code, least=str(least), most=str(most)))
        if self.required:
            notes.append(Message("help.required"))
        return notes


class Command(click.Command):
    """A command; ``help`` is the code of what it does, ``epilog`` holds lines of examples."""

    context_class = Context

    def __init__(self, *args: Any, help: str, **settings: Any) -> None:  # noqa: A002 - as click's
        self._code = help
        super().__init__(*args, **settings)

    @property
    def help(self) -> str:
        """What it does, in the chosen language."""
        return words(Message(self._code))

    @help.setter  # noqa: A003
    def help(self, _: str | None) -> None:
        """Nothing: click's constructor sets it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, first of all the language: ``--help`` may precede it."""
        remember_language(ctx, named_language(args))
        return super().parse_args(ctx, args)

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002
        """What it does, in a line: the first paragraph, whole."""
        return self.help.partition("\n\n")[0]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option ``--help``, which tells in the chosen language what it does."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = words(Message("help.option-help"))
        return option

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """What follows the command in the line of usage."""
        pieces = super().collect_usage_pieces(ctx)
        return [words(Message(METAVARS[piece])) if piece in METAVARS else piece for piece in pieces]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line of usage."""
        prefix = f"{words(Message('help.usage'))}: "
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        records = [parameter.get_help_record(ctx) for parameter in self.get_params(ctx)]
        with formatter.section(words(Message("help.options"))):
            formatter.write_dl([record for record in records if record is not None and record[1]])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the examples."""
        if self.epilog:
            lines = [f"  {line}" for line in typed(self.epilog).splitlines()]
            write_as_it_is(formatter, [f"{words(Message('help.example'))}:", *lines])


class Group(Command, click.Group):
    """A group of commands."""

    command_class = Command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options and the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands."""
        self.write_commands(formatter, Message("help.commands"), self.list_commands(ctx))

    def write_commands(
        self, formatter: click.HelpFormatter, title: Message, names: Iterable[str]
    ) -> None:
        """Write a section of commands; the names are as wide as the widest of the group."""
        width = max(map(len, self.commands))
        rows = [(f"{name:{width}}", self.commands[name].get_short_help_str()) for name in names]
        with formatter.section(words(title)):
            formatter.write_dl(rows)


class Sgn(Group):
    """A group that shows every error as a message on stderr, and exits."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._sections: list[tuple[Message, list[str]]] = []

    def add_section(self, title: Message, commands: Sequence[click.Command]) -> None:
        """Add commands that the help shows below one title."""
        for added in commands:
            self.add_command(added)
            add_language_option(added)
        self._sections.append((title, [str(added.name) for added in commands]))

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run the command line and exit: 0 only on success, 2 for an invalid command line."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a terminal may not have all letters
        try:
            status = super().main(*args, **{**settings, "standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as usage:
            usage.show()
            sys.exit(usage.exit_code)
        except click.ClickException as error:
            for sentence in usage_sentences(error):
                click.echo(plain(sentence), err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(INTERRUPTED)
        sys.exit(status)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order they were added."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write a section per title, with its commands."""
        for title, names in self._sections:
            self.write_commands(formatter, title, names)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what the exit status says."""
        write_as_it_is(formatter, words(Message("help.exit-status")).splitlines())


class WithDefault(Group):
    """A group with a ``default`` command, whose name can be left out.

    ``sgn model TASK`` is ``sgn model get TASK``.
    """

    def __init__(self, *args: Any, default: str, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the default if no command is named and the group's help is not wanted."""
        count = 2 if args[:1] == ["--lang"] else 0
        language, rest = args[:count], args[count:]
        named = bool(rest) and (rest[0] in self.commands or rest[0] in ctx.help_option_names)
        completing = ctx.resilient_parsing and not args
        default = [] if named or completing else [self._default]
        return super().parse_args(ctx, [*language, *default, *rest])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete the commands, and the values of the default command's argument."""
        params = self.commands[self._default].params
        first = next((param for param in params if isinstance(param, click.Argument)), None)
        own = super().shell_complete(ctx, incomplete)
        return own if first is None else [*own, *first.shell_complete(ctx, incomplete)]


def command(name: str | None = None, **settings: Any) -> Callable[[Callable[..., Any]], Command]:
    """Make a command of a function, as :func:`click.command` does."""
    return click.command(name, cls=Command, **settings)


def group(**settings: Any) -> Callable[[Callable[..., Any]], Group]:
    """Make a group of a function, as :func:`click.group` does."""
    return click.group(cls=Group, **settings)


def option(*names: str, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give an option to a command, as :func:`click.option` does."""
    return click.option(*names, cls=Option, **settings)


def add_language_option(target: click.Command) -> None:
    """Let a command and all its own commands take ``--lang``."""
    target.params.append(
        Option(
            ["--lang"],
            type=click.Choice(LANGUAGES),
            is_eager=True,  # what is wrong with the others is said in this language
            expose_value=False,
            callback=lambda context, _, language: remember_language(context, language),
            help="help.option-lang",
        )
    )
    if isinstance(target, click.Group):
        for own in target.commands.values():
            add_language_option(own)


def write_as_it_is(formatter: click.HelpFormatter, lines: Iterable[str]) -> None:
    """Write lines that are not wrapped, after an empty one."""
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text("\n".join(["\b", *lines]))
