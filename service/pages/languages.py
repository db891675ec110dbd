"""The languages of the pages: English as it stands in the templates, others from catalogues.

Babel, as gettext's tools know it: https://babel.pocoo.org/
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

from starlette.requests import Request

from service.http.language import answer_language

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog
    from babel.support import NullTranslations


@dataclass(frozen=True)
class Language:
    """A language of the pages, by its tag (BCP 47), its name in itself, and Babel's locale."""

    tag: str
    name: str
    locale: str


ENGLISH = Language("en", "English", "en")
CHINESE = Language("zh-CN", "简体中文", "zh_Hans_CN")
LANGUAGES = {each.tag: each for each in (ENGLISH, CHINESE)}


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

    found = Catalog(locale=LANGUAGES[tag].locale)
    for file in sorted((files("service.pages") / "locale" / tag).iterdir(), key=lambda f: f.name):
        with file.open("rb") as opened:
            for message in read_po(opened):
                if message.id:
                    found[message.id] = message
    return found
