"""Options that several commands share."""

import click


def _remember(context: click.Context, _: click.Parameter, url: str | None) -> None:
    if url is not None:
        context.obj = url


url_option = click.option(
    "--url",
    expose_value=False,
    callback=_remember,
    help="Where the service is, here or before the command.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print what the service said, as JSON."
)
