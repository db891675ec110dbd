"""What every page has: frame, language, theme, the signed-in caller, and static files."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from jinja2 import ChainableUndefined, Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from db.tokens import Role
from graphnet.messages import (
    COLONS,
    SEMICOLONS,
    SEPARATORS,
    STOPS,
    Message,
    bracketed,
    joined,
    render,
)
from graphnet.names import preview_column
from service.http.auth import CALLER, Caller, is_operator
from service.http.responses import MEANINGS, ApiError, ErrorNum, answer_language, quoted
from service.pages.formats import FILTERS, UNITS, duration, measures, names
from service.state import state_of

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog
    from babel.support import NullTranslations

THEME_COOKIE = "sgn_theme"
THEMES = ("auto", "light", "dark")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src {connect}; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def page(request: Request, template: str, status: int = 200, **content: Any) -> Response:
    """Render a template for a request; ``content`` are its variables."""
    language = language_of(request)
    text = (
        environment(language.tag)
        .get_template(template)
        .render(**frame(request), language=language, languages=LANGUAGES.values(), **content)
    )
    # JSON can escape half of a surrogate pair (\ud800), which UTF-8 cannot encode.
    return HTMLResponse(text.encode("utf-8", "replace"), status, headers=_headers(request))


def _headers(request: Request) -> dict[str, str]:
    """Those of a page, whose scripts send files to the bucket too where that is set up."""
    storage = urlsplit(state_of(request).settings.process.s3_public_url)
    origin = f"{storage.scheme}://{storage.netloc}" if storage.netloc else ""
    policy = POLICY.format(connect=f"'self' {origin}".strip())
    # Without a referrer a browser would not tell that a form comes from our own pages either.
    return {"content-security-policy": policy, "referrer-policy": "same-origin"}


def frame(request: Request) -> dict[str, Any]:
    """Variables of the frame around a page."""
    caller: Caller | None = request.scope.get(CALLER)
    theme = request.cookies.get(THEME_COOKIE, "")
    return {
        "path": request.url.path,
        "here": own(_asked(request)),
        "origin": str(request.base_url).rstrip("/"),
        "theme": theme if theme in THEMES else THEMES[0],
        "themes": THEMES,
        "caller": caller,
        "signed_in": caller is not None and caller.signed_in,
        "is_operator": caller is not None and is_operator(caller),
        "may_share": bool(state_of(request).settings.share_secret),
        "may_submit": caller is not None and caller.role.covers(Role.SUBMIT),
        # NEURO-LEARN's users would find it among their own data.
        "offers_example": not state_of(request).settings.shares_database,
    }


def _words(tag: str) -> Callable[[Message | str], str]:
    translate = translations(tag).gettext

    def say(text: Message | str) -> str:
        return render(text, tag) if isinstance(text, Message) else translate(text)

    return say


def error_page(request: Request, number: ErrorNum, sentence: str) -> Response:
    """An error as a page."""
    return page(request, "error.html", MEANINGS[number][0], number=int(number), sentence=sentence)


def sign_in_address(request: Request) -> str:
    """The address of the sign-in page, which then continues to the requested one."""
    return "/sign-in?" + urlencode({"next": own(_asked(request))})


def own(address: str) -> str:
    """An address of this service, to continue to; the first page in place of any other."""
    if not address.startswith("/") or address.startswith("//"):
        return "/"
    return address if address.isprintable() and "\\" not in address else "/"


def _asked(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}".rstrip("?")


@dataclass(frozen=True)
class Language:
    """A language of the pages, by its tag (BCP 47), its name in itself, and Babel's locale."""

    tag: str
    name: str
    locale: str


ENGLISH = Language("en", "English", "en")
CHINESE = Language("zh-CN", "简体中文", "zh_Hans_CN")
LANGUAGES = {language.tag: language for language in (ENGLISH, CHINESE)}


def language_of(request: Request) -> Language:
    """The language that was chosen, else the first of the browser's that there is."""
    return LANGUAGES[answer_language(request)]


@lru_cache(len(LANGUAGES))
def translations(tag: str) -> "NullTranslations":
    """The catalogue of a language, of all the files in its folder."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - slow to import
    from babel.support import NullTranslations, Translations  # noqa: PLC0415

    if tag == ENGLISH.tag:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(tag))
    compiled.seek(0)
    return Translations(compiled)


def catalogue(tag: str) -> "Catalog":
    """The messages of a language."""
    from babel.messages.catalog import Catalog  # noqa: PLC0415 - slow to import
    from babel.messages.pofile import read_po  # noqa: PLC0415

    catalog = Catalog(locale=LANGUAGES[tag].locale)
    for file in sorted((files("service.pages") / "locale" / tag).iterdir(), key=lambda f: f.name):
        with file.open("rb") as opened:
            for message in read_po(opened):
                if message.id:
                    catalog[message.id] = message
    return catalog


@lru_cache(len(LANGUAGES))
def environment(tag: str) -> Environment:
    """The templates in one language."""
    made = Environment(
        loader=PackageLoader("service.pages"),
        autoescape=True,
        undefined=ChainableUndefined,  # a result of an older version may lack a part
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    spoken = translations(tag)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        spoken.gettext, spoken.ngettext, newstyle=True
    )
    made.globals |= {
        "asset": asset_address,
        "units": UNITS[tag],
        "comma": SEPARATORS[tag],
        "colon": COLONS[tag],
        "semicolon": SEMICOLONS[tag],
        "stop": STOPS[tag],
        **names(_words(tag)),
    }
    made.filters |= FILTERS | {
        "preview_column": preview_column,
        "listed": partial(joined, language=tag),
        "bracketed": partial(bracketed, language=tag),
        "measures": partial(measures, language=tag),
        "sentence": partial(render, language=tag, minus=True),
        "duration": partial(duration, language=tag),
        "stored_sentence": lambda stored: render(Message.from_json(stored), tag, minus=True),
    }
    return made


# htmx comes from a package that carries its files: https://htmx.org/
SOURCES = {
    "htmx.min.js": ("js_lib_htmx", "static/htmx/htmx.min.js"),
    "page.css": (__package__, "static/page.css"),
    "page.js": (__package__, "static/page.js"),
    "new_task.js": (__package__, "static/new_task.js"),
    "compare.js": (__package__, "static/compare.js"),
    "task.js": (__package__, "static/task.js"),
    "brain.js": (__package__, "static/brain.js"),
    "brain.bin": (__package__, "static/brain.bin"),
    "live.js": (__package__, "static/live.js"),
    "files.js": (__package__, "static/files.js"),
    "upload.js": (__package__, "static/upload.js"),
    "notices.js": (__package__, "static/notices.js"),
    "report.js": ("graphnet.report", "templates/report.js"),
    "icon.svg": (__package__, "static/icon.svg"),
}
KINDS = {
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
    "bin": "application/octet-stream",
}
DIGITS = 12
WORKER = "notices.js"  # shows notices for every page
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


def asset_address(name: str) -> str:
    """Where a page finds a file."""
    return f"/static/{asset(name).digest}/{name}"


async def static(request: Request) -> Response:
    """A file of the pages; one that has changed since the page was made comes as it is now."""
    name = request.path_params["name"]
    if name not in SOURCES:
        raise ApiError(ErrorNum.NOT_FOUND, Message("api.no-file", file=quoted(name, 40)))
    file = asset(name)
    current = request.path_params["version"] == file.digest
    headers = {"cache-control": FOREVER if current else "no-cache", "vary": "accept-encoding"}
    if name == WORKER:
        headers["service-worker-allowed"] = "/"
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(file.compressed, headers=headers, media_type=file.kind)
    return Response(file.content, headers=headers, media_type=file.kind)
