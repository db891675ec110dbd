"""The group of all commands: help in sections, errors as one message on stderr."""

import io
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from service.cli.language import add_language_option, usage_sentences
from service.cli.terminal import plain

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

INTERRUPTED = 130


class Sgn(click.Group):
    """A group that shows every error as a message on stderr, and exits."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._sections: dict[str, list[str]] = {}

    def add_section(self, title: str, commands: Iterable[click.Command]) -> None:
        """Add commands that the help shows below one title."""
        for command in commands:
            self.add_command(command)
            add_language_option(command)
            self._sections.setdefault(title, []).append(str(command.name))

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
        width = max(map(len, self.commands))
        for title, names in self._sections.items():
            with formatter.section(title):
                commands = [self.commands[name] for name in names]
                formatter.write_dl(
                    [(f"{item.name:{width}}", item.get_short_help_str(1000)) for item in commands]
                )


class WithDefault(click.Group):
    """A group with a ``default`` command, whose name can be left out.

    ``sgn model TASK`` is ``sgn model get TASK``.
    """

    def __init__(self, *args: Any, default: str, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the default if no command is named and the group's help is not wanted."""
        named = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        completing = ctx.resilient_parsing and not args
        return super().parse_args(ctx, args if named or completing else [self._default, *args])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete the commands, and the values of the default command's argument."""
        params = self.commands[self._default].params
        first = next((param for param in params if isinstance(param, click.Argument)), None)
        own = super().shell_complete(ctx, incomplete)
        return own if first is None else [*own, *first.shell_complete(ctx, incomplete)]
