"""The caller's files: those that are sent, and those that are written."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

STDOUT = Path("-")

output_file = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
file_argument = click.argument("file", type=click.Path(exists=True, path_type=Path))


@contextmanager
def readable(file: Path) -> Iterator[None]:
    """End the command with a message if ``file``, or one in a folder, cannot be read."""
    try:
        yield
    except OSError as error:
        name = error.filename or file
        raise click.ClickException(f"{name} cannot be read: {error.strerror}.") from error


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
        raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from error


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
