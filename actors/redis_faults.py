"""What Redis or Valkey says when it does not do what it is asked, in a sentence."""

import redis
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)

SILENT = "Redis does not answer at SGN_REDIS_URL."
BY_KIND: tuple[tuple[type[redis.RedisError], str], ...] = (
    (OutOfMemoryError, "Redis is full: what it holds has reached its maxmemory."),
    (ReadOnlyError, "Redis is read-only: SGN_REDIS_URL names a replica."),
    (BusyLoadingError, "Redis is still reading its data from its disk."),
    (NoPermissionError, "Redis does not let the user of SGN_REDIS_URL write."),
    (AuthenticationError, "Redis refuses the user or the password in SGN_REDIS_URL."),
)
BY_WORD = {
    "MISCONF": "Redis cannot save to its disk, and so it is read-only.",
    "NOAUTH": "Redis asks for a password, and SGN_REDIS_URL has none.",
    "NOREPLICAS": "Redis is read-only: too few of its replicas answer.",
    "MASTERDOWN": "Redis is read-only: its link to the primary is down.",
    "CLUSTERDOWN": "Redis does not write: its cluster is down.",
}


def sentence(error: redis.RedisError) -> str:
    """What is wrong; without anything that the server has said, as that may be anybody's."""
    for kind, text in BY_KIND:
        if isinstance(error, kind):
            return text
    if isinstance(error, ResponseError):
        word = str(error).partition(" ")[0]
        return BY_WORD.get(word, "Redis refuses what is asked of it; its log says why.")
    return SILENT
