"""The group of all commands: its help by what one wants to do, its errors as sentences."""

import io
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from service.cli.terminal import plain

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

INTERRUPTED = 130


class Sgn(click.Group):
    """The group whose every error is a sentence on stderr, and which ends the process."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._sections: dict[str, list[str]] = {}

    def add_section(self, title: str, commands: Iterable[click.Command]) -> None:
        """Add commands that the help shows below one title."""
        for command in commands:
            self.add_command(command)
            self._sections.setdefault(title, []).append(str(command.name))

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run the command line and exit: 0 only on success, 2 for a command that is not one."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a terminal may lack a name's letters
        try:
            status = super().main(*args, **{**settings, "standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as asked:
            asked.show()
            sys.exit(asked.exit_code)
        except click.ClickException as error:
            for sentence in _sentences(error):
                click.echo(plain(sentence), err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(INTERRUPTED)
        sys.exit(status)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order of their use, not of the alphabet."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """A section for what one wants to do, each with its commands."""
        width = max(map(len, self.commands))
        for title, names in self._sections.items():
            with formatter.section(title):
                commands = [self.commands[name] for name in names]
                formatter.write_dl(
                    [(f"{each.name:{width}}", each.get_short_help_str(1000)) for each in commands]
                )


class WithDefault(click.Group):
    """A group one of whose commands, the ``default``, need not be named.

    ``sgn model TASK`` is ``sgn model get TASK``.
    """

    def __init__(self, *args: Any, default: str, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put in the default where no command is named, and no help of the group is asked for."""
        named = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        completing = ctx.resilient_parsing and not args
        return super().parse_args(ctx, args if named or completing else [self._default, *args])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete the commands, and the values of the default command's argument."""
        params = self.commands[self._default].params
        first = next((each for each in params if isinstance(each, click.Argument)), None)
        own = super().shell_complete(ctx, incomplete)
        return own if first is None else [*own, *first.shell_complete(ctx, incomplete)]


def _sentences(error: click.ClickException) -> list[str]:
    lines = error.format_message().splitlines()
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return lines
    sentence = " ".join(line.strip() for line in lines).removesuffix(".")
    return [f"{sentence}. See '{error.ctx.command_path} --help'."]
