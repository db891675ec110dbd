"""Files of the caller: a table that is sent, and what is taken home."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

STDOUT = Path("-")

output_file = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
table_argument = click.argument("file", type=click.Path(exists=True, path_type=Path))


def as_table(file: Path) -> Path | bytes:
    """A CSV file as it is, anything else as the CSV that says the same."""
    if file.suffix.lower() == ".csv":
        return file
    from graphnet.errors import CohortError  # noqa: PLC0415 - brings NumPy, which a CSV does not need
    from graphnet.readers.files import read_file  # noqa: PLC0415

    try:
        return read_file(file).to_csv(index=False).encode()
    except CohortError as error:
        raise click.ClickException(str(error)) from error


def kind_of(file: Path) -> str:
    """What a file is that is sent as the table it holds."""
    return "folder" if file.is_dir() else file.suffix.lower().removeprefix(".")


def size_of(table: Path | bytes) -> int:
    """How many bytes are to be sent."""
    return table.stat().st_size if isinstance(table, Path) else len(table)


def take_home(file: Path, content: str) -> None:
    """Write a text to ``file``, in the place of an older one; ``-`` is standard output."""
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
    """Write every file or none, made whole elsewhere before an older one goes.

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
