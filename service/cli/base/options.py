"""How a command reaches the service; options and arguments that several commands share."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from graphnet.messages import Message
from service.cli.base.commands import command, option
from service.cli.base.terminal import Failure, chosen_language, failure_of, show_json
from service.environment import TokenUnreadable, token_in, url_in

if TYPE_CHECKING:
    from service.client import Client, ClientError


def _remember(context: click.Context, _: click.Parameter, url: str | None) -> None:
    if url is not None:
        context.obj = url


def example(*lines: str) -> str:
    """The end of a command's help: lines that are examples."""
    return "\n".join(lines)


PROGRAM, VARIABLE = "sgn", "_SGN_COMPLETE"
SHELLS = ("bash", "zsh", "fish")
SECONDS = 0.5  # a key press must not wait longer for a service
MOST = 50
HOW = {
    "bash": 'eval "$(sgn completion bash)"  # ~/.bashrc',
    "zsh": 'eval "$(sgn completion zsh)"   # ~/.zshrc',
    "fish": "sgn completion fish | source   # ~/.config/fish/config.fish",
}

Names = Callable[["Client"], list[str]]


json_option = option("--json", "as_json", is_flag=True, help="help.option-json")


@command(epilog=example(*HOW.values()), help="help.command-completion")
@click.argument("shell", type=click.Choice(SHELLS))
@json_option
@click.pass_context
def completion(context: click.Context, shell: str, as_json: bool) -> None:  # noqa: FBT001
    """Print the script that completes 'sgn' in a shell."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - rarely needed

    shell_class = get_completion_class(shell)
    assert shell_class is not None  # noqa: S101 - one of click's own
    root = context.find_root().command
    source = shell_class(root, {}, PROGRAM, VARIABLE)
    # Not source(), which starts the shell to check its version: it may be another machine's.
    script = source.source_template % source.source_vars()
    if as_json:
        show_json({"shell": shell, "script": script})
    else:
        click.echo(script)


def tasks(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """Ids of tasks that begin with ``begun``, newest first."""

    def ids(client: "Client") -> list[str]:
        return [task.task_id for task in client.tasks(limit=MOST)]

    return _matching(context, begun, ids)


def datasets(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """Names of datasets that begin with ``begun``, newest first."""

    def names(client: "Client") -> list[str]:
        return [dataset.data_name for dataset in client.datasets(limit=MOST)]

    return _matching(context, begun, names)


def _matching(context: click.Context, begun: str, names: Names) -> list[str]:
    """The service's names that begin so; none if it does not answer at once."""
    from service.client import Client, ClientError  # noqa: PLC0415 - httpx is slow to import

    received: list[str] = []
    try:  # outside the timed part: it takes this machine's own time
        client = Client(_url(context), token=_readable_token(), timeout=SECONDS)
    except ClientError:
        return []

    def request() -> None:
        with suppress(ClientError), client:
            received.extend(names(client))

    request_thread = threading.Thread(target=request, daemon=True)  # the process ends without it
    request_thread.start()
    request_thread.join(SECONDS)
    return [name for name in received if name.startswith(begun)]


def _url(context: click.Context) -> str:
    urls = (context.params.get("url"), context.find_root().params.get("url"))
    return next((url for url in urls if url), url_in(os.environ))


def _readable_token() -> str:
    try:
        return token_in(os.environ)
    except TokenUnreadable:
        return ""


url_option = option(
    "--url",
    metavar="ADDRESS",
    expose_value=False,
    callback=_remember,
    help="help.option-url",
)
task_argument = click.argument("task", shell_complete=tasks)
dataset_argument = click.argument("name", shell_complete=datasets)


FILE = ("datafile", "mapping", "upload")


@contextmanager
def service_at(url: str) -> Iterator["Client"]:
    """Connect to the service; an error of the client ends the command with its message."""
    from service.client import Client, ClientError  # noqa: PLC0415 - httpx is slow to import

    token = _token()
    try:
        with Client(url, token=token, language=chosen_language()) as client:
            yield client
    except ClientError as error:
        hint = [Message("cli.sign-in")] if error.status == 401 and not token else []
        raise Failure(*_reasons(error), *hint) from error


def _token() -> str:
    try:
        return token_in(os.environ)
    except TokenUnreadable as error:
        raise failure_of(error) from error


def _reasons(error: "ClientError") -> list[Message | str]:
    if not error.errors:
        return [error.message]
    return [_field_line(field, sentence) for field, sentence in error.errors]


def _field_line(field: str, sentence: str) -> str:
    """The message, with its field unless the message names it or it is the command's file."""
    is_plain = field in FILE or field.rpartition(".")[2] in sentence
    return sentence if is_plain else f"{field}: {sentence}"
