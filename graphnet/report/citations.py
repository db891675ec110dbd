"""Works that sentences cite by their keys, as ``[@kipf]``, and their numbers in a list."""

import re
import tomllib
from importlib.resources import files

WORKS: dict[str, str] = tomllib.loads(
    (files("graphnet.report") / "references.toml").read_text(encoding="utf-8")
)
MARK = re.compile(r" ?\[@(\w+(?:; @\w+)*)\]")


def keys_of(match: "re.Match[str]") -> list[str]:
    """The keys of a mark."""
    return match[1].split("; @")


class Citations:
    """Turns ``[@key]`` in sentences into ``[1]`` and remembers what was cited."""

    def __init__(self) -> None:
        self._keys: list[str] = []

    def numbered(self, sentence: str) -> str:
        """The sentence with numbers; a mark that names no work, as in a dataset's words, stays."""
        return MARK.sub(self._numbers, sentence)

    @property
    def listed(self) -> list[str]:
        """The works in the order of their numbers, from 1 on."""
        return [WORKS[key] for key in self._keys]

    def _numbers(self, match: "re.Match[str]") -> str:
        keys = keys_of(match)
        if not set(keys) <= WORKS.keys():
            return match[0]
        numbers = sorted(self._number(key) for key in keys)
        return f" [{', '.join(map(str, numbers))}]"

    def _number(self, key: str) -> int:
        if key not in self._keys:
            self._keys.append(key)
        return self._keys.index(key) + 1
