"""Uploads straight into the bucket: what a client's part and a browser's preflight are told."""

import hashlib
import os
from urllib.parse import urlsplit, urlunsplit

import httpx

from graphnet.messages import Message
from registry import CHECKPOINTS, MultipartStore, Part, RegistryError, Unfinished, open_multipart
from service.doctor.check_result import CheckResult, fault, ok, warning
from service.settings import HttpSettings

CHECK = "uploads"
NAME, CONTENT = "probe", b"sgn doctor"
PATIENCE_SECONDS = 5.0
PREFLIGHT, PUT, HEADER = "OPTIONS", "PUT", "content-md5"
ANY = "*"


def check(settings: HttpSettings) -> list[CheckResult]:
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
            return [warning(CHECK, Message("doctor.direct-no-bucket"), UNSET)]
        return [_probe(store, process.s3_public_url, process.public_url)]
    except RegistryError as error:
        return [fault(CHECK, error.problem, error.remedy or Message("registry.check-log"))]


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
                    CHECK,
                    Message("doctor.direct-refused", **values),
                    Message("doctor.direct-pass-on"),
                )
            return _cors(http, address, public_url, pages)
    except httpx.HTTPError as error:
        values = {"url": public_url, "error": type(error).__name__}
        return warning(
            CHECK, Message("doctor.direct-silent", **values), Message("doctor.direct-reachable")
        )
    finally:
        store.give_up(begun)


def _cors(http: httpx.Client, address: str, public_url: str, pages: str) -> CheckResult:
    """Whether a browser that shows the ``pages`` may send a part. Raises httpx.HTTPError."""
    if not pages:
        return warning(
            CHECK,
            Message("doctor.direct-origin-unknown", url=public_url),
            Message("doctor.direct-set-origin"),
        )
    parts = urlsplit(pages)
    origin = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
    if parts.scheme == "https" and urlsplit(public_url).scheme != "https":
        return warning(
            CHECK,
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
            CHECK,
            Message("doctor.direct-no-cors", url=public_url, origin=origin),
            Message("doctor.direct-set-cors", origin=origin),
        )
    return ok(CHECK, Message("doctor.direct-works", url=public_url, origin=origin))


def _allows(headers: httpx.Headers, origin: str) -> bool:
    """Whether a preflight's answer lets this origin send a part; without credentials * is all."""

    def listed(name: str) -> set[str]:
        return {each.strip().lower() for each in headers.get(name, "").split(",")}

    return all(
        not listed(f"access-control-allow-{name}").isdisjoint({ANY, wanted.lower()})
        for name, wanted in (("origin", origin), ("methods", PUT), ("headers", HEADER))
    )
