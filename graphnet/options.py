"""What a setting of a task accepts, what it is called and what it does. Free of torch.

A setting is declared once, as a field of a dataclass in :mod:`graphnet.config`::

    density: float = option(0.1, Bound(float, 0, 1, open=True), "graph")

Its words are in ``locale/<language>/options.ftl``, by its name: ``density-label``,
``density-help`` and, for the methods section of a report, ``density-methods``. A choice has a
label per value (``sign-absolute``) and may have a methods sentence per value
(``sign-absolute-methods``). The form's check and its error, the page, the command line, the table
in ``docs/api.md`` and the methods section all derive from these.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from math import prod
from typing import Any, TypeVar

from graphnet.messages import Message, every

T = TypeVar("T")

DECLARED = "option"  # the key in a dataclass field's metadata
# Groups in the order of the page: the first is open, the others are folded away.
GROUPS = ("usual", "graph", "training", "evaluation", "target", "fine-tuning", "execution")
MOST_NAMES, LONGEST_NAME = 50, 100
MOST_CANDIDATES = 50  # combinations of the values of a grid
MOST_LISTS = 10
NOTHING = "none"  # of several names
LARGEST = 1e15  # beyond it, text that is typed stays text and is refused as such


@dataclass(frozen=True)
class Bound:
    """A number from ``low``, or above it where that is ``open``, up to and including ``high``.

    With ``or_zero`` also 0, which switches something off.
    """

    kind: type[int] | type[float]
    low: float
    high: float
    open: bool = False
    or_zero: bool = False

    def holds(self, value: object) -> bool:
        """Whether ``value`` is a number of this kind and range; NaN and booleans are not."""
        kinds = int if self.kind is int else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            return False
        if self.or_zero and value == 0:
            return True
        above = value > self.low if self.open else value >= self.low
        return above and value <= self.high

    def parse(self, text: str) -> int | float | str:
        """The number in a text; the text itself where it is not a number of this kind."""
        for kind in (int, float) if self.kind is float else (int,):
            try:
                number = kind(text)
            except ValueError:
                continue
            return number if abs(number) < LARGEST else text
        return text

    @property
    def expected(self) -> Message:
        """The range in words."""
        start = "above" if self.open else "zero-or-from" if self.or_zero else "from"
        return Message(
            f"options.expected-{'whole' if self.kind is int else 'number'}-{start}",
            low=self.kind(self.low),
            high=self.kind(self.high),
        )


@dataclass(frozen=True)
class Choice:
    """One of some names."""

    names: tuple[str, ...]

    def holds(self, value: object) -> bool:
        """Whether ``value`` is one of the names."""
        return isinstance(value, str) and value in self.names

    def parse(self, text: str) -> str:
        """The text as it stands."""
        return text

    @property
    def expected(self) -> Message:
        """The names in words."""
        return Message("options.expected-choice", names=every(self.names))


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def holds(self, value: object) -> bool:
        """Whether ``value`` is a boolean."""
        return isinstance(value, bool)

    def parse(self, text: str) -> bool | str:
        """The boolean that ``true`` or ``false`` stands for; any other text as it stands."""
        return {"true": True, "false": False}.get(text, text)

    @property
    def expected(self) -> Message:
        """Both values in words."""
        return Message("options.expected-flag")


@dataclass(frozen=True)
class Names:
    """Names of columns, with commas between them where they are typed; ``none`` for no name."""

    def holds(self, value: object) -> bool:
        """Whether ``value`` is a list of names."""
        if not isinstance(value, (list, tuple)) or len(value) > MOST_NAMES:
            return False
        return bool(value) and all(map(_may_be_name, value))

    def parse(self, text: str) -> list[str]:
        """The names in a text."""
        return [name.strip() for name in text.split(",") if name.strip()]

    @property
    def expected(self) -> Message:
        """What they are, in words."""
        return Message("options.expected-names")


@dataclass(frozen=True)
class Several:
    """Some of several names, separated by commas, or ``none``."""

    names: tuple[str, ...]

    def holds(self, value: object) -> bool:
        """Whether ``value`` is ``none``, or names of these, each once."""
        if not isinstance(value, str):
            return False
        chosen = names_in(value)
        known = set(chosen) <= set(self.names) and len(set(chosen)) == len(chosen)
        return known and (bool(chosen) or value.strip() == NOTHING)

    def parse(self, text: str) -> str:
        """The text as it stands."""
        return text

    @property
    def expected(self) -> Message:
        """The names in words."""
        return Message("options.expected-several", names=every(self.names))


def names_in(value: str) -> tuple[str, ...]:
    """The names in a value of :class:`Several`; () of ``none``."""
    names = tuple(part.strip() for part in value.split(",") if part.strip())
    return () if names == (NOTHING,) else names


@dataclass(frozen=True)
class Grid:
    """Lists of values for some settings: ``graph=covariance,knn; density=0.1,0.2``.

    ``values`` says what each setting that may be listed accepts. A program may send a mapping of
    names to lists in place of the text.
    """

    values: Mapping[str, "Bound | Choice"]

    def holds(self, value: object) -> bool:
        """Whether there is nothing wrong with ``value``."""
        return isinstance(value, str) and self.problem(value) is None

    def parse(self, text: str) -> str:
        """The text as it stands."""
        return text

    def lists(self, text: str) -> dict[str, list[Any]]:
        """The values by name. What cannot be read comes back as text, which nothing accepts."""
        lists: dict[str, list[Any]] = {}
        for part in filter(None, map(str.strip, text.split(";"))):
            name, _, listed = (side.strip() for side in part.partition("="))
            accepts = self.values.get(name)
            words = [word.strip() for word in listed.split(",") if word.strip()]
            read = [word if accepts is None else accepts.parse(word) for word in words]
            lists[name] = [*lists.get(name, []), *read]
        return lists

    def problem(self, text: str) -> Message | None:
        """What is wrong, as a sentence; None if nothing is."""
        lists = self.lists(text)
        unknown = [name for name in lists if name not in self.values]
        if unknown or not lists:
            return Message("options.grid-unknown", names=unknown or [text])
        for name, values in lists.items():
            wrong = [value for value in values if not self.values[name].holds(value)]
            if wrong or not values:
                expected = self.values[name].expected
                found = every(map(str, wrong))
                return Message("options.grid-value", name=name, value=found, expected=expected)
            if len(set(values)) < len(values):
                return Message("options.grid-repeated", name=name)
        count = prod(map(len, lists.values()))
        if not 2 <= count <= MOST_CANDIDATES:
            return Message("options.grid-count", count=count, most=MOST_CANDIDATES)
        return None

    @property
    def expected(self) -> Message:
        """The form and the names in words."""
        return Message("options.expected-grid", names=every(self.values), most=MOST_CANDIDATES)


def grid_text(value: Any) -> Any:
    """A mapping of names to lists as the text of a :class:`Grid`; anything else as it is."""
    if not isinstance(value, Mapping):
        return value
    lists = {
        name: listed if isinstance(listed, (list, tuple)) else [listed]
        for name, listed in value.items()
    }
    return "; ".join(f"{name}={','.join(map(str, listed))}" for name, listed in lists.items())


@dataclass(frozen=True)
class NameLists:
    """Lists of names of datasets: ``A, B; C`` as text, ``[["A", "B"], ["C"]]`` in JSON.

    In JSON a text may stand in the place of an inner list, with commas between its names.
    """

    def holds(self, value: object) -> bool:
        """Whether ``value`` is such lists, each with a name, and no name twice in all of them."""
        if not isinstance(value, (list, tuple)) or not 0 < len(value) <= MOST_LISTS:
            return False
        if not all(isinstance(names, (list, tuple)) and names for names in value):
            return False
        every = [name for names in value for name in names]
        return all(map(_may_be_name, every)) and len(set(every)) == len(every) <= MOST_NAMES

    def parse(self, text: str) -> list[list[str]]:
        """The lists in a text."""
        return [_names_between(part, ",") for part in _names_between(text, ";")]

    @property
    def expected(self) -> Message:
        """What they are, in words."""
        return Message("options.expected-name-lists", most=MOST_LISTS)


def _names_between(text: str, mark: str) -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]


def name_lists(value: Any) -> Any:
    """What a program may send for :class:`NameLists`, as lists of names; anything else as it is."""
    if isinstance(value, str):
        return NameLists().parse(value)
    if not isinstance(value, (list, tuple)):
        return value
    return [_names_between(names, ",") if isinstance(names, str) else names for names in value]


def typed_names(value: Sequence[Any]) -> str:
    """Names, or lists of them, as somebody would type them: ``A, B; C``."""
    if any(isinstance(part, (list, tuple)) for part in value):
        return "; ".join(map(typed_names, value))
    return ", ".join(map(str, value))


Accepts = Bound | Choice | Flag | Names | Several | Grid | NameLists


@dataclass(frozen=True)
class Option:
    """A setting: its name in ``param_set``, what it accepts, its default, and its group.

    ``default`` None means that the value follows from the data. ``paragraph`` is the paragraph of
    a report's methods section that contains this setting's sentence; "" if the section mentions
    the setting only under conditions, or not at all. ``descent``: it says how an optimum is
    approached, or from where, and changes nothing where that is computed.
    """

    name: str
    accepts: Accepts
    default: Any
    group: str
    paragraph: str = ""
    descent: bool = False

    @property
    def is_flag(self) -> bool:
        """Whether it is on or off."""
        return isinstance(self.accepts, Flag)

    @property
    def is_names(self) -> bool:
        """Whether it is a list of names."""
        return isinstance(self.accepts, Names)

    @property
    def is_number(self) -> bool:
        """Whether it is a number of some range."""
        return isinstance(self.accepts, Bound)

    @property
    def is_several(self) -> bool:
        """Whether it is a list of names."""
        return isinstance(self.accepts, Several)

    @property
    def is_grid(self) -> bool:
        """Whether it is lists of values for other settings."""
        return isinstance(self.accepts, Grid)

    @property
    def is_name_lists(self) -> bool:
        """Whether it is lists of names of datasets."""
        return isinstance(self.accepts, NameLists)

    @property
    def type(self) -> type[int] | type[float] | type[str] | type[bool] | type[list[str]]:
        """What a program sends."""
        if isinstance(self.accepts, Bound):
            return self.accepts.kind
        if isinstance(self.accepts, Names | NameLists):
            return list
        return bool if isinstance(self.accepts, Flag) else str

    @property
    def label(self) -> Message:
        """What people call it."""
        return Message(f"options.{self.name}-label")

    @property
    def help(self) -> Message:
        """What it does, in one sentence."""
        return Message(f"options.{self.name}-help")

    @property
    def expected(self) -> Message:
        """What it accepts, to stand in a sentence: "a whole number from 1 to 100"."""
        return self.accepts.expected

    @property
    def accepted(self) -> Message:
        """What it accepts, as a sentence of its own."""
        return Message("options.accepted", expected=self.expected)

    @property
    def choices(self) -> dict[str, Message]:
        """The label of each value of a choice; {} for numbers and flags."""
        names = self.accepts.names if isinstance(self.accepts, Choice) else ()
        return {value: Message(f"options.{self.name}-{value}") for value in names}

    def holds(self, value: object) -> bool:
        """Whether ``value`` may be given."""
        return self.accepts.holds(value)

    def parse(self, text: Any) -> Any:
        """A typed text as the value that a program would send.

        What is no text, or is not of the kind, comes back as it is, so that the check names it.
        """
        return self.accepts.parse(text.strip()) if isinstance(text, str) else text

    def refusal(self, value: object) -> Message:
        """That ``value`` is not accepted, and what would be."""
        if isinstance(self.accepts, Grid) and isinstance(value, str):
            problem = self.accepts.problem(value)
            if problem is not None:
                return Message(
                    "options.grid-not-accepted",
                    name=self.name,
                    problem=problem,
                    expected=self.expected,
                )
        return Message(
            "options.not-accepted", name=self.name, value=repr(value), expected=self.expected
        )

    def methods(self, settings: Mapping[str, Any], **more: Any) -> Message:
        """The sentence of a methods text; ``settings`` are all settings by name."""
        value = settings[self.name]
        chosen = f"-{value}" if isinstance(self.accepts, Choice) else ""
        values = {name: _whole(number) for name, number in settings.items()}
        return Message(f"options.{self.name}{chosen}-methods", **{**values, **more})


def option(
    default: T, accepts: Accepts, group: str, *, paragraph: str = "", descent: bool = False
) -> T:
    """A dataclass field that declares an :class:`Option`."""
    declared = {"accepts": accepts, "group": group, "paragraph": paragraph, "descent": descent}
    made: T = field(default=default, metadata={DECLARED: declared})
    return made


def options_of(declaring: Any) -> dict[str, Option]:
    """The options that a dataclass declares, by name, in their order."""
    return {declared.name: declared for declared in _declared(declaring)}


def group_label(group: str) -> Message:
    """What a group of settings is called."""
    return Message(f"options.group-{group}")


def _may_be_name(value: object) -> bool:
    """Whether it could be the name of a column: it has a letter or a digit."""
    is_short = isinstance(value, str) and len(value) <= LONGEST_NAME
    return is_short and any(character.isalnum() for character in str(value))


def _whole(value: Any) -> Any:
    """A whole float as an integer: sentences choose between variants by integers alone."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _declared(declaring: Any) -> Iterator[Option]:
    for declared in fields(declaring):
        if DECLARED in declared.metadata:
            default = None if declared.default is MISSING else declared.default
            yield Option(declared.name, default=default, **declared.metadata[DECLARED])
