"""Where the service is and who asks, as a caller's own variables say."""

from collections.abc import Mapping
from pathlib import Path

from graphnet.messages import Message, MessageError

DEFAULT_URL = "http://127.0.0.1:7014"
URL, TOKEN, TOKEN_FILE, USER_ID = "SGN_URL", "SGN_TOKEN", "SGN_TOKEN_FILE", "SGN_USER_ID"


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
