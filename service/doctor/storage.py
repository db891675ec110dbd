"""The registry: whether an object can be written, read and removed."""

import os

from graphnet.messages import Message
from registry import CHECKPOINTS, RegistryError, open_store
from service.doctor import clock
from service.doctor.check_result import CheckResult, fault, ok
from service.settings import HttpSettings

CHECK = "registry"
NAME, CONTENT = "probe", b"sgn doctor"


def check(settings: HttpSettings) -> list[CheckResult]:
    """Everything of the registry, and the clock of S3 storage."""
    url, endpoint = settings.process.registry_url, settings.process.s3_endpoint_url
    try:
        kept = _try(url, endpoint)
    except RegistryError as error:
        found = [fault(CHECK, error.problem, error.remedy or Message("registry.check-log"))]
    else:
        found = [ok(CHECK, _sound(url, endpoint, kept))]
    return found + (clock.storage(endpoint) if url.startswith("s3:") else [])


def _sound(url: str, endpoint: str | None, kept: Message) -> Message:
    if url.startswith("file:"):
        return Message("doctor.registry-folder", url=url, kept=kept)
    return Message("doctor.registry-bucket", url=url, endpoint=endpoint or "none", kept=kept)


def _try(url: str, endpoint: str | None) -> Message:
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
                Message("registry.object-changed", place=url),
                Message("registry.check-log-and-disks"),
            )
    finally:
        store.delete(task_id)
    return store.integrity()
