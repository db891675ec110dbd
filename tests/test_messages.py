"""Every message has its sentence in every language, and every sentence a message that uses it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor
from jinja2 import Environment, nodes

from graphnet.messages import CHINESE, ENGLISH, LANGUAGES, Message, every, finished, render

ROOT = Path(__file__).parents[1]
ROOMS = ("service", "actors", "graphnet", "registry", "db")
# Domains whose codes are made of a name: "options.density-label".
BY_NAME = ("catalogue", "names", "options")


class Variables(Visitor):
    """The variables that a sentence names."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802
        self.names.add(node.id.name)


@cache
def catalogue(language: str) -> dict[str, set[str]]:
    """The variables of each message, by code."""
    messages: dict[str, set[str]] = {}
    for file in sorted((ROOT / "graphnet/locale" / language).glob("*.ftl")):
        for entry in FluentParser().parse(file.read_text("utf-8")).body:
            assert not isinstance(entry, ftl.Junk), f"{file.name}: {entry.content}"
            if isinstance(entry, ftl.Message):
                variables = Variables()
                variables.visit(entry)
                code = f"{file.stem}.{entry.id.name}"
                assert code not in messages, code
                messages[code] = variables.names
    return messages


@cache
def calls_and_texts() -> tuple[tuple[ast.Call, ...], frozenset[str]]:
    """The calls of ``Message`` and the texts in all our modules, which are read once."""
    calls, texts = list[ast.Call](), set[str]()
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    if node.func.id == "Message" and node.args:
                        calls.append(node)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    texts.add(node.value)
    return tuple(calls), frozenset(texts)


def raised() -> Iterator[tuple[str, set[str] | None]]:
    """Each code that is written down in a call of Message, with the names of its values."""
    for call in calls_and_texts()[0]:
        code, names = call.args[0], {keyword.arg for keyword in call.keywords}
        if isinstance(code, ast.Constant) and code.value != "text":
            values = {name for name in names if name is not None}
            yield str(code.value), None if None in names else values


def test_a_list_is_given_as_a_list_so_that_each_language_sets_its_own_comma() -> None:
    joined = [
        f"{ast.unparse(call.args[0])}: {keyword.arg}"
        for call in calls_and_texts()[0]
        for keyword in call.keywords
        if ast.unparse(keyword.value).startswith("', '.join(")
    ]
    assert joined == []
    names = Message("options.unknown-model", name="X", names=every(["A", "B", "C"]))
    assert render(names) == "model is X; it must be one of A, B and C."
    assert render(names, CHINESE) == "model 的值为 X；应为以下之一：A、B、C。"


def in_templates() -> Iterator[tuple[str, set[str]]]:
    """Each code in a template's call of ``text``, with the names of its values."""
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.html"):
            tree = Environment(extensions=["jinja2.ext.i18n"]).parse(file.read_text("utf-8"))
            for call in tree.find_all(nodes.Call):
                if isinstance(call.node, nodes.Name) and call.node.name == "text":
                    code = call.args[0]
                    assert isinstance(code, nodes.Const)
                    yield code.value, {keyword.key for keyword in call.kwargs}


def literals() -> set[str]:
    return {code for code, _ in in_templates()} | {
        text for text in calls_and_texts()[1] if re.fullmatch(r"[a-z_]+\.[a-z][a-z0-9-]*", text)
    }


def test_every_language_has_the_same_messages_with_the_same_values() -> None:
    english, chinese = catalogue(ENGLISH), catalogue(CHINESE)
    assert set(english) == set(chinese)
    assert {code for code in english if not chinese[code] <= english[code]} == set()


def test_every_message_has_a_sentence_and_the_values_that_stand_in_it() -> None:
    english = catalogue(ENGLISH)
    problems = [
        (code, values)
        for code, values in (*raised(), *in_templates())
        if code not in english or (values is not None and not english[code] <= values)
    ]
    assert problems == []


def test_every_sentence_is_used() -> None:
    used = literals()
    assert [
        code
        for code in catalogue(ENGLISH)
        if code.partition(".")[0] not in BY_NAME and code not in used
    ] == []


@pytest.mark.parametrize("count", [1, 12345])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_survives_json_and_says_its_values(language: str, count: int) -> None:
    message = Message("warnings.clipped", split="train", count=count, limit=0.0004)
    assert Message.from_json(message.as_dict()) == message
    text = render(message, language)
    assert "0.0004" in text
    assert f"{count:,}" in text


def test_a_sentence_of_an_older_version_stays_as_it_is() -> None:
    message = Message.from_json("1 value was drawn in.")
    assert message == finished("1 value was drawn in.")
    assert render(message, CHINESE) == "1 value was drawn in."


def test_a_message_without_a_sentence_is_shown_by_its_code(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert render(Message("warnings.nowhere", count=3)) == "warnings.nowhere {'count': 3}"
    assert "warnings.nowhere" in caplog.text


def test_long_lists_are_shortened() -> None:
    names = [f"S{number}" for number in range(10)]
    assert render(Message("text", text=names)).endswith("S7 and 2 more")
    assert render(Message("text", text=names), CHINESE).endswith("S7 等 10 个")


def test_a_long_text_stands_whole_in_its_sentence(caplog: pytest.LogCaptureFixture) -> None:
    names = tuple(f"{'n' * 900}{number}" for number in range(4))
    said = render(Message("forms.fields-unknown", names=names))
    assert all(name in said for name in names)
    assert said in render(Message("options.unknown-model", name=said, names="x"))
    assert not caplog.text
