"""Options and arguments that several commands share."""

import click

from service.cli.completion import datasets, tasks


def _remember(context: click.Context, _: click.Parameter, url: str | None) -> None:
    if url is not None:
        context.obj = url


def example(*lines: str) -> str:
    """The end of a command's help: how it is used, line by line."""
    return "\n".join(["\b", "Example:", *(f"  {line}" for line in lines)])


url_option = click.option(
    "--url",
    expose_value=False,
    callback=_remember,
    help="Where the service is, here or before the command.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document, for a program."
)
task_argument = click.argument("task", shell_complete=tasks)
dataset_argument = click.argument("name", shell_complete=datasets)
