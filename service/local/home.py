"""The folder of an ``sgn up``: what is where in it, and what its processes are told."""

from collections.abc import Mapping
from pathlib import Path

QUEUE_LINK = "valkey.sock"  # to the socket, whose own path must be short


def database_file(home: Path) -> Path:
    """The file of the embedded database."""
    return home / "sgn.sqlite3"


def lock_file(home: Path) -> Path:
    """The file that an ``sgn up`` holds locked while it runs there."""
    return home / "lock"


def address_file(home: Path) -> Path:
    """The file that says where the service answers, while it does."""
    return home / "address"


def database_url(home: Path) -> str:
    """The same as SGN_DATABASE_URL names it."""
    return f"sqlite://{database_file(home)}"


def variables(
    home: Path, environment: Mapping[str, str], *, socket: Path | None = None, **more: str
) -> dict[str, str]:
    """The environment of a process of this installation; ``more`` is what it is told besides.

    ``socket`` is the queue's; None is where the home says that it is.
    """
    own = {
        "SGN_DATABASE_URL": database_url(home),
        "SGN_REDIS_URL": f"unix://{socket or (home / QUEUE_LINK).resolve()}",
        "SGN_REGISTRY_URL": (home / "registry").as_uri(),
        **more,
    }
    # A file would be heard before what is said here.
    named = {name for name in environment if name.removesuffix("_FILE") in own}
    given = {name: text for name, text in environment.items() if name not in named}
    # One's own machine may have a device that cannot be used; the result says so. The system's
    # temporary folder belongs to others too.
    usual = {"SGN_CPU_FALLBACK": "1", "SGN_SPOOL": str(home / "spool")}
    return {**usual, **given, **own}
