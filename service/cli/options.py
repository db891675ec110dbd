"""How a command reaches the service and its caller's files; what several commands share."""

import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from graphnet.errors import system_reason
from graphnet.messages import Message
from service.cli.commands import command, option
from service.cli.terminal import Failure, chosen_language, failure_of, show_json
from service.environment import TokenUnreadable, token_in, url_in

if TYPE_CHECKING:
    from service.client import Client, ClientError

STDOUT = Path("-")

output_file = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
file_argument = click.argument("file", type=click.Path(exists=True, path_type=Path))


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


@contextmanager
def readable(file: Path) -> Iterator[None]:
    """End the command with a message if ``file``, or one in a folder, cannot be read."""
    try:
        yield
    except OSError as error:
        raise _unreadable(str(error.filename or file), error) from error


def read_json(file: IO[bytes]) -> Any:
    """The JSON in a file. Raises Failure where it is no JSON or cannot be read."""
    try:
        return json.loads(file.read())
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise Failure(Message("cli.not-json-at", file=file.name, **place)) from error
    except (ValueError, RecursionError) as error:
        raise Failure(Message("cli.not-json", file=file.name)) from error
    except OSError as error:
        raise _unreadable(file.name, error) from error


def write_text(file: Path, content: str) -> None:
    """Write a text to ``file``, replacing an older one; ``-`` is standard output."""
    if file == STDOUT:
        click.echo(content, nl=False)
        return
    try:
        if file.exists() and not file.is_file():
            file.write_text(content, encoding="utf-8")  # a device or a pipe stays what it is
        else:
            write_all(file.parent, {file.name: content.encode()})
    except OSError as error:
        raise unwritable(file, error) from error


def unwritable(path: Path, error: OSError) -> Failure:
    """The command's error for a file or folder that cannot be written."""
    return Failure(Message("cli.unwritable", file=str(path), reason=system_reason(error)))


def _unreadable(file: str, error: OSError) -> Failure:
    return Failure(Message("cli.unreadable", file=file, reason=system_reason(error)))


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write every file or none; older ones are replaced only once all are complete.

    Raises:
        OSError: the folder cannot be written to.

    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".sgn-", dir=folder) as staging:
        for name, content in files.items():
            with (Path(staging) / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for name in reversed(list(files)):
            (folder / name).unlink(missing_ok=True)
        for name in files:
            (Path(staging) / name).replace(folder / name)
