"""Where a service is: as a caller's variables say, and in the folder of an ``sgn up``."""

from collections.abc import Mapping
from pathlib import Path

from graphnet.messages import Message, MessageError

DEFAULT_URL = "http://127.0.0.1:7014"
URL, TOKEN, TOKEN_FILE, USER_ID = "SGN_URL", "SGN_TOKEN", "SGN_TOKEN_FILE", "SGN_USER_ID"
QUEUE_LINK = "valkey.sock"  # to the socket, whose own path must be short


class TokenUnreadable(MessageError):
    """Why there is no token."""


def url_in(variables: Mapping[str, str]) -> str:
    """Where the service is."""
    return variables.get(URL) or DEFAULT_URL


def token_in(variables: Mapping[str, str]) -> str:
    """The token, "" for none; a file keeps it out of sight of other programs.

    Raises:
        TokenUnreadable: there is no such file, or it holds no text.

    """
    path = variables.get(TOKEN_FILE)
    if path is None:
        return variables.get(TOKEN, "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise TokenUnreadable(Message("client.token-unreadable", path=path)) from error


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


def home_variables(
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
