"""The route's template of an address, so that metrics by address stay bounded."""

import re
from collections.abc import Iterable

OTHER = "other"
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class Addresses:
    """Knows the templates of all routes, such as ``/api/v0/tasks/{task_id}``."""

    def __init__(self, templates: Iterable[str]) -> None:
        unique = dict.fromkeys(templates)
        self._plain = {template for template in unique if "{" not in template}
        # A template that ends with the rest of a path also matches longer ones, so it comes last.
        self._named = sorted(
            (template for template in unique if "{" in template),
            key=lambda template: template.endswith(":path}"),
        )
        parts = (f"({_pattern(template)})" for template in self._named)
        self._pattern = re.compile("|".join(parts))

    def template(self, path: str) -> str:
        """The template of a path's route; ``other`` where there is no such route."""
        if path in self._plain:
            return path
        match = self._pattern.fullmatch(path)
        if match is None or match.lastindex is None:
            return OTHER
        return self._named[match.lastindex - 1]


def _pattern(template: str) -> str:
    """``{name}`` is one part of a path, ``{name:path}`` all the rest of it."""
    return re.sub(r"{\w+}", "[^/]+", re.sub(r"{\w+:path}", ".+", template))


def method(given: str) -> str:
    """A method of HTTP; ``other`` for a word of the client's own."""
    return given if given in METHODS else OTHER
