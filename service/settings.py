"""What the HTTP process needs to know besides what every process does."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Self
from urllib.parse import urlsplit

from actors.settings import (
    InvalidValue,
    ProcessSettings,
    ProcessSettingsError,
    natural,
    positive,
    read,
    yes_or_no,
)
from graphnet.errors import system_reason
from graphnet.messages import Message

MEGABYTE, GIGABYTE = 1_000_000, 1_000_000_000
Network = IPv4Network | IPv6Network
LEAST_SECRET = 16  # characters


@dataclass(frozen=True)
class WebhookSettings:
    """Where ended tasks are told, and the ``secret`` with which that is signed.

    ``hosts`` are trusted: only they may have addresses of the own network, and do without TLS.
    ``authorities``: a file of certificates (PEM) that are believed beside the public ones.
    """

    url: str
    secret: str = field(repr=False)
    hosts: frozenset[str] = frozenset()
    authorities: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self | None:
        """None where no address is set. Raises ProcessSettingsError."""
        url = read(environment, "SGN_WEBHOOK_URL", str, "").strip()
        if not url:
            return None
        key = read(environment, "SGN_WEBHOOK_SECRET", secret)
        hosts: frozenset[str] = read(environment, "SGN_WEBHOOK_HOSTS", names, frozenset())
        authorities = read(environment, "SGN_WEBHOOK_AUTHORITIES", certificates, "")
        try:
            return cls(webhook_address(url, hosts), key, hosts, authorities)
        except InvalidValue as error:
            problem = Message("settings.invalid", name="SGN_WEBHOOK_URL", reason=error.message)
            raise ProcessSettingsError(problem, "SGN_WEBHOOK_URL") from error

    @property
    def host(self) -> str:
        """The host of the address, in small letters."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_trusted(self) -> bool:
        """Whether the operator has listed the host."""
        return self.host in self.hosts


@dataclass(frozen=True)
class HttpSettings:
    """Where to listen, for whom, and how much of everything is taken (bodies in bytes).

    A file has up to ``max_upload_bytes`` where one request brings it, up to ``max_file_bytes`` in
    pieces. The datasets of a project may take ``project_quota_bytes``; any number where that is 0.

    A client waits for a prediction for ``predict_seconds``, and for its file to be read for
    ``upload_seconds``; for no longer than ``worker_seconds`` while there is no worker at all.

    ``anonymous`` lets in whoever comes as long as no token was made; ``trusted`` are the networks
    whose clients need none, as NEURO-LEARN's own. Who comes without a token must call the service
    by one of ``host_names``; where there are none, on loopback by a name of loopback. A ``webhook``
    is told of tasks that end. Reports are shared by links that
    ``share_secret`` signs; not at all where it is "".
    """

    process: ProcessSettings
    host: str = "127.0.0.1"
    port: int = 7014
    max_form_bytes: int = MEGABYTE
    max_upload_bytes: int = 64 * MEGABYTE
    max_file_bytes: int = 2000 * MEGABYTE
    project_quota_bytes: int = 0
    max_waiting: int = 1000
    max_waiting_of_project: int = 200
    max_streams: int = 500
    max_uploads: int = 8
    predict_seconds: int = 60
    upload_seconds: int = 100
    worker_seconds: int = 3
    anonymous: bool = True
    trusted: tuple[Network, ...] = ()
    host_names: frozenset[str] = frozenset()
    webhook: WebhookSettings | None = None
    share_secret: str = field(default="", repr=False)

    @property
    def shares_database(self) -> bool:
        """Whether NEURO-LEARN may be at the database too: the embedded one is ours alone."""
        return not self.process.database_url.startswith("sqlite:")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read ``SGN_*`` variables.

        Raises:
            ProcessSettingsError: a variable is missing or cannot be used.

        """
        host = read(environment, "SGN_HOST", str, "127.0.0.1")
        anonymous = read(environment, "SGN_ALLOW_ANONYMOUS", yes_or_no, default=False)
        return cls(
            process=ProcessSettings.from_environment(environment),
            host=host,
            port=read(environment, "SGN_PORT", positive, 7014),
            max_upload_bytes=MEGABYTE * read(environment, "SGN_MAX_UPLOAD_MB", positive, 64),
            max_file_bytes=MEGABYTE * read(environment, "SGN_MAX_FILE_MB", positive, 2000),
            project_quota_bytes=GIGABYTE * read(environment, "SGN_PROJECT_QUOTA_GB", natural, 100),
            max_waiting=read(environment, "SGN_MAX_WAITING", positive, 1000),
            max_waiting_of_project=read(environment, "SGN_MAX_WAITING_PER_PROJECT", positive, 200),
            max_streams=read(environment, "SGN_MAX_STREAMS", positive, 500),
            max_uploads=read(environment, "SGN_MAX_UPLOADS", positive, 8),
            predict_seconds=read(environment, "SGN_PREDICT_SECONDS", positive, 60),
            upload_seconds=read(environment, "SGN_UPLOAD_SECONDS", positive, 100),
            worker_seconds=read(environment, "SGN_WORKER_SECONDS", positive, 3),
            anonymous=is_loopback(host) or anonymous,
            trusted=read(environment, "SGN_TRUSTED_NETWORKS", networks, ()),
            host_names=read(environment, "SGN_HOST_NAMES", names, frozenset()),
            webhook=WebhookSettings.from_environment(environment),
            share_secret=read(environment, "SGN_SHARE_SECRET", secret, ""),
        )


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, with commas between them. Raises InvalidValue."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise InvalidValue(Message("settings.networks", reason=str(error))) from error


def names(text: str) -> frozenset[str]:
    """Host names with commas between them, without ports."""
    return frozenset(part.strip().lower() for part in text.split(",") if part.strip())


def secret(text: str) -> str:
    """A secret that cannot be guessed. Raises InvalidValue."""
    if len(text) < LEAST_SECRET:
        raise InvalidValue(Message("settings.webhook-secret", least=LEAST_SECRET))
    return text


def certificates(text: str) -> str:
    """The path of a file with certificates of authorities, in PEM, or "". Raises InvalidValue."""
    if not text:
        return text
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=text)
    except OSError as error:  # an SSLError, which says what OpenSSL found, is one, too
        is_read = isinstance(error, ssl.SSLError)
        reason = Message("settings.no-certificate") if is_read else system_reason(error)
        raise InvalidValue(Message("settings.certificates", file=text, reason=reason)) from error
    return text


def webhook_address(url: str, hosts: frozenset[str]) -> str:
    """The address, if it can be one. Raises InvalidValue."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        usable = False
    if not usable or parts.scheme not in ("http", "https") or parts.fragment or not url.isascii():
        raise InvalidValue(Message("settings.webhook-address"))
    if parts.scheme == "http" and parts.hostname not in hosts:
        raise InvalidValue(Message("settings.webhook-plain", host=str(parts.hostname)))
    return url


@lru_cache(256)
def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
