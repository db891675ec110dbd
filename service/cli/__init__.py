"""The ``sgn`` command. It starts fast: what only one command needs, that command imports."""

import io
import sys
from importlib import metadata
from typing import Any

import click

from service.cli import clean, data, doctor, models, processes, submit, tasks, token
from service.cli.connection import DEFAULT_URL
from service.cli.terminal import plain

DISTRIBUTION = "nld-sgn"
INTERRUPTED = 130


class Sgn(click.Group):
    """The group whose every error is a sentence on stderr, and which ends the process."""

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


def _sentences(error: click.ClickException) -> list[str]:
    lines = error.format_message().splitlines()
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return lines
    sentence = " ".join(line.strip() for line in lines).removesuffix(".")
    return [f"{sentence}. See '{error.ctx.command_path} --help'."]


def _show_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001
    if not wanted or context.resilient_parsing:
        return
    try:
        click.echo(f"sgn {metadata.version(DISTRIBUTION)}")
    except metadata.PackageNotFoundError as error:
        raise click.ClickException(
            f"The version is unknown: {DISTRIBUTION} runs from a folder and is not installed."
        ) from error
    context.exit()


@click.group(cls=Sgn, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--url",
    envvar="SGN_URL",
    default=DEFAULT_URL,
    show_default=True,
    show_envvar=True,
    help="Where the service is.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.pass_context
def main(context: click.Context, url: str) -> None:
    """Train classifiers of brain networks, look at them, and take them home."""
    context.obj = url


for command in (
    *(processes.up, processes.demo, data.data, models.models),
    *(submit.submit, tasks.tasks, tasks.show, tasks.cancel, tasks.retry, tasks.lineage),
    *(models.model, token.token, processes.serve, processes.worker, processes.migrate),
    *(doctor.doctor, clean.clean),
):
    main.add_command(command)
