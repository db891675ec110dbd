"""From a registry's URL to its store."""

import re
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from registry.directory import DirectoryStore
from registry.errors import RegistryError
from registry.s3 import S3Store
from registry.store import MAX_BYTES, MODELS, Store

_RIGHT = "give file:///folder or s3://bucket/prefix"
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
    :meth:`~registry.store.Store.check` does. Raises :class:`~registry.errors.RegistryError` for a
    URL it cannot use, and :class:`~registry.errors.RegistryUnavailable` for broken AWS files.
    """
    parts = _split("registry URL", url)
    if parts.query or parts.fragment:
        raise RegistryError(f"The registry URL {url!r} holds a '?' or a '#': {_RIGHT}.")
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
    raise RegistryError(f"The registry URL {url!r} is not understood: {_RIGHT}.")


def _split(what: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise RegistryError(f"The {what} {url!r} is not a URL.") from error
    if "@" in parts.netloc:  # whoever wrote it would not like to read it in a log
        raise RegistryError(
            f"The {what} holds credentials before an '@': remove them, "
            "and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead."
        )
    return parts


def _folder(url: str, parts: SplitResult) -> Path:
    folder = unquote(parts.path)
    if parts.netloc or not folder.startswith("/") or "\0" in folder:
        raise RegistryError(
            f"The registry URL {url!r} does not name an absolute folder: "
            "give three slashes and the whole path, such as file:///srv/registry."
        )
    return Path(folder)


def _bucket(url: str, parts: SplitResult) -> tuple[str, str]:
    prefix = parts.path.strip("/")
    if not _BUCKET.fullmatch(parts.netloc):
        raise RegistryError(
            f"The registry URL {url!r} names the bucket {parts.netloc!r}: a bucket's name has "
            "3 to 63 small letters, digits, '-' or '.', such as s3://sgn-models/site-a."
        )
    if not _PREFIX.fullmatch(prefix):
        raise RegistryError(
            f"The registry URL {url!r} names the prefix {prefix!r}: between its slashes it may "
            "hold letters, digits, '_', '-', '=' and '.', such as s3://sgn-models/site-a."
        )
    return parts.netloc, prefix


def _endpoint(endpoint_url: str | None) -> str | None:
    if not endpoint_url:
        return None
    if _split("S3 endpoint", endpoint_url).scheme not in {"http", "https"}:
        raise RegistryError(
            f"The S3 endpoint {endpoint_url!r} is not a web address: "
            "give one such as http://storage.example.org:9000."
        )
    return endpoint_url
