"""The ``sgn`` command. It starts fast: what only one command needs, that command imports."""

from importlib import metadata

import click

from graphnet.messages import Message
from service.cli import (
    clean,
    data,
    doctor,
    manage,
    models,
    options,
    processes,
    results,
    tasks,
    token,
)
from service.cli.commands import Sgn, add_language_option, command, option
from service.cli.options import example, json_option
from service.cli.terminal import Failure, show_json
from service.environment import DEFAULT_URL, URL

DISTRIBUTION = "nld-sgn"


@command(epilog=example("sgn version --json"), help="help.command-version")
@json_option
def version(*, as_json: bool) -> None:
    """Show the version."""
    if as_json:
        show_json({"version": installed()})
    else:
        click.echo(f"sgn {installed()}")


def show_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001
    """What the option ``--version`` does."""
    if not wanted or context.resilient_parsing:
        return
    click.echo(f"sgn {installed()}")
    context.exit()


def installed() -> str:
    """The installed distribution's version. Raises Failure where there is none."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError as error:
        raise Failure(Message("cli.version-unknown", distribution=DISTRIBUTION)) from error


@click.group(
    cls=Sgn,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="help.command-sgn",
)
@option(
    "--url",
    metavar="ADDRESS",
    envvar=URL,
    default=DEFAULT_URL,
    show_default=True,
    show_envvar=True,
    help="help.option-address",
)
@option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help="help.option-version",
)
@click.pass_context
def main(context: click.Context, url: str) -> None:
    """Train classifiers of brain networks, evaluate them and download them."""
    context.obj = url


add_language_option(main)
main.add_section(Message("help.section-start"), (processes.up, processes.demo))
main.add_section(Message("help.section-data"), (data.data,))
main.add_section(
    Message("help.section-tasks"),
    (
        *(tasks.submit, tasks.tasks, tasks.show, tasks.watch, tasks.log),
        *(tasks.cancel, tasks.retry, manage.edit, manage.delete),
    ),
)
main.add_section(
    Message("help.section-results"),
    (results.report, results.predictions, results.compare, tasks.lineage, models.export),
)
main.add_section(Message("help.section-models"), (models.models, models.model, results.predict))
main.add_section(
    Message("help.section-operators"),
    (
        *(processes.serve, processes.worker, processes.migrate, token.token),
        *(doctor.doctor, clean.clean, manage.audit),
    ),
)
main.add_section(Message("help.section-command"), (options.completion, version))
