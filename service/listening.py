"""The socket on which the service listens, which needs none of what serves on it."""

import socket

from graphnet.errors import system_reason
from graphnet.messages import Message, MessageError

BACKLOG = 1024
UNREAD_MS = 60_000  # then a client that does not read its answer is cut off


class ListeningError(MessageError):
    """Why the service cannot listen."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises ListeningError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        values = {"host": host, "port": str(port), "reason": system_reason(error)}
        raise ListeningError(Message("local.cannot-listen", **values)) from error
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; accepted connections inherit it
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)
    return listening


def address(listening: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
