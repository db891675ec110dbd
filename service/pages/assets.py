"""The files that pages refer to, under addresses that change with what is in them."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from graphnet.messages import Message
from service.http.responses import ApiError, ErrorNum, quoted

# htmx comes from a package that carries its files: https://htmx.org/
SOURCES = {
    "htmx.min.js": ("js_lib_htmx", "static/htmx/htmx.min.js"),
    "page.css": (__package__, "static/page.css"),
    "page.js": (__package__, "static/page.js"),
    "new_task.js": (__package__, "static/new_task.js"),
    "compare.js": (__package__, "static/compare.js"),
    "task.js": (__package__, "static/task.js"),
    "live.js": (__package__, "static/live.js"),
    "upload.js": (__package__, "static/upload.js"),
    "icon.svg": (__package__, "static/icon.svg"),
}
KINDS = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
DIGITS = 12
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """A file, as it is and compressed."""

    content: bytes
    compressed: bytes
    kind: str

    @property
    def digest(self) -> str:
        """Stands in its address, so that a browser may keep it for good."""
        return hashlib.sha256(self.content).hexdigest()[:DIGITS]


@lru_cache(len(SOURCES))
def asset(name: str) -> Asset:
    """Read one of our files, once. Raises KeyError."""
    package, path = SOURCES[name]
    content = files(package).joinpath(path).read_bytes()
    return Asset(content, gzip.compress(content, mtime=0), KINDS[name.rpartition(".")[2]])


def address(name: str) -> str:
    """Where a page finds a file."""
    return f"/static/{asset(name).digest}/{name}"


async def static(request: Request) -> Response:
    """A file of the pages; one that has changed since the page was made comes as it is now."""
    name = request.path_params["name"]
    if name not in SOURCES:
        raise ApiError(ErrorNum.NOT_FOUND, Message("api.no-file", file=quoted(name, 40)))
    found = asset(name)
    current = request.path_params["version"] == found.digest
    headers = {"cache-control": FOREVER if current else "no-cache", "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(found.compressed, headers=headers, media_type=found.kind)
    return Response(found.content, headers=headers, media_type=found.kind)
