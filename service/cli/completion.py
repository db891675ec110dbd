"""``sgn completion``: a shell that completes commands, options, tasks and datasets."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from service.client import Client

PROGRAM, VARIABLE = "sgn", "_SGN_COMPLETE"
SHELLS = ("bash", "zsh", "fish")
SECONDS = 0.5  # who presses a key does not wait for a service
MOST = 50
HOW = {
    "bash": 'eval "$(sgn completion bash)"  in ~/.bashrc',
    "zsh": 'eval "$(sgn completion zsh)"   in ~/.zshrc',
    "fish": "sgn completion fish | source   in ~/.config/fish/config.fish",
}

Names = Callable[["Client"], list[str]]


@click.command(epilog="\n".join(["\b", "Example:", *(f"  {line}" for line in HOW.values())]))
@click.argument("shell", type=click.Choice(SHELLS))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for a program.")
@click.pass_context
def completion(context: click.Context, shell: str, as_json: bool) -> None:  # noqa: FBT001
    """Print the script by which a shell completes 'sgn'.

    Ids of tasks and names of datasets come from the service, where it answers at once.
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - rarely needed

    from service.cli.terminal import show_json  # noqa: PLC0415

    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - one of click's own
    root = context.find_root().command
    source = found(root, {}, PROGRAM, VARIABLE)
    # Not source(), which starts the shell to look at its version: the script may be for elsewhere.
    script = source.source_template % source.source_vars()
    if as_json:
        show_json({"shell": shell, "script": script})
    else:
        click.echo(script)


def tasks(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """Ids of tasks that begin so, the newest first."""

    def ids(client: "Client") -> list[str]:
        return [each.task_id for each in client.tasks(limit=MOST)]

    return _known(context, begun, ids)


def datasets(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """Names of datasets that begin so, the newest first."""

    def names(client: "Client") -> list[str]:
        return [each.data_name for each in client.datasets(limit=MOST)]

    return _known(context, begun, names)


def _known(context: click.Context, begun: str, names: Names) -> list[str]:
    """What the service knows, nothing where it does not say so at once."""
    from service.client import Client, ClientError  # noqa: PLC0415 - httpx is slow to import

    heard: list[str] = []
    try:  # on this side of the wait: what it takes is this machine's own time
        client = Client(_url(context), token=_token(), timeout=SECONDS)
    except ClientError:
        return []

    def ask() -> None:
        with suppress(ClientError), client:
            heard.extend(names(client))

    asking = threading.Thread(target=ask, daemon=True)  # the process ends without it
    asking.start()
    asking.join(SECONDS)
    return [name for name in heard if name.startswith(begun)]


def _url(context: click.Context) -> str:
    from service.environment import url_in  # noqa: PLC0415

    named = (context.params.get("url"), context.find_root().params.get("url"))
    return next((url for url in named if url), url_in(os.environ))


def _token() -> str:
    from service.environment import TokenUnreadable, token_in  # noqa: PLC0415

    try:
        return token_in(os.environ)
    except TokenUnreadable:
        return ""
