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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphnet.disk import is_of_full_disk

if TYPE_CHECKING:
    from graphnet.messages import Message
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
FULL_STATUS = 75  # sysexits' EX_TEMPFAIL: the disk was full


def main(arguments: list[str] | None = None) -> int:
    """Read a file as the command line says; the outcome is a file, and the exit status 0."""
    options = _parser().parse_args(arguments)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m graphnet.readers",
        description="Read one file of subjects into a folder of arrays.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("out", type=Path, metavar="OUT", help="an empty folder")
    parser.add_argument("--name", default="", help="what the file is called in sentences")
    parser.add_argument("--mapping", type=_from_file, default={}, metavar="JSON_FILE",
                        help="answers to questions, by their ids")  # fmt: skip
    parser.add_argument("--most", type=int, default=1 << 40, metavar="BYTES",
                        help="how much may come out of what is packed")  # fmt: skip
    parser.add_argument("--without-class", action="store_true",
                        help="leave classes and covariates alone")  # fmt: skip
    parser.add_argument("--covariates", action="store_true", help="but not covariates")
    parser.add_argument("--profile", action="store_true", help="say also what it holds")
    parser.add_argument("--content", type=int, default=0, metavar="BYTES",
                        help="write NEURO-LEARN's text too, where it takes no more")  # fmt: skip
    parser.add_argument("--memory-mb", type=int, default=0, help="what the process may take")
    return parser


def _from_file(path: str) -> dict[str, str]:
    answers: dict[str, str] = json.loads(Path(path).read_bytes())
    return answers


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


def _reasons(options: argparse.Namespace, name: str, error: Exception) -> "tuple[Message, ...]":
    from graphnet.errors import GraphnetError
    from graphnet.messages import Message

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
    from graphnet.readers.tables.neurolearn import content_of

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
        outcome["profile"] = profile_of(dataset, name)
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
    from graphnet.errors import CohortError
    from graphnet.readers.reading import read

    if options.without_class and not reading.questions:
        return ""
    try:
        return read(options.file, name=name, most=options.most).signature
    except CohortError:
        return ""


def too_large(name: str, memory_mb: int) -> "Message":
    """Why a file could not be read in the memory that there is."""
    from graphnet.messages import Message

    return Message("readers.too-little-memory", file=name, megabytes=memory_mb)


def _write(out: Path, outcome: dict[str, Any]) -> None:
    text = json.dumps(outcome, ensure_ascii=False, allow_nan=False)
    (out / OUTCOME).write_bytes(text.encode("utf-8", "replace"))


if __name__ == "__main__":
    sys.exit(main())
