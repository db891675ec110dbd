"""Messages for people: a code with values here, the sentence in a catalogue per language.

Code that computes raises and returns a :class:`Message`; whoever shows it (a page, a command, a
report, a log line) renders it with :func:`render` in the reader's language. The catalogues are
Fluent files, ``locale/<language>/<domain>.ftl``; a code is ``domain.name``.

Fluent: https://projectfluent.org/fluent/guide/
"""

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Self, Union

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

Item = Union[str, "Message"]
Value = Union[str, int, float, "Message", "tuple[Item, ...]", "Several"]

ENGLISH, CHINESE = "en", "zh-CN"
LANGUAGES = (ENGLISH, CHINESE)
SEPARATORS = {ENGLISH: ", ", CHINESE: "、"}  # of lists
COLONS = {ENGLISH: ": ", CHINESE: "："}  # behind what a value is called
SEMICOLONS = {ENGLISH: "; ", CHINESE: "；"}
STOPS = {ENGLISH: ".", CHINESE: "。"}  # at the end of a sentence
LOCALES = {ENGLISH: "en", CHINESE: "zh_Hans_CN"}
FINISHED = "text"  # a sentence from before there were codes, or from another program
MOST_NAMED = 8
MOST_FOR_FLUENT = 1000  # characters of a value; above 2,500 of a part, Fluent leaves all out
# Where a person's environment says the language; the first that is set decides, as in POSIX.
LANGUAGE_VARIABLES = ("SGN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
ENTRY = re.compile(r"^(-?[a-zA-Z][\w-]*) *=", re.MULTILINE)  # a message of Fluent begins, or a term
HYPHEN = re.compile(r"(?<![\w.])-(?=\.?\d)")  # before a number; not that of an exponent
MINUS = "\N{MINUS SIGN}"
log = logging.getLogger(__name__)


class Figure(str):
    """A number that was computed, as text, maybe with its interval: ``-0.054 [-0.120, -0.001]``.

    Where people read it, it has a minus; any other text is quoted and keeps its hyphen: ids, names,
    codes such as -9999, settings. Pages, reports and figures are read by people; CSV, JSON and a
    terminal are not.
    """

    __slots__ = ()


def readable(text: str) -> str:
    """A figure with its minus; any other text as it is."""
    return with_minus(text) if isinstance(text, Figure) else text


def with_minus(text: str) -> str:
    """The same numbers, those below 0 with a minus and not with a hyphen."""
    return HYPHEN.sub(MINUS, text)


@dataclass(frozen=True, init=False)
class Message:
    """What is to be said: ``code`` names the sentence, ``values`` stand in it.

    A value is a text, a number, another message, or a list of texts or messages (shown as "a, b and
    3 more"; see :func:`first_of`).
    ``str(message)`` is its English sentence.
    """

    code: str
    values: tuple[tuple[str, Value], ...]

    def __init__(self, code: str, /, **values: Any) -> None:
        kept = tuple((name, _kept(value)) for name, value in values.items())
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "values", kept)

    def __str__(self) -> str:
        return render(self)

    def as_dict(self) -> dict[str, Any]:
        """For JSON; :meth:`from_json` reads it back."""
        return {"code": self.code, "values": {name: _plain(value) for name, value in self.values}}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | str) -> Self:
        """Read back what :meth:`as_dict` gave; also a finished sentence, as older versions stored.

        Raises:
            KeyError, TypeError, AttributeError: it is neither.

        """
        if isinstance(stored, str):
            return cls(FINISHED, text=stored)
        return cls(stored["code"], **{name: _read(v) for name, v in stored["values"].items()})


@dataclass(frozen=True)
class Several:
    """The first of a list of texts or messages, and how many ``more`` there are.

    In a ``cell`` no "and" stands before the last.
    """

    items: tuple[Item, ...]
    more: int = 0
    cell: bool = False


def language_in(variables: Mapping[str, str]) -> str:
    """The language that the environment's ``variables`` ask for: ``zh_CN.UTF-8`` is Chinese."""
    said = next((variables[name] for name in LANGUAGE_VARIABLES if variables.get(name)), "")
    return CHINESE if said.lower().startswith("zh") else ENGLISH


def first_of(items: Iterable[Item], most: int = MOST_NAMED) -> Several:
    """A value for a message: the first ``most`` items, and the number of the others."""
    listed = tuple(items)
    return Several(listed[:most], max(0, len(listed) - most))


def every(items: Iterable[Item]) -> Several:
    """A value for a message: all items, however many."""
    return Several(tuple(items))


def in_cell(items: Iterable[Item]) -> Several:
    """A value for the message of a cell: all items, with commas alone between them."""
    return Several(tuple(items), cell=True)


def joined(items: Iterable[Item], language: str = ENGLISH) -> str:
    """A list that stands by itself, as in a cell: ``a, b, c``, in Chinese ``a、b、c``."""
    return SEPARATORS[language].join(rendered(items, language, minus=True))


def bracketed(text: object, language: str = ENGLISH) -> str:
    """What stands in brackets behind a word: `` (a)``, in Chinese ``（a）``."""
    return f"（{text}）" if language == CHINESE else f" ({text})"


def finished(text: str) -> Message:
    """A sentence that is there already, in the language it is in."""
    return Message(FINISHED, text=text)


def as_message(message: Message | str) -> Message:
    """The message itself, or a finished sentence as one."""
    return finished(message) if isinstance(message, str) else message


def render(message: Message | str, language: str = ENGLISH, *, minus: bool = False) -> str:
    """The sentence in ``language`` (``en`` or ``zh-CN``), in English where it is not translated.

    A code that no catalogue has is shown as it is, with its values, and logged: an incomplete
    catalogue never ends a task.

    With ``minus``, for pages and reports, a :class:`Figure` below 0 has one.
    """
    if isinstance(message, str):
        return readable(message) if minus else message
    values = {name: _shown(value, language, minus=minus) for name, value in message.values}
    if message.code == FINISHED:
        return str(values["text"])
    domain, _, name = message.code.partition(".")
    for tag in dict.fromkeys((language, ENGLISH)):
        bundle = _catalogue(tag, domain).bundle_with(name)
        pattern = bundle.get_message(name).value if bundle.has_message(name) else None
        if pattern is not None:
            short, aside = _set_aside(values)
            text, errors = bundle.format_pattern(pattern, short)
            if errors:
                log.error("message %s in %s lacks %s", message.code, tag, errors)
            return _put_back(str(text), aside)
    log.error("no catalogue has the message %s", message.code)
    return f"{message.code} {values}"


def rendered(
    messages: Iterable[Message | str], language: str = ENGLISH, *, minus: bool = False
) -> list[str]:
    """The sentence of each message."""
    return [render(message, language, minus=minus) for message in messages]


def as_one(messages: Iterable[Message]) -> Message:
    """Several sentences one after the other, at least one, as one message."""
    return reduce(
        lambda first, second: Message("api.two-sentences", first=first, second=second), messages
    )


def as_warnings(messages: Iterable[Message | str]) -> dict[str, list[Any]]:
    """For JSON: ``warnings`` in English, and the same as messages."""
    warnings = [as_message(message) for message in messages]
    return {
        "warnings": rendered(warnings),
        "warning_messages": [warning.as_dict() for warning in warnings],
    }


class MessageError(Exception):
    """Why something cannot be done, as a ``message``; ``str`` is its English sentence."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class ProblemError(Exception):
    """``problem`` says what happened, ``remedy`` what to do; ``str`` is both in English."""

    def __init__(self, problem: Message, remedy: Message | None = None) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return str(self.message)

    @property
    def message(self) -> Message:
        """The problem and the remedy as one message."""
        return self.problem if self.remedy is None else as_one((self.problem, self.remedy))


class _Catalogue:
    """The messages of one file. Each is parsed when it is first said, as all would take long."""

    def __init__(self, language: str, domain: str) -> None:
        from fluent.runtime import FluentBundle  # noqa: PLC0415 - slow to import

        self._bundle = FluentBundle([LOCALES[language]], use_isolating=False)
        file = files("graphnet") / "locale" / language / f"{domain}.ftl"
        text = file.read_text("utf-8") if file.is_file() else ""
        starts = [*ENTRY.finditer(text)]
        ends = [*(start.start() for start in starts[1:]), len(text)]
        self._sources = {
            start[1]: text[start.start() : end] for start, end in zip(starts, ends, strict=True)
        }
        for name in [name for name in self._sources if name.startswith("-")]:
            self.bundle_with(name)  # a term, which any message may name

    def bundle_with(self, name: str) -> "FluentBundle":
        """The bundle, which holds the message ``name`` if the file does."""
        from fluent.runtime import FluentResource  # noqa: PLC0415 - slow to import

        source = self._sources.get(name)
        if source is not None and not self._bundle.has_message(name):
            self._bundle.add_resource(FluentResource(source))
        return self._bundle


@lru_cache
def _catalogue(language: str, domain: str) -> _Catalogue:
    return _Catalogue(language, domain)


def _kept(value: Any) -> Value:
    if isinstance(value, (str, Message, Several, bool)):
        return value
    if isinstance(value, Iterable):
        return tuple(item if isinstance(item, (str, Message)) else str(item) for item in value)
    # NumPy's numbers become Python's.
    return value.item() if hasattr(value, "item") else value  # type: ignore[no-any-return]


def _plain(value: Value) -> Any:
    if isinstance(value, Message):
        return value.as_dict()
    if isinstance(value, Several):
        listed = {"items": [_plain(item) for item in value.items], "more": value.more}
        return {**listed, "cell": True} if value.cell else listed
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_read(item) for item in value)
    if not isinstance(value, Mapping):
        return value
    if "items" in value:
        items = tuple(_read(item) for item in value["items"])
        return Several(items, value["more"], value.get("cell", False))
    return Message.from_json(value)


def _shown(value: Value, language: str, *, minus: bool) -> str | int:
    """A value for Fluent: whole numbers stay numbers (they choose the plural), all else is text.

    Fluent would round a float to three decimals: 0.0004 would be 0.
    """
    if isinstance(value, Message):
        return render(value, language, minus=minus)
    if isinstance(value, tuple):
        return _listed(first_of(value), language, minus=minus)
    if isinstance(value, Several):
        return _listed(value, language, minus=minus)
    if isinstance(value, bool):
        return str(value).lower()  # true and false choose between variants
    if isinstance(value, float):
        return f"{value:g}"
    return readable(value) if minus and isinstance(value, str) else value


def _set_aside(values: Mapping[str, str | int]) -> tuple[dict[str, str | int], dict[str, str]]:
    """The values, a mark for each text too long for Fluent; and these texts by their marks."""
    short, aside = dict(values), {}
    for name, value in values.items():
        if isinstance(value, str) and len(value) > MOST_FOR_FLUENT:
            mark = f"\ue000{name}\ue001"  # of Unicode's private use
            short[name], aside[mark] = mark, value
    return short, aside


def _put_back(text: str, aside: Mapping[str, str]) -> str:
    for mark, value in aside.items():
        text = text.replace(mark, value)
    return text


def _listed(several: Several, language: str, *, minus: bool) -> str:
    names = rendered(several.items, language, minus=minus)
    if language == CHINESE:
        listed = SEPARATORS[CHINESE].join(names)
        space = " " if listed[-1:].isascii() else ""
        return f"{listed}{space}等 {len(names) + several.more} 个" if several.more else listed
    if several.more:
        return f"{', '.join(names)} and {several.more} more"
    if several.cell:
        return SEPARATORS[language].join(names)
    return ", ".join((*names[:-2], " and ".join(names[-2:])))
