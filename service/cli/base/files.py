"""The caller's files: those that are sent, and those that are written."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from graphnet.errors import system_reason
from graphnet.messages import Message
from service.cli.base.terminal import Failure

STDOUT = Path("-")

output_file = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
file_argument = click.argument("file", type=click.Path(exists=True, path_type=Path))


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
