"""Every page in one table, beside the API's."""

from typing import Any

from service.endpoints import Endpoint, Handler
from service.pages import assets, home, signing
from service.replies import ErrorNum


def _page(path: str, handler: Handler, summary: str, **more: Any) -> Endpoint:
    return Endpoint("GET", path, handler, summary, media_type="text/html", tag="pages", **more)


PAGES = (
    _page("/", home.home, "The tasks."),
    _page("/sign-in", signing.show_sign_in, "Asks for a token."),
    Endpoint(
        *("POST", "/sign-in", signing.sign_in, "Keeps a token in a cookie."),
        media_type="text/html",
        tag="pages",
    ),
    Endpoint(
        *("POST", "/sign-out", signing.sign_out, "Forgets the token."),
        media_type="text/html",
        tag="pages",
    ),
    _page("/preferences", signing.prefer, "Remembers a language or a theme."),
    _page(
        "/static/{version}/{name}",
        assets.static,
        "A file of the pages.",
        refusals=(ErrorNum.NOT_FOUND,),
    ),
)
