"""Read one file in a process of its own: ``python -m graphnet.readers FILE OUT``.

A worker starts this for every file that comes in, so that a file can take no more memory than it is
given and can end nothing but its own process. ``OUT`` then holds ``outcome.json`` and, where the
file was read, the dataset as :mod:`graphnet.data.storage` keeps it. No torch is imported.
"""

import argparse
import ctypes
import errno
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphnet.command.command_line import CommandLine, parsed
from graphnet.disk import is_of_full_disk
from graphnet.errors import CohortError, GraphnetError, system_reason
from graphnet.messages import LANGUAGES, Message, render

if TYPE_CHECKING:
    from graphnet.readers.reading import Reading

# What reads files is imported once the process has its bounds.
# ruff: noqa: PLC0415

OUTCOME = "outcome.json"
CONTENT = "content.json"  # the text of data_cont
CLASS, COVARIATES, NONE = "class", "covariates", "none"  # keys of a mapping
PR_SET_PDEATHSIG = 1
PARENT = "PARENT_PID"  # of whoever starts this process and waits for it
NICENESS = 5
MEGABYTE = 1_000_000
MOST = 1 << 40  # bytes that may come out of what is packed, if nothing else is said
FULL_STATUS = 75  # sysexits' EX_TEMPFAIL: the disk was full


def main(arguments: list[str] | None = None) -> int:
    """Read a file as the command line says; the outcome is a file, and the exit status 0."""
    options = parsed(parser, arguments)
    bound(options.memory_mb)
    return status_of(lambda: _write(options.out, _outcome(options)))


def status_of(write: Callable[[], None]) -> int:
    """Write the outcome; the exit status, ``FULL_STATUS`` where the disk was full."""
    try:
        write()
    except OSError as error:
        if not is_of_full_disk(error):
            raise
        return FULL_STATUS
    return 0


def parser(language: str) -> CommandLine:
    """The command line, with its help in ``language``."""
    line = CommandLine(
        language, prog="python -m graphnet.readers", description=Message("help.read")
    )
    add_files(line)
    add = partial(line.add, line.options)
    size = {"type": int, "metavar": "BYTES"}
    answers = {"type": partial(_from_file, language=language), "metavar": "JSON_FILE"}
    add("--mapping", Message("help.read-mapping"), default={}, **answers)
    add("--without-class", Message("help.read-without-class"), action="store_true")
    add("--covariates", Message("help.read-covariates"), action="store_true")
    add("--profile", Message("help.read-profile"), action="store_true")
    add("--content", Message("help.read-content"), default=0, **size)
    return line


def add_files(line: CommandLine) -> None:
    """Add the file that is read, its bounds, and the folder that is written."""
    group = line.group(Message("help.arguments"))
    line.add(group, "file", Message("help.read-file"), type=Path, metavar="FILE")
    line.add(group, "out", Message("help.read-out"), type=Path, metavar="OUT")
    add = partial(line.add, line.options)
    add("--lang", Message("help.read-lang"), choices=LANGUAGES)
    add("--name", Message("help.read-name"), default="", metavar="NAME")
    add("--most", Message("help.read-most"), default=MOST, type=int, metavar="BYTES")
    add("--memory-mb", Message("help.read-memory-mb"), default=0, type=int, metavar="MB")


def _from_file(path: str, language: str) -> dict[str, str]:
    """The answers in a file. Raises ArgumentTypeError where it holds none."""
    try:
        answers = json.loads(Path(path).read_bytes())
    except OSError as error:
        problem = Message("readers.file-unusable", file=path, reason=system_reason(error))
    except ValueError:
        problem = Message("cli.not-json", file=path)
    else:
        if isinstance(answers, dict) and all(isinstance(text, str) for text in answers.values()):
            return answers
        problem = Message("cli.not-a-mapping", file=path)
    raise argparse.ArgumentTypeError(render(problem, language))


def bound(memory_mb: int) -> None:
    """Take no more memory than given, end with the parent, and let others go first."""
    if memory_mb:
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb * MEGABYTE, memory_mb * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.environ.get(PARENT, "") not in ("", str(os.getppid())):
        sys.exit(1)  # it was gone before it could be asked to take us along


def _outcome(options: argparse.Namespace) -> dict[str, Any]:
    """What came of the file. Raises OSError where the disk is full, which says nothing of it."""
    name = options.name or options.file.name
    try:
        return _read(options, name)
    except Exception as error:
        if is_of_full_disk(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        # Rendered by who started this process: it may have no memory left.
        return {"refused": [reason.as_dict() for reason in _reasons(options, name, error)]}


def _reasons(options: argparse.Namespace, name: str, error: Exception) -> tuple[Message, ...]:
    if is_of_memory(error):
        return (too_large(name, options.memory_mb),)
    if isinstance(error, GraphnetError):
        return error.messages
    traceback.print_exception(error)
    return (Message("readers.unreadable", file=name),)


def is_of_memory(error: BaseException | None) -> bool:
    """Whether there was too little memory, whatever a reader has made of that."""
    while error is not None:
        of_system = isinstance(error, OSError) and error.errno == errno.ENOMEM
        if of_system or isinstance(error, MemoryError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _read(options: argparse.Namespace, name: str) -> dict[str, Any]:
    from graphnet.data.profile import profile_of
    from graphnet.readers.reading import read
    from graphnet.readers.tables.json_tables import content_of

    mapping = _mapping(options)
    reading = read(options.file, name=name, mapping=mapping, most=options.most)
    outcome = {
        "signature": _signature(options, name, reading) if mapping else reading.signature,
        "preview": reading.preview(),
        "questions": [question.as_dict() for question in reading.questions],
    }
    if reading.questions or reading.dataset is None:
        return outcome
    dataset = reading.dataset
    if options.profile:
        outcome["profile"] = profile_of(dataset, name).as_dict()
        outcome["answers"] = dict(dataset.interpretation.answers)
    content = content_of(dataset, options.file, options.content) if options.content else None
    _save(options, dataset, content)
    return outcome


def _mapping(options: argparse.Namespace) -> dict[str, str]:
    """The answers; of new subjects nobody asks for classes, nor refuses a column of them."""
    answers: dict[str, str] = options.mapping
    if not options.without_class:
        return answers
    kept = {key: value for key, value in answers.items() if key.partition(".")[0] != CLASS}
    left = {CLASS: NONE} if options.covariates else {CLASS: NONE, COVARIATES: NONE}
    return {**kept, **left}


def _save(options: argparse.Namespace, dataset: Any, content: str | None) -> None:
    import hashlib

    from graphnet.data.storage import save, sha256_of

    digest = ""
    if content is not None:
        (options.out / CONTENT).write_text(content, encoding="utf-8")
        digest = hashlib.sha256(content.encode()).hexdigest()
    save(dataset, options.out, digest or sha256_of(options.file))


def _signature(options: argparse.Namespace, name: str, reading: "Reading") -> str:
    """What the file looks like before anybody has answered.

    The file is read again for it; not so for new subjects of whom nothing is asked, as they are not
    kept: "".
    """
    from graphnet.readers.reading import read

    if options.without_class and not reading.questions:
        return ""
    try:
        return read(options.file, name=name, most=options.most).signature
    except CohortError:
        return ""


def too_large(name: str, memory_mb: int) -> Message:
    """Why a file could not be read in the memory that there is."""
    return Message("readers.too-little-memory", file=name, megabytes=memory_mb)


def _write(out: Path, outcome: dict[str, Any]) -> None:
    text = json.dumps(outcome, ensure_ascii=False, allow_nan=False)
    (out / OUTCOME).write_bytes(text.encode("utf-8", "replace"))


if __name__ == "__main__":
    sys.exit(main())
