"""The registry: objects are written, read and removed; parts go straight into the bucket.

And for ``sgn doctor --stored``: every model that was stored is there, and as it was written.
"""

import asyncio
import hashlib
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx

from actors.settings import read
from db.server.connection import check_schema, close_database, open_database
from db.submissions import tasks
from db.submissions.tasks import TaskRecord, vouched_ids
from graphnet.messages import Message
from registry import (
    CHECKPOINTS,
    MANIFEST,
    PARAMETERS,
    MultipartStore,
    ObjectDamaged,
    ObjectMissing,
    Part,
    RegistryError,
    Store,
    Unfinished,
    open_multipart,
    open_store,
)
from service.doctor.checks import CheckResult, clock_result, fault, ok, warning
from service.settings import HttpSettings
from service.stores.artifacts import IN_MANIFEST, sums_of

CHECK = "registry"
PATIENCE_SECONDS = 5.0  # for what is asked by HTTP
NAME, CONTENT = "probe", b"sgn doctor"


def check(settings: HttpSettings) -> list[CheckResult]:
    """Everything of the registry, and the clock of S3 storage."""
    url, endpoint = settings.process.registry_url, settings.process.s3_endpoint_url
    try:
        kept = _try(url, endpoint)
    except RegistryError as error:
        results = [fault(CHECK, error.problem, error.remedy or Message("registry.check-log"))]
    else:
        results = [ok(CHECK, _sound(url, endpoint, kept))]
    return results + (storage_clock(endpoint) if url.startswith("s3:") else [])


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


AMAZON = "https://s3.amazonaws.com"


def storage_clock(endpoint_url: str | None) -> list[CheckResult]:
    """The clock of S3 storage, by the header Date of whatever it answers, in whole seconds."""
    url = endpoint_url or AMAZON
    try:
        before = time.time()
        answer = httpx.head(url, timeout=PATIENCE_SECONDS)
        said = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError):
        return []  # the registry's own check says what does not answer
    # It was said between the two, and cut off to the second.
    ahead = said + 0.5 - (before + time.time()) / 2
    return [clock_result("storage", int(1000 * ahead), signed=True)]


UPLOADS = "uploads"
PREFLIGHT, PUT, HEADER = "OPTIONS", "PUT", "content-md5"
ANY = "*"


def check_uploads(settings: HttpSettings) -> list[CheckResult]:
    """Nothing where all files go through the service.

    What fails here costs time and not the upload: the file goes through the service in the end.
    """
    process = settings.process
    if not process.s3_public_url:
        return []
    try:
        store = open_multipart(
            process.registry_url,
            endpoint_url=process.s3_endpoint_url,
            folder=CHECKPOINTS,  # where no task is called so
            public_url=process.s3_public_url,
        )
        if store is None:
            return [warning(UPLOADS, Message("doctor.direct-no-bucket"), UNSET)]
        return [_probe(store, process.s3_public_url, process.public_url)]
    except RegistryError as error:
        return [fault(UPLOADS, error.problem, error.remedy or Message("registry.check-log"))]


UNSET = Message("doctor.unset-variable", name="SGN_S3_PUBLIC_URL")


def _probe(store: MultipartStore, public_url: str, pages: str) -> CheckResult:
    """Send a part as a client does, and ask as the browser does before it; nothing is left there.

    Raises:
        RegistryError: the storage does not answer the service itself.

    """
    probe = f"doctor-{os.urandom(8).hex()}"
    begun = Unfinished(probe, NAME, store.begin(probe, NAME))
    part = Part(1, len(CONTENT), hashlib.md5(CONTENT, usedforsecurity=False).hexdigest())
    address = store.address(begun, part)
    try:
        with httpx.Client(timeout=PATIENCE_SECONDS) as http:
            sent = http.put(address, content=CONTENT, headers=part.headers)
            if sent.status_code != httpx.codes.OK:
                values = {"url": public_url, "status": sent.status_code}
                return warning(
                    UPLOADS,
                    Message("doctor.direct-refused", **values),
                    Message("doctor.direct-pass-on"),
                )
            return _cors(http, address, public_url, pages)
    except httpx.HTTPError as error:
        values = {"url": public_url, "error": type(error).__name__}
        return warning(
            UPLOADS, Message("doctor.direct-silent", **values), Message("doctor.direct-reachable")
        )
    finally:
        store.give_up(begun)


def _cors(http: httpx.Client, address: str, public_url: str, pages: str) -> CheckResult:
    """Whether a browser that shows the ``pages`` may send a part. Raises httpx.HTTPError."""
    if not pages:
        return warning(
            UPLOADS,
            Message("doctor.direct-origin-unknown", url=public_url),
            Message("doctor.direct-set-origin"),
        )
    parts = urlsplit(pages)
    origin = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
    if parts.scheme == "https" and urlsplit(public_url).scheme != "https":
        return warning(
            UPLOADS,
            Message("doctor.direct-not-https", url=public_url, origin=origin),
            Message("doctor.direct-use-https"),
        )
    asked = {
        "origin": origin,
        "access-control-request-method": PUT,
        "access-control-request-headers": HEADER,
    }
    answer = http.request(PREFLIGHT, address, headers=asked)
    if not (answer.is_success and _allows(answer.headers, origin)):
        return warning(
            UPLOADS,
            Message("doctor.direct-no-cors", url=public_url, origin=origin),
            Message("doctor.direct-set-cors", origin=origin),
        )
    return ok(UPLOADS, Message("doctor.direct-works", url=public_url, origin=origin))


def _allows(headers: httpx.Headers, origin: str) -> bool:
    """Whether a preflight's answer lets this origin send a part; without credentials * is all."""

    def listed(name: str) -> set[str]:
        return {value.strip().lower() for value in headers.get(name, "").split(",")}

    return all(
        not listed(f"access-control-allow-{name}").isdisjoint({ANY, wanted.lower()})
        for name, wanted in (("origin", origin), ("methods", PUT), ("headers", HEADER))
    )


LOST, DAMAGED = "lost", "damaged"


@dataclass(frozen=True)
class StoredFault:
    """An object of a task that is ``lost`` or ``damaged``."""

    task_id: str
    name: str
    state: str


async def stored_faults(
    variables: Mapping[str, str], *, deep: bool, progress: Callable[[int], None]
) -> AsyncIterator[StoredFault]:
    """Objects that are lost; with ``deep`` each is read too, and damaged ones are found.

    ``progress`` is called with the number of tasks examined. One task at a time is in memory.

    Raises:
        ProcessSettingsError, DatabaseError, RegistryError: it cannot be examined.

    """
    endpoint = read(variables, "SGN_S3_ENDPOINT_URL", str, "") or None
    store = open_store(read(variables, "SGN_REGISTRY_URL", str), endpoint_url=endpoint)
    await open_database(read(variables, "SGN_DATABASE_URL", str))
    try:
        await check_schema()
        await asyncio.to_thread(store.check)
        looked, after = 0, ""
        while page := await vouched_ids(after):
            for task_id in page:
                task = await tasks.get_task(task_id)
                if task is not None:  # else its row was deleted, and sgn clean removes the model
                    for damage in await asyncio.to_thread(_of_task, store, task, deep=deep):
                        yield damage
                looked += 1
                progress(looked)
            after = page[-1]
    finally:
        await close_database()


def _of_task(store: Store, task: TaskRecord, *, deep: bool) -> list[StoredFault]:
    known = sums_of(task)
    states = {
        name: _read(store, task.task_id, name, expected)
        if deep
        else _glanced(store, task.task_id, name)
        for name, expected in known.items()
    }
    if deep and not states[MANIFEST] and not states[PARAMETERS]:
        states[PARAMETERS] = _by_manifest(store, task.task_id)
    return [StoredFault(task.task_id, name, state) for name, state in states.items() if state]


def _glanced(store: Store, task_id: str, name: str) -> str:
    return "" if store.exists(task_id, name) else LOST


def _read(store: Store, task_id: str, name: str, expected: str) -> str:
    try:
        digest = _digest(store, task_id, name)
    except ObjectMissing:
        return LOST
    except ObjectDamaged:
        return DAMAGED
    return "" if expected in (digest, IN_MANIFEST) else DAMAGED


def _by_manifest(store: Store, task_id: str) -> str:
    """The parameters as the manifest names them, of which also an older version's result knows."""
    with suppress(ValueError, AttributeError):
        named = json.loads(store.get(task_id, MANIFEST)).get("parameters_sha256")
        return "" if named == _digest(store, task_id, PARAMETERS) else DAMAGED
    return DAMAGED


def _digest(store: Store, task_id: str, name: str) -> str:
    """The SHA-256 of an object, of which no more than a piece is in memory."""
    local = store.local_path(task_id, name)
    if local is not None:
        return _of_file(local)
    with tempfile.TemporaryDirectory(prefix="sgn-doctor-") as folder:
        path = Path(folder) / "object"
        store.get_file(task_id, name, path)
        return _of_file(path)


def _of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
