"""Signing in with a token, signing out, and how a reader likes the pages."""

from datetime import UTC, datetime
from typing import Literal, TypedDict

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from db import tokens
from service.http.auth import TOKEN_COOKIE, refuse_cross_site
from service.http.body import read_body, read_form
from service.http.responses import COOKIE as LANGUAGE_COOKIE
from service.http.responses import SEE_OTHER
from service.pages.site import LANGUAGES, THEME_COOKIE, THEMES, own, page

MOST_BYTES = 10_000
YEAR_SECONDS = 365 * 86_400


async def show_sign_in(request: Request) -> Response:
    """Ask for a token."""
    return _sign_in_page(request, own(request.query_params.get("next", "/")))


async def sign_in(request: Request) -> Response:
    """Keep a valid token in a cookie that no script can read."""
    refuse_cross_site(request)
    form = await read_form(request, await read_body(request, MOST_BYTES))
    text, further = str(form.get("token", "")).strip(), own(str(form.get("next", "/")))
    token = await tokens.find_token(text)
    if token is None:
        return _sign_in_page(request, further, wrong=True)
    answer = RedirectResponse(further, SEE_OTHER)
    answer.set_cookie(
        TOKEN_COOKIE,
        text,
        expires=datetime.fromtimestamp(token.expires_at / 1000, UTC),
        httponly=True,
        **_cookie_settings(request),
    )
    return answer


async def sign_out(request: Request) -> Response:
    """Forget the token."""
    refuse_cross_site(request)
    answer = RedirectResponse("/sign-in", SEE_OTHER)
    answer.delete_cookie(TOKEN_COOKIE, httponly=True, **_cookie_settings(request))
    return answer


async def prefer(request: Request) -> Response:
    """Remember a language or a theme, and go back."""
    query = request.query_params
    answer = RedirectResponse(own(query.get("next", "/")), SEE_OTHER)
    if query.get("language") in LANGUAGES:
        _remember(answer, request, LANGUAGE_COOKIE, query["language"])
    if query.get("theme") in THEMES:
        _remember(answer, request, THEME_COOKIE, query["theme"])
    return answer


class CookieSettings(TypedDict):
    """How cookies are set: sent along with links from other sites, never with their forms."""

    samesite: Literal["lax"]
    secure: bool


def _cookie_settings(request: Request) -> CookieSettings:
    headers, own_scheme = request.headers, request.url.scheme
    # With a form a browser says itself how it came here, whatever a reverse proxy passes on.
    schemes = (
        own_scheme,
        headers.get("x-forwarded-proto"),
        headers.get("origin", "").split(":")[0],
    )
    return {"samesite": "lax", "secure": "https" in schemes}


def _remember(answer: Response, request: Request, name: str, value: str) -> None:
    answer.set_cookie(name, value, max_age=YEAR_SECONDS, httponly=True, **_cookie_settings(request))


def _sign_in_page(request: Request, further: str, *, wrong: bool = False) -> Response:
    return page(request, "sign_in.html", 401 if wrong else 200, further=further, wrong=wrong)
