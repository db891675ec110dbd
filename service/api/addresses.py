"""By which template an address was meant, so that what is counted by it stays bounded."""

import re
from collections.abc import Iterable

OTHER = "other"
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class Addresses:
    """Knows the templates of all routes, such as ``/api/v0/tasks/{task_id}``."""

    def __init__(self, templates: Iterable[str]) -> None:
        known = dict.fromkeys(templates)
        self._plain = {each for each in known if "{" not in each}
        # A template that takes all the rest of a path takes also what belongs to a longer one.
        self._named = sorted(
            (each for each in known if "{" in each), key=lambda each: each.endswith(":path}")
        )
        parts = (f"({_pattern(each)})" for each in self._named)
        self._pattern = re.compile("|".join(parts))

    def template(self, path: str) -> str:
        """The route's own way of writing a path; ``other`` where there is no such route."""
        if path in self._plain:
            return path
        found = self._pattern.fullmatch(path)
        if found is None or found.lastindex is None:
            return OTHER
        return self._named[found.lastindex - 1]


def _pattern(template: str) -> str:
    """``{name}`` is one part of a path, ``{name:path}`` all the rest of it."""
    return re.sub(r"{\w+}", "[^/]+", re.sub(r"{\w+:path}", ".+", template))


def method(given: str) -> str:
    """A method of HTTP; ``other`` for a word of the client's own."""
    return given if given in METHODS else OTHER
