"""Writes ``reference.md`` and the table of settings in ``api.md``: ``python docs/reference.py``.

They derive from the OpenAPI document and from :mod:`graphnet.config`. Both are kept in the
repository so that they can be read without building anything; tests fail when they are outdated.
"""

import json
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from graphnet.catalogue import MODELS
from graphnet.config import options_in
from graphnet.options import GROUPS, Option
from service.api.endpoints import ENDPOINTS
from service.api.openapi import ALWAYS, as_text, openapi
from service.http.responses import MEANINGS, ErrorNum
from service.pages.table import PAGES

PAGE = Path(__file__).resolve().parent / "reference.md"
API = PAGE.with_name("api.md")  # its table of settings
SETTINGS = re.compile(r"(?<=<!-- settings -->\n).*?(?=<!-- /settings -->)", re.DOTALL)
SERVICE = "http://127.0.0.1:7014"
SECTIONS = {
    "tasks": "Tasks",
    "datasets": "Datasets",
    "models": "Models",
    "service": "The service itself",
}
EVERYWHERE = {int(number) for number in ALWAYS}
QUOTE = '"'
NEXT = " \\\n  "  # goes on in the next line
OBJECTS = (
    *("Task", "Headline", "Progress", "Together", "RefusedForm"),
    *("Dataset", "Interpretation", "Question", "Choice"),
    *("Dependent", "Audit"),
)
PROLOGUE = """\
# API reference

Made from `GET /openapi.json` by `python docs/reference.py`; [api.md](api.md) says in prose how
things behave. Every example here is sent to a real service by the tests. Where tokens are needed,
add `-H 'Authorization: Bearer …'`.

Every JSON answer holds `error_num` and `msg`, and of a refused form or file `errors`, a list of
`{field, msg}`. A type with `?` may be null or absent. Fields beside those named may come along.

## Error numbers
"""
FIELDS = " Its fields are in [api.md](api.md#new-task)."
ANYWHERE = "Any request may also be refused with 5, 8, 11, 12 or 13.\n"
BROWSER = "\n## Pages\n\nWhat a browser asks for; they are made for people and may change.\n"


def page() -> str:
    """The whole page."""
    document = openapi((*ENDPOINTS, *PAGES))
    numbers = [(int(number), *MEANINGS[number]) for number in ErrorNum]
    parts = [PROLOGUE, _table(("`error_num`", "HTTP", "meaning"), numbers), ANYWHERE]
    operations = list(_operations(document))
    for tag, title in SECTIONS.items():
        parts.append(f"\n## {title}\n")
        parts += [_section(*each) for each in operations if each[2]["tags"] == [tag]]
    parts.append("\n## Objects\n")
    schemas = document["components"]["schemas"]
    parts += [_object(name, schemas[name]) for name in OBJECTS]
    pages = [
        (f"`{method.upper()} {path}`", operation["summary"])
        for method, path, operation in operations
        if operation["tags"] == ["pages"]
    ]
    return "\n".join([*parts, BROWSER, _table(("address", "what it is"), pages)])


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def _section(method: str, path: str, operation: Mapping[str, Any]) -> str:
    parts = [f"\n### `{method.upper()} {path}`\n", f"{operation['summary']}\n"]
    optional = [
        (f"`{each['name']}`", each["in"], each["description"])
        for each in operation["parameters"]
        if each["in"] != "path"
    ]
    if optional:
        parts.append(_table(("parameter", "in", "what it says"), optional))
    body = operation.get("requestBody", {"content": {}})["content"]
    if body:
        fields = FIELDS if "TaskForm" in str(body) else ""
        parts.append(f"Body: {', '.join(f'`{kind}`' for kind in body)}.{fields}\n")
    parts.append(f"Answer: {_answer(operation['responses'])}.{_refusals(operation)}\n")
    return "\n".join([*parts, *_examples(method, path, operation, body)])


def _answer(responses: Mapping[str, Any]) -> str:
    """What the first response holds, which is the one without an error."""
    success = next(iter(responses.values()))
    if "content" not in success:
        return "nothing (204)"
    kind, content = next(iter(success["content"].items()))
    fields = content.get("schema", {}).get("properties", {})
    if kind != "application/json" or not fields:
        return f"`{kind}`"
    return ", ".join(f"`{name}` ({_kind(schema)})" for name, schema in fields.items())


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return f"{_kind(schema['anyOf'][0])}?"
    if "items" in schema:
        return f"array of {_kind(schema['items'])}"
    kind = schema["type"]
    return kind if isinstance(kind, str) else f"{kind[0]}?"


def _refusals(operation: Mapping[str, Any]) -> str:
    texts = (each["description"] for each in operation["responses"].values())
    numbers = {int(found) for text in texts for found in re.findall(r"error_num (\d+)", text)}
    own = sorted(numbers - EVERYWHERE)
    return f" Refused with {', '.join(map(str, own))}." if own else ""


def _examples(
    method: str, path: str, operation: Mapping[str, Any], body: Mapping[str, Any]
) -> Iterator[str]:
    """A command for each body of which there is an example; one where there is no body."""
    bodies = [
        [f"-H {shlex.quote(f'Content-Type: {kind}')}", f"--data-binary {shlex.quote(text)}"]
        for kind, content in body.items()
        for text in (as_text(each["value"]) for each in content.get("examples", {}).values())
    ]
    headers = [
        f"-H {shlex.quote(f'{name}: {text}')}" for name, text in _given(operation, "header").items()
    ]
    url = shlex.quote(f"{SERVICE}{_address(path, operation)}")
    usual = "post" if bodies else "get"
    chosen = [] if method == usual else [f"-X {method.upper()}"]
    for sent in bodies or [[]]:
        yield f"```sh\ncurl {NEXT.join([*chosen, *headers, *sent, url])}\n```\n"


def _address(path: str, operation: Mapping[str, Any]) -> str:
    for name, text in _given(operation, "path").items():
        path = path.replace(f"{{{name}}}", quote(text, safe=""))
    query = urlencode(_given(operation, "query"), safe=",")
    return f"{path}?{query}" if query else path


def _given(operation: Mapping[str, Any], place: str) -> dict[str, str]:
    return {
        each["name"]: each["example"]
        for each in operation["parameters"]
        if each["in"] == place and "example" in each
    }


def with_settings(text: str) -> str:
    """A page whose table of settings is written anew."""
    return SETTINGS.sub(lambda _: f"\n{settings_table()}\n", text)


def settings_table() -> str:
    """A row per option of ``param_set``."""
    rows = [
        (f"`{option.name}`", option.help, option.expected, _default(option))
        for group in GROUPS
        for option in options_in(group)
    ]
    return _table(("`param_set.`", "Meaning", "Values", "Default"), rows)


def _default(option: Option) -> str:
    if any(option.name in card.recommended for card in MODELS.values()):
        return "the model's"
    return "" if option.default is None else f"`{json.dumps(option.default).strip(QUOTE)}`"


def _object(name: str, schema: Mapping[str, Any]) -> str:
    rows = [
        (f"`{field}`", _kind(about), about["description"])
        for field, about in schema["properties"].items()
    ]
    return f"\n### {name}\n\n" + _table(("field", "type", "what it says"), rows)


def _table(titles: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = (titles, ("---",) * len(titles), *rows)
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    API.write_text(with_settings(API.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n{API}\n")
