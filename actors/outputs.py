"""Storing a trained model: whole or not at all, again where the storage is away, else locally."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from actors.patience import patiently
from graphnet.stored import StoredModel
from registry import MANIFEST, PARAMETERS, RegistryError, RegistryUnavailable, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Saved:
    """Where the parameters are, and the SHA-256 of the manifest that vouches for them."""

    path: str = ""
    manifest_sha256: str = ""


def save(
    store: Store,
    task_id: str,
    model: StoredModel,
    *,
    seconds: float,
    spool: Path,
    confirm: Callable[[], None],
    check: Callable[[], None],
) -> Saved:
    """Store the parameters, then the manifest: a model is there once its manifest is.

    ``confirm`` is called before each step, ``check`` before each pause; what they raise ends it.
    Out of tries, the files are kept in a folder of ``spool``, which the log names.

    Raises:
        RegistryError: the storage refused, or stayed away for ``seconds``.

    """
    parameters, manifest = model.to_bytes()

    def put() -> str:
        confirm()
        path = store.put(task_id, PARAMETERS, parameters)
        confirm()
        store.put(task_id, MANIFEST, manifest)
        return path

    try:
        path = patiently(put, RegistryUnavailable, seconds=seconds, check=check)
    except RegistryError:
        kept = _keep(spool / task_id, parameters, manifest)
        log.exception("task %s: not stored; the parameters are kept in %s", task_id, kept)
        raise
    return Saved(path, hashlib.sha256(manifest).hexdigest())


def _keep(folder: Path, parameters: bytes, manifest: bytes) -> Path:
    folder.mkdir(0o700, parents=True, exist_ok=True)
    (folder / PARAMETERS).write_bytes(parameters)
    (folder / MANIFEST).write_bytes(manifest)
    return folder
