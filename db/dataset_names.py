"""What a dataset may be called besides: forms name one with or without ``.csv``.

NEURO-LEARN calls a dataset as its file is called, ``.csv`` included; here one is called without.
"""

from collections.abc import Iterable

CSV = ".csv"
LONGEST = 64  # characters, as NEURO-LEARN's column has them


def other_way(name: str) -> str:
    """The same name with ``.csv`` where it has none, without where it has; "" where none can be."""
    other = name.removesuffix(CSV) if name.endswith(CSV) else name + CSV
    return other if len(other) <= LONGEST else ""


def other_ways(names: Iterable[str]) -> dict[str, str]:
    """The other way to write each of these names, where there is one."""
    return {name: other for name in names if (other := other_way(name))}
