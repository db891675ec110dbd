"""From a registry's URL to its store."""

import re
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from graphnet.messages import Message
from registry.directory import DirectoryStore
from registry.multipart import MultipartStore
from registry.s3 import S3Store
from registry.store import MAX_BYTES, MODELS, RegistryError, Store

_USE_VALID_URL = Message("registry.use-valid-url")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.=-]*(/[A-Za-z0-9_][A-Za-z0-9_.=-]*)*)?")


def open_store(
    url: str,
    *,
    endpoint_url: str | None = None,
    folder: str = MODELS,
    max_bytes: int = MAX_BYTES,
    hasty: bool = False,
) -> Store:
    """Open the registry that a URL names: ``file:///folder`` or ``s3://bucket/prefix``.

    ``endpoint_url`` is the address of S3-compatible storage other than Amazon's, and is left aside
    for a folder. Objects lie below ``folder`` there. Those over ``max_bytes`` are neither written
    nor read. A ``hasty`` caller would rather hear of a silent storage in 15 seconds than have it
    asked again for minutes. Nothing is called yet:
    :meth:`~registry.store.Store.check` does. Raises :class:`~registry.store.RegistryError` for a
    URL it cannot use, and :class:`~registry.store.RegistryUnavailable` for broken AWS files.
    """
    parts = _split_url(url)
    if parts.query or parts.fragment:
        raise RegistryError(Message("registry.url-with-query", url=url), _USE_VALID_URL)
    if parts.scheme == "file":
        return DirectoryStore(_folder(url, parts), folder=folder, max_bytes=max_bytes)
    if parts.scheme == "s3":
        bucket, prefix = _bucket(url, parts)
        return S3Store(
            bucket,
            prefix,
            endpoint_url=_endpoint(endpoint_url),
            folder=folder,
            max_bytes=max_bytes,
            hasty=hasty,
        )
    raise RegistryError(Message("registry.url-unknown", url=url), _USE_VALID_URL)


def open_multipart(
    url: str, *, endpoint_url: str | None, folder: str, public_url: str = ""
) -> MultipartStore | None:
    """The same place, for objects that clients write themselves; None where it is no bucket.

    ``public_url`` is the address of the storage as clients reach it; without it nothing can be
    signed. Raises RegistryError.
    """
    parts = _split_url(url)
    if parts.scheme != "s3":
        return None
    bucket, prefix = _bucket(url, parts)
    store = MultipartStore(
        bucket, prefix, endpoint_url=_endpoint(endpoint_url), folder=folder, hasty=True
    )
    if public_url:
        store.sign_for(public_url)
    return store


def _split_url(url: str) -> SplitResult:
    parts = _split(url)
    if parts is None:
        raise RegistryError(Message("registry.url-unreadable", url=url), _USE_VALID_URL)
    _refuse_credentials(parts, Message("registry.url-with-credentials"))
    return parts


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _refuse_credentials(parts: SplitResult, problem: Message) -> None:
    if "@" in parts.netloc:  # whoever wrote it would not like to read it in a log
        raise RegistryError(problem, Message("registry.use-credential-variables"))


def _folder(url: str, parts: SplitResult) -> Path:
    folder = unquote(parts.path)
    if parts.netloc or not folder.startswith("/") or "\0" in folder:
        raise RegistryError(
            Message("registry.url-relative", url=url), Message("registry.use-absolute-folder")
        )
    return Path(folder)


def _bucket(url: str, parts: SplitResult) -> tuple[str, str]:
    prefix = parts.path.strip("/")
    if not _BUCKET.fullmatch(parts.netloc):
        raise RegistryError(
            Message("registry.bucket-invalid", url=url, bucket=parts.netloc),
            Message("registry.use-valid-bucket"),
        )
    if not _PREFIX.fullmatch(prefix):
        raise RegistryError(
            Message("registry.prefix-invalid", url=url, prefix=prefix),
            Message("registry.use-valid-prefix"),
        )
    return parts.netloc, prefix


def _endpoint(endpoint_url: str | None) -> str | None:
    if not endpoint_url:
        return None
    parts = _split(endpoint_url)
    use_web_address = Message("registry.use-web-address")
    if parts is None:
        raise RegistryError(
            Message("registry.endpoint-unreadable", url=endpoint_url), use_web_address
        )
    _refuse_credentials(parts, Message("registry.endpoint-with-credentials"))
    if parts.scheme not in {"http", "https"}:
        raise RegistryError(Message("registry.endpoint-not-web", url=endpoint_url), use_web_address)
    return endpoint_url
