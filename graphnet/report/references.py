"""What a report cites, numbered in the order of first use."""

import re
import tomllib
from importlib.resources import files

WORKS: dict[str, str] = tomllib.loads(
    (files("graphnet.report") / "references.toml").read_text(encoding="utf-8")
)
MARK = re.compile(r"\{(\w+(?:,\w+)*)\}")


class Citations:
    """Turns ``{key}`` in sentences into ``[1]`` and remembers what was cited."""

    def __init__(self) -> None:
        self._keys: list[str] = []

    def numbered(self, sentence: str) -> str:
        """The sentence with numbers. Raises KeyError for a work that is not listed."""
        return MARK.sub(self._numbers, sentence)

    @property
    def listed(self) -> list[str]:
        """The works in the order of their numbers, from 1 on."""
        return [WORKS[key] for key in self._keys]

    def _numbers(self, found: "re.Match[str]") -> str:
        numbers = sorted(self._number(key) for key in found[1].split(","))
        return f"[{', '.join(map(str, numbers))}]"

    def _number(self, key: str) -> int:
        if key not in WORKS:
            raise KeyError(key)
        if key not in self._keys:
            self._keys.append(key)
        return self._keys.index(key) + 1
