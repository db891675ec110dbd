"""Storing what a task leaves: whole or not at all, again where storage is away, else locally."""

import hashlib
import logging
from collections.abc import Callable, Mapping
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


def objects(model: StoredModel | None, papers: Mapping[str, bytes]) -> dict[str, bytes]:
    """What is to be stored, by name: a model is there once its manifest is, so that comes last."""
    if model is None:
        return dict(papers)
    parameters, manifest = model.to_bytes()
    return {PARAMETERS: parameters, **papers, MANIFEST: manifest}


def save(
    store: Store,
    task_id: str,
    content: Mapping[str, bytes],
    *,
    seconds: float,
    spool: Path,
    confirm: Callable[[], None],
    check: Callable[[], None],
) -> Saved:
    """Store the objects in their order.

    ``confirm`` is called before each step, ``check`` before each pause; what they raise ends it.
    Out of tries, the files are kept in a folder of ``spool``, which the log names.

    Raises:
        RegistryError: the storage refused, or stayed away for ``seconds``.

    """

    def put() -> dict[str, str]:
        paths = {}
        for name, data in content.items():
            confirm()
            paths[name] = store.put(task_id, name, data)
        return paths

    try:
        paths = patiently(put, RegistryUnavailable, seconds=seconds, check=check)
    except RegistryError:
        kept = _keep(spool / task_id, content)
        log.exception("task %s: not stored; what it left is kept in %s", task_id, kept)
        raise
    manifest = content.get(MANIFEST)
    vouched = "" if manifest is None else hashlib.sha256(manifest).hexdigest()
    return Saved(paths.get(PARAMETERS, ""), vouched)


def _keep(folder: Path, content: Mapping[str, bytes]) -> Path:
    folder.mkdir(0o700, parents=True, exist_ok=True)
    for name, data in content.items():
        (folder / name).write_bytes(data)
    return folder
