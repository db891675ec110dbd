"""The spool: a folder of this machine for what a worker reads, caches, and could not store yet."""

import hashlib
import json
import logging
import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from actors.settings import ProcessSettingsError
from graphnet.artifacts.result import TaskResult
from graphnet.disk import is_of_full_disk, write_whole
from graphnet.messages import Message

log = logging.getLogger(__name__)

PRIVATE = 0o700
KEPT = "kept.json"


@dataclass(frozen=True)
class SpooledOutputs:
    """What a finished training has left: its ``result``, and the objects to store, in order."""

    result: TaskResult
    content: dict[str, bytes]


def private_folder(folder: Path) -> Path:
    """Make a folder that no other user can look into, where it is not there already.

    Raises:
        ProcessSettingsError: it, or the one above it, is another user's, or all may write there:
            they could put something else in its place.
        OSError: it cannot be made.

    """
    missing = [file for file in (folder, *folder.parents) if not file.exists()]
    for file in reversed(missing):
        file.mkdir(PRIVATE, exist_ok=True)
    for file in (folder, folder.parent):
        require_ours(file)
    return folder


def require_ours(folder: Path) -> None:
    """Raise ProcessSettingsError where another user could write to the folder or replace it."""
    users = (os.geteuid(), 0)  # root's are the mounted volumes of containers
    stored = folder.stat()
    theirs = stored.st_uid not in users or folder.lstat().st_uid not in users
    open_to_all = stored.st_mode & stat.S_IWOTH and not stored.st_mode & stat.S_ISVTX
    if theirs or (open_to_all and stored.st_uid):
        raise ProcessSettingsError(
            Message("settings.spool-foreign", folder=str(folder)),
            "SGN_SPOOL",
            Message("settings.use-own-spool"),
        )


def open_spool(folder: Path) -> None:
    """Make the spool, as far as its disk has room.

    Raises:
        ProcessSettingsError: it cannot be used.

    """
    try:
        private_folder(folder)
    except OSError as error:
        if is_of_full_disk(error):
            log.warning("The disk of the spool %s is full: free some space there.", folder)
            return
        raise ProcessSettingsError(
            Message("settings.spool-not-created", folder=str(folder), reason=error.strerror or ""),
            "SGN_SPOOL",
            Message("settings.use-writable-spool"),
        ) from error


def spool_outputs(folder: Path, content: Mapping[str, bytes], result: TaskResult | None) -> None:
    """Keep the objects in a folder of their own; whole, or nothing of them stays.

    With its ``result`` they can be stored and the task be ended later; see :func:`read_outputs`.

    Raises:
        OSError: they cannot be written.

    """
    try:
        private_folder(folder)
        for name, data in content.items():
            write_whole(folder / name, data)
        if result is not None:
            sums = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
            text = json.dumps({"result": result.as_dict(), "sha256": sums})
            write_whole(folder / KEPT, text.encode())
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def read_outputs(folder: Path) -> SpooledOutputs | None:
    """What was kept there with its result; None where nothing was, or where it is damaged."""
    try:
        stored = json.loads((folder / KEPT).read_bytes())
        content = {name: (folder / name).read_bytes() for name in stored["sha256"]}
        result = TaskResult.from_json(dict(stored["result"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("what is kept in %s cannot be read and is left aside: %r", folder, error)
        return None
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    if sums != stored["sha256"]:
        log.warning("what is kept in %s is not what was written there and is left aside", folder)
        return None
    return SpooledOutputs(result, content)


def remove_outputs(folder: Path) -> None:
    """Remove what was kept there; ``sgn clean`` finds what stays."""
    shutil.rmtree(folder, ignore_errors=True)
