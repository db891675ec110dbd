"""Which version of the command this is."""

from importlib import metadata

import click

from service.cli.options import example, json_option
from service.cli.terminal import show_json

DISTRIBUTION = "nld-sgn"


@click.command(epilog=example("sgn version --json"))
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
    """The installed distribution's version. Raises ClickException where there is none."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError as error:
        raise click.ClickException(
            f"The version is unknown: {DISTRIBUTION} runs from a folder and is not installed."
        ) from error
