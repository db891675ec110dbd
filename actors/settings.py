"""What every process of an installation needs to know, read from the environment once.

Each variable ``NAME`` may instead be given as ``NAME_FILE``, the path of a file that holds
the value, so that a secret need not stand in the environment.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import urlsplit

from graphnet.messages import Message, MessageError, ProblemError, finished

T = TypeVar("T")

TEXT, JSON = LOG_FORMATS = ("text", "json")
LAST_PORT = 65_535


class ProcessSettingsError(ProblemError):
    """A variable of the environment, its ``name``, is missing or cannot be used."""

    def __init__(self, problem: Message, name: str = "", remedy: Message | None = None) -> None:
        super().__init__(problem, remedy)
        self.name = name


class InvalidValue(MessageError, ValueError):
    """Why the text of a variable cannot be used."""


@dataclass(frozen=True)
class ProcessSettings:
    """Where the database, the queue and the registry are, and how a worker behaves.

    ``threads`` is what torch may use on a CPU; ``cpu_fallback`` says whether to train there where
    the CUDA device cannot be used, ``gpu_share`` which part of that one's memory is this process's.
    Times are in milliseconds: ``patience_ms`` is how long a worker waits for a database or storage
    that is away. Parameters that could not be stored are kept in the folder ``spool``, where files
    are read too, each by a process with ``read_memory_mb`` and ``read_seconds``, and arrays of a
    registry elsewhere are kept in at most ``cache_mb``. A worker
    with nothing to do for ``idle_exit_seconds`` ends; at 0 it stays. ``atlases`` are tables of
    where regions lie. A URL may hold a password, so none is ever printed. Port 0 is no listener for
    metrics; ``traces`` is whether OpenTelemetry's variables ask for them. ``public_url`` is where
    people reach the pages, without a slash at its end; "" where nobody has said. ``s3_public_url``
    is where they reach the storage of the bucket, to send large files there; "" where they do not.
    """

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    registry_url: str
    s3_endpoint_url: str | None = None
    s3_public_url: str = ""
    device: str = "auto"
    cpu_fallback: bool = False
    gpu_share: float = 1.0
    threads: int = 1
    lease_ms: int = 30_000
    max_attempts: int = 3
    checkpoint_ms: int = 5_000
    patience_ms: int = 300_000
    spool: Path = Path(tempfile.gettempdir()) / f"sgn-spool-{os.getuid()}"
    read_memory_mb: int = 4096
    read_seconds: int = 300
    cache_mb: int = 10_000
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    log_format: str = TEXT
    traces: bool = False
    idle_exit_seconds: int = 0
    atlases: tuple[Path, ...] = ()
    public_url: str = ""

    @property
    def patience_seconds(self) -> float:
        """How long a worker waits for a database or storage that is away."""
        return self.patience_ms / 1000

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read ``SGN_*`` variables.

        Raises:
            ProcessSettingsError: a variable is missing or is not what it should be.

        """
        registry = read(environment, "SGN_REGISTRY_URL", str)
        return cls(
            database_url=read(environment, "SGN_DATABASE_URL", str),
            redis_url=read(environment, "SGN_REDIS_URL", redis_address),
            registry_url=registry,
            s3_endpoint_url=read(environment, "SGN_S3_ENDPOINT_URL", str, "") or None,
            s3_public_url=read(environment, "SGN_S3_PUBLIC_URL", web_address, ""),
            device=read(environment, "SGN_DEVICE", str, "auto"),
            cpu_fallback=read(environment, "SGN_CPU_FALLBACK", yes_or_no, default=False),
            gpu_share=read(environment, "SGN_GPU_SHARE", share, 1.0),
            threads=read(environment, "SGN_THREADS", positive, 1),
            lease_ms=read(environment, "SGN_LEASE_MS", positive, 30_000),
            max_attempts=read(environment, "SGN_MAX_ATTEMPTS", positive, 3),
            checkpoint_ms=read(environment, "SGN_CHECKPOINT_MS", positive, 5_000),
            patience_ms=read(environment, "SGN_PATIENCE_MS", positive, 300_000),
            spool=read(environment, "SGN_SPOOL", Path, spool_of(registry)),
            read_memory_mb=read(environment, "SGN_READ_MEMORY_MB", positive, 4096),
            read_seconds=read(environment, "SGN_READ_SECONDS", positive, 300),
            cache_mb=read(environment, "SGN_CACHE_MB", positive, 10_000),
            atlases=read(environment, "SGN_ATLAS", paths, ()),
            metrics_host=read(environment, "SGN_METRICS_HOST", str, "") or cls.metrics_host,
            metrics_port=read(environment, "SGN_METRICS_PORT", port, 0),
            log_format=read(environment, "SGN_LOG_FORMAT", log_format, cls.log_format),
            traces=bool(environment.get("OTEL_EXPORTER_OTLP_ENDPOINT")),
            idle_exit_seconds=read(environment, "SGN_IDLE_EXIT_SECONDS", positive, 0),
            public_url=read(environment, "SGN_PUBLIC_URL", web_address, ""),
        )


def spool_of(registry_url: str) -> Path:
    """The usual spool: this user's for this registry, so that installations do not share one."""
    own = hashlib.sha256(registry_url.encode()).hexdigest()[:8]
    return ProcessSettings.spool.with_name(f"{ProcessSettings.spool.name}-{own}")


def read(
    environment: Mapping[str, str], name: str, cast: Callable[[str], T], default: T | None = None
) -> T:
    """Cast one variable, from ``NAME`` or the file ``NAME_FILE``. Raises ProcessSettingsError."""
    text = _text(environment, name)
    if text is None and default is None:
        raise ProcessSettingsError(Message("settings.not-set", name=name), name)
    if text is None:
        assert default is not None  # noqa: S101 - narrowed above, for the type checker
        return default
    try:
        return cast(text)
    except ValueError as error:
        reason = error.message if isinstance(error, InvalidValue) else finished(str(error))
        problem = Message("settings.invalid", name=name, reason=reason)
        raise ProcessSettingsError(problem, name) from error


def redis_address(text: str) -> str:
    """The URL of a Redis. Raises InvalidValue, which holds no piece of a password."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("redis", "rediss", "unix") and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or parts.fragment or not (parts.hostname or parts.path):
        raise InvalidValue(Message("settings.redis-address")) from None
    return text


def web_address(text: str) -> str:
    """The address of the pages without a slash at its end, or "". Raises InvalidValue."""
    if not text.strip():
        return ""
    try:
        parts = urlsplit(text.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username or not text.isascii():
        raise InvalidValue(Message("settings.web-address"))
    return text.strip().rstrip("/")


def positive(text: str) -> int:
    """A whole number above 0. Raises InvalidValue."""
    if not text.strip().isdecimal() or int(text) < 1:
        raise InvalidValue(Message("settings.positive", value=text))
    return int(text)


def natural(text: str) -> int:
    """A whole number from 0 on. Raises InvalidValue."""
    if not text.strip().isdecimal():
        raise InvalidValue(Message("settings.natural", value=text))
    return int(text)


def share(text: str) -> float:
    """A number above 0 up to 1. Raises InvalidValue."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= 1:
        raise InvalidValue(Message("settings.share", value=text))
    return number


def port(text: str) -> int:
    """A port, or 0 for none. Raises InvalidValue."""
    if not text.strip().isdecimal() or int(text) > LAST_PORT:
        raise InvalidValue(Message("settings.port", value=text, most=str(LAST_PORT)))
    return int(text)


def paths(text: str) -> tuple[Path, ...]:
    """Files with commas between them."""
    return tuple(Path(part.strip()) for part in text.split(",") if part.strip())


def log_format(text: str) -> str:
    """``text`` or ``json``. Raises InvalidValue."""
    if text not in LOG_FORMATS:
        raise InvalidValue(Message("settings.log-format", value=text))
    return text


def yes_or_no(text: str) -> bool:
    """1/0, true/false, yes/no. Raises InvalidValue."""
    answers = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.strip().lower() not in answers:
        raise InvalidValue(Message("settings.yes-or-no", value=text))
    return answers[text.strip().lower()]


def _text(environment: Mapping[str, str], name: str) -> str | None:
    path = environment.get(f"{name}_FILE")
    if path is None:
        return environment.get(name)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        problem = Message("settings.file-unreadable", name=name, path=path)
        raise ProcessSettingsError(problem, name) from error
