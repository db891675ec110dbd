"""The registry: whether an object can be written, read and removed."""

import os

from registry import CHECKPOINTS, RegistryError, open_store
from service.doctor import clock
from service.doctor.check_result import Finding, fault, ok
from service.settings import HttpSettings

CHECK = "registry"
NAME, CONTENT = "probe", b"sgn doctor"


def check(settings: HttpSettings) -> list[Finding]:
    """Everything of the registry, and the clock of S3 storage."""
    url, endpoint = settings.process.registry_url, settings.process.s3_endpoint_url
    try:
        kept = _try(url, endpoint)
    except RegistryError as error:
        found = [fault(CHECK, _first(str(error)), _rest(str(error)))]
    else:
        place = "folder" if url.startswith("file:") else f"S3 at {endpoint or 'Amazon'}"
        said = f"{place}, {url}: can be written, read and emptied; checked by {kept}"
        found = [ok(CHECK, said)]
    return found + (clock.storage(endpoint) if url.startswith("s3:") else [])


def _try(url: str, endpoint: str | None) -> str:
    """Write an object among the checkpoints, where no task is called so, and remove it.

    How it is known there that bytes stay as they are.
    """
    store = open_store(url, endpoint_url=endpoint, folder=CHECKPOINTS, hasty=True)
    store.check_writable()
    task_id = f"doctor-{os.urandom(8).hex()}"
    try:
        store.put(task_id, NAME, CONTENT)
        if store.get(task_id, NAME) != CONTENT:
            raise RegistryError(
                "The registry gives back other bytes than it was given: replace it."
            )
    finally:
        store.delete(task_id)
    return store.integrity()


def _first(sentence: str) -> str:
    """The registry's sentences say what is wrong, and after a colon what to do."""
    return sentence.rpartition(": ")[0] or sentence


def _rest(sentence: str) -> str:
    fix = sentence.rpartition(": ")[2] if ": " in sentence else "look into the storage's log."
    return fix[:1].upper() + fix[1:]
