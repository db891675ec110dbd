"""Read one old model in a process of its own: ``python -m graphnet.predecessor FILE OUT``.

A worker starts this, so that a file can take no more memory than it is given and can end nothing
but its own process. ``OUT`` then holds ``outcome.json`` and, where the file was read, its tensors
as safetensors.
"""

import argparse
import errno
import json
import os
import sys
import traceback
from typing import Any

from graphnet.command.command_line import CommandLine, parsed
from graphnet.disk import is_of_full_disk
from graphnet.errors import GraphnetError
from graphnet.messages import Message
from graphnet.readers.__main__ import (
    OUTCOME,
    add_files,
    bound,
    is_of_memory,
    status_of,
    too_large,
)

# What reads the file is imported once the process has its bounds.
# ruff: noqa: PLC0415

TENSORS = "tensors.safetensors"


def main(arguments: list[str] | None = None) -> int:
    """Read a file as the command line says; the outcome is a file, and the exit status 0.

    Where the disk was full, it is 75.
    """
    asked = parsed(parser, arguments)
    bound(asked.memory_mb)
    return status_of(lambda: _write(asked))


def _write(asked: argparse.Namespace) -> None:
    text = json.dumps(_outcome(asked), ensure_ascii=False)
    (asked.out / OUTCOME).write_bytes(text.encode("utf-8", "replace"))


def parser(language: str) -> CommandLine:
    """The command line, with its help in ``language``."""
    line = CommandLine(
        language, prog="python -m graphnet.predecessor", description=Message("help.read-old-model")
    )
    add_files(line)
    return line


def _outcome(asked: argparse.Namespace) -> dict[str, Any]:
    name = asked.name or asked.file.name
    try:
        return _read(asked, name)
    except GraphnetError as error:
        return {"refused": [message.as_dict() for message in error.messages]}
    except Exception as error:
        if is_of_full_disk(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        if is_of_memory(error):
            return {"refused": [too_large(name, asked.memory_mb).as_dict()]}
        traceback.print_exc()
        return {"refused": [Message("predecessor.unreadable", file=name).as_dict()]}


def _read(asked: argparse.Namespace, name: str) -> dict[str, Any]:
    from safetensors.torch import save_file

    from graphnet.predecessor.state import read_state

    state = read_state(asked.file, name, asked.most)
    # Each its own: two names for one tensor are refused there.
    tensors = {key: tensor.clone() for key, tensor in state.tensors.items()}
    save_file(tensors, asked.out / TENSORS)
    return {"said": [message.as_dict() for message in state.said]}


if __name__ == "__main__":
    sys.exit(main())
