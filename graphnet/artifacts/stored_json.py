"""Reading JSON that any version may have stored: what is missing, or of another type, is empty.

The reader of each stored type (``from_json``) takes its fields by these.
"""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from graphnet.messages import Message

Json = Mapping[str, Any]
Interval = tuple[float, float]


def as_mapping(stored: Any) -> Json:
    """{} where it is no object."""
    return stored if isinstance(stored, Mapping) else {}


def as_items(stored: Any) -> Iterable[Any]:
    """() where it is no list."""
    return stored if isinstance(stored, (list, tuple)) else ()


def as_texts(stored: Any) -> tuple[str, ...]:
    """The items as texts; () if it is not a list."""
    return tuple(map(str, as_items(stored)))


def strict_json(content: bytes) -> Any:
    """The JSON of a file that we wrote. Raises ValueError, also for NaN and infinity."""
    return json.loads(content, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number of JSON")


def as_text(stored: Any) -> str:
    """The text; "" for anything else."""
    return stored if isinstance(stored, str) else ""


def as_number(stored: Any) -> float | None:
    """The number; None for anything else, also for true and false."""
    is_number = isinstance(stored, (int, float)) and not isinstance(stored, bool)
    return stored if is_number else None


def as_real(stored: Any) -> float:
    """The number; NaN for anything else."""
    number = as_number(stored)
    return math.nan if number is None else float(number)


def as_whole(stored: Any) -> int | None:
    """The whole number; None for anything else."""
    return stored if isinstance(stored, int) and not isinstance(stored, bool) else None


def as_numbers(stored: Any) -> dict[str, float | None]:
    """Numbers by name; None for any value that is not a number."""
    return {str(name): as_number(value) for name, value in as_mapping(stored).items()}


def as_interval(stored: Any) -> Interval | None:
    """The pair of numbers; None for anything else."""
    bounds = [as_number(bound) for bound in as_items(stored)]
    if len(bounds) != 2 or bounds[0] is None or bounds[1] is None:
        return None
    return bounds[0], bounds[1]


def as_message(stored: Any) -> Message | None:
    """A coded message or a finished sentence; None where it is neither."""
    try:
        return Message.from_json(stored)
    except (AttributeError, KeyError, TypeError):
        return None


def as_messages(stored: Any) -> tuple[Message, ...]:
    """Those of a list that are messages."""
    found = map(as_message, as_items(stored))
    return tuple(message for message in found if message is not None)


def messages_by_name(named: Json, coded: str, sentences: str) -> dict[str, Message]:
    """The messages under the key ``coded``; of older versions those under ``sentences``."""
    stored = as_mapping(named.get(coded) or named.get(sentences))
    found = {str(name): as_message(message) for name, message in stored.items()}
    return {name: message for name, message in found.items() if message is not None}


def sentences_json(messages: Mapping[str, Message]) -> dict[str, str]:
    """Messages by name as sentences."""
    return {name: str(message) for name, message in messages.items()}


def coded_json(messages: Mapping[str, Message]) -> Json:
    """Messages by name with their codes."""
    return {name: message.as_dict() for name, message in messages.items()}
