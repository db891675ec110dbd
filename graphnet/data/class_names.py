"""What classes are called: one word for each class number, where the data have one."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from graphnet.data.interpretation import CONTROL
from graphnet.errors import CohortError
from graphnet.messages import Message

KEY = "class_names"
NUMBER = re.compile(r"\s*[-+]?[0-9.]*\s*")
Names = Mapping[int, str]
NAMELESS: Names = MappingProxyType({})
Source = tuple[
    Message | str, Names
]  # of a dataset, a split or a model: what it is called, and its names


def words(names: Names) -> dict[int, str]:
    """Without those that are numbers, which would be taken for class numbers."""
    return {label: name.strip() for label, name in names.items() if not NUMBER.fullmatch(name)}


def called(names: Names, label: int) -> str:
    """The word for a class, or its number."""
    return names.get(label, str(label))


def names_of(stored: Mapping[str, Any]) -> dict[int, str]:
    """As a result, an evidence or a manifest says; {} of one that an older version wrote."""
    names = stored.get(KEY)
    return {int(label): str(name) for label, name in names.items()} if names else {}


def shared_names(sources: Sequence[Source]) -> tuple[dict[int, str], tuple[Message, ...]]:
    """The name of each class over all of them, and a message on each that differs.

    Controls may be called by different words. Where patients are, both words are kept.

    Raises:
        CohortError: a word stands for one class here and for another there.

    """
    _refuse_crossed(sources)
    names: dict[int, str] = {}
    messages = []
    for label in sorted({label for _, names in sources for label in names}):
        words = _words(sources, label)
        names[label] = words[0][1] if label == CONTROL else " / ".join(word for _, word in words)
        if len(words) > 1 and label != CONTROL:
            places = [Message("data.word-in", word=word, where=where) for where, word in words]
            messages.append(Message("data.class-names-differ", label=str(label), words=places))
    return names, tuple(messages)


def _words(sources: Sequence[Source], label: int) -> list[tuple[Message | str, str]]:
    """Where a class is first called by each of its words."""
    first_places: dict[str, tuple[Message | str, str]] = {}
    for where, names in sources:
        if label in names:
            first_places.setdefault(_plain(names[label]), (where, names[label]))
    return list(first_places.values())


def _refuse_crossed(sources: Sequence[Source]) -> None:
    known: dict[str, tuple[Message | str, int]] = {}
    problems = []
    for where, names in sources:
        for label, word in names.items():
            there, other = known.setdefault(_plain(word), (where, label))
            if other != label:
                problems.append(
                    Message(
                        "data.classes-crossed",
                        word=word,
                        label=str(label),
                        where=where,
                        other=str(other),
                        there=there,
                    )
                )
    if problems:
        raise CohortError(*problems)


def _plain(word: str) -> str:
    return word.strip().casefold()
